// « Mes envois »: a clip goes sealed to the clinic, over networks that fail, and nothing is called arrived
// that has not.

import assert from "node:assert/strict";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Clinic, clinic as desk } from "./lib/clinic.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { seed, session } from "./lib/journal.mjs";
import { faults } from "./lib/layout.mjs";
import {
  bendKit, breaking, ForeignTus, itemOf, kept, noteShares, opened, receiving, sealed, seedClip, send, sha256, shares, status,
} from "./lib/outbox.mjs";
import { choose, online, onPhone, open, openLink } from "./lib/portal.mjs";
import { fillUp, giveRoom } from "./lib/room.mjs";
import { until } from "./lib/until.mjs";

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
const withClip = (bytes, run, more, options) =>
  onPhone(async (page, browser) => {
    await openLink(page, clinic.link);
    const clip = await seedClip(page, kit.kit_id, EXERCISE, bytes, more);
    await run(page, clip, browser);
  }, options);

/** What arrived is one file, which both keys and both programs open, with the clip in it byte for byte. */
async function arrivedWhole(clip, words) {
  const files = await tus.files();
  assert.equal(files.length, 1, "one upload");
  for (const [key, program] of [[keys[0], "age"], [keys[1], "age"], [keys[0], "rage"]]) {
    const { header, payload } = await opened(files[0], key, program);
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

/** What was asked of whoever receives. */
const asked = (from, method) => clinic.proxy.log.slice(from).filter((r) => r.method === method && r.path.startsWith("/u"));

/** How much is there, as a server first said it since then. */
const firstTold = (from) => Number(asked(from, "HEAD").find((r) => r.status === 200).answer["upload-offset"]);

/** Bytes that were taken since then. */
const takenSince = (from) => patches(from).reduce((sum, r) => sum + (r.status === 204 ? r.length : 0), 0);

/** Three pieces pass; of the next so many bytes, and then nothing more comes while its line stays open. */
const HELD = 60_000;
function holdTheFourth(proxy) {
  let passed = 0;
  proxy.faults = { on: ({ method }) => (method === "PATCH" && passed++ >= 3 ? { holdAfter: HELD } : undefined) };
}

/** Until that piece is under way; how much was confirmed before it. */
async function inMidPiece(page, from) {
  await until("a piece under way", () => patches(from).some((r) => r.received === HELD && r.ended === undefined));
  const [{ flight }] = (await kept(page)).items;
  assert.ok(flight.confirmed > 0);
  return flight.confirmed;
}

/** The share that was shown went on and on, in steps that can be seen, and never back. */
async function onwardsOnly(page, steps) {
  const shown = await shares(page);
  assert.ok(shown.length >= steps, `only these were shown: ${shown}`);
  assert.deepEqual(shown, [...shown].sort((a, b) => a - b), "the progress never goes back");
}

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
      await until("the film leaves last", async () => !(await kept(page)).clips.length);
      const { items, clips } = await kept(page);
      assert.deepEqual([items.length, items[0].chunks, clips], [1, 0, []], "what was sealed and the film are gone");
      const [post] = clinic.proxy.log.slice(from).filter((r) => r.method === "POST");
      assert.equal(post.status, 201);
    },
    { words: "Mon genou tire." },
  ));

test("nothing that seals runs before the yes; the first request finds all of it sealed, and names it by chance alone", () =>
  withClip(
    300_000,
    async (page, clip) => {
      const workers = page.workers().map((worker) => worker.url());
      page.on("worker", (worker) => workers.push(worker.url()));
      const senders = () => workers.filter((url) => url.includes("send_worker")).length;
      let letGo;
      const hold = new Promise((go) => (letGo = go));
      clinic.proxy.faults = { on: ({ method, path }) => (method === "POST" && path.startsWith("/u") ? { hold } : undefined) };
      const from = clinic.proxy.log.length;
      await page.goto(`${portal}outbox/${clip.id}`);
      await page.click("[data-action=clip-send]");
      await page.waitForSelector("main [role=alert]");
      await page.click("[data-action=consent]");
      assert.equal(senders(), 0, "not even with the box ticked");
      await page.click("[data-action=clip-send]");
      const [post] = await until("the first request", () => asked(from, "POST").length && asked(from, "POST"));
      assert.equal(senders(), 1);

      const bytes = await sealed(page, clip.id);
      const [item] = (await kept(page)).items;
      assert.deepEqual([item.chunks, bytes.length], [Math.ceil(item.flight.sealed / 131_072), item.flight.sealed]);
      const file = path.join(clinic.dir, `${clip.id}.age`);
      await writeFile(file, bytes);
      assert.equal(sha256((await opened(file, keys[0])).payload), clip.sha256, "it is all here before any of it goes");

      assert.match(clip.id, /^[\w-]{22}$/);
      assert.equal(post.headers["upload-metadata"], `item ${Buffer.from(clip.id).toString("base64")}`);
      assert.equal(post.headers["upload-length"], String(bytes.length));
      const outside = JSON.stringify([post.path, post.headers]);
      for (const inside of [EXERCISE, "genou", "webm", kit.title.fr]) assert.ok(!outside.includes(inside), `${inside} in ${outside}`);

      letGo();
      await status(page, clip.id, "arrived");
      assert.deepEqual(await readFile(await arrivedWhole(clip, "Mon genou tire.")), bytes, "sealed once");
      assert.equal(asked(from, "POST").length, 1);
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

// The clinic's own server, named with its whole address, is to the portal one by others that checks pieces.
for (const [whose, own, url, algorithm] of [
  ["of others", false, "absolute", undefined],
  ["that checks each piece", true, "absolute", "sha256"],
  ["of the clinic", true, "relative", undefined],
]) {
  test(`5 MB over a line that breaks every 0.3 to 0.9 MB arrive at a server ${whose}, and a break costs a chunk at most`, { timeout: 180_000 }, async () => {
    if (own) clinic.proxy.forwardBelow("/u", undefined);
    if (url === "absolute") ({ kit, keys } = await receiving(clinic, { url: `${portal}u/` }));
    await withClip(5_000_000, async (page, clip) => {
      const line = breaking(clinic.proxy);
      const from = clinic.proxy.log.length;
      await noteShares(page, clip.id);
      await send(page, portal, clip.id);
      await status(page, clip.id, "arrived", { timeout: 150_000 });
      const cuts = line.cuts();
      assert.ok(cuts >= 5, `${cuts} cuts`);
      await onwardsOnly(page, 8);
      const file = own ? itemAtClinic(clip.id) : await arrivedWhole(clip);
      const { payload } = await opened(file, keys[0]);
      assert.equal(sha256(payload), clip.sha256);
      const { size } = await stat(file);
      const crossed = patches(from).reduce((sum, r) => sum + r.received, 0);
      assert.ok(crossed - size <= cuts * 131_072, `${crossed - size} bytes again for ${cuts} cuts`);
      assert.equal(asked(from, "OPTIONS").length, url === "absolute" ? 1 : 0, "what it can do is asked once, where it is not known");
      const hashes = patches(from).map((r) => r.headers["upload-checksum"]?.split(" ")[0]);
      assert.deepEqual([...new Set(hashes)], [algorithm]);
    }).finally(async () => {
      if (url === "absolute") ({ kit, keys } = await receiving(clinic));
    });
  });
}

test("the browser is killed in mid-upload: at the next start it goes on where it was", { timeout: 120_000 }, () =>
  withClip(3_000_000, async (page, clip, browser) => {
    clinic.proxy.faults = { on: ({ method, nth }) => (method === "PATCH" && nth > 3 ? { status: 503 } : undefined) };
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

for (const [what, same] of [["restarts in the middle of a piece is sent the rest", true], ["has forgotten the upload is sent all of it again", false]]) {
  test(`a server of others that ${what}`, { timeout: 120_000 }, () =>
    withClip(2_000_000, async (page, clip) => {
      holdTheFourth(clinic.proxy);
      const from = clinic.proxy.log.length;
      await noteShares(page, clip.id);
      await send(page, portal, clip.id);
      const confirmed = await inMidPiece(page, from);
      const { port, directory } = tus;
      await tus.stop();
      const restarted = clinic.proxy.log.length;
      clinic.proxy.faults = {};
      tus = await ForeignTus.start(same ? directory : path.join(clinic.dir, `foreign-${nth++}`), port);
      await page.click("[data-action=outbox-now]");
      await status(page, clip.id, "arrived", { timeout: 60_000 });
      const { size } = await stat(await arrivedWhole(clip));
      assert.equal(asked(restarted, "POST").filter((r) => r.status === 201).length, same ? 0 : 1);
      const there = firstTold(restarted);
      assert.ok(same ? there >= confirmed : there === 0, `${there} bytes are there, ${confirmed} were confirmed`);
      assert.equal(takenSince(restarted), size - there);
      await onwardsOnly(page, 4);
    }));
}

test("the clinic's own server is killed in the middle of a piece: nothing that it confirmed is lost, and the rest goes to the next one", { timeout: 120_000 }, () =>
  withClip(2_000_000, async (page, clip) => {
    clinic.proxy.forwardBelow("/u", undefined);
    holdTheFourth(clinic.proxy);
    const from = clinic.proxy.log.length;
    await noteShares(page, clip.id);
    await send(page, portal, clip.id);
    const confirmed = await inMidPiece(page, from);
    const part = path.join(clinic.folder, "server", "uploads", kit.kit_id, `${clip.id}.part`);
    await until("bytes of that piece on the disk", async () => (await stat(part)).size > confirmed);
    await clinic.killServer();
    const restarted = clinic.proxy.log.length;
    clinic.proxy.faults = {};
    await clinic.serve();
    await page.click("[data-action=outbox-now]");
    await status(page, clip.id, "arrived", { timeout: 60_000 });
    const file = itemAtClinic(clip.id);
    assert.equal(sha256((await opened(file, keys[0])).payload), clip.sha256, "byte for byte");
    assert.equal(asked(restarted, "POST").length, 0);
    const there = firstTold(restarted);
    assert.ok(there >= confirmed, `${there} bytes of ${confirmed} that were confirmed`);
    const { size } = await stat(file);
    assert.equal(takenSince(restarted), size - there);
    await onwardsOnly(page, 4);
  }));

test("a Wi-Fi login page and a server in trouble are no arrival and no refusal", { timeout: 120_000 }, () =>
  withClip(200_000, async (page, clip) => {
    clinic.proxy.faults = { on: ({ path }) => (path.startsWith("/u") ? { captive: true } : undefined) };
    await send(page, portal, clip.id);
    await page.waitForFunction(() => /réseau/.test(document.querySelector("[data-item]").innerText));
    await status(page, clip.id, "waiting");
    for (const [code, held] of [[403, "offline"], [413, "offline"], [500, "server"], [507, "full"]]) {
      const { attempts } = (await kept(page)).items[0].flight;
      clinic.proxy.faults = { on: ({ path }) => (path.startsWith("/u") ? { status: code } : undefined) };
      await page.click("[data-action=outbox-now]");
      const noted = async () => {
        const { flight } = (await kept(page)).items[0];
        return flight.attempts > attempts && flight.held === held;
      };
      await until(`${code} is noted as ${held}`, noted);
      await status(page, clip.id, "waiting");
    }
    clinic.proxy.faults = {};
    await online(page);
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

/** How many senders have the turn, and how many wait for it. */
const turns = (page) =>
  page.evaluate(async () => {
    const { held, pending } = await navigator.locks.query();
    return [held, pending].map((locks) => locks.filter((lock) => lock.name === "bon-geste-outbox").length).join();
  });

test("of two tabs one sends, and the other goes on when that one is closed", { timeout: 120_000 }, () =>
  withClip(4_000_000, async (page, clip, browser) => {
    // Each answer takes a while: two who send would meet.
    const latencyMs = 150;
    let pass = 2;
    clinic.proxy.faults = { latencyMs, on: ({ method }) => (method === "PATCH" && pass-- <= 0 ? { status: 503 } : undefined) };
    const from = clinic.proxy.log.length;
    const taken = () => patches(from).filter((r) => r.status === 204);
    await send(page, portal, clip.id);
    await until("the first pieces", () => taken().length === 2);
    const second = await browser.context.newPage();
    await open(second, portal, "outbox");
    await status(second, clip.id, "sending");
    await until("a sender at work and one that waits for its turn", async () => (await turns(second)) === "1,1");
    pass = 4;
    await Promise.all([online(page), online(second)]);
    await until("pieces sent while both are there", () => taken().length === 6);
    await page.close();
    await until("the other's turn", async () => (await turns(second)) === "1,0");
    clinic.proxy.faults = { latencyMs };
    await online(second);
    await status(second, clip.id, "arrived", { timeout: 60_000 });
    const { size } = await stat(await arrivedWhole(clip));
    assert.deepEqual(asked(from, "POST").map((r) => r.status), [201], "one place for it");
    const sent = patches(from);
    for (const [n, { began }] of sent.entries()) {
      assert.ok(n === 0 || began >= sent[n - 1].ended, `piece ${n} set out at ${began}, the one before it ended at ${sent[n - 1]?.ended}`);
    }
    let at = 0;
    for (const { headers, length } of taken()) {
      assert.equal(Number(headers["upload-offset"]), at, "no byte is sent twice");
      at += length;
    }
    assert.equal(at, size);
  }));

/**
 * A phone that tells what kind of network it is on, as Chrome on Android does: what it tells from now on, to pages
 * and workers alike.
 */
const TELLS = { args: ["--enable-blink-features=NetInfoDownlinkMax"] };
async function onNetwork(cdp, page, connectionType, type) {
  // A line without any limit is none to the browser, and then its kind is not told either.
  const line = { offline: false, latency: 1, downloadThroughput: -1, uploadThroughput: -1 };
  await cdp.send("Network.emulateNetworkConditions", { ...line, connectionType });
  await page.waitForFunction((type) => navigator.connection.type === type, type);
}

test("what shall go by Wi-Fi alone waits for it and says so, while the rest goes", { timeout: 180_000 }, () =>
  withClip(
    60_000,
    async (page, clip) => {
      const cdp = await page.context().newCDPSession(page);
      await onNetwork(cdp, page, "cellular4g", "cellular");
      const from = clinic.proxy.log.length;
      await send(page, portal, clip.id, { wifiOnly: true });
      const waits = page.locator(`[data-item="${clip.id}"]`).getByText("Attend le Wi-Fi.");
      await waits.waitFor();
      // The sender looks at both: when the later one has arrived, it had its chance with this one.
      const other = await seedClip(page, kit.kit_id, EXERCISE, 40_000);
      await send(page, portal, other.id);
      await status(page, other.id, "arrived");
      await status(page, clip.id, "waiting");
      await waits.waitFor();
      const [item] = (await kept(page)).items.filter((one) => one.header.item === clip.id);
      assert.ok(item.chunks > 0, "it is sealed already: it could go on a stick");
      const names = () => asked(from, "POST").map((r) => Buffer.from(r.headers["upload-metadata"].split(" ")[1], "base64").toString());
      assert.deepEqual(names(), [other.id]);
      await onNetwork(cdp, page, "wifi", "wifi");
      await status(page, clip.id, "arrived", { timeout: 90_000 });
      assert.deepEqual(names(), [other.id, clip.id]);
    },
    {},
    TELLS,
  ));

test("where the phone does not tell, what shall go by Wi-Fi alone waits for the patient's word", { timeout: 60_000 }, () =>
  withClip(60_000, async (page, clip) => {
    assert.equal(await page.evaluate(() => navigator.connection?.type), undefined);
    const from = clinic.proxy.log.length;
    await send(page, portal, clip.id, { wifiOnly: true });
    await page.locator(`[data-item="${clip.id}"]`).getByText("Ce téléphone ne dit pas s’il est en Wi-Fi").waitFor();
    await page.waitForSelector(`[data-item="${clip.id}"] [data-action=outbox-save]`);
    const tapped = performance.now();
    await page.click(`[data-item="${clip.id}"] [data-action=outbox-now]`);
    await status(page, clip.id, "arrived");
    await arrivedWhole(clip);
    const [post, ...more] = asked(from, "POST");
    assert.ok(post.began > tapped && more.length === 0, "sealed before, sent then");
  }));

test("what waits is saved as a sealed file for a stick, which the desk opens byte for byte", { timeout: 60_000 }, () =>
  withClip(300_000, async (page, clip) => {
    clinic.proxy.faults = { on: ({ path }) => (path.startsWith("/u") ? { status: 503 } : undefined) };
    await send(page, portal, clip.id);
    const saving = page.waitForEvent("download");
    await page.click(`[data-item="${clip.id}"] [data-action=outbox-save]`);
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), `bon-geste-${clip.id}.age`);
    const file = path.join(clinic.dir, saved.suggestedFilename());
    await saved.saveAs(file);
    await page.locator(`[data-item="${clip.id}"]`).getByText("Le fichier est enregistré.").waitFor();
    for (const key of keys) {
      const { header, payload } = await opened(file, key);
      assert.deepEqual([header.item, sha256(payload)], [clip.id, clip.sha256]);
    }
    const { code, stdout, stderr } = await desk("inbox", clinic.folder, "open", file, "--json");
    assert.equal(code, 0, stderr);
    const [entry] = JSON.parse(stdout);
    assert.deepEqual([entry.item, entry.exercise], [clip.id, EXERCISE]);
    assert.equal(sha256(await readFile(path.join(clinic.folder, "desk", "inbox", entry.files[0]))), clip.sha256);
    await status(page, clip.id, "waiting");
    assert.equal((await kept(page)).clips.length, 1, "a copy on a stick is no arrival");
  }));

const READING_DAYS = { fr: "lundi et jeudi", en: "Monday and Thursday" };
const KEEP_DAYS = 17;
/** What the screens have to say then. */
const SAID = {
  fr: ["Personne ne surveille ces messages.", "Urgence : 15", `Votre cabinet les lit : ${READING_DAYS.fr}.`, `Votre cabinet la garde ${KEEP_DAYS} jours, puis l’efface.`],
  en: ["Nobody watches these messages.", "Emergency: 15", `Your clinic reads them: ${READING_DAYS.en}.`, `Your clinic keeps it for ${KEEP_DAYS} days, then erases it.`],
};

test("the screens of sending say that nobody watches, when this clinic reads, and how long it keeps", { timeout: 120_000 }, async () => {
  await bendKit(clinic, (was) => ({
    clinic: { ...was.clinic, reading_days: READING_DAYS }, upload: { ...was.upload, keep_days: KEEP_DAYS },
  }));
  try {
    await withClip(30_000, async (page, clip) => {
      await seed(page, session(Date.now() - 3_600_000, kit.kit_id, "one", [EXERCISE], [3, 2]));
      // A space that does not break is a space.
      const words = async (where) => (await page.locator(where).innerText()).replace(/\s+/g, " ");
      const watched = async (address, [nobody, urgent, read], link) => {
        await open(page, portal, address);
        const said = await words("[data-nobody-watches]");
        for (const one of [nobody, urgent, read]) assert.ok(said.includes(one), `${address}: « ${one} » in: ${said}`);
        assert.equal(await page.locator("[data-nobody-watches] a[href='tel:15']").count(), link);
      };
      for (const mode of ["simple", "standard"]) {
        for (const lang of ["en", "fr"]) {
          await choose(page, portal, mode, lang);
          const link = mode === "standard" ? 1 : 0;
          await watched("outbox", SAID[lang], link);
          await watched(`outbox/${clip.id}`, SAID[lang], link);
          const all = await words("main");
          for (const one of [SAID[lang][3], lang === "fr" ? "30 Ko" : "30 KB"]) assert.ok(all.includes(one), `« ${one} » in: ${all}`);
          assert.equal(await page.locator("main [data-bytes='30000'] [data-seconds='1']").count(), 1, "its weight, and how long it takes");
        }
      }
      await watched("follow-up/results", SAID.fr, 1);
      await send(page, portal, clip.id);
      await status(page, clip.id, "arrived");
      const [{ flight, header }] = (await kept(page)).items;
      const last = new Date(flight.arrived_ms + header.offset_min * 60_000 + KEEP_DAYS * 86_400_000);
      const month = last.toLocaleString("fr-FR", { month: "long", timeZone: "UTC" });
      const day = last.getUTCDate() === 1 ? "1er" : last.getUTCDate();
      const said = await words(`[data-item="${clip.id}"]`);
      assert.ok(said.includes(`au plus tard le ${day} ${month} ${last.getUTCFullYear()}.`), said);

      assert.equal(await page.locator("[data-elsewhere]").count(), 0, "the clinic of the kit on view is named once");
      await openLink(page, await clinic.publish(await writeKit(path.join(clinic.dir, "other"), aKit([exercise("other")]))));
      await page.waitForSelector("[data-action=kit-open]"); // this one, beside it
      await open(page, portal, "outbox");
      const other = await words(`[data-item="${clip.id}"] [data-elsewhere]`);
      assert.ok(other.includes(kit.clinic.name) && other.includes(SAID.fr[2]), other);
      assert.ok(!(await words("[data-nobody-watches]")).includes(READING_DAYS.fr), "those of the kit on view");
    });
  } finally {
    await bendKit(clinic, () => ({ clinic: kit.clinic, upload: kit.upload }));
  }
});

test("what the clinic says in the kit reaches the phone: seen, then erased", { timeout: 60_000 }, () =>
  withClip(30_000, async (page, clip) => {
    await send(page, portal, clip.id);
    await status(page, clip.id, "arrived");
    await bendKit(clinic, () => ({ answers: { replies: [], seen: [{ item: clip.id, on: "2026-11-20" }], erased: [] } }));
    await online(page);
    const seen = await status(page, clip.id, "seen");
    assert.match(await seen.innerText(), /20 novembre 2026/);
    await bendKit(clinic, () => ({ answers: { replies: [], seen: [], erased: [{ item: clip.id, on: "2026-11-21" }] } }));
    await online(page);
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
      await online(page);
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
    await online(page);
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

/** Takes what waits back from its card. */
async function takeBack(page, id) {
  await page.click(`[data-item="${id}"] [data-action=outbox-delete]`);
  await page.click("dialog[open] [data-action=outbox-delete-confirm]");
  await page.waitForSelector(`[data-item="${id}"]`, { state: "detached" });
}

test("a clip whose sending was taken back goes again, whole, while another one waits", { timeout: 60_000 }, () =>
  withClip(300_000, async (page, clip) => {
    const other = await seedClip(page, kit.kit_id, EXERCISE, 40_000);
    clinic.proxy.faults = { on: ({ method }) => (method === "POST" ? { status: 503 } : undefined) };
    for (const { id } of [clip, other]) {
      await send(page, portal, id);
      await until("it is sealed", async () => (await itemOf(page, id)).flight.sealed > 0);
    }
    await takeBack(page, clip.id);
    const again = await send(page, portal, clip.id);
    assert.notEqual(again, clip.id, "another sealing is another item");
    clinic.proxy.faults = {};
    await online(page);
    for (const id of [again, other.id]) await status(page, id, "arrived");
    const found = await Promise.all((await tus.files()).map((file) => opened(file, keys[0])));
    const hashes = Object.fromEntries(found.map(({ header, payload }) => [header.item, sha256(payload)]));
    assert.deepEqual(hashes, { [again]: clip.sha256, [other.id]: other.sha256 });
    assert.deepEqual((await kept(page)).clips, [], "both films have left the phone");
  }));

test("a clip that was erased at the clinic can be sent again, and is new there", { timeout: 60_000 }, () =>
  withClip(40_000, async (page, clip) => {
    clinic.proxy.forwardBelow("/u", undefined);
    await send(page, portal, clip.id, { keep: true });
    await status(page, clip.id, "arrived");
    await page.click("[data-action=outbox-erase]");
    await page.click("dialog[open] [data-action=outbox-erase-confirm]");
    await status(page, clip.id, "erased");
    await page.click("[data-action=outbox-unlist]");
    await page.waitForSelector(`[data-item="${clip.id}"]`, { state: "detached" });
    const again = await send(page, portal, clip.id);
    await status(page, again, "arrived");
    assert.equal(sha256((await opened(itemAtClinic(again), keys[0])).payload), clip.sha256);
  }));

test("a permission that is over is told, the film stays, and a kit with a new one lets it arrive", { timeout: 60_000 }, () =>
  withClip(40_000, async (page, clip) => {
    clinic.proxy.forwardBelow("/u", undefined);
    await rm(path.join(clinic.folder, "server", "tokens", sha256(kit.upload.token)));
    await send(page, portal, clip.id);
    const card = page.locator(`[data-item="${clip.id}"]`);
    await status(page, clip.id, "refused");
    assert.match(await card.innerText(), /Pas accepté\s: gardé ici/);
    assert.match(await card.innerText(), /Votre lien n’autorise plus l’envoi/);
    assert.equal((await kept(page)).clips.length, 1, "the film is still here");
    ({ kit, keys } = await receiving(clinic));
    await online(page);
    await status(page, clip.id, "arrived");
    assert.equal(sha256((await opened(itemAtClinic(clip.id), keys[0])).payload), clip.sha256);
  }));

const NO_ROOM = "Plus assez de place dans ce téléphone pour préparer l’envoi.";

test("a phone so full that nothing can be noted says so all the same, and keeps the film", { timeout: 60_000 }, () =>
  onPhone(async (page, browser) => {
    await giveRoom(page, portal, 6_000_000);
    await openLink(page, clinic.link);
    const clip = await seedClip(page, kit.kit_id, EXERCISE, 500_000);
    const other = await browser.context.newPage();
    await other.goto(`${portal}jwks.json`);
    // The sender waits for its turn until the phone is full.
    await other.evaluate(() => new Promise((go) => {
      navigator.locks.request("bon-geste-outbox", () => new Promise((release) => ((window.release = release), go())));
    }));
    await send(page, portal, clip.id);
    await fillUp(browser.context, portal);
    await other.evaluate(() => window.release());
    await page.getByText(NO_ROOM).waitFor();
    assert.equal((await kept(page)).clips.length, 1);
  }));

test("a phone without room for the sealed copy says so, keeps the film, and sends when there is room", { timeout: 60_000 }, () =>
  onPhone(async (page) => {
    await giveRoom(page, portal, 6_000_000);
    await openLink(page, clinic.link);
    const clip = await seedClip(page, kit.kit_id, EXERCISE, 3_000_000);
    await send(page, portal, clip.id);
    await page.getByText(NO_ROOM).waitFor();
    const { items, clips } = await kept(page);
    assert.deepEqual([items[0].chunks, clips.length], [0, 1], "half a copy is of no use; the film stays");
    await giveRoom(page, portal);
    await until("there is room again, and it arrives", async () => {
      if ((await itemOf(page, clip.id)).flight.arrived_ms) return true;
      await page.locator("[data-action=outbox-now]").click({ timeout: 1_000 }).catch(() => {});
      return false;
    });
    await arrivedWhole(clip);
  }));

test("whoever comes back, or hurries it while the server is being asked, waits for nothing", { timeout: 60_000 }, () =>
  withClip(40_000, async (page, clip) => {
    let answer = { status: 503 };
    clinic.proxy.faults = { on: ({ method }) => (method === "POST" ? answer : undefined) };
    await send(page, portal, clip.id);
    const flight = async () => (await itemOf(page, clip.id)).flight;
    // Asked in vain so often that the next time by itself is far.
    for (let tries = 1; tries <= 5; tries++) {
      await until(`try ${tries}`, async () => (await flight()).attempts === tries);
      if (tries < 5) await page.click("[data-action=outbox-now]");
    }
    const from = clinic.proxy.log.length;
    const posts = () => asked(from, "POST");
    // Hurried while the server has not answered yet.
    clinic.proxy.faults.latencyMs = 2_000;
    await page.click("[data-action=outbox-now]");
    await until("it is asked", () => posts().length === 1);
    await page.click("[data-action=outbox-now]");
    await until("it is asked again", () => posts().length === 2);
    assert.ok(posts()[1].began - posts()[0].ended < 10_000, "not after a wait of half a minute");
    clinic.proxy.faults.latencyMs = 0;
    await until("both answers", async () => (await flight()).attempts >= 7);
    // The page comes back.
    const { not_before } = await flight();
    answer = undefined;
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await status(page, clip.id, "arrived");
    assert.ok((await flight()).arrived_ms < not_before, "long before its time");
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
    assert.deepEqual((await opened(file, keys[1], "rage")).payload, payload);
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
