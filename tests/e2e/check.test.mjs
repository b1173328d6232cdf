// « J’ai trouvé une vidéo »: what was pasted or shared is recognised and never opened; five questions and one
// step aside lead to each of the three answers, in both modes and languages, by keyboard, without network;
// what hurts leads to the warning screen; what came out is in the journal, the summary and the results.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { DESK, PHONE } from "./lib/chromium.mjs";
import { Clinic, kitFolder } from "./lib/clinic.mjs";
import { happened, journal, live, written } from "./lib/journal.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { faults, tabTo } from "./lib/layout.mjs";
import { choose, onPhone, open, openLink } from "./lib/portal.mjs";
import { voice } from "./lib/session.mjs";
import { shoot } from "./lib/shots.mjs";

const MODES = ["standard", "simple"];
const CUES = ["C1", "C2", "C3", "C4", "C5"];
const SHARED = "Découvre la vidéo de Léa Exemple ! #dos https://vm.tiktok.com/ZNexemple1/?_r=1&_t=8abc";
const ADDRESS = "https://vm.tiktok.com/ZNexemple1/";
const TITLE = "Découvre la vidéo de Léa Exemple ! #dos";

const WORDS = {
  fr: {
    grave: /^Signal grave : ne la faites pas, montrez-la à votre kiné$/,
    "no-signal": /^Aucun signal d’alerte repéré\. Cela ne dit pas qu’elle vous convient : demandez à votre kiné$/,
    "not-enough": /^Pas assez d’informations : envoyez-la$/,
  },
  en: {
    grave: /^Serious sign: don’t do it, show it to your physiotherapist$/,
    "no-signal": /^No warning sign spotted\. That does not say that it suits you: ask your physiotherapist$/,
    "not-enough": /^Not enough information: send it$/,
  },
};

/** Answers, and what they lead to. The last two are those of the step aside. */
const WAYS = [
  { say: ["no", "yes", "no", "unknown", "no"], outcome: "grave" },
  { say: ["no", "no", "no", "no", "no", "yes", "unknown"], outcome: "no-signal" },
  { say: ["no", "no", "unknown", "no", "no", "no", "yes"], outcome: "not-enough" },
  { say: ["no", "no", "no", "no", "no", "no", "unknown"], outcome: "not-enough" },
];

let clinic, portal, link;

before(async () => {
  clinic = await Clinic.open({ kit: null });
  portal = clinic.proxy.url;
  const kit = aKit([exercise("chair")], { return: "show" });
  link = await clinic.publish(await writeKit(await kitFolder(clinic.dir, "video"), kit));
});

after(() => clinic?.close());

const plain = (text) => text.replaceAll("\u00a0", " ");
const heading = async (page) => plain(await page.locator("main h1").innerText());
const words = async (page) => plain(await page.locator("main").innerText());

/** The screen as it stands breaks no rule. `name` is its picture's. */
async function sound(page, mode, name) {
  await shoot(page, `check/${name}-${mode}`);
  assert.deepEqual([...(await violations(page)), ...(await faults(page, mode))], [], `${name} ${mode}`);
}

/** The first screen, with a field to write into. */
async function begin(page) {
  await open(page, portal, "check");
  await page.waitForSelector("[data-action=check-write], [data-action=check-go]");
  if (await page.locator("[data-action=check-write]").count()) await page.click("[data-action=check-write]");
  await page.waitForSelector("[data-action=check-go]");
}

/** Gives a text, and waits for what was recognised in it. */
async function give(page, text) {
  await begin(page);
  await page.fill("#video", text);
  await page.click("[data-action=check-go]");
  if (text) await page.waitForSelector("[data-action=check-start]");
}

/** The question or step on view. */
async function asked(page) {
  const here = page.locator("main [data-cue], main [data-step]");
  await here.waitFor();
  return here.evaluate((e) => e.dataset.cue ?? e.dataset.step);
}

/** A screen that was turned to has the focus on its heading: a Tab before that would be lost. */
const turned = (page) => page.waitForFunction(() => document.activeElement.localName === "h1");

/** Answers what is on view, and waits for what follows. */
async function say(page, said, press = (selector) => page.click(selector)) {
  const here = await asked(page);
  if (await page.locator("[data-action=check-looked]").count()) {
    await press("[data-action=check-looked]");
    await page.waitForSelector(`[data-action=check-${said}]`);
    await turned(page);
  }
  await press(`[data-action=check-${said}]`);
  await page.waitForFunction(
    (was) => {
      const now = document.querySelector("main [data-cue], main [data-step]");
      return document.querySelector("main [data-outcome]") || (now && (now.dataset.cue ?? now.dataset.step) !== was);
    },
    here,
  );
  await turned(page);
  return here;
}

/** Answers the five questions alike. */
async function sayToAll(page, said) {
  for (let n = 0; n < CUES.length; n++) await say(page, said);
}

/** What the screen at the end says. */
const outcome = (page) => page.locator("main [data-outcome]").getAttribute("data-outcome");

/** Until the service worker answers, and has kept the screens of the check. */
async function offlineReady(page) {
  await open(page, portal, "check");
  await page.waitForSelector("main form, [data-action=check-write]");
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.waitForFunction(async () => {
    for (const name of await caches.keys()) {
      const urls = (await (await caches.open(name)).keys()).map((r) => r.url);
      if (urls.some((u) => /quiz-.*\.wasm$/.test(u)) && urls.some((u) => /quiz-.*\.css$/.test(u))) return true;
    }
    return false;
  });
}

test("what is pasted is shown with its place, its title and its address, nothing of who shared it, and nothing is fetched", () =>
  onPhone(async (page) => {
    const asked = [];
    page.on("request", (r) => asked.push(r.url()));
    await give(page, SHARED);
    const card = page.locator("main [data-platform]");
    assert.equal(await card.getAttribute("data-platform"), "tiktok");
    const said = plain(await card.innerText());
    for (const part of ["Sur TikTok", TITLE, ADDRESS]) assert.ok(said.includes(part), said);
    assert.ok(!said.includes("8abc"), said);
    assert.equal(await page.locator("main a[href*=tiktok]").count(), 0, "nothing leads there");
    await page.click("[data-action=check-start]");
    for (const cue of CUES) assert.equal(await say(page, "yes"), cue);
    assert.deepEqual(asked.filter((url) => !url.startsWith(portal)), []);
    await page.waitForSelector("main [data-outcome]");
    assert.deepEqual(asked.filter((url) => !url.startsWith(portal)), [], "not at the end either");
  }));

test("« Coller » takes what was copied, if the browser gives it, and says what to do when there is nothing", () =>
  onPhone(async (page, browser) => {
    await browser.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(portal).origin });
    for (const mode of MODES) {
      await choose(page, portal, mode);
      await open(page, portal, "check");
      await page.waitForSelector("[data-action=check-paste]");
      if (mode === "simple") await sound(page, mode, "paste");
      await page.evaluate(() => navigator.clipboard.writeText(""));
      await page.click("[data-action=check-paste]");
      await page.waitForSelector("main [role=status] p");
      assert.match(await words(page), /Rien à coller/);
      assert.equal(await page.locator("#video").count(), 1, "the field is there");
      await open(page, portal, "check");
      await page.waitForSelector("[data-action=check-paste]");
      await page.evaluate((text) => navigator.clipboard.writeText(text), SHARED);
      await page.click("[data-action=check-paste]");
      await page.waitForSelector("main [data-platform=tiktok]");
      await page.click("[data-action=check-change]");
    }
  }));

for (const mode of MODES) {
  test(`${mode}: five questions and a step aside lead to each of the three answers, in both languages, and into the journal`, () =>
    onPhone(async (page) => {
      let n = 0;
      for (const lang of ["fr", "en"]) {
        await choose(page, portal, mode, lang);
        for (const { say: said, outcome: expected } of WAYS) {
          await give(page, SHARED);
          if (n % WAYS.length === 0) await sound(page, mode, `found-${lang}`);
          await page.click("[data-action=check-start]");
          for (const [at, answer] of said.entries()) {
            const here = await asked(page);
            assert.equal(here, [...CUES, "listed", "confirmed"][at]);
            await turned(page); // read from its heading
            if (n % WAYS.length < 2) await sound(page, mode, `${here}-${lang}`);
            const lesson = page.locator("[data-action=check-lesson]");
            if (mode === "standard" && at < 5) assert.equal(await lesson.getAttribute("href"), `quiz/lesson/${here}`);
            if (at >= 5) {
              const out = await page.locator("main a[target=_blank]").evaluateAll((all) => all.map((a) => [a.protocol, a.rel]));
              assert.ok(out.length > 0 && out.every(([scheme, rel]) => scheme === "https:" && rel === "noopener noreferrer"));
            }
            await say(page, answer);
          }
          assert.equal(await outcome(page), expected);
          assert.match(await heading(page), WORDS[lang][expected]);
          assert.equal(await page.locator("main .notice .icon").count(), 1, "an icon stands beside the word");
          await sound(page, mode, `${expected}-${n}-${lang}`);
          n += 1;
          const event = (await written(page, "video-checked", n)).at(-1);
          assert.deepEqual(
            { url: event.url, title: event.title, answers: event.answers, outcome: event.outcome, by: event.by },
            { url: ADDRESS, title: TITLE, answers: said.slice(0, 5), outcome: expected, by: "patient" },
          );
          assert.equal(new URL(page.url()).pathname, `/check/${event.id}`);
          // What came out is read from the journal: a reload shows the same.
          await page.reload();
          await page.waitForSelector("main [data-outcome]");
          assert.equal(await outcome(page), expected);
          if (expected === "grave") assert.equal(await page.locator("main .notice li").count(), 1, "the one signal");
        }
      }
      assert.equal((await happened(page, "video-checked")).length, n, "each once");
    }));

  test(`${mode}: a reload in the middle, another tab's life and a change of mode lose no answer`, () =>
    onPhone(async (page, browser) => {
      await choose(page, portal, mode);
      await give(page, SHARED);
      await page.click("[data-action=check-start]");
      for (const said of ["no", "unknown"]) await say(page, said);
      await page.reload();
      assert.equal(await asked(page), "C3");
      await open(page, portal, "help");
      await open(page, portal, "check");
      assert.equal(await asked(page), "C3");
      const other = await browser.context.newPage();
      await other.goto(`${portal}check`);
      await other.waitForSelector("[data-action=check-go], [data-action=check-write]");
      await other.close();
      await page.click(`[data-action=mode-${mode === "simple" ? "standard" : "simple"}]`);
      assert.equal(await asked(page), "C3");
      await page.click(`[data-action=mode-${mode}]`);
      for (const said of ["no", "no", "no", "no", "no"]) await say(page, said);
      assert.equal(await outcome(page), "not-enough");
      const [event] = await written(page, "video-checked", 1);
      assert.deepEqual(event.answers, ["no", "unknown", "no", "no", "no"]);
      await page.click("[data-action=check-again]");
      await page.waitForSelector("[data-action=check-go], [data-action=check-write]");
    }));

  test(`${mode}: « J’ai mal depuis » goes straight to the warning screen, the video named, and no check is noted`, () =>
    onPhone(async (page) => {
      await openLink(page, link);
      await choose(page, portal, mode);
      await give(page, SHARED);
      await page.click("[data-action=check-pain]");
      await page.waitForSelector("main [data-action=report-told]");
      assert.equal(await page.locator("main a[href='tel:15']").count(), 1, "the 15 within reach");
      if (mode === "standard") assert.equal(await page.inputValue("#which"), `${TITLE} ${ADDRESS}`);
      await sound(page, mode, "pain");
      await page.fill("#happened", "Mal au dos");
      await page.click("[data-action=report-told]");
      await page.waitForSelector("main [data-sign]");
      const [event] = await written(page, "tried-elsewhere", 1);
      assert.deepEqual([event.which, event.happened], [`${TITLE} ${ADDRESS}`, "Mal au dos"]);
      assert.deepEqual(await happened(page, "video-checked"), []);
      await open(page, portal, "check");
      await page.waitForSelector("[data-action=check-go], [data-action=check-write]");
    }));
}

for (const mode of MODES) {
  test(`${mode}: « J’ai mal depuis » stands on every question and at the end, and without a kit leads to whom to call`, () =>
    onPhone(async (page) => {
      const which = `${TITLE} ${ADDRESS}`;
      await choose(page, portal, mode);
      await give(page, SHARED);
      await page.click("[data-action=check-start]");
      for (const said of ["no", "no", "no", "no", "no", "no", "no"]) {
        assert.equal(await page.locator("[data-action=check-pain]").count(), 1, await asked(page));
        await say(page, said);
      }
      assert.equal(await page.locator("[data-action=check-pain]").count(), 1, "at the end");
      await page.click("[data-action=check-pain]");
      await page.waitForSelector("main [data-action=report-told]");
      if (mode === "standard") assert.equal(await page.inputValue("#which"), which);
      await page.click("[data-action=report-told]");
      assert.equal((await written(page, "tried-elsewhere", 1))[0].which, which);
      await page.waitForSelector("main a[href='tel:112']");
    }));

  test(`${mode}: in the middle of the questions « J’ai mal depuis » takes the video along`, () =>
    onPhone(async (page) => {
      await choose(page, portal, mode);
      await give(page, SHARED);
      await page.click("[data-action=check-start]");
      await say(page, "no");
      await page.click("[data-action=check-pain]");
      await page.waitForSelector("main [data-action=report-told]");
      await page.click("[data-action=report-told]");
      assert.equal((await written(page, "tried-elsewhere", 1))[0].which, `${TITLE} ${ADDRESS}`);
      assert.deepEqual(await happened(page, "video-checked"), [], "no check is noted");
    }));
}

test("« Retour » comes to the question before, and from the first one to the video", () =>
  onPhone(async (page) => {
    await give(page, SHARED);
    await page.click("[data-action=check-start]");
    for (const said of ["no", "no"]) await say(page, said);
    for (const cue of ["C2", "C1"]) {
      await page.click("[data-action=check-back]");
      await page.waitForSelector(`main [data-cue=${cue}]`);
    }
    await page.click("[data-action=check-back]");
    await page.waitForSelector("main [data-platform=tiktok]");
    await page.click("[data-action=check-change]");
    await page.waitForSelector("#video");
  }));

test("a share into the installed app arrives, is read once, and leaves neither address bar nor history", () =>
  onPhone(async (page) => {
    await open(page, portal);
    const before = await page.evaluate(() => history.length);
    // As Android's apps do: the address in the text.
    await page.goto(`${portal}check?${new URLSearchParams({ title: "", text: SHARED, url: "" })}`);
    await page.waitForSelector("main [data-platform=tiktok]");
    assert.equal(page.url(), `${portal}check`);
    assert.equal(await page.evaluate(() => history.length), before + 1);
    await page.reload();
    await page.waitForSelector("main [data-platform=tiktok]");
    await page.click("[data-action=check-start]");
    await say(page, "no");
    // The next share is about another video.
    await page.goto(`${portal}check?${new URLSearchParams({ title: "Nuque raide", url: "https://fb.watch/abc/?fs=e" })}`);
    await page.waitForSelector("main [data-platform=facebook]");
    const said = await words(page);
    assert.ok(said.includes("Nuque raide") && said.includes("https://fb.watch/abc/") && !said.includes("fs=e"), said);
    await page.goBack();
    await page.waitForSelector("main [data-platform=facebook]");
    assert.ok(!page.url().includes("?"), "the history holds nothing of it");
    // Another parameter is nobody's share.
    await page.goto(`${portal}check?lang=fr`);
    await page.waitForSelector("main [data-platform=facebook]");
  }));

test("without network a share arrives too, the clinic is to be asked, and the whole check works", () =>
  onPhone(async (page, browser) => {
    await offlineReady(page);
    await browser.context.setOffline(true);
    await page.goto(`${portal}check?${new URLSearchParams({ text: SHARED })}`);
    await page.waitForSelector("main [data-platform=tiktok]");
    await page.click("[data-action=check-start]");
    await sayToAll(page, "no");
    assert.equal(await asked(page), "listed");
    assert.equal(await page.locator("main a[target=_blank]").count(), 0, "no link that leads nowhere");
    await sound(page, "standard", "offline");
    await page.click("[data-action=check-clinic]");
    await page.waitForSelector("main [data-outcome=not-enough]");
    assert.match(await words(page), /Personne de fiable ne la confirme encore/);
    await page.reload();
    await page.waitForSelector("main [data-outcome=not-enough]");
    const [event] = await written(page, "video-checked", 1);
    assert.deepEqual([event.listed, event.confirmed], ["unknown", "unknown"]);
  }));

test("words without a link are the video's name; a hidden program is no link; nothing at all is no hindrance", () =>
  onPhone(async (page) => {
    await give(page, "la vidéo du dos, <b>vue</b> chez Mamie");
    const card = plain(await page.locator("main [data-platform=other]").innerText());
    assert.ok(card.includes("Vidéo sans lien") && card.includes("la vidéo du dos, <b>vue</b> chez Mamie"), card);
    await page.click("[data-action=check-change]");
    for (const bad of ["javascript:alert(document.domain)", "data:text/html,<script>alert(1)</script>"]) {
      await page.fill("#video", bad);
      await page.click("[data-action=check-go]");
      await page.waitForSelector("main [data-problem=video_link]");
      assert.ok(!(await words(page)).includes("alert"), "nothing of it is shown");
      await sound(page, "standard", "refused");
      await page.click("[data-action=check-change]");
      await page.waitForSelector("#video");
    }
    await page.goto(`${portal}check?${new URLSearchParams({ url: "javascript:alert(1)" })}`);
    await page.waitForSelector("main [data-problem=video_link]");
    await page.click("[data-action=check-start]");
    assert.equal(await asked(page), "C1");
    await page.click("[data-action=check-back]");
    await page.waitForSelector("#video");
    await page.click("[data-action=check-go]");
    assert.equal(await asked(page), "C1");
    await sayToAll(page, "yes");
    const [event] = await written(page, "video-checked", 1);
    assert.deepEqual([event.url, event.title], [undefined, ""]);
    assert.equal(await page.locator("main [data-platform]").count(), 0);
  }));

test("what was checked before is listed with its answer; « Je l’ai montrée » is kept, and taken back", () =>
  onPhone(async (page) => {
    await give(page, SHARED);
    await page.click("[data-action=check-start]");
    await sayToAll(page, "yes");
    await open(page, portal, "check");
    const row = page.locator("main [data-checked=grave]");
    await row.waitFor();
    assert.match(plain(await row.innerText()), /TikTok · Découvre[\s\S]*Signal grave/);
    await sound(page, "standard", "before");
    const shown = row.locator("[data-action=check-shown]");
    assert.equal(await shown.getAttribute("aria-pressed"), "false");
    await shown.click();
    const [{ id }] = await written(page, "video-checked", 1);
    assert.deepEqual((await written(page, "video-shown", 1)).map((e) => [e.check, e.shown]), [[id, true]]);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.action), "check-shown", "the focus stays");
    await page.reload();
    await page.waitForSelector("[data-action=check-shown][aria-pressed=true]");
    await page.click("[data-action=check-open]");
    await page.waitForSelector("main [data-outcome=grave]");
    await page.click("[data-action=check-shown][aria-pressed=true]");
    assert.equal((await written(page, "video-shown", 2)).at(-1).shown, false);
    await choose(page, portal, "simple");
    await begin(page);
    await sound(page, "simple", "write");
    await page.click("[data-action=check-list]");
    await page.waitForSelector("main [data-checked=grave]");
    await sound(page, "simple", "list");
    await page.click("[data-action=check-shown]");
    await written(page, "video-shown", 3);
    await open(page, portal, "check/nothing-of-this-name");
    await page.waitForSelector("main a[href='./']");
  }));

test("of the videos that were tried, how many had been checked first: two numbers above the list, once there are any", () =>
  onPhone(async (page) => {
    await give(page, SHARED);
    await page.click("[data-action=check-start]");
    await sayToAll(page, "yes");
    await open(page, portal, "check");
    await page.waitForSelector("main [data-checked]");
    assert.equal(await page.locator("main [data-tried]").count(), 0);
    const tried = (which) => ({ kind: "tried-elsewhere", which, happened: "", by: "patient" });
    await live(page, tried(`${TITLE} ${ADDRESS}`), tried("la vidéo de mon voisin"));
    for (const mode of MODES) {
      await choose(page, portal, mode);
      await open(page, portal, "check/list");
      const line = page.locator("main [data-tried='2']");
      assert.equal(plain(await line.innerText()), "Vidéos d’ailleurs que vous avez essayées : 2. Vérifiées avant : 1.");
      await sound(page, mode, "tried");
    }
  }));

test("in simple mode the phone’s voice reads each question with its answers, and the step aside too", () =>
  onPhone(async (page) => {
    await page.addInitScript(voice);
    await choose(page, portal, "simple");
    await give(page, SHARED);
    await page.click("[data-action=check-start]");
    const heard = async () => {
      await page.evaluate(() => (window.said = []));
      await page.click("main [data-action=read-aloud]");
      await page.waitForFunction(() => window.said.length > 0);
      return plain(await page.evaluate(() => window.said.map((s) => s.text).join(" ")));
    };
    for (const at of [...CUES, "listed", "confirmed"]) {
      assert.equal(await asked(page), at);
      if (await page.locator("[data-action=check-looked]").count()) {
        await page.click("[data-action=check-looked]");
        await page.waitForSelector("main [data-action=check-yes]");
        await turned(page);
      }
      const said = await heard();
      assert.ok(said.startsWith(`${await heading(page)}.`), said);
      assert.match(said, /Oui\. Non\. Je ne sais pas\./);
      await say(page, "no");
    }
  }));

test("a checked video is in the follow-up, in the summary and in the results; a helper is named", () =>
  onPhone(async (page) => {
    await openLink(page, link);
    await open(page, portal, "follow-up");
    await page.click("main [data-action=check-video]");
    await page.waitForSelector("#video");
    await page.fill("#video", SHARED);
    await page.click("[data-action=check-go]");
    await page.waitForSelector("[data-action=by-helper]");
    await page.click("[data-action=by-helper]");
    await page.click("[data-action=check-start]");
    await sayToAll(page, "yes");
    assert.match(await words(page), /Rien ne part sans votre accord/);
    await page.click("[data-action=check-results]");
    await page.waitForSelector("[data-action=consent]");
    for (const address of ["follow-up/results", "follow-up", "follow-up/summary"]) {
      await open(page, portal, address);
      const said = await words(page);
      assert.ok(said.includes(TITLE) && said.includes(ADDRESS), `${address}: ${said}`);
      assert.match(said, /Réponse affichée : signal grave\.[\s\S]*\(noté par un proche\)|\(noté par un proche\)[\s\S]*signal grave/, address);
    }
    await open(page, portal, "follow-up/results");
    await page.click("[data-action=consent]");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("[data-action=results-save]")]);
    const bundle = await readFile(await download.path(), "utf8");
    assert.ok(bundle.includes(ADDRESS) && bundle.includes(TITLE), "the file has it");
    assert.ok(!bundle.includes("8abc"));
  }));

for (const mode of MODES) {
  test(`${mode}: with Tab and Enter alone, from the field to an answer`, () =>
    onPhone(async (page) => {
      await choose(page, portal, mode);
      await begin(page);
      await tabTo(page, "#video");
      await page.keyboard.type("https://youtu.be/dQexemple01?si=x");
      const press = async (selector) => {
        await tabTo(page, selector);
        await page.keyboard.press("Enter");
      };
      await press("[data-action=check-go]");
      await page.waitForSelector("main [data-platform=youtube]");
      await turned(page);
      await press("[data-action=check-start]");
      await asked(page);
      await turned(page);
      for (const said of ["no", "no", "no", "no", "no", "yes", "yes"]) await say(page, said, press);
      assert.equal(await outcome(page), "no-signal");
      await press("[data-action=check-shown]");
      await written(page, "video-shown", 1);
    }));
}

test("no screen of the check is wider than 320 px or than a phone at 200 %, and dark, contrast and forced colours keep it legible", () =>
  onPhone(async (page) => {
    const LONG = `Dos${"-neuf".repeat(20)} https://www.exemple-sante.example/${"chemin".repeat(40)}`;
    const wrong = [];
    const look = async (name, mode) => {
      for (const [width, height] of [[320, 568], [568, 320], [180, 320], [DESK.width, DESK.height]]) {
        await page.setViewportSize({ width, height });
        if (width !== 568) await shoot(page, `check/narrow/${name}-${mode}-${width}`);
        for (const line of await faults(page, mode)) wrong.push(`${name} ${mode} ${width}: ${line}`);
      }
      await page.setViewportSize(PHONE);
      for (const media of [{ colorScheme: "dark" }, { contrast: "more" }, { forcedColors: "active" }]) {
        await page.emulateMedia({ colorScheme: null, contrast: null, forcedColors: null, ...media });
        if (media.colorScheme) await shoot(page, `check/dark/${name}-${mode}`);
        for (const line of await violations(page)) wrong.push(`${name} ${mode} ${JSON.stringify(media)}: ${line}`);
      }
      await page.emulateMedia({ colorScheme: null, contrast: null, forcedColors: null });
    };
    for (const mode of MODES) {
      await choose(page, portal, mode);
      await begin(page);
      await look("start", mode);
      await give(page, LONG);
      await look("found", mode);
      await page.click("[data-action=check-start]");
      await asked(page);
      await look("question", mode);
      for (let n = 0; n < 5; n++) await say(page, n ? "no" : "unknown");
      await look("listed", mode);
      for (let n = 0; n < 2; n++) await say(page, "no");
      await look("not-enough", mode);
      await give(page, SHARED);
      await page.click("[data-action=check-start]");
      await sayToAll(page, "yes");
      await look("grave", mode);
    }
    assert.equal(wrong.join("\n"), "");
    assert.ok((await journal(page)).length > 0);
  }));
