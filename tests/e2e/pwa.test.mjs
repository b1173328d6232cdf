// The portal as an installed app: what a browser needs to install it, and how a new version of it
// reaches a patient: whole, asked for, never during a download.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { PNG } from "pngjs";
import { Clinic, temporary } from "./lib/clinic.mjs";
import { portalDist } from "./lib/env.mjs";
import { kitOf, kitState, onPhone, open, openLink, screens, startLight } from "./lib/portal.mjs";
import { releaseOn, Releases } from "./lib/releases.mjs";

const built = portalDist();
const UPDATE = "[data-action=app-update]";

let clinic, portal, kit, releases, folder;

before(async () => {
  folder = await temporary("releases");
  releases = await Releases.make(path.join(folder, "portal"), ["one", "two"]);
  process.env.PORTAL_DIST = releases.dir;
  clinic = await Clinic.open();
  portal = clinic.proxy.url;
  kit = await kitOf(clinic);
});

after(async () => {
  process.env.PORTAL_DIST = built;
  await clinic?.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => releases.deploy("one"));

afterEach(() => {
  clinic.proxy.faults = {};
});

test("the manifest says all that browsers ask for, and its pictures are what it says of them", () =>
  onPhone(async (page) => {
    await open(page, portal);
    const href = await page.locator("link[rel=manifest]").evaluate((e) => e.href);
    const answer = await page.request.get(href);
    assert.match(answer.headers()["content-type"], /^application\/manifest\+json/);
    const manifest = await answer.json();
    for (const field of ["name", "short_name", "description", "lang", "background_color", "theme_color"]) {
      assert.ok(manifest[field]?.length, field);
    }
    assert.ok(manifest.short_name.length <= 12, "a name that fits under an icon");
    assert.equal(manifest.display, "standalone");
    const within = (address) => new URL(address, href).href;
    for (const field of ["id", "start_url", "scope"]) assert.equal(within(manifest[field]), portal, field);
    const pictures = { any: [], maskable: [] };
    for (const icon of manifest.icons.filter((i) => i.type === "image/png")) {
      const png = PNG.sync.read(await (await page.request.get(within(icon.src))).body());
      assert.equal(`${png.width}x${png.height}`, icon.sizes, icon.src);
      pictures[icon.purpose].push(png.width);
      // A phone cuts any shape out of a maskable picture: it has no clear corner.
      if (icon.purpose === "maskable") {
        for (let i = 3; i < png.data.length; i += 4) if (png.data[i] !== 255) assert.fail(`${icon.src} is not opaque`);
      }
    }
    assert.deepEqual(pictures, { any: [192, 512], maskable: [192, 512] });
    const { action, method, params } = manifest.share_target;
    assert.deepEqual([within(action), method], [`${portal}check`, "GET"]);
    assert.deepEqual(params, { title: "title", text: "text", url: "url" });
    assert.ok(manifest.shortcuts.length >= 2);
    for (const shortcut of manifest.shortcuts) {
      assert.ok(within(shortcut.url).startsWith(portal), shortcut.url);
      await open(page, portal, within(shortcut.url).slice(portal.length));
      await page.waitForSelector("[data-action=kit-add], main a[href^='tel:'], main form");
      assert.notEqual(await page.locator("main h1").innerText(), "", shortcut.name);
      for (const icon of shortcut.icons) assert.equal((await page.request.get(within(icon.src))).status(), 200);
    }
  }));

test("Chromium finds nothing that keeps the portal from being installed", () =>
  onPhone(async (page, browser) => {
    await open(page, portal);
    await inCharge(page);
    const devtools = await browser.context.newCDPSession(page);
    const { errors } = await devtools.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
    assert.deepEqual(installabilityErrors, []);
  }));

/** Until the service worker answers for the page. */
const inCharge = (page) => page.waitForFunction(() => navigator.serviceWorker.controller !== null);

/** The browser looks for a new version now, as it does by itself once a day. */
const look = (page) => page.evaluate(() => navigator.serviceWorker.getRegistration().then((r) => r.update().catch(() => {})));

/** Until a new version has arrived whole and waits. */
const waits = (page) =>
  page.waitForFunction(() => navigator.serviceWorker.getRegistration().then((r) => r.waiting !== null));

const all = (word) => [word, word, word];

test("a new version is offered once it is whole, applied when the patient says so, and then works without network", () =>
  onPhone(async (page, browser) => {
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    assert.deepEqual(await releaseOn(page), all("one"));

    await releases.deploy("two");
    const [last] = releases.own("two");
    clinic.proxy.faults = { on: ({ path }) => (path === `/${last}` ? { killAfter: 300 } : undefined) };
    await open(page, portal, "kit");
    await settled(page);
    assert.equal(await page.locator(UPDATE).count(), 0, "half a version is not offered");
    assert.deepEqual(await releaseOn(page), all("one"));

    clinic.proxy.faults = {};
    await open(page, portal, "kit");
    await page.waitForSelector(UPDATE);
    assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistration().then((r) => r.waiting?.state)), "installed");
    for (const address of screens(kit.exercises[0].id)) {
      await open(page, portal, address);
      assert.deepEqual(await releaseOn(page), all("one"), `${address}: nothing changes before the patient agrees`);
      await page.waitForSelector(UPDATE);
    }

    const opened = page.waitForEvent("load");
    await page.click(UPDATE);
    await opened;
    await page.waitForFunction(() => globalThis.release === "two");
    await page.waitForSelector("main h1");
    assert.deepEqual(await releaseOn(page), all("two"));
    assert.equal(await page.locator(UPDATE).count(), 0);

    await clinic.switchOff();
    page = await browser.restart();
    for (const address of screens(kit.exercises[0].id)) {
      await open(page, portal, address);
      assert.deepEqual(await releaseOn(page), all("two"), address);
      assert.equal(await page.locator("main h1").count(), 1, address);
      assert.equal(await page.locator("#crash:visible, #fail:visible").count(), 0, address);
    }
    await open(page, portal, "kit");
    await kitState(page, "ready");
    await clinic.serve();
    await clinic.proxy.goOnline();
  }));

/** Until an attempt to install a new version has ended. */
async function settled(page) {
  await look(page);
  await page.waitForFunction(() => navigator.serviceWorker.getRegistration().then((r) => r.installing === null));
}

test("during a download a new version arrives but is not offered until the kit is ready", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    await inCharge(page);
    await releases.deploy("two");
    clinic.proxy.faults = { bytesPerSecond: 100_000 };
    await startLight(page);
    await kitState(page, "downloading");
    await look(page);
    await waits(page);
    await kitState(page, "downloading");
    assert.equal(await page.locator(UPDATE).count(), 0);
    assert.deepEqual(await releaseOn(page), all("one"));
    clinic.proxy.faults = {};
    await kitState(page, "ready", { timeout: 60_000 });
    await page.waitForSelector(UPDATE);
    assert.deepEqual(await releaseOn(page), all("one"));
  }));

test("after the browser was closed on a version that waits, one whole version is on view, never a mixture", () =>
  onPhone(async (page, browser) => {
    await open(page, portal);
    await inCharge(page);
    await releases.deploy("two");
    await look(page);
    await waits(page);
    page = await browser.restart();
    await open(page, portal);
    // Without a page open the browser may have let the new one take over; if not, it is offered.
    await page.waitForFunction((update) => globalThis.release === "two" || document.querySelector(update), UPDATE);
    const words = await releaseOn(page);
    assert.deepEqual(words, all(words[0]));
  }));
