// What the quiz does over weeks, in one phone whose clock is moved on: the form « before » in two sittings,
// the training with its reviews, « after », a month later the third form, and boosters. What comes of it is
// told in plain numbers of videos.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Clinic } from "./lib/clinic.mjs";
import { happened, written } from "./lib/journal.mjs";
import { onPhone, open } from "./lib/portal.mjs";
import { SESSION, answer, items, next, onView, opposite } from "./lib/quiz.mjs";

const DAY = 86_400_000;
const FORM = 16;
const SITTING = 8;
/** Answers in sessions after which « after » is offered. */
const TRAINED = 24;
/** Which form comes at which moment: over three patients each comes once at each. */
const SQUARE = ["ABC", "BCA", "CAB"];

let clinic, portal, bank;

before(async () => {
  clinic = await Clinic.open({ kit: null });
  portal = clinic.proxy.url;
  bank = await items();
});
after(() => clinic?.close());

/** Moves the clock of every page that is opened from now on, on top of what it was moved before; it goes on running. */
const moveClock = (page, ms) =>
  page.addInitScript((ms) => {
    const Before = Date;
    window.Date = class extends Before {
      constructor(...given) {
        super(...(given.length ? given : [Before.now() + ms]));
      }
      static now() {
        return Before.now() + ms;
      }
    };
  }, ms);

/** So many days later: the quiz is opened anew. */
async function later(page, days) {
  if (days) await moveClock(page, days * DAY);
  await open(page, portal, "quiz");
  await page.waitForSelector("main [data-action=quiz-start]");
}

const text = async (page) => (await page.locator("main").innerText()).replaceAll("\u00a0", " ");
const offered = (page) => page.locator("main [data-action=quiz-form]").count();

/** The local day on the phone, so many days from its today. */
const day = (page, more) =>
  page.evaluate((more) => {
    const then = new Date();
    then.setDate(then.getDate() + more);
    return [then.getFullYear(), then.getMonth() + 1, then.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  }, more);

/** One sitting of a form, from the button that begins it; the first `wrong` of each kind are missed. */
async function sitting(page, wrong = { reliable: 0, unreliable: 0 }) {
  await page.click("main [data-action=quiz-form]");
  const seen = [];
  const left = { ...wrong };
  for (let n = 0; n < SITTING; n++) {
    const item = bank.get(await onView(page));
    assert.equal(await page.locator("main [data-verdict]").count(), 0, "nothing is said on right or wrong");
    seen.push(item);
    await page.click(`main [data-action=verdict-${left[item.verdict]-- > 0 ? opposite[item.verdict] : item.verdict}]`);
    await page.click("main [data-action=sure-sure]");
  }
  assert.equal(seen.filter((item) => item.verdict === "reliable").length, SITTING / 2);
  return seen;
}

/** Six questions, all answered well but the first; the items. */
async function session(page) {
  await page.click("main [data-action=quiz-start]");
  const seen = [];
  for (let n = 0; n < SESSION; n++) {
    const item = bank.get(await onView(page));
    seen.push(item);
    await answer(page, n ? item.verdict : opposite[item.verdict], { sure: "guess" });
    await next(page);
  }
  await page.waitForSelector("main [data-action=check-video]");
  return seen;
}

/** What is told are videos out of so many: no measure of the trade, no number with decimals, no percentage. */
async function plainNumbers(page) {
  const words = await text(page);
  assert.doesNotMatch(words, /d\s?[′’']\s|d-prime|Brier|critère|\d[.,]\d|%/, words);
  return words;
}

/** The numbers of the forms, side by side. */
const table = (page) =>
  page.locator("main table tbody tr").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent.replaceAll("\u00a0", " "))));

test("before, training, a review on the next day, after, a month later, and boosters: each at its time, told in plain numbers", () =>
  onPhone(async (page) => {
    // Noon, so that no change of the hour makes another day of it.
    await moveClock(page, Math.floor(Date.now() / DAY) * DAY + 11 * 3_600_000 - Date.now());
    await later(page, 0);
    const first = await sitting(page, { reliable: 1, unreliable: 2 });
    await page.getByText("La moitié est faite").waitFor();
    assert.equal((await happened(page, "form-finished")).length, 0);
    await later(page, 1);
    const form = [...first, ...(await sitting(page))];
    assert.equal(new Set(form.map((item) => item.id)).size, FORM, "each once, over both sittings");
    await page.waitForSelector("main [data-action=quiz-start]");
    let end = await plainNumbers(page);
    assert.ok(end.includes("Pièges repérés : 6 sur 8") && end.includes("Bonnes vidéos reconnues : 7 sur 8"), end);
    assert.ok(end.includes("Quand vous disiez « Sûr » : juste 13 fois sur 16"), end);

    // Training: what was seen in a form does not come, and the next day there is something to review.
    const trained = await session(page);
    assert.equal(await page.locator("main [data-review]").getAttribute("data-review"), await day(page, 1));
    await plainNumbers(page);
    await later(page, 0);
    assert.equal(await page.locator("main [data-review]").getAttribute("data-review"), await day(page, 1), "not on the same day");
    assert.equal(await offered(page), 0, "what was learnt cannot be measured before any more");
    await later(page, 1);
    assert.equal(await page.locator("main [data-review]").getAttribute("data-review"), "today");
    while (trained.length < TRAINED) {
      assert.equal(await offered(page), 0, `${trained.length} answers are no training yet`);
      trained.push(...(await session(page)));
      await later(page, 0);
    }
    for (const item of trained) assert.match(item.pool, /^(train|booster)$/);
    assert.equal(new Set(trained.map((item) => item.id)).size, TRAINED, "nothing twice");

    // After: another form, with the first beside it.
    await sitting(page, { reliable: 0, unreliable: 1 });
    await sitting(page);
    await page.waitForSelector("main [data-action=quiz-start]");
    end = await plainNumbers(page);
    assert.ok(end.includes("Pièges repérés : 7 sur 8") && end.includes("Bonnes vidéos reconnues : 8 sur 8"), end);
    assert.deepEqual(await table(page), [["Avant", "6 sur 8", "7 sur 8"], ["Après", "7 sur 8", "8 sur 8"]]);

    // D+30, not a day earlier.
    await later(page, 29);
    assert.equal(await offered(page), 0);
    await later(page, 1);
    await sitting(page);
    await sitting(page);
    await page.waitForSelector("main [data-action=quiz-start]");
    await plainNumbers(page);
    assert.deepEqual((await table(page)).at(-1), ["Un mois après", "8 sur 8", "8 sur 8"]);
    const begun = await written(page, "form-started", 3);
    assert.deepEqual(begun.map((e) => e.moment), ["before", "after", "later"]);
    assert.ok(SQUARE.includes(begun.map((e) => e.form).join("")), JSON.stringify(begun));
    const answers = await happened(page, "quiz-answered");
    for (const { moment, form } of begun) {
      const of = answers.filter((e) => e.form === moment);
      assert.deepEqual([of.length, [...new Set(of.map((e) => e.pool))]], [FORM, [form]]);
    }

    // Once too little is left to learn with, what is reviewed is two thirds good, with items kept for it.
    const unseen = async () => {
      const seen = new Set((await happened(page, "quiz-answered")).map((e) => e.item));
      const left = [...bank.values()].filter((item) => !seen.has(item.id));
      return {
        toLearn: left.filter((item) => item.pool === "train").length,
        good: left.filter((item) => item.verdict === "reliable" && /^(train|booster)$/.test(item.pool)).length,
      };
    };
    for (let booster = false; !booster; ) {
      await later(page, 1);
      // As it invites: on the day that it names.
      const when = await page.locator("main [data-review]").getAttribute("data-review");
      if (when !== "today") await later(page, Math.round((Date.parse(when) - Date.parse(await day(page, 0))) / DAY));
      assert.equal(await page.locator("main [data-review]").getAttribute("data-review"), "today");
      const { toLearn, good } = await unseen();
      booster = toLearn < SESSION;
      const seen = await session(page);
      const had = seen.filter((item) => item.verdict === "reliable").length;
      // Of the last few good ones, whichever serves what is due: then it may be fewer.
      if (!booster || good >= 5) assert.equal(had, booster ? 4 : SESSION / 2);
      if (booster) assert.ok(seen.some((item) => item.pool === "booster"), JSON.stringify(seen.map((item) => item.pool)));
    }
  }));
