// `clinic serve` behind nginx and Caddy, each with the settings of docs/receiving.md as they stand there: what a
// phone sends goes through as it comes, and what a cut line has brought stays.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, stat } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Clinic } from "./lib/clinic.mjs";
import { breaking } from "./lib/outbox.mjs";
import { kitOf } from "./lib/portal.mjs";
import { freePort } from "./lib/processes.mjs";
import { newItem, TusClient } from "./lib/tus.mjs";
import { until } from "./lib/until.mjs";
import { CaddyBefore, NginxBefore } from "./lib/webservers.mjs";

for (const [name, Server] of [["nginx", NginxBefore], ["Caddy", CaddyBefore]]) {
  describe(name, () => {
    let clinic, tus, server;

    before(async () => {
      clinic = await Clinic.open();
      tus = new TusClient(clinic, await kitOf(clinic));
      const work = path.join(clinic.dir, "before");
      await mkdir(work);
      server = new Server({ work, port: await freePort(), behind: clinic.port });
      await server.start();
      // From the phone over a line that breaks to the server under test, and from there to the companion.
      clinic.proxy.forwardTo(server.port);
    });

    after(async () => {
      await server?.stop();
      await clinic?.close();
    });

    /** Bytes of an unfinished upload that the companion has on its disk. */
    async function onDisk() {
      const folder = path.join(clinic.folder, "server/uploads");
      const names = await readdir(folder, { recursive: true });
      const sizes = await Promise.all(names.map((name) => stat(path.join(folder, name)).catch(() => null)));
      return Math.max(0, ...sizes.map((s) => (s?.isFile() ? s.size : 0)));
    }

    test("5 MB arrive over a line that breaks again and again, and little is sent twice", { timeout: 120_000 }, async () => {
      const bytes = randomBytes(5_000_000);
      const item = newItem();
      const from = clinic.proxy.log.length;
      const line = breaking(clinic.proxy);
      const upload = await tus.send(bytes, item).finally(() => (clinic.proxy.faults = {}));
      assert.ok(upload.url.startsWith(clinic.proxy.url), `phones are sent back to where they came from: ${upload.url}`);
      assert.deepEqual(await tus.arrived(item), bytes);
      assert.ok(line.cuts() > 5, `${line.cuts()} cuts`);
      const received = clinic.proxy.log.slice(from).reduce((sum, r) => sum + r.received, 0);
      assert.ok(received < bytes.length + line.cuts() * 131_072, `${received} bytes crossed the line for ${bytes.length}`);
    });

    test("a slow body reaches the companion while it comes, and stays when it is cut", { timeout: 60_000 }, async () => {
      const { endpoint, headers, metadata } = tus.options(newItem());
      const ours = { ...headers, "Tus-Resumable": "1.0.0" };
      const bytes = randomBytes(900_000);
      const created = await fetch(endpoint, {
        method: "POST",
        headers: { ...ours, "Upload-Length": String(bytes.length), "Upload-Metadata": `item ${Buffer.from(metadata.item).toString("base64")}` },
      });
      assert.equal(created.status, 201);
      const address = created.headers.get("location");
      const request = http.request(address, {
        method: "PATCH",
        headers: { ...ours, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Content-Length": String(bytes.length) },
      });
      request.on("error", () => {}); // it is cut below
      request.write(bytes.subarray(0, 300_000));
      const enough = async () => ((await onDisk()) >= 200_000 ? onDisk() : 0);
      const there = await until("200,000 bytes on the disk before the rest is sent", enough);
      request.destroy();
      const asked = await fetch(address, { method: "HEAD", headers: ours });
      assert.ok(Number(asked.headers.get("upload-offset")) >= there, `${asked.headers.get("upload-offset")} of ${there}`);
    });

    test("the portal comes through with its policy, and a film in ranges", async () => {
      const page = await fetch(clinic.proxy.url);
      assert.equal(page.status, 200);
      assert.match(page.headers.get("content-security-policy"), /default-src 'none'/);
      const [film] = (await readdir(clinic.public("m"))).filter((file) => file.endsWith(".mp4"));
      const part = await fetch(`${clinic.proxy.url}m/${film}`, { headers: { range: "bytes=10-19" } });
      assert.equal(part.status, 206);
      assert.match(part.headers.get("content-range"), /^bytes 10-19\//);
      assert.equal((await part.arrayBuffer()).byteLength, 10);
    });
  });
}
