// The figures of the guided session and of the follow-up: from the tap to the first count, the pace over
// ten minutes, and a journal of two years on a slow phone.

import { Clinic } from "./clinic.mjs";
import { seed, session } from "./journal.mjs";
import { kitOf, kitState, onPhone, open, openLink, startLight, usable } from "./portal.mjs";
import { beginExercise, prescribe, voice } from "./session.mjs";

/** A processor so many times slower. */
const CPU = 6;
const DAY = 86_400_000;
const EVENTS = 5_000;
/** Repetitions and seconds of one: ten minutes. */
const [REPS, TEMPO_S] = [100, 6];

const slow = async (page, browser, rate) => {
  const cdp = await browser.context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate });
};

/** A phone with the clinic's kit, offline. */
const withKit = (clinic, run) =>
  onPhone(async (page, browser) => {
    await browser.context.addInitScript(voice);
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    await run(page, browser);
  });

/** Milliseconds from the tap that begins an exercise until its first number has been painted. */
export async function firstCount(runs, say) {
  const took = [];
  const clinic = await Clinic.open();
  try {
    for (let i = 1; i <= runs; i++) {
      await withKit(clinic, async (page, browser) => {
        await open(page, clinic.proxy.url, "session");
        await page.click("[data-action=session-start]");
        await page.waitForSelector("[data-action=exercise-start]");
        await slow(page, browser, CPU);
        const painted = (action) =>
          page.evaluate(async (action) => {
            const frames = (n) => new Promise((go) => requestAnimationFrame(() => (n > 1 ? frames(n - 1).then(go) : go())));
            const start = performance.now();
            document.querySelector(action).click();
            const shown = () => document.querySelector("main .count-number")?.textContent || document.querySelector("dialog[open]");
            while (!shown()) await frames(1);
            await frames(2);
            return { ms: performance.now() - start, notice: !!document.querySelector("dialog[open]") };
          }, action);
        let tap = await painted("[data-action=exercise-start]");
        // Before its first time an exercise shows whom it is not for: the tap that counts is the one after.
        if (tap.notice) tap = await painted("dialog[open] [data-action=acknowledge]");
        took.push(tap.ms);
      });
      say(`first count ${i}/${runs}: ${Math.round(took.at(-1))} ms`);
    }
  } finally {
    await clinic.close();
  }
  return took;
}

/** How far each count of ten minutes is from where it should be, in milliseconds. */
export async function drift(say) {
  const clinic = await Clinic.open();
  let off = [];
  try {
    await prescribe(clinic, {
      "sit-to-stand": `{ sets = 1, reps = ${REPS}, tempo_s = ${TEMPO_S}, per_day = 1, days_per_week = 7 }`,
    });
    await withKit(clinic, async (page) => {
      await open(page, clinic.proxy.url, "session");
      await page.click("[data-action=session-start]");
      await beginExercise(page);
      say(`pace: ${REPS} repetitions of ${TEMPO_S} s, ten minutes`);
      const counts = () => {
        const said = window.said ?? [];
        return said.slice(said.findIndex((s) => s.text === "Allez-y") + 1).filter((s) => /^\d+$/.test(s.text));
      };
      await page.waitForFunction(() => window.said.some((s) => s.text === "99"), null, { timeout: 660_000 });
      const heard = await page.evaluate(counts);
      off = heard.map(({ text, at }) => at - heard[0].at - (Number(text) - Number(heard[0].text)) * TEMPO_S * 1000);
    });
  } finally {
    await clinic.close();
  }
  return off;
}

/** Milliseconds until the follow-up of a long journal can be used. */
export async function longJournal(runs, say) {
  const took = [];
  const clinic = await Clinic.open();
  try {
    const kit = await kitOf(clinic);
    const now = Date.now();
    const events = Array.from({ length: EVENTS / 8 }, (_, n) =>
      session(now - Math.floor(n / 2) * DAY - (n % 2) * 7_200_000 - 3_600_000, kit.kit_id, `m${n}`, ["chair", "step"], [n % 11, (n + 3) % 11]),
    ).flat();
    for (let i = 1; i <= runs; i++) {
      await withKit(clinic, async (page, browser) => {
        await seed(page, events);
        await page.reload();
        await usable(page);
        await open(page, clinic.proxy.url, "help");
        await slow(page, browser, CPU);
        took.push(
          await page.evaluate(async () => {
            const link = document.createElement("a");
            link.href = "follow-up";
            document.querySelector("main").append(link);
            const start = performance.now();
            link.click();
            while (!document.querySelector("main [data-day]")) await new Promise((go) => setTimeout(go, 10));
            await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
            return performance.now() - start;
          }),
        );
      });
      say(`${events.length} events ${i}/${runs}: ${Math.round(took.at(-1))} ms`);
    }
  } finally {
    await clinic.close();
  }
  return took;
}
