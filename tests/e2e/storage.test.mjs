// The phone's own storage when it is full, refused, taken away, shared or from a later version:
// the kit stays readable, nothing that is here is lost, and the patient is told what to do.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Clinic } from "./lib/clinic.mjs";
import { stored } from "./lib/database.mjs";
import { allIntact, kitOf, kitState, lightFilms, onPhone, open, openLink, problem, standStill, startLight, usable } from "./lib/portal.mjs";
import { CHUNK } from "./lib/media.mjs";
import { until } from "./lib/until.mjs";

let clinic, portal, kit;

before(async () => {
  clinic = await Clinic.open();
  portal = clinic.proxy.url;
  kit = await kitOf(clinic);
});

afterEach(() => {
  clinic.proxy.faults = {};
});

after(() => clinic?.close());

const films = (from) => clinic.proxy.sent(/\.mp4/, from);

/** How often a film was asked for. */
const asked = (from) => clinic.proxy.log.slice(from).filter((r) => r.path.endsWith(".mp4")).length;

/**
 * Gives the portal's origin so many bytes of storage beyond what it uses now; all again without.
 * The browser remembers for a while how much room there was: so before the portal is opened.
 */
async function room(page, bytes) {
  const cdp = await page.context().newCDPSession(page);
  const origin = new URL(portal).origin;
  const { usage } = await cdp.send("Storage.getUsageAndQuota", { origin });
  await cdp.send("Storage.overrideQuotaForOrigin", { origin, ...(bytes === undefined ? {} : { quotaSize: usage + bytes }) });
}

/** A page of the same origin that is not the portal: another tab's script. */
async function stranger(page) {
  const other = await page.context().newPage();
  await other.goto(`${portal}jwks.json`);
  return other;
}

/** Chunks that are stored, counted in the database itself. */
const storedChunks = async (page) => (await stored(page, "media_chunks"))[0].length;

/** The kit can be read without any storage: its titles, and an exercise's steps reached by taps. */
async function readable(page) {
  const { id, title, steps } = kit.exercises[0];
  await page.click("nav.bar a[href='./']");
  await page.locator("main").getByText(title.fr).first().waitFor();
  const home = await page.locator("main").innerText();
  for (const e of kit.exercises) assert.ok(home.includes(e.title.fr), e.title.fr);
  await page.click(`main a[href$='exercise/${id}']`);
  for (const step of steps) await page.locator("main").getByText(step.fr).waitFor();
}

test("a phone that fills up in the middle says so, loses nothing, and goes on once there is room", () =>
  onPhone(async (page, browser) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    page = await browser.restart();
    await room(page, 600_000);
    await open(page, portal, "kit");
    // A line slow enough that what is on it when the phone is full counts for little.
    clinic.proxy.faults = { bytesPerSecond: 400_000 };
    await startLight(page);
    await kitState(page, "no-space");
    clinic.proxy.faults = {};
    const text = await page.locator("main section[data-status=no-space]").innerText();
    assert.ok(text.includes("Effacez des photos"), text);
    const stored = await storedChunks(page);
    assert.ok(stored > 0, "something was stored before");
    await readable(page);
    page = await browser.restart();
    await open(page, portal, "kit");
    assert.ok((await storedChunks(page)) >= stored, "nothing is lost");
    await kitState(page, "ready", { timeout: 60_000 });
    assert.ok(films(from) - lightFilms(kit) <= 2 * CHUNK, `${films(from) - lightFilms(kit)} bytes paid twice`);
    await allIntact(page, clinic, kit);
  }));

test("on a phone without room, « Reprendre » tries again, and brings the rest once photos are deleted", () =>
  onPhone(async (page, browser) => {
    await openLink(page, clinic.link);
    page = await browser.restart();
    // For a film and what is noted of it, and for no further chunk.
    await room(page, 500_000);
    await open(page, portal, "kit");
    await startLight(page);
    await kitState(page, "no-space");
    const from = clinic.proxy.log.length;
    await page.click("[data-action=kit-resume]");
    await until("another try", () => asked(from) > 0);
    await kitState(page, "no-space");
    await room(page);
    // The browser remembers for up to half a minute that it was full; the patient may touch again.
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
      await page.locator("[data-action=kit-resume]").click({ timeout: 1_000 }).catch(() => {});
      if (await kitState(page, "ready", { timeout: 5_000 }).then(() => true, () => false)) break;
    }
    await kitState(page, "ready");
    await allIntact(page, clinic, kit);
  }));

test("a phone too full for the kit itself still shows it, and says that it cannot be kept", () =>
  onPhone(async (page) => {
    await open(page, portal);
    await room(page, 0);
    await page.goto(clinic.link);
    await problem(page, "no_space");
    await readable(page);
    await room(page);
  }));

const REFUSED = {
  "refuses databases (SecurityError)": () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
  },
  "has no databases at all": () => {
    Object.defineProperty(window, "indexedDB", { get: () => undefined });
  },
  "refuses access to databases as such": () => {
    Object.defineProperty(window, "indexedDB", {
      get: () => {
        throw new DOMException("Access is denied for this document.", "SecurityError");
      },
    });
    Object.defineProperty(window, "localStorage", {
      get: () => {
        throw new DOMException("Access is denied for this document.", "SecurityError");
      },
    });
  },
  "is an old private window (InvalidStateError)": () => {
    IDBFactory.prototype.open = () => {
      const request = new EventTarget();
      request.error = new DOMException("A mutation operation was attempted on a database that did not allow mutations.", "InvalidStateError");
      setTimeout(() => request.onerror?.(new Event("error")));
      return request;
    };
  },
};

for (const [name, refuse] of Object.entries(REFUSED)) {
  test(`in a browser that ${name} the kit is readable and the reason is told`, () =>
    onPhone(async (page, browser) => {
      await browser.context.addInitScript(refuse);
      await openLink(page, clinic.link);
      await problem(page, "storage_refused");
      await startLight(page);
      await page.waitForSelector("main section[data-status] [data-problem=storage_refused]");
      await readable(page);
      await page.click("[data-action=play]");
      await page.click("dialog[open] [data-action=acknowledge]");
      await page.waitForSelector("main [role=alert][data-problem=storage_refused]");
      assert.equal(await page.locator("[data-status=ready]").count(), 0);
      assert.equal(await page.locator("#crash:visible, #fail:visible, #old:visible").count(), 0);
    }));
}

test("a connection that another tab's upgrade closes is opened again, and the download goes on", () =>
  onPhone(async (page) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    const other = await stranger(page);
    clinic.proxy.faults = { bytesPerSecond: 400_000 };
    await page.bringToFront();
    await startLight(page);
    for (const reached of [200_000, 500_000]) {
      await until("bytes", () => films(from) > reached);
      const end = await other.evaluate(
        () =>
          new Promise((ok) => {
            const opening = indexedDB.open("bon-geste", 99);
            opening.onblocked = () => ok("blocked");
            // Everybody has closed; the upgrade itself is given up, as a crash would.
            opening.onupgradeneeded = () => opening.transaction.abort();
            opening.onerror = () => ok("given up");
          }),
      );
      assert.equal(end, "given up", "the portal lets go");
    }
    clinic.proxy.faults = {};
    await kitState(page, "ready", { timeout: 60_000 });
    assert.ok(films(from) - lightFilms(kit) <= 2 * CHUNK, `${films(from) - lightFilms(kit)} bytes paid twice`);
    await allIntact(page, clinic, kit);
  }));

test("a database deleted under the portal is made anew: kit, choice and films are all there after a restart", () =>
  onPhone(async (page, browser) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    const other = await stranger(page);
    clinic.proxy.faults = { bytesPerSecond: 400_000 };
    await page.bringToFront();
    await startLight(page);
    await until("bytes", () => films(from) > 300_000);
    const deleted = await other.evaluate(
      () =>
        new Promise((ok) => {
          const deleting = indexedDB.deleteDatabase("bon-geste");
          deleting.onblocked = () => ok("blocked");
          deleting.onsuccess = () => ok("deleted");
        }),
    );
    assert.equal(deleted, "deleted", "the portal lets go");
    clinic.proxy.faults = {};
    await kitState(page, "ready", { timeout: 60_000 });
    page = await browser.restart();
    await open(page, portal, "kit");
    await kitState(page, "ready");
    await allIntact(page, clinic, kit);
  }));

test("two tabs that were open before the download share it: both end ready, each byte paid once", () =>
  onPhone(async (page) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    const second = await page.context().newPage();
    await open(second, portal, "kit");
    await kitState(second, "new");
    await page.bringToFront();
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    await kitState(second, "ready");
    assert.equal(films(from), lightFilms(kit));
    await allIntact(second, clinic, kit);
  }));

test("a page that was loaded past the service worker is taken in by it, and the kit is ready there too", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    // As a tab that is loaded in the very moment in which the worker takes over.
    await page.addInitScript(() => (window.controlledAtFirst = navigator.serviceWorker.controller !== null));
    const cdp = await page.context().newCDPSession(page);
    await Promise.all([page.waitForEvent("load"), cdp.send("Page.reload", { ignoreCache: true })]);
    await page.waitForFunction(() => performance.getEntriesByName("usable").length);
    assert.equal(await page.evaluate(() => window.controlledAtFirst), false, "nobody is in charge of this page");
    await kitState(page, "ready");
    clinic.proxy.faults = { on: () => ({ status: 503 }) };
    await allIntact(page, clinic, kit);
  }));

test("a second tab opened in the middle waits its turn, and takes over when the first is closed", () =>
  onPhone(async (page) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    clinic.proxy.faults = { bytesPerSecond: 200_000 };
    await startLight(page);
    await until("bytes", () => films(from) > 250_000);
    const second = await page.context().newPage();
    await open(second, portal, "kit");
    await kitState(second, "downloading");
    const before = clinic.proxy.log.length;
    await standStill(page, clinic, kit, from);
    await page.close();
    clinic.proxy.faults = { bytesPerSecond: 200_000 };
    await until("the second tab's own request", () => asked(before) > 0);
    clinic.proxy.faults = {};
    await kitState(second, "ready", { timeout: 60_000 });
    assert.ok(films(from) - lightFilms(kit) <= CHUNK, `${films(from) - lightFilms(kit)} bytes paid twice`);
    await allIntact(second, clinic, kit);
  }));

test("a second tab closed in the middle, or one that pauses, is heeded by the other", () =>
  onPhone(async (page) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    clinic.proxy.faults = { bytesPerSecond: 200_000 };
    await startLight(page);
    await until("bytes", () => films(from) > 150_000);
    const second = await page.context().newPage();
    await open(second, portal, "kit");
    await second.click("[data-action=kit-pause]");
    await kitState(page, "paused");
    await second.close();
    await page.click("[data-action=kit-resume]");
    clinic.proxy.faults = {};
    await kitState(page, "ready", { timeout: 60_000 });
    await allIntact(page, clinic, kit);
  }));

test("erasing everything in the middle of a download leaves nothing, and nothing comes back", () =>
  onPhone(async (page, browser) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    clinic.proxy.faults = { bytesPerSecond: 200_000 };
    await startLight(page);
    await until("bytes", () => films(from) > 200_000);
    await page.click("footer a[href$='settings']");
    await page.click("[data-action=erase]");
    await page.click("[data-action=erase-confirm]");
    await page.waitForSelector("main form [data-action=kit-add]");
    clinic.proxy.faults = {};
    page = await browser.restart();
    await open(page, portal);
    await page.waitForSelector("main form [data-action=kit-add]");
    const kept = await page.evaluate(
      () =>
        new Promise((ok) => {
          const opening = indexedDB.open("bon-geste");
          opening.onsuccess = () => {
            const stores = ["kits", "journal", "device"];
            const counts = stores.map((name) => opening.result.transaction(name).objectStore(name).count());
            counts.at(-1).onsuccess = () => ok(Object.fromEntries(stores.map((name, i) => [name, counts[i].result])));
          };
        }),
    );
    assert.deepEqual([kept.kits, kept.journal], [0, 0]);
    assert.ok(clinic.proxy.sent(/\.mp4/, from) < lightFilms(kit), "the download ended");
  }));

test("what one tab erases is gone in the others too", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    const other = await page.context().newPage();
    await open(other, portal, `exercise/${kit.exercises[0].id}`);
    await other.waitForSelector("main h1");
    await open(page, portal, "settings");
    await page.click("[data-action=erase]");
    await page.click("[data-action=erase-confirm]");
    await other.waitForSelector("main form [data-action=kit-add]");
    assert.equal(new URL(other.url()).pathname, new URL(portal).pathname);
  }));

/** Another tab runs a later portal, which brings the database to its own shape. */
const upgrade = (other) =>
  other.evaluate(
    () =>
      new Promise((ok, no) => {
        const opening = indexedDB.open("bon-geste", 99);
        opening.onblocked = () => no(new Error("blocked"));
        opening.onsuccess = () => (opening.result.close(), ok());
      }),
  );

test("a later version's database is left alone, and the reason is told", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    const other = await stranger(page);
    await upgrade(other);
    await page.bringToFront();
    await page.click("[data-action=mode-simple]");
    await problem(page, "storage_newer");
    assert.ok((await page.locator("main").innerText()).includes(kit.title.fr), "what is on view stays");
    await page.reload();
    await usable(page);
    await problem(page, "storage_newer");
    assert.equal(await other.evaluate(() => indexedDB.databases().then(([d]) => d.version)), 99);
    await openLink(page, clinic.link);
    await page.click("[data-action=mode-standard]");
    await readable(page);
  }));
