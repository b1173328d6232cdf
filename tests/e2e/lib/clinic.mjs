// A clinic of its own for each test: a fresh folder, made, filled and served by the real
// `clinic` program. What is slow (encoding the demo films) is done once and copied.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
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

async function must(...args) {
  const done = await clinic(...args);
  assert.equal(done.code, 0, `clinic ${args.join(" ")}\n${done.stderr}`);
  return done.stdout;
}

/** A copy of the demo content whose films are encoded; made once per content and program. */
export async function packedDemo() {
  const hash = createHash("sha256");
  const files = (await readdir(DEMO, { recursive: true })).filter((f) => !f.includes("packed")).sort();
  for (const file of files) {
    const at = path.join(DEMO, file);
    if ((await stat(at)).isFile()) hash.update(file).update(await readFile(at));
  }
  const bin = await stat(clinicBin());
  hash.update(`${bin.size} ${bin.mtimeMs}`);
  const place = path.join(os.tmpdir(), `bon-geste-demo-${hash.digest("hex").slice(0, 16)}`);
  const there = await stat(place).catch(() => null);
  if (!there) {
    const work = await temporary("pack");
    await cp(DEMO, work, { recursive: true, filter: (from) => path.basename(from) !== "packed" });
    // An earlier build's films are taken along: `pack` keeps those whose source is unchanged.
    for (const old of await readdir(os.tmpdir())) {
      if (!old.startsWith("bon-geste-demo-")) continue;
      const packed = path.join(os.tmpdir(), old, KIT, "packed");
      await cp(packed, path.join(work, KIT, "packed"), { recursive: true }).catch(() => {});
      await rm(path.join(os.tmpdir(), old), { recursive: true, force: true });
    }
    await must("pack", path.join(work, KIT));
    await rename(work, place);
  }
  return { base: place, kit: path.join(place, KIT) };
}

export class Clinic {
  #server;

  /**
   * A clinic behind a proxy, serving. `kit` is a kit's folder to publish, the demo's by default,
   * or null for none yet. `base` is a path prefix such as "/kine/".
   */
  static async open({ kit } = {}) {
    const clinic = new Clinic();
    clinic.dir = await temporary("clinic");
    clinic.proxy = await Proxy.start();
    clinic.folder = path.join(clinic.dir, "clinic");
    await must(
      "init", clinic.folder,
      "--name", "Cabinet de démonstration des Tilleuls",
      "--phone", "01 99 00 12 34",
      "--portal-url", clinic.proxy.url,
    );
    if (kit === undefined) {
      await cp((await packedDemo()).base, path.join(clinic.dir, "demo"), { recursive: true });
      clinic.kit = path.join(clinic.dir, "demo", KIT);
    } else if (kit) {
      clinic.kit = kit;
    }
    if (clinic.kit) clinic.link = await clinic.publish(clinic.kit);
    await clinic.serve();
    return clinic;
  }

  /** Publishes a kit's folder and returns the patient's link. */
  async publish(kit = this.kit, ...more) {
    const stdout = await must("publish", kit, "--clinic", this.folder, ...more);
    const link = /^Patient link: (\S+)$/m.exec(stdout)?.[1];
    assert.ok(link, `no "Patient link:" in:\n${stdout}`);
    return link;
  }

  /** Starts the server on a free port and points the proxy at it. */
  async serve() {
    const args = ["serve", path.join(this.folder, "public"), "--addr", "127.0.0.1", "--port", "0"];
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
    this.proxy.forwardTo(port);
  }

  /** Stops the server as systemd would, and checks that it ends well. */
  async stopServing() {
    const child = this.#server;
    if (!child || child.exitCode !== null) return;
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
    return this.public(new URL(readLink(link).url).pathname.slice(1));
  }

  async close() {
    await this.proxy.stop();
    await this.stopServing();
    await rm(this.dir, { recursive: true, force: true });
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
