// « Me filmer » with a real browser's recorder: the way to it, what is kept, what a kill leaves, and each
// thing that can go wrong with a camera.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { PHONE } from "./lib/chromium.mjs";
import { Clinic, kitFolder } from "./lib/clinic.mjs";
import { CAMERA, chunkKeys, clips, film, ONLY, playThrough, roll, toCamera } from "./lib/clips.mjs";
import { sha256 } from "./lib/envelope.mjs";
import { root } from "./lib/env.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { faults } from "./lib/layout.mjs";
import { choose, onPhone, open, openLink, usable } from "./lib/portal.mjs";
import { voice } from "./lib/session.mjs";
import { shoot } from "./lib/shots.mjs";
import { until } from "./lib/until.mjs";

const EXERCISE = "sit-to-stand";
const FILM = `clip/${EXERCISE}`;

let clinic, portal;

before(async () => {
  clinic = await Clinic.open();
  portal = clinic.proxy.url;
});
after(() => clinic?.close());

/** A phone with the kit and a camera. */
const withCamera = (run, { args = CAMERA, mode, lang, spoken, ...options } = {}) =>
  onPhone(
    async (page, browser) => {
      if (spoken) await browser.context.addInitScript(voice);
      await openLink(page, clinic.link);
      if (mode) await choose(page, portal, mode, lang);
      await run(page, browser);
    },
    { args, ...options },
  );

const heading = (page, words) => page.locator("main h1").getByText(words).waitFor({ timeout: 20_000 });
const trouble = (page, name) => page.waitForSelector(`main [data-problem=${name}]`, { timeout: 15_000 });

/** What a screen breaks of the rules, after a picture was taken of it. */
async function looks(page, mode, name) {
  await page.waitForTimeout(300);
  await shoot(page, `clip-${name}`);
  const wrong = [...(await faults(page, mode)), ...(await violations(page))];
  return wrong.map((w) => `${name}: ${w}`);
}

for (const mode of ["standard", "simple"]) {
  for (const lang of ["fr", "en"]) {
    test(`in ${mode} mode, in ${lang}: filmed, watched, kept, and each screen keeps the rules`, () =>
      withCamera(
        async (page) => {
          const wrong = [];
          const look = async (name) => wrong.push(...(await looks(page, mode, `${name}-${mode}-${lang}`)));
          await open(page, portal, FILM);
          await page.waitForSelector("[data-action=clip-start], [data-action=clip-next-step]");
          await look("why");
          if (mode === "simple") {
            await page.click("[data-action=clip-next-step]");
            await heading(page, /Préparez|Prepare/);
            await look("prepare");
            await page.click("[data-action=clip-next-step]");
            await page.waitForSelector("[data-action=clip-helper]");
            await look("ask");
            await open(page, portal, FILM);
          }
          await toCamera(page);
          await page.waitForSelector("[data-action=clip-record]");
          await page.waitForFunction(() => document.querySelector(".camera-picture").videoWidth > 0);
          await look("camera");
          await roll(page, 1_500);
          await look("rolling");
          await page.click("[data-action=clip-stop]");
          await page.waitForSelector("[data-action=clip-keep]");
          await look("view");
          await page.click("[data-action=clip-delete]");
          await page.waitForSelector("dialog[open]");
          await look("delete");
          await page.keyboard.press("Escape");
          await page.click("[data-action=clip-keep]");
          await page.waitForSelector("main [data-status=kept]");
          await look("kept");
          const [clip] = await clips(page);
          assert.deepEqual([clip.state, clip.exercise, clip.sound], ["kept", EXERCISE, false]);
          await open(page, portal, "clip");
          await page.click("[data-action=clip-play]");
          await page.waitForSelector(".clip-player[data-player=playing]");
          await look("mine");
          assert.deepEqual(wrong, []);
        },
        { mode, lang },
      ));
  }
}

test("what was filmed is stored piece by piece as it was recorded, small, and plays to its end", () =>
  withCamera(async (page) => {
    await open(page, portal, FILM);
    await toCamera(page);
    const pressed = Date.now();
    await page.click("[data-action=clip-record]");
    await page.waitForSelector("[data-status=recording]", { timeout: 15_000 });
    const seen = Date.now();
    const early = await until("three pieces", async () => (await clips(page)).find((clip) => clip.chunks >= 3));
    assert.equal(early.state, "recording");
    assert.equal((await clips(page)).length, 1);
    await page.waitForTimeout(Math.max(0, 6_000 - (Date.now() - seen)));
    const stopping = Date.now();
    await page.click("[data-action=clip-stop]");
    await page.waitForSelector("[data-action=clip-keep]");
    const shown = Date.now();
    await page.fill("#word", "  Le genou tire un peu.  ");
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
    const [clip] = await clips(page);
    const played = await playThrough(page, clip);
    assert.match(clip.mime, /^video\/webm/);
    assert.match(clip.id, /^[\w-]{22}$/);
    assert.equal(clip.words, "Le genou tire un peu.");
    assert.deepEqual([played.chunks, played.bytes, played.bare], [clip.chunks, clip.bytes, true]);
    assert.ok(Math.abs(played.seconds - clip.ms / 1000) < 0.7, `${played.seconds} s played of ${clip.ms} ms`);
    // Three seconds of countdown are not of the clip.
    assert.ok(clip.ms >= stopping - seen - 50 && clip.ms <= shown - pressed - 3_000 + 50, `${clip.ms} ms`);
    // 28 KB a second is what 840 KB for 30 s make.
    assert.ok(clip.bytes / (clip.ms / 1000) < 42_000, `${clip.bytes} bytes in ${clip.ms} ms`);
  }));

test("3-2-1 is said aloud", () =>
  withCamera(
    async (page) => {
      await open(page, portal, FILM);
      await toCamera(page);
      await page.click("[data-action=clip-record]");
      await page.waitForFunction(() => ["3", "2", "1"].every((n) => window.said.some((s) => s.text === n)));
      await page.waitForSelector("[data-status=recording]");
      await page.click("[data-action=clip-stop]");
      await page.waitForSelector("[data-action=clip-keep]");
    },
    { spoken: true },
  ));

/** Notes what is wished of the camera, and which outline was drawn. */
function noteWishes() {
  window.wishes = [];
  const ask = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = function (wish) {
    window.wishes.push({ side: wish.video.facingMode.ideal, sound: wish.audio });
    return ask.call(this, wish);
  };
}

test("the camera turns round, sound is off until it is wanted, and how long it has filmed is on the screen", () =>
  withCamera(async (page, browser) => {
    await browser.context.addInitScript(noteWishes);
    await open(page, portal, FILM);
    await toCamera(page);
    const ready = async (n) => {
      await page.waitForFunction((n) => window.wishes.length === n, n);
      await page.waitForSelector("[data-action=clip-record]");
      return page.evaluate(() => window.wishes.at(-1));
    };
    assert.deepEqual(await ready(1), { side: "user", sound: false });
    assert.equal(await page.locator(".camera-frame[data-mirrored] .camera-picture").count(), 1, "as in a mirror");
    await page.waitForSelector(".camera[data-wide]"); // as wide as the browser's own camera
    await page.click("[data-action=clip-flip]");
    assert.deepEqual(await ready(2), { side: "environment", sound: false });
    assert.equal(await page.locator(".camera-frame[data-mirrored]").count(), 0);
    const pressed = () => page.getAttribute("[data-action=clip-sound]", "aria-pressed");
    assert.equal(await pressed(), "false");
    await page.click("[data-action=clip-sound]");
    assert.deepEqual(await ready(3), { side: "environment", sound: true });
    assert.equal(await pressed(), "true");
    await page.click("[data-action=clip-record]");
    for (const words of ["3", "2", "1", "0:01", "0:02"]) await page.locator("[role=timer]").getByText(words, { exact: true }).waitFor();
    await page.click("[data-action=clip-stop]");
    await page.waitForSelector("[data-action=clip-keep]");
    const [clip] = await clips(page);
    assert.ok(clip.sound && /opus/.test(clip.mime), `${clip.sound} ${clip.mime}`);
  }));

test("the outline is that of the position that takes most room", async () => {
  const positions = ["standing", "sitting", "lying"];
  const exercises = positions.map((p) => exercise(p, { film: "alone", film_position: p, contraindications: [] }));
  const dir = await writeKit(await kitFolder(clinic.dir, "positions"), aKit(exercises));
  const link = await clinic.publish(dir);
  await onPhone(
    async (page) => {
      await openLink(page, link);
      for (const position of positions) {
        await open(page, portal, `clip/${position}`);
        await toCamera(page);
        await page.waitForSelector(`.outline[data-position=${position}]`);
        await page.waitForFunction(() => document.querySelector(".camera-picture").videoWidth > 0);
        await shoot(page, `clip-outline-${position}`);
      }
    },
    { args: CAMERA },
  );
});

test("the whole way goes by keyboard alone", () =>
  withCamera(async (page) => {
    const press = async (action, key = "Enter") => {
      await page.locator(`main [data-action=${action}], dialog[open] [data-action=${action}]`).first().focus();
      await page.keyboard.press(key);
    };
    await open(page, portal, `exercise/${EXERCISE}`);
    await press("clip-open");
    await page.waitForSelector("[data-action=clip-start]");
    for (const box of ["clip-helper", "clip-others", "clip-age"]) await press(box, "Space");
    await press("clip-start");
    await page.waitForSelector("dialog[open]");
    await press("acknowledge");
    await page.waitForSelector("[data-action=clip-record]");
    await press("clip-record");
    await page.waitForSelector("[data-status=recording]", { timeout: 15_000 });
    await page.waitForTimeout(800);
    await press("clip-stop");
    await page.waitForSelector("[data-action=clip-keep]");
    await press("clip-keep");
    await page.waitForSelector("main [data-status=kept]");
  }));

for (const container of ["webm", "mp4"]) {
  test(`a browser killed in the middle of a ${container}: the clip is found again, plays to its end, and can be kept`, () =>
    withCamera(async (page, browser) => {
      await browser.context.addInitScript(ONLY[container]);
      await open(page, portal, FILM);
      await toCamera(page);
      await roll(page, 0);
      const began = Date.now();
      await page.waitForTimeout(4_300);
      const lasted = Date.now() - began;
      await browser.kill();
      page = await browser.revive();
      await open(page, portal);
      await page.click("[data-action=clip-found]");
      await heading(page, "retrouvé");
      const [clip] = await clips(page);
      assert.equal(clip.state, "recording");
      assert.ok(clip.mime.startsWith(`video/${container}`), clip.mime);
      const played = await playThrough(page, clip);
      assert.ok(played.seconds * 1000 > lasted - 1_000, `${played.seconds} s of ${lasted} ms`);
      await page.click("[data-action=clip-play]");
      await page.waitForSelector(".clip-player[data-player=playing]");
      await shoot(page, `clip-found-${container}-standard-fr`);
      await page.click("[data-action=clip-keep]");
      await page.waitForFunction(() => !document.querySelector("[data-action=clip-keep]"));
      assert.deepEqual((await clips(page)).map((c) => c.state), ["kept"]);
      await open(page, portal);
      await page.waitForSelector("main .today p");
      assert.equal(await page.locator("[data-action=clip-found]").count(), 0);
    }));
}

test("in simple mode the video that was found takes a way of the first screen, and can be deleted", () =>
  withCamera(
    async (page) => {
      await open(page, portal, FILM);
      await toCamera(page);
      await roll(page, 1_500);
      await page.reload();
      await usable(page);
      await open(page, portal, FILM);
      await heading(page, "retrouvé");
      await page.waitForSelector("[data-action=clip-play]");
      assert.deepEqual(await looks(page, "simple", "found-simple-fr"), []);
      await page.click("[data-action=clip-delete]");
      await page.click("dialog[open] [data-action=clip-delete-confirm]");
      await page.waitForSelector("[data-action=clip-next-step]");
      assert.deepEqual([await clips(page), await chunkKeys(page)], [[], []]);
    },
    { mode: "simple" },
  ));

test("a second tab leaves alone what the first one is filming", () =>
  withCamera(async (page, browser) => {
    await open(page, portal, FILM);
    await toCamera(page);
    await roll(page, 1_200);
    const other = await browser.context.newPage();
    await open(other, portal, "clip");
    await heading(other, "Mes vidéos");
    await other.waitForTimeout(500);
    assert.equal(await other.locator("[data-action=clip-keep]").count(), 0);
    assert.equal((await clips(other)).length, 1, "and nothing of it is thrown away");
    await other.close();
  }));

test("leaving the screen while filming loses nothing", () =>
  withCamera(async (page) => {
    await open(page, portal, FILM);
    await toCamera(page);
    await roll(page, 1_700);
    await page.click("nav.bar a[href='./']");
    await page.click("[data-action=clip-found]");
    await heading(page, "retrouvé");
    const [clip] = await clips(page);
    assert.ok((await playThrough(page, clip)).seconds > 1.2);
  }));

test("a page that goes out of sight ends the filming and says so; the clip is there", () =>
  withCamera(async (page) => {
    await open(page, portal, FILM);
    await toCamera(page);
    await roll(page, 1_500);
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await trouble(page, "left");
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
  }));

test("filming again deletes the first one only after a yes", () =>
  withCamera(async (page) => {
    await open(page, portal, FILM);
    await film(page, 1_000);
    const [first] = await clips(page);
    await page.click("[data-action=clip-delete]");
    await page.click("dialog[open] .button:last-child");
    assert.equal((await clips(page)).length, 1);
    await page.click("[data-action=clip-delete]");
    await page.click("dialog[open] [data-action=clip-redo]");
    await roll(page, 1_000);
    await page.click("[data-action=clip-stop]");
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
    const all = await clips(page);
    assert.equal(all.length, 1);
    assert.notEqual(all[0].id, first.id);
    assert.ok((await chunkKeys(page)).every(([id]) => id === all[0].id));
  }));

test("a clip is saved as a file, byte for byte", () =>
  withCamera(async (page) => {
    await open(page, portal, FILM);
    await film(page, 1_500);
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
    await open(page, portal, `exercise/${EXERCISE}`);
    const [clip] = await clips(page);
    const saving = page.waitForEvent("download");
    await page.click("[data-action=clip-save]");
    const saved = await saving;
    assert.match(saved.suggestedFilename(), /^bon-geste-sit-to-stand-\d{4}-\d\d-\d\d-\d{4}\.webm$/);
    const file = await readFile(await saved.path());
    assert.deepEqual([file.length, sha256(file)], [clip.bytes, (await playThrough(page, clip)).sha256]);
  }));

for (const [name, args] of [
  ["refused", ["--use-fake-device-for-media-stream"]],
  ["missing", []],
]) {
  test(`a camera that is ${name} has its sentence, and a video file takes its place`, () =>
    withCamera(
      async (page) => {
        await open(page, portal, FILM);
        await toCamera(page);
        await trouble(page, `camera_${name}`);
        await shoot(page, `clip-${name}-standard-fr`);
        const file = path.join(root, "content/demo/library/sit-to-stand/sit-to-stand.mp4");
        await page.setInputFiles("[data-action=clip-file]", file);
        await page.waitForSelector("[data-action=clip-keep]");
        await page.click("[data-action=clip-keep]");
        await page.waitForSelector("main [data-status=kept]");
        const [clip] = await clips(page);
        assert.deepEqual([clip.mime, clip.ms], ["video/mp4", 0]);
        assert.equal((await playThrough(page, clip)).sha256, sha256(await readFile(file)));
      },
      { args },
    ));
}

test("a file that is no video is refused with a sentence, and nothing of it stays", () =>
  withCamera(
    async (page) => {
      await open(page, portal, FILM);
      await toCamera(page);
      await trouble(page, "camera_missing");
      await page.setInputFiles("[data-action=clip-file]", { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
      await trouble(page, "not_a_video");
      assert.deepEqual([await clips(page), await chunkKeys(page)], [[], []]);
    },
    { args: [] },
  ));

/** What a browser says of a camera that another app holds, or of a recorder that it lacks. */
for (const [name, script] of [
  ["camera_busy", () => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("in use", "NotReadableError"); }; }],
  ["no_recorder", () => { delete window.MediaRecorder; }],
]) {
  test(`${name} has its own sentence and the way of a file`, () =>
    withCamera(async (page, browser) => {
      await browser.context.addInitScript(script);
      await open(page, portal, FILM);
      await toCamera(page);
      await trouble(page, name);
      assert.equal(await page.locator("[data-action=clip-file]").count(), 1);
    }));
}

for (const [event, name] of [["ended", "camera_unplugged"], ["mute", "camera_taken"]]) {
  test(`a camera that goes away while filming (${event}) leaves a clip and says why`, () =>
    withCamera(async (page, browser) => {
      await browser.context.addInitScript(() => {
        const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wish) => (window.stream = await get(wish));
      });
      await open(page, portal, FILM);
      await toCamera(page);
      await roll(page, 1_500);
      await page.evaluate((event) => window.stream.getVideoTracks()[0].dispatchEvent(new Event(event)), event);
      await trouble(page, name);
      await page.click("[data-action=clip-keep]");
      await page.waitForSelector("main [data-status=kept]");
      assert.ok((await playThrough(page, (await clips(page))[0])).seconds > 1);
    }));
}

/**
 * A phone on which the portal has so many bytes. The browser remembers for a while how much room there was:
 * so that is said before the portal is opened.
 */
const withRoom = (bytes, run) =>
  onPhone(
    async (page, browser) => {
      const cdp = await browser.context.newCDPSession(page);
      await cdp.send("Storage.overrideQuotaForOrigin", { origin: new URL(portal).origin, quotaSize: bytes });
      await openLink(page, clinic.link);
      await run(page, browser);
    },
    { args: CAMERA },
  );

/** Another page of the same origin takes all the room that is left. */
async function fillUp(context) {
  const page = await context.newPage();
  await page.goto(`${portal}jwks.json`);
  await page.evaluate(async () => {
    const db = await new Promise((ok, no) => {
      const opening = indexedDB.open("filler", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("all", { autoIncrement: true });
      opening.onsuccess = () => ok(opening.result);
      opening.onerror = no;
    });
    // Noise: what can be compressed takes no room.
    const noise = (bytes) => {
      const all = new Uint8Array(bytes);
      for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(all.subarray(at, Math.min(at + 65_536, bytes)));
      return all;
    };
    const put = (bytes) =>
      new Promise((done) => {
        const tx = db.transaction("all", "readwrite");
        tx.objectStore("all").put(noise(bytes));
        tx.oncomplete = () => done(true);
        tx.onabort = () => done(false);
      });
    for (const bytes of [1 << 20, 1 << 17, 1 << 13, 1 << 10]) for (let n = 0; n < 64 && (await put(bytes)); n++);
  });
  await page.close();
}

test("a device that is nearly full refuses a new clip and keeps those that are there", () =>
  withRoom(15_000_000, async (page, browser) => {
    await open(page, portal, FILM);
    await film(page, 1_000);
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
    await fillUp(browser.context);
    await page.click("[data-action=clip-again]");
    await trouble(page, "no_space");
    assert.equal(await page.locator("[data-action=clip-file]").count(), 0, "a file would not fit either");
    assert.equal((await clips(page)).length, 1);
    await playThrough(page, (await clips(page))[0]);
  }));

test("a device that is full in the middle keeps what was filmed until then", () =>
  withRoom(15_000_000, async (page, browser) => {
    await open(page, portal, FILM);
    await toCamera(page);
    await roll(page, 1_500);
    await fillUp(browser.context);
    await trouble(page, "no_space");
    await page.waitForSelector("[data-action=clip-play]");
    const [clip] = await clips(page);
    assert.ok((await playThrough(page, clip)).seconds > 0.8);
  }));

test("« Mon geste » is filmed with the kiné, shown when filming at home, and replaced only after a yes", () =>
  withCamera(async (page) => {
    await open(page, portal, `exercise/${EXERCISE}`);
    await page.click("[data-action=clip-gesture]");
    await film(page, 1_000);
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
    const [first] = await clips(page);
    assert.equal(first.reference, true);
    await page.click("[data-action=clip-again]");
    await roll(page, 1_000);
    await page.click("[data-action=clip-stop]");
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("dialog[open] [data-action=clip-replace]");
    assert.equal((await clips(page)).filter((c) => c.state === "kept")[0].id, first.id);
    await page.click("dialog[open] [data-action=clip-replace]");
    await page.waitForSelector("main [data-status=kept]");
    const [only, ...none] = await clips(page);
    assert.deepEqual([only.reference, none.length], [true, 0]);
    assert.notEqual(only.id, first.id);
    await open(page, portal, FILM);
    await toCamera(page);
    await page.waitForFunction(() => document.querySelector(".camera-model video")?.currentTime > 0.1);
    await page.setViewportSize(PHONE);
    await shoot(page, "clip-camera-with-gesture");
  }));

test("an exercise that asks for a helper is not filmed before one is there", () =>
  withCamera(async (page) => {
    await open(page, portal, FILM);
    await page.waitForSelector("[data-action=clip-helper]");
    await page.check("[data-action=clip-others]");
    await page.check("[data-action=clip-age]");
    await page.click("[data-action=clip-start]");
    await page.locator("main [role=alert]").getByText("Cochez").waitFor();
    assert.equal(await page.locator("dialog[open], .filming").count(), 0);
  }));

test("an exercise that must not be filmed at home opens no camera, and the kit says how long a clip may be", async () => {
  const exercises = [
    exercise("never", { film: "never", contraindications: [] }),
    exercise("short", { film: "alone", film_s: 5, contraindications: [] }),
  ];
  const dir = await writeKit(await kitFolder(clinic.dir, "filming"), aKit(exercises));
  const link = await clinic.publish(dir);
  await onPhone(
    async (page) => {
      await openLink(page, link);
      await open(page, portal, "clip/never");
      await heading(page, "Ne filmez pas");
      assert.equal(await page.locator("[data-action=clip-start]").count(), 0);
      assert.equal(await page.locator("[data-action=clip-gesture]").count(), 1, "at the clinic it can be");
      await open(page, portal, "clip/short");
      await toCamera(page);
      await page.click("[data-action=clip-record]");
      await page.waitForSelector("[data-action=clip-keep]", { timeout: 15_000 });
      const [clip] = await clips(page);
      assert.ok(clip.ms > 4_500 && clip.ms <= 5_000, `${clip.ms} ms of 5 s`);
    },
    { args: CAMERA },
  );
});

test("at the clinic the clips play from the phone that is held out", () =>
  withCamera(async (page) => {
    await open(page, portal, FILM);
    await film(page, 1_200);
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
    await clinic.proxy.goOffline();
    try {
      await page.click("nav.bar a[href='./']");
      await page.click("[data-action=show]");
      await page.click("dialog[open] [data-action=clip-play]");
      await page.waitForSelector("dialog[open] .clip-player[data-player=playing]");
    } finally {
      await clinic.proxy.goOnline();
    }
  }));
