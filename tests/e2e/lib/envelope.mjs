// A second, independent reading and writing of the kit's envelope (JWE, FHIR Bundle, JWS),
// with Node's own cryptography: what a stranger, a thief or a later program could send.

import assert from "node:assert/strict";
import {
  createCipheriv, createDecipheriv, createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign,
} from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";

const b64 = (bytes) => Buffer.from(bytes).toString("base64url");
const json = (value) => Buffer.from(JSON.stringify(value));

/** Decrypts a compact JWE (`dir`, A256GCM) to the Bundle in it. */
export function decrypt(jwe, key) {
  const [header, none, iv, text, tag] = jwe.trim().split(".");
  assert.equal(none, "", "no encrypted key: `dir`");
  const d = createDecipheriv("aes-256-gcm", Buffer.from(key, "base64url"), Buffer.from(iv, "base64url"));
  d.setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, "base64url"));
  const plain = Buffer.concat([d.update(Buffer.from(text, "base64url")), d.final()]);
  return { header: JSON.parse(Buffer.from(header, "base64url")), bundle: JSON.parse(plain) };
}

/** Encrypts a Bundle as the clinic does. */
export function encrypt(bundle, key) {
  const header = b64(json({ alg: "dir", enc: "A256GCM", cty: "application/fhir+json" }));
  const iv = randomBytes(12);
  const c = createCipheriv("aes-256-gcm", Buffer.from(key, "base64url"), iv).setAAD(Buffer.from(header));
  const text = Buffer.concat([c.update(json(bundle)), c.final()]);
  return [header, "", b64(iv), b64(text), b64(c.getAuthTag())].join(".");
}

/** The signed kit inside a Bundle, as a compact JWS. */
export function signedKit(bundle) {
  const binary = bundle.entry.map((e) => e.resource).find((r) => r.contentType === "application/jose");
  return Buffer.from(binary.data, "base64").toString();
}

/** The same Bundle around another signed kit. */
export function withSignedKit(bundle, jws) {
  const copy = structuredClone(bundle);
  const binary = copy.entry.map((e) => e.resource).find((r) => r.contentType === "application/jose");
  binary.data = Buffer.from(jws).toString("base64");
  return copy;
}

/** Header and kit of a JWS, unverified. */
export function readJws(jws) {
  const [header, payload] = jws.split(".");
  const h = JSON.parse(Buffer.from(header, "base64url"));
  const bytes = Buffer.from(payload, "base64url");
  return { header: h, kit: JSON.parse(h.zip === "DEF" ? inflateRawSync(bytes) : bytes) };
}

/** Signs a kit. */
export function signKit(kit, { kid, privateKey }, header = {}) {
  const h = b64(json({ alg: "EdDSA", kid, zip: "DEF", ...header }));
  const input = `${h}.${b64(deflateRawSync(json(kit)))}`;
  return `${input}.${b64(sign(null, Buffer.from(input), privateKey))}`;
}

/** A key nobody has endorsed. */
export function strangersKey(kid = "stranger") {
  return { kid, ...generateKeyPairSync("ed25519") };
}

/** A private key from its JWK. */
export const keyFromJwk = (jwk) => ({ kid: jwk.kid, privateKey: createPrivateKey({ key: jwk, format: "jwk" }) });

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
