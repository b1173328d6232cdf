// From the patient's clip to the kiné's answer, with the clinic's own program on the other side: a link with a
// spoken code, a clip over it, « Vu par votre kiné », an answer on the exercise, and the wish to erase.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Clinic, clinic as desk } from "./lib/clinic.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { kept, seedClip, send, sha256, status } from "./lib/outbox.mjs";
import { onPhone, open } from "./lib/portal.mjs";

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

async function must(...args) {
  const done = await desk(...args);
  assert.equal(done.code, 0, `clinic ${args.join(" ")}\n${done.stderr}`);
  return done.stdout;
}

/** Gives the code where it is asked for. */
async function giveCode(page, code) {
  await page.waitForSelector("#code");
  await page.fill("#code", code);
  await page.click("[data-action=code-open]");
}

/** From the link to the kit. */
async function enter(page) {
  await page.goto(clinic.link);
  await giveCode(page, CODE);
  await page.waitForSelector("main section[data-status]", { timeout: 30_000 });
  // The code is kept after the kit is on view.
  for (let i = 0; i < 600 && (await stored(page, "kits"))[0][0]?.passcode !== CODE; i++) await page.waitForTimeout(50);
}

const kitId = (page) =>
  page.evaluate(
    () =>
      new Promise((done, fail) => {
        const opening = indexedDB.open("bon-geste");
        opening.onsuccess = () => {
          const all = opening.result.transaction("kits").objectStore("kits").getAll();
          all.onsuccess = () => {
            opening.result.close();
            done(JSON.parse(all.result[0].body).kit_id);
          };
          all.onerror = () => fail(all.error);
        };
      }),
  );

const online = (page) => page.evaluate(() => window.dispatchEvent(new Event("online")));

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

test("a code that was changed at the desk is asked for again, and the wrong one is tried once only", { timeout: 90_000 }, () =>
  onPhone(async (page) => {
    await enter(page);
    const begun = clinic.proxy.log.length;
    await open(page, portal);
    const answered = () => clinic.proxy.log.slice(begun).some((r) => r.method === "POST" && r.path.startsWith("/l/") && r.status);
    for (let i = 0; i < 600 && !answered(); i++) await page.waitForTimeout(50);
    assert.ok(answered(), "the start has asked");
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
