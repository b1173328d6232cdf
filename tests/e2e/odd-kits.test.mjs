// Kits that strain the screens: many exercises, endless titles, another script, no film at all.
// Each opens, fits a small phone, and can be used in both modes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Clinic, kitFolder } from "./lib/clinic.mjs";
import { PHONE } from "./lib/chromium.mjs";
import { aKit, copyFilm, exercise, film, writeKit } from "./lib/kits.mjs";
import { kitState, onPhone, open, openLink, playAndSeek, screens } from "./lib/portal.mjs";

let clinic, portal;

before(async () => {
  clinic = await Clinic.open({ kit: null });
  portal = clinic.proxy.url;
});

after(() => clinic?.close());

/** Publishes a kit that the test wrote, with a film for those of its exercises that name one. */
async function publish(name, kit) {
  const dir = await kitFolder(clinic.dir, name);
  if (kit.exercises.some((e) => e.video)) await copyFilm(dir);
  return clinic.publish(await writeKit(dir, kit));
}

/** No screen of the kit is wider than the phone, in either mode; nothing sticks out of it. */
async function fits(page, exercise) {
  for (const mode of ["mode-simple", "mode-standard"]) {
    await page.click(`[data-action=${mode}]`);
    for (const address of screens(exercise)) {
      await open(page, portal, address);
      const wide = await page.evaluate((width) => {
        const shown = (e) => e.getClientRects().length && getComputedStyle(e).visibility !== "hidden" && !e.closest(".visually-hidden, .skip");
        const out = [...document.querySelectorAll("body *")]
          .filter((e) => shown(e) && e.getBoundingClientRect().right > width + 1)
          .map((e) => `${e.tagName}.${e.getAttribute("class")}`);
        return { scroll: document.documentElement.scrollWidth, out: out.slice(0, 5) };
      }, PHONE.width);
      assert.deepEqual(wide, { scroll: PHONE.width, out: [] }, `${mode} ${address}`);
    }
    await open(page, portal);
  }
}

/** From the first screen by taps alone to an exercise and its steps. */
async function usableByTaps(page, { id, title, steps }) {
  await open(page, portal);
  await page.click(`main li a[href$='exercise/${id}']`);
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  for (const step of steps) assert.ok(await page.locator("main").getByText(step).isVisible(), step);
}

const many = Array.from({ length: 60 }, (_, i) => exercise(`e-${i + 1}`, i === 0 ? { video: film() } : {}));

test("a kit of 60 exercises opens, fits the phone, and its last exercise can be reached", () =>
  onPhone(async (page) => {
    await openLink(page, await publish("many", aKit(many)));
    assert.ok((await page.locator("main").innerText()).includes("60 exercices"));
    await page.click("[data-action=kit-download]");
    await kitState(page, "ready", { timeout: 60_000 });
    await fits(page, "e-60");
    await usableByTaps(page, { id: "e-60", title: "Exercice e-60", steps: ["Asseyez-vous.", "Levez-vous."] });
    await page.click("main nav a");
    await page.getByRole("heading", { level: 1, name: "Exercice e-59" }).waitFor();
    await playAndSeek(page, portal, "e-1");
  }));

const sentence = "Se lever d’une chaise de cuisine solide placée contre le mur sans s’aider des mains ".repeat(5);
const LONG = sentence.slice(0, 299).trim().padEnd(300, "a");
const WORD = "Anticonstitutionnellement".repeat(12);

for (const [name, title] of [["a title of 300 characters", LONG], ["a title of one word of 300 characters", WORD]]) {
  test(`${name} fits the phone on every screen`, () =>
    onPhone(async (page) => {
      assert.equal(title.length, 300);
      const texts = { title: { fr: title, en: title } };
      const kit = aKit([exercise("long", texts), exercise("other")], { ...texts, summary: texts.title });
      await openLink(page, await publish(`long-${title.length}-${title.slice(0, 4)}`.toLowerCase(), kit));
      await fits(page, "long");
      await usableByTaps(page, { id: "long", title, steps: ["Asseyez-vous."] });
    }));
}

const ARABIC = {
  kit: "بعد السقوط",
  title: "الوقوف من الكرسي",
  why: "لكي تقف بسهولة أكبر.",
  steps: ["اجلس على حافة الكرسي.", "قف ببطء، ثم اجلس."],
};

test("Arabic text is readable from right to left inside a French screen", () =>
  onPhone(async (page) => {
    const kit = aKit(
      [exercise("ar", { title: { fr: ARABIC.title }, why: { fr: ARABIC.why }, steps: ARABIC.steps.map((fr) => ({ fr })) })],
      { title: { fr: ARABIC.kit } },
    );
    await openLink(page, await publish("arabic", kit));
    await page.locator("main").getByText(ARABIC.kit).waitFor();
    await fits(page, "ar");
    await usableByTaps(page, { id: "ar", title: ARABIC.title, steps: ARABIC.steps });
    const direction = (words) => page.locator("main").getByText(words).first().evaluate((e) => getComputedStyle(e).direction);
    for (const words of [ARABIC.title, ARABIC.why, ...ARABIC.steps]) assert.equal(await direction(words), "rtl", words);
    assert.equal(await direction("Pourquoi cet exercice ?"), "ltr");
  }));

test("a kit without any film or leaflet is ready as soon as the app is, with nothing to download", () =>
  onPhone(async (page, browser) => {
    const from = clinic.proxy.log.length;
    await page.goto(await publish("bare", aKit([exercise("one"), exercise("two")])));
    await kitState(page, "ready");
    assert.equal(await page.locator("[data-action=kit-download]").count(), 0, "nothing asks to be downloaded");
    await fits(page, "one");
    assert.equal(clinic.proxy.log.slice(from).filter((r) => r.path.startsWith("/m/")).length, 0);
    await clinic.proxy.goOffline();
    page = await browser.restart();
    await usableByTaps(page, { id: "two", title: "Exercice two", steps: ["Levez-vous."] });
    assert.ok((await page.locator("main").innerText()).includes("n’a pas de vidéo"));
    assert.equal(await page.locator("[data-action=play]").count(), 0);
    await clinic.proxy.goOnline();
  }));
