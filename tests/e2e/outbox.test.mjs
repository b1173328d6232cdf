// « Mes envois »: a clip goes sealed to the clinic, over networks that fail, and nothing is called arrived
// that has not.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Clinic } from "./lib/clinic.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { seed, session } from "./lib/journal.mjs";
import { bendKit, breaking, ForeignTus, kept, opened, receiving, seedClip, send, sha256, status } from "./lib/outbox.mjs";
import { faults } from "./lib/layout.mjs";
import { choose, onPhone, open, openLink } from "./lib/portal.mjs";

let clinic, portal, kit, keys, tus;
const EXERCISE = "lever";

before(async () => {
  clinic = await Clinic.open({ kit: null });
  portal = clinic.proxy.url;
  const dir = await writeKit(path.join(clinic.dir, "kit"), aKit([exercise(EXERCISE)]));
  clinic.link = await clinic.publish(dir);
  ({ kit, keys } = await receiving(clinic));
});

let nth = 0;
beforeEach(async () => {
  tus = await ForeignTus.start(path.join(clinic.dir, `foreign-${nth++}`));
  clinic.proxy.forwardBelow("/u", tus.port);
});

afterEach(async () => {
  clinic.proxy.faults = {};
  if (!clinic.proxy.listening) await clinic.proxy.goOnline();
  await tus.stop();
});

after(() => clinic?.close());

/** A phone with the kit and a clip of so many bytes. */
const withClip = (bytes, run, more) =>
  onPhone(async (page, browser) => {
    await openLink(page, clinic.link);
    const clip = await seedClip(page, kit.kit_id, EXERCISE, bytes, more);
    await run(page, clip, browser);
  });

/** What arrived is one file, which both keys open, with the clip in it byte for byte. */
async function arrivedWhole(clip, words) {
  const files = await tus.files();
  assert.equal(files.length, 1, "one upload");
  for (const key of keys) {
    const { header, payload } = await opened(files[0], key);
    assert.equal(sha256(payload), clip.sha256);
    assert.deepEqual(
      [header.item, header.kit_id, header.kind, header.exercise, header.bytes, header.words],
      [clip.id, kit.kit_id, "clip", EXERCISE, clip.bytes, words],
    );
  }
  return files[0];
}

/** Where the clinic's own server puts what arrived. */
const itemAtClinic = (id) => path.join(clinic.folder, "server", "items", kit.kit_id, `${id}.age`);

const patches = (from = 0) => clinic.proxy.log.slice(from).filter((r) => r.method === "PATCH");

test("a clip is sent after a yes alone, arrives byte for byte, and its film then leaves the phone", () =>
  withClip(
    700_000,
    async (page, clip) => {
      const from = clinic.proxy.log.length;
      await page.goto(`${portal}outbox/${clip.id}`);
      await page.waitForSelector("[data-nobody-watches] a[href='tel:15']");
      await page.click("[data-action=clip-send]");
      await page.waitForSelector("main [role=alert]");
      assert.deepEqual((await kept(page)).items, [], "nothing goes without the patient's yes");
      await page.click("[data-action=consent]");
      await page.click("[data-action=clip-send]");
      await status(page, clip.id, "arrived");
      await arrivedWhole(clip, "Mon genou tire.");
      const { items, clips } = await kept(page);
      assert.deepEqual([items.length, items[0].chunks, clips], [1, 0, []], "what was sealed and the film are gone");
      const [post] = clinic.proxy.log.slice(from).filter((r) => r.method === "POST");
      assert.equal(post.status, 201);
    },
    { words: "Mon genou tire." },
  ));

test("a clip that the patient keeps stays on the phone", () =>
  withClip(50_000, async (page, clip) => {
    await send(page, portal, clip.id, { keep: true });
    await status(page, clip.id, "arrived");
    const { clips } = await kept(page);
    assert.deepEqual([clips.length, clips[0].kept], [1, clips[0].chunks]);
  }));

test("sealed items of awkward sizes open with the stock program", () =>
  withClip(1, async (page, first) => {
    const sizes = [65_535, 65_536, 65_537, 131_072];
    const clips = [first];
    for (const size of sizes) clips.push(await seedClip(page, kit.kit_id, EXERCISE, size));
    for (const clip of clips) {
      await send(page, portal, clip.id);
      await status(page, clip.id, "arrived");
    }
    const found = await Promise.all((await tus.files()).map((file) => opened(file, keys[0])));
    const hashes = Object.fromEntries(found.map(({ header, payload }) => [header.item, sha256(payload)]));
    assert.deepEqual(hashes, Object.fromEntries(clips.map((clip) => [clip.id, clip.sha256])));
  }));

for (const [whose, own] of [["of others", false], ["of the clinic", true]]) {
  test(`5 MB over a line that breaks every 0.3 to 0.9 MB arrive at a server ${whose}, and after the first a break costs a chunk at most`, { timeout: 180_000 }, () =>
    withClip(5_000_000, async (page, clip) => {
      if (own) clinic.proxy.forwardBelow("/u", undefined);
      const line = breaking(clinic.proxy);
      const from = clinic.proxy.log.length;
      await send(page, portal, clip.id);
      const shown = [];
      const value = () => page.getAttribute(`[data-item="${clip.id}"] progress`, "value", { timeout: 200 });
      const watch = setInterval(() => value().then((now) => shown.push(Number(now)), () => {}), 300);
      await status(page, clip.id, "arrived", { timeout: 150_000 });
      clearInterval(watch);
      const cuts = line.cuts();
      assert.ok(cuts >= 5, `${cuts} cuts`);
      assert.deepEqual(shown, [...shown].sort((a, b) => a - b), "the progress never goes back");
      const file = own ? itemAtClinic(clip.id) : await arrivedWhole(clip);
      const { payload } = await opened(file, keys[0]);
      assert.equal(sha256(payload), clip.sha256);
      const { size } = await stat(file);
      const crossed = patches(from).reduce((sum, r) => sum + r.received, 0);
      // Before the first cut the pieces had grown to eight chunks: that one may cost as many.
      assert.ok(crossed - size <= (cuts + 7) * 131_072, `${crossed - size} bytes again for ${cuts} cuts`);
    }));
}

test("the browser is killed in mid-upload: at the next start it goes on where it was", { timeout: 120_000 }, () =>
  withClip(3_000_000, async (page, clip, browser) => {
    clinic.proxy.faults = { on: ({ method, nth }) => (method === "PATCH" && nth > 2 ? { status: 503 } : undefined) };
    await send(page, portal, clip.id);
    await status(page, clip.id, "sending");
    await page.waitForFunction(() => document.querySelector("[data-item] progress")?.value > 300_000);
    await browser.kill();
    clinic.proxy.faults = {};
    const before = await stat((await tus.files())[0]);
    const from = clinic.proxy.log.length;
    const again = await browser.revive();
    await open(again, portal, "outbox");
    await status(again, clip.id, "arrived");
    await arrivedWhole(clip);
    const sent = patches(from).reduce((sum, r) => sum + r.length, 0);
    assert.ok(before.size > 0 && sent < 3_100_000 - before.size + 131_072, `${sent} bytes after ${before.size}`);
  }));

test("a server that restarts, and one that has forgotten the upload, both get it whole", { timeout: 120_000 }, () =>
  withClip(2_000_000, async (page, clip) => {
    clinic.proxy.faults = { on: ({ method, nth }) => (method === "PATCH" && nth > 3 ? { status: 503 } : undefined) };
    await send(page, portal, clip.id);
    await page.waitForFunction(() => document.querySelector("[data-item] progress")?.value > 100_000);
    const { port } = tus;
    await tus.stop();
    tus = await ForeignTus.start(path.join(clinic.dir, `foreign-${nth++}`), port);
    clinic.proxy.faults = {};
    await page.click("[data-action=outbox-now]");
    await status(page, clip.id, "arrived", { timeout: 60_000 });
    await arrivedWhole(clip);
  }));

test("a Wi-Fi login page and a server in trouble are no arrival and no refusal", { timeout: 120_000 }, () =>
  withClip(200_000, async (page, clip) => {
    clinic.proxy.faults = { on: ({ path }) => (path.startsWith("/u") ? { captive: true } : undefined) };
    await send(page, portal, clip.id);
    await page.waitForFunction(() => /réseau/.test(document.querySelector("[data-item]").innerText));
    await status(page, clip.id, "waiting");
    for (const code of [403, 413, 500, 507]) {
      const from = clinic.proxy.log.length;
      clinic.proxy.faults = { on: ({ path }) => (path.startsWith("/u") ? { status: code } : undefined) };
      await page.click("[data-action=outbox-now]");
      for (let i = 0; i < 100 && !clinic.proxy.log.slice(from).some((r) => r.status === code); i++) await page.waitForTimeout(50);
      await status(page, clip.id, "waiting");
    }
    clinic.proxy.faults = {};
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await status(page, clip.id, "arrived");
    await arrivedWhole(clip);
  }));

test("an answer that gets lost sends nothing twice", { timeout: 60_000 }, () =>
  withClip(100_000, async (page, clip) => {
    clinic.proxy.faults = { on: ({ method, nth }) => (method === "PATCH" && nth < 1 ? { loseAnswer: true } : undefined) };
    const from = clinic.proxy.log.length;
    await send(page, portal, clip.id);
    await status(page, clip.id, "arrived");
    await arrivedWhole(clip);
    assert.equal(patches(from).length, 1);
  }));

test("of two tabs one sends, and the other goes on when that one is closed", { timeout: 120_000 }, () =>
  withClip(1_500_000, async (page, clip, browser) => {
    clinic.proxy.faults = { on: ({ method, nth }) => (method === "PATCH" && nth > 1 ? { status: 503 } : undefined) };
    await send(page, portal, clip.id);
    const second = await browser.context.newPage();
    await open(second, portal, "outbox");
    await status(second, clip.id, "sending");
    await page.waitForTimeout(1500);
    await page.close();
    clinic.proxy.faults = {};
    await second.evaluate(() => window.dispatchEvent(new Event("online")));
    await status(second, clip.id, "arrived", { timeout: 60_000 });
    await arrivedWhole(clip);
    const offsets = clinic.proxy.log.filter((r) => r.method === "POST" && r.path.startsWith("/u"));
    assert.ok(offsets.length >= 1);
  }));

test("what the clinic says in the kit reaches the phone: seen, then erased", { timeout: 60_000 }, () =>
  withClip(30_000, async (page, clip) => {
    await send(page, portal, clip.id);
    await status(page, clip.id, "arrived");
    await bendKit(clinic, () => ({ answers: { replies: [], seen: [{ item: clip.id, on: "2026-11-20" }], erased: [] } }));
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    const seen = await status(page, clip.id, "seen");
    assert.match(await seen.innerText(), /20 novembre 2026/);
    await bendKit(clinic, () => ({ answers: { replies: [], seen: [], erased: [{ item: clip.id, on: "2026-11-21" }] } }));
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await status(page, clip.id, "erased");
    await bendKit(clinic, () => ({ answers: undefined }));
  }));

for (const mode of ["standard", "simple"]) {
  test(`${mode}: an answer that belongs to no exercise is told on home before anything else, read in « Mes envois », and then no news`, () =>
    onPhone(async (page) => {
      await openLink(page, clinic.link);
      await choose(page, portal, mode);
      const reply = { id: `answer-${mode}`, on: "2026-11-20", words: "Vos résultats sont bons\u00a0: continuez." };
      await bendKit(clinic, () => ({ answers: { replies: [reply], seen: [], erased: [] } }));
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      await open(page, portal);
      await page.waitForSelector(`main [data-reply=${reply.id}]`);
      assert.deepEqual(await faults(page, mode), []);
      await page.click("[data-action=reply-open]");
      await page.getByText(reply.words).waitFor();
      assert.match(page.url(), /\/outbox$/);
      await open(page, portal);
      await page.waitForSelector(mode === "simple" ? "main [data-action=exercise-open]" : "main .today p");
      assert.equal(await page.locator("[data-reply]").count(), 0);
      await bendKit(clinic, () => ({ answers: undefined }));
    }));
}

test("a clip that is deleted while it waits to be sent does not go", { timeout: 60_000 }, () =>
  withClip(300_000, async (page, clip) => {
    clinic.proxy.faults = { on: ({ method }) => (method === "PATCH" ? { status: 503 } : undefined) };
    await send(page, portal, clip.id);
    await status(page, clip.id, "sending");
    await page.goto(`${portal}clip`);
    await page.click(`[data-clip="${clip.id}"] [data-action=clip-delete]`);
    await page.click("dialog[open] [data-action=clip-delete-confirm]");
    await page.waitForSelector(`[data-clip="${clip.id}"]`, { state: "detached" });
    clinic.proxy.faults = {};
    await open(page, portal, "outbox");
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await page.waitForFunction(() => !document.querySelector("[data-item]") && document.querySelector("main .notice"));
    assert.deepEqual(await kept(page), { items: [], clips: [] });
    assert.deepEqual(await tus.files(), [], "what had gone was taken back");
  }));

test("a sent clip is erased at the clinic after a second yes, and a waiting one is taken back", { timeout: 60_000 }, () =>
  withClip(30_000, async (page, clip) => {
    await send(page, portal, clip.id);
    await status(page, clip.id, "arrived");
    await page.click("[data-action=outbox-erase]");
    await page.click("dialog[open] [data-action=outbox-erase-confirm]");
    await status(page, clip.id, ["erasing", "erased"]);
    const other = await seedClip(page, kit.kit_id, EXERCISE, 40_000);
    clinic.proxy.faults = { on: ({ path }) => (path.startsWith("/u") ? { status: 503 } : undefined) };
    await send(page, portal, other.id);
    await page.click(`[data-item="${other.id}"] [data-action=outbox-delete]`);
    await page.click("dialog[open] [data-action=outbox-delete-confirm]");
    await page.waitForSelector(`[data-item="${other.id}"]`, { state: "detached" });
    const { clips } = await kept(page);
    assert.deepEqual(clips.map((c) => c.id), [other.id], "the film stays on the phone");
  }));

test("results go the same way, sealed, as the Bundle that a file would hold", { timeout: 60_000 }, () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    await seed(page, session(Date.now() - 3_600_000, kit.kit_id, "one", [EXERCISE], [3, 2]));
    await open(page, portal, "follow-up/results");
    await page.waitForSelector("[data-nobody-watches]");
    await page.click("[data-action=consent]");
    await page.click("[data-action=results-send]");
    await page.waitForSelector("[data-item] [data-status=arrived]", { timeout: 30_000 });
    const [file] = await tus.files();
    const { header, payload } = await opened(file, keys[0]);
    assert.deepEqual([header.kind, header.exercise, header.bytes], ["results", undefined, payload.length]);
    const bundle = JSON.parse(payload);
    assert.equal(bundle.resourceType, "Bundle");
    const { items } = await kept(page);
    assert.deepEqual([items[0].payload, items[0].chunks], [undefined, 0], "nothing of them stays in the outbox");
  }));

test("a kit without a server offers no sending", { timeout: 60_000 }, async () => {
  const had = await bendKit(clinic, () => ({ return: "show", upload: undefined }));
  try {
    await withClip(30_000, async (page, clip) => {
      await open(page, portal, "outbox");
      await page.waitForSelector(`[data-clip="${clip.id}"] [data-status=kept]`);
      assert.equal(await page.locator("[data-action=clip-send-open]").count(), 0);
      await page.goto(`${portal}outbox/${clip.id}`);
      await page.waitForSelector("main .lead");
      assert.equal(await page.locator("[data-action=clip-send]").count(), 0);
    });
  } finally {
    await bendKit(clinic, () => ({ return: "server", upload: kit.upload, version: had.version }));
  }
});
