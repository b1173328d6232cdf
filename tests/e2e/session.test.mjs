// The guided session: paced, heard, written down set by set; STOP, pauses, reloads and kills.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Clinic } from "./lib/clinic.mjs";
import { happened, journal } from "./lib/journal.mjs";
import { kitState, onPhone, open, openLink, startLight, usable } from "./lib/portal.mjs";
import { QUICK, SIDES, beginExercise, prescribe, voice } from "./lib/session.mjs";

let clinic, portal;

before(async () => {
  clinic = await Clinic.open();
  portal = clinic.proxy.url;
  await prescribe(clinic, { "sit-to-stand": QUICK, "balance-at-the-sink": SIDES });
});
after(() => clinic?.close());

/** A phone with the kit and a voice. */
const withKit = (run, { simple = false, spoken = true, ...options } = {}) =>
  onPhone(async (page, browser) => {
    if (spoken) await browser.context.addInitScript(voice);
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    if (simple) {
      await open(page, portal, "settings");
      await page.click("[data-action=mode-simple]");
      await page.waitForSelector("html[data-mode=simple]");
    }
    await open(page, portal, "session");
    await run(page, browser);
  }, options);

const start = (page) => page.click("[data-action=session-start]");
const sets = async (page) =>
  (await happened(page, "set-done")).map((e) => [e.exercise, e.set, e.side, e.reps, e.easier].join(" "));
const heading = (page, words) => page.locator("main h1").getByText(words).waitFor({ timeout: 30_000 });

/** Does exercises until the session is over. */
async function toTheEnd(page) {
  for (;;) {
    await page.waitForSelector("[data-action=exercise-start], [data-action=feeling]", { timeout: 60_000 });
    if (await page.locator("[data-action=feeling]").count()) return;
    await beginExercise(page);
    await page.waitForSelector("[data-action=session-stop]", { state: "detached", timeout: 60_000 });
  }
}

const WHOLE = [
  "sit-to-stand 1 both 2 false",
  "sit-to-stand 2 both 2 false",
  "balance-at-the-sink 1 left 1 false",
  "balance-at-the-sink 1 right 1 false",
];

for (const simple of [false, true]) {
  test(`a whole session${simple ? ", in simple mode," : ""} is counted aloud and written down set by set`, () =>
    withKit(async (page) => {
      await start(page);
      await toTheEnd(page);
      await heading(page, "Séance finie");
      assert.deepEqual(await sets(page), WHOLE);
      const kinds = (await journal(page)).map((e) => e.kind).filter((kind) => kind.startsWith("session"));
      assert.deepEqual(kinds, ["session-started", "session-ended"]);
      const said = (await page.evaluate(() => window.said)).map((s) => s.text);
      for (const words of ["Préparez-vous", "Allez-y", "1", "Changez de côté : à droite"]) {
        assert.ok(said.some((s) => s.replace(/\u00a0/g, " ").includes(words)), `${words} in ${said.join(" | ")}`);
      }
      await open(page, portal, "session");
      await heading(page, "C’est fait pour aujourd’hui");
    }, { simple }));
}

/** A clock that goes by the ticks asked for: how late a busy machine calls them changes nothing. */
function evenClock() {
  let at = performance.now();
  performance.now = () => at;
  const every = window.setInterval.bind(window);
  window.setInterval = (act, ms) =>
    every(() => {
      at += ms;
      act();
    }, ms);
}

/** Taps in the page itself, in the moment in which a set begins: it lasts two seconds. */
const atTheStart = (page, action) =>
  page.waitForFunction(
    (action) => window.said.some((s) => s.text === "Allez-y") && (document.querySelector(`[data-action=${action}]`).click(), true),
    action,
    { timeout: 20_000 },
  );

test("counts come at the prescribed pace, and slower when asked", () =>
  withKit(async (page) => {
    await page.evaluate(evenClock);
    await start(page);
    await beginExercise(page);
    // From « Allez-y » to the count that follows it; the countdown before says numbers too.
    const repetition = async () => {
      const took = await page.waitForFunction(
        () => {
          const begun = window.said.findIndex((s) => s.text === "Allez-y");
          return begun >= 0 && window.said[begun + 1] ? window.said[begun + 1].at - window.said[begun].at : false;
        },
        null,
        { timeout: 20_000 },
      );
      return took.jsonValue();
    };
    const first = await repetition();
    assert.ok(Math.abs(first - 1_000) < 150, `${first} ms for a repetition of 1 s`);
    await page.waitForSelector("[data-action=skip-rest]", { timeout: 20_000 });
    await page.evaluate(() => (window.said.length = 0));
    await page.click("[data-action=slower]");
    await page.click("[data-action=slower]");
    await page.click("[data-action=slower]");
    await page.click("[data-action=slower]");
    await page.locator("[data-action=slower]").getByText("Rythme prévu").waitFor();
    await page.click("[data-action=skip-rest]", { timeout: 20_000 });
    const slow = await repetition();
    assert.ok(Math.abs(slow - 2_000) < 150, `${slow} ms at twice the time`);
  }));

test("a reload in the middle goes on at the same set, and no repetition is counted twice", () =>
  withKit(async (page) => {
    await start(page);
    await beginExercise(page);
    await page.waitForSelector("[data-action=skip-rest]", { timeout: 30_000 });
    await page.reload();
    await usable(page);
    await heading(page, "Votre séance vous attend");
    await page.click("[data-action=session-resume]");
    await toTheEnd(page);
    assert.deepEqual(await sets(page), WHOLE);
    assert.equal((await happened(page, "session-started")).length, 1);
  }));

test("a browser killed in the middle of a set loses that set's count and nothing else", () =>
  withKit(async (page, browser) => {
    await start(page);
    await beginExercise(page);
    await page.waitForSelector("[data-action=skip-rest]", { timeout: 30_000 });
    await page.click("[data-action=skip-rest]");
    await page.waitForFunction(() => window.said.filter((s) => s.text === "Allez-y").length === 2, null, { timeout: 20_000 });
    await browser.kill();
    page = await browser.restart();
    await open(page, portal, "session");
    await heading(page, "Votre séance vous attend");
    assert.deepEqual(await sets(page), WHOLE.slice(0, 1));
  }));

test("in simple mode the second tap of a trembling finger is none, and STOP is always heard", () =>
  withKit(async (page) => {
    await start(page);
    await beginExercise(page);
    await page.waitForFunction(() => window.said.some((s) => s.text === "Allez-y"), null, { timeout: 20_000 });
    await page.evaluate(() => {
      const pause = document.querySelector("[data-action=session-pause]");
      pause.click();
      pause.click();
    });
    await page.locator(".count-word").getByText("En pause").waitFor();
    await page.waitForTimeout(600);
    await page.evaluate(() => {
      document.querySelector("[data-action=slower]").click();
      document.querySelector("[data-action=session-stop]").click();
    });
    await page.waitForSelector("[data-action=stop-pain]");
  }, { simple: true }));

test("a pause stands still, and goes on after a countdown", () =>
  withKit(async (page) => {
    await start(page);
    await beginExercise(page);
    await atTheStart(page, "session-pause");
    await page.locator(".count-word").getByText("En pause").waitFor();
    const before = (await page.evaluate(() => window.said)).length;
    await page.waitForTimeout(2_500);
    assert.equal((await page.evaluate(() => window.said)).length, before, "silent while it stands still");
    assert.deepEqual(await sets(page), []);
    await page.click("[data-action=session-pause]");
    await page.locator(".count-word").getByText("Préparez-vous").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.dataset.action), "session-pause", "the focus stays");
  }));

for (const [action, why, title] of [
  ["stop-pain", "pain", "On s’arrête là"],
  ["stop-fatigue", "fatigue", "Reposez-vous"],
  ["stop-other", "other", "C’est arrêté"],
]) {
  test(`STOP stops at once, asks why, and leads on: ${why}`, () =>
    withKit(async (page) => {
      await start(page);
      await beginExercise(page);
      await page.click("[data-action=session-stop]");
      await heading(page, "Pourquoi");
      assert.equal((await happened(page, "stopped")).length, 1, "written down before the question is answered");
      await page.click(`[data-action=${action}]`);
      await heading(page, title);
      assert.equal((await happened(page, "stopped")).at(-1).why, why);
      assert.equal(await page.locator("main [data-action=report]").count(), 1);
    }));
}

test("without a helper, exercises that ask for one are not in the session", () =>
  withKit(async (page) => {
    await page.click("[data-action=session-start-alone]");
    const [began] = await happened(page, "session-started");
    assert.deepEqual(began.exercises, ["sit-to-stand"]);
  }));

test("a set may be ended by the patient, and an exercise passed over", () =>
  withKit(async (page) => {
    await start(page);
    await beginExercise(page);
    await atTheStart(page, "set-done");
    await page.waitForSelector("[data-action=skip-rest]");
    await page.click("[data-action=exercise-skip]");
    await page.locator("main").getByText("Exercice 2 sur 2").waitFor();
    assert.deepEqual((await happened(page, "exercise-skipped")).map((e) => e.exercise), ["sit-to-stand"]);
    assert.equal((await sets(page)).length, 1);
  }));

test("without a voice there are tones, and the whole session goes by keyboard alone", () =>
  withKit(
    async (page) => {
      await page.evaluate(() => {
        window.tones = 0;
        const begin = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (...when) {
          window.tones += 1;
          return begin.apply(this, when);
        };
      });
      const press = async (action) => {
        await page.locator(`[data-action=${action}]`).focus();
        await page.keyboard.press("Enter");
      };
      await press("session-start");
      await page.waitForSelector("[data-action=exercise-start]");
      await press("exercise-start");
      await page.waitForSelector("dialog[open]");
      await press("acknowledge");
      await page.waitForFunction(() => window.tones >= 4, null, { timeout: 20_000 });
      await press("session-stop");
      await heading(page, "Pourquoi");
    },
    { spoken: false },
  ));

test("the screen is kept on, also after the patient was away, and let go at the end", () =>
  onPhone(async (page, browser) => {
    await browser.context.addInitScript(() => {
      window.held = 0;
      Object.defineProperty(navigator, "wakeLock", {
        value: { request: async () => ((window.held += 1), { release: async () => void (window.held -= 1) }) },
      });
    });
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    await open(page, portal, "session");
    await start(page);
    const held = (n) => page.waitForFunction((n) => window.held === n, n);
    await held(1);
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await held(1);
    await page.click("nav.bar a[href='./']");
    await held(0);
  }));

test("a phone that slept pauses the session by itself and counts nothing meanwhile", () =>
  onPhone(async (page, browser) => {
    await browser.context.addInitScript(() => {
      // The phone sleeps: no timer fires, and the clock has gone on when it wakes.
      const now = performance.now.bind(performance);
      window.slept = 0;
      performance.now = () => now() + window.slept;
    });
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    await open(page, portal, "session");
    await start(page);
    await beginExercise(page);
    await page.waitForFunction(
      () => /fois sur 2/.test(document.querySelector(".count-word")?.textContent) && ((window.slept += 60_000), true),
      null,
      { timeout: 20_000 },
    );
    await page.locator(".count-word").getByText("s’est mise en pause").waitFor();
    assert.deepEqual(await sets(page), []);
  }));

test("in English the session speaks English", () =>
  withKit(async (page) => {
    await page.click("[data-action=lang-en]");
    await page.waitForSelector("html[lang=en]");
    await start(page);
    await beginExercise(page);
    await page.waitForFunction(() => window.said.some((s) => s.text === "Get ready" && s.lang === "en-GB"));
  }));
