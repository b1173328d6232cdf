// Firefox and WebKitGTK: the main path (link, download, offline play and seek, ranges), and a whole
// guided session without network; a clip that is filmed, kept and played; the quiz in both modes and a form.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Clinic } from "./lib/clinic.mjs";
import { clips, playThrough } from "./lib/clips.mjs";
import { stored } from "./lib/database.mjs";
import { sha256 } from "./lib/envelope.mjs";
import { happened } from "./lib/journal.mjs";
import { download, fetchRange, kitOf, mediaOf, openLink, playAndSeek, usable } from "./lib/portal.mjs";
import { SESSION, answer, begin, items, next, onView, opposite } from "./lib/quiz.mjs";
import { QUICK, SIDES, prescribe } from "./lib/session.mjs";
import { Firefox, WebKit } from "./lib/webdriver.mjs";
import { Website } from "./lib/website.mjs";

async function mainPath(browser, again) {
  const clinic = await Clinic.open();
  try {
    const kit = await kitOf(clinic);
    const portal = clinic.proxy.url;
    await openLink(browser.page, clinic.link);
    await download(browser.page, { timeout: 90_000 });
    await clinic.switchOff();
    await again();
    const { page } = browser;
    let src;
    for (const e of kit.exercises) ({ src } = await playAndSeek(page, portal, e.id));
    const hash = /m\/([0-9a-f]{64})\.mp4/.exec(src)?.[1];
    assert.ok(hash, `a film's address is m/<sha256>.mp4, not ${src}`);
    const n = mediaOf(kit).get(hash).bytes;
    const file = await readFile(clinic.public("m", `${hash}.mp4`));
    for (const [asked, first, last] of [["bytes=0-1", 0, 1], ["bytes=131070-131075", 131_070, 131_075], [`bytes=${n - 1}-`, n - 1, n - 1]]) {
      const got = await fetchRange(page, src, asked);
      assert.deepEqual([got.status, got.sha256], [206, sha256(file.subarray(first, last + 1))], asked);
    }
    assert.equal((await fetchRange(page, src, `bytes=${n}-`)).status, 416);
  } finally {
    await clinic.close();
  }
}

test("Firefox: from the link to films that play and seek after a restart with everything off", async () => {
  const browser = await Firefox.start();
  try {
    await mainPath(browser, () => browser.restart());
  } finally {
    await browser.close();
  }
});

test("WebKit: from the link to films that play and seek after a reload with everything off", async () => {
  const browser = await WebKit.start();
  try {
    await mainPath(browser, async () => {
      await browser.page.reload();
      await usable(browser.page);
      await browser.page.goto("about:blank");
    });
  } finally {
    await browser.close();
  }
});

/** A whole session, with the server switched off and left in the middle. */
async function wholeSession({ page }) {
  const clinic = await Clinic.open();
  try {
    await prescribe(clinic, { "sit-to-stand": QUICK, "balance-at-the-sink": SIDES });
    await openLink(page, clinic.link);
    await download(page, { timeout: 90_000 });
    await clinic.switchOff();
    await page.goto(`${clinic.proxy.url}session`);
    await page.click("[data-action=session-start]");
    const moves = () =>
      page.evaluate(async () => {
        const pause = (ms) => new Promise((go) => setTimeout(go, ms));
        const drawing = () => document.querySelector(".session svg[data-duration-ms]");
        // The countdown, then the repetitions: the drawing is led by the session's own time.
        for (let i = 0; i < 1000 && !(drawing()?.animationsPaused() && drawing().getCurrentTime() > 0); i++) await pause(20);
        const led = drawing();
        const seen = new Set();
        for (let i = 0; i < 20; i++) {
          seen.add(led.getCurrentTime());
          await pause(50);
        }
        return [led.animationsPaused(), seen.size];
      });
    for (const [n, notice] of [[0, true], [1, true]]) {
      await page.click("[data-action=exercise-start]");
      if (notice) await page.click("dialog[open] [data-action=acknowledge]");
      await page.waitForSelector("[data-action=session-stop]");
      if (n === 0) {
        await page.waitForSelector("[data-action=skip-rest]", { timeout: 30_000 });
        // Left and opened again: Firefox's driver reloads past the service worker.
        await page.goto("about:blank");
        await page.goto(`${clinic.proxy.url}session`);
        await page.click("[data-action=session-resume]");
        await page.click("[data-action=exercise-start]");
        const [led, places] = await moves();
        assert.ok(led && places > 5, `paused by itself: ${led}, at ${places} places`);
      }
      await page.waitForSelector(n ? "[data-action=feeling]" : "[data-action=exercise-start]", { timeout: 60_000 });
    }
    const done = (await happened(page, "set-done")).map((e) => `${e.exercise} ${e.set} ${e.side} ${e.reps}`);
    assert.deepEqual(done, [
      "sit-to-stand 1 both 2",
      "sit-to-stand 2 both 2",
      "balance-at-the-sink 1 left 1",
      "balance-at-the-sink 1 right 1",
    ]);
  } finally {
    await clinic.close();
  }
}

for (const Engine of [Firefox, WebKit]) {
  test(`${Engine.name}: a whole session without network, left in the middle, each repetition once`, async () => {
    const browser = await Engine.start();
    try {
      await wholeSession(browser);
    } finally {
      await browser.close();
    }
  });
}

/** Films three seconds, keeps them, plays what is kept. */
async function filmed({ page }) {
  const clinic = await Clinic.open();
  try {
    await openLink(page, clinic.link);
    await page.goto(`${clinic.proxy.url}clip/sit-to-stand`);
    for (const box of ["clip-helper", "clip-others", "clip-age", "clip-start"]) await page.click(`[data-action=${box}]`);
    await page.click("dialog[open] [data-action=acknowledge]");
    await page.click("[data-action=clip-record]");
    await page.waitForSelector("[data-status=recording]", { timeout: 20_000 });
    await new Promise((go) => setTimeout(go, 3_000));
    await page.click("[data-action=clip-stop]");
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
    const [clip] = await clips(page);
    const played = await playThrough(page, clip);
    assert.deepEqual([played.bytes, played.bare], [clip.bytes, true]);
    assert.ok(clip.ms > 2_900 && clip.chunks >= 2, `${clip.ms} ms in ${clip.chunks} chunks`);
    assert.ok(Math.abs(played.seconds - clip.ms / 1000) < 1, `${played.seconds} s played of ${clip.ms} ms, ${clip.mime}`);
  } finally {
    await clinic.close();
  }
}

for (const Engine of [Firefox, WebKit]) {
  test(`${Engine.name}: a clip is filmed, kept, and plays to its end`, async () => {
    const browser = await Engine.start();
    try {
      await filmed(browser);
    } finally {
      await browser.close();
    }
  });
}

/** Until the quiz is kept for days without a network; then the server is switched off, and the quiz opened anew. */
async function playOffline(page, clinic) {
  await page.evaluate(async () => {
    for (let i = 0; i < 150; i++) {
      for (const name of await caches.keys()) {
        const kept = (await (await caches.open(name)).keys()).map((r) => r.url);
        if (kept.filter((url) => /\/quiz(-|\/items-)[0-9a-f]+\./.test(url)).length >= 3) return;
      }
      await new Promise((go) => setTimeout(go, 200));
    }
    throw new Error("the quiz is not in the worker's cache after 30 s");
  });
  await clinic.switchOff();
  // Firefox's driver reloads past the service worker.
  await page.goto("about:blank");
  await page.goto(`${clinic.proxy.url}quiz`);
}

/** Six questions of the quiz, the last three of them with the server switched off. */
async function played({ page }) {
  const clinic = await Clinic.open({ kit: null });
  try {
    const bank = await items();
    const portal = clinic.proxy.url;
    await begin(page, portal);
    for (let n = 0; n < 3; n++) {
      const item = bank.get(await onView(page));
      assert.deepEqual((await answer(page, item.verdict, { segments: 2 })).right, "true");
      await next(page);
    }
    const fourth = await onView(page);
    await playOffline(page, clinic);
    assert.equal(await onView(page), fourth, "left in the middle, it goes on at the same question");
    for (let n = 3; n < SESSION; n++) {
      await answer(page, "unreliable");
      await next(page);
    }
    await page.waitForSelector("main [data-action=check-video]");
    const said = await happened(page, "quiz-answered");
    assert.equal(new Set(said.map((e) => e.item)).size, SESSION);
  } finally {
    await clinic.close();
  }
}

for (const Engine of [Firefox, WebKit]) {
  test(`${Engine.name}: six questions of the quiz, left in the middle, the second half with everything off`, async () => {
    const browser = await Engine.start();
    try {
      await played(browser);
    } finally {
      await browser.close();
    }
  });
}

/** The words of the screen, with plain spaces. */
const words = async (page) => (await page.evaluate(() => document.querySelector("main").innerText)).replaceAll("\u00a0", " ");

/** Chooses on the settings' screen; WebKitGTK reads English by itself. */
async function settle(page, portal, ...actions) {
  await page.goto(`${portal}settings`);
  for (const action of ["lang-fr", ...actions]) await page.click(`main [data-action=${action}]`);
  await page.evaluate(async () => {
    for (let i = 0; i < 400 && document.documentElement.lang !== "fr"; i++) await new Promise((go) => setTimeout(go, 50));
  });
  await stored(page, "profiles"); // written too: the next page reads it from there
}

/** A whole session in simple mode, with the server switched off; its last question is answered wrongly. */
async function playedSimply({ page }) {
  const clinic = await Clinic.open({ kit: null });
  try {
    const bank = await items();
    await settle(page, clinic.proxy.url, "mode-simple");
    await page.goto(`${clinic.proxy.url}quiz`);
    await page.waitForSelector("main [data-action=quiz-start]");
    await playOffline(page, clinic);
    await page.click("main [data-action=quiz-start]");
    for (let n = 0; n < SESSION; n++) {
      const item = bank.get(await onView(page));
      const shown = await words(page);
      for (const { text } of item.segments) assert.ok(shown.includes(text.replaceAll("\u00a0", " ")), text);
      const said = n + 1 < SESSION ? item.verdict : opposite[item.verdict];
      const told = await answer(page, said, { simple: true });
      assert.deepEqual([told.verdict, told.right], [item.verdict, String(n + 1 < SESSION)]);
      assert.ok((await words(page)).includes(item.feedback.verdict.replaceAll("\u00a0", " ")));
      await next(page, { simple: true });
    }
    assert.match(await words(page), /Pièges repérés : \d sur \d/);
    const answers = await happened(page, "quiz-answered");
    assert.deepEqual(answers.map((e) => [e.right, e.confidence]), Array.from({ length: SESSION }, (_, n) => [n + 1 < SESSION, undefined]));
  } finally {
    await clinic.close();
  }
}

/** A form with the server switched off: a sitting, a rest that is taken, the other sitting, and what came of it. */
async function filledIn({ page }) {
  const clinic = await Clinic.open({ kit: null });
  try {
    const bank = await items();
    await settle(page, clinic.proxy.url);
    await page.goto(`${clinic.proxy.url}quiz`);
    await page.waitForSelector("main [data-action=quiz-form]");
    await playOffline(page, clinic);
    for (const sitting of [1, 2]) {
      await page.click("main [data-action=quiz-form]");
      for (let n = 0; n < 8; n++) {
        const item = bank.get(await onView(page));
        assert.match(item.pool, /^[ABC]$/);
        await page.click(`main [data-action=verdict-${item.verdict}]`);
        await page.click("main [data-action=sure-rather]");
      }
      if (sitting === 2) continue;
      await page.waitForSelector("main [data-action=quiz-form]");
      assert.match(await words(page), /La moitié est faite/);
      await page.goto("about:blank");
      await page.goto(`${clinic.proxy.url}quiz`);
    }
    await page.waitForSelector("main [data-action=quiz-start]");
    assert.match(await words(page), /Pièges repérés : 8 sur 8\s+Bonnes vidéos reconnues : 8 sur 8/);
    assert.equal((await happened(page, "form-finished")).length, 1);
    assert.equal(new Set((await happened(page, "quiz-answered")).map((e) => e.item)).size, 16);
  } finally {
    await clinic.close();
  }
}

for (const Engine of [Firefox, WebKit]) {
  for (const [what, play] of [["a session of the quiz in simple mode", playedSimply], ["both sittings of a form", filledIn]]) {
    test(`${Engine.name}: ${what}, with everything off`, async () => {
      const browser = await Engine.start();
      try {
        await play(browser);
      } finally {
        await browser.close();
      }
    });
  }
}

for (const Engine of [Firefox, WebKit]) {
  test(`${Engine.name}: the quiz stands in a strict page of another origin, at its height, in its language`, async () => {
    const website = await Website.start();
    const clinic = await Clinic.open({ kit: null, embedOn: [website.origin] });
    const browser = await Engine.start();
    try {
      const { page } = browser;
      const portal = clinic.proxy.url;
      const body = `<bon-geste src="${portal}" show="quiz" lang="en" theme="dark"><a href="${portal}quiz">Quiz</a></bon-geste>`;
      await page.goto(website.page("engine", portal, body));
      const shown = await page.evaluate(async () => {
        const element = document.querySelector("bon-geste");
        for (let i = 0; i < 400 && !element.shadowRoot?.querySelector(".box.here"); i++) await new Promise((go) => setTimeout(go, 50));
        const box = element.shadowRoot?.querySelector(".box");
        const frame = box?.querySelector("iframe");
        return { here: box?.className, title: frame?.title, height: frame?.offsetHeight, width: frame?.offsetWidth, room: element.clientWidth, focus: document.activeElement.tagName };
      });
      assert.match(shown.here ?? "", /here/, JSON.stringify(shown));
      assert.ok(shown.height >= 640 && shown.width === shown.room, JSON.stringify(shown));
      assert.equal(shown.focus, "BODY");
      await page.driver.switchTo().frame(await page.driver.executeScript("return document.querySelector('bon-geste').shadowRoot.querySelector('iframe')"));
      await page.waitForSelector("main h1");
      const inside = await page.evaluate(async () => {
        for (let i = 0; i < 400 && !(document.documentElement.lang === "en" && "fitted" in document.documentElement.dataset); i++) await new Promise((go) => setTimeout(go, 50));
        return [document.documentElement.lang, getComputedStyle(document.body).backgroundColor, "fitted" in document.documentElement.dataset];
      });
      assert.deepEqual(inside, ["en", "rgb(24, 21, 18)", true]);
    } finally {
      await browser.close();
      await clinic.close();
      await website.close();
    }
  });
}
