// A kit around a file of any size, signed with the clinic's own key: what the encoder would need
// hours for.

import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { readLink } from "./clinic.mjs";
import { decrypt, encrypt, keyFromJwk, readJws, sha256, signedKit, signKit, withSignedKit } from "./envelope.mjs";

export const CHUNK = 131_072;

/**
 * Makes `bytes` random bytes the only film of the clinic's kit, in every quality. Returns the
 * file's reference and the hash of each chunk.
 */
export async function oneLargeFilm(clinic, bytes) {
  const file = Buffer.concat(Array.from({ length: Math.ceil(bytes / (1 << 20)) }, () => randomBytes(1 << 20))).subarray(0, bytes);
  const chunks = [];
  for (let at = 0; at < bytes; at += CHUNK) chunks.push(sha256(file.subarray(at, at + CHUNK)));
  const side = Buffer.from(chunks.join(""), "hex");
  const media = { sha256: sha256(file), bytes, type: "video/mp4", chunk_bytes: CHUNK, chunks_sha256: sha256(side) };
  await writeFile(clinic.public("m", `${media.sha256}.mp4`), file);
  await writeFile(clinic.public("m", `${media.sha256}.chunks`), side);

  const { key } = readLink(clinic.link);
  const { bundle } = decrypt(await readFile(clinic.kitFile(), "utf8"), key);
  const { kit } = readJws(signedKit(bundle));
  const [exercise] = kit.exercises;
  for (const rung of exercise.video.rungs) rung.media = media;
  const jwk = JSON.parse(await readFile(path.join(clinic.folder, "desk", "signing-key.jwk.json"), "utf8"));
  const jws = signKit({ ...kit, exercises: [exercise], documents: [] }, keyFromJwk(jwk));
  await writeFile(clinic.kitFile(), encrypt(withSignedKit(bundle, jws), key));
  return { media, chunks };
}
