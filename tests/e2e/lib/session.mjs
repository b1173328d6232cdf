// A kit whose session takes seconds instead of minutes, and a voice that is written down.

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * Publishes the clinic's kit again with these exercises, each with a dosage of its own; the link stays.
 * @param {Record<string, string>} dosages exercise → inline TOML table
 */
export async function prescribe(clinic, dosages) {
  const file = path.join(clinic.kit, "kit.toml");
  const text = await readFile(file, "utf8");
  const parts = text.split(/(?=^\[\[)/m);
  const kept = parts.flatMap((part) => {
    if (!part.startsWith("[[exercises]]")) return [part];
    const dose = dosages[/^id = "([^"]+)"/m.exec(part)[1]];
    return dose ? [part.replace(/^dosage = .*$/m, `dosage = ${dose}`)] : [];
  });
  await writeFile(file, kept.join(""));
  return clinic.publish();
}

/** Two sets of two quick repetitions, every day. */
export const QUICK = "{ sets = 2, reps = 2, rest_s = 6, tempo_s = 1, per_day = 1, days_per_week = 7 }";
/** One hold of two seconds on each side. */
export const SIDES = "{ sets = 1, reps = 1, hold_s = 2, per_day = 1, days_per_week = 7, each_side = true }";

/** Gives the browser a French and an English voice that speak into `window.said`. */
export function voice() {
  window.said = [];
  const voices = [{ lang: "fr-FR" }, { lang: "en-GB" }];
  const speak = (utterance) => {
    window.said.push({ text: utterance.text, lang: utterance.lang, at: performance.now() });
    setTimeout(() => utterance.onend?.({}), 10);
  };
  Object.defineProperty(window, "speechSynthesis", {
    value: { getVoices: () => voices, speak, cancel() {} },
    configurable: true,
  });
  window.SpeechSynthesisUtterance = class {
    constructor(text) {
      this.text = text;
    }
  };
}

/** Begins the session, and its first exercise, whose notice is read. */
export async function beginExercise(page) {
  await page.click("[data-action=exercise-start]");
  const notice = page.locator("dialog[open] [data-action=acknowledge]");
  if (await notice.count()) await notice.click();
  await page.waitForSelector("[data-action=session-stop]");
}
