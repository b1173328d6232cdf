// What the receiving server bears: two hundred phones on a slow line at once, and the bytes that a fast line
// brings, beside another tus server in the same run. What a line that breaks costs the portal, beside another
// tus client on the same line.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Clinic, temporary } from "./clinic.mjs";
import { rustus } from "./env.mjs";
import { aKit, exercise, writeKit } from "./kits.mjs";
import { breaking, ForeignTus, opened, receiving, seedClip, send as sendClip, sha256, status } from "./outbox.mjs";
import { onPhone, openLink } from "./portal.mjs";
import { freePort } from "./processes.mjs";
import { newItem, TusClient } from "./tus.mjs";
import { until } from "./until.mjs";

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
  const item = newItem();
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
  const kits = Array.from({ length: phones }, () => ({ kit: newItem(), token: randomBytes(32).toString("base64url") }));
  for (const { kit, token } of kits) {
    await writeFile(path.join(tokens, sha256(token)), `${kit}\n`);
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

/** The other server, with its uploads below a path. */
async function theirs(below = "/files") {
  const dir = await temporary("rustus");
  const port = await freePort();
  const data = path.join(dir, "data");
  await mkdir(data);
  const child = spawn(
    rustus(),
    ["--host", "127.0.0.1", "--port", String(port), "--max-body-size", "100000000", "--url", below, "--data-dir", data, "--info-dir", path.join(dir, "info")],
    { stdio: "ignore", cwd: dir },
  );
  await until("rustus", () => ask("OPTIONS", `http://127.0.0.1:${port}${below}/`, {}).then(() => true, () => false));
  return {
    name: "rustus",
    port,
    endpoint: `http://127.0.0.1:${port}${below}/`,
    headers: () => ({}),
    files: async () => {
      const all = await readdir(data, { recursive: true, withFileTypes: true });
      return all.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    },
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
    const kept = new Set((await peer.kept()).map(sha256));
    const right = all.filter((bytes) => kept.has(sha256(bytes))).length;
    return { failed: phones - Math.min(sent.filter(Boolean).length, right), seconds };
  } finally {
    await peer.close();
  }
}

/** Megabytes a second that a server takes and keeps, over ten seconds of four lines at once. */
async function fast(peer) {
  const bytes = randomBytes(25_000_000);
  const one = async () => assert.ok(await send(await create(peer, bytes.length), bytes), peer.name);
  await one();
  const began = performance.now();
  let taken = 0;
  await Promise.all(Array.from({ length: 4 }, async () => {
    while (performance.now() - began < 10_000) {
      await one();
      taken += bytes.length;
    }
  }));
  return taken / 1e6 / ((performance.now() - began) / 1000);
}

/** What sending over a line that breaks costs: breaks, bytes of it that crossed the line, seconds. */
async function broken({ proxy }, run) {
  const line = breaking(proxy);
  const from = proxy.log.length;
  const began = performance.now();
  await run().finally(() => (proxy.faults = {}));
  const seconds = (performance.now() - began) / 1000;
  const sent = proxy.log.slice(from).filter((r) => r.method === "PATCH");
  return { cuts: line.cuts(), crossed: sent.reduce((sum, r) => sum + r.received, 0), seconds };
}

const CLIP_BYTES = 5_000_000;

const words = ({ cuts, crossed, seconds }, size) =>
  `${cuts} breaks, ${((crossed - size) / 1000).toFixed(0)} KB sent again, ${seconds.toFixed(0)} s`;

/** The portal and tus-js-client, each with 5 MB over the same line that breaks, to three servers. */
async function sideBySide(row, say) {
  const clinic = await Clinic.open({ kit: null });
  const [tus, other] = [await ForeignTus.start(path.join(clinic.dir, "foreign")), await theirs("/u")];
  try {
    clinic.link = await clinic.publish(await writeKit(path.join(clinic.dir, "kit"), aKit([exercise("lever")])));
    const own = async ({ kit_id }) => {
      const folder = path.join(clinic.folder, "server/items", kit_id);
      return (await readdir(folder)).filter((name) => name.endsWith(".age")).map((name) => path.join(folder, name));
    };
    const servers = [["clinic serve", undefined, own], ["@tus/server", tus.port, () => tus.files()], ["rustus", other.port, other.files]];
    for (const [server, port, files] of servers) {
      clinic.proxy.forwardBelow("/u", port);
      // A kit names another server with its whole address: the portal then asks what that one can do.
      const { kit, keys } = await receiving(clinic, port === undefined ? {} : { url: `${clinic.proxy.url}u/` });
      say(`5 MB over a line that breaks, ${server}`);
      let portal, clip;
      await onPhone(async (page) => {
        await openLink(page, clinic.link);
        clip = await seedClip(page, kit.kit_id, "lever", CLIP_BYTES);
        portal = await broken(clinic, async () => {
          await sendClip(page, clinic.proxy.url, clip.id);
          await status(page, clip.id, "arrived", { timeout: 180_000 });
        });
      });
      const [file, ...more] = await files(kit);
      assert.deepEqual(more, [], "one upload");
      const { size } = await stat(file);
      const same = await opened(file, keys[0]).then(({ payload }) => sha256(payload) === clip.sha256, () => false);
      const theirs = await broken(clinic, () => new TusClient(clinic, kit).send(randomBytes(CLIP_BYTES), newItem(), { retryDelays: [0, 1000, 3000, 5000] }));
      const cheap = portal.crossed - size <= portal.cuts * 131_072;
      row(
        `5 MB over a line that breaks every 0.3 to 0.9 MB, to ${server}`,
        `the portal, which seals first: ${words(portal, size)}${same ? "" : ", OTHER BYTES"}; tus-js-client: ${words(theirs, CLIP_BYTES)}`,
        "the same bytes; a break costs a chunk at most",
        same && cheap,
      );
    }
  } finally {
    await other.close();
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
  row("Received and on the disk, four lines of 25 MB for ten seconds", `${mine.toFixed(0)} MB/s; rustus ${speeds.rustus.toFixed(0)} MB/s, without waiting for the disk`, "–", true);
  await sideBySide(row, say);
}
