// The main job in Chromium: from the clinic's link to films that play with everything else off.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Chromium } from "./lib/chromium.mjs";
import { Clinic } from "./lib/clinic.mjs";
import { sha256 } from "./lib/envelope.mjs";
import {
  download, fetchRange, kitOf, mediaOf, noErrors, open, openLink, playAndSeek, screens, shownBytes, usable,
} from "./lib/portal.mjs";
import { readFile } from "node:fs/promises";
import { CHUNK } from "./lib/media.mjs";

let clinic, browser, page, kit, portal;

before(async () => {
  clinic = await Clinic.open();
  kit = await kitOf(clinic);
  portal = clinic.proxy.url;
  browser = await Chromium.start();
  page = browser.page;
});

after(async () => {
  await browser?.close();
  await clinic?.close();
});

/** Bytes of stills, captions and leaflets. */
const smallFiles = () =>
  [...mediaOf(kit).values()].filter((m) => !m.type.startsWith("video/")).reduce((sum, m) => sum + m.bytes, 0);

/** Bytes of the files that a choice brings, with the H.264 or the AV1 films. */
function sizes(choice) {
  const base = smallFiles();
  return ["av1", "h264"].map((codec) =>
    kit.exercises.reduce((sum, e) => {
      const rungs = e.video.rungs.filter((r) => r.choice === choice);
      return sum + (rungs.find((r) => r.codec === codec) ?? rungs[0]).media.bytes;
    }, base),
  );
}

test("the link opens the kit, and its key leaves the address bar and the history", async () => {
  await openLink(page, clinic.link);
  await usable(page);
  assert.ok(!page.url().includes("shlink"), page.url());
  await page.goBack().catch(() => {});
  assert.ok(!page.url().includes("shlink"), page.url());
  await open(page, portal);
  const text = await page.locator("main").innerText();
  for (const e of kit.exercises) assert.ok(text.includes(e.title.fr), e.title.fr);
  await open(page, portal, "kit");
});

test("the size is on the screen before a single film is downloaded", async () => {
  await page.waitForSelector("[data-action=kit-download][data-bytes]");
  // Stills and captions may have come already: the button tells what is left to bring.
  const [left] = await shownBytes(page);
  const early = smallFiles();
  const fits = [...sizes("light"), ...sizes("normal")].some((total) => left <= total && left >= total - early);
  assert.ok(fits, `${left} bytes left is near none of ${sizes("light")}, ${sizes("normal")}`);
  assert.equal(clinic.proxy.sent(/\.mp4/), 0);
});

test("steps and stills can be used before the film is here", async () => {
  await open(page, portal, `exercise/${kit.exercises[0].id}`);
  const text = await page.locator("main").innerText();
  for (const step of kit.exercises[0].steps) assert.ok(text.includes(step.fr), step.fr);
  const poster = kit.exercises[0].video.poster.sha256;
  await page.waitForFunction(
    (hash) =>
      [...document.querySelectorAll("main img")].some((i) => i.src.includes(hash) && i.naturalWidth > 0) ||
      [...document.querySelectorAll("main video")].some((v) => v.poster.includes(hash)),
    poster,
  );
  assert.equal(clinic.proxy.sent(/\.mp4/), 0);
});

test("the download ends with « Prêt sans Internet » and pays for each byte once", async () => {
  await open(page, portal, "kit");
  const from = clinic.proxy.log.length;
  await download(page);
  const marks = await page.evaluate(() => performance.getEntriesByName("kit-ready").length);
  assert.equal(marks, 1);
  const films = clinic.proxy.sent(/\.mp4/, from);
  const expected = [...sizes("light"), ...sizes("normal")].map((total) => total - smallFiles());
  assert.ok(expected.includes(films), `${films} film bytes on the wire, expected one of ${expected}`);
});

test("with everything off and the browser restarted, every screen renders", async () => {
  await clinic.switchOff();
  page = await browser.restart();
  for (const address of screens(kit.exercises[0].id)) {
    await open(page, portal, address);
    const heading = await page.locator("main h1").first().innerText();
    assert.ok(heading.trim().length > 2, `${address}: ${heading}`);
    assert.equal(await page.locator("#crash:visible, #fail:visible").count(), 0, address);
  }
  await open(page, portal, "kit");
  await page.waitForSelector("[data-status=ready]");
  noErrors(browser);
});

test("with everything off, every film plays and seeks", async () => {
  for (const e of kit.exercises) {
    const { duration } = await playAndSeek(page, portal, e.id);
    assert.ok(Math.abs(duration * 1000 - e.video.duration_ms) < 300, `${e.id}: ${duration} s`);
  }
  noErrors(browser);
});

test("with everything off, ranges are answered as iOS asks for them", async () => {
  const { src } = await playAndSeek(page, portal, kit.exercises[0].id);
  const hash = /m\/([0-9a-f]{64})\.mp4/.exec(src)?.[1];
  assert.ok(hash, `a film's address is m/<sha256>.mp4, not ${src}`);
  const media = mediaOf(kit).get(hash);
  const file = await readFile(clinic.public("m", `${hash}.mp4`));
  assert.equal(file.length, media.bytes);
  const n = media.bytes;
  const cases = [
    ["bytes=0-1", 0, 1],
    [`bytes=${CHUNK - 3}-${CHUNK + 3}`, CHUNK - 3, CHUNK + 3],
    [`bytes=${n - 1}-`, n - 1, n - 1],
    ["bytes=-5", n - 5, n - 1],
    [`bytes=${n - 10}-${n + 500}`, n - 10, n - 1],
    ["bytes=0-", 0, n - 1],
  ];
  for (const [asked, first, last] of cases) {
    const got = await fetchRange(page, src, asked);
    assert.deepEqual(
      [got.status, got.range, got.bytes, got.sha256],
      [206, `bytes ${first}-${last}/${n}`, last - first + 1, sha256(file.subarray(first, last + 1))],
      asked,
    );
  }
  const past = await fetchRange(page, src, `bytes=${n}-`);
  assert.deepEqual([past.status, past.range], [416, `bytes */${n}`]);
  const whole = await fetchRange(page, src);
  assert.deepEqual([whole.status, whole.sha256], [200, hash]);
});

test("with everything off, the leaflet is readable", async () => {
  for (const { media } of kit.documents) {
    const ext = media.type.startsWith("text/plain") ? "txt" : "pdf";
    const got = await fetchRange(page, `${portal}m/${media.sha256}.${ext}`);
    assert.deepEqual([got.status, got.sha256], [200, media.sha256]);
  }
});
