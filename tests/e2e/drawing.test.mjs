// The drawn repetition: there before the film, described, stopped on demand, still for those who asked
// for less movement.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Clinic } from "./lib/clinic.mjs";
import { stored } from "./lib/database.mjs";
import { download, kitOf, onPhone, open, openLink } from "./lib/portal.mjs";

let clinic, exercise;

before(async () => {
  clinic = await Clinic.open();
  [exercise] = (await kitOf(clinic)).exercises;
});
after(() => clinic?.close());

const drawing = (page) => page.locator(".figure [role=img]");

/** What the drawing does: whether it stands still, and its shapes now and a moment later. */
const moves = (page) =>
  page.evaluate(async () => {
    const svg = document.querySelector(".figure svg");
    const shapes = () => [...svg.querySelectorAll("path")].map((p) => (p.getAnimatedPathData?.() ?? getComputedStyle(p).d)).join();
    const first = shapes();
    for (let i = 0; i < 60; i++) {
      await new Promise((go) => setTimeout(go, 50));
      if (shapes() !== first) break;
    }
    return { paused: svg.animationsPaused(), moved: shapes() !== first };
  });

test("before any film an exercise shows its drawing, in words too, and a tap stops and starts it", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    await open(page, clinic.proxy.url, `exercise/${exercise.id}`);
    await page.waitForSelector(".figure svg animate", { state: "attached" });
    assert.equal(await drawing(page).getAttribute("aria-label"), exercise.animation.alt.fr);
    assert.deepEqual(await moves(page), { paused: false, moved: true });
    await page.click("[data-action=animation]");
    assert.deepEqual(await moves(page), { paused: true, moved: false });
    await page.click("[data-action=animation]");
    assert.equal((await moves(page)).paused, false);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await clinic.proxy.goOffline();
    await page.reload();
    await page.waitForSelector(".figure svg animate", { state: "attached" });
    await clinic.proxy.goOnline();
  }));

test("whoever asked the device for less movement gets a still drawing, and may start it", () =>
  onPhone(
    async (page) => {
      await openLink(page, clinic.link);
      await open(page, clinic.proxy.url, `exercise/${exercise.id}`);
      await page.waitForSelector(".figure svg animate", { state: "attached" });
      assert.deepEqual(await moves(page), { paused: true, moved: false });
      await page.click("[data-action=animation]");
      assert.deepEqual(await moves(page), { paused: false, moved: true });
    },
    { reducedMotion: "reduce" },
  ));

test("once the film is here it stands alone; in simple mode the drawing is a screen of its own", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    await page.click("[data-action=mode-simple]");
    await open(page, clinic.proxy.url, `exercise/${exercise.id}`);
    await page.click("main .button.main");
    await page.waitForSelector(".figure svg animate", { state: "attached" });
    assert.ok((await page.locator("main button:not(.read-aloud):visible, main a:visible").count()) <= 3, "three choices at most");
    await page.click("[data-action=mode-standard]");
    await stored(page, "profiles"); // what was tapped is written
    await open(page, clinic.proxy.url, "kit");
    await download(page);
    await open(page, clinic.proxy.url, `exercise/${exercise.id}`);
    await page.waitForSelector("main video");
    assert.equal(await page.locator(".figure").count(), 0);
  }));
