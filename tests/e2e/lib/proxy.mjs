// The network between a phone and the clinic, on loopback: an HTTP proxy whose faults are set
// by the test while it runs. It owns the public address, so a clinic that is down, slow or
// lied about looks to the browser exactly as it would in the country.

import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What can go wrong. All of it may be changed at any moment; a function decides per request.
 * @typedef {object} Faults
 * @property {number} [bytesPerSecond] shared by all answers, as one line to the house
 * @property {boolean} [still] nothing of an answer moves any more, connections stay
 * @property {number} [latencyMs] added before each answer
 * @property {(request: {method: string, path: string, range: string|undefined, length: number, nth: number}) => Fault | undefined} [on]
 *
 * @typedef {object} Fault
 * @property {number} [status] answer this status with an empty body
 * @property {boolean} [captive] answer 200 with a Wi-Fi login page
 * @property {boolean} [ignoreRange] forward without Range: the server of somebody's nephew
 * @property {number} [stallAfter] send this many body bytes, then nothing, connection open
 * @property {number} [killAfter] send this many body bytes, then break the connection
 * @property {number} [flipByte] change the byte at this place of the file, whatever the range asked
 * @property {string|Buffer} [body] answer 200 with this instead
 * @property {Record<string, string>} [headers] answer with these headers on top
 * @property {number} [cutAfter] let this many bytes of the request's body through, then break both lines
 * @property {number} [holdAfter] let this many bytes of the request's body through, then nothing, both lines open
 * @property {Promise<unknown>} [hold] nothing of the request goes on before this is settled
 * @property {boolean} [loseAnswer] let the request through, and break the line instead of answering
 */

const CAPTIVE = `<!doctype html><html lang="fr"><title>Connexion Wi-Fi</title>
<body><h1>Bienvenue</h1><form><button>Se connecter</button></form></body></html>`;

export class Proxy {
  /** @type {Faults} */
  faults = {};
  /** Every request, in order of arrival: method, path, range, headers, status, sent (body bytes), received (its
   *  own), length (as it says), answer (the clinic's headers); began and ended in ms of one clock, ended when
   *  its answer set out, or its line broke. */
  log = [];
  #server;
  #sockets = new Set();
  // No connection is used twice: the clinic closes one that is idle, and a request that meets just that moment fails.
  #agent = new http.Agent({ keepAlive: false, maxSockets: 64 });
  #lineFreeAt = 0;
  #target;
  #others = [];

  /** Listens on a free loopback port, or on `port`. */
  static async start({ port = 0 } = {}) {
    const proxy = new Proxy();
    await proxy.#listen(port);
    return proxy;
  }

  async #listen(port) {
    this.#server = http.createServer((req, res) => this.#answer(req, res));
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
    });
    await new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", resolve);
    });
    this.port = this.#server.address().port;
  }

  /** The address that browsers know, with its final slash. */
  get url() {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Forwards to this port of the clinic from now on. */
  forwardTo(port) {
    this.#target = port;
  }

  /** Forwards what lies below a path to another server; without a port to the clinic again. */
  forwardBelow(path, port) {
    this.#others = [{ path, port }, ...this.#others.filter((other) => other.path !== path)];
  }

  get listening() {
    return this.#server.listening;
  }

  /** Nobody answers: connections are refused and those open are broken. */
  async goOffline() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** The same address answers again. */
  async goOnline() {
    await this.#listen(this.port);
  }

  async stop() {
    if (this.#server.listening) await this.goOffline();
    this.#agent.destroy();
  }

  /** Body bytes sent for paths that `match`, since `from` entries of the log. */
  sent(match = /./, from = 0) {
    return this.log.slice(from).reduce((sum, r) => (match.test(r.path) ? sum + r.sent : sum), 0);
  }

  async #answer(req, res) {
    const { method, url, headers: asked } = req;
    const entry = { method, path: url, range: asked.range, headers: asked, status: 0, sent: 0, received: 0 };
    entry.began = performance.now();
    entry.length = Number(asked["content-length"] ?? 0);
    entry.nth = this.log.filter((r) => r.path === entry.path).length;
    this.log.push(entry);
    res.on("error", () => {});
    res.on("close", () => (entry.ended ??= performance.now()));
    const fault = this.faults.on?.(entry) ?? {};
    if (fault.hold) await fault.hold;
    if (this.faults.latencyMs) await sleep(this.faults.latencyMs);
    if (fault.captive) return this.#whole(res, entry, 200, { "content-type": "text/html; charset=utf-8" }, CAPTIVE);
    if (fault.status) return this.#whole(res, entry, fault.status, { "content-type": "text/plain" }, "");
    if (fault.body !== undefined) {
      return this.#whole(res, entry, 200, { "content-type": "application/octet-stream", ...fault.headers }, fault.body);
    }

    const headers = { ...req.headers };
    if (fault.ignoreRange) {
      delete headers.range;
      delete headers["if-range"];
    }
    const port = this.#others.find((other) => req.url.startsWith(other.path))?.port ?? this.#target;
    const onward = http.request(
      { host: "127.0.0.1", port, method: req.method, path: req.url, headers, agent: this.#agent },
      (answer) => {
        Object.assign(entry, { status: answer.statusCode, answer: answer.headers });
        if (fault.loseAnswer) return req.socket.destroy();
        return this.#relay(answer, res, entry, fault);
      },
    );
    onward.on("error", () => (res.headersSent ? res.destroy() : this.#whole(res, entry, 502, {}, "")));
    res.on("close", () => onward.destroy());
    this.#pass(req, onward, entry, fault);
  }

  /** Lets a request's body through, or its first bytes. */
  #pass(req, onward, entry, { cutAfter, holdAfter }) {
    const limit = cutAfter ?? holdAfter ?? Infinity;
    req.on("data", (piece) => {
      const allowed = piece.subarray(0, Math.max(0, limit - entry.received));
      entry.received += allowed.length;
      if (!onward.destroyed && !onward.write(allowed)) {
        req.pause();
        onward.once("drain", () => req.resume());
      }
      if (entry.received < limit || onward.destroyed) return;
      req.pause();
      if (cutAfter === undefined) return;
      // What was let through must have left before the line breaks.
      const cut = () => setTimeout(() => (onward.destroy(), req.socket.destroy()), 30);
      const left = (socket) => (socket.connecting ? socket.once("connect", () => socket.write("", cut)) : socket.write("", cut));
      onward.socket ? left(onward.socket) : onward.once("socket", left);
    });
    req.on("end", () => onward.end());
    req.on("error", () => onward.destroy());
    // A clinic that answers before the end reads no more: the rest must not stand in the next request's way.
    onward.on("close", () => req.resume());
  }

  async #whole(res, entry, status, headers, body) {
    Object.assign(entry, { status, ended: entry.ended ?? performance.now() });
    const bytes = Buffer.from(body);
    res.writeHead(status, { "content-length": bytes.length, "cache-control": "no-store", ...headers });
    await this.#send(res, bytes, entry);
    res.end();
  }

  async #relay(answer, res, entry, fault) {
    const headers = { ...answer.headers, ...fault.headers };
    if (fault.ignoreRange) delete headers["accept-ranges"];
    let at = Number(/^bytes (\d+)-/.exec(answer.headers["content-range"] ?? "")?.[1] ?? 0);
    entry.ended ??= performance.now();
    res.writeHead(answer.statusCode, headers);
    res.flushHeaders();
    const limit = fault.killAfter ?? fault.stallAfter ?? Infinity;
    try {
      for await (let piece of answer) {
        if (fault.flipByte >= at && fault.flipByte < at + piece.length) {
          piece = Buffer.from(piece);
          piece[fault.flipByte - at] ^= 0x01;
        }
        at += piece.length;
        const allowed = piece.subarray(0, Math.max(0, limit - entry.sent));
        await this.#send(res, allowed, entry);
        if (entry.sent >= limit) break;
      }
    } catch {
      return res.destroy();
    }
    if (entry.sent >= limit) {
      // What was written must have left before the line breaks, or fewer bytes arrive than said.
      await new Promise((resolve) => (res.socket && !res.destroyed ? res.socket.write("", resolve) : resolve()));
      if (fault.killAfter !== undefined) res.destroy();
      else answer.destroy();
      return;
    }
    res.end();
  }

  /** Writes at the line's speed, in pieces of a network packet's order of size. */
  async #send(res, bytes, entry) {
    const rate = this.faults.bytesPerSecond;
    const step = rate ? 1460 : 65_536;
    for (let i = 0; i < bytes.length && !res.destroyed; i += step) {
      const piece = bytes.subarray(i, i + step);
      if (rate) {
        const now = performance.now();
        // A timer that came late is made up for: the line is as fast as it is said to be.
        this.#lineFreeAt = Math.max(this.#lineFreeAt, now - 200) + (piece.length / rate) * 1000;
        if (this.#lineFreeAt - now > 4) await sleep(this.#lineFreeAt - now);
      }
      while (this.faults.still && !res.destroyed) await sleep(10);
      if (!res.write(piece)) await room(res);
      entry.sent += piece.length;
    }
  }
}

/** Until more can be written, or never will be. */
function room(res) {
  return new Promise((go) => {
    const done = () => {
      res.off("drain", done).off("close", done);
      go();
    };
    res.on("drain", done).on("close", done);
  });
}
