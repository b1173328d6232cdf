// Recordings that are killed: what a SIGKILL at a random moment costs of a clip, for each container that the
// recorder writes, and what half a minute weighs.

import { Clinic } from "./clinic.mjs";
import { CAMERA, clips, film, ONLY, playThrough, toCamera } from "./clips.mjs";
import { onPhone, open, openLink } from "./portal.mjs";

/** Notes the moment at which the recorder itself says that it runs. */
function noteStart() {
  const start = MediaRecorder.prototype.start;
  MediaRecorder.prototype.start = function (...slice) {
    this.addEventListener("start", () => (window.rolledAt = Date.now()));
    return start.apply(this, slice);
  };
}

/**
 * Kills the browser `kills` times, at any moment between a third of a second and ten seconds into a recording. Of one
 * that dies before its first piece nothing is left, and that is what it lost.
 * @returns {Promise<{lost: number[], types: string[]}>} milliseconds lost by each kill, and what was written
 */
export async function killsOfARecording(kills, container, say) {
  const lost = [], types = new Set();
  const clinic = await Clinic.open();
  const film = `clip/sit-to-stand`;
  try {
    await onPhone(
      async (page, browser) => {
        const prepare = async () => {
          await browser.context.addInitScript(ONLY[container]);
          await browser.context.addInitScript(noteStart);
        };
        await prepare();
        await openLink(page, clinic.link);
        for (let i = 1; i <= kills; i++) {
          await open(page, clinic.proxy.url, film);
          await toCamera(page);
          await page.click("[data-action=clip-record]");
          const began = await page.waitForFunction(() => window.rolledAt, null, { timeout: 30_000 }).then((v) => v.jsonValue());
          await new Promise((go) => setTimeout(go, 300 + Math.random() * 9_700));
          const lasted = Date.now() - began;
          await browser.kill();
          page = await browser.revive();
          await prepare();
          await open(page, clinic.proxy.url, "clip");
          await page.waitForSelector("[data-action=clip-keep], main > .lead", { timeout: 30_000 });
          const [clip, ...more] = await clips(page);
          if (more.length) throw new Error(`kill ${i}: ${more.length + 1} clips are there`);
          if (clip === undefined) {
            lost.push(lasted);
            continue;
          }
          const { seconds } = await playThrough(page, clip);
          lost.push(lasted - seconds * 1000);
          types.add(clip.mime);
          await page.click("[data-action=clip-delete]");
          await page.click("dialog[open] [data-action=clip-delete-confirm]");
          await page.waitForSelector("[data-action=clip-keep]", { state: "detached" });
          if (i % 10 === 0) say(`${container}, kill ${i}/${kills}: ${Math.round(Math.max(...lost))} ms lost at most`);
        }
      },
      { args: CAMERA },
    );
  } finally {
    await clinic.close();
  }
  return { lost, types: [...types] };
}

/** What half a minute of the browser's own moving picture weighs, brought to exactly that time: bytes. */
export async function weightOfHalfAMinute(container) {
  const clinic = await Clinic.open();
  let weight;
  try {
    await onPhone(
      async (page, browser) => {
        await browser.context.addInitScript(ONLY[container]);
        await openLink(page, clinic.link);
        await open(page, clinic.proxy.url, `clip/sit-to-stand`);
        await film(page, 30_000);
        const [clip] = await clips(page);
        weight = { bytes: (clip.bytes * 30_000) / clip.ms, type: clip.mime };
      },
      { args: CAMERA },
    );
    return weight;
  } finally {
    await clinic.close();
  }
}
