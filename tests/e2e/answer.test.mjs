// From the patient's clip to the kiné's answer, with the clinic's own program on the other side: a link with a
// spoken code, a clip over it, « Vu par votre kiné », an answer on the exercise, and the wish to erase.

import assert from "node:assert/strict";
import { cp, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Clinic, must } from "./lib/clinic.mjs";
import { stored } from "./lib/database.mjs";
import { root } from "./lib/env.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { plainFilm } from "./lib/media.mjs";
import { kept, seedClip, send, sha256, status } from "./lib/outbox.mjs";
import { download, giveCode, kitState, online, onPhone, open, openWithCode } from "./lib/portal.mjs";
import { until } from "./lib/until.mjs";

const CODE = "482913";
const EXERCISE = "lever";
let clinic, portal, dir;

before(async () => {
  clinic = await Clinic.open({ kit: null });
  portal = clinic.proxy.url;
  dir = await writeKit(path.join(clinic.dir, "kit"), aKit([exercise(EXERCISE)], { return: "server" }));
  clinic.link = await clinic.publish(dir, "--passcode", CODE);
});

afterEach(() => {
  clinic.proxy.faults = {};
});

after(() => clinic?.close());

/** From the link to the kit. */
const enter = (page, link = clinic.link) => openWithCode(page, link, CODE);

const kitId = async (page) => (await stored(page, "kits"))[0][0].kit_id;

test("a link asks for its code, says how many tries are left, and opens with the right one", { timeout: 90_000 }, () =>
  onPhone(async (page) => {
    await page.goto(clinic.link);
    await giveCode(page, "000000");
    const left = await page.waitForSelector("[data-problem=code_wrong][data-count]");
    const first = Number(await left.getAttribute("data-count"));
    assert.ok(first > 0 && first < 10, `${first} tries left`);
    assert.doesNotMatch(page.url(), /shlink/, "the link does not stay in the address");
    // A dead battery later the question is still there.
    await open(page, portal, "code");
    await giveCode(page, CODE);
    await page.waitForSelector("main section[data-status]", { timeout: 30_000 });
    assert.match(page.url(), /\/kit$/);
  }));

test("a clip goes from the phone to the desk and the answer comes back, also offline", { timeout: 180_000 }, () =>
  onPhone(async (page) => {
    await enter(page);
    const clip = await seedClip(page, await kitId(page), EXERCISE, 400_000, { words: "Est-ce assez bas ?" });
    await send(page, portal, clip.id);
    await status(page, clip.id, "arrived");

    const listed = JSON.parse(await must("inbox", clinic.folder, "--json"));
    assert.match(JSON.stringify(listed), new RegExp(clip.id));
    await must("inbox", clinic.folder, "open", "--all");
    const inbox = path.join(clinic.folder, "desk", "inbox");
    const files = (await readdir(inbox, { recursive: true })).filter((name) => name.endsWith(".webm"));
    assert.equal(files.length, 1);
    assert.equal(sha256(await readFile(path.join(inbox, files[0]))), clip.sha256, "byte for byte what was filmed");

    await must("inbox", clinic.folder, "seen", clip.id);
    await online(page);
    await status(page, clip.id, "seen");
    await open(page, portal);
    await must("reply", clinic.folder, clip.id, "--text", "Très bien. Descendez un peu plus lentement.");
    // The phone lay aside for a quarter of an hour, with the portal open.
    await page.evaluate(() => {
      const show = (state) => {
        Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
        document.dispatchEvent(new Event("visibilitychange"));
      };
      show("hidden");
      const now = Date.now;
      Date.now = () => now() + 15 * 60_000;
      show("visible");
      Date.now = now;
    });
    await page.click("[data-action=reply-open]");
    await page.getByText("Descendez un peu plus lentement.").waitFor();
    clinic.proxy.faults = { on: () => ({ status: 503 }) };
    await page.reload();
    await page.getByText("Descendez un peu plus lentement.").waitFor();
    clinic.proxy.faults = {};
    await open(page, portal);
    await page.waitForTimeout(1000);
    assert.equal(await page.locator("[data-action=reply-open]").count(), 0, "read once, it is no news");

    await open(page, portal, "outbox");
    await page.click("[data-action=outbox-erase]");
    await page.click("dialog[open] [data-action=outbox-erase-confirm]");
    await status(page, clip.id, "erased");
    const { items } = await kept(page);
    assert.ok(items[0].flight.erased_ms > 0, "the server itself confirmed it");
    // The desk has opened it: what the server says is not all.
    const said = page.locator(`[data-item="${clip.id}"]`);
    assert.match(await said.innerText(), /plus sur le serveur du cabinet\. Si votre kiné l’avait déjà ouvert/);
    await must("inbox", clinic.folder);
    await online(page);
    await said.getByText("Le cabinet ne l’a plus.").waitFor();
    const left = (await readdir(inbox, { recursive: true })).filter((name) => name.endsWith(".webm"));
    assert.deepEqual(left, [], "the desk's copy is gone");
  }));

/** A kit that has something to download: the drawing of its exercise. */
async function drawnKit(name) {
  const file = "sit-to-stand.svg";
  const animation = { file, alt: { fr: "Se lever.", en: "Stand up." } };
  const folder = await writeKit(path.join(clinic.dir, name), aKit([exercise(EXERCISE, { animation })], { return: "server" }));
  await cp(path.join(root, "content/demo/library/sit-to-stand", file), path.join(folder, file));
  return clinic.publish(folder, "--passcode", CODE);
}

/** A film of the patient's arrives at the clinic. */
async function arrivesThere(page, content, more) {
  const clip = await seedClip(page, await kitId(page), EXERCISE, content, more);
  await send(page, portal, clip.id);
  await status(page, clip.id, "arrived");
  return clip;
}

/** Answers at the desk. What it prints for the patient's phone says that there is an answer, and nothing of it. */
async function reply(clip, text, ...how) {
  const said = await must("reply", clinic.folder, clip.id, "--text", text, ...how);
  const sms = /^Text message to send: (.+)$/m.exec(said)?.[1] ?? "";
  assert.match(sms, /^Cabinet de démonstration des Tilleuls\u00a0: votre kiné vous a répondu\./, said);
  assert.ok(!sms.includes(text), sms);
}

/** The answer is news on the home screen, and leads to the exercise with these words. */
async function readNews(page, words) {
  await open(page, portal);
  await page.click("[data-action=reply-open]");
  await page.locator("main").getByText(words).waitFor();
  assert.ok(page.url().endsWith(`/exercise/${EXERCISE}`), page.url());
}

/** The exercise again, with no network at all. */
async function offline(page, run) {
  await clinic.proxy.goOffline();
  try {
    await page.reload();
    await run();
  } finally {
    await clinic.proxy.goOnline();
  }
}

test("an answer is a picture of the clip with a circle where it was asked for, and stays without network", { timeout: 180_000 }, () =>
  onPhone(async (page) => {
    await enter(page, await drawnKit("kit-picture"));
    await download(page);
    const clip = await arrivesThere(page, await plainFilm(path.join(clinic.dir, "clip.webm"), ["blue", "green"]), { ms: 4_000 });
    await reply(clip, "Regardez votre genou ici.", "--still", "3", "--circle", "50,60,15");
    await readNews(page, "Regardez votre genou ici.");
    const shown = async () => {
      const picture = page.locator("main img.reply-picture");
      await picture.waitFor();
      assert.equal(await picture.getAttribute("alt"), "Image de votre vidéo, avec l’endroit à regarder");
      return picture.evaluate(async (img) => {
        await img.decode();
        const canvas = document.createElement("canvas");
        const [width, height] = [(canvas.width = img.naturalWidth), (canvas.height = img.naturalHeight)];
        const pen = canvas.getContext("2d");
        pen.drawImage(img, 0, 0);
        const at = (x, y) => [...pen.getImageData(Math.round(x), Math.round(y), 1, 1).data];
        const [x, y, r] = [0.5 * width, 0.6 * height, 0.15 * Math.min(width, height)];
        const yellow = ([red, green, blue]) => red > 170 && green > 140 && blue < 120;
        const ring = [[1, 0], [-1, 0], [0, 1], [0, -1]].filter(([dx, dy]) =>
          [-3, -2, -1, 0, 1, 2, 3].some((off) => yellow(at(x + dx * (r + off), y + dy * (r + off)))),
        );
        return { ring: ring.length, middle: at(x, y), ratio: width / height };
      });
    };
    const right = ({ ring, middle: [red, green, blue], ratio }) => {
      assert.equal(ring, 4, "the ring is seen on all four sides");
      assert.ok(green > red + 60 && green > blue + 60, `at 3 s the clip is green, not ${[red, green, blue]}`);
      assert.ok(Math.abs(ratio - 16 / 9) < 0.02, `${ratio}`);
    };
    right(await shown());
    await open(page, portal, "kit");
    await kitState(page, "ready");
    await page.goBack();
    await offline(page, async () => {
      await page.locator("main").getByText("Regardez votre genou ici.").waitFor();
      right(await shown());
    });
  }));

/** Plays the answer's film to its end; how long it was. One that is taken away meanwhile, or stands still, says so. */
const playAnswer = (page) =>
  page.locator("main video.reply-film").evaluate(async (film) => {
    film.muted = true;
    const told = () => `at ${film.currentTime} of ${film.duration} s, ready ${film.readyState}, ${film.isConnected ? "on view" : "taken away"}`;
    await new Promise((over, failed) => {
      film.onended = over;
      film.onerror = () => failed(new Error(`${film.error.message}, ${told()}`));
      film.play().catch((error) => failed(new Error(`${error.message}, ${told()}`)));
      setTimeout(() => failed(new Error(told())), 30_000);
    });
    return film.currentTime;
  });

test("an answer is a short film, which comes with the kit and plays without network", { timeout: 300_000 }, () =>
  onPhone(async (page) => {
    await enter(page, await drawnKit("kit-film"));
    await download(page);
    const clip = await arrivesThere(page, 60_000);
    const film = path.join(clinic.dir, "answer.mp4");
    await plainFilm(film, ["gray", "red"]);
    await reply(clip, "Je vous montre le geste.", "--video", film);
    await readNews(page, "Je vous montre le geste.");
    const shown = page.locator("main video.reply-film");
    await shown.waitFor({ timeout: 60_000 });
    assert.equal(await shown.getAttribute("aria-label"), "Vidéo de votre kiné");
    const whole = async () => {
      const seconds = await playAnswer(page);
      assert.ok(Math.abs(seconds - 4) < 0.3, `${seconds} s of 4`);
    };
    await whole();
    await open(page, portal, "kit");
    await kitState(page, "ready", { timeout: 60_000 });
    await page.goBack();
    await offline(page, async () => {
      await page.locator("main").getByText("Je vous montre le geste.").waitFor();
      await whole();
    });
  }));

test("an answer's film comes by itself also to a kit that had nothing to download", { timeout: 300_000 }, () =>
  onPhone(async (page) => {
    await enter(page);
    await kitState(page, "ready");
    const clip = await arrivesThere(page, 60_000);
    const film = path.join(clinic.dir, "answer.mp4");
    await plainFilm(film, ["gray", "red"]);
    await reply(clip, "Regardez mes pieds.", "--video", film);
    await readNews(page, "Regardez mes pieds.");
    await page.locator("main video.reply-film").waitFor({ timeout: 60_000 });
    const seconds = await playAnswer(page);
    assert.ok(Math.abs(seconds - 4) < 0.3, `${seconds} s of 4`);
  }));

test("a code that was changed at the desk is asked for again, and the wrong one is tried once only", { timeout: 90_000 }, () =>
  onPhone(async (page) => {
    await enter(page);
    const begun = clinic.proxy.log.length;
    await open(page, portal);
    const answered = () => clinic.proxy.log.slice(begun).some((r) => r.method === "POST" && r.path.startsWith("/l/") && r.status);
    await until("the start's own question", answered);
    await must("passcode", clinic.folder, path.basename(dir), "--new", "771204");
    const from = clinic.proxy.log.length;
    await online(page);
    await page.waitForSelector("[data-action=code]");
    await online(page);
    await page.waitForTimeout(1000);
    const asked = clinic.proxy.log.slice(from).filter((r) => r.method === "POST" && r.path.startsWith("/l/"));
    assert.equal(asked.length, 1);
    await page.click("[data-action=code]");
    await giveCode(page, "771204");
    await page.waitForSelector("main section[data-status]", { timeout: 30_000 });
    await must("passcode", clinic.folder, path.basename(dir), "--new", CODE);
  }));
