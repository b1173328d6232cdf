// A media file as the kit's wire form describes it: its hash, and the hashes of its chunks. Films made and looked
// at by programs that know nothing of the portal.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
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

const run = promisify(execFile);

/** Makes a film of plain colours, two seconds of each; its bytes. The name's end says of which kind. */
export async function plainFilm(file, colours) {
  const parts = colours.map((colour, n) => `color=c=${colour}:s=320x180:r=15:d=2[p${n}]`);
  const joined = `${colours.map((_, n) => `[p${n}]`).join("")}concat=n=${colours.length}`;
  const codec = file.endsWith(".webm") ? "libvpx" : "libx264";
  const drawn = ["-f", "lavfi", "-i", [...parts, joined].join(";")];
  await run("ffmpeg", ["-nostdin", "-y", "-v", "error", ...drawn, "-c:v", codec, "-pix_fmt", "yuv420p", "-g", "15", file]);
  return readFile(file);
}

/** The moments of all the pictures of a film in seconds, each of them decoded. */
export async function pictures(file) {
  const args = ["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time", "-of", "json", file];
  const { stdout, stderr } = await run("ffprobe", args, { maxBuffer: 64 << 20 });
  assert.equal(stderr, "", "nothing of it is damaged");
  return JSON.parse(stdout).frames.map((frame) => Number(frame.best_effort_timestamp_time));
}
