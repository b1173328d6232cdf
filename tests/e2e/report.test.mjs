// « Ça ne va pas » in each of its branches, what stops until a professional was spoken to, « Ressenti » and
// the question after a film: in both modes and languages, and without any network.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { PHONE } from "./lib/chromium.mjs";
import { Clinic, kitFolder } from "./lib/clinic.mjs";
import { journal, live, written } from "./lib/journal.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { faults } from "./lib/layout.mjs";
import { choose, kitOf, kitState, onPhone, open, openLink, startLight, toSigns } from "./lib/portal.mjs";
import { shoot } from "./lib/shots.mjs";

const MODES = ["standard", "simple"];
const CALLS = { red: ["tel:15", "tel:112", "sms:114"], orange: ["tel:15"], yellow: [] };

let clinic, portal, kit;

before(async () => {
  clinic = await Clinic.open();
  portal = clinic.proxy.url;
  kit = await kitOf(clinic);
});

after(() => clinic?.close());

/** The screen as it stands breaks no rule. `name` is its picture's. */
async function sound(page, mode, name) {
  await shoot(page, `report/${name}-${mode}`);
  assert.deepEqual([...(await violations(page)), ...(await faults(page, mode))], [], `${name} ${mode}`);
}

/** Where the calls and messages of the screen lead. */
const calls = (page) =>
  page.evaluate(() => [...document.querySelectorAll("main a[href^='tel:'], main a[href^='sms:']")].map((a) => a.getAttribute("href")));

const heading = (page) => page.locator("main h1").innerText();

/** Says that none of these signs is there, and waits for what follows. */
async function noSign(page) {
  const words = () => document.querySelector("main").innerText;
  const before = await page.evaluate(words);
  await page.click("main [data-action=report-none], main [data-action=sign-no]");
  await page.waitForFunction((before) => document.querySelector("main").innerText !== before, before);
}

/** From the signs on view to the answer of one. */
async function chooseSign(page, id) {
  for (let i = 0; i < 40; i++) {
    const here = page.locator(`main [data-sign="${id}"]`);
    if (await here.count()) {
      const yes = page.locator("main [data-action=sign-yes]");
      await ((await yes.count()) ? yes : here).click();
      return page.waitForSelector("main [data-level]");
    }
    await noSign(page);
  }
  throw new Error(`the sign ${id} is never asked`);
}

/** Says what happened on the first screen, in either mode. */
async function say(page, action) {
  await page.waitForSelector("main [data-action=report-go], main [data-action^=report-]");
  if (await page.locator("main [data-action=report-go]").count()) await page.click("main [data-action=report-go]");
  for (let i = 0; i < 4; i++) {
    const here = page.locator(`main [data-action=${action}]`);
    if (await here.count()) return here.click();
    await noSign(page);
  }
  throw new Error(`${action} is never offered`);
}

/** A phone with the kit, ready to go without network. */
const withKit = (run) =>
  onPhone(async (page, browser) => {
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    await run(page, browser);
  });

/** « Ça ne va pas » with the second part of the program here: without it a video from elsewhere is not asked about. */
async function openWhole(page) {
  await open(page, portal, "help");
  await page.click("nav.bar [data-action=report]");
  await page.waitForSelector("main [data-action=by-helper]");
}

for (const mode of MODES) {
  test(`${mode}: every sign of the kit leads, without network, to its own fixed screen and into the journal, in both languages`, () =>
    withKit(async (page) => {
      const phone = `tel:${kit.clinic.phone}`;
      let n = 0;
      for (const lang of ["fr", "en"]) {
        await choose(page, portal, mode, lang);
        await clinic.proxy.goOffline();
        try {
          for (const [at, rule] of kit.warnings.entries()) {
            await open(page, portal, "report");
            await toSigns(page);
            await chooseSign(page, rule.id);
            const text = await page.locator("main").innerText();
            assert.ok(text.includes(rule.sign[lang]) && text.includes(rule.action[lang]), `${rule.id}: ${text}`);
            const levels = await page.evaluate(() => [...document.querySelectorAll("[data-level]")].map((e) => e.dataset.level));
            assert.deepEqual(levels, [rule.level], `${rule.id}: one level on a screen`);
            const expected = rule.level === "yellow" ? [phone] : CALLS[rule.level];
            assert.deepEqual(await calls(page), expected, rule.id);
            n += 1;
            const event = (await written(page, "sign-chosen", n)).at(-1);
            assert.deepEqual(
              { kit: event.kit, sign: event.sign, level: event.level, by: event.by },
              { kit: kit.kit_id, sign: rule.id, level: rule.level, by: "patient" },
            );
            if (kit.warnings.findIndex((w) => w.level === rule.level) === at) await sound(page, mode, `${rule.level}-${lang}`);
          }
        } finally {
          await clinic.proxy.goOnline();
        }
      }
    }));

  test(`${mode}: from any screen the 15 is two taps away, without scrolling, and stays within reach at every question`, () =>
    withKit(async (page) => {
      await choose(page, portal, mode);
      await page.setViewportSize(PHONE);
      await open(page, portal);
      await page.click("nav.bar [data-action=report]");
      const call = page.locator("main a[href='tel:15']");
      await call.waitFor();
      const bar = await page.locator("nav.bar").boundingBox();
      const { y, height } = await call.boundingBox();
      assert.ok(y >= 0 && y + height <= bar.y, `at ${y} + ${height}, the bar begins at ${bar.y}`);
      await sound(page, mode, "start");
      await page.click("main [data-action=report-signs], main [data-action=report-go]");
      let last = "";
      for (let i = 0; i < 40; i++) {
        await page.waitForFunction((last) => document.querySelector("main").innerText !== last, last);
        last = await page.locator("main").innerText();
        if (!(await page.locator("main [data-action=report-none], main [data-action=sign-no]").count())) break;
        assert.deepEqual(await calls(page), ["tel:15"], last);
        assert.equal(await page.locator("main input, main textarea").count(), 0, "nothing need be written");
        await sound(page, mode, `question-${i}`);
        await page.click("main [data-action=report-none], main [data-action=sign-no]");
      }
      assert.deepEqual(await calls(page), [`tel:${kit.clinic.phone}`], "no sign: the kiné");
      assert.deepEqual(await journal(page), [], "nothing was chosen, nothing is noted");
    }));

  test(`${mode}: a fall is noted once, asks about being hurt first, and stops until a professional was spoken to`, () =>
    withKit(async (page) => {
      await choose(page, portal, mode);
      await open(page, portal, "report");
      await say(page, "report-fall");
      const first = await page.locator("main [data-sign]").first().getAttribute("data-sign");
      assert.equal(first, "fall-hurt");
      assert.ok((await calls(page)).includes("tel:15"));
      await sound(page, mode, "fall");
      const [fell] = await written(page, "fell", 1);
      assert.equal(fell.by, "patient");

      await open(page, portal);
      const block = page.locator("main [data-status=blocked]");
      await block.waitFor();
      assert.ok((await block.innerText()).includes("chute"));
      assert.deepEqual(await calls(page), ["tel:15", `tel:${kit.clinic.phone}`]);
      await sound(page, mode, "blocked");
      await block.locator("[data-action=spoken]").click();
      await page.waitForSelector("dialog[open] [data-action=spoken-confirm]");
      await sound(page, mode, "blocked-ask");
      await page.click("dialog[open] .button.main");
      await page.waitForSelector("dialog", { state: "hidden" });
      assert.equal((await journal(page)).length, 1, "« Pas encore » changes nothing");

      await open(page, portal);
      await block.locator("[data-action=spoken]").click();
      await page.click("dialog[open] [data-action=spoken-confirm]");
      await block.waitFor({ state: "detached" });
      await page.waitForFunction(() => document.activeElement?.tagName === "H1");
      const [spoken] = await written(page, "spoken-to-professional", 1);
      assert.deepEqual(spoken.about, [fell.id]);
      await open(page, portal);
      await page.waitForSelector("main [data-action=exercise-open]");
      assert.equal(await block.count(), 0);

      await open(page, portal, "report");
      await toSigns(page);
      await chooseSign(page, kit.warnings.find((w) => w.level === "red").id);
      await written(page, "sign-chosen", 1);
      await open(page, portal);
      await block.waitFor();
      assert.ok((await block.innerText()).includes(kit.warnings.find((w) => w.level === "red").sign.fr));
      await sound(page, mode, "blocked-red");
    }));

  test(`${mode}: a video from elsewhere is told in few words or none, by the patient or somebody close, and leads on to the signs`, () =>
    withKit(async (page) => {
      await choose(page, portal, mode);
      const from = clinic.proxy.log.length;
      await openWhole(page);
      await page.click("main [data-action=by-helper]");
      if (mode === "simple") {
        await noSign(page);
        await noSign(page);
        await page.click("main [data-action=report-elsewhere]");
      } else {
        await say(page, "report-elsewhere");
      }
      await page.fill("main #which", "Un défi « 30 jours » <b>");
      await sound(page, mode, "elsewhere");
      if (mode === "simple") await page.click("main [data-action=report-told]");
      await page.fill("main #happened", "J’ai plus mal au genou.");
      await page.click("main [data-action=report-told]");
      await page.waitForSelector("main [data-sign]");
      const [told] = await written(page, "tried-elsewhere", 1);
      assert.deepEqual(
        [told.which, told.happened, told.by],
        ["Un défi « 30 jours » <b>", "J’ai plus mal au genou.", "helper"],
      );
      await chooseSign(page, kit.warnings.at(-1).id);
      const [sign] = await written(page, "sign-chosen", 1);
      assert.equal(sign.by, "helper", "« noté par un proche » holds for the whole way");

      await openWhole(page);
      await say(page, "report-elsewhere");
      await page.click("main [data-action=report-told]");
      if (mode === "simple") {
        await page.waitForSelector("main #happened");
        await page.click("main [data-action=report-told]");
      }
      await page.waitForSelector("main [data-sign]");
      const [, empty] = await written(page, "tried-elsewhere", 2);
      assert.deepEqual([empty.which, empty.happened, empty.by], ["", "", "patient"]);
      assert.deepEqual(clinic.proxy.log.slice(from).filter((r) => !["GET", "HEAD"].includes(r.method)), [], "and is kept here");
    }));

  test(`${mode}: a new pain asks the signs, and can then be noted without being about a session`, () =>
    withKit(async (page) => {
      await choose(page, portal, mode);
      await live(page, { kind: "session-started", kit: kit.kit_id, session: "s", exercises: [] });
      await open(page, portal, "report");
      await say(page, "report-pain");
      await page.waitForSelector("main [data-sign]");
      for (let i = 0; i < 40 && !(await page.locator("main [data-action=report-note]").count()); i++) await noSign(page);
      await sound(page, mode, "pain-other");
      await page.click("main [data-action=report-note]");
      if (mode === "simple") {
        await page.click("main [data-action=feeling-start]");
        for (let i = 0; i < 4; i++) await page.click("main [data-action=felt-more]");
      } else {
        await page.click("main label[data-level='4']");
      }
      await page.click("main [data-action=felt]");
      const [felt] = await written(page, "felt", 1);
      assert.deepEqual([felt.session ?? null, felt.what, felt.level], [null, "pain", 4]);
    }));

  test(`${mode}: without a kit whom to call is there at once, and a fall or a video can still be noted`, () =>
    onPhone(async (page) => {
      await open(page, portal);
      await choose(page, portal, mode);
      await open(page, portal, "report");
      assert.deepEqual((await calls(page)).slice(0, 2), ["tel:15", "tel:112"]);
      await sound(page, mode, "no-kit");
      await say(page, "report-fall");
      await page.waitForSelector("main [data-sign=hurt]");
      await sound(page, mode, "no-kit-hurt");
      await page.click("main [data-action=sign-no]");
      await page.waitForFunction(() => document.querySelector("main").innerText.includes("C’est noté"));
      await sound(page, mode, "no-kit-noted");
      await written(page, "fell", 1);
      await open(page, portal);
      await page.waitForSelector("main [data-status=blocked]");
      assert.deepEqual(await calls(page), ["tel:15"]);
      await sound(page, mode, "no-kit-blocked");
    }));

  test(`${mode}: after a session one question, the rest only for who adds it, and nothing twice`, () =>
    withKit(async (page) => {
      await choose(page, portal, mode);
      await live(
        page,
        { kind: "session-started", kit: kit.kit_id, session: "s1", exercises: [] },
        { kind: "session-ended", kit: kit.kit_id, session: "s1" },
      );
      await open(page, portal, "feeling");
      assert.ok((await page.locator("main").innerText()).includes("Après la séance d’aujourd’hui"));
      await sound(page, mode, "feeling");
      if (mode === "simple") {
        await page.click("main [data-action=by-helper]");
        await page.waitForSelector("main [data-action=felt-more]");
        assert.ok((await page.locator("main [data-action=felt]").innerText()).includes("Passer"));
        for (let i = 0; i < 12; i++) await page.click("main [data-action=felt-more]");
        assert.equal(await page.locator("main .scale-value").getAttribute("data-level"), "10", "no more than the most");
        for (let i = 0; i < 3; i++) await page.click("main [data-action=felt-less]");
        await sound(page, mode, "feeling-value");
      } else {
        // By the keyboard: a radio group is one stop, arrows choose.
        await page.focus("main label[data-level='6'] input");
        await page.keyboard.press("Space");
        await page.keyboard.press("ArrowDown");
        await page.click("main [data-action=by-helper]");
        assert.deepEqual(await journal(page).then((j) => j.filter((e) => e.kind === "felt")), [], "not before « Noter »");
        await sound(page, mode, "feeling-value");
      }
      await page.click("main [data-action=felt]");
      const [pain] = await written(page, "felt", 1);
      assert.deepEqual(
        { kit: pain.kit, session: pain.session, what: pain.what, level: pain.level, after: pain.after, by: pain.by },
        { kit: kit.kit_id, session: "s1", what: "pain", level: 7, after: true, by: "helper" },
      );
      assert.equal(await heading(page), "C’est noté");
      await sound(page, mode, "feeling-noted");

      await page.reload();
      await page.waitForSelector("main [data-action=felt-again]");
      assert.equal(await heading(page), "C’est noté", "not asked again after a reload");
      await page.click("main [data-action=felt-more-questions]");
      if (mode === "standard") {
        await sound(page, mode, "feeling-add");
        await page.click("main [data-action=add-effort]");
        await page.click("main label[data-level='3']");
        await page.click("main [data-action=felt]");
        await page.click("main [data-action=felt-more-questions]");
        assert.equal(await page.locator("main [data-action=add-effort]").count(), 0);
        await page.click("main [data-action=add-difficulty]");
        await page.click("main label[data-level='2']");
        await sound(page, mode, "feeling-difficulty");
        await page.click("main [data-action=felt]");
        await page.click("main [data-action=felt-more-questions]");
        await page.click("main [data-action=add-note]");
      } else {
        // Fatigue is passed over, effort answered.
        await page.click("main [data-action=felt]");
        await page.waitForFunction(() => document.querySelector("main h1").innerText.includes("effort"));
        for (let i = 0; i < 3; i++) await page.click("main [data-action=felt-more]");
        await page.click("main [data-action=felt]");
      }
      await page.fill("main #note", "Le genou craque.");
      await sound(page, mode, "feeling-note");
      await page.click("main [data-action=note-keep]");
      if (mode === "simple") {
        await sound(page, mode, "feeling-difficulty");
        await page.click("main button[data-level='2']");
      }
      assert.equal(await heading(page), "C’est noté");
      const rest = (await written(page, "felt", 3)).slice(1).map((e) => [e.what, e.level, e.session]);
      assert.deepEqual(rest, [["effort", 3, "s1"], ["difficulty", 2, "s1"]]);
      const [note] = await written(page, "noted", 1);
      assert.deepEqual([note.text, note.session], ["Le genou craque.", "s1"]);

      await page.click("main [data-action=felt-again]");
      assert.ok((await page.locator("main").innerText()).includes("À un autre moment"));
    }));

  test(`${mode}: the question after a film comes once it was seen, explains either answer, and is asked once`, () =>
    withKit(async (page) => {
      const { id, teach_back: question } = kit.exercises.find((e) => e.teach_back && e.video);
      await choose(page, portal, mode);
      const wrong = question.right === 1 ? 2 : 1;
      const ask = page.locator("main [data-action=teach-answer]");
      const toFilm = async () => {
        await open(page, portal, `exercise/${id}`);
        if (mode === "simple") {
          await page.click("main .button.main");
          await page.waitForSelector("main [data-action=play]");
        }
      };
      await toFilm();
      if (mode === "simple") await page.click("main .button.main:not([data-action])");
      assert.equal(await page.locator("main [data-action^=teach]").count(), 0, "not before the film was seen");
      await live(page, { kind: "seen", kit: kit.kit_id, item: id });
      await toFilm();
      if (mode === "simple") {
        await page.click("main .button.main:not([data-action])");
        await page.waitForSelector("main [data-action=teach-start]");
        await sound(page, mode, "teach-start");
        await page.click("main [data-action=teach-pass]");
        await page.waitForFunction(() => !document.querySelector("main [data-action^=teach]"));
        assert.match(await heading(page), /Quand s’arrêter/);
        await toFilm();
        await page.click("main .button.main:not([data-action])");
        await page.click("main [data-action=teach-start]");
      } else {
        await ask.first().waitFor();
        await page.click("main [data-action=teach-pass]");
        await ask.first().waitFor({ state: "detached" });
        await toFilm();
      }
      await ask.first().waitFor();
      await sound(page, mode, "teach");
      await page.click(`main [data-action=teach-answer][data-answer='${wrong}']`);
      const outcome = page.locator("#teach-outcome[data-right=false]");
      await outcome.waitFor();
      const text = await outcome.innerText();
      assert.ok(text.includes(question.because.fr) && text.includes(question.answers[question.right - 1].fr), text);
      await page.waitForFunction(() => document.activeElement?.id === "teach-outcome");
      await sound(page, mode, "teach-outcome");
      const [taught] = await written(page, "taught-back", 1);
      assert.deepEqual([taught.kit, taught.exercise, taught.answer, taught.right], [kit.kit_id, id, wrong, false]);
      await toFilm();
      if (mode === "simple") await page.click("main .button.main:not([data-action])");
      await page.waitForFunction(() => !document.querySelector("main [data-action^=teach]"));
      assert.equal(await page.locator("main [data-action^=teach]").count(), 0, "not asked twice");
    }));
}

test("after a fall a kit that has no rule about falling still asks about being hurt, and calls the 15", () =>
  onPhone(async (page) => {
    const dir = await kitFolder(clinic.dir, "no-fall");
    await openLink(page, await clinic.publish(await writeKit(dir, aKit([exercise("a")]))));
    await open(page, portal, "report");
    await say(page, "report-fall");
    await page.click("main [data-action=sign-yes]");
    await page.waitForSelector("main [data-level=red]");
    assert.deepEqual(await calls(page), CALLS.red);
    assert.deepEqual((await journal(page)).map((e) => e.kind), ["fell"], "no rule was chosen");
    await sound(page, "standard", "hurt");
  }));
