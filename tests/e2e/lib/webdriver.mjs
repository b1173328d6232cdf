// Firefox and WebKitGTK through WebDriver, with the few verbs that the main path needs, named
// as Playwright names them.

import { execFile, spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Builder, Capabilities } from "selenium-webdriver";
import firefox from "selenium-webdriver/firefox.js";
import { temporary } from "./clinic.mjs";
import { firefox as firefoxBin, geckodriver, webkitDriver } from "./env.mjs";
import { answering, ended, freePort } from "./processes.mjs";

/** A page in either browser. */
class Page {
  constructor(driver) {
    this.driver = driver;
  }

  async goto(url) {
    await this.driver.get(url);
  }

  async reload() {
    await this.driver.navigate().refresh();
  }

  /** Runs a function in the page, awaiting its promise, with JSON-able arguments. */
  async evaluate(fn, arg) {
    const answer = await this.driver.executeAsyncScript(
      `const done = arguments[arguments.length - 1];
       Promise.resolve().then(() => (${fn})(arguments[0])).then((value) => done({ value }), (e) => done({ error: e + " " + (e && e.stack) }));`,
      arg ?? null,
    );
    if (answer.error) throw new Error(answer.error);
    return answer.value;
  }

  /** Waits until something visible matches. */
  async waitForSelector(selector, { timeout = 60_000 } = {}) {
    const end = Date.now() + timeout;
    while (Date.now() < end) {
      const seen = await this.evaluate(
        (s) => [...document.querySelectorAll(s)].some((e) => e.getClientRects().length > 0),
        selector,
      ).catch(() => false);
      if (seen) return;
      await sleep(150);
    }
    const html = await this.evaluate(() => document.body.innerText.slice(0, 600)).catch(String);
    throw new Error(`${selector} did not appear in ${timeout} ms. On the screen:\n${html}`);
  }

  async click(selector) {
    await this.waitForSelector(selector);
    // To the middle, as a person scrolls: WebDriver itself stops under the fixed bar.
    await this.evaluate((s) => document.querySelector(s).scrollIntoView({ block: "center" }), selector);
    await this.driver.findElement({ css: selector }).click();
  }

  async url() {
    return this.driver.getCurrentUrl();
  }
}

/** Firefox; its profile survives `restart`. With `lessMovement` the device asks for less movement. */
export class Firefox {
  static async start({ lessMovement = false } = {}) {
    const browser = new Firefox();
    browser.profile = await temporary("firefox");
    await writeFile(
      `${browser.profile}/user.js`,
      [
        ["intl.accept_languages", "fr-FR, fr"],
        ["datareporting.policy.dataSubmissionEnabled", false],
        ["app.update.auto", false],
        ["browser.shell.checkDefaultBrowser", false],
        ["media.autoplay.default", 0],
        ["network.captive-portal-service.enabled", false],
        ["network.connectivity-service.enabled", false],
        // A camera that shows a pattern, and is allowed.
        ["media.navigator.streams.fake", true],
        ["media.navigator.permission.disabled", true],
        ["ui.prefersReducedMotion", Number(lessMovement)],
      ]
        .map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});`)
        .join("\n"),
    );
    await browser.#launch();
    return browser;
  }

  async #launch() {
    const options = new firefox.Options()
      .setBinary(firefoxBin())
      .addArguments("-headless", "-profile", this.profile)
      .windowSize({ width: 400, height: 800 });
    this.driver = await new Builder()
      .forBrowser("firefox")
      .setFirefoxOptions(options)
      .setFirefoxService(new firefox.ServiceBuilder(geckodriver()))
      .build();
    await this.driver.manage().setTimeouts({ script: 60_000 });
    this.page = new Page(this.driver);
  }

  async restart() {
    await this.driver.quit();
    await this.#launch();
    return this.page;
  }

  async close() {
    await this.driver.quit();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * WebKitGTK's MiniBrowser under its own X server. Under automation its storage lives as long as
 * the session, so the server's absence is tested by reloading, not by restarting.
 */
export class WebKit {
  static async start({ lessMovement = false } = {}) {
    const browser = new WebKit();
    browser.home = await temporary("webkit");
    const settings = `${browser.home}/.config/gtk-3.0`;
    await mkdir(settings, { recursive: true });
    // The desktop's own wish, which WebKitGTK passes on.
    await writeFile(`${settings}/settings.ini`, `[Settings]\ngtk-enable-animations=${Number(!lessMovement)}\n`);
    // Its own recorder and encoder: what keeps them from working on Debian 12 is told in the file.
    const mended = `${browser.home}/webkit-recorder.so`;
    const source = fileURLToPath(new URL("webkit-recorder.c", import.meta.url));
    await promisify(execFile)("cc", ["-shared", "-fPIC", "-O2", "-o", mended, source]);
    const display = await browser.#xvfb();
    const port = await freePort();
    browser.driverProcess = spawn(webkitDriver(), [`--port=${port}`], {
      stdio: "ignore",
      env: { ...process.env, DISPLAY: display, HOME: browser.home, XDG_CONFIG_HOME: `${browser.home}/.config`, LANG: "fr_FR.UTF-8", LIBGL_ALWAYS_SOFTWARE: "1", LD_PRELOAD: mended },
    });
    await answering(`http://127.0.0.1:${port}/status`, browser.driverProcess);
    const triple = /^[^-]+/.exec(process.arch === "x64" ? "x86_64" : "aarch64")[0];
    const capabilities = new Capabilities({
      browserName: "MiniBrowser",
      "webkitgtk:browserOptions": {
        binary: `/usr/lib/${triple}-linux-gnu/webkit2gtk-4.1/MiniBrowser`,
        // A camera that shows a pattern comes with the mock devices.
        args: [
          "--automation", "--autoplay-policy=allow",
          "--enable-mock-capture-devices=true", "--enable-media-stream=true",
        ],
      },
    });
    browser.driver = await new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(capabilities).build();
    await browser.driver.manage().setTimeouts({ script: 60_000 });
    browser.page = new Page(browser.driver);
    return browser;
  }

  /** A free X display, chosen by Xvfb itself. */
  async #xvfb() {
    this.x = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    const number = await new Promise((resolve, reject) => {
      this.x.stdio[3].once("data", (d) => resolve(String(d).trim()));
      this.x.once("exit", (code) => reject(new Error(`Xvfb ended with ${code}`)));
      this.x.once("error", reject);
    });
    return `:${number}`;
  }

  async close() {
    await this.driver.quit();
    this.driverProcess.kill("SIGTERM");
    await ended(this.driverProcess);
    this.x.kill("SIGTERM");
    await ended(this.x);
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
