// The clinic receives by tus 1.0.0: a client that knows nothing of us sends to it, over a line that
// breaks again and again.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { Upload } from "tus-js-client";
import { Clinic } from "./lib/clinic.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { breaking } from "./lib/outbox.mjs";
import { kitOf } from "./lib/portal.mjs";
import { newItem, TusClient } from "./lib/tus.mjs";
import { until } from "./lib/until.mjs";

let clinic, tus;

before(async () => {
  clinic = await Clinic.open({ kit: null });
  const folder = await writeKit(path.join(clinic.dir, "kit"), aKit([exercise("lever")], { return: "server" }));
  clinic.link = await clinic.publish(folder);
  tus = new TusClient(clinic, await kitOf(clinic));
});
after(() => clinic?.close());

test("tus-js-client sends 5 MB over a line that breaks every 0.3 to 0.9 MB, and every byte arrives once", async () => {
  const bytes = randomBytes(5_000_000);
  const item = newItem();
  const from = clinic.proxy.log.length;
  const line = breaking(clinic.proxy);
  const upload = await tus.send(bytes, item).finally(() => (clinic.proxy.faults = {}));
  assert.ok(upload.url.startsWith(tus.options(item).endpoint), upload.url);
  assert.deepEqual(await tus.arrived(item), bytes);
  assert.ok(line.cuts() > 5, `${line.cuts()} cuts`);
  const received = clinic.proxy.log.slice(from).reduce((sum, r) => sum + r.received, 0);
  assert.ok(received < bytes.length + line.cuts() * 65_536, `${received} bytes crossed the line for ${bytes.length}`);
});

test("an upload goes on where it stood after the server was restarted, also in another program", async () => {
  const bytes = randomBytes(900_000);
  const item = newItem();
  clinic.proxy.faults = { on: ({ method }) => (method === "PATCH" ? { cutAfter: 400_000 } : undefined) };
  await assert.rejects(tus.send(bytes, item, { retryDelays: [] }));
  clinic.proxy.faults = {};
  // The program is stopped once what came is on the disk.
  const uploads = path.join(clinic.folder, "server/uploads");
  const size = (name) => stat(path.join(uploads, name)).then((s) => (s.isFile() ? s.size : 0), () => 0);
  const there = async () => Math.max(0, ...(await Promise.all((await readdir(uploads, { recursive: true })).map(size))));
  await until("400,000 bytes on the disk", async () => (await there()) >= 400_000);
  await clinic.stopServing();
  await clinic.serve();
  // The address was lost with the program: the item's id finds it again.
  const from = clinic.proxy.log.length;
  await tus.send(bytes, item);
  assert.deepEqual(await tus.arrived(item), bytes);
  const taken = clinic.proxy.log.slice(from).filter((r) => r.method === "PATCH" && r.status === 204);
  assert.deepEqual(taken.map((r) => r.received), [500_000], "only what was missing");
});

test("the answer to the last piece is lost, and nothing is sent twice", async () => {
  const bytes = randomBytes(200_000);
  const item = newItem();
  let lost = 0;
  const from = clinic.proxy.log.length;
  clinic.proxy.faults = { on: ({ method }) => (method === "PATCH" && lost++ === 0 ? { loseAnswer: true } : undefined) };
  await tus.send(bytes, item);
  clinic.proxy.faults = {};
  assert.deepEqual(await tus.arrived(item), bytes);
  assert.equal(clinic.proxy.log.slice(from).reduce((sum, r) => sum + r.received, 0), bytes.length);
});

test("an upload is taken back by the client that knows its address", async () => {
  const item = newItem();
  const upload = await tus.send(randomBytes(1000), item);
  await Upload.terminate(upload.url, { headers: tus.options(item).headers });
  await assert.rejects(tus.arrived(item), { code: "ENOENT" });
});

test("a wrong token is told at once, without another try", async () => {
  const from = clinic.proxy.log.length;
  await assert.rejects(
    tus.send(randomBytes(1000), newItem(), { headers: { Authorization: "Bearer wrong" } }),
    (e) => e.originalResponse?.getStatus() === 401,
  );
  assert.equal(clinic.proxy.log.length - from, 1);
});
