// What packing costs the picture: VMAF (Netflix's measure, 0 to 100) of each rung of the demonstration's
// films against the film that it was made from, both at 640×360, as large as a phone shows them.

import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { python, root } from "./env.mjs";
import { library } from "./library.mjs";

const run = promisify(execFile);
/** Debian's ffmpeg is built without libvmaf; this package brings one that has it. */
const FFMPEG = "imageio-ffmpeg==0.8.1";
const SIZE = "scale=640:360:flags=bicubic,fps=20,format=yuv420p,settb=AVTB";

async function ffmpegWithVmaf() {
  await run(python(), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", FFMPEG]);
  const { stdout } = await run(python(), ["-c", "import imageio_ffmpeg as f; print(f.get_ffmpeg_exe())"]);
  return stdout.trim();
}

async function vmaf(ffmpeg, film, master) {
  const filter = `[0:v]${SIZE}[film];[1:v]${SIZE}[master];[film][master]libvmaf`;
  const { stderr } = await run(ffmpeg, ["-nostdin", "-hide_banner", "-i", film, "-i", master, "-lavfi", filter, "-f", "null", "-"]);
  return Number(/VMAF score: ([\d.]+)/.exec(stderr)[1]);
}

/** `[exercise, rung, bytes, VMAF]` of every film of the demonstration's library. */
export async function quality(say) {
  const ffmpeg = await ffmpegWithVmaf();
  const found = [];
  for (const { dir, kit } of (await library()).values()) {
    for (const { id, video } of kit.exercises) {
      const master = path.join(root, "content/demo/library", id, `${id}.mp4`);
      for (const { codec, height, media } of video.rungs) {
        const score = await vmaf(ffmpeg, path.join(dir, "m", `${media.sha256}.mp4`), master);
        found.push([id, `${codec} ${height}p`, media.bytes, score]);
        say(`${id}, ${codec} ${height}p: VMAF ${score.toFixed(1)}, ${media.bytes} bytes`);
      }
    }
  }
  return found;
}
