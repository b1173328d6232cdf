// « Cette vidéo est-elle fiable ? »: whole sessions by touch, by keyboard, in simple mode, in both
// languages, without network, left in the middle; what is shown is what the bank says.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { Clinic } from "./lib/clinic.mjs";
import { root } from "./lib/env.mjs";
import { happened, seed, written } from "./lib/journal.mjs";
import { faults, focusFault } from "./lib/layout.mjs";
import { choose, onPhone, open, openLink } from "./lib/portal.mjs";
import { SESSION, answer, begin, items, next, onView, opposite } from "./lib/quiz.mjs";
import { voice } from "./lib/session.mjs";
import { shoot } from "./lib/shots.mjs";
import { until } from "./lib/until.mjs";

const NARROW = {
  "320 px upright": { width: 320, height: 568 },
  "320 px on its side": { width: 568, height: 320 },
  "200 % zoom upright": { width: 180, height: 320 },
};

let clinic, portal, bank;

before(async () => {
  // No kit: the quiz works alone.
  clinic = await Clinic.open({ kit: null });
  portal = clinic.proxy.url;
  bank = await items();
});
after(() => clinic?.close());
afterEach(() => {
  clinic.proxy.faults = {};
});

const text = (page) => page.locator("main").innerText();
const plain = (words) => words.replaceAll("\u00a0", " ");

/** The cues that an answer turns on: in a bad item its grave signals; in a good one its small flaws, or else the grave cues. */
const decisive = ({ cues, verdict }) => {
  const of = (grave, pole) => cues.filter((c) => c.cue.startsWith("C") === grave && c.pole === pole).map((c) => c.cue);
  if (verdict === "unreliable") return of(true, "bad");
  return of(false, "bad").length ? of(false, "bad") : of(true, "good");
};

test("a whole session by touch: six answers, each explained as the bank has it, all in the journal", () =>
  onPhone(async (page) => {
    await begin(page, portal);
    const seen = [];
    for (let n = 0; n < SESSION; n++) {
      const item = bank.get(await onView(page));
      // In a first session nothing is reviewed: what is kept for later stays there.
      assert.ok(item.pool === "train", `${item.id} is of ${item.pool}`);
      for (const { text: words } of item.segments) assert.ok((await text(page)).includes(words), words);
      const said = n < 4 ? item.verdict : opposite[item.verdict];
      const told = await answer(page, said, { sure: ["guess", "rather", "sure"][n % 3], segments: 5 });
      assert.deepEqual([told.verdict, told.right], [item.verdict, String(n < 4)]);
      assert.deepEqual(told.cues.sort(), item.cues.map((c) => c.cue).sort());
      const words = await text(page);
      for (const sentence of [item.feedback.verdict, item.feedback.rule, ...item.cues.map((c) => c.why)]) {
        assert.ok(words.includes(sentence), sentence);
      }
      seen.push({ item, said });
      await next(page);
    }
    assert.equal(new Set(seen.map((s) => s.item.pair_id)).size, SESSION, "no twins in a session");
    const of = (verdict) => seen.filter((s) => s.item.verdict === verdict);
    const right = (list) => `${list.filter((s) => s.said === s.item.verdict).length} sur ${list.length}`;
    const end = (await text(page)).replace(/\u00a0/g, " ");
    assert.ok(end.includes(`Pièges repérés : ${right(of("unreliable"))}`), end);
    assert.ok(end.includes(`Bonnes vidéos reconnues : ${right(of("reliable"))}`), end);
    const events = await happened(page, "quiz-answered");
    assert.deepEqual(
      events.map((e) => [e.item, e.verdict, e.right, e.confidence, e.segments.length]),
      seen.map(({ item, said }, n) => [item.id, said, n < 4, n % 3, 3]),
    );
    assert.equal(await page.locator("main a[data-action=check-video]").getAttribute("href"), "check");
    await page.click("[data-action=quiz-plan]");
    await page.waitForSelector("main [role=status]");
    await written(page, "quiz-planned", 1);
  }));

test("from why an answer is right one comes to the lesson of what decides, and back to the same question", () =>
  onPhone(async (page) => {
    await begin(page, portal);
    const item = bank.get(await onView(page));
    await answer(page, opposite[item.verdict], { segments: 1 });
    const links = page.locator("main [data-cue] [data-action=lesson]");
    const leadTo = await links.evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.deepEqual(leadTo.sort(), decisive(item).map((cue) => `quiz/lesson/${cue}`).sort());
    const back = [() => page.goBack(), () => page.click("main a[href=quiz]")];
    for (const way of back) {
      await links.first().click();
      await page.waitForSelector("main .looks");
      await way();
      await page.waitForSelector("main [data-verdict]");
      assert.equal(await page.locator("main [data-verdict]").getAttribute("data-right"), "false");
      const words = await text(page);
      assert.ok(words.includes(item.feedback.verdict) && words.includes("Question 1 sur 6"), words);
    }
    assert.equal((await happened(page, "quiz-answered")).length, 1, "answered once");
    await next(page);
    const second = await onView(page);
    assert.notEqual(second, item.id);
    assert.ok((await text(page)).includes("Question 2 sur 6"));
    // A reload in the lesson loses what was on view, not the answer.
    await answer(page, "reliable");
    await links.first().click();
    await page.waitForSelector("main .looks");
    await page.reload();
    await page.goto(`${portal}quiz`);
    assert.notEqual(await onView(page), second);
    assert.ok((await text(page)).includes("Question 3 sur 6"));
  }));

test("at the end one rule is there to read again, with its lesson, and the day from which it helps to come back", () =>
  onPhone(async (page) => {
    const { lessons } = JSON.parse(await readFile(path.join(root, "content/quiz/lessons.fr.json"), "utf8"));
    await page.goto(`${portal}quiz`);
    await page.waitForSelector("main [data-action=quiz-start]", { timeout: 30_000 });
    assert.equal(await page.locator("main [data-review]").count(), 0, "nothing to review yet");
    await page.click("main [data-action=quiz-start]");
    for (let n = 0; n < SESSION; n++) {
      await answer(page, opposite[bank.get(await onView(page)).verdict]);
      await next(page);
    }
    const revise = page.locator("main .told-list [data-cue]");
    const cue = await revise.getAttribute("data-cue");
    const { lead, title } = lessons.find(({ id }) => id === cue);
    await page.waitForFunction((lead) => document.querySelector("main .told-list")?.textContent.includes(lead), lead);
    await revise.locator("[data-action=lesson]").click();
    await page.waitForSelector("main .looks");
    assert.equal(await page.locator("main h1").innerText(), title);
    await page.goBack();
    await page.waitForSelector("main [data-action=check-video]");
    assert.equal(await revise.getAttribute("data-cue"), cue, "the end of the same session");
    const tomorrow = await page.evaluate(() => {
      const day = new Date();
      day.setDate(day.getDate() + 1);
      return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
    });
    const invited = async () => {
      const line = page.locator("main [data-review]");
      assert.equal(await line.getAttribute("data-review"), tomorrow);
      assert.match(await line.innerText(), /Rien ne presse/);
    };
    await invited();
    await open(page, portal, "quiz");
    await page.waitForSelector("main [data-action=quiz-start]");
    await invited();
  }));

test("the first screen says when something is to be reviewed", () =>
  onPhone(async (page) => {
    await open(page, portal, "quiz");
    await page.waitForSelector("main [data-action=quiz-start]");
    const item = [...bank.values()].find((item) => item.pool === "train");
    const what = {
      kind: "quiz-answered", session: "earlier", item: item.id, version: item.version, pool: item.pool,
      verdict: item.verdict, right: true, confidence: 2, segments: [], missing: [],
    };
    await seed(page, [{ at: Date.now() - 3 * 86_400_000, what }]);
    for (const mode of ["standard", "simple"]) {
      await choose(page, portal, mode);
      await open(page, portal, "quiz");
      await page.waitForSelector("main [data-review=today]");
      assert.deepEqual(await faults(page, mode), []);
    }
  }));

test("as long as a question is not signed, it is said how many are not", () =>
  onPhone(async (page) => {
    const drafts = [...bank.values()].filter((item) => item.status === "draft").length;
    await open(page, portal, "quiz");
    await page.click("main [data-action=quiz-about]");
    const line = page.locator("main [data-count]");
    if (!drafts) return assert.equal(await line.count(), 0);
    assert.equal(await line.getAttribute("data-count"), String(drafts));
    assert.ok(plain(await line.innerText()).includes(`${drafts} sur ${bank.size}`));
  }));

for (const mode of ["standard", "simple"]) {
  test(`${mode}: a post in the look of each of the five networks has no axe violation, large letters, large targets`, () =>
    onPhone(async (page) => {
      const wrong = [];
      // Six pairs, one of each look among them: twins never share a session, so all five come in one.
      const pairs = new Map();
      const training = [...bank.values()].filter((item) => item.pool === "train");
      for (const item of training) {
        if (![...pairs.values()].includes(item.scene.platform)) pairs.set(item.pair_id, item.scene.platform);
      }
      const looks = [...pairs.values()].sort();
      assert.deepEqual(looks, ["chat", "feed", "forum", "long", "short"]);
      pairs.set(training.find((item) => !pairs.has(item.pair_id)).pair_id);
      const raw = JSON.parse(await readFile(path.join(root, "content/quiz/items.fr.json"), "utf8"));
      const body = JSON.stringify({ ...raw, items: raw.items.filter((item) => pairs.has(item.pair_id)) });
      clinic.proxy.faults = { on: (request) => (/quiz\/items-/.test(request.path) ? { body } : undefined) };
      const seen = new Set();
      await choose(page, portal, mode);
      await begin(page, portal);
      for (let n = 0; n < SESSION; n++) {
        const item = bank.get(await onView(page));
        const { platform } = item.scene;
        if (!seen.has(platform)) {
          seen.add(platform);
          assert.equal(await page.locator(`main .post.post-${platform}`).count(), 1);
          for (const [window, viewport] of Object.entries({ phone: { width: 360, height: 640 }, ...NARROW })) {
            await page.setViewportSize(viewport);
            const where = `quiz/look-${platform}-${mode}-${viewport.width}`;
            await shoot(page, where);
            const lines = window === "phone" ? await violations(page) : [];
            for (const line of [...lines, ...(await faults(page, mode))]) wrong.push(`${where}: ${line}`);
          }
          await page.setViewportSize({ width: 360, height: 640 });
          for (const media of [{ colorScheme: "dark" }, { forcedColors: "active" }]) {
            await page.emulateMedia(media);
            for (const line of await violations(page)) wrong.push(`${platform} ${Object.values(media)[0]}: ${line}`);
          }
          await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
        }
        await answer(page, item.verdict, { simple: mode === "simple" });
        await next(page, { simple: mode === "simple" });
      }
      assert.deepEqual([...seen].sort(), looks, "all five were on view");
      assert.equal(wrong.join("\n"), "");
    }));
}

test("the phone’s voice reads the picture, the words and what there is to choose from, and no other button", () =>
  onPhone(async (page) => {
    await page.addInitScript(voice);
    const heard = async () => {
      await page.evaluate(() => (window.said = []));
      await page.click("main [data-action=read-aloud]");
      await page.waitForFunction(() => window.said.length > 0);
      return plain(await page.evaluate(() => window.said.map((s) => s.text).join(" ")));
    };
    const post = (words, item) => {
      for (const part of [item.scene.alt, ...item.segments.map((s) => s.text)]) assert.ok(words.includes(plain(part)), part);
    };
    const answers = /Fiable\. Pas fiable\./;
    await begin(page, portal);
    const item = bank.get(await onView(page));
    const look = await heard();
    post(look, item);
    assert.match(look, answers);
    await page.click(`main [data-action=verdict-${item.verdict}]`);
    await page.waitForSelector("main [data-action=sure-sure]");
    const sure = await heard();
    assert.match(sure, /Je devine\. Plutôt sûr\. Sûr\./);
    assert.ok(!sure.includes("Revoir"), sure);
    await page.click("main [data-action=sure-sure]");
    await page.waitForSelector("main [data-action=quiz-helped]");
    const helped = await heard();
    post(helped, item);
    assert.ok(!helped.includes("Voir la réponse"), helped);
    await page.click("main [data-action=quiz-helped]");
    await page.waitForSelector("main [data-verdict]");
    const told = await heard();
    assert.ok(told.includes(plain(item.feedback.verdict)) && !told.includes("Question suivante"), told);
    await choose(page, portal, "simple");
    await page.goto(`${portal}quiz`);
    const second = bank.get(await onView(page));
    post(await heard(), second);
    await page.click("main [data-action=quiz-answer]");
    await page.waitForSelector("main [data-action=verdict-reliable]");
    const ask = await heard();
    assert.match(ask, answers);
    assert.ok(!ask.includes("Revoir"), ask);
    await open(page, portal, "help");
    await page.waitForSelector("main .button.main");
    const help = await heard();
    assert.ok(!/Continuer|Retour|Accueil/.test(help), help);
  }));

test("in simple mode too a lesson is one tap away, and what is known can be looked up", () =>
  onPhone(async (page) => {
    const { sources } = JSON.parse(await readFile(path.join(root, "content/quiz/items.fr.json"), "utf8"));
    await choose(page, portal, "simple");
    await begin(page, portal);
    for (let n = 0; n < SESSION; n++) {
      const item = bank.get(await onView(page));
      await answer(page, item.verdict, { simple: true });
      await page.click("main [data-action=quiz-keep]");
      await page.waitForSelector("main [data-action=quiz-next]");
      const lesson = page.locator("main [data-action=lesson]");
      assert.equal(await lesson.count(), 1);
      assert.ok(decisive(item).includes((await lesson.getAttribute("href")).split("/").at(-1)));
      assert.deepEqual(await faults(page, "simple"), []);
      if (n === 0) {
        await lesson.click();
        await page.waitForSelector("main .looks");
        await page.goBack();
        await page.waitForSelector("main [data-action=quiz-next]");
        assert.ok((await text(page)).includes(item.feedback.rule), "the same question");
      }
      const known = sources.filter(({ id }) => item.sources.some((s) => s.id === id));
      const open = page.locator("main [data-action=quiz-sources]");
      assert.equal(await open.count(), known.length ? 1 : 0);
      if (known.length) {
        await open.click();
        const words = await text(page);
        for (const { title } of known) assert.ok(words.includes(title), title);
        assert.deepEqual(await faults(page, "simple"), []);
      }
      await page.click("main [data-action=quiz-next]");
      await page.waitForSelector("main [data-item], main [data-action=check-video]");
    }
    assert.equal((await happened(page, "quiz-answered")).length, SESSION);
  }));

test("what the forms found stands side by side, in a table that a screen reader can follow", () =>
  onPhone(async (page) => {
    await open(page, portal, "quiz");
    await page.waitForSelector("main [data-action=quiz-start]");
    assert.equal(await page.locator("main table").count(), 0, "nothing before a form was filled in");
    const at = Date.now() - 40 * 86_400_000;
    const form = (moment, pool, start, wrong) => {
      const all = [...bank.values()].filter((item) => item.pool === pool);
      const left = { ...wrong };
      const answers = all.map((item) => {
        const right = left[item.verdict]-- <= 0;
        return {
          kind: "quiz-answered", session: "", item: item.id, version: item.version, pool, form: moment,
          verdict: right ? item.verdict : opposite[item.verdict], right, confidence: 1, segments: [], missing: [],
        };
      });
      const whats = [{ kind: "form-started", moment, form: pool }, ...answers, { kind: "form-finished", moment, form: pool }];
      return whats.map((what, n) => ({ at: start + n, what }));
    };
    await seed(page, [
      ...form("before", "A", at, { unreliable: 3, reliable: 2 }),
      ...form("after", "B", at + 86_400_000, { unreliable: 1, reliable: 0 }),
    ]);
    await page.reload();
    await page.waitForSelector("main table");
    const table = await page.evaluate(() => {
      const words = (selector) => [...document.querySelectorAll(`main table ${selector}`)].map((e) => e.textContent.replaceAll("\u00a0", " "));
      return { name: words("caption"), columns: words("thead th[scope=col]"), rows: words("tbody th[scope=row]"), cells: words("td") };
    });
    assert.deepEqual(table, {
      name: ["Où vous en êtes"],
      columns: ["Quand", "Pièges repérés", "Bonnes vidéos reconnues"],
      rows: ["Avant", "Après"],
      cells: ["5 sur 8", "6 sur 8", "7 sur 8", "8 sur 8"],
    });
    assert.deepEqual([...(await violations(page)), ...(await faults(page, "standard"))], []);
    await shoot(page, "quiz/forms-side-by-side");
    // Read aloud with the screen, row by row.
    await page.evaluate(voice);
    await page.click("main [data-action=read-aloud]");
    await page.waitForFunction(() => window.said.length > 0);
    const heard = plain(await page.evaluate(() => window.said.map((s) => s.text).join(" ")));
    assert.ok(heard.includes("Quand. Pièges repérés. Bonnes vidéos reconnues. Avant. 5 sur 8. 6 sur 8. Après. 7 sur 8. 8 sur 8."), heard);
  }));

test("the places of the two verdicts are the same for each question, and their weight too", () =>
  onPhone(async (page) => {
    await begin(page, portal);
    const looks = [];
    for (let n = 0; n < 3; n++) {
      looks.push(await page.evaluate(() =>
        ["reliable", "unreliable"].map((v) => {
          const button = document.querySelector(`[data-action=verdict-${v}]`);
          const { x, width, height } = button.getBoundingClientRect();
          const { backgroundColor, color, borderColor } = getComputedStyle(button);
          return { x, width, height, backgroundColor, color, borderColor };
        })));
      await answer(page, "reliable");
      await next(page);
    }
    assert.deepEqual(looks[1], looks[0]);
    assert.deepEqual(looks[2], looks[0]);
    const [{ x: left, ...one }, { x: right, ...other }] = looks[0];
    assert.deepEqual(one, other);
    assert.ok(left < right);
  }));

for (const [reducedMotion, moves] of [["no-preference", true], ["reduce", false]]) {
  test(`pictures ${moves ? "move for less than five seconds" : "stand still for those who ask for less movement"}`, () =>
    onPhone(async (page) => {
      await begin(page, portal);
      const lengths = () =>
        page.evaluate(() =>
          [...document.querySelectorAll(".post animate, .post animateTransform")].map(
            (e) => parseFloat(e.getAttribute("dur")) * Number(e.getAttribute("repeatCount")),
          ));
      let most = 0;
      for (let n = 0; n < 3; n++) {
        const all = await lengths();
        assert.ok(all.every((s) => s > 0 && s < 5), all.join(" "));
        most = Math.max(most, all.length);
        await answer(page, "reliable");
        await next(page);
      }
      assert.equal(most > 0, moves);
    }, { reducedMotion }));
}

/** Moves on with Tab alone until `selector` has the focus; every stop must be visible. */
async function tabTo(page, selector) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    assert.equal(await focusFault(page), null);
    if (await page.evaluate((s) => document.activeElement.matches(s), `main ${selector}`)) return;
  }
  throw new Error(`Tab never came to ${selector}`);
}

test("with Tab and Enter alone: a question, what helped, why, and on", () =>
  onPhone(async (page) => {
    await page.goto(`${portal}quiz`);
    const press = async (selector) => {
      await page.waitForSelector(`main ${selector}`);
      await tabTo(page, selector);
      await page.keyboard.press("Enter");
    };
    await press("[data-action=quiz-start]");
    const first = await onView(page);
    await press("[data-action=verdict-unreliable]");
    await press("[data-action=sure-sure]");
    for (const n of [2, 3]) {
      const segment = bank.get(first).segments[n].id;
      await press(`[data-segment=${segment}]`);
      assert.equal(await page.locator(`[data-segment=${segment}]`).getAttribute("aria-pressed"), "true");
    }
    await press("[data-action=quiz-lacking]");
    await press("[data-action=quiz-missing]");
    await press("[data-action=quiz-helped]");
    await press("[data-action=quiz-next]");
    assert.notEqual(await onView(page), first);
    const [event] = await happened(page, "quiz-answered");
    assert.deepEqual([event.item, event.verdict, event.confidence, event.segments.length, event.missing], [first, "unreliable", 2, 2, ["C3"]]);
  }));

test("in simple mode one thing a screen, without being sure; every word is in the language of choice", () =>
  onPhone(async (page) => {
    for (const lang of ["fr", "en"]) {
      await choose(page, portal, "simple", lang);
      const own = await items(lang);
      await page.goto(`${portal}quiz`);
      await page.waitForSelector("main [data-action=quiz-start], main [data-item]");
      if (await page.locator("main [data-action=quiz-start]").count()) await page.click("[data-action=quiz-start]");
      for (let n = lang === "fr" ? 0 : 3; n < (lang === "fr" ? 3 : SESSION); n++) {
        const item = own.get(await onView(page));
        for (const { text: words } of item.segments) assert.ok((await text(page)).includes(words), words);
        const told = await answer(page, item.verdict, { simple: true });
        assert.equal(told.right, "true");
        assert.ok((await text(page)).includes(item.feedback.verdict));
        await next(page, { simple: true });
      }
    }
    await page.waitForSelector("main [data-action=check-video]");
    const events = await happened(page, "quiz-answered");
    assert.deepEqual(events.map((e) => e.confidence), Array(SESSION).fill(undefined));
  }));

test("a session that is left in the middle, by a reload or by pulling the battery, goes on at the same question", () =>
  onPhone(async (page, browser) => {
    await begin(page, portal);
    for (let n = 0; n < 2; n++) {
      await answer(page, "reliable");
      await next(page);
    }
    const third = await onView(page);
    await page.reload();
    assert.equal(await onView(page), third);
    await browser.kill();
    page = await browser.revive();
    await page.goto(`${portal}quiz`);
    assert.equal(await onView(page), third);
    assert.ok((await text(page)).includes("Question 3 sur 6"));
  }));

test("once it was opened, the quiz is played with everything off", () =>
  onPhone(async (page, browser) => {
    await begin(page, portal);
    const wanted = () =>
      page.evaluate(async () => {
        for (const name of await caches.keys()) {
          const urls = (await (await caches.open(name)).keys()).map((r) => r.url);
          if ([/\/quiz-[0-9a-f]+\.wasm$/, /\/quiz-[0-9a-f]+\.css$/, /\/quiz\/items-[0-9a-f]+\.fr\.json$/].every((n) => urls.some((u) => n.test(u)))) return true;
        }
        return false;
      });
    await until("the quiz in the worker's cache", wanted);
    await clinic.proxy.goOffline();
    try {
      page = await browser.restart();
      await begin(page, portal);
      for (let n = 0; n < SESSION; n++) {
        await answer(page, "unreliable");
        await next(page);
      }
      await page.waitForSelector("main [data-action=check-video]");
    } finally {
      await clinic.proxy.goOnline();
    }
  }));

test("questions that do not come are said, and come when asked again", () =>
  onPhone(async (page) => {
    clinic.proxy.faults = { on: ({ path }) => (/quiz\/items-/.test(path) ? { captive: true } : undefined) };
    await page.goto(`${portal}quiz`);
    await page.waitForSelector("main [data-problem=quiz-missing]", { timeout: 30_000 });
    clinic.proxy.faults = {};
    await page.click("main [data-action=retry]");
    await page.waitForSelector("main [data-action=quiz-start]");
  }));

test("a form: eight questions without a word on right or wrong, a rest, eight more, and what came of it", () =>
  onPhone(async (page) => {
    await page.goto(`${portal}quiz`);
    await page.waitForSelector("main [data-action=quiz-form]", { timeout: 30_000 });
    await page.click("[data-action=quiz-form]");
    let turnedDown = 0;
    for (let n = 0; n < 16; n++) {
      const item = bank.get(await onView(page));
      assert.match(item.pool, /^[ABC]$/);
      const wrong = item.professional && item.verdict === "reliable";
      turnedDown += wrong;
      await page.click(`[data-action=verdict-${wrong ? "unreliable" : item.verdict}]`);
      await page.click(`[data-action=sure-${wrong ? "guess" : "sure"}]`);
      if (n === 7) await page.click("[data-action=quiz-form]");
    }
    await page.waitForSelector("main [data-action=quiz-start]");
    const end = (await text(page)).replace(/\u00a0/g, " ");
    assert.ok(turnedDown > 0);
    for (const line of [
      "Pièges repérés : 8 sur 8",
      `Bonnes vidéos reconnues : ${8 - turnedDown} sur 8`,
      `Bonnes vidéos de soignants écartées : ${turnedDown} sur ${turnedDown}`,
      `Quand vous disiez « Je devine » : juste 0 fois sur ${turnedDown}`,
      `Quand vous disiez « Sûr » : juste ${16 - turnedDown} fois sur ${16 - turnedDown}`,
    ]) {
      assert.ok(end.includes(line), `${line} is not in: ${end}`);
    }
    assert.ok(!end.includes("Plutôt sûr"), "what was not said is not told of");
    assert.deepEqual([...(await violations(page)), ...(await faults(page, "standard"))], []);
    await shoot(page, "quiz/formed-standard");
    assert.equal((await happened(page, "form-finished")).length, 1);
    assert.deepEqual([...new Set((await happened(page, "quiz-answered")).map((e) => e.form))], ["before"]);
  }));

test("of the quiz the kiné learns what the patient says yes to, and is told so", async () => {
  const withKit = await Clinic.open();
  try {
    await onPhone(async (page) => {
      await openLink(page, withKit.link);
      await begin(page, withKit.proxy.url);
      for (let n = 0; n < SESSION; n++) {
        const item = bank.get(await onView(page));
        await answer(page, n ? item.verdict : opposite[item.verdict]);
        await next(page);
      }
      await page.click("main [data-action=quiz-tell]");
      await page.getByText("Cela partira avec vos prochains résultats").waitFor();
      const [told] = await happened(page, "quiz-told");
      assert.deepEqual([told.agreed, told.done, told.cues.length > 0], [true, true, true]);
      await page.goto(`${withKit.proxy.url}follow-up/results`);
      await page.getByText("Quiz « Cette vidéo est-elle fiable").first().waitFor();
    });
  } finally {
    await withKit.close();
  }
});

test("in simple mode too the kiné learns what the patient says yes to, in one large button and a screen of its own", async () => {
  const withKit = await Clinic.open();
  try {
    await onPhone(async (page) => {
      await openLink(page, withKit.link);
      await choose(page, withKit.proxy.url, "simple");
      await begin(page, withKit.proxy.url);
      for (let n = 0; n < SESSION; n++) {
        const item = bank.get(await onView(page));
        await answer(page, n ? item.verdict : opposite[item.verdict], { simple: true });
        await next(page, { simple: true });
      }
      await page.waitForSelector("main [data-action=quiz-to-tell]");
      await shoot(page, "quiz/end-simple-kit");
      assert.deepEqual([...(await violations(page)), ...(await faults(page, "simple"))], []);
      await page.click("main [data-action=quiz-to-tell]");
      await page.waitForSelector("main [data-action=quiz-tell]");
      assert.equal((await happened(page, "quiz-told")).length, 0, "nothing is told before a yes");
      const words = plain(await text(page));
      assert.ok(words.includes("Jamais vos réponses, jamais un nombre") && words.includes("De quoi parler :"), words);
      await shoot(page, "quiz/tell-simple");
      assert.deepEqual([...(await violations(page)), ...(await faults(page, "simple"))], []);
      await page.click("main [data-action=quiz-tell]");
      await page.getByText("Cela partira avec vos prochains résultats").waitFor();
      const [told] = await happened(page, "quiz-told");
      assert.deepEqual([told.agreed, told.done, told.cues.length > 0], [true, true, true]);
      await page.click("main [data-action=quiz-told]");
      await page.waitForSelector("main [data-action=check-video]");
      assert.equal(await page.locator("main [data-action=quiz-to-tell]").count(), 0, "it is answered");
      assert.equal(await page.locator("main [data-action=lesson]").count(), 1, "now there is room for the way to the rule");
      assert.deepEqual(await faults(page, "simple"), []);
    });
  } finally {
    await withKit.close();
  }
});

test("a clinic's own questions join those of the portal, also with everything off", async () => {
  const own = await Clinic.open({ kit: null });
  try {
    const raw = JSON.parse(await readFile(path.join(root, "content/quiz/items.fr.json"), "utf8"));
    const items = raw.items.map((item) => ({ ...item, id: `own-${item.id}`, pair_id: `own-${item.pair_id}`, pool: "train" }));
    await mkdir(own.public("quiz"), { recursive: true });
    await writeFile(own.public("quiz", "own.fr.json"), JSON.stringify({ ...raw, items }));
    await onPhone(async (page, browser) => {
      const play = async () => {
        const ids = [await begin(page, own.proxy.url)];
        for (let n = 1; n < SESSION; n++) {
          await answer(page, "reliable");
          await next(page);
          ids.push(await onView(page));
        }
        await answer(page, "reliable");
        await next(page);
        return ids;
      };
      assert.ok((await play()).some((id) => id.startsWith("own-")));
      await page.waitForFunction(async () => {
        for (const name of await caches.keys()) {
          const urls = (await (await caches.open(name)).keys()).map((r) => r.url);
          if (urls.some((url) => /quiz\/items-/.test(url))) return true;
        }
        return false;
      }, null, { timeout: 30_000, polling: 300 });
      await page.reload();
      await page.waitForSelector("main [data-action=quiz-start]");
      await page.waitForFunction(() => caches.match(new URL("quiz/own.fr.json", document.baseURI)), null, { polling: 300 });
      await own.proxy.goOffline();
      page = await browser.restart();
      assert.ok((await play()).some((id) => id.startsWith("own-")));
      await own.proxy.goOnline();
    });
  } finally {
    await own.close();
  }
});

for (const mode of ["standard", "simple"]) {
  test(`${mode}: each screen of the quiz, in every window and light, has no axe violation, large letters, large targets`, () =>
    onPhone(async (page) => {
      const wrong = [];
      const simple = mode === "simple";
      for (const lang of ["fr", "en"]) {
        await page.setViewportSize({ width: 360, height: 640 });
        await choose(page, portal, mode, lang);
        const look = async (name) => {
          const measured = [["phone", { width: 360, height: 640 }], ...Object.entries(lang === "fr" ? NARROW : {})];
          for (const [window, viewport] of measured) {
            await page.setViewportSize(viewport);
            const where = `quiz/${name}-${mode}-${lang}-${viewport.width}`;
            await shoot(page, where);
            const lines = window === "phone" ? await violations(page) : [];
            for (const line of [...lines, ...(await faults(page, mode))]) wrong.push(`${where}: ${line}`);
          }
          await page.setViewportSize({ width: 360, height: 640 });
          if (lang !== "fr") return;
          for (const media of [{ colorScheme: "dark" }, { forcedColors: "active" }]) {
            await page.emulateMedia(media);
            const kind = Object.values(media)[0];
            await shoot(page, `quiz/${name}-${mode}-${kind}`);
            for (const line of await violations(page)) wrong.push(`${name} ${kind}: ${line}`);
          }
          await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
        };
        await open(page, portal, "quiz");
        await page.waitForSelector("main [data-action=quiz-start]");
        await look("start");
        await page.click("[data-action=quiz-about]");
        await look("about");
        await page.click("main .button.main");
        await page.click("[data-action=quiz-start]");
        for (let n = 0; n < SESSION; n++) {
          await onView(page);
          if (n === 0) await look("look");
          if (simple) await page.click("[data-action=quiz-answer]");
          if (simple && n === 0) await look("ask");
          await page.click(`[data-action=verdict-${n % 2 ? "reliable" : "unreliable"}]`);
          if (!simple) {
            await page.waitForSelector("[data-action=sure-sure]");
            if (n === 0) await look("sure");
            await page.click("[data-action=sure-sure]");
            await page.locator("[data-action=quiz-segment]").nth(1).click();
            await page.click("[data-action=quiz-lacking]");
            if (n < 2) await look(`helped-${n}`);
            await page.click("[data-action=quiz-helped]");
          }
          await page.waitForSelector("main [data-verdict]");
          if (n < 2) await look(`told-${n}`);
          if (simple) {
            await page.click("[data-action=quiz-keep]");
            await page.waitForSelector("[data-action=quiz-next]");
            if (n === 0) await look("kept");
          }
          await page.click("[data-action=quiz-next]");
        }
        await page.waitForSelector("main [data-action=check-video]");
        await look("end");
      }
      assert.equal(wrong.join("\n"), "");
    }));
}
