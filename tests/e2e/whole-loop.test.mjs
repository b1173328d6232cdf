// The whole loop with a real recorder and the clinic's own programs: filmed on the phone, sent over a line that
// breaks, a browser killed on the way, opened and answered at the desk, read on the phone, also without network.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { CAMERA, clips, film, playThrough } from "./lib/clips.mjs";
import { Clinic, must } from "./lib/clinic.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { pictures } from "./lib/media.mjs";
import { kept, sha256, status } from "./lib/outbox.mjs";
import { kitState, online, onPhone, open, openWithCode } from "./lib/portal.mjs";
import { until } from "./lib/until.mjs";

const CODE = "482913";
const EXERCISE = "lever";
const WORDS = "Très bien. Gardez le dos droit.";

/** Bytes of a piece that pass before the line breaks, and of the one in whose middle the browser is killed. */
const [BREAKS, KILLED] = [20_000, 10_000];

test("filmed, sent over a line that breaks, killed in the middle, received, answered, read without network", { timeout: 300_000 }, async () => {
  const clinic = await Clinic.open({ kit: null });
  try {
    const kit = aKit([exercise(EXERCISE, { film: "alone", contraindications: [] })], { return: "server" });
    clinic.link = await clinic.publish(await writeKit(path.join(clinic.dir, "kit"), kit), "--passcode", CODE);
    await onPhone((page, browser) => loop(clinic, page, browser), { args: CAMERA });
  } finally {
    await clinic.close();
  }
});

async function loop(clinic, page, browser) {
  const { proxy } = clinic;
  const portal = proxy.url;
  await openWithCode(page, clinic.link, CODE);
  await open(page, portal, "kit");
  await kitState(page, "ready");

  await open(page, portal, `clip/${EXERCISE}`);
  await film(page, 8_000);
  await page.click("[data-action=clip-keep]");
  await page.waitForSelector("main [data-status=kept]");
  const [clip] = await clips(page);
  const filmed = await playThrough(page, clip);
  assert.ok(clip.bytes > 2 * BREAKS + 2 * KILLED, `${clip.bytes} bytes are too few for what follows`);

  let pieces = 0;
  proxy.faults = {
    on: ({ method }) => (method === "PATCH" ? (pieces++ < 2 ? { cutAfter: BREAKS } : { holdAfter: KILLED }) : undefined),
  };
  await page.click("[data-action=clip-send-open]");
  await page.click("[data-action=consent]");
  await page.click("[data-action=clip-send]");
  await status(page, clip.id, "sending");
  const underWay = () => proxy.log.find((r) => r.method === "PATCH" && r.received === KILLED && r.ended === undefined);
  const { path: place } = await until("a third piece under way after two breaks", underWay, 60_000);
  const part = path.join(clinic.folder, "server", "uploads", ...place.split("/").slice(-2)) + ".part";
  // A piece that the browser by itself sends again after a break is not taken, and may be one of the three.
  const least = BREAKS + KILLED;
  await until("bytes of that piece at the clinic", async () => (await stat(part)).size >= least);
  await browser.kill();
  proxy.faults = {};

  page = await browser.revive();
  const from = proxy.log.length;
  // On any screen: nobody has to look after what is on its way.
  await open(page, portal);
  await until("its arrival", async () => (await kept(page)).items[0]?.flight.arrived_ms, 60_000);
  const told = proxy.log.slice(from).find((r) => r.method === "HEAD" && r.status === 200).answer["upload-offset"];
  assert.ok(Number(told) >= least, `it goes on from ${told}`);
  await open(page, portal, "outbox");
  await status(page, clip.id, "arrived");
  await until("the film leaves the phone", async () => (await clips(page)).length === 0);

  const [entry, ...others] = JSON.parse(await must("inbox", clinic.folder, "open", "--all", "--json"));
  assert.deepEqual([entry.item, entry.exercise, others], [clip.id, EXERCISE, []]);
  const file = path.join(clinic.folder, "desk", "inbox", entry.files[0]);
  assert.equal(sha256(await readFile(file)), filmed.sha256, "byte for byte what was filmed");
  const seen = await pictures(file);
  const lasts = seen.at(-1) - seen[0];
  assert.ok(Math.abs(lasts - clip.ms / 1000) < 1, `${lasts} s of pictures in a clip of ${clip.ms} ms`);
  assert.ok(seen.length > 20, `${seen.length} pictures`);

  await must("reply", clinic.folder, clip.id, "--text", WORDS);
  // What a recorder writes has no index: a moment in it is found all the same.
  await must("reply", clinic.folder, clip.id, "--still", "2", "--circle", "50,50,20", "--text", "Ici.");
  await online(page);
  await status(page, clip.id, "seen");
  await open(page, portal);
  await page.waitForSelector("[data-action=reply-open]");
  await open(page, portal, `exercise/${EXERCISE}`);
  const words = page.locator("main").getByText(WORDS);
  const picture = page.locator("main img.reply-picture");
  const both = async () => {
    await words.waitFor();
    await picture.waitFor();
    assert.ok((await picture.evaluate((img) => img.decode().then(() => img.naturalWidth))) > 100);
  };
  await both();
  await clinic.switchOff();
  await page.reload();
  await both();
}
