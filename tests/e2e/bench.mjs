// The figures of the README, measured: starting on a bad line and a slow phone, a download that is
// killed again and again, memory while a large kit is stored, the guided session's pace,
// what packing costs the demonstration's films, recordings that are killed, what the receiving server bears.
// Prints Markdown.
//
//   node tests/e2e/bench.mjs [--runs 5] [--kills 50]
//     [--only start,kills,memory,session,quiz,quality,clips,uploads]

import http from "node:http";
import { parseArgs } from "node:util";
import { killsOfARecording, weightOfHalfAMinute } from "./lib/bench-clip.mjs";
import { quality } from "./lib/bench-quality.mjs";
import { filming, sending } from "./lib/bench-memory.mjs";
import { nextItem } from "./lib/bench-quiz.mjs";
import { drift, firstCount, longJournal } from "./lib/bench-session.mjs";
import { uploads } from "./lib/bench-uploads.mjs";
import { Browser } from "./lib/cdp.mjs";
import { Clinic } from "./lib/clinic.mjs";
import { oneLargeFilm } from "./lib/forge.mjs";
import { CHUNK } from "./lib/media.mjs";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    kills: { type: "string", default: "50" },
    only: { type: "string", default: "start,kills,memory,session,quiz,quality,clips,uploads" },
  },
});
const RUNS = Number(values.runs);
const KILLS = Number(values.kills);

/** The line and the phone of the budget: 400 kbit/s, 400 ms, a processor six times slower. */
const BAD_LINE = { bytesPerSecond: 400_000 / 8, latencyMs: 400, cpu: 6 };

/** While a chunk that has come is written, the line brings the first bytes of the next. */
const WRITING_S = 0.2;

const rows = [];
const row = (what, figure, budget, kept) => rows.push([what, figure, budget, kept ? "✓" : "✗"]);
const say = (words) => process.stderr.write(`${words}\n`);
const median = (list) => list.slice().sort((a, b) => a - b)[Math.floor(list.length / 2)];
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
const spread = (list, form) => `${form(median(list))} (${form(Math.min(...list))} to ${form(Math.max(...list))})`;

// ---- Starting -----------------------------------------------------------------------------

/** When the browser noted this, in ms since the navigation. Waited for in the page: to ask again and again would slow down what is measured. */
const noted = (page, type, name) => page.evaluate(`new Promise((go) => new PerformanceObserver((list, watch) => {
  const [entry] = list.getEntriesByName("${name}");
  if (!entry) return;
  watch.disconnect();
  go(entry.startTime);
}).observe({ type: "${type}", buffered: true }))`);

/** Opens an address in a new page: when something was painted, when it could be used, what it cost. */
async function start(browser, url) {
  const page = await browser.page();
  await page.goto(url);
  const usable = await noted(page, "mark", "usable");
  const painted = await noted(page, "paint", "first-contentful-paint");
  const own = browser.transfers.filter((t) => t.session === page.id);
  const end = own[0].at + usable / 1000;
  const before = browser.transfers.filter((t) => t.at <= end && t.at >= own[0].at && (t.ended ?? end) <= end);
  return { page, usable, painted, bytes: before.reduce((sum, t) => sum + t.bytes, 0) };
}

const OFFLINE_READY = `(async () => {
  const { controller } = navigator.serviceWorker;
  if (!controller) return false;
  const said = new Promise((go) => navigator.serviceWorker.addEventListener("message", (e) => go(e.data.complete), { once: true }));
  controller.postMessage({ type: "status" });
  return said;
})()`;

/** The screen on view as a page of its own: language, styles and elements, and nothing that runs. */
const AS_PLAIN_PAGE = `(() => {
  const styles = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join("\\n");
  const body = document.body.cloneNode(true);
  for (const e of body.querySelectorAll("script, noscript, [hidden]")) e.remove();
  for (const e of body.querySelectorAll("img")) e.removeAttribute("src");
  return [document.documentElement.lang, styles, body.innerHTML];
})()`;

/** A server for that page, which the browser may keep: what this phone needs to show it without any program. */
async function plainPage([lang, styles, body]) {
  const page = `<!doctype html><html lang="${lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>.</title>
<style>${styles}</style><body>${body}<script>requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("usable")))</script>`;
  const server = http.createServer((req, res) => {
    res.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "max-age=31536000, immutable" }).end(page);
  });
  await new Promise((go) => server.listen(0, "127.0.0.1", go));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close(() => {}).closeAllConnections() };
}

async function starting() {
  const clinic = await Clinic.open();
  const first = [], again = [], offline = [], kit = [], plain = [];
  try {
    for (let i = 1; i <= RUNS; i++) {
      const browser = await Browser.create();
      browser.limits = BAD_LINE;
      let floor;
      try {
        await browser.start();
        const visit = await start(browser, clinic.link);
        first.push(visit);
        kit.push(await visit.page.until(`document.querySelector("[data-action=kit-download]") && performance.now()`));
        await visit.page.until(OFFLINE_READY);
        await visit.page.goto("about:blank");
        again.push(await start(browser, clinic.proxy.url));
        floor = await plainPage(await again.at(-1).page.evaluate(AS_PLAIN_PAGE));
        await start(browser, floor.url);
        await browser.quit();
        await clinic.proxy.goOffline();
        await browser.start();
        offline.push(await start(browser, clinic.proxy.url));
        await browser.quit();
        await browser.start();
        plain.push(await start(browser, floor.url));
      } finally {
        await browser.remove();
        floor?.close();
        if (!clinic.proxy.listening) await clinic.proxy.goOnline();
      }
      const [a, b, c, d] = [first, again, offline, plain].map((list) => list.at(-1));
      say(`start ${i}/${RUNS}: first ${seconds(a.painted)} / ${seconds(a.usable)} / ${kilobytes(a.bytes)}, again ${seconds(b.usable)}, offline ${seconds(c.usable)}, plain ${seconds(d.usable)}`);
    }
  } finally {
    await clinic.close();
  }
  const of = (list, field) => list.map((v) => v[field]);
  const timed = (what, list, budget) => row(what, spread(list, seconds), `≤ ${budget / 1000} s`, median(list) <= budget);
  timed("First visit: first contentful paint", of(first, "painted"), 1000);
  timed("First visit: usable", of(first, "usable"), 5000);
  const bytes = of(first, "bytes");
  row("First visit: on the wire until usable, headers included", spread(bytes, kilobytes), "≤ 150 KB", median(bytes) <= 150_000);
  rows.push(["First visit: the kit of the link on view", spread(kit, seconds), "", ""]);
  timed("Second visit: first contentful paint", of(again, "painted"), 1000);
  timed("Second visit: usable", of(again, "usable"), 1000);
  timed("Without network, browser restarted: first contentful paint", of(offline, "painted"), 1000);
  timed("Without network, browser restarted: usable", of(offline, "usable"), 1000);
  rows.push(["… the same screen as a page without any program", spread(of(plain, "usable"), seconds), "", ""]);
}

// ---- A download that is killed ---------------------------------------------------------------

/** The stored chunks of a film that are not what the clinic signed, and how many there are. */
const storedChunks = (sha256) => `(async () => {
  const opening = indexedDB.open("bon-geste");
  const db = await new Promise((ok, no) => { opening.onsuccess = () => ok(opening.result); opening.onerror = no; });
  const store = db.transaction("media_chunks").objectStore("media_chunks");
  const range = IDBKeyRange.bound(["${sha256}", 0], ["${sha256}", Infinity]);
  const found = [];
  await new Promise((ok, no) => {
    const all = store.openCursor(range);
    all.onerror = no;
    all.onsuccess = () => {
      if (!all.result) return ok();
      found.push([all.result.key[1], all.result.value]);
      all.result.continue();
    };
  });
  db.close();
  const hex = (b) => [...new Uint8Array(b)].map((x) => x.toString(16).padStart(2, "0")).join("");
  return Promise.all(found.map(async ([n, bytes]) => [n, hex(await crypto.subtle.digest("SHA-256", bytes))]));
})()`;

async function killed() {
  const clinic = await Clinic.open();
  const browser = await Browser.create();
  try {
    const { media, chunks } = await oneLargeFilm(clinic, 16 << 20);
    const name = `/m/${media.sha256}.mp4`;
    const sent = () => clinic.proxy.log.filter((r) => r.path === name);
    const bytes = () => sent().reduce((sum, r) => sum + r.sent, 0);
    clinic.proxy.faults = { bytesPerSecond: BAD_LINE.bytesPerSecond };
    await browser.start();
    let page = await browser.page();
    await page.goto(clinic.link);
    await page.until(`document.querySelector("[data-action=kit-download]")?.click() ?? !!document.querySelector("[data-action=kit-pause]")`);
    const again = [];
    let bad = 0;
    for (let i = 1; i <= KILLS; i++) {
      const target = bytes() + Math.floor(Math.random() * 2 * CHUNK) + 1;
      for (const end = Date.now() + 60_000; bytes() < target; ) {
        if (Date.now() > end) throw new Error(`kill ${i}: the download does not go on by itself`);
        await new Promise((go) => setTimeout(go, 2));
      }
      await browser.kill();
      const reached = Math.max(...sent().map((r) => from(r) + r.sent));
      const seen = sent().length;
      await browser.start();
      page = await browser.page();
      await page.goto(`${clinic.proxy.url}kit`);
      for (const end = Date.now() + 60_000; sent().length === seen; ) {
        if (Date.now() > end) throw new Error(`after kill ${i} nothing is asked for`);
        await new Promise((go) => setTimeout(go, 2));
      }
      again.push(Math.max(0, reached - from(sent()[seen])));
      const stored = await page.evaluate(storedChunks(media.sha256));
      bad += stored.filter(([n, hash]) => chunks[n] !== hash).length;
      if (i % 10 === 0) say(`kill ${i}/${KILLS}: ${kilobytes(Math.max(...again))} at most again, ${stored.length} chunks here`);
    }
    clinic.proxy.faults = {};
    await page.until(`document.querySelector("main section[data-status=ready]") !== null`);
    const stored = await page.evaluate(storedChunks(media.sha256));
    bad += stored.filter(([n, hash]) => chunks[n] !== hash).length;
    if (stored.length !== chunks.length) throw new Error(`${stored.length} of ${chunks.length} chunks are here`);
    const [most, total] = [Math.max(...again), again.reduce((a, b) => a + b, 0)];
    row(`${KILLS} kills (SIGKILL) at random bytes: fetched again per kill`, `median ${kilobytes(median(again))}, most ${kilobytes(most)}`, "≤ 131.1 KB (128 KiB), and what comes while it is written", most <= CHUNK + BAD_LINE.bytesPerSecond * WRITING_S);
    row("… chunks stored that are not what was signed", String(bad), "0", bad === 0);
    rows.push([`… fetched again in all, of ${kilobytes(media.bytes)}`, `${kilobytes(total)} in ${sent().length} requests`, "", ""]);
  } finally {
    await browser.remove();
    await clinic.close();
  }
}

/** The first byte of an answer. */
const from = ({ range }) => Number(/^bytes=(\d+)/.exec(range ?? "")?.[1] ?? 0);

// ---- Memory ------------------------------------------------------------------------------------

async function memory() {
  const clinic = await Clinic.open();
  const growth = [], tops = [];
  try {
    const { media } = await oneLargeFilm(clinic, 100_000_000);
    for (let i = 1; i <= RUNS; i++) {
      const browser = await Browser.create();
      try {
        browser.withMemories = true;
        await browser.start();
        const page = await browser.page();
        await page.goto(clinic.link);
        await page.until(`document.querySelector("[data-action=kit-download]") !== null`);
        const before = await browser.wasmMemory();
        let most = before;
        await page.evaluate(`document.querySelector("[data-action=kit-download]").click()`);
        const ready = `document.querySelector("main section[data-status=ready]") !== null`;
        for (const end = Date.now() + 300_000; ; ) {
          const done = await page.evaluate(ready);
          most = Math.max(most, await browser.wasmMemory());
          if (done) break;
          if (Date.now() > end) throw new Error(`${media.bytes} bytes not stored in 5 minutes`);
        }
        growth.push(most - before);
        tops.push(most);
        say(`memory ${i}/${RUNS}: ${kilobytes(before)} before, ${kilobytes(most)} at most`);
      } finally {
        await browser.remove();
      }
    }
  } finally {
    await clinic.close();
  }
  row("WebAssembly memory: growth while 100 MB are stored", spread(growth, kilobytes), "≤ 262.1 KB (two chunks)", Math.max(...growth) <= 2 * CHUNK);
  rows.push(["… at most, in all", spread(tops, kilobytes), "", ""]);
  const chunks = [2 * CHUNK, "≤ 262.1 KB (two chunks)"];
  const filmed = await filming();
  const sent = await sending();
  for (const [what, growth, [most, budget]] of [
    ["growth while the longest clip, 60 s, is filmed", filmed, chunks],
    ["the sending worker's growth from its own beginning, 50 MB sealed and sent", sent.large, chunks],
    ["the same for 0.3 MB", sent.small, chunks],
    ["the page's growth while a worker seals and sends", sent.page, chunks],
  ]) {
    say(`memory, ${what}: ${kilobytes(growth)}`);
    row(`WebAssembly memory: ${what}`, kilobytes(growth), budget, growth <= most);
  }
}

// ---- The guided session -------------------------------------------------------------------------

async function guided() {
  const milliseconds = (ms) => `${Math.round(ms)} ms`;
  const timed = (what, list, budget) => row(what, spread(list, milliseconds), `≤ ${budget} ms`, median(list) <= budget);
  timed("Session: from the tap to the first count", await firstCount(RUNS, say), 300);
  timed("Follow-up of 5,000 events: usable", await longJournal(RUNS, say), 1000);
  const off = (await drift(say)).map(Math.abs);
  row("Session: a count's distance from its time, over ten minutes, full speed", spread(off, milliseconds), "≤ 50 ms", Math.max(...off) <= 50);
}

// ---- The quiz -------------------------------------------------------------------------------------

async function quiz() {
  const took = await nextItem(RUNS, say);
  const milliseconds = (ms) => `${Math.round(ms)} ms`;
  row("Quiz: from the tap to the next question", spread(took, milliseconds), "≤ 100 ms", median(took) <= 100);
}

// ---- Recordings that are killed -------------------------------------------------------------------

async function recordings() {
  for (const container of ["webm", "mp4"]) {
    const { lost, types } = await killsOfARecording(KILLS, container, say);
    const half = await weightOfHalfAMinute(container);
    row(`30 s of a recording, ${half.type}`, kilobytes(half.bytes), "about 840 KB", half.bytes < 1_000_000);
    const milliseconds = (ms) => `${Math.round(ms)} ms`;
    const most = Math.max(...lost);
    row(`${KILLS} kills (SIGKILL) of a recording, ${types.join(", ")}: lost`, `median ${milliseconds(median(lost))}, most ${milliseconds(most)}`, "≤ 1000 ms", most <= 1000);
  }
}

// ---- The demonstration's films -------------------------------------------------------------------

async function films() {
  const found = await quality(say);
  for (const rung of new Set(found.map(([, rung]) => rung))) {
    const scores = found.filter((f) => f[1] === rung).map((f) => f[3]);
    row(`Demonstration's films, ${rung}: VMAF against the drawn film, at 640×360`, spread(scores, (n) => n.toFixed(1)), "≥ 90", Math.min(...scores) >= 90);
  }
}

// ---- Report ------------------------------------------------------------------------------------

const PARTS = {
  start: starting,
  kills: killed,
  memory,
  session: guided,
  quiz,
  quality: films,
  clips: recordings,
  uploads: () => uploads(row, say),
};
for (const part of values.only.split(",")) {
  if (!PARTS[part]) throw new Error(`--only ${part}: expected ${Object.keys(PARTS).join(", ")}`);
  await PARTS[part]();
}
console.log(`Medians of ${RUNS} (least to most); 400 kbit/s, 400 ms, processor six times slower, 360×640, page and service worker alike.\n`);
console.log("| What | Measured | Budget | |\n|---|---|---|---|");
for (const cells of rows) console.log(`| ${cells.join(" | ")} |`);
