// Downloads on networks that fail: nothing wrong is stored, nothing stored is lost, and it ends
// with « Prêt sans Internet ».

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Clinic } from "./lib/clinic.mjs";
import { allIntact, kitOf, kitState, lightFilms, online, onPhone, open, openLink, problem, standStill, startLight } from "./lib/portal.mjs";
import { CHUNK } from "./lib/media.mjs";
import { until } from "./lib/until.mjs";

let clinic, portal, kit, film;

before(async () => {
  clinic = await Clinic.open();
  portal = clinic.proxy.url;
  kit = await kitOf(clinic);
  film = kit.exercises[1].video.rungs.find((r) => r.choice === "light").media;
});

afterEach(async () => {
  clinic.proxy.faults = {};
  if (!clinic.proxy.listening) await clinic.proxy.goOnline();
});

after(() => clinic?.close());

const onFilm = (fault) => ({ on: ({ path }) => (path === `/m/${film.sha256}.mp4` ? fault : undefined) });

/** Repairs the network; the download goes on by itself, or with a tap where it asks for one. */
async function repaired(page, from) {
  clinic.proxy.faults = {};
  await online(page);
  if (await page.locator("[data-action=kit-resume]").count()) await page.click("[data-action=kit-resume]");
  await kitState(page, "ready", { timeout: 60_000 });
  await allIntact(page, clinic, kit);
  return clinic.proxy.sent(/\.mp4/, from);
}

test("a film with one byte changed is not kept, and is brought again once it is right", () =>
  onPhone(async (page) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    clinic.proxy.faults = onFilm({ flipByte: CHUNK + 1000 });
    await startLight(page);
    await problem(page, "media_wrong", { timeout: 30_000 });
    assert.equal(await page.locator("[data-status=ready]").count(), 0);
    await repaired(page, from);
  }));

test("a Wi-Fi login page instead of films is not kept", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    clinic.proxy.faults = { on: ({ path }) => (path.startsWith("/m/") ? { captive: true } : undefined) };
    await startLight(page);
    await problem(page, "media_wrong", { timeout: 30_000 });
    await repaired(page, clinic.proxy.log.length);
  }));

test("a film that is missing at the clinic does not keep the others from coming", () =>
  onPhone(async (page) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    clinic.proxy.faults = onFilm({ status: 404 });
    await startLight(page);
    await problem(page, "media_missing", { timeout: 30_000 });
    const others = kit.exercises.filter((e, i) => i !== 1);
    for (const e of others) {
      const { media } = e.video.rungs.find((r) => r.choice === "light");
      assert.equal(clinic.proxy.sent(new RegExp(`^/m/${media.sha256}`), from), media.bytes + chunksSide(media), e.id);
    }
    await repaired(page, from);
  }));

/** Bytes of a film's side file of hashes, when it has more than one chunk. */
const chunksSide = (media) => (media.bytes > CHUNK ? 32 * Math.ceil(media.bytes / CHUNK) : 0);

test("a server in trouble (500) is asked again without the patient doing anything", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    clinic.proxy.faults = { on: ({ path, nth }) => (path.endsWith(".mp4") && nth < 1 ? { status: 500 } : undefined) };
    await startLight(page);
    await kitState(page, "ready", { timeout: 90_000 });
    await allIntact(page, clinic, kit);
  }));

test("a connection that breaks every 100 KB still ends ready, and each break costs less than a chunk", () =>
  onPhone(async (page) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    clinic.proxy.faults = { on: ({ path }) => (path.endsWith(".mp4") ? { killAfter: 150_000 } : undefined) };
    await startLight(page);
    await kitState(page, "ready", { timeout: 120_000 });
    const requests = clinic.proxy.log.slice(from).filter((r) => r.path.endsWith(".mp4"));
    const again = requests.reduce((sum, r) => sum + r.sent, 0) - lightFilms(kit);
    const breaks = requests.length - kit.exercises.length;
    assert.ok(breaks > 0 && again <= breaks * CHUNK, `${again} bytes again for ${breaks} breaks`);
    await allIntact(page, clinic, kit);
  }));

test("a connection that stalls is given up and taken up again where it was", () =>
  onPhone(async (page) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    clinic.proxy.faults = onFilm({ stallAfter: CHUNK + 5000 });
    await startLight(page);
    await problem(page, "stalled", { timeout: 60_000 });
    const sent = await repaired(page, from);
    assert.ok(sent - lightFilms(kit) <= CHUNK, `${sent - lightFilms(kit)} bytes paid twice`);
  }));

test("a server without Range still gives the whole kit, even after a break", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    clinic.proxy.faults = {
      on: ({ path, nth }) => (path.endsWith(".mp4") ? { ignoreRange: true, killAfter: nth < 1 ? 140_000 : undefined } : undefined),
    };
    await startLight(page);
    await kitState(page, "ready", { timeout: 120_000 });
    await allIntact(page, clinic, kit);
  }));

test("without network in the middle, it waits, says so, and goes on when the network is back", () =>
  onPhone(async (page, browser) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    clinic.proxy.faults = { bytesPerSecond: 200_000 };
    await startLight(page);
    await until("bytes of films", () => clinic.proxy.sent(/\.mp4/, from) > 300_000, 60_000);
    await clinic.proxy.goOffline();
    await problem(page, "offline", { timeout: 30_000 });
    await clinic.proxy.goOnline();
    await repaired(page, from);
  }));

test("a pause stops the bytes, survives a restart, and resuming pays for no byte twice", () =>
  onPhone(async (page, browser) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    clinic.proxy.faults = { bytesPerSecond: 150_000 };
    await startLight(page);
    await until("bytes of films", () => clinic.proxy.sent(/\.mp4/, from) > 250_000, 60_000);
    await page.click("[data-action=kit-pause]");
    await kitState(page, "paused");
    page = await browser.restart();
    await open(page, portal, "kit");
    await kitState(page, "paused");
    const before = clinic.proxy.sent(/\.mp4/, from);
    await page.waitForTimeout(1500);
    assert.equal(clinic.proxy.sent(/\.mp4/, from), before, "a pause is a pause");
    clinic.proxy.faults = {};
    await page.click("[data-action=kit-resume]");
    await kitState(page, "ready");
    const again = clinic.proxy.sent(/\.mp4/, from) - lightFilms(kit);
    assert.ok(again >= 0 && again <= CHUNK, `${again} bytes paid twice`);
    await allIntact(page, clinic, kit);
  }));

test("a battery pulled in the middle costs at most a chunk, and the download goes on by itself", () =>
  onPhone(async (page, browser) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    clinic.proxy.faults = { bytesPerSecond: 200_000 };
    await startLight(page);
    await until("bytes of films", () => clinic.proxy.sent(/\.mp4/, from) > 400_000, 60_000);
    await standStill(page, clinic, kit, from);
    await browser.kill();
    clinic.proxy.faults = { bytesPerSecond: 200_000 };
    page = await browser.revive();
    await open(page, portal, "kit");
    await kitState(page, "ready", { timeout: 60_000 });
    const again = clinic.proxy.sent(/\.mp4/, from) - lightFilms(kit);
    assert.ok(again <= CHUNK, `${again} bytes paid twice`);
    await allIntact(page, clinic, kit);
  }));

test("a film asked for while it arrives plays early, and each byte is paid for once", () =>
  onPhone(async (page) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    // The portal's own files share the line no more.
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    clinic.proxy.faults = { bytesPerSecond: 60_000 };
    const last = kit.exercises.at(-1);
    await open(page, portal, `exercise/${last.id}`);
    await page.click("[data-action=play]");
    await page.click("dialog[open] [data-action=acknowledge]");
    await page.waitForFunction(() => document.querySelector("main video")?.currentTime > 0.5, null, { timeout: 60_000 });
    const src = await page.evaluate(() => document.querySelector("main video").currentSrc);
    const { choice, codec } = last.video.rungs.find((r) => src.includes(r.media.sha256));
    const films = kit.exercises.reduce(
      (sum, e) => sum + e.video.rungs.find((r) => r.choice === choice && r.codec === codec).media.bytes, 0);
    assert.ok(clinic.proxy.sent(/\.mp4/, from) < films, "it plays before everything is here");
    await standStill(page, clinic, kit, from);
    await page.goto("about:blank");
    clinic.proxy.faults = {};
    await open(page, portal, "kit");
    await kitState(page, "ready", { timeout: 60_000 });
    const again = clinic.proxy.sent(/\.mp4/, from) - films;
    assert.ok(again >= 0 && again <= CHUNK, `${again} bytes paid twice`);
  }));
