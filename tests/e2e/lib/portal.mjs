// The portal as a patient uses it, through its public hooks alone (data-action, data-status,
// performance marks, addresses). Works on a Playwright page and on a WebDriver page alike.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { readLink } from "./clinic.mjs";
import { Chromium } from "./chromium.mjs";
import { stored } from "./database.mjs";
import { decrypt, readJws, signedKit } from "./envelope.mjs";
import { CHUNK } from "./media.mjs";
import { until } from "./until.mjs";

/** Every address that shows a screen, for a kit with this exercise. */
export const screens = (exercise) => [
  "", "kit", `exercise/${exercise}`, "report", "settings", "help",
  "follow-up", "follow-up/summary", "follow-up/show", "follow-up/results", "follow-up/copy", "reminders", "clip", `clip/${exercise}`, "outbox", "code", "check",
];

/** Waits for the app to say that it can be used. */
export async function usable(page) {
  await page.waitForSelector("main h1, [role=alert], #old:not([hidden])");
  return page.evaluate(async () => {
    for (let i = 0; i < 400; i++) {
      const mark = performance.getEntriesByName("usable")[0];
      if (mark) return mark.startTime;
      await new Promise((go) => setTimeout(go, 50));
    }
    throw new Error(`no performance mark "usable" in 20 s; on the screen: ${document.body.innerText.slice(0, 400)}`);
  });
}

/** Opens a screen of the portal. */
export async function open(page, portal, address = "") {
  await page.goto(portal + address);
  await usable(page);
}

/** Chooses mode and language on the settings' screen, as a patient would. */
export async function choose(page, portal, mode, lang = "fr") {
  await open(page, portal, "settings");
  for (const action of ["mode-standard", `lang-${lang}`, `mode-${mode}`]) {
    const control = page.locator(`main [data-action=${action}]`);
    if (await control.count()) await control.click();
    await page.waitForSelector("main h1");
  }
  await page.waitForFunction(
    ([mode, lang]) => document.documentElement.lang === lang && document.documentElement.dataset.mode === mode,
    [mode, lang],
  );
  await stored(page, "profiles"); // written too: the next page reads it from there
}

/** Opens the patient's link and waits for the kit's screen. */
export async function openLink(page, link) {
  await page.goto(link);
  try {
    await page.waitForSelector("[data-action=kit-download], [data-status=ready]", { timeout: 60_000 });
  } catch (error) {
    const shown = await page.evaluate(() => [document.readyState, location.pathname, document.body.innerText]).catch(String);
    throw new Error(`${error.message}\nThe screen says:\n${[shown].flat().join("\n")}`);
  }
}

/** Gives the code where it is asked for. */
export async function giveCode(page, code) {
  await page.waitForSelector("#code");
  await page.fill("#code", code);
  await page.click("[data-action=code-open]");
}

/** Opens a patient's own link, which asks for its code, and waits for the kit's screen. */
export async function openWithCode(page, link, code) {
  await page.goto(link);
  await giveCode(page, code);
  await page.waitForSelector("main section[data-status]", { timeout: 30_000 });
  // The code is kept after the kit is on view.
  await until("the code in the kit's record", async () => (await stored(page, "kits"))[0][0]?.passcode === code);
}

/**
 * Lets the line stand still until every whole chunk of a film that it carried is stored: what is lost when the page
 * goes away now is part of one. Another fault of the line's lets it go on.
 */
export async function standStill(page, clinic, kit, from) {
  clinic.proxy.faults = { still: true };
  const films = new Map([...mediaOf(kit).values()].filter((m) => m.type.startsWith("video/")).map((m) => [m.sha256, m.bytes]));
  const carried = () => {
    const ends = new Map();
    for (const { path, range, sent } of clinic.proxy.log.slice(from)) {
      const sha256 = /^\/m\/([0-9a-f]{64})\.mp4$/.exec(path)?.[1];
      if (!films.has(sha256)) continue;
      const end = Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0) + sent;
      ends.set(sha256, Math.max(ends.get(sha256) ?? 0, end));
    }
    return [...ends].reduce((sum, [id, end]) => sum + (end >= films.get(id) ? Math.ceil(end / CHUNK) : Math.floor(end / CHUNK)), 0);
  };
  const kept = async () => (await stored(page, "media_chunks"))[0].filter(([id]) => films.has(id)).length;
  await until("what came whole is stored", async () => (await kept()) >= carried());
}

/** The browser says that there is a network: the portal asks the clinic for news. */
export const online = (page) => page.evaluate(() => window.dispatchEvent(new Event("online")));

/** Downloads the kit on view and waits until it is ready. */
export async function download(page, { timeout = 60_000 } = {}) {
  await page.click("[data-action=kit-download]");
  await page.waitForSelector("[data-status=ready]", { timeout });
}

/** Plays an exercise's film for a moment, then jumps close to its end; what happened. */
export async function playAndSeek(page, portal, exercise) {
  await open(page, portal, `exercise/${exercise}`);
  await page.click("[data-action=play]");
  const dialog = await page.evaluate(() => !!document.querySelector("dialog[open] [data-action=acknowledge]"));
  if (dialog) await page.click("dialog[open] [data-action=acknowledge]");
  return page.evaluate(async () => {
    const until = async (what, test) => {
      for (let i = 0; i < 400; i++) {
        const value = test();
        if (value) return value;
        await new Promise((go) => setTimeout(go, 50));
      }
      const v = document.querySelector("video");
      throw new Error(`${what}: not in 20 s (src ${v?.currentSrc}, error ${v?.error?.message}, ready ${v?.readyState}, at ${v?.currentTime})`);
    };
    const video = await until("a video element", () => document.querySelector("main video"));
    await until("the first second", () => video.currentTime > 0.8);
    const played = video.currentTime;
    const target = video.duration - 3;
    video.currentTime = target;
    await until("the seek", () => !video.seeking && video.readyState >= 2 && video.currentTime >= target - 0.1);
    await until("playing on after the seek", () => video.ended || video.currentTime > target + 0.4);
    video.pause();
    return { src: video.currentSrc, duration: video.duration, played, target };
  });
}

/** Fetches a range in the page, so through its service worker when it has one. */
export const fetchRange = (page, url, range) =>
  page.evaluate(
    async ([url, range]) => {
      const res = await fetch(url, range ? { headers: { range } } : {});
      const bytes = new Uint8Array(await res.arrayBuffer());
      const hash = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))];
      return {
        status: res.status,
        range: res.headers.get("content-range"),
        type: res.headers.get("content-type"),
        bytes: bytes.length,
        sha256: hash.map((b) => b.toString(16).padStart(2, "0")).join(""),
      };
    },
    [url, range],
  );

/** The kit that a clinic serves under a link, read independently of the portal. */
export async function kitOf(clinic, link = clinic.link) {
  const jwe = await readFile(clinic.kitFile(link), "utf8");
  return readJws(signedKit(decrypt(jwe, readLink(link).key).bundle)).kit;
}

/** All media a kit names: MediaRef by hash. */
export function mediaOf(kit) {
  const videos = kit.exercises.flatMap((e) => e.video ?? []);
  const all = [
    ...videos.flatMap((v) => [v.poster, ...v.captions.map((c) => c.media), ...v.rungs.map((r) => r.media)]),
    ...kit.exercises.flatMap((e) => e.animation ?? []).flatMap((a) => [a.media, a.easier].filter(Boolean)),
    ...kit.documents.map((d) => d.media),
  ];
  return new Map(all.map((m) => [m.sha256, m]));
}

/** The data-bytes that are on the screen, by the text beside them. */
export const shownBytes = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("[data-bytes]")]
      .filter((e) => e.getClientRects().length)
      .map((e) => Number(e.dataset.bytes)),
  );

/** Fails when the app reported errors to the console. */
export function noErrors(browser) {
  assert.deepEqual(browser.errors, [], "no uncaught error in the page");
}

/** A phone with a fresh profile for one test; an uncaught error in the page fails the test. */
export async function onPhone(run, options) {
  const browser = await Chromium.start(options);
  try {
    await run(browser.page, browser);
    noErrors(browser);
  } catch (error) {
    // A program that trapped hides its screens: what it said is the better clue.
    if (!browser.errors.length) throw error;
    throw new Error(`${error.message}\nThe page reported: ${browser.errors.join("\n")}`, { cause: error });
  } finally {
    await browser.close();
  }
}

/** Waits for a problem to be told, by its public name. */
export const problem = (page, name, { timeout = 15_000 } = {}) =>
  page.waitForSelector(`[role=alert][data-problem=${name}]`, { timeout });

/** Waits for the kit's state in the panel of its screen; says in which one it is, if it does not come. */
export async function kitState(page, words, { timeout = 30_000 } = {}) {
  const wanted = [].concat(words).map((w) => `main section[data-status=${w}]`).join(", ");
  try {
    return await page.waitForSelector(wanted, { timeout });
  } catch (error) {
    const shown = await page.locator("main").innerText().catch(() => "the page is gone");
    throw new Error(`${error.message}\nThe screen says:\n${shown}`);
  }
}

/** Chooses the light films and starts the download. */
export async function startLight(page) {
  await page.click("[data-action=rung-light]");
  await page.click("[data-action=kit-download]");
}

/** Every file of a choice that is stored here is byte for byte the clinic's. */
export async function allIntact(page, clinic, kit, choice = "light") {
  for (const e of kit.exercises.filter((e) => e.video)) {
    const { media } = e.video.rungs.find((r) => r.choice === choice && r.codec === "h264");
    const got = await fetchRange(page, `${clinic.proxy.url}m/${media.sha256}.mp4`);
    assert.deepEqual([got.status, got.bytes, got.sha256], [200, media.bytes, media.sha256], e.id);
  }
}

/** Bytes of the light films. */
export const lightFilms = (kit) =>
  kit.exercises.flatMap((e) => e.video ?? []).reduce((sum, v) => sum + v.rungs.find((r) => r.choice === "light").media.bytes, 0);

/** « Ça ne va pas » from its first screen to its first sign: nothing else happened. */
export async function toSigns(page) {
  await page.click("main [data-action=report-signs], main [data-action=report-go]");
  const words = () => page.evaluate(() => document.querySelector("main").innerText);
  for (let i = 0; i < 5; i++) {
    await page.waitForSelector("main [data-sign], main [data-action=report-none]");
    if (await page.locator("main [data-sign]").count()) return;
    // Simple mode asks what happened, one question a screen.
    const before = await words();
    await page.click("main [data-action=report-none]");
    await page.waitForFunction((before) => document.querySelector("main").innerText !== before, before);
  }
  throw new Error(`no sign was asked; on the screen: ${await words()}`);
}
