// The workshop: six posts, hands counted, answers with their reasons, on a tablet and in a hall; nothing
// of it is kept, and an empty room is back at the beginning.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { DESK, PHONE } from "./lib/chromium.mjs";
import { Clinic } from "./lib/clinic.mjs";
import { faults, focusFault } from "./lib/layout.mjs";
import { choose, onPhone, open } from "./lib/portal.mjs";
import { readCode, shoot } from "./lib/shots.mjs";

const TABLET = { width: 1024, height: 768 };
const HALL = { width: 1920, height: 1080 };

let clinic, portal;

before(async () => {
  clinic = await Clinic.open({ kit: null });
  portal = clinic.proxy.url;
});

after(() => clinic?.close());

const ready = async (page) => {
  await open(page, portal, "workshop");
  await page.waitForSelector("main [data-action=workshop-start]", { timeout: 20_000 });
};

/** Everything that a page can keep: all databases, row by row, and both storages. */
const kept = (page) =>
  page.evaluate(async () => {
    const ask = (request) => new Promise((go, no) => Object.assign(request, { onsuccess: () => go(request.result), onerror: () => no(request.error) }));
    const all = { local: { ...localStorage }, session: { ...sessionStorage }, cookies: document.cookie, stores: {} };
    for (const { name } of await indexedDB.databases()) {
      const db = await ask(indexedDB.open(name));
      for (const store of db.objectStoreNames) {
        const rows = db.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([ask(rows.getAllKeys()), ask(rows.getAll())]);
        all.stores[`${name}/${store}`] = JSON.stringify([keys, values.map((v) => (v instanceof Uint8Array ? [...v] : v))]);
      }
      db.close();
    }
    return all;
  });

/** One post in standard mode: hands, answer, on. What is right. */
async function post(page, { good = 0, bad = 0 } = {}) {
  await page.waitForSelector("main .post");
  for (let i = 0; i < good; i++) await page.click("[data-action=hands-more-reliable]");
  for (let i = 0; i < bad; i++) await page.click("[data-action=hands-more-unreliable]");
  await page.click("[data-action=workshop-answer]");
  await page.waitForSelector("[data-verdict]");
  return page.locator("[data-verdict]").getAttribute("data-verdict");
}

test("six posts, as many good as bad, hands counted and told, and nothing of it is kept", () =>
  onPhone(
    async (page) => {
      await ready(page);
      const before = await kept(page);
      const titles = [];
      for (const round of [1, 2]) {
        await page.click("[data-action=workshop-start]");
        const verdicts = [];
        for (let n = 0; n < 6; n++) {
          await page.waitForSelector("main .post");
          titles.push(await page.locator("main .post").innerText());
          if (n === 0 && round === 1) {
            await page.click("[data-action=hands-less-reliable]");
            assert.equal(await page.locator("[data-hands=reliable]").innerText(), "0", "never under zero");
          }
          verdicts.push(await post(page, { good: n, bad: 1 }));
          const said = (await page.locator("[data-verdict]").innerText()).replaceAll("\u00a0", " ");
          assert.match(said, new RegExp(`${n} pour « Fiable », 1 pour « Pas fiable »`));
          assert.ok((await page.locator("main [data-cue]").count()) >= 2, "why, cue by cue");
          await page.click("[data-action=workshop-next]");
        }
        assert.equal(verdicts.filter((v) => v === "reliable").length, 3);
        await page.waitForSelector("main svg.qr");
        assert.ok((await page.locator("main").innerText()).includes(`${new URL(portal).host}/quiz`));
        assert.equal(await readCode(page.locator("main svg.qr")), `${portal}quiz`, "what a phone reads");
        await page.click("[data-action=workshop-again]");
      }
      assert.notDeepEqual(titles.slice(0, 6), titles.slice(6), "another start, another choice");
      assert.deepEqual(await kept(page), before, "nothing stored");
    },
    { viewport: TABLET },
  ));

test("nobody touches it for two minutes: it says so, then is back at the beginning", () =>
  onPhone(
    async (page) => {
      await ready(page);
      // Afterwards: the clock of the tests takes the page's performance marks away.
      await page.clock.install();
      const running = async (seconds) => {
        for (let i = 0; i < seconds; i += 10) await page.clock.runFor(10_000);
      };
      await page.click("[data-action=workshop-start]");
      await post(page, { good: 3 });
      await running(90);
      assert.equal(await page.locator(".room .notice").count(), 0, "no hurry before");
      await running(20);
      await page.waitForSelector(".room .notice");
      await page.mouse.click(5, 5);
      await page.locator("main h1").click();
      await page.clock.runFor(1_000);
      assert.equal(await page.locator(".room .notice").count(), 0, "a touch is enough to stay");
      await page.waitForSelector("[data-verdict]");
      await running(130);
      await page.waitForSelector("[data-action=workshop-start]");
      await page.click("[data-action=workshop-start]");
      await page.waitForSelector("main .post");
      assert.deepEqual(await page.locator("[data-hands]").allInnerTexts(), ["0", "0"], "no hand of the last ones");
    },
    { viewport: TABLET },
  ));

test("every screen of it, in both languages, on a phone, a tablet and a large screen, has no violation", () =>
  onPhone(async (page) => {
    const wrong = [];
    for (const [mode, lang] of [["standard", "fr"], ["standard", "en"], ["simple", "fr"], ["simple", "en"]]) {
      await page.setViewportSize(DESK);
      await choose(page, portal, mode, lang);
      await ready(page);
      const look = async (name) => {
        for (const [size, viewport] of Object.entries({ phone: PHONE, tablet: TABLET, hall: HALL })) {
          await page.setViewportSize(viewport);
          await shoot(page, `workshop/${name}-${mode}-${lang}-${size}`);
          for (const fault of [...(await violations(page)), ...(await faults(page, mode))]) wrong.push(`${name} ${mode} ${lang} ${size}: ${fault}`);
        }
      };
      await look("start");
      await page.click("[data-action=workshop-start]");
      await page.waitForSelector("main .post");
      await look("post");
      if (mode === "simple") {
        await page.click("[data-action=workshop-hands]");
        for (const side of ["reliable", "unreliable"]) {
          await page.click(`[data-action=hands-more-${side}]`);
          await look(`hands-${side}`);
          await page.click("[data-action=workshop-answer]");
        }
      } else {
        await page.click("[data-action=workshop-notes]");
        await page.click("[data-action=workshop-answer]");
      }
      await page.waitForSelector("[data-verdict]");
      await look("told");
      for (let n = 1; n < 6; n++) {
        await page.click("[data-action=workshop-next]");
        await page.waitForSelector("main .post");
        if (mode === "simple") await page.click("[data-action=workshop-hands]");
        if (mode === "simple") await page.click("[data-action=workshop-answer]");
        await page.click("[data-action=workshop-answer]");
        await page.waitForSelector("[data-verdict]");
      }
      await page.click("[data-action=workshop-next]");
      await page.waitForSelector("[data-action=workshop-again]");
      await look("end");
    }
    assert.deepEqual(wrong, []);
  }));

test("in the dark it can be read as well", () =>
  onPhone(
    async (page) => {
      await ready(page);
      await page.click("[data-action=workshop-start]");
      await page.waitForSelector("main .post");
      await shoot(page, "workshop/post-dark");
      assert.deepEqual(await violations(page), []);
      await post(page, { bad: 2 });
      await shoot(page, "workshop/told-dark");
      assert.deepEqual(await violations(page), []);
    },
    { viewport: TABLET, colorScheme: "dark" },
  ));

test("by keyboard alone a post is voted on and answered", () =>
  onPhone(
    async (page) => {
      await ready(page);
      const until = async (action) => {
        for (let i = 0; i < 60; i++) {
          await page.keyboard.press("Tab");
          assert.equal(await focusFault(page), null);
          if (await page.evaluate((action) => document.activeElement.dataset.action === action, action)) return;
        }
        throw new Error(`${action} is not reached`);
      };
      await until("workshop-start");
      await page.keyboard.press("Enter");
      await page.waitForSelector("main .post");
      await until("hands-more-unreliable");
      await page.keyboard.press("Space");
      await page.keyboard.press("Enter");
      assert.equal(await page.locator("[data-hands=unreliable]").innerText(), "2");
      await until("workshop-answer");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[data-verdict]");
      await page.waitForFunction(() => document.activeElement.localName === "h1"); // read from the top
    },
    { viewport: TABLET },
  ));
