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
import { bendKit } from "./lib/outbox.mjs";
import { choose, kitState, onPhone, open, openLink, startLight, usable } from "./lib/portal.mjs";
import { fillUp, giveRoom } from "./lib/room.mjs";
import { voice } from "./lib/session.mjs";
import { shoot } from "./lib/shots.mjs";
import { until } from "./lib/until.mjs";
import { words } from "./lib/words.mjs";

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

/** The trouble of this name stands, in the words of its section. */
async function told(page, name, section, counsel = "do") {
  const { what, [counsel]: advice } = await words("fr", `clip.${section}`);
  const said = await (await trouble(page, name)).innerText();
  assert.ok(said.includes(what) && said.includes(advice), said);
}

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
          if (mode === "simple") {
            await page.click("[data-action=clip-word]");
            await page.fill("#word", "Le genou tire.");
            await look("word");
            await page.click("[data-action=clip-word-keep]");
            await page.waitForSelector("main [data-status=kept]");
          }
          const [clip] = await clips(page);
          assert.deepEqual([clip.state, clip.exercise, clip.sound], ["kept", EXERCISE, false]);
          assert.equal(clip.words, mode === "simple" ? "Le genou tire." : undefined);
          await open(page, portal, "clip");
          await page.click("[data-action=clip-play]");
          const [length, size] = [Math.round(clip.ms / 1_000), Math.round(clip.bytes / 1_000)];
          const second = `${lang === "fr" ? "seconde" : "second"}${length > 1 ? "s" : ""}`;
          const facts = await page.locator(`[data-clip="${clip.id}"] [data-bytes]`).innerText();
          assert.equal(facts, `${length} ${second}, ${size}\u00a0${lang === "fr" ? "Ko" : "KB"}`);
          await page.waitForSelector(".clip-player[data-player=playing]");
          await look("mine");
          assert.deepEqual(wrong, []);
        },
        { mode, lang },
      ));
  }
}

test("before filming it is said why, for whom, where it stays, how to place oneself, and who else is seen", () =>
  withCamera(async (page) => {
    for (const mode of ["standard", "simple"]) {
      for (const lang of ["fr", "en"]) {
        await choose(page, portal, mode, lang);
        await open(page, portal, FILM);
        const clip = await words(lang, "clip");
        const said = [];
        const read = async (there) => {
          await page.waitForSelector(there);
          said.push(await page.locator("main").innerText());
        };
        if (mode === "standard") {
          await read("[data-action=clip-start]");
        } else {
          await read("[data-action=clip-next-step]");
          await page.click("[data-action=clip-next-step]");
          await heading(page, clip.prepare);
          await read("[data-action=clip-next-step]");
          await page.click("[data-action=clip-next-step]");
          for (const asked of ["clip-helper", "clip-others", "clip-age"]) {
            await read(`[data-action=${asked}]`);
            await page.click(`[data-action=${asked}]`);
          }
        }
        const text = said.join("\n");
        let at = -1; // in this order
        for (const [name, about] of [
          ["why", /^Votre kiné|^Your physio/],
          ["why_here", /reste dans ce téléphone|stays on this phone/],
          ["why_consent", /jamais sans votre accord|never leaves without your agreement/],
          ["prepare", /image|picture/],
          ["prepare_phone", /téléphone|phone/],
          ["prepare_far", /mètres|metres/],
          ["prepare_light", /lumière|light/],
          ["prepare_turn", /téléphone debout.* couché|upright.* on its side/],
          ["prepare_behind", /derrière vous|behind you/],
          ["ask_others_yes", /gens d’accord|people who agree/],
          ...(mode === "standard" ? [["start", /caméra|camera/]] : []),
        ]) {
          const next = text.indexOf(clip[name], at + 1);
          assert.match(clip[name], about);
          assert.ok(next > at, `${name} in ${mode} mode, in ${lang}:\n${text}`);
          at = next;
        }
        if (mode === "simple") assert.ok(text.includes(clip.ask_others), text);
      }
    }
  }));

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

test("in simple mode a « Non » to any question has its sentence, leads back, and opens no camera", () =>
  withCamera(
    async (page, browser) => {
      await browser.context.addInitScript(noteWishes);
      const clip = await words("fr", "clip");
      for (const [address, first] of [[`${FILM}/reference`, "kine"], [FILM, "helper"]]) {
        await open(page, portal, address);
        await page.click("[data-action=clip-next-step]");
        await heading(page, clip.prepare);
        await page.click("[data-action=clip-next-step]");
        for (const asked of [first, "others", "age"]) {
          await page.waitForSelector(`[data-action=clip-${asked}]`);
          await page.click("[data-action=clip-no]");
          await page.locator("main .lead").getByText(clip[`ask_${asked}_no`], { exact: true }).waitFor();
          await heading(page, clip[`ask_${asked}`]);
          assert.equal(await page.locator(`main a[href="exercise/${EXERCISE}"]`).count(), 1);
          await page.locator("main .button").last().click();
          assert.equal(await page.evaluate(() => window.wishes.length), 0, asked);
          await page.click(`[data-action=clip-${asked}]`);
        }
        const notice = page.locator("dialog[open] [data-action=acknowledge]");
        await notice.or(page.locator(".filming")).first().waitFor();
        if (await notice.count()) await notice.click();
        await page.waitForFunction(() => window.wishes.length === 1);
      }
    },
    { mode: "simple" },
  ));

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

for (const [event, why] of [["ended", "unplugged"], ["mute", "taken"]]) {
  test(`a camera that goes away (${event}) says why, before, in the countdown and while filming, and leaves a clip`, () =>
    withCamera(async (page, browser) => {
      await browser.context.addInitScript(() => {
        const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wish) => (window.stream = await get(wish));
      });
      const goesAway = async () => {
        await page.evaluate((event) => window.stream.getVideoTracks()[0].dispatchEvent(new Event(event)), event);
        await told(page, `camera_${why}`, why);
        assert.equal(await page.evaluate(() => window.stream.getVideoTracks()[0].readyState), "ended", "the camera is off");
      };
      await open(page, portal, FILM);
      await toCamera(page);
      for (const counting of [false, true]) {
        await page.waitForSelector("[data-action=clip-record]");
        if (counting) {
          await page.click("[data-action=clip-record]");
          await page.locator("[role=timer]").getByText("3", { exact: true }).waitFor();
        }
        await goesAway();
        assert.equal(await page.locator("[data-action=clip-file]").count(), 1);
        await page.click("[data-action=retry]");
      }
      await roll(page, 1_500);
      await goesAway();
      await page.click("[data-action=clip-keep]");
      await page.waitForSelector("main [data-status=kept]");
      const [clip, ...none] = await clips(page);
      assert.equal(none.length, 0);
      assert.ok((await playThrough(page, clip)).seconds > 1);
    }));
}

test("a recorder that fails says so: what it gave is a clip, and where it gave nothing one may try again", () =>
  withCamera(async (page, browser) => {
    await browser.context.addInitScript(() => {
      const { start } = MediaRecorder.prototype;
      window.silent = true;
      MediaRecorder.prototype.start = function (...slice) {
        window.recorder = this;
        if (!window.silent) start.apply(this, slice);
      };
    });
    const fails = async (counsel) => {
      await page.evaluate(() => window.recorder.dispatchEvent(new Event("error")));
      await told(page, "recorder_failed", "failed", counsel);
    };
    await open(page, portal, FILM);
    await toCamera(page);
    await roll(page, 0);
    await fails("do");
    assert.deepEqual([await clips(page), await chunkKeys(page)], [[], []]);
    assert.equal(await page.locator("[data-action=clip-file]").count(), 1);
    await page.evaluate(() => (window.silent = false));
    await page.click("[data-action=retry]");
    await roll(page, 1_500);
    await fails("kept");
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
    assert.ok((await playThrough(page, (await clips(page))[0])).seconds > 1);
  }));

test("a store that fails while filming, and while keeping, says so; what it had is kept once it works again", () =>
  withCamera(async (page, browser) => {
    await browser.context.addInitScript(() => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...given) {
        if (window.broken) throw new DOMException("broken", "UnknownError");
        return put.apply(this, given);
      };
    });
    await open(page, portal, FILM);
    await toCamera(page);
    await roll(page, 1_500);
    await page.evaluate(() => (window.broken = true));
    await told(page, "not_kept", "store");
    await page.click("[data-action=clip-keep]");
    await page.locator("main [data-problem=not_kept]").nth(1).waitFor();
    await page.evaluate(() => (window.broken = false));
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
    assert.ok((await playThrough(page, (await clips(page))[0])).seconds > 0.8);
  }));

/** A phone with a camera on which the portal has so many bytes. */
const withRoom = (bytes, run) =>
  onPhone(
    async (page, browser) => {
      await giveRoom(page, portal, bytes);
      await openLink(page, clinic.link);
      await run(page, browser);
    },
    { args: CAMERA },
  );

test("a device that is nearly full refuses a new clip and keeps those that are there", () =>
  withRoom(15_000_000, async (page, browser) => {
    await open(page, portal, FILM);
    await film(page, 1_000);
    await page.click("[data-action=clip-keep]");
    await page.waitForSelector("main [data-status=kept]");
    await fillUp(browser.context, portal);
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
    await fillUp(browser.context, portal);
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
    await open(page, portal, `exercise/${EXERCISE}`);
    const title = page.getByRole("heading", { name: "Mon geste", exact: true });
    const own = page.locator("main section", { has: title }).locator(`[data-clip="${only.id}"]`);
    await own.locator("[data-action=clip-play]").click();
    await own.locator(".clip-player[data-player=playing]").waitFor();
    await open(page, portal, FILM);
    await toCamera(page);
    await page.waitForFunction(() => document.querySelector(".camera-model video")?.currentTime > 0.1);
    await page.setViewportSize(PHONE);
    await shoot(page, "clip-camera-with-gesture");
  }));

test("beside the picture stands what is to be done: the drawing, or the film where there is none", async () => {
  const own = await Clinic.open();
  try {
    const drawn = (e) => (e.id === "heel-raises" ? { ...e, animation: undefined } : e);
    await bendKit(own, ({ exercises }) => ({ exercises: exercises.map(drawn) }));
    await onPhone(
      async (page) => {
        await openLink(page, own.link);
        await startLight(page);
        await kitState(page, "ready", { timeout: 60_000 });
        await open(page, own.proxy.url, "clip/heel-raises");
        await toCamera(page);
        await page.waitForFunction(() => document.querySelector(".camera-model video")?.currentTime > 0.1);
        await open(page, own.proxy.url, FILM);
        await toCamera(page);
        await roll(page, 0);
        await page.waitForSelector("[data-status=recording] .camera-model svg");
        assert.ok(await page.evaluate(() => !document.querySelector(".camera-model svg").animationsPaused()));
        assert.doesNotMatch(await page.locator(".camera-model").innerText(), /Mon geste/);
      },
      { args: CAMERA },
    );
  } finally {
    await own.close();
  }
});

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

/** Plays a clip with the portal's own player, to its end. */
async function watch(page, place) {
  const length = (place) => document.querySelector(`${place} .clip-player video`)?.duration < Infinity;
  await page.waitForFunction(length, place); // looked for at the clip's end
  await page.click(`${place} [data-action=clip-play]`);
  await page.waitForSelector(`${place} .clip-player[data-player=playing]`);
  await page.waitForFunction((place) => document.querySelector(`${place} .clip-player video`).ended, place);
}

test("a clip whose exercise has left the kit: « Mes envois » leads to it, it plays, is saved, is held out", async () => {
  const folder = await kitFolder(clinic.dir, "leaves");
  const [stays, leaves] = ["stays", "leaves"].map((id) => exercise(id, { film: "alone", contraindications: [] }));
  const link = await clinic.publish(await writeKit(folder, aKit([stays, leaves])));
  await onPhone(
    async (page) => {
      await openLink(page, link);
      await open(page, portal, "clip/leaves");
      await film(page, 1_000);
      await page.click("[data-action=clip-keep]");
      await page.waitForSelector("main [data-status=kept]");
      const [clip] = await clips(page);
      assert.equal(await clinic.publish(await writeKit(folder, aKit([stays]))), link);
      await open(page, portal, "exercise/leaves");
      await heading(page, (await words("fr", "exercise")).not_found);
      for (const mode of ["standard", "simple"]) {
        await choose(page, portal, mode);
        await open(page, portal, "outbox");
        await page.click("[data-action=clip-all]");
        await heading(page, "Mes vidéos");
        const card = `main [data-clip="${clip.id}"]`;
        await page.locator(card).getByRole("heading", { name: "Un exercice qui n’est plus dans votre kit" }).waitFor();
        await watch(page, card);
        if (mode === "simple") await page.click("[data-action=clip-more]");
        const saving = page.waitForEvent("download");
        await page.click("[data-action=clip-save]");
        const file = await readFile(await (await saving).path());
        assert.deepEqual([file.length, sha256(file)], [clip.bytes, (await playThrough(page, clip)).sha256]);
      }
      await open(page, portal, "follow-up/show");
      await watch(page, "dialog[open]");
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
