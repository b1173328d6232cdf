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

/**
 * Run before anything else: keeps hold of the memories of all that WebAssembly instantiates, and notes their bytes at
 * that moment, before the program begins.
 */
const NOTE_MEMORIES = `(() => {
  const noted = (self.wasmMemories = new Map());
  const note = (instance) => {
    for (const it of Object.values(instance.exports)) {
      if (it instanceof WebAssembly.Memory && !noted.has(it)) noted.set(it, it.buffer.byteLength);
    }
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const known = WebAssembly[name].bind(WebAssembly);
    WebAssembly[name] = async (...given) => {
      const made = await known(...given);
      note(made.instance ?? made);
      return made;
    };
  }
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(known, given) {
      const made = new known(...given);
      note(made);
      return made;
    },
  });
})()`;

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
}

export class Browser {
  /** Limits for every page and service worker: { bytesPerSecond, latencyMs, cpu }; null for none. */
  limits = null;
  /** Every finished or running transfer: { session, url, at, bytes, ended } in seconds of one clock. */
  transfers = [];
  /** Whether the memories of WebAssembly are looked at, in pages and their workers. */
  withMemories = false;
  #waiting = new Map();
  #nth = 0;

  /** A browser with a fresh profile, not started yet. */
  static async create(args = []) {
    const browser = new Browser();
    browser.args = args;
    browser.profile = await temporary("chromium");
    return browser;
  }

  async start() {
    const args = [...ARGS, ...this.args, `--user-data-dir=${this.profile}`, `--window-size=${PHONE.width},${PHONE.height}`, "about:blank"];
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
    if (this.withMemories && page) {
      steps.push(session.send("Page.addScriptToEvaluateOnNewDocument", { source: NOTE_MEMORIES }));
      steps.push(session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }));
    } else if (this.withMemories && session.info.type === "worker") {
      steps.push(session.evaluate(NOTE_MEMORIES));
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

  /** Bytes of the linear memories of WebAssembly: in all pages and their workers, or in those `of` chooses by what the
   *  browser says of them. */
  wasmMemory(of) {
    return this.#wasm("([memory]) => memory.buffer.byteLength", of);
  }

  /** By how much those have grown since they were made, before their programs began. */
  wasmGrowth(of) {
    return this.#wasm("([memory, first]) => memory.buffer.byteLength - first", of);
  }

  async #wasm(bytes, of = () => true) {
    const looked = [...this.sessions.values()].filter(({ info }) => /^(page|worker)$/.test(info.type) && of(info));
    const sum = `[...(self.wasmMemories ?? [])].map(${bytes}).reduce((a, b) => a + b, 0)`;
    // A worker may end while it is asked.
    const sizes = await Promise.all(looked.map((session) => session.evaluate(sum).catch(() => 0)));
    return sizes.reduce((a, b) => a + b, 0);
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
