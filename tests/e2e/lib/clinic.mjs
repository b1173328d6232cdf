// A clinic of its own for each test: a fresh folder, made, filled and served by the real
// `clinic` program. What is slow (encoding the demo films) is done once, in the checkout, and copied.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { CHUNK, describe } from "./media.mjs";
import { clinicBin, portalDist, root } from "./env.mjs";
import { Proxy } from "./proxy.mjs";

const run = promisify(execFile);
const DEMO = path.join(root, "content/demo");
const KIT = "kits/apres-une-chute";

/** A temporary folder that the caller removes. */
export const temporary = (name) => mkdtemp(path.join(os.tmpdir(), `bon-geste-${name}-`));

/** Runs the clinic program; a failure carries what it said. */
export async function clinic(...args) {
  try {
    const { stdout, stderr } = await run(clinicBin(), args, { maxBuffer: 16 << 20 });
    return { code: 0, stdout, stderr };
  } catch (e) {
    if (typeof e.code !== "number") throw e;
    return { code: e.code, stdout: e.stdout, stderr: e.stderr };
  }
}

/** The same where it must not fail: what it said. */
export async function must(...args) {
  const done = await clinic(...args);
  assert.equal(done.code, 0, `clinic ${args.join(" ")}\n${done.stderr}`);
  return done.stdout;
}

/** Packs a kit in the checkout. Two files of tests that run at once may both want it: the second waits. */
export async function pack(kit) {
  for (const end = Date.now() + 600_000; ; await new Promise((go) => setTimeout(go, 200))) {
    const { code, stderr } = await clinic("pack", kit);
    if (code === 0) return;
    assert.ok(/another `clinic` command is working/.test(stderr) && Date.now() < end, stderr);
  }
}

let packed;

/** The demo content with its films encoded: minutes the first time, then as it was left. */
const packedDemo = () => (packed ??= pack(path.join(DEMO, KIT)));

/** Every film of the test clinic has three chunks at least, however small the demo's are encoded. */
export const FILM_BYTES = 2 * CHUNK + 60_000;

/**
 * Makes the films of a packed kit that are smaller than that as long, by a box that players skip
 * (`free`, ISO/IEC 14496-12), in the packer's own books too: it publishes them as it finds them.
 */
async function lengthenFilms(dir) {
  const books = path.join(dir, "packed", "cache.json");
  const made = JSON.parse(await readFile(books, "utf8"));
  for (const entry of Object.values(made)) {
    const { media } = entry;
    if (!media.type.startsWith("video/mp4") || media.bytes >= FILM_BYTES) continue;
    const film = await readFile(path.join(dir, "packed", "m", `${media.sha256}.mp4`));
    const box = Buffer.alloc(FILM_BYTES - film.length);
    box.writeUInt32BE(box.length);
    box.write("free", 4);
    const longer = describe(Buffer.concat([film, box]), media.type);
    for (const [end, bytes] of [["mp4", longer.file], ["chunks", longer.side]]) {
      await writeFile(path.join(dir, "packed", "m", `${longer.media.sha256}.${end}`), bytes);
    }
    entry.media = longer.media;
  }
  await writeFile(books, JSON.stringify(made));
}

export class Clinic {
  /** Where the companion itself listens, behind the proxy. */
  port;
  #server;

  /**
   * A clinic behind a proxy, serving. `kit` is a kit's folder to publish, the demo's by default,
   * or null for none yet. With `portal`, the address of another host, that host serves it. The
   * websites of `embedOn` may frame its public screens.
   */
  static async open({ kit, portal, embedOn = [] } = {}) {
    const clinic = new Clinic();
    clinic.embedOn = embedOn;
    try {
      if (!portal) clinic.proxy = await Proxy.start();
      await clinic.#prepare(kit, portal ?? clinic.proxy.url);
      if (!portal) await clinic.serve();
    } catch (e) {
      await clinic.close();
      throw e;
    }
    return clinic;
  }

  async #prepare(kit, portal) {
    this.dir = await temporary("clinic");
    this.folder = path.join(this.dir, "clinic");
    await must(
      "init", this.folder,
      "--name", "Cabinet de démonstration des Tilleuls",
      "--phone", "01 99 00 12 34",
      "--reading-days", "mardi et vendredi",
      "--portal-url", portal,
    );
    if (kit === undefined) {
      await packedDemo();
      await cp(DEMO, path.join(this.dir, "demo"), { recursive: true });
      kit = path.join(this.dir, "demo", KIT);
      await lengthenFilms(kit);
    }
    this.kit = kit;
    if (kit) this.link = await this.publish(kit);
  }

  /** Publishes a kit's folder and returns the patient's link. */
  async publish(kit = this.kit, ...more) {
    const stdout = await must("publish", kit, "--clinic", this.folder, ...more);
    const link = /^Patient link: (\S+)$/m.exec(stdout)?.[1];
    assert.ok(link, `no "Patient link:" in:\n${stdout}`);
    return link;
  }

  /** Starts the server on a free port, points the proxy at it, and gives the port. */
  async serve() {
    const args = ["serve", path.join(this.folder, "public"), "--addr", "127.0.0.1", "--port", "0"];
    for (const website of this.embedOn) args.push("--embed-on", website);
    const child = spawn(clinicBin(), [...args, "--portal", portalDist()], { stdio: ["ignore", "pipe", "pipe"] });
    this.#server = child;
    let said = "";
    child.stderr.on("data", (d) => (said += d));
    const port = await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const m = /^Listening: \S+:(\d+)/.exec(line);
        if (m) resolve(Number(m[1]));
      });
      child.once("exit", (code) => reject(new Error(`clinic serve ended with ${code}\n${said}`)));
    });
    this.port = port;
    this.proxy.forwardTo(port);
    return port;
  }

  /** The machine loses its power: SIGKILL, whatever the server is doing. */
  async killServer() {
    const ended = new Promise((go) => this.#server.once("exit", go));
    this.#server.kill("SIGKILL");
    await ended;
  }

  /** Stops the server as systemd would, and checks that it ends well. */
  async stopServing() {
    const child = this.#server;
    if (!child || child.exitCode !== null || child.signalCode) return;
    const ended = new Promise((go) => child.once("exit", go));
    child.kill("SIGTERM");
    assert.equal(await ended, 0, "clinic serve stops gracefully");
  }

  /** Everything off: the server and the address itself. */
  async switchOff() {
    await this.proxy.goOffline();
    await this.stopServing();
  }

  /** A path in the served folder. */
  public(...parts) {
    return path.join(this.folder, "public", ...parts);
  }

  /** The one encrypted kit file that a link leads to. */
  kitFile(link = this.link) {
    return this.public("k", path.basename(new URL(readLink(link).url).pathname));
  }

  async close() {
    await this.proxy?.stop();
    await this.stopServing();
    if (this.dir) await rm(this.dir, { recursive: true, force: true });
  }
}

/** What a link says: url, flag, key, exp, label, v. */
export function readLink(text) {
  const payload = /shlink:\/([\w-]+)/.exec(text)?.[1];
  assert.ok(payload, `no shlink in ${text}`);
  return JSON.parse(Buffer.from(payload, "base64url"));
}

/** A link with these fields on this portal. */
export const writeLink = (fields, portal) =>
  `${portal}#shlink:/${Buffer.from(JSON.stringify(fields)).toString("base64url")}`;

/** Makes a folder for a kit that a test writes itself. */
export async function kitFolder(clinicDir, name = "kit") {
  const dir = path.join(clinicDir, name);
  await mkdir(dir, { recursive: true });
  return dir;
}
