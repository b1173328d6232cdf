// The portal without Internet: keeps one version of its files, all or nothing, and answers for
// the videos from the chunks that the page has verified and stored. Plain JavaScript, read as it
// is. It never deletes a video, never stores one, and never takes over unasked.
"use strict";

// Filled in after the build: [{url, revision}], where revision begins the file's SHA-256.
const PRECACHE = /* @precache */[];
// The same of the quiz, which is kept from the day on which somebody opens it.
const ONCE_SEEN = /* @once-seen */[];
const VERSION = /* @version */"";

const PREFIX = "bon-geste-";
const CACHE = PREFIX + VERSION;
// Keys outlive versions: the clinic deploys them, not the portal's release.
const KEYS_CACHE = PREFIX + "keys";
const BASE = self.registration.scope;
const FILES = new Set(PRECACHE.map((entry) => entry.url));
const SEEN = new Map(ONCE_SEEN.map((entry) => [entry.url, entry]));
// Written last: where it is, the version is complete.
const MARK = BASE + "precache-list";
const KEYS = "jwks.json";
// So do its own questions for the quiz.
const DEPLOYED = /^(jwks|quiz\/own\.[a-z]+)\.json$/;
const KEYS_PATIENCE_MS = 3000;

// ---- One version of the files -------------------------------------------------------------

self.addEventListener("install", (event) => event.waitUntil(keepFiles()));

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("message", (event) => {
  if (event.data?.type === "skip-waiting") self.skipWaiting();
  // A page that was loaded past the worker, or just while it took over (and with it all others that nobody has).
  // One of another version stays by itself.
  if (event.data?.type === "claim" && event.data.files?.split(" ").every((name) => FILES.has(name))) {
    event.waitUntil(self.clients.claim());
  }
  if (event.data?.type === "status") event.waitUntil(tellStatus(event.source));
});

async function keepFiles() {
  const cache = await caches.open(CACHE);
  const old = await olderFiles();
  await Promise.all(PRECACHE.map((entry) => keepFile(cache, old, entry)));
  // Whoever had the quiz without Internet still has it.
  const seen = await seenBefore();
  await Promise.all(ONCE_SEEN.filter((entry) => seen.has(unhashed(entry.url))).map((entry) => keepFile(cache, old, entry)));
  await cache.put(MARK, new Response(JSON.stringify([...PRECACHE, ...ONCE_SEEN])));
  await askFor(KEYS).catch(() => {}); // not needed for the files to be complete
}

// Files of other versions by name and revision: what did not change is not fetched again.
async function olderFiles() {
  const found = new Map();
  for (const name of await ourCaches()) {
    const cache = await caches.open(name);
    const list = await cache.match(MARK);
    for (const entry of list ? await list.json() : []) found.set(entry.url + entry.revision, cache);
  }
  return found;
}

// What of the quiz earlier versions have kept, by names without their digests.
async function seenBefore() {
  const found = new Set();
  for (const name of [...(await ourCaches()), CACHE]) {
    for (const { url } of await (await caches.open(name)).keys()) found.add(unhashed(url.slice(BASE.length)));
  }
  return found;
}

function unhashed(name) {
  return name.replace(/-[0-9a-f]{16}(?=\.)/, "");
}

async function keepFile(cache, old, entry) {
  const url = BASE + entry.url;
  const same = await old.get(entry.url + entry.revision)?.match(url, { ignoreVary: true });
  if (same) return cache.put(url, same);
  // Asks the server whether the browser's copy is still right: the page has just paid for it.
  const answer = await fetch(url, { cache: "no-cache", credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const bytes = await answer.arrayBuffer();
  // A Wi-Fi's login page, or a file of another version, must not get in.
  if (!(await digest(bytes)).startsWith(entry.revision)) throw new Error(`${url}: not this version`);
  // A new answer: without the mark of a redirection, which browsers refuse for a page, and
  // without the coding it travelled in.
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return cache.put(url, new Response(bytes, { headers }));
}

async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Caches of this portal: another one may live at the same origin under another path.
async function ourCaches() {
  const ours = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === KEYS_CACHE || name === CACHE) continue;
    const cache = await caches.open(name);
    if (await cache.match(MARK) || await cache.match(BASE + "index.html")) ours.push(name);
  }
  return ours;
}

async function takeOver() {
  for (const name of await ourCaches()) await caches.delete(name);
  await self.clients.claim();
}

async function isComplete() {
  return Boolean(await (await caches.open(CACHE)).match(MARK));
}

async function tellStatus(page) {
  const tell = async () => page?.postMessage({ type: "status", version: VERSION, complete: await isComplete() });
  await tell();
  if (await isComplete()) return;
  // The browser threw our files away: fetch them again.
  await keepFiles().then(tell, () => {});
}

// ---- Answers ------------------------------------------------------------------------------

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // `no-store` is how the page says that it brings something to its own store.
  if (request.method !== "GET" || request.cache === "no-store") return;
  if (!url.href.startsWith(BASE)) return;
  const path = url.href.slice(BASE.length).split(/[?#]/)[0];
  const media = /^m\/([0-9a-f]{64})\.(?!chunks$)[a-z0-9]+$/.exec(path);
  if (media) event.respondWith(answerMedia(event, media[1]));
  else if (/^(k|m|embed)\//.test(path)) return; // a frame's page has a policy of its own, from the server
  else if (DEPLOYED.test(path)) event.respondWith(answerDeployed(path));
  else if (FILES.has(path)) event.respondWith(answerFile(path, request));
  else if (SEEN.has(path)) event.respondWith(answerSeen(event, SEEN.get(path)));
  else if (request.mode === "navigate") event.respondWith(answerFile("index.html", request));
});

async function answerFile(path, request) {
  const kept = await (await caches.open(CACHE)).match(BASE + path, { ignoreVary: true }).catch(() => {});
  return kept ?? fetch(request);
}

// Kept as it passes, if it is of this version; what belongs to another is only passed on.
async function answerSeen(event, entry) {
  const kept = await (await caches.open(CACHE)).match(BASE + entry.url, { ignoreVary: true }).catch(() => {});
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok) event.waitUntil(keepSeen(entry, answer.clone()).catch(() => {}));
  return answer;
}

async function keepSeen(entry, answer) {
  const bytes = await answer.arrayBuffer();
  if (!(await digest(bytes)).startsWith(entry.revision)) return;
  const headers = { "Content-Type": answer.headers.get("Content-Type") ?? "" };
  await (await caches.open(CACHE)).put(BASE + entry.url, new Response(bytes, { headers }));
}

// The newest if the network gives it soon, else what is kept.
async function answerDeployed(path) {
  const kept = await caches.open(KEYS_CACHE).then((cache) => cache.match(BASE + path)).catch(() => {});
  const asked = askFor(path);
  if (!kept) return asked;
  return Promise.race([asked, sleep(KEYS_PATIENCE_MS)]).then((fresh) => fresh ?? kept, () => kept);
}

async function askFor(path) {
  const answer = await fetch(BASE + path, { cache: "no-cache", credentials: "omit" });
  const html = /html/.test(answer.headers.get("Content-Type") ?? "");
  if (!answer.ok || html) throw new Error(`no ${path}`);
  await (await caches.open(KEYS_CACHE)).put(BASE + path, answer.clone()).catch(() => {});
  return answer;
}

function sleep(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

// ---- Videos -------------------------------------------------------------------------------

const CHUNK_BYTES = 131072;
const POLL_MS = 500;
const GIVE_UP_MS = 30000;

const channel = "BroadcastChannel" in self ? new BroadcastChannel("bon-geste") : null;
// When a chunk of any video was last stored: whoever downloads is alive.
let lastProgress = 0;
const waiting = new Set();
channel?.addEventListener("message", (event) => {
  if (event.data?.type !== "chunk") return;
  lastProgress = Date.now();
  for (const wake of waiting) wake();
});

async function answerMedia(event, sha256) {
  let record;
  let first;
  const range = event.request.headers.get("Range");
  let part;
  try {
    record = await read("media", sha256);
    if (!record) return fetch(event.request);
    part = parseRange(range, record.bytes);
    // A store that cannot be read shows now, while the network can still answer.
    if (part) first = await readChunk(record, Math.floor(part.start / CHUNK_BYTES));
  } catch {
    return fetch(event.request);
  }
  const headers = { "Content-Type": record.type, "Accept-Ranges": "bytes", ETag: `"${sha256}"` };
  if (!part) {
    return new Response(null, { status: 416, headers: { ...headers, "Content-Range": `bytes */${record.bytes}` } });
  }
  const { start, end } = part;
  headers["Content-Length"] = String(end - start);
  if (part.whole) return new Response(stream(event, record, start, end, first), { headers });
  headers["Content-Range"] = `bytes ${start}-${end - 1}/${record.bytes}`;
  return new Response(stream(event, record, start, end, first), { status: 206, headers });
}

// Bytes `start..end` of `size`; null when they lie past the end. What is no single range is
// ignored, as the HTTP specification has it, and the whole is sent.
function parseRange(header, size) {
  const whole = { start: 0, end: size, whole: true };
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (!from && !to) return whole;
  if (!from) return Number(to) > 0 && size > 0 ? { start: Math.max(0, size - Number(to)), end: size } : null;
  if (to && Number(to) < Number(from)) return whole;
  if (Number(from) >= size) return null;
  return { start: Number(from), end: to ? Math.min(size, Number(to) + 1) : size };
}

// One chunk at a time, when the player asks for it: the video is never held whole.
function stream(event, record, start, end, first) {
  let at = start;
  let ready = first;
  let ended = false;
  let done;
  event.waitUntil(new Promise((resolve) => (done = resolve)));
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const n = Math.floor(at / CHUNK_BYTES);
          const chunk = ready ?? (await arrival(record, n, () => ended));
          ready = undefined;
          if (ended) return;
          const offset = n * CHUNK_BYTES;
          const upTo = Math.min(end, offset + chunk.byteLength);
          controller.enqueue(chunk.subarray(at - offset, upTo - offset));
          at = upTo;
          if (at < end) return;
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        done();
      },
      cancel() {
        ended = true;
        done();
      },
    },
    { highWaterMark: 0 },
  );
}

// The chunk, once it is here. Asks whoever downloads to bring this video first; gives up when
// nobody has brought anything for a while.
async function arrival(record, n, ended) {
  const since = Date.now();
  for (let asked = false; !ended(); asked = true) {
    const chunk = await readChunk(record, n);
    if (chunk) return chunk;
    if (!asked) channel?.postMessage({ type: "wanted", sha256: record.sha256 });
    if (Date.now() - Math.max(since, lastProgress) > GIVE_UP_MS) throw new Error("nobody downloads this video");
    await new Promise((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(wake, POLL_MS);
      waiting.add(wake);
    });
  }
  return new Uint8Array(0);
}

// Chunk `n`, undefined when it is not here. One of another length is damaged and not shown.
async function readChunk(record, n) {
  const chunk = await read("media_chunks", [record.sha256, n]);
  const length = Math.min(CHUNK_BYTES, record.bytes - n * CHUNK_BYTES);
  if (chunk && chunk.byteLength !== length) throw new Error("a damaged chunk");
  return chunk;
}

// ---- The page's database, read only -------------------------------------------------------

let opening = null;

async function read(store, key) {
  try {
    return await get(store, key);
  } catch {
    // The connection may have died while the phone slept: once more with a new one.
    opening?.then((db) => db.close(), () => {});
    opening = null;
    return get(store, key);
  }
}

async function get(store, key) {
  opening ??= open();
  const db = await opening;
  return new Promise((resolve, reject) => {
    const request = db.transaction(store).objectStore(store).get(key);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// Without a version: shape and upgrades are the page's business.
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("bon-geste");
    // There is no database: leave none behind.
    request.onupgradeneeded = () => request.transaction.abort();
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const db = request.result;
      const letGo = () => {
        db.close();
        opening = null;
      };
      db.onversionchange = letGo;
      db.onclose = letGo;
      resolve(db);
    };
  });
}
