// A kit around a file of any size, signed with the clinic's own key: what the encoder would need
// hours for.

import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { readLink } from "./clinic.mjs";
import { decrypt, encrypt, keyFromJwk, readJws, signedKit, signKit, withSignedKit } from "./envelope.mjs";
import { describe } from "./media.mjs";

/**
 * Makes `bytes` random bytes the only film of the clinic's kit, in every quality. Returns the
 * file's reference and the hash of each chunk.
 */
export async function oneLargeFilm(clinic, bytes) {
  const file = Buffer.concat(Array.from({ length: Math.ceil(bytes / (1 << 20)) }, () => randomBytes(1 << 20))).subarray(0, bytes);
  const { media, chunks, side } = describe(file, "video/mp4");
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
