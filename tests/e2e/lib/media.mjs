// A media file as the kit's wire form describes it: its hash, and the hashes of its chunks.

import { sha256 } from "./envelope.mjs";

export const CHUNK = 131_072;

/** The reference to `file`, its chunks' hashes, and the side file that holds them. */
export function describe(file, type) {
  const chunks = [];
  for (let at = 0; at < file.length; at += CHUNK) chunks.push(sha256(file.subarray(at, at + CHUNK)));
  const side = Buffer.from(chunks.join(""), "hex");
  const media = { sha256: sha256(file), bytes: file.length, type, chunk_bytes: CHUNK, chunks_sha256: sha256(side) };
  return { file, chunks, side, media };
}
