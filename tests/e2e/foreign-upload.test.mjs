// The clinic receives by tus 1.0.0: a client that knows nothing of us sends to it, over a line that
// breaks again and again.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { Upload } from "tus-js-client";
import { Clinic } from "./lib/clinic.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { kitOf } from "./lib/portal.mjs";

let clinic;
let kit;

before(async () => {
  clinic = await Clinic.open({ kit: null });
  const folder = await writeKit(path.join(clinic.dir, "kit"), aKit([exercise("lever")], { return: "server" }));
  clinic.link = await clinic.publish(folder);
  kit = await kitOf(clinic);
});
after(() => clinic?.close());

const endpoint = () => new URL(kit.upload.url, clinic.proxy.url).href;
const newItem = () => randomBytes(16).toString("base64url");
const arrived = (item) => readFile(path.join(clinic.folder, "server/items", kit.kit_id, `${item}.age`));

/** Sends bytes with tus-js-client and gives the upload when it believes that all is there. */
function send(bytes, item, more = {}) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(bytes, {
      endpoint: endpoint(),
      headers: { Authorization: `Bearer ${kit.upload.token}` },
      metadata: { item },
      retryDelays: Array(40).fill(20),
      onError: reject,
      onSuccess: () => resolve(upload),
      ...more,
    });
    upload.start();
  });
}

test("tus-js-client sends 5 MB over a line that breaks every 0.3 to 0.9 MB, and every byte arrives once", async () => {
  const bytes = randomBytes(5_000_000);
  const item = newItem();
  const from = clinic.proxy.log.length;
  let cuts = 0;
  clinic.proxy.faults = {
    on: ({ method }) => {
      if (method !== "PATCH") return undefined;
      cuts += 1;
      return { cutAfter: 300_000 + Math.floor(Math.random() * 600_000) };
    },
  };
  const upload = await send(bytes, item);
  clinic.proxy.faults = {};
  assert.ok(upload.url.startsWith(endpoint()), upload.url);
  assert.deepEqual(await arrived(item), bytes);
  assert.ok(cuts > 5, `${cuts} cuts`);
  const received = clinic.proxy.log.slice(from).reduce((sum, r) => sum + r.received, 0);
  assert.ok(received < bytes.length + cuts * 65_536, `${received} bytes crossed the line for ${bytes.length}`);
});

test("an upload goes on where it stood after the server was restarted, also in another program", async () => {
  const bytes = randomBytes(900_000);
  const item = newItem();
  clinic.proxy.faults = { on: ({ method }) => (method === "PATCH" ? { cutAfter: 400_000 } : undefined) };
  await assert.rejects(send(bytes, item, { retryDelays: [] }));
  clinic.proxy.faults = {};
  await clinic.stopServing();
  await clinic.serve();
  // The address was lost with the program: the item's id finds it again.
  const from = clinic.proxy.log.length;
  await send(bytes, item);
  assert.deepEqual(await arrived(item), bytes);
  const taken = clinic.proxy.log.slice(from).filter((r) => r.method === "PATCH" && r.status === 204);
  assert.deepEqual(taken.map((r) => r.received), [500_000], "only what was missing");
});

test("the answer to the last piece is lost, and nothing is sent twice", async () => {
  const bytes = randomBytes(200_000);
  const item = newItem();
  let lost = 0;
  const from = clinic.proxy.log.length;
  clinic.proxy.faults = { on: ({ method }) => (method === "PATCH" && lost++ === 0 ? { loseAnswer: true } : undefined) };
  await send(bytes, item);
  clinic.proxy.faults = {};
  assert.deepEqual(await arrived(item), bytes);
  assert.equal(clinic.proxy.log.slice(from).reduce((sum, r) => sum + r.received, 0), bytes.length);
});

test("an upload is taken back by the client that knows its address", async () => {
  const item = newItem();
  const upload = await send(randomBytes(1000), item);
  await Upload.terminate(upload.url, { headers: { Authorization: `Bearer ${kit.upload.token}` } });
  await assert.rejects(arrived(item), { code: "ENOENT" });
});

test("a wrong token is told at once, without another try", async () => {
  const from = clinic.proxy.log.length;
  await assert.rejects(
    send(randomBytes(1000), newItem(), { headers: { Authorization: "Bearer wrong" } }),
    (e) => e.originalResponse?.getStatus() === 401,
  );
  assert.equal(clinic.proxy.log.length - from, 1);
});
