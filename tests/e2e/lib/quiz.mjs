// The quiz as a patient plays it, through its public hooks alone. Works on a Playwright page and on a
// WebDriver page alike.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { root } from "./env.mjs";

/** The items of a language, by their ids. */
export async function items(lang = "fr") {
  const bank = JSON.parse(await readFile(path.join(root, `content/quiz/items.${lang}.json`), "utf8"));
  return new Map(bank.items.map((item) => [item.id, item]));
}

/** So many questions in a session. */
export const SESSION = 6;

/** The other verdict. */
export const opposite = { reliable: "unreliable", unreliable: "reliable" };

/** The id of the post on view. */
export async function onView(page) {
  await page.waitForSelector("main [data-item]");
  return page.evaluate(() => document.querySelector("main [data-item]").dataset.item);
}

const press = (page, action) => page.click(`main [data-action=${action}]`);

/** Opens the quiz and begins six questions. */
export async function begin(page, portal) {
  await page.goto(`${portal}quiz`);
  await page.waitForSelector("main [data-action=quiz-start]", { timeout: 30_000 });
  await press(page, "quiz-start");
  return onView(page);
}

/** Answers the question on view, up to why. `sure`: guess, rather, sure; none in simple mode. */
export async function answer(page, verdict, { sure = "rather", simple = false, segments = 0 } = {}) {
  if (simple) await press(page, "quiz-answer");
  await page.waitForSelector(`main [data-action=verdict-${verdict}]`);
  await press(page, `verdict-${verdict}`);
  if (!simple) {
    await page.waitForSelector("main [data-action=sure-guess]");
    await press(page, `sure-${sure}`);
    await page.waitForSelector("main [data-action=quiz-segment]");
    for (let n = 0; n < segments; n++) {
      await page.evaluate((n) => document.querySelectorAll("main [data-action=quiz-segment]")[n].click(), n);
    }
    await press(page, "quiz-helped");
  }
  await page.waitForSelector("main [data-verdict]");
  return page.evaluate(() => {
    const { verdict, right } = document.querySelector("main [data-verdict]").dataset;
    return { verdict, right, cues: [...document.querySelectorAll("main [data-cue]")].map((e) => e.dataset.cue) };
  });
}

/** From why to the next question, or to the end. */
export async function next(page, { simple = false } = {}) {
  if (simple) {
    await press(page, "quiz-keep");
    await page.waitForSelector("main [data-action=quiz-next]");
  }
  await press(page, "quiz-next");
  await page.waitForSelector("main [data-item] , main [data-action=check-video]");
}
