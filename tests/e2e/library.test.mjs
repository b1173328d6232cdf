// The demonstration's library in Chromium, Firefox and WebKitGTK: every film, in every form in which it is packed,
// plays to its last picture; every drawing stands still for those who asked for less movement. Its kits stay light.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import http from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { before, test } from "node:test";
import { promisify } from "node:util";
import { Chromium } from "./lib/chromium.mjs";
import { Clinic } from "./lib/clinic.mjs";
import { stored } from "./lib/database.mjs";
import { exercises, library } from "./lib/library.mjs";
import { choose, mediaOf, onPhone, open, openLink } from "./lib/portal.mjs";
import { beginExercise } from "./lib/session.mjs";
import { Firefox, WebKit } from "./lib/webdriver.mjs";

/** Most bytes of a kit whose light films are chosen. */
const LIGHT_KIT = 2_500_000;

/** The kits, and each film once: exercise, rung, file, and some of its pictures. */
let kits;
const films = [];

before(async () => {
  kits = await library();
  for (const { dir, kit } of kits.values()) {
    for (const { id, video } of kit.exercises) {
      for (const rung of video.rungs) {
        const file = path.join(dir, "m", `${rung.media.sha256}.mp4`);
        films.push({ id, rung, file, expected: await pictures(file, rung) });
      }
    }
  }
});

/** A picture is compared by the mean brightness of so many fields across and down. */
const FIELDS = [32, 18];

/** The brightness of the fields of a picture of red, green, blue and so on in rows; runs in the page too. */
function fields({ pixels, step, width, height, across, down }) {
  const sums = new Array(across * down).fill(0);
  const counts = new Array(across * down).fill(0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const field = Math.floor((y * down) / height) * across + Math.floor((x * across) / width);
      const at = (y * width + x) * step;
      sums[field] += (pixels[at] + pixels[at + 1] + pixels[at + 2]) / 3;
      counts[field] += 1;
    }
  }
  return sums.map((sum, n) => sum / counts[n]);
}

const run = promisify(execFile);

/**
 * The last picture of each stretch that decodes by itself, hence of the film too: its moment, and what a decoder that
 * no browser uses makes of it. Whoever shows them all has decoded every picture that another one needs.
 */
async function pictures(file, { width, height }) {
  const about = await run("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time,flags", "-of", "json", file]);
  const { packets } = JSON.parse(about.stdout);
  const all = packets.map(({ pts_time, flags }) => ({ at: Number(pts_time), key: flags.startsWith("K") })).sort((a, b) => a.at - b.at);
  const numbers = all.map((_, n) => n).filter((n) => n + 1 === all.length || all[n + 1].key);
  const chosen = numbers.map((n) => `eq(n\\,${n})`).join("+");
  const args = ["-nostdin", "-v", "error", "-i", file, "-an", "-vf", `select=${chosen},scale=in_color_matrix=bt709`, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
  const { stdout } = await run("ffmpeg", args, { encoding: "buffer", maxBuffer: 256 << 20 });
  const one = width * height * 3;
  assert.equal(stdout.length, numbers.length * one, file);
  return numbers.map((n, k) => {
    const pixels = stdout.subarray(k * one, (k + 1) * one);
    return { at: all[n].at, looks: fields({ pixels, step: 3, width, height, across: FIELDS[0], down: FIELDS[1] }) };
  });
}

/** The films behind one page on loopback, with the byte ranges that browsers want. */
async function serve() {
  const files = new Map(films.map(({ rung, file }) => [`/m/${rung.media.sha256}.mp4`, file]));
  const server = http.createServer(async ({ url, headers }, response) => {
    const file = files.get(url);
    if (!file) return response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><title>Films</title><body>");
    const bytes = await readFile(file);
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
    const first = Number(from ?? 0);
    const last = to ? Math.min(Number(to), bytes.length - 1) : bytes.length - 1;
    const range = from === undefined ? {} : { "Content-Range": `bytes ${first}-${last}/${bytes.length}` };
    response.writeHead(from === undefined ? 200 : 206, { "Content-Type": "video/mp4", "Accept-Ranges": "bytes", ...range });
    return response.end(bytes.subarray(first, last + 1));
  });
  await new Promise((go) => server.listen(0, "127.0.0.1", go));
  return server;
}

/**
 * Shows these pictures of a film and plays its end in the page, if the browser says that it can play such films. What
 * it says, and by how much the worst field of each picture is off.
 */
const play = (page, film) =>
  page.evaluate(
    async ({ url, type, rung, expected, fields, across, down }) => {
      const video = document.createElement("video");
      const shape = { contentType: type, width: rung.width, height: rung.height, framerate: rung.fps, bitrate: 200_000 };
      const info = await navigator.mediaCapabilities.decodingInfo({ type: "file", video: shape });
      const says = video.canPlayType(type);
      // The portal chooses AV1 where this says both.
      const chosen = info.supported && info.smooth;
      if (says === "") return { says, chosen };
      document.body.replaceChildren(video);
      video.muted = true;
      video.playsInline = true;
      const happens = (name) =>
        new Promise((done, fail) => {
          video.addEventListener(name, done, { once: true });
          video.onerror = () => fail(new Error(`error ${video.error.code}: ${video.error.message}`));
        });
      const loaded = happens("loadeddata");
      video.src = url;
      await loaded;
      const [width, height] = [video.videoWidth, video.videoHeight];
      const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d", { willReadFrequently: true });
      const mean = new Function(`return ${fields}`)();
      const off = [];
      for (const { at, looks } of expected) {
        const there = happens("seeked");
        video.currentTime = at + 0.5 / rung.fps;
        await there;
        let least = 255;
        // The picture comes to the screen a little after the news of it.
        for (let n = 0; n < 60 && least > 20; n++) {
          await new Promise((go) => requestAnimationFrame(go));
          context.drawImage(video, 0, 0);
          const seen = mean({ pixels: context.getImageData(0, 0, width, height).data, step: 4, width, height, across, down });
          least = Math.min(least, Math.max(...seen.map((value, k) => Math.abs(value - looks[k]))));
        }
        off.push(least);
      }
      const back = happens("seeked");
      video.currentTime = expected.at(-1).at - 0.3;
      await back;
      const ended = happens("ended");
      await video.play();
      await ended;
      return { says, chosen, width, height, off, early: expected.at(-1).at - video.currentTime };
    },
    { ...film, fields: String(fields), across: FIELDS[0], down: FIELDS[1] },
  );

for (const Engine of [Chromium, Firefox, WebKit]) {
  test(`${Engine.name}: every film shows its pictures to the last one, in each form that the browser says it plays`, async (t) => {
    const server = await serve();
    const browser = await Engine.start();
    try {
      const { page } = browser;
      const portal = `http://127.0.0.1:${server.address().port}/`;
      await page.goto(portal);
      const played = new Map();
      const refused = new Set();
      for (const { id, rung, expected } of films) {
        const name = `${id}, ${rung.codec} ${rung.height}p`;
        const url = `${portal}m/${rung.media.sha256}.mp4`;
        const got = await play(page, { url, type: rung.media.type, rung, expected }).catch((e) => assert.fail(`${name}: ${e}`));
        assert.ok(got.says !== "" || !got.chosen || rung.codec === "h264", `${name}: would be chosen, and does not play`);
        if (got.says === "") {
          refused.add(rung.codec);
          continue;
        }
        assert.deepEqual([got.width, got.height], [rung.width, rung.height], name);
        const wrong = got.off.flatMap((off, n) => (off > 20 ? [`${expected[n].at} s by ${off.toFixed(0)} of 255`] : []));
        assert.deepEqual(wrong, [], `${name}: pictures that are others`);
        assert.ok(got.early < 0.1, `${name}: stops ${got.early} s before its end`);
        played.set(id, [...(played.get(id) ?? []), rung.codec]);
      }
      for (const id of await exercises()) assert.ok(played.get(id)?.length, `no form of ${id} plays here; refused: ${[...refused]}`);
      const count = [...played.values()].flat().length;
      t.diagnostic(`${Engine.name}: ${count} of ${films.length} played${refused.size ? `; it says that it cannot play ${[...refused]}` : ""}`);
    } finally {
      await browser.close();
      server.closeAllConnections();
      await new Promise((go) => server.close(go));
    }
  });
}

test("every exercise is packed as AV1 and H.264, large, and as H.264, light", async () => {
  const forms = new Map();
  for (const { id, rung } of films) forms.set(id, [...(forms.get(id) ?? []), `${rung.choice} ${rung.codec} ${rung.height}`]);
  assert.deepEqual([...forms.keys()].sort(), await exercises());
  for (const [id, found] of forms) assert.deepEqual(found, ["normal av1 360", "normal h264 360", "light h264 240"], id);
});

test("with light films no kit of the demonstration is heavier than 2.5 MB", (t) => {
  for (const [name, { kit }] of kits) {
    const unwanted = new Set(kit.exercises.flatMap((e) => e.video.rungs).filter((r) => r.choice !== "light").map((r) => r.media.sha256));
    const bytes = [...mediaOf(kit).values()].filter((m) => !unwanted.has(m.sha256)).reduce((sum, m) => sum + m.bytes, 0);
    t.diagnostic(`${name}: ${Math.round(bytes / 1000)} KB`);
    assert.ok(bytes <= LIGHT_KIT, `${name}: ${bytes} bytes`);
  }
});

/** What the drawing on view does within twenty pictures of the screen: whether it moved, what it is called. */
const drawn = (page, place) =>
  page.evaluate(async (place) => {
    const svg = document.querySelector(`${place} svg[data-duration-ms]`);
    const shapes = () => [...svg.querySelectorAll("*")].map((e) => [e.getCTM?.(), getComputedStyle(e).d, getComputedStyle(e).opacity].map((v) => (v?.a === undefined ? v : [v.a, v.b, v.c, v.d, v.e, v.f]))).join();
    const [began, first] = [svg.getCurrentTime(), shapes()];
    for (let n = 0; n < 20; n++) await new Promise((go) => requestAnimationFrame(go));
    const asked = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const moved = svg.getCurrentTime() !== began || shapes() !== first;
    return { asked, moved, label: svg.closest("[role=img]").getAttribute("aria-label") };
  }, place);

/** The drawing's page of an exercise, its film not being here. */
async function drawingOf(page, portal, id) {
  await open(page, portal, `exercise/${id}`);
  await page.waitForSelector(".figure svg[data-duration-ms]");
  return drawn(page, ".figure");
}

const LESS = { reducedMotion: "reduce" };

test("whoever asked for less movement sees every drawing of the library still, told in both languages, and may start it", async () => {
  const clinic = await Clinic.open({ kit: null });
  try {
    const portal = clinic.proxy.url;
    const seen = [];
    for (const { folder, kit } of kits.values()) {
      if (!kit.exercises.length) continue;
      const link = await clinic.publish(folder);
      await onPhone(async (page) => {
        await openLink(page, link);
        for (const { id, animation } of kit.exercises) {
          assert.deepEqual(await drawingOf(page, portal, id), { asked: true, moved: false, label: animation.alt.fr }, id);
          await page.click("[data-action=animation]");
          assert.equal((await drawn(page, ".figure")).moved, true, `${id}: started by a tap`);
          seen.push(id);
        }
        await choose(page, portal, "standard", "en");
        for (const { id, animation } of kit.exercises) {
          assert.deepEqual(await drawingOf(page, portal, id), { asked: true, moved: false, label: animation.alt.en }, id);
        }
      }, LESS);
    }
    assert.deepEqual(seen.sort(), await exercises());
  } finally {
    await clinic.close();
  }
});

test("in a session the easier variant's drawing is another, told by its words, and still for whoever asked for it", async () => {
  const clinic = await Clinic.open({ kit: null });
  try {
    for (const { folder, kit } of kits.values()) {
      if (!kit.exercises.length) continue;
      const link = await clinic.publish(folder);
      await onPhone(async (page) => {
        await openLink(page, link);
        await page.goto(`${clinic.proxy.url}session`);
        await page.click("[data-action=session-start]");
        await beginExercise(page);
        await page.waitForSelector(".session svg[data-duration-ms]");
        const whole = await drawn(page, ".session");
        const exercise = kit.exercises.find((e) => e.animation.alt.fr === whole.label);
        assert.ok(exercise && !whole.moved, `${whole.label} moved: ${whole.moved}`);
        await page.click("[data-action=easier]");
        await page.waitForSelector(`.session [role=img][aria-label="${exercise.easier.fr}"] svg[data-duration-ms]`);
        assert.deepEqual(await drawn(page, ".session"), { asked: true, moved: false, label: exercise.easier.fr });
      }, LESS);
    }
  } finally {
    await clinic.close();
  }
});

for (const Engine of [Firefox, WebKit]) {
  test(`${Engine.name}: the drawing stands still when the device asks for less movement, and moves when it does not`, async () => {
    const clinic = await Clinic.open({ kit: null });
    try {
      const { folder, kit } = kits.get("in-no-kit");
      const link = await clinic.publish(folder);
      const [{ id, animation }] = kit.exercises;
      for (const lessMovement of [true, false]) {
        const browser = await Engine.start({ lessMovement });
        try {
          const { page } = browser;
          await openLink(page, link);
          // WebKitGTK does not open a page from a service worker that is still being installed.
          await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
          const arrived = async () => (await stored(page, "media"))[0].some((m) => m.sha256 === animation.media.sha256 && m.complete);
          for (let i = 0; i < 400 && !(await arrived()); i++) await new Promise((go) => setTimeout(go, 50));
          const got = await drawingOf(page, clinic.proxy.url, id);
          const lang = await page.evaluate(() => document.documentElement.lang);
          assert.deepEqual(got, { asked: lessMovement, moved: !lessMovement, label: animation.alt[lang] });
        } finally {
          await browser.close();
        }
      }
    } finally {
      await clinic.close();
    }
  });
}
