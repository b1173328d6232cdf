// Chromium by its debugging pipe alone: what Playwright does not give, the same limits on a page
// and on its service worker, and a look at WebAssembly's memory.

import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { temporary } from "./clinic.mjs";
import { PHONE } from "./chromium.mjs";
import { chromium } from "./env.mjs";

const ARGS = [
  "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=fr-FR", "--accept-lang=fr-FR",
];

/** One of the browser's targets. */
class Session {
  constructor(browser, id, info) {
    Object.assign(this, { browser, id, info });
  }

  send(method, params = {}) {
    return this.browser.send(method, params, this.id);
  }

  /** The value of an expression, awaited. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Until the expression is truthy; its value. */
  async until(expression, ms = 120_000) {
    const end = Date.now() + ms;
    for (;;) {
      const value = await this.evaluate(expression);
      if (value) return value;
      if (Date.now() > end) {
        throw new Error(`not in ${ms} ms: ${expression}\non the screen: ${await this.evaluate("document.body.innerText.slice(0, 300)")}`);
      }
      await new Promise((go) => setTimeout(go, 50));
    }
  }

  goto(url) {
    return this.send("Page.navigate", { url });
  }

  /** Bytes of each linear memory of WebAssembly in the page. */
  async wasmMemory() {
    const group = "memory";
    const proto = await this.send("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype", objectGroup: group });
    const { objects } = await this.send("Runtime.queryObjects", { prototypeObjectId: proto.result.objectId, objectGroup: group });
    const { result } = await this.send("Runtime.callFunctionOn", {
      objectId: objects.objectId,
      functionDeclaration: "function () { return this.map((m) => m.buffer.byteLength); }",
      returnByValue: true,
    });
    await this.send("Runtime.releaseObjectGroup", { objectGroup: group });
    return result.value;
  }
}

export class Browser {
  /** Limits for every page and service worker: { bytesPerSecond, latencyMs, cpu }; null for none. */
  limits = null;
  /** Every finished or running transfer: { session, url, at, bytes, ended } in seconds of one clock. */
  transfers = [];
  #waiting = new Map();
  #nth = 0;

  /** A browser with a fresh profile, not started yet. */
  static async create() {
    const browser = new Browser();
    browser.profile = await temporary("chromium");
    return browser;
  }

  async start() {
    const args = [...ARGS, `--user-data-dir=${this.profile}`, `--window-size=${PHONE.width},${PHONE.height}`, "about:blank"];
    this.process = spawn(chromium(), args, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true });
    this.ended = new Promise((go) => this.process.once("exit", go));
    this.sessions = new Map();
    this.#waiting.clear();
    const [, , , into, out] = this.process.stdio;
    into.on("error", () => {});
    let rest = [];
    out.on("data", (data) => {
      let from = 0;
      for (let to = data.indexOf(0); to >= 0; from = to + 1, to = data.indexOf(0, from)) {
        rest.push(data.subarray(from, to));
        this.#hear(JSON.parse(Buffer.concat(rest)));
        rest = [];
      }
      rest.push(data.subarray(from));
    });
    await this.send("Target.setAutoAttach", {
      autoAttach: true, waitForDebuggerOnStart: true, flatten: true,
      filter: [{ type: "page" }, { type: "service_worker" }],
    });
  }

  send(method, params = {}, sessionId) {
    const id = ++this.#nth;
    this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((ok, no) => this.#waiting.set(id, { ok, no, method }));
  }

  #hear({ id, method, params, result, error, sessionId }) {
    if (id) {
      const { ok, no, method } = this.#waiting.get(id) ?? {};
      this.#waiting.delete(id);
      if (error) no?.(new Error(`${method}: ${error.message}`));
      else ok?.(result);
    } else if (method === "Target.attachedToTarget") {
      const session = new Session(this, params.sessionId, params.targetInfo);
      this.sessions.set(params.sessionId, session);
      session.ready = this.#prepare(session);
      session.ready.catch(() => {}); // whoever uses the session hears of it
    } else if (method === "Target.detachedFromTarget") {
      this.sessions.delete(params.sessionId);
    } else if (method?.startsWith("Network.")) {
      this.#transfer(method, params, sessionId);
    }
  }

  #transfer(method, { requestId, timestamp, request, encodedDataLength }, session) {
    const known = this.transfers.find((t) => t.session === session && t.id === requestId);
    if (method === "Network.requestWillBeSent") {
      if (/^http/.test(request.url)) this.transfers.push({ session, id: requestId, url: request.url, at: timestamp, bytes: 0 });
    } else if (method === "Network.dataReceived" && known) {
      known.bytes += encodedDataLength;
    } else if (method === "Network.loadingFinished" && known) {
      Object.assign(known, { bytes: encodedDataLength, ended: timestamp });
    }
  }

  async #prepare(session) {
    const page = session.info.type === "page";
    const steps = [session.send("Network.enable"), this.#limit(session)];
    if (page) {
      steps.push(session.send("Page.enable"));
      steps.push(session.send("Emulation.setDeviceMetricsOverride", { ...PHONE, deviceScaleFactor: 2, mobile: true }));
    }
    steps.push(session.send("Runtime.runIfWaitingForDebugger"));
    await Promise.all(steps);
  }

  #limit(session) {
    if (!this.limits) return undefined;
    const { bytesPerSecond, latencyMs, cpu } = this.limits;
    const line = { offline: false, latency: latencyMs, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond };
    const steps = [session.send("Network.emulateNetworkConditions", line)];
    // A service worker has no processor of its own to slow down in this protocol.
    if (session.info.type === "page") steps.push(session.send("Emulation.setCPUThrottlingRate", { rate: cpu }));
    return Promise.all(steps);
  }

  /** A new page, with the limits on. */
  async page() {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    for (;;) {
      const session = [...this.sessions.values()].find((s) => s.info.targetId === targetId);
      if (session) return session.ready.then(() => session);
      await new Promise((go) => setTimeout(go, 5));
    }
  }

  /** Ends as a user would end it: what it still has to write is written. */
  async quit() {
    await this.send("Browser.close").catch(() => {});
    await this.ended;
  }

  /** The battery is pulled. */
  async kill() {
    process.kill(-this.process.pid, "SIGKILL");
    await this.ended;
    await rm(path.join(this.profile, "SingletonLock"), { force: true });
  }

  async remove() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
