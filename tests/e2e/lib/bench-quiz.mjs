// The figure of the quiz: from the tap on « Question suivante » until the next post is painted.

import { Clinic } from "./clinic.mjs";
import { onPhone } from "./portal.mjs";
import { SESSION, answer, begin } from "./quiz.mjs";

/** A processor so many times slower. */
const CPU = 6;
/** Nobody reads why in less. */
const READING_MS = 2_000;

/** Milliseconds from each tap to the post that follows, painted. */
export async function nextItem(runs, say) {
  const took = [];
  const clinic = await Clinic.open({ kit: null });
  try {
    for (let i = 1; i <= runs; i++) {
      await onPhone(async (page, browser) => {
        await begin(page, clinic.proxy.url);
        const cdp = await browser.context.newCDPSession(page);
        await cdp.send("Emulation.setCPUThrottlingRate", { rate: CPU });
        for (let n = 1; n < SESSION; n++) {
          await answer(page, "reliable");
          await page.waitForTimeout(READING_MS);
          took.push(await page.evaluate(async () => {
            const frame = () => new Promise((go) => requestAnimationFrame(go));
            const before = document.querySelector("main [data-item]")?.dataset.item;
            const start = performance.now();
            document.querySelector("[data-action=quiz-next]").click();
            while (!document.querySelector("main [data-action=verdict-reliable]")) await frame();
            if (document.querySelector("main [data-item]").dataset.item === before) throw new Error("the same question");
            // A task after the frame runs once that frame is painted.
            await new Promise((go) => setTimeout(go));
            return performance.now() - start;
          }));
        }
      });
      say(`quiz ${i}/${runs}: ${took.slice(-(SESSION - 1)).map(Math.round).join(", ")} ms`);
    }
  } finally {
    await clinic.close();
  }
  return took;
}
