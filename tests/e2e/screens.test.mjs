// Every screen, in both modes, both languages and two sizes: pictures for people to look at, and
// what can be measured of them: axe-core, letters, targets, width, choices, keyboard.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { DESK, PHONE } from "./lib/chromium.mjs";
import { Clinic } from "./lib/clinic.mjs";
import { faults, tabTo } from "./lib/layout.mjs";
import { choose, kitOf, kitState, onPhone, open, openLink, problem, startLight, toSigns } from "./lib/portal.mjs";
import { shoot } from "./lib/shots.mjs";

const SIZES = { phone: PHONE, desk: DESK };
const NARROW = {
  "320 px upright": { width: 320, height: 568 },
  "320 px on its side": { width: 568, height: 320 },
  "200 % zoom upright": { width: 180, height: 320 },
  "200 % zoom on its side": { width: 320, height: 180 },
};

let clinic, portal, kit, id;

before(async () => {
  clinic = await Clinic.open();
  portal = clinic.proxy.url;
  kit = await kitOf(clinic);
  id = kit.exercises[0].id;
});

after(() => clinic?.close());

/** The answer of the n-th level of « Ça ne va pas ». */
async function report(page, level) {
  await open(page, portal, "report");
  await toSigns(page);
  const sign = kit.warnings.find((w) => w.level === level).id;
  // Simple mode asks one sign at a time.
  for (let i = 0; i < 40; i++) {
    const here = page.locator(`main [data-sign=${sign}]`);
    if (await here.count()) {
      const yes = page.locator("main [data-action=sign-yes]");
      await ((await yes.count()) ? yes : here).click();
      return page.waitForSelector(`main [data-level=${level}]`);
    }
    const shown = await page.locator("main [data-sign]").first().getAttribute("data-sign");
    await page.click("main [data-action=report-none], main [data-action=sign-no]");
    await page.waitForFunction((was) => document.querySelector("main [data-sign]")?.dataset.sign !== was, shown);
  }
  throw new Error(`no sign of level ${level}`);
}

const at = (address) => async (page) => open(page, portal, address);

const EVERYWHERE = {
  help: at("help"),
  settings: at("settings"),
  "not-found": at("nowhere/at/all"),
};

const SCREENS = {
  none: {
    home: at(""),
    kit: at("kit"),
    report: at("report"),
    "bad-link": async (page) => {
      await page.goto("about:blank");
      await page.goto(clinic.link.slice(0, -30));
      await problem(page, "link_broken");
    },
    ...EVERYWHERE,
  },
  new: { home: at(""), kit: at("kit") },
  ready: {
    home: at(""),
    kit: at("kit"),
    exercise: (page) => open(page, portal, `exercise/${id}`),
    contraindications: async (page) => {
      await open(page, portal, `exercise/${id}`);
      // In simple mode the film is the second screen.
      if (!(await page.locator("[data-action=play]").count())) await page.locator("main .button.main").click();
      await page.click("[data-action=play]");
      await page.waitForSelector("dialog[open] [data-action=acknowledge]");
      assert.equal(await page.locator("dialog[open]").evaluate((e) => e.scrollTop), 0, "read from its beginning");
    },
    report: at("report"),
    "report-signs": async (page) => {
      await open(page, portal, "report");
      await toSigns(page);
    },
    feeling: at("feeling"),
    "report-red": (page) => report(page, "red"),
    "report-orange": (page) => report(page, "orange"),
    "report-yellow": (page) => report(page, "yellow"),
    ...EVERYWHERE,
  },
};

/** Brings a phone into a state of the kit. */
async function prepare(page, state) {
  if (state === "none") return open(page, portal);
  await openLink(page, clinic.link);
  if (state === "new") return;
  await startLight(page);
  await kitState(page, "ready", { timeout: 60_000 });
}

/** The stills that belong on the screen are there: no picture is taken half-way. */
const settled = (page) =>
  page.waitForFunction(() => [...document.images].every((i) => i.complete) && !document.querySelector(".busy"));

for (const state of Object.keys(SCREENS)) {
  test(`with the kit ${state}, every screen in every form has no axe violation, large letters, large targets`, () =>
    onPhone(async (page) => {
      await prepare(page, state);
      const wrong = [];
      for (const mode of ["standard", "simple"]) {
        for (const lang of ["fr", "en"]) {
          await choose(page, portal, mode, lang);
          for (const [name, go] of Object.entries(SCREENS[state])) {
            await page.setViewportSize(PHONE);
            try {
              await go(page);
            } catch (e) {
              wrong.push(`${state}/${name}-${mode}-${lang}: ${e.message}`);
              continue;
            }
            for (const [size, viewport] of Object.entries(SIZES)) {
              await page.setViewportSize(viewport);
              await settled(page);
              const where = `${state}/${name}-${mode}-${lang}-${size}`;
              await shoot(page, where);
              for (const line of [...(await violations(page)), ...(await faults(page, mode))]) wrong.push(`${where}: ${line}`);
            }
          }
        }
      }
      assert.equal(wrong.join("\n"), "");
    }));
}

test("each language stands in the settings under its own name, whichever has come", () =>
  onPhone(async (page) => {
    await open(page, portal, "settings");
    const names = () => page.locator("main .choice-text[lang]").allInnerTexts();
    await page.locator("main h1").getByText("Réglages").waitFor();
    assert.deepEqual(await names(), ["Français", "English"]);
    await page.locator("main .choice-text[lang=en]").click();
    await page.locator("main h1").getByText("Settings").waitFor();
    assert.deepEqual(await names(), ["Français", "English"]);
  }));

test("no screen is wider than 320 px or than a phone zoomed to 200 %, upright and on its side", () =>
  onPhone(async (page) => {
    await prepare(page, "ready");
    const wrong = [];
    for (const mode of ["standard", "simple"]) {
      await choose(page, portal, mode, "fr");
      for (const [name, go] of Object.entries(SCREENS.ready)) {
        await page.setViewportSize(PHONE);
        await go(page);
        for (const [window, viewport] of Object.entries(NARROW)) {
          await page.setViewportSize(viewport);
          await settled(page);
          if (window.startsWith("200")) await shoot(page, `narrow/${name}-${mode}-${viewport.width}`);
          for (const line of await faults(page, mode)) wrong.push(`${name} ${mode} ${window}: ${line}`);
        }
      }
    }
    assert.equal(wrong.join("\n"), "");
  }));

for (const [name, media] of [
  ["dark", { colorScheme: "dark" }],
  ["more contrast", { contrast: "more" }],
  ["forced colours", { forcedColors: "active" }],
]) {
  test(`${name}: the screens that have every kind of piece keep their contrast`, () =>
    onPhone(async (page) => {
      await prepare(page, "ready");
      await page.emulateMedia(media);
      const wrong = [];
      for (const mode of ["standard", "simple"]) {
        await choose(page, portal, mode, "fr");
        for (const screen of ["home", "kit", "exercise", "contraindications", "report-red", "settings"]) {
          await SCREENS.ready[screen](page);
          await settled(page);
          await shoot(page, `${name.replaceAll(" ", "-")}/${screen}-${mode}`);
          wrong.push(...(await violations(page)).map((line) => `${screen} ${mode}: ${line}`));
        }
      }
      assert.equal(wrong.join("\n"), "");
    }));
}

for (const mode of ["standard", "simple"]) {
  test(`${mode}: with Tab and Enter alone, from the link to a film that plays`, () =>
    onPhone(async (page) => {
      await open(page, portal);
      await choose(page, portal, mode, "fr");
      await page.goto("about:blank");
      await openLink(page, clinic.link);
      await tabTo(page, "[data-action=kit-download]");
      await page.keyboard.press("Enter");
      await kitState(page, "ready", { timeout: 60_000 });
      await tabTo(page, "main a[href='./']");
      await page.keyboard.press("Enter");
      await page.waitForSelector(`main a[href^="exercise/"]`);
      await tabTo(page, `main a[href^="exercise/"]`);
      await page.keyboard.press("Enter");
      await page.waitForSelector("main .badge");
      if (mode === "simple") {
        await tabTo(page, "main .button.main");
        await page.keyboard.press("Enter");
        await page.waitForSelector("[data-action=play]");
      }
      await tabTo(page, "[data-action=play]");
      await page.keyboard.press("Enter");
      await page.waitForSelector("dialog[open]");
      await tabTo(page, "[data-action=acknowledge]");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector("main video")?.currentTime > 0.5);
    }));
}
