// The service worker alone, in Chromium: a tiny portal of two files, and videos seeded straight
// into the stores, so that each promise of public/sw.js is proved without the rest of the app.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { Chromium } from "./lib/chromium.mjs";
import { root } from "./lib/env.mjs";
import { CHUNK } from "./lib/media.mjs";
import { until } from "./lib/until.mjs";

const FILM = Buffer.from(Array.from({ length: 2 * CHUNK + 1000 }, (_, i) => (i * 7) % 253));
const FILM_ID = "f".repeat(64);
const WORKER = readFileSync(path.join(root, "public/sw.js"), "utf8");

let server, url, browser, page, files, asked;

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** What the server has from now on, named in sw.js; of the quiz, as what is kept once it was seen. */
function deploy(version, content, quiz = {}) {
  const list = (of) => JSON.stringify(Object.entries(of).map(([name, text]) => ({ url: name, revision: sha256(text).slice(0, 16) })));
  const worker = WORKER.replace("/* @precache */[]", list(content))
    .replace("/* @once-seen */[]", list(quiz))
    .replace('/* @version */""', JSON.stringify(version));
  files = new Map(Object.entries({ ...content, ...quiz, "sw.js": worker }));
}

const PAGE = (word) => `<!doctype html><title>${word}</title><script src="app.js"></script>`;

before(async () => {
  server = http.createServer((req, res) => {
    const name = req.url.split("/").slice(2).join("/").split("?")[0];
    asked.push(name);
    const text = files.get(name || "index.html");
    const types = { js: "text/javascript", html: "text/html", json: "application/json" };
    const type = types[(name || "index.html").split(".").pop()] ?? "application/octet-stream";
    if (text === undefined) return res.writeHead(404, { "content-type": "text/plain" }).end("not here");
    res.writeHead(200, { "content-type": type, "cache-control": "no-cache" }).end(text);
  });
  await new Promise((go) => server.listen(0, "127.0.0.1", go));
  browser = await Chromium.start();
  page = browser.page;
});

after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

let scope = 0;

beforeEach(async () => {
  // Another path is another scope, with a service worker of its own.
  url = `http://127.0.0.1:${server.address().port}/${++scope}/`;
  asked = [];
  deploy(`v1-${scope}`, { "index.html": PAGE("one"), "app.js": "window.app = 1;", "same.js": "same" });
});

/** Opens the page, installs the worker and waits until it is in charge. */
async function install() {
  await page.goto(url);
  await page.evaluate(async () => {
    const controlled = new Promise((go) => navigator.serviceWorker.addEventListener("controllerchange", go, { once: true }));
    await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
    await controlled;
  });
}

/** Makes the page's database anew and puts a film of two and a bit chunks there. */
async function seed({ without = [], broken = [], complete = true } = {}) {
  const bytes = [0, 1, 2].map((n) => FILM.subarray(n * CHUNK, (n + 1) * CHUNK).toString("base64"));
  await page.evaluate(
    async ({ id, size, bytes, without, broken, complete }) => {
      const done = (r) => new Promise((ok, no) => ((r.onsuccess = () => ok(r.result)), (r.onerror = () => no(r.error))));
      await done(indexedDB.deleteDatabase("bon-geste"));
      const opening = indexedDB.open("bon-geste", 2);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore("media", { keyPath: "sha256" });
        opening.result.createObjectStore("media_chunks");
      };
      const db = await done(opening);
      db.onversionchange = () => db.close();
      const tx = db.transaction(["media", "media_chunks"], "readwrite");
      tx.objectStore("media").put({ sha256: id, type: "video/mp4", bytes: size, complete, kits: ["k"] });
      bytes.forEach((text, n) => {
        const chunk = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        if (!without.includes(n)) tx.objectStore("media_chunks").put(broken.includes(n) ? chunk.slice(1) : chunk, [id, n]);
      });
      await new Promise((ok) => (tx.oncomplete = ok));
      db.close();
    },
    { id: FILM_ID, size: FILM.length, bytes, without, broken, complete },
  );
}

/** Fetches as a player does. */
async function get(name, headers = {}, init = {}) {
  const answer = await page.evaluate(
    async ({ name, headers, init }) => {
      const answer = await fetch(name, { headers, ...init });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      let text = "";
      for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: btoa(text) };
    },
    { name, headers, init },
  );
  return { ...answer, body: Buffer.from(answer.body, "base64") };
}

const film = `m/${FILM_ID}.mp4`;

test("a stored video is answered whole and in every kind of range, byte for byte", async () => {
  await install();
  await seed();
  const last = FILM.length - 1;
  const cases = [
    ["bytes=0-1", 0, 1],
    ["bytes=0-", 0, last],
    [`bytes=${CHUNK - 2}-${CHUNK + 1}`, CHUNK - 2, CHUNK + 1],
    [`bytes=${CHUNK}-${2 * CHUNK - 1}`, CHUNK, 2 * CHUNK - 1],
    [`bytes=100-${2 * CHUNK + 5}`, 100, 2 * CHUNK + 5],
    [`bytes=${last}-`, last, last],
    [`bytes=${last}-${last + 500}`, last, last],
    ["bytes=-1", last, last],
    ["bytes=-1500", FILM.length - 1500, last],
    ["bytes=-9999999", 0, last],
  ];
  for (const [range, from, to] of cases) {
    const answer = await get(film, { Range: range });
    assert.equal(answer.status, 206, range);
    assert.equal(answer.headers["content-range"], `bytes ${from}-${to}/${FILM.length}`, range);
    assert.equal(answer.headers["content-length"], String(to - from + 1), range);
    assert.equal(answer.headers["accept-ranges"], "bytes");
    assert.equal(answer.headers["content-type"], "video/mp4");
    assert.ok(answer.body.equals(FILM.subarray(from, to + 1)), range);
  }
  for (const headers of [{}, { Range: "bytes=5-2" }, { Range: "bytes=0-1,5-6" }, { Range: "lines=1-2" }]) {
    const answer = await get(film, headers);
    assert.equal(answer.status, 200, JSON.stringify(headers));
    assert.ok(answer.body.equals(FILM));
  }
  for (const range of [`bytes=${FILM.length}-`, "bytes=-0"]) {
    const answer = await get(film, { Range: range });
    assert.equal(answer.status, 416, range);
    assert.equal(answer.headers["content-range"], `bytes */${FILM.length}`);
  }
  assert.ok(!asked.includes(film), "nothing was asked of the server");
});

test("a video that is still arriving is waited for, and asked to come first", async () => {
  await install();
  await seed({ without: [1], complete: false });
  const heard = page.evaluate(
    () =>
      new Promise((ok) => {
        const channel = new BroadcastChannel("bon-geste");
        channel.onmessage = (e) => e.data.type === "wanted" && ok(e.data.sha256);
      }),
  );
  let arrived = false;
  const answer = get(film, { Range: "bytes=0-" }).then((a) => ((arrived = true), a));
  assert.equal(await heard, FILM_ID);
  assert.equal(arrived, false);
  await page.evaluate(
    async ({ id, text }) => {
      const opening = indexedDB.open("bon-geste");
      await new Promise((ok) => (opening.onsuccess = ok));
      const tx = opening.result.transaction("media_chunks", "readwrite");
      tx.objectStore("media_chunks").put(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), [id, 1]);
      await new Promise((ok) => (tx.oncomplete = ok));
      opening.result.close();
      new BroadcastChannel("bon-geste").postMessage({ type: "chunk", sha256: id, n: 1 });
    },
    { id: FILM_ID, text: FILM.subarray(CHUNK, 2 * CHUNK).toString("base64") },
  );
  assert.ok((await answer).body.equals(FILM));
});

test("a video nobody brings is given up after 30 seconds, not waited for without end", async () => {
  await install();
  await seed({ without: [2], complete: false });
  const start = Date.now();
  await assert.rejects(page.evaluate((name) => fetch(name).then((a) => a.arrayBuffer()), film));
  const waited = Date.now() - start;
  assert.ok(waited > 29_000 && waited < 40_000, `${waited} ms`);
});

test("an unknown video, the page's own downloads and kits go to the network untouched", async () => {
  const other = `m/${"a".repeat(64)}.mp4`;
  await install();
  await seed();
  for (const name of [other, film, `m/${FILM_ID}.chunks`, "k/secret"]) files.set(name, `network ${name}`);
  assert.equal((await get(other)).body.toString(), `network ${other}`);
  assert.equal((await get(film, {}, { cache: "no-store" })).body.toString(), `network ${film}`);
  assert.equal((await get(`m/${FILM_ID}.chunks`)).body.toString(), `network m/${FILM_ID}.chunks`);
  assert.equal((await get("k/secret")).body.toString(), "network k/secret");
  const kept = await page.evaluate(async () => {
    const urls = [];
    for (const name of await caches.keys()) for (const r of await (await caches.open(name)).keys()) urls.push(r.url);
    return urls;
  });
  assert.ok(!kept.some((u) => u.includes("/k/") || u.includes("/m/")), kept.join("\n"));
});

test("a damaged store, one without our stores and a missing one fall back to the network", async () => {
  await install();
  files.set(film, "network");
  await seed({ broken: [0] });
  assert.equal((await get(film, { Range: "bytes=0-1" })).body.toString(), "network");
  const wipe = (then) =>
    page.evaluate(async (then) => {
      const done = (r) => new Promise((ok, no) => ((r.onsuccess = () => ok(r.result)), (r.onerror = () => no(r.error))));
      await done(indexedDB.deleteDatabase("bon-geste"));
      if (then === "foreign") (await done(indexedDB.open("bon-geste", 7))).close();
    }, then);
  await wipe("foreign");
  assert.equal((await get(film)).body.toString(), "network");
  await wipe("missing");
  assert.equal((await get(film)).body.toString(), "network");
  const left = await page.evaluate(() => indexedDB.databases());
  assert.deepEqual(left, [], "the worker leaves no empty database behind");
});

test("the database can be upgraded while the service worker has it open", async () => {
  await install();
  await seed();
  await get(film, { Range: "bytes=0-1" });
  const version = await page.evaluate(
    () =>
      new Promise((ok, no) => {
        const opening = indexedDB.open("bon-geste", 3);
        opening.onblocked = () => no(new Error("blocked"));
        opening.onsuccess = () => (opening.result.close(), ok(opening.result.version));
      }),
  );
  assert.equal(version, 3);
  assert.equal((await get(film, { Range: "bytes=0-1" })).status, 206);
});

test("without the server every address opens the page, with the files and the keys it had", async () => {
  files.set("jwks.json", '{"keys":[1]}');
  await install();
  assert.deepEqual(await status(), { version: `v1-${scope}`, complete: true });
  files.set("jwks.json", '{"keys":[1,2]}');
  assert.equal((await get("jwks.json", {}, { cache: "no-cache" })).body.toString(), '{"keys":[1,2]}');
  files = new Map([["jwks.json", undefined]]);
  await page.goto(`${url}exercise/sit-to-stand?x=1`);
  assert.equal(await page.title(), "one");
  await page.goto(url);
  assert.equal(await page.evaluate(() => window.app), 1);
  assert.equal((await get("jwks.json", {}, { cache: "no-cache" })).body.toString(), '{"keys":[1,2]}');
});

/** What the worker in charge says of itself. */
function status() {
  return page.evaluate(
    () =>
      new Promise((ok) => {
        navigator.serviceWorker.addEventListener("message", ({ data: { version, complete } }) => ok({ version, complete }), { once: true });
        navigator.serviceWorker.startMessages();
        navigator.serviceWorker.controller.postMessage({ type: "status" });
      }),
  );
}

test("a login page or a file of another version among the files keeps the whole version out", async () => {
  files.set("app.js", "<!doctype html><title>Wi-Fi</title>");
  await page.goto(url);
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.register("sw.js");
    const worker = registration.installing;
    await new Promise((ok) => (worker.onstatechange = ok));
    return worker.state;
  });
  assert.equal(state, "redundant");
});

test("a new version waits until it is asked, fetches only what changed, then replaces the old one", async () => {
  await install();
  const first = `v1-${scope}`;
  deploy(`v2-${scope}`, { "index.html": PAGE("two"), "app.js": "window.app = 2;", "same.js": "same" });
  asked = [];
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update();
    const worker = registration.installing;
    await new Promise((ok) => (worker.onstatechange = () => worker.state === "installed" && ok()));
  });
  assert.ok(asked.includes("app.js") && !asked.includes("same.js"), asked.join(" "));
  await page.goto(`${url}kit`);
  assert.equal(await page.title(), "one", "nothing takes over unasked");
  assert.equal((await status()).version, first);
  await page.evaluate(async () => {
    const taken = new Promise((go) => navigator.serviceWorker.addEventListener("controllerchange", go, { once: true }));
    (await navigator.serviceWorker.getRegistration()).waiting.postMessage({ type: "skip-waiting" });
    await taken;
  });
  await page.goto(`${url}kit`);
  assert.equal(await page.title(), "two");
  assert.deepEqual(await status(), { version: `v2-${scope}`, complete: true });
  assert.equal((await get("same.js")).body.toString(), "same");
  const names = await page.evaluate(() => caches.keys());
  assert.ok(!names.includes(`bon-geste-${first}`), names.join(" "));
});

const hash = (n) => String(n).repeat(16);

test("of the quiz is kept what was seen, and its new version comes with that of the portal", async () => {
  const portal = { "index.html": PAGE("one"), "app.js": "window.app = 1;" };
  const quiz = (n) => ({ [`quiz-${hash(n)}.wasm`]: `program ${n}`, [`quiz/items-${hash(n)}.fr.json`]: `fr ${n}`, [`quiz/items-${hash(n)}.en.json`]: `en ${n}` });
  deploy(`v1-${scope}`, portal, quiz(1));
  await install();
  assert.ok(!asked.some((name) => name.startsWith("quiz")), "nobody has opened it");
  const words = async (name) => (await get(name)).body.toString();
  const kept = (name) => page.evaluate(async (name) => !!(await caches.match(new URL(name, document.baseURI))), name);
  for (const name of [`quiz-${hash(1)}.wasm`, `quiz/items-${hash(1)}.fr.json`]) {
    await words(name);
    await until(`${name} in the cache`, () => kept(name));
  }
  assert.equal(await kept(`quiz/items-${hash(1)}.en.json`), false);
  asked = [];
  assert.equal(await words(`quiz/items-${hash(1)}.fr.json`), "fr 1");
  assert.deepEqual(asked, [], "from the cache");

  deploy(`v2-${scope}`, { ...portal, "app.js": "window.app = 2;" }, quiz(2));
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update();
    const worker = registration.installing;
    await new Promise((ok) => (worker.onstatechange = () => worker.state === "installed" && ok()));
    const taken = new Promise((go) => navigator.serviceWorker.addEventListener("controllerchange", go, { once: true }));
    registration.waiting.postMessage({ type: "skip-waiting" });
    await taken;
  });
  assert.deepEqual(asked.filter((name) => name.startsWith("quiz")).sort(), [`quiz-${hash(2)}.wasm`, `quiz/items-${hash(2)}.fr.json`]);
  files.clear();
  assert.equal(await words(`quiz/items-${hash(2)}.fr.json`), "fr 2");
  assert.equal(await words(`quiz-${hash(2)}.wasm`), "program 2");
});

test("a login page in the place of the quiz is passed on and not kept", async () => {
  const name = `quiz/items-${hash(3)}.fr.json`;
  deploy(`v1-${scope}`, { "index.html": PAGE("one"), "app.js": "" }, { [name]: "fr" });
  await install();
  files.set(name, "<html>Wi-Fi</html>");
  assert.equal((await get(name)).body.toString(), "<html>Wi-Fi</html>");
  await page.waitForTimeout(300);
  files.set(name, "fr");
  assert.equal((await get(name)).body.toString(), "fr");
});

test("files that the browser threw away are fetched again", async () => {
  await install();
  await page.evaluate((name) => caches.delete(name), `bon-geste-v1-${scope}`);
  assert.equal((await status()).complete, false);
  await until("all files again", async () => (await status()).complete, 60_000);
});

test("a page loaded past the worker is taken in when it is of the same version, and only then", async () => {
  await install();
  const cdp = await page.context().newCDPSession(page);
  await Promise.all([page.waitForEvent("load"), cdp.send("Page.reload", { ignoreCache: true })]);
  const claim = (files, ms) =>
    page.evaluate(async ([files, ms]) => {
      if (navigator.serviceWorker.controller) throw new Error("controlled before it asked");
      const controlled = new Promise((go) => navigator.serviceWorker.addEventListener("controllerchange", () => go(true), { once: true }));
      const { active } = await navigator.serviceWorker.ready;
      active.postMessage({ type: "claim", files });
      return Promise.race([controlled, new Promise((go) => setTimeout(go, ms, false))]);
    }, [files, ms]);
  assert.equal(await claim("app.js app-of-another-version.wasm", 1_000), false);
  assert.equal(await claim("app.js same.js", 30_000), true);
});
