// The lessons, the booklet and the poster: on the screen in every form, on paper as the browser prints
// them, and without Internet once seen. None of it needs a kit.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { DESK, PHONE } from "./lib/chromium.mjs";
import { Clinic } from "./lib/clinic.mjs";
import { root, screenshots } from "./lib/env.mjs";
import { faults, focusFault } from "./lib/layout.mjs";
import { describePdf } from "./lib/pdf.mjs";
import { choose, onPhone, open } from "./lib/portal.mjs";
import { voice } from "./lib/session.mjs";
import { readCode, shoot } from "./lib/shots.mjs";

const CUES = ["C1", "C2", "C3", "C4", "C5", "M6", "M7", "M8", "M9", "M10"];
const CARDS = [...CUES, "generic", "feed"];

/** What is printed from where: the button, the number of sheets, and their size in millimetres. */
const PAPERS = {
  "booklet-a4": { address: "booklet", action: "print-fold", pages: 4, size: [297, 210] },
  "booklet-a5": { address: "booklet", action: "print-pages", pages: 8, size: [148, 210] },
  "poster-a4": { address: "booklet/poster", action: "print-a4", pages: 1, size: [210, 297] },
  "poster-a3": { address: "booklet/poster", action: "print-a3", pages: 1, size: [297, 420] },
};

let clinic, portal;

before(async () => {
  clinic = await Clinic.open({ kit: null });
  portal = clinic.proxy.url;
});

after(() => clinic?.close());
afterEach(() => {
  clinic.proxy.faults = {};
});

const texts = async (name, lang) => JSON.parse(await readFile(path.join(root, `content/quiz/${name}.${lang}.json`), "utf8"));

/** Opens a screen whose text comes from beside the portal. */
async function show(page, address) {
  await open(page, portal, address);
  await page.waitForSelector("main .lead, main .points, main .looks, main .poster, main [data-action=lesson]", { timeout: 20_000 });
}

/** A picture of a poster is no text of the screen: its words are its name. */
const hidePreview = (page) => page.evaluate(() => document.querySelectorAll(".poster-frame").forEach((e) => (e.hidden = true)));

test("every lesson is there at its address, with its phrases, its facts and the way on", () =>
  onPhone(async (page) => {
    for (const lang of ["fr", "en"]) {
      await choose(page, portal, "standard", lang);
      const { lessons, sources } = await texts("lessons", lang);
      assert.deepEqual(lessons.map((l) => l.id), CARDS);
      for (const lesson of lessons) {
        await show(page, `quiz/lesson/${lesson.id}`);
        assert.equal(await page.locator("main h1").innerText(), lesson.title);
        const words = await page.locator("main").innerText();
        const facts = lesson.facts.flatMap((f) => [f.text, ...f.sources.map((id) => sources.find((s) => s.id === id).title)]);
        for (const part of [lesson.lead, ...lesson.look, lesson.bad, lesson.good, lesson.trap, lesson.act, ...facts]) {
          assert.ok(words.includes(part), `${lang} ${lesson.id}: ${part}`);
        }
      }
      await page.locator("main [data-action=lesson]").last().click();
      await page.waitForFunction((title) => document.querySelector("main h1").innerText !== title, lessons.at(-1).title);
      await show(page, "quiz/lesson");
      assert.equal(await page.locator("main [data-action=lesson]").count(), CARDS.length);
    }
    await open(page, portal, "quiz/lesson/C11");
    await page.waitForFunction(() => /adresse|address|page/i.test(document.querySelector("main").innerText));
  }));

test("the booklet is one tap from help and from the quiz, and leads to the lessons and the workshop", () =>
  onPhone(async (page) => {
    for (const from of ["help", "quiz"]) {
      await open(page, portal, from);
      await page.click("main [data-action=booklet]");
      await page.waitForSelector("main [data-action=print-fold]");
      assert.equal(new URL(page.url()).pathname, "/booklet", from);
    }
    assert.equal(await page.locator("main [data-action=workshop]").count(), 1);
    await page.click("main a[href='quiz/lesson']");
    await page.waitForSelector("main [data-action=lesson]");
    await choose(page, portal, "simple");
    await open(page, portal, "help");
    await page.waitForSelector("main .button.main");
    for (let n = 0; n < 20 && !(await page.locator("main [data-action=booklet]").count()); n++) await page.click("main .button.main");
    assert.deepEqual(await faults(page, "simple"), []);
    await page.click("main [data-action=booklet]");
    await page.waitForSelector("main [data-action=print-fold]");
    // From the quiz it is behind « À propos »: a third choice less on its first screen.
    await open(page, portal, "quiz");
    await page.click("main [data-action=quiz-about]");
    await page.waitForSelector("main [data-action=booklet]");
    assert.deepEqual(await faults(page, "simple"), []);
    await page.click("main [data-action=booklet]");
    await page.waitForSelector("main [data-action=print-fold]");
  }));

test("the booklet says that it is a draft as long as its data do, on the screen and on paper", async () => {
  const draft = /en cours de relecture par des kinés/;
  const said = (page) => page.evaluate(() => [document.querySelector("main").textContent, document.querySelector(".leaf-small").textContent]);
  for (const status of ["draft", "reviewed"]) {
    await onPhone(async (page) => {
      const body = JSON.stringify({ ...(await texts("booklet", "fr")), status });
      clinic.proxy.faults = { on: ({ path }) => (/quiz\/booklet-/.test(path) ? { body } : undefined) };
      await show(page, "booklet");
      await page.waitForSelector("main .points");
      for (const words of await said(page)) {
        assert.match(words, /Novembre 2026/);
        assert.equal(draft.test(words), status === "draft", words);
      }
    });
  }
});

test("the phone’s voice reads every page of the booklet, with what a phrase is said for", () =>
  onPhone(async (page) => {
    await page.addInitScript(voice);
    const { parts } = await texts("booklet", "fr");
    await show(page, "booklet");
    await page.click("main [data-action=read-aloud]");
    await page.waitForFunction(() => window.said.length > 0);
    const heard = await page.evaluate(() => window.said.map((s) => s.text).join(" "));
    for (const part of parts) {
      const points = part.points.flatMap((point) => [point.title, point.text, point.good, point.bad]);
      for (const words of [part.title, part.lead, part.rule, ...points]) assert.ok(!words || heard.includes(words), words);
    }
    const captions = await page.locator("main figcaption").allInnerTexts();
    assert.ok(captions.length > 0);
    for (const caption of captions) assert.ok(heard.includes(`${caption.trim()}.`), caption);
  }));

test("lessons, booklet and poster have no axe violation, large letters, large targets, in every form", () =>
  onPhone(async (page) => {
    const wrong = [];
    const addresses = ["quiz/lesson", "quiz/lesson/C4", "quiz/lesson/feed", "booklet", "booklet/poster"];
    for (const mode of ["standard", "simple"]) {
      for (const lang of ["fr", "en"]) {
        await choose(page, portal, mode, lang);
        for (const address of addresses) {
          for (const [size, viewport] of Object.entries({ phone: PHONE, desk: DESK, narrow: { width: 320, height: 568 } })) {
            await page.setViewportSize(viewport);
            await show(page, address);
            const name = `${address.replaceAll("/", "-")}-${mode}-${lang}-${size}`;
            if (size !== "narrow") await shoot(page, `booklet/${name}`);
            wrong.push(...(await violations(page)).map((v) => `${name}: ${v}`));
            await hidePreview(page);
            wrong.push(...(await faults(page, mode)).map((f) => `${name}: ${f}`));
          }
        }
      }
    }
    assert.deepEqual(wrong, []);
  }));

test("in simple mode a lesson and the booklet are read to their end, a thing a screen", () =>
  onPhone(async (page) => {
    await choose(page, portal, "simple");
    const { parts } = await texts("booklet", "fr");
    await show(page, "booklet");
    const wrong = [];
    for (const part of parts) {
      await page.click("main .button.main");
      await page.waitForSelector(`main [data-part=${part.id}]`);
      wrong.push(...(await faults(page, "simple")));
    }
    await show(page, "quiz/lesson/C2");
    for (const landmark of [".phrase.bad", ".note"]) {
      await page.click("main .button.main");
      await page.waitForSelector(`main ${landmark}`);
      wrong.push(...(await faults(page, "simple")));
    }
    assert.deepEqual(wrong, []);
  }));

test("by keyboard alone one goes from the booklet to the poster, and the focus is always seen", () =>
  onPhone(
    async (page) => {
      await show(page, "booklet");
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press("Tab");
        assert.equal(await focusFault(page), null);
        if (await page.evaluate(() => document.activeElement.dataset.action === "poster")) break;
      }
      await page.keyboard.press("Enter");
      await page.waitForSelector("main .poster");
      await page.waitForFunction(() => document.activeElement.localName === "h1");
    },
    { viewport: DESK },
  ));

test("in the dark, and with forced colours, nothing of the booklet is lost", () =>
  onPhone(async (page) => {
    await show(page, "booklet");
    for (const form of [{ colorScheme: "dark" }, { forcedColors: "active" }]) {
      await page.emulateMedia(form);
      assert.deepEqual(await violations(page), []);
      await shoot(page, `booklet/booklet-${Object.values(form)[0]}`);
    }
    await page.emulateMedia({ colorScheme: "dark", forcedColors: "none" });
    await show(page, "quiz/lesson/C2");
    assert.deepEqual(await violations(page), []);
    await shoot(page, "booklet/lesson-dark");
  }));

/** What stands out of its page, in the layout of the printer. */
const cut = (page) =>
  page.evaluate(() => {
    const found = [];
    for (const sheet of document.querySelectorAll(".leaves .leaf, .leaves .poster")) {
      const box = sheet.getBoundingClientRect();
      if (!box.width) found.push(`${sheet.className} is not laid out`);
      if (sheet.scrollHeight > sheet.clientHeight + 1) found.push(`${sheet.className}: ${sheet.scrollHeight} in ${sheet.clientHeight} px`);
      const style = getComputedStyle(sheet);
      const [right, bottom] = [box.right - parseFloat(style.paddingRight), box.bottom - parseFloat(style.paddingBottom)];
      for (const e of sheet.querySelectorAll("*")) {
        const inside = e.getBoundingClientRect();
        if (inside.right > right + 1.5 || inside.bottom > bottom + 1.5) found.push(`${sheet.className}: <${e.localName} ${e.className}> «${(e.innerText ?? "").slice(0, 40)}»`);
        if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline" && e.clientWidth > 0 && !e.closest("svg")) found.push(`${sheet.className}: cut sideways «${(e.innerText ?? "").slice(0, 40)}»`);
      }
      // What is below a rule at the page's foot must not be run over by what is above it.
      const [above, below] = [sheet.querySelector(".leaf-points"), sheet.querySelector(".leaf-rule, .leaf-quiz")];
      if (above && below && above.getBoundingClientRect().bottom > below.getBoundingClientRect().top + 1) found.push(`${sheet.className}: points run into what follows`);
    }
    return found;
  });

/** Presses a button to print without a printer: what is laid out stays on the page. */
async function layOut(page, action) {
  await page.evaluate(() => (window.print = () => (document.documentElement.dataset.printed = "yes")));
  await page.click(`main [data-action=${action}]`);
  await page.waitForFunction(() => document.documentElement.dataset.printed);
}

for (const lang of ["fr", "en"]) {
  test(`the booklet and the poster are printed whole, on their paper, with their letters (${lang})`, () =>
    onPhone(
      async (page) => {
        const booklet = await texts("booklet", lang);
        await choose(page, portal, "standard", lang);
        await mkdir(path.join(screenshots, "print"), { recursive: true });
        for (const [name, paper] of Object.entries(PAPERS)) {
          await show(page, paper.address);
          await layOut(page, paper.action);
          await page.emulateMedia({ media: "print" });
          assert.deepEqual(await cut(page), [], name);
          const words = await page.locator(".leaves").innerText();
          const printed = paper.address === "booklet" ? booklet.parts : [booklet.poster];
          for (const part of printed.flatMap((p) => [p.lead, p.rule, ...p.points.flatMap((q) => [q.title, q.text, q.good, q.bad])])) {
            if (part) assert.ok(words.includes(part), `${name}: ${part}`);
          }
          assert.ok(words.includes(`${new URL(portal).host}/quiz`), "the address of this portal's quiz");
          assert.equal(await readCode(page.locator(".leaves svg.qr").first()), `${portal}quiz`, `${name}: what a phone reads`);
          const bytes = await page.pdf({ preferCSSPageSize: true, printBackground: true });
          await writeFile(path.join(screenshots, "print", `${name}.${lang}.pdf`), bytes);
          const pdf = describePdf(bytes);
          assert.deepEqual(pdf.pages, Array(paper.pages).fill(paper.size), name);
          assert.ok(pdf.fonts > 0 && pdf.embedded === pdf.fonts, `${name}: ${pdf.embedded} of ${pdf.fonts} fonts travel with it`);
          assert.ok(bytes.length < 500_000, `${name}: ${bytes.length} bytes`);
          await page.emulateMedia({ media: null });
        }
      },
      { viewport: DESK },
    ));
}

test("from a phone in simple mode and in the dark the same booklet is printed, on white", () =>
  onPhone(
    async (page) => {
      await choose(page, portal, "simple");
      await show(page, "booklet");
      await layOut(page, "print-fold");
      await page.emulateMedia({ media: "print" });
      assert.deepEqual(await cut(page), []);
      const colour = await page.locator(".leaf-rule").first().evaluate((e) => getComputedStyle(e.parentElement).color);
      assert.equal(colour, "rgb(35, 30, 24)", "ink is dark on paper");
      const pdf = describePdf(await page.pdf({ preferCSSPageSize: true, printBackground: true }));
      assert.deepEqual(pdf.pages, Array(4).fill([297, 210]));
    },
    { colorScheme: "dark" },
  ));

test("once seen, the lessons and the booklet are there without Internet", () =>
  onPhone(async (page) => {
    await open(page, portal);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await show(page, "booklet");
    await show(page, "quiz/lesson/feed");
    // Shown is not yet kept.
    await page.waitForFunction(
      async () => {
        const wanted = [/\/quiz-[0-9a-f]+\.wasm$/, /\/quiz-[0-9a-f]+\.css$/, /\/quiz\/booklet-[0-9a-f]+\.fr\.json$/, /\/quiz\/lessons-[0-9a-f]+\.fr\.json$/];
        const lists = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
        return lists.some((list) => wanted.every((form) => list.some((request) => form.test(request.url))));
      },
      null,
      { timeout: 60_000, polling: 300 },
    );
    await clinic.proxy.goOffline();
    try {
      await show(page, "booklet");
      await show(page, "quiz/lesson/C1");
      assert.equal(await page.locator("main h1").innerText(), (await texts("lessons", "fr")).lessons[0].title);
    } finally {
      await clinic.proxy.goOnline();
    }
  }));

test("a text that does not come is told, and asked for again", () =>
  onPhone(async (page) => {
    // A Wi-Fi’s login page in its place, as it happens.
    clinic.proxy.faults = { on: ({ path }) => (/quiz\/lessons-/.test(path) ? { captive: true } : undefined) };
    try {
      await open(page, portal, "quiz/lesson/C1");
      await page.waitForSelector("main [data-action=retry]");
    } finally {
      clinic.proxy.faults = {};
    }
    await page.click("main [data-action=retry]");
    await page.waitForSelector("main .looks");
  }));
