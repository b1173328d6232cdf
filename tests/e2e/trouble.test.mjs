// The program itself in trouble: it traps, or its second language does not come.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Chromium } from "./lib/chromium.mjs";
import { Clinic } from "./lib/clinic.mjs";
import { kitState, onPhone, open, openLink, problem, startLight, usable } from "./lib/portal.mjs";
import { until } from "./lib/until.mjs";

let clinic, portal;

before(async () => {
  clinic = await Clinic.open();
  portal = clinic.proxy.url;
});
afterEach(() => {
  clinic.proxy.faults = {};
});
after(() => clinic?.close());

/** From `window.trapNow` on every call out of the program fails as a trap does: a panic is one. */
function trapOnDemand() {
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = (module, imports) => {
    const trapping = (call) => (...args) => {
      if (globalThis.trapNow) throw new WebAssembly.RuntimeError("unreachable");
      return call(...args);
    };
    const wrapped = Object.entries(imports).map(([name, calls]) => [
      name,
      Object.fromEntries(Object.entries(calls).map(([k, v]) => [k, typeof v === "function" ? trapping(v) : v])),
    ]);
    return instantiate(module, Object.fromEntries(wrapped));
  };
}

test("a program that panics leaves a kind page, in both languages, and a reload that finds the kit again", async () => {
  const browser = await Chromium.start();
  try {
    const { page, context } = browser;
    await context.addInitScript(trapOnDemand);
    await openLink(page, clinic.link);
    await page.evaluate(() => {
      globalThis.trapNow = true;
      document.querySelector("#app [data-action=lang-en]").click();
    });
    await page.waitForSelector("#crash h1:visible");
    const text = await page.locator("#crash").innerText();
    for (const words of ["s’est arrêté", "toujours gardés", "has stopped", "15"]) assert.ok(text.includes(words), text);
    assert.equal(await page.locator("#app:visible, #shell:visible").count(), 0, "and nothing else");
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1", "read at once by a screen reader");
    await page.click("#reload");
    await usable(page);
    await page.waitForSelector("[data-action=kit-download], [data-action=exercise-open], main h1");
    assert.equal(await page.locator("#crash:visible").count(), 0);
    await open(page, portal);
    await page.waitForSelector("[data-action=exercise-open]");
  } finally {
    await browser.close();
  }
});

test("English comes with the page to those whose browser speaks it, and stays without network", () =>
  onPhone(
    async (page) => {
      await openLink(page, clinic.link);
      assert.equal(await page.getAttribute("html", "lang"), "en");
      await startLight(page);
      await kitState(page, "ready", { timeout: 60_000 });
      await clinic.proxy.goOffline();
      await page.reload();
      await page.locator("nav.bar").getByText("Home").waitFor();
      assert.equal(await page.getAttribute("html", "lang"), "en");
      await clinic.proxy.goOnline();
    },
    { locale: "en-GB" },
  ));

test("English that does not come says so in both languages, and comes at the next touch", () =>
  onPhone(
    async (page, { context }) => {
      // Without the worker, which brings English too: the page's own way.
      await context.addInitScript(() => delete Navigator.prototype.serviceWorker);
      clinic.proxy.faults = { on: (r) => (/\/en-[0-9a-f]{16}\.txt/.test(r.path) ? { status: 404 } : undefined) };
      await open(page, portal);
      await page.click("[data-action=lang-en]");
      await problem(page, "language_missing");
      assert.match(await page.locator("[data-problem=language_missing]").innerText(), /pas encore.*not on this phone/s);
      assert.equal(await page.getAttribute("html", "lang"), "fr", "the words that are here stay");
      clinic.proxy.faults = {};
      await page.click("[data-action=lang-en]");
      await page.waitForSelector("html[lang=en]");
      assert.equal(await page.locator("[data-problem=language_missing]").count(), 0);
    },
  ));

const later = (r) => /\/later-[0-9a-f]{16}\.wasm/.test(r.path);
const without = (fault) => ({ on: (r) => (later(r) ? fault : undefined) });

test("later screens are asked for once the first one is usable, and open at once", () =>
  onPhone(async (page) => {
    await open(page, portal);
    await until("the later screens are asked for", () => clinic.proxy.log.some(later));
    // Noted by the browser once they have come.
    await page.waitForFunction(() => performance.getEntriesByType("resource").some((r) => /later-/.test(r.name)));
    const [usableAt, askedAt] = await page.evaluate(() => [
      performance.getEntriesByName("usable")[0].startTime,
      performance.getEntriesByType("resource").find((r) => /later-/.test(r.name)).startTime,
    ]);
    assert.ok(usableAt <= askedAt, `usable at ${usableAt} ms, asked at ${askedAt} ms`);
    await page.click("[data-action=help]");
    await page.locator("main h1").getByText("Aide").waitFor();
  }));

test("later screens that do not come say so, leave « Ça ne va pas » open, and come at the next touch", () =>
  onPhone(
    async (page, { context }) => {
      await context.addInitScript(() => delete Navigator.prototype.serviceWorker);
      clinic.proxy.faults = without({ status: 404 });
      await open(page, portal, "help");
      await problem(page, "screen_missing");
      await page.click("nav [data-action=report]");
      await page.locator("main h1").getByText("Ça ne va pas").waitFor();
      await page.goBack();
      await problem(page, "screen_missing");
      clinic.proxy.faults = {};
      await page.click("[data-action=retry]");
      await page.locator("main h1").getByText("Aide").waitFor();
      await page.waitForFunction(() => document.activeElement?.tagName === "H1");
    },
  ));

test("a Wi-Fi login page is not taken for the later screens", () =>
  onPhone(
    async (page, { context }) => {
      await context.addInitScript(() => delete Navigator.prototype.serviceWorker);
      clinic.proxy.faults = without({ captive: true });
      await open(page, portal, "settings");
      await problem(page, "screen_missing");
      clinic.proxy.faults = {};
      await page.reload();
      await page.locator("[data-action=mode-simple]").waitFor();
    },
  ));
