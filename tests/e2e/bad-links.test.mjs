// Links and answers that are not what they should be: each says what happened, keeps nothing
// wrong, and the right link still works afterwards.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { Clinic, readLink, writeLink } from "./lib/clinic.mjs";
import { decrypt, encrypt, keyFromJwk, readJws, signedKit, signKit, strangersKey, withSignedKit } from "./lib/envelope.mjs";
import { kitState, onPhone, open, openLink, problem } from "./lib/portal.mjs";

let clinic, portal, fields, answer;

before(async () => {
  clinic = await Clinic.open();
  portal = clinic.proxy.url;
  fields = readLink(clinic.link);
  answer = await readFile(clinic.kitFile(), "utf8");
});

afterEach(async () => {
  clinic.proxy.faults = {};
  await writeFile(clinic.kitFile(), answer);
});

after(() => clinic?.close());

const noKit = async (page) => assert.equal(await page.locator("[data-action=kit-download]").count(), 0);
const kitPath = ({ path }) => path.startsWith("/k/");

for (const [name, expected, link] of [
  ["cut by a messaging app", "link_broken", () => clinic.link.slice(0, -30)],
  ["with one character of its key changed", "kit_wrong_key", () => writeLink({ ...fields, key: flipped(fields.key) }, portal)],
  ["of a later version", "link_foreign", () => writeLink({ ...fields, v: 2 }, portal)],
  ["of a kind that is not known here", "link_foreign", () => writeLink({ ...fields, flag: "L" }, portal)],
  ["whose own date is over", "link_expired", () => writeLink({ ...fields, exp: 1_700_000_000 }, portal)],
  ["of another clinic", "link_elsewhere", () => writeLink({ ...fields, url: "https://autre.example/k/x" }, portal)],
]) {
  test(`a link ${name} says so, and the right one opens afterwards`, () =>
    onPhone(async (page) => {
      await page.goto(link());
      await problem(page, expected);
      await noKit(page);
      await page.goto("about:blank");
      await openLink(page, clinic.link);
    }));
}

function flipped(key) {
  return (key[5] === "A" ? "B" : "A").padStart(6, key.slice(0, 5)) + key.slice(6);
}

test("a pasted text that is no link says so, and a link inside a message is found", () =>
  onPhone(async (page) => {
    await open(page, portal, "kit");
    const field = page.locator("main form input[type=text]");
    await field.fill("https://www.tiktok.com/@fitness/video/1");
    await page.click("[data-action=kit-add]");
    await problem(page, "link_none");
    await field.fill(`Bonjour, voici votre lien : ${clinic.link} — à jeudi !`);
    await page.click("[data-action=kit-add]");
    await page.waitForSelector("[data-action=kit-download]");
  }));

for (const [name, expected, fault] of [
  ["404", "kit_gone", () => ({ status: 404 })],
  ["500", "server", () => ({ status: 500 })],
  ["a Wi-Fi login page", "kit_not_a_kit", () => ({ captive: true })],
  ["half the kit", "kit_not_a_kit", () => ({ body: answer.slice(0, answer.length / 2) })],
  ["nothing", "kit_not_a_kit", () => ({ body: "" })],
  ["a connection cut in the middle", "offline", () => ({ killAfter: 500 })],
]) {
  test(`when ${name} comes instead of the kit, it says so, and the link is not lost`, () =>
    onPhone(async (page) => {
      clinic.proxy.faults = { on: (r) => (kitPath(r) ? fault() : undefined) };
      await page.goto(clinic.link);
      await problem(page, expected);
      await noKit(page);
      clinic.proxy.faults = {};
      await open(page, portal);
      await page.waitForSelector("[data-action=kit-download], a[data-status=new]", { timeout: 30_000 });
    }));
}

test("when the connection stalls, the patient is told within half a minute, and the link is not lost", () =>
  onPhone(async (page) => {
    clinic.proxy.faults = { on: (r) => (kitPath(r) ? { stallAfter: 500 } : undefined) };
    await page.goto(clinic.link);
    await problem(page, "stalled", { timeout: 30_000 });
    clinic.proxy.faults = {};
    await open(page, portal);
    await page.waitForSelector("[data-action=kit-download], a[data-status=new]", { timeout: 30_000 });
  }));

/** Serves another signed kit under the same link. */
async function serve(jws) {
  const { bundle } = decrypt(answer, fields.key);
  await writeFile(clinic.kitFile(), encrypt(withSignedKit(bundle, jws), fields.key));
}

const signed = () => signedKit(decrypt(answer, fields.key).bundle);
const clinicKey = async () =>
  keyFromJwk(JSON.parse(await readFile(`${clinic.folder}/desk/signing-key.jwk.json`, "utf8")));

test("a kit made for a later portal says so", () =>
  onPhone(async (page) => {
    const { kit } = readJws(signed());
    await serve(signKit({ ...kit, format: "2.0", exercises: "of another shape" }, await clinicKey()));
    await page.goto(clinic.link);
    await problem(page, "kit_foreign");
    await noKit(page);
  }));

test("unknown fields of a later minor version do no harm", () =>
  onPhone(async (page) => {
    const { kit } = readJws(signed());
    await serve(signKit({ ...kit, format: "1.9", horoscope: { signe: "lion" } }, await clinicKey()));
    await openLink(page, clinic.link);
  }));

for (const [name, forge] of [
  ["signed by a stranger", () => signKit(readJws(signed()).kit, strangersKey())],
  ["signed by a stranger who borrows the clinic's key name", async () =>
    signKit(readJws(signed()).kit, strangersKey((await clinicKey()).kid))],
  ["changed after signing", () => {
    const [header, , signature] = signed().split(".");
    const other = signKit({ ...readJws(signed()).kit, version: 99 }, strangersKey()).split(".")[1];
    return [header, other, signature].join(".");
  }],
]) {
  test(`a kit ${name} is readable, never validated, and its films stay closed`, () =>
    onPhone(async (page) => {
      await serve(await forge());
      const from = clinic.proxy.log.length;
      await page.goto(clinic.link);
      await kitState(page, "invalid");
      await noKit(page);
      const { exercises } = readJws(signed()).kit;
      await open(page, portal, `exercise/${exercises[0].id}`);
      const text = await page.locator("main").innerText();
      assert.ok(text.includes(exercises[0].steps[0].fr), "the steps are readable");
      assert.ok(text.includes("Non vérifiée"), text);
      assert.ok(!text.includes("Validée par votre cabinet"), text);
      assert.equal(await page.locator("[data-action=play]").count(), 0);
      assert.equal(clinic.proxy.sent(/^\/m\//, from), 0, "nothing of it is downloaded");
    }));
}

test("a phone that knows the clinic believes neither a stranger's kit nor a replaced jwks.json", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    const stranger = strangersKey();
    const { x } = stranger.publicKey.export({ format: "jwk" });
    const jwks = JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", kid: stranger.kid, x }] });
    clinic.proxy.faults = {
      on: ({ path }) => (path === "/jwks.json" ? { body: jwks, headers: { "content-type": "application/json" } } : undefined),
    };
    const { kit } = readJws(signed());
    await serve(signKit({ ...kit, version: kit.version + 1, title: { fr: "Kit du voleur" } }, stranger));
    await page.reload();
    await open(page, portal, "kit");
    await page.waitForTimeout(1500);
    const text = await page.locator("main").innerText();
    assert.ok(text.includes(kit.title.fr) && !text.includes("Kit du voleur"), text);
    await kitState(page, ["new", "paused", "ready"]);
  }));
