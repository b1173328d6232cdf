// What filming and sending cost in WebAssembly's memory: that of the page and of its workers, looked at all
// the while.

import path from "node:path";
import { Browser } from "./cdp.mjs";
import { Clinic } from "./clinic.mjs";
import { CAMERA } from "./clips.mjs";
import { aKit, exercise, writeKit } from "./kits.mjs";
import { ForeignTus, receiving, seedClip } from "./outbox.mjs";

const EXERCISE = "lever";
/** Seconds of the longest clip. */
const LONGEST_S = 60;
/** Bytes of a clip of a few pieces, and of one as large as clips become. */
const [SMALL, LARGE] = [300_000, 50_000_000];

const click = (page, action) => page.evaluate(`document.querySelector("[data-action=${action}]").click()`);
const there = (page, selector, ms) => page.until(`!!document.querySelector(${JSON.stringify(selector)})`, ms);
/** What `seedClip` asks of a page. */
const asPage = (page) => ({ evaluate: (run, given) => page.evaluate(`(${run})(${JSON.stringify(given)})`) });

/** A phone with the kit of a clinic that receives, and with what is sent there forwarded to a tus server of others. */
async function onPhone(run) {
  const clinic = await Clinic.open({ kit: null });
  const browser = await Browser.create(CAMERA);
  let tus;
  try {
    clinic.link = await clinic.publish(await writeKit(path.join(clinic.dir, "kit"), aKit([exercise(EXERCISE, { film_s: LONGEST_S })])));

    const { kit } = await receiving(clinic);
    tus = await ForeignTus.start(path.join(clinic.dir, "foreign"));
    clinic.proxy.forwardBelow("/u", tus.port);

    browser.withMemories = true;
    await browser.start();
    const page = await browser.page();
    await page.goto(clinic.link);
    await there(page, "main [data-status]");

    return await run(page, browser, clinic, kit);
  } finally {
    await browser.remove();
    await tus?.stop();
    await clinic.close();
  }
}

/** The most of each of these figures while `until` does not hold. */
async function most(figures, until, ms) {
  const highest = figures.map(() => 0);
  for (const end = Date.now() + ms; ; ) {
    const done = await until();
    for (const [n, figure] of figures.entries()) highest[n] = Math.max(highest[n], await figure());
    if (done) return highest;
    if (Date.now() > end) throw new Error(`not done in ${ms} ms`);
  }
}

/** By how much it grows while the longest clip is filmed. */
export const filming = () =>
  onPhone(async (page, browser, clinic) => {
    await page.goto(`${clinic.proxy.url}clip/${EXERCISE}`);
    await there(page, "[data-action=clip-start]");
    await page.evaluate(`document.querySelectorAll("main input[type=checkbox]").forEach((box) => box.click())`);
    await click(page, "clip-start");
    await there(page, "dialog[open] [data-action=acknowledge], .filming");
    await page.evaluate(`document.querySelector("dialog[open] [data-action=acknowledge]")?.click()`);
    await there(page, "[data-action=clip-record]");
    const before = await browser.wasmMemory();
    await click(page, "clip-record");
    await there(page, "[data-status=recording]");
    const began = Date.now();
    const stopped = () => page.evaluate(`!!document.querySelector("[data-action=clip-keep]")`);
    const [highest] = await most([() => browser.wasmMemory()], stopped, (LONGEST_S + 30) * 1000);
    const lasted = (Date.now() - began) / 1000;
    if (lasted < LONGEST_S) throw new Error(`it stopped after ${lasted} s`);
    return highest - before;
  });

const isSender = ({ type, url }) => type === "worker" && url.includes("send_worker");
const isPage = ({ type }) => type === "page";

/**
 * By how much the worker that sends grows from its own beginning, for a small clip and for a large one, each with a
 * worker of its own; and the page while it shows how far that is.
 * @returns {Promise<{small: number, large: number, page: number}>} bytes
 */
export const sending = () =>
  onPhone(async (page, browser, clinic, kit) => {
    const workers = [], pages = [];
    for (const bytes of [SMALL, LARGE]) {
      const clip = await seedClip(asPage(page), kit.kit_id, EXERCISE, bytes);

      await page.goto(`${clinic.proxy.url}outbox/${clip.id}`);
      await there(page, "[data-action=consent]");
      await click(page, "consent");
      const before = await browser.wasmMemory(isPage);
      await click(page, "clip-send");
      const arrived = () => page.evaluate(`!!document.querySelector('[data-item="${clip.id}"] [data-status=arrived]')`);
      const figures = [() => browser.wasmMemory(isSender), () => browser.wasmGrowth(isSender), () => browser.wasmMemory(isPage)];
      const [whole, growth, shown] = await most(figures, arrived, 300_000);
      if (whole === 0) throw new Error("the worker's memory was not seen");
      workers.push(growth);
      pages.push(shown - before);
    }
    return { small: workers[0], large: workers[1], page: Math.max(...pages) };
  });
