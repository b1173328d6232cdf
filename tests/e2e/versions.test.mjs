// Versions of a kit over time: newer ones are taken, older ones and strangers' are not, and what
// the patient has and did stays.

import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { clinic as runClinic, Clinic, readLink } from "./lib/clinic.mjs";
import { stored } from "./lib/database.mjs";
import { decrypt, encrypt, keyFromJwk, readJws, signedKit, signKit, strangersKey, withSignedKit } from "./lib/envelope.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import {
  allIntact, fetchRange, kitOf, kitState, mediaOf, onPhone, open, openLink, playAndSeek, problem, startLight, usable,
} from "./lib/portal.mjs";
import { until } from "./lib/until.mjs";

/** A phone and a clinic of its own. */
const withClinic = (run) =>
  onPhone(async (page, browser) => {
    const clinic = await Clinic.open();
    try {
      await run(page, clinic, browser);
    } finally {
      await clinic.close();
    }
  });

/** Edits the kit's source and publishes it again; the link stays. */
async function republish(clinic, edit) {
  const file = path.join(clinic.kit, "kit.toml");
  const text = await readFile(file, "utf8");
  const edited = edit(text);
  assert.notEqual(edited, text);
  await writeFile(file, edited);
  assert.equal(await clinic.publish(), clinic.link, "same link");
}

const retitled = (title) => (toml) => toml.replace('title = { fr = "Après une chute"', `title = { fr = "${title}"`);

/** Serves another signed kit under the same link. */
async function serve(clinic, jws) {
  const { key } = readLink(clinic.link);
  const { bundle } = decrypt(await readFile(clinic.kitFile(), "utf8"), key);
  await writeFile(clinic.kitFile(), encrypt(withSignedKit(bundle, jws), key));
}

async function signedNow(clinic) {
  const { key } = readLink(clinic.link);
  return signedKit(decrypt(await readFile(clinic.kitFile(), "utf8"), key).bundle);
}

const clinicKey = async (clinic) =>
  keyFromJwk(JSON.parse(await readFile(path.join(clinic.folder, "desk/signing-key.jwk.json"), "utf8")));

const shows = (page, words) => page.locator("main").getByText(words).first().waitFor();

/** Until the portal has asked for the kit again and was answered. */
const asked = (clinic, from) =>
  until("a question for the kit", () => clinic.proxy.log.slice(from).some((r) => r.path.startsWith("/k/") && r.status));

/** Files under `m/` that were asked for, by hash. */
const fetched = (clinic, from) =>
  new Set(clinic.proxy.log.slice(from).flatMap((r) => /^\/m\/([0-9a-f]{64})/.exec(r.path)?.[1] ?? []));

test("a new version is taken on opening, and only what changed is downloaded", () =>
  withClinic(async (page, clinic) => {
    const all = await readFile(path.join(clinic.kit, "kit.toml"), "utf8");
    const last = /\[\[exercises\]\]\nid = "getting-up-from-the-floor"\n(?:(?!\[\[)[^\n]*\n)+/.exec(all)[0];
    await republish(clinic, (toml) => toml.replace(last, ""));
    const before = await kitOf(clinic);
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });

    await republish(clinic, () => all);
    const now = await kitOf(clinic);
    assert.equal(now.exercises.length, before.exercises.length + 1);
    const from = clinic.proxy.log.length;
    await page.reload();
    await shows(page, `Version ${now.version}`);
    await kitState(page, "ready", { timeout: 60_000 });
    const old = mediaOf(before);
    const { video, animation } = now.exercises.at(-1);
    const { rungs, poster, captions } = video;
    const light = rungs.find((r) => r.choice === "light").media;
    const drawn = [animation.media, animation.easier].filter(Boolean);
    const wanted = [light, poster, ...captions.map((c) => c.media), ...drawn].map((m) => m.sha256);
    assert.deepEqual([...fetched(clinic, from)].sort(), wanted.filter((h) => !old.has(h)).sort());
    await allIntact(page, clinic, now);
  }));

test("a new version is taken when the network returns, without the patient doing anything", () =>
  withClinic(async (page, clinic, browser) => {
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    await browser.context.setOffline(true);
    await page.waitForSelector("[data-status=offline]");
    await republish(clinic, retitled("Après la chute, suite"));
    const from = clinic.proxy.log.length;
    await browser.context.setOffline(false);
    await shows(page, "Après la chute, suite");
    await kitState(page, "ready");
    assert.deepEqual([...fetched(clinic, from)], [], "no film changed, none is downloaded");
  }));

test("a version that names a film no more gives its room back", () =>
  withClinic(async (page, clinic) => {
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    const before = await kitOf(clinic);
    await republish(clinic, (toml) => toml.replace(/\[\[exercises\]\]\nid = "getting-up-from-the-floor"\n(?:(?!\[\[)[^\n]*\n)+/, ""));
    const now = await kitOf(clinic);
    await page.reload();
    await shows(page, `Version ${now.version}`);
    await kitState(page, "ready");
    const kept = mediaOf(now);
    const gone = before.exercises.at(-1).video.rungs.find((r) => r.choice === "light").media.sha256;
    assert.ok(!kept.has(gone));
    await page.waitForFunction(
      (sha256) =>
        new Promise((ok) => {
          const opening = indexedDB.open("bon-geste");
          opening.onsuccess = () => {
            const asking = opening.result.transaction("media").objectStore("media").get(sha256);
            asking.onsuccess = () => (opening.result.close(), ok(!asking.result));
          };
        }),
      gone,
    );
    await allIntact(page, clinic, now);
  }));

test("an older signed version that is replayed is refused, on opening and by its link, and the newer stays", () =>
  withClinic(async (page, clinic) => {
    const first = await readFile(clinic.kitFile());
    await republish(clinic, retitled("Version nouvelle"));
    await openLink(page, clinic.link);
    await shows(page, "Version nouvelle");
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });

    await writeFile(clinic.kitFile(), first);
    const from = clinic.proxy.log.length;
    await page.reload();
    await usable(page);
    await asked(clinic, from);
    await page.goto("about:blank");
    await page.goto(clinic.link);
    await problem(page, "kit_replay");
    await open(page, clinic.proxy.url, "kit");
    await shows(page, "Version nouvelle");
    await kitState(page, "ready");
  }));

test("a kit whose date is over stays readable and playable, says so, and advises a call before starting", () =>
  withClinic(async (page, clinic) => {
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    const { kit } = readJws(await signedNow(clinic));
    await serve(clinic, signKit({ ...kit, version: kit.version + 1, valid_until: "2025-03-31" }, await clinicKey(clinic)));
    await page.reload();
    await kitState(page, "expired");
    const panel = await page.locator("main section[data-status=expired]").innerText();
    assert.ok(panel.includes("31 mars 2025") && panel.includes("appelez votre kiné"), panel);
    await clinic.switchOff();
    const { id, steps } = kit.exercises[0];
    await playAndSeek(page, clinic.proxy.url, id);
    const text = await page.locator("main").innerText();
    assert.ok(text.includes(steps[0].fr), "readable");
    assert.ok(text.includes("La date de ce kit est dépassée"), text);
    assert.ok(await page.locator("main a[href^='tel:']").count(), "the clinic is one tap away");
    await open(page, clinic.proxy.url);
    await page.waitForSelector("a[data-status=expired]");
  }));

test("an expired kit that was never downloaded can still be brought", () =>
  withClinic(async (page, clinic) => {
    const { kit } = readJws(await signedNow(clinic));
    await serve(clinic, signKit({ ...kit, valid_until: "2025-03-31" }, await clinicKey(clinic)));
    await page.goto(clinic.link);
    await kitState(page, "expired");
    await page.click("[data-action=rung-light]");
    await page.click("[data-action=kit-resume]");
    await page.waitForSelector("[data-action=kit-resume]", { state: "detached", timeout: 60_000 });
    await kitState(page, "expired", { timeout: 60_000 });
    await allIntact(page, clinic, kit);
  }));

/** A public key as `jwks.json` has it. */
const publicJwk = ({ kid, publicKey }, endorsement) => ({
  kty: "OKP", crv: "Ed25519", kid, x: publicKey.export({ format: "jwk" }).x, ...(endorsement ? { endorsement } : {}),
});

/** `by` says that it knows this key: a JWS over its 32 bytes. */
function endorse({ publicKey }, by) {
  const b64 = (text) => Buffer.from(text).toString("base64url");
  const input = `${b64(JSON.stringify({ alg: "EdDSA", kid: by.kid }))}.${publicKey.export({ format: "jwk" }).x}`;
  return `${input}.${sign(null, Buffer.from(input), by.privateKey).toString("base64url")}`;
}

/** The clinic's server with other keys and a kit signed by one of them. */
async function newKey(clinic, key, endorsement) {
  const file = clinic.public("jwks.json");
  const { keys } = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ keys: [...keys, publicJwk(key, endorsement)] }));
  const { kit } = readJws(await signedNow(clinic));
  await serve(clinic, signKit({ ...kit, version: kit.version + 1, title: { fr: "Signé d’une autre clé" } }, key));
}

test("a kit signed with a new key that the known one endorsed is taken and validated", () =>
  withClinic(async (page, clinic) => {
    await openLink(page, clinic.link);
    const { kid } = await clinicKey(clinic);
    const rotated = await runClinic("rotate-key", clinic.folder);
    assert.equal(rotated.code, 0, rotated.stderr);
    assert.notEqual((await clinicKey(clinic)).kid, kid);
    await republish(clinic, retitled("Signé d’une autre clé"));
    await page.reload();
    await shows(page, "Signé d’une autre clé");
    assert.equal(await page.locator("main section[data-status=invalid]").count(), 0);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
  }));

test("a key that nobody known endorsed is not believed, though it stands in jwks.json beside the clinic's", () =>
  withClinic(async (page, clinic) => {
    await openLink(page, clinic.link);
    const key = strangersKey("second");
    await newKey(clinic, key, endorse(key, strangersKey((await clinicKey(clinic)).kid)));
    const from = clinic.proxy.log.length;
    await page.reload();
    await usable(page);
    await asked(clinic, from);
    await page.goto("about:blank");
    await page.goto(clinic.link);
    await problem(page, "kit_replay");
    await open(page, clinic.proxy.url, "kit");
    await kitState(page, "new");
    assert.ok(!(await page.locator("main").innerText()).includes("Signé d’une autre clé"));
  }));

test("the same link published again keeps what was seen, acknowledged and chosen", () =>
  withClinic(async (page, clinic) => {
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    const kit = await kitOf(clinic);
    const [first, second] = kit.exercises;
    await playAndSeek(page, clinic.proxy.url, first.id);
    await page.evaluate(() => {
      const video = document.querySelector("main video");
      video.currentTime = video.duration - 0.5;
      return video.play();
    });
    await page.waitForFunction(() => document.querySelector("main video").ended);
    await republish(clinic, retitled("Après la chute, suite"));
    await open(page, clinic.proxy.url);
    await shows(page, "Après la chute, suite");
    const row = (e) => page.locator("main li", { has: page.locator(`a[href$='exercise/${e.id}']`) });
    assert.ok((await row(first).innerText()).includes("Vue"));
    assert.ok((await row(second).innerText()).includes("À voir"));
    await row(first).locator("a").click();
    await page.click("[data-action=play]");
    await page.waitForFunction(() => document.querySelector("main video")?.currentTime > 0.3);
    assert.equal(await page.locator("dialog[open]").count(), 0, "acknowledged once");
    await open(page, clinic.proxy.url, "kit");
    await kitState(page, "ready");
    const { media } = first.video.rungs.find((r) => r.choice === "normal" && r.codec === "h264");
    assert.equal(clinic.proxy.sent(new RegExp(media.sha256)), 0, "the choice of light films stays");
    const light = first.video.rungs.find((r) => r.choice === "light").media;
    assert.equal((await fetchRange(page, `${clinic.proxy.url}m/${light.sha256}.mp4`)).sha256, light.sha256);
  }));

test("of two kits the one opened last is on view, also at the next start, and a new version of the other changes no screen", () =>
  withClinic(async (page, clinic) => {
    const portal = clinic.proxy.url;
    await openLink(page, clinic.link);
    await openLink(page, await clinic.publish(await writeKit(path.join(clinic.dir, "other"), aKit([exercise("lever")]))));
    const other = (title) => page.locator("[data-action=kit-open]").getByText(title, { exact: true }).waitFor();
    await other("Après une chute");

    await republish(clinic, retitled("Après la chute"));
    await open(page, portal, "kit");
    await other("Après la chute");

    await page.click("[data-action=kit-open]");
    await other("Kit d’essai");
    const { kit_id } = await kitOf(clinic);
    await until("the choice in the profile", async () => (await stored(page, "profiles"))[0][0].settings.kit === kit_id);
    for (let n = 0; n < 3; n++) {
      await open(page, portal, "kit");
      await other("Kit d’essai");
    }
  }));
