// The measuring instrument measured first: each fault of lib/proxy.mjs does what its name says.

import assert from "node:assert/strict";
import http from "node:http";
import { after, afterEach, before, test } from "node:test";
import { Proxy } from "./lib/proxy.mjs";
import { until } from "./lib/until.mjs";

const FILE = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
let origin, proxy;
/** Bytes of bodies that came to the origin. */
let taken = 0;

before(async () => {
  origin = http.createServer((req, res) => {
    if (req.method === "POST") {
      req.on("data", (piece) => (taken += piece.length)).on("end", () => res.writeHead(204).end());
      return req.on("error", () => {}); // its line was broken
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? "");
    if (!range) return res.writeHead(200, { "accept-ranges": "bytes" }).end(FILE);
    const start = Number(range[1]);
    const end = range[2] ? Number(range[2]) : FILE.length - 1;
    res.writeHead(206, { "content-range": `bytes ${start}-${end}/${FILE.length}` }).end(FILE.subarray(start, end + 1));
  });
  await new Promise((go) => origin.listen(0, "127.0.0.1", go));
  proxy = await Proxy.start();
  proxy.forwardTo(origin.address().port);
});

afterEach(() => {
  proxy.faults = {};
});

after(async () => {
  await proxy.stop();
  origin.closeAllConnections();
  origin.close();
});

/** The bytes that arrive until the end, the break, or half a second of silence once `upTo` of them have come. */
async function receive(path = "m/file.mp4", { range, upTo = Infinity } = {}) {
  const res = await fetch(proxy.url + path, { headers: range ? { range } : {} });
  const pieces = [];
  let end = "whole";
  const reader = res.body.getReader();
  let have = 0;
  for (;;) {
    const read = reader.read().catch(() => ({ broken: true }));
    const quiet = () => new Promise((go) => setTimeout(go, 500, { silent: true }));
    const next = await (have < upTo ? read : Promise.race([read, quiet()]));
    if (next.done) break;
    if (next.broken || next.silent) {
      end = next.broken ? "broken" : "stalled";
      if (next.silent) await reader.cancel();
      break;
    }
    pieces.push(next.value);
    have += next.value.length;
  }
  return { status: res.status, headers: res.headers, bytes: Buffer.concat(pieces), end };
}

test("without faults, files and ranges pass unchanged", async () => {
  assert.deepEqual((await receive()).bytes, FILE);
  const part = await receive("m/file.mp4", { range: "bytes=100-199" });
  assert.equal(part.status, 206);
  assert.deepEqual(part.bytes, FILE.subarray(100, 200));
});

test("a connection killed at byte N has given exactly N bytes", async () => {
  for (const n of [0, 1, 1459, 131_072, 299_999]) {
    proxy.faults = { on: () => ({ killAfter: n }) };
    if (n === 0) {
      await receive().then(
        (r) => assert.deepEqual([r.bytes.length, r.end], [0, "broken"]),
        (e) => assert.match(String(e), /fetch failed/),
      );
      continue;
    }
    const { bytes, end } = await receive();
    assert.deepEqual([bytes.length, end], [n, "broken"]);
  }
});

test("a stalled connection gives N bytes and stays open", async () => {
  proxy.faults = { on: () => ({ stallAfter: 5000 }) };
  const { bytes, end } = await receive(undefined, { upTo: 5000 });
  assert.deepEqual([bytes.length, end], [5000, "stalled"]);
});

test("one byte of the file is flipped whether it is asked whole or in ranges", async () => {
  proxy.faults = { on: () => ({ flipByte: 150_000 }) };
  const changed = Buffer.from(FILE);
  changed[150_000] ^= 1;
  assert.deepEqual((await receive()).bytes, changed);
  const part = await receive("m/file.mp4", { range: "bytes=149990-150010" });
  assert.deepEqual(part.bytes, changed.subarray(149_990, 150_011));
});

test("a server that ignores Range answers 200 with the whole file", async () => {
  proxy.faults = { on: () => ({ ignoreRange: true }) };
  const { status, bytes, headers } = await receive("m/file.mp4", { range: "bytes=100-199" });
  assert.deepEqual([status, bytes.length, headers.get("accept-ranges")], [200, FILE.length, null]);
});

test("a captive portal answers 200 with a web page, an error its status", async () => {
  proxy.faults = { on: ({ path }) => (path === "/k/x" ? { captive: true } : { status: 500 }) };
  const page = await receive("k/x");
  assert.equal(page.status, 200);
  assert.match(page.bytes.toString(), /Connexion Wi-Fi/);
  assert.equal((await receive("m/y")).status, 500);
});

/** A POST of the file: its status, or that its line broke. */
const post = (path) => fetch(proxy.url + path, { method: "POST", body: FILE }).then((res) => res.status, () => "broken");

const soon = () => new Promise((go) => setTimeout(go, 10));

/** What has come to the origin, once so many bytes have, or after five seconds. */
async function arrived(bytes) {
  for (let i = 0; i < 500 && taken < bytes; i++) await soon();
  return taken;
}

test("a request's line that breaks lets exactly N bytes of its body through", async () => {
  for (const n of [1, 70_000, FILE.length - 1]) {
    proxy.faults = { on: () => ({ cutAfter: n }) };
    taken = 0;
    assert.deepEqual([await post("u/cut"), proxy.log.at(-1).received, await arrived(n)], ["broken", n, n]);
  }
});

test("a request that is held after N bytes stays open, and a clinic that goes away meanwhile is told of", async () => {
  proxy.faults = { on: () => ({ holdAfter: 70_000 }) };
  taken = 0;
  const answered = post("u/held");
  assert.equal(await arrived(70_000), 70_000);
  const held = proxy.log.at(-1);
  assert.deepEqual([held.received, held.ended], [70_000, undefined]);
  origin.closeAllConnections();
  assert.deepEqual([await answered, taken], [502, 70_000]);
});

test("a held request goes on when it is let go, and the log tells when it began and ended", async () => {
  let go;
  const hold = new Promise((on) => (go = on));
  proxy.faults = { on: ({ path }) => (path === "/u/held" ? { hold } : undefined) };
  const from = proxy.log.length;
  const first = post("u/held");
  await until("the first request", () => proxy.log.length > from);
  assert.equal(await post("u/free"), 204);
  go();
  assert.equal(await first, 204);
  const [held, free] = proxy.log.slice(from);
  assert.ok(held.began <= free.began && free.began <= free.ended && free.ended <= held.ended, JSON.stringify([held, free]));
  assert.equal(free.headers["content-length"], String(FILE.length));
});

test("a limited line carries its bytes per second for all connections together", async () => {
  proxy.faults = { bytesPerSecond: 200_000 };
  const start = performance.now();
  await Promise.all([receive("a"), receive("b")]);
  const seconds = (performance.now() - start) / 1000;
  assert.ok(seconds > 2.7 && seconds < 4, `${seconds.toFixed(2)} s for 600 KB at 200 KB/s`);
});

test("offline refuses connections, and the same address comes back", async () => {
  const port = proxy.port;
  await proxy.goOffline();
  await assert.rejects(fetch(proxy.url), /fetch failed/);
  await proxy.goOnline();
  assert.equal(proxy.port, port);
  assert.equal((await receive()).bytes.length, FILE.length);
});

test("the log tells what was asked and how much was sent", async () => {
  const from = proxy.log.length;
  await receive("m/one.mp4", { range: "bytes=0-9" });
  await receive("k/two");
  assert.deepEqual(
    proxy.log.slice(from).map(({ path, range, status, sent }) => ({ path, range, status, sent })),
    [
      { path: "/m/one.mp4", range: "bytes=0-9", status: 206, sent: 10 },
      { path: "/k/two", range: undefined, status: 200, sent: FILE.length },
    ],
  );
  assert.equal(proxy.sent(/^\/m\//, from), 10);
});
