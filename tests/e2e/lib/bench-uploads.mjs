// What the receiving server bears: two hundred phones on a slow line at once, and the bytes that a fast line
// brings, beside another tus server in the same run. What a line that breaks costs the portal, beside another
// tus client on the same line.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Upload } from "tus-js-client";
import { Clinic, temporary } from "./clinic.mjs";
import { rustus } from "./env.mjs";
import { aKit, exercise, writeKit } from "./kits.mjs";
import { breaking, ForeignTus, receiving, seedClip, send as sendClip, status } from "./outbox.mjs";
import { onPhone, openLink } from "./portal.mjs";

const id = () => randomBytes(16).toString("base64url");
const TUS = { "Tus-Resumable": "1.0.0" };
const PIECE = { ...TUS, "Content-Type": "application/offset+octet-stream" };

/** One request; the answer's status and headers, when its body is through. */
function ask(method, url, headers, write = (req) => req.end()) {
  return new Promise((resolve, reject) => {
    const req = http.request(url, { method, headers, agent: false }, (res) => {
      res.resume().on("end", () => resolve({ status: res.statusCode, headers: res.headers }));
    });
    req.on("error", reject);
    write(req);
  });
}

/** Creates an upload and gives its address. */
async function create(peer, length) {
  const item = id();
  const metadata = `item ${Buffer.from(item).toString("base64")}`;
  const headers = { ...TUS, ...peer.headers(), "Upload-Length": length, "Upload-Metadata": metadata, "Content-Length": 0 };
  const made = await ask("POST", peer.endpoint, headers);
  assert.equal(made.status, 201, `${peer.name}: POST ${made.status}`);
  return { url: new URL(made.headers.location, peer.endpoint).href, item, authorization: headers.Authorization };
}

const authorized = (authorization) => (authorization ? { Authorization: authorization } : {});

/** Sends bytes in one piece, at a speed when one is given. */
async function send(upload, bytes, bytesPerSecond) {
  const headers = { ...PIECE, ...authorized(upload.authorization), "Upload-Offset": 0, "Content-Length": bytes.length };
  const done = await ask("PATCH", upload.url, headers, async (req) => {
    if (!bytesPerSecond) return req.end(bytes);
    const step = Math.ceil(bytesPerSecond / 5);
    for (let at = 0; at < bytes.length; at += step) {
      req.write(bytes.subarray(at, at + step));
      await sleep(200);
    }
    req.end();
  });
  return done.status === 204 && Number(done.headers["upload-offset"]) === bytes.length;
}

/** Our server, which lets `phones` kits send. */
async function ours(phones) {
  const clinic = await Clinic.open({ kit: null });
  await clinic.stopServing();
  const tokens = path.join(clinic.folder, "server/tokens");
  const kits = Array.from({ length: phones }, () => ({ kit: id(), token: randomBytes(32).toString("base64url") }));
  for (const { kit, token } of kits) {
    await writeFile(path.join(tokens, createHash("sha256").update(token).digest("hex")), `${kit}\n`);
  }
  const port = await clinic.serve();
  let next = 0;
  return {
    name: "clinic serve",
    endpoint: `http://127.0.0.1:${port}/u/`,
    headers: () => ({ Authorization: `Bearer ${kits[next++ % kits.length].token}` }),
    kept: async () => {
      const root = path.join(clinic.folder, "server/items");
      const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".age"));
      return Promise.all(files.map((name) => readFile(path.join(root, name))));
    },
    close: () => clinic.close(),
  };
}

async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((go) => server.once("listening", go));
  const { port } = server.address();
  await new Promise((go) => server.close(go));
  return port;
}

/** The other server. */
async function theirs() {
  const dir = await temporary("rustus");
  const port = await freePort();
  await mkdir(path.join(dir, "data"));
  const child = spawn(
    rustus(),
    ["--host", "127.0.0.1", "--port", String(port), "--max-body-size", "100000000", "--data-dir", path.join(dir, "data"), "--info-dir", path.join(dir, "info")],
    { stdio: "ignore", cwd: dir },
  );
  for (let n = 0; n < 100; n++) {
    const up = await ask("OPTIONS", `http://127.0.0.1:${port}/files/`, {}).then(() => true, () => false);
    if (up) break;
    await sleep(50);
  }
  return {
    name: "rustus",
    endpoint: `http://127.0.0.1:${port}/files/`,
    headers: () => ({}),
    close: async () => {
      child.kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** How many of `phones` slow uploads of `length` bytes fail at 100 kbit/s each, and how long all took. */
async function slow(phones, length) {
  const peer = await ours(phones);
  try {
    const all = Array.from({ length: phones }, () => randomBytes(length));
    const began = performance.now();
    const sent = await Promise.all(
      all.map(async (bytes) => send(await create(peer, length), bytes, 100_000 / 8).catch(() => false)),
    );
    const seconds = (performance.now() - began) / 1000;
    const kept = new Set((await peer.kept()).map((bytes) => createHash("sha256").update(bytes).digest("hex")));
    const right = all.filter((bytes) => kept.has(createHash("sha256").update(bytes).digest("hex"))).length;
    return { failed: phones - Math.min(sent.filter(Boolean).length, right), seconds };
  } finally {
    await peer.close();
  }
}

/** Megabytes a second that a server takes and keeps, four lines at once. */
async function fast(peer) {
  const bytes = randomBytes(25_000_000);
  const one = async () => assert.ok(await send(await create(peer, bytes.length), bytes), peer.name);
  await one();
  const began = performance.now();
  await Promise.all(Array.from({ length: 4 }, async () => {
    for (let n = 0; n < 3; n++) await one();
  }));
  return (12 * bytes.length) / 1e6 / ((performance.now() - began) / 1000);
}

/** What sending 5 MB over a line that breaks costs: breaks, bytes that crossed it beyond the 5 MB, seconds. */
async function broken(clinic, run) {
  const { proxy } = clinic;
  const line = breaking(proxy);
  const from = proxy.log.length;
  const began = performance.now();
  await run();
  const seconds = (performance.now() - began) / 1000;
  proxy.faults = {};
  const sent = proxy.log.slice(from).filter((r) => r.method === "PATCH");
  const again = sent.reduce((sum, r) => sum + r.received, 0) - CLIP_BYTES;
  return `${line.cuts()} breaks, ${(again / 1000).toFixed(0)} KB more than the clip, ${seconds.toFixed(0)} s`;
}

const CLIP_BYTES = 5_000_000;

/** The portal and tus-js-client, each with 5 MB over the same line that breaks, to both servers. */
async function sideBySide(row, say) {
  const clinic = await Clinic.open({ kit: null });
  const tus = await ForeignTus.start(path.join(clinic.dir, "foreign"));
  try {
    clinic.link = await clinic.publish(await writeKit(path.join(clinic.dir, "kit"), aKit([exercise("lever")])));
    const { kit, upload } = await receiving(clinic);
    for (const [server, port] of [["clinic serve", undefined], ["@tus/server", tus.port]]) {
      clinic.proxy.forwardBelow("/u", port);
      say(`5 MB over a line that breaks, ${server}`);
      let portal;
      await onPhone(async (page) => {
        await openLink(page, clinic.link);
        const clip = await seedClip(page, kit.kit_id, "lever", CLIP_BYTES);
        portal = await broken(clinic, async () => {
          await sendClip(page, clinic.proxy.url, clip.id);
          await status(page, clip.id, "arrived", { timeout: 180_000 });
        });
      });
      const other = await broken(clinic, () => new Promise((onSuccess, onError) => {
        new Upload(randomBytes(CLIP_BYTES), {
          endpoint: new URL(upload.url, clinic.proxy.url).href,
          headers: { Authorization: `Bearer ${upload.token}` },
          metadata: { item: id() },
          onSuccess,
          onError,
        }).start();
      }));
      row(`5 MB over a line that breaks every 0.3 to 0.9 MB, to ${server}`, `the portal, which seals first: ${portal}; tus-js-client: ${other}`, "done", true);
    }
  } finally {
    await tus.stop();
    await clinic.close();
  }
}

/** Adds the measurements to the table. */
export async function uploads(row, say) {
  say("two hundred phones at 100 kbit/s");
  const { failed, seconds } = await slow(200, 250_000);
  row("200 uploads of 250 KB at 100 kbit/s each, at once", `${failed} failed; ${seconds.toFixed(1)} s (20.0 s on the line)`, "none fails", failed === 0);
  const speeds = {};
  for (const make of [() => ours(20), theirs]) {
    const peer = await make();
    try {
      say(`four fast lines, ${peer.name}`);
      speeds[peer.name] = await fast(peer);
    } finally {
      await peer.close();
    }
  }
  const mine = speeds["clinic serve"];
  row("Received and on the disk, four lines of 25 MB", `${mine.toFixed(0)} MB/s; rustus ${speeds.rustus.toFixed(0)} MB/s, without waiting for the disk`, "–", true);
  await sideBySide(row, say);
}
