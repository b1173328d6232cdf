// What packing costs the picture: VMAF (Netflix's measure, 0 to 100) of each rung of the demonstration's
// films against the film that it was made from, both at 640×360, as large as a phone shows them.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { clinic } from "./clinic.mjs";
import { python, root } from "./env.mjs";

const run = promisify(execFile);
/** Debian's ffmpeg is built without libvmaf; this package brings one that has it. */
const FFMPEG = "imageio-ffmpeg==0.8.1";
const KITS = ["apres-une-chute", "mal-de-dos", "epaule"];
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

/** `[exercise, rung, bytes, VMAF]` of every film in the demonstration's kits. */
export async function quality(say) {
  const ffmpeg = await ffmpegWithVmaf();
  const found = [];
  for (const name of KITS) {
    const folder = path.join(root, "content/demo/kits", name);
    const packed = await clinic("pack", folder);
    if (packed.code !== 0) throw new Error(packed.stderr);
    const kit = JSON.parse(await readFile(path.join(folder, "packed/kit.draft.json"), "utf8"));
    for (const { id, video } of kit.exercises.filter((e) => e.video)) {
      const master = path.join(root, "content/demo/library", id, `${id}.mp4`);
      for (const { codec, height, media } of video.rungs) {
        const score = await vmaf(ffmpeg, path.join(folder, "packed/m", `${media.sha256}.mp4`), master);
        found.push([id, `${codec} ${height}p`, media.bytes, score]);
        say(`${id}, ${codec} ${height}p: VMAF ${score.toFixed(1)}, ${media.bytes} bytes`);
      }
    }
  }
  return found;
}
