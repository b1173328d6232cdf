// Chromium with a profile that survives restarts and kills, as an installed app's would.

import { rm } from "node:fs/promises";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { chromium as executablePath } from "./env.mjs";
import { temporary } from "./clinic.mjs";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A phone of the size that the budget names. */
export const PHONE = { width: 360, height: 640 };
export const DESK = { width: 1280, height: 800 };

export class Chromium {
  /** A browser with a fresh profile. `options` go to Playwright's launchPersistentContext. */
  static async start(options = {}) {
    const browser = new Chromium();
    browser.profile = await temporary("chromium");
    browser.options = options;
    await browser.#launch();
    return browser;
  }

  async #launch() {
    const { args = [], ...options } = this.options;
    this.context = await chromium.launchPersistentContext(this.profile, {
      executablePath: executablePath(),
      args: [...ARGS, ...args],
      locale: "fr-FR",
      timezoneId: "Europe/Paris",
      viewport: PHONE,
      ...options,
    });
    this.context.setDefaultTimeout(60_000);
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    this.errors = [];
    this.context.on("weberror", (e) => this.errors.push(String(e.error())));
  }

  /** Closes and opens again with the same profile. */
  async restart(options) {
    await this.context.close();
    if (options) this.options = options;
    await this.#launch();
    return this.page;
  }

  /** The processes of this browser, found by its own profile folder. */
  #pids() {
    const mark = `--user-data-dir=${this.profile}`;
    return readdirSync("/proc")
      .filter((d) => /^\d+$/.test(d))
      .filter((d) => {
        try {
          return readFileSync(path.join("/proc", d, "cmdline"), "utf8").split("\0").includes(mark);
        } catch {
          return false;
        }
      })
      .map(Number);
  }

  /** The battery is pulled: SIGKILL, no goodbye. */
  async kill() {
    const closed = new Promise((go) => this.context.once("close", go));
    for (const pid of this.#pids()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (e) {
        if (e.code !== "ESRCH") throw e;
      }
    }
    await closed;
  }

  /** After a kill: the same profile again. */
  async revive() {
    await rm(path.join(this.profile, "SingletonLock"), { force: true });
    await this.#launch();
    return this.page;
  }

  async close() {
    await this.context.close();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
