// « Mon suivi » and what hangs on it: the appointment, the two questions, the summary, reminders, the
// copy of everything, and what the clinic would get. The patient's past is written into the journal
// beforehand; the clock stands still on a Wednesday.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { Clinic, kitFolder } from "./lib/clinic.mjs";
import { stored } from "./lib/database.mjs";
import { DESK, PHONE } from "./lib/chromium.mjs";
import { events as eventsOf, seed, session } from "./lib/journal.mjs";
import { aKit, exercise, writeKit } from "./lib/kits.mjs";
import { faults } from "./lib/layout.mjs";
import { choose, kitOf, onPhone, open, openLink } from "./lib/portal.mjs";
import { shoot } from "./lib/shots.mjs";

const DAY = 86_400_000;

/** The next Wednesday, 10:00 in Paris: never before the kit was made. */
function wednesday() {
  const day = new Date(Date.now() + DAY);
  while (day.getUTCDay() !== 3) day.setTime(day.getTime() + DAY);
  const date = day.toISOString().slice(0, 10);
  const hour = (zone) => Number(new Intl.DateTimeFormat("en", { timeZone: zone, hour: "2-digit", hour12: false }).format(day));
  const offset = (hour("Europe/Paris") - hour("UTC") + 24) % 24;
  return Date.parse(`${date}T10:00:00Z`) - offset * 3_600_000;
}

const NOW = wednesday();

/** The page's calendar stands still; its timers and frames run on. */
const stopClock = (page) =>
  page.addInitScript((now) => {
    const Real = Date;
    window.Date = class extends Real {
      constructor(...given) {
        super(...(given.length ? given : [now]));
      }
      static now() {
        return now;
      }
    };
  }, NOW);
const iso = (ms) => new Date(ms).toISOString().slice(0, 10);

let clinic, portal, kit;

before(async () => {
  clinic = await Clinic.open({ kit: null });
  portal = clinic.proxy.url;
  const source = aKit([exercise("chair", { watch_before: 2 }), exercise("step", { title: { fr: "La marche", en: "The step" } })], {
    return: "show",
    maintenance: {
      from: iso(Date.now() - 30 * DAY),
      go_on: [{ fr: "Marchez une demi-heure par jour.", en: "Walk half an hour a day." }],
      come_back: { fr: "Si vous tombez de nouveau.", en: "If you fall again." },
    },
  });
  clinic.link = await clinic.publish(await writeKit(await kitFolder(clinic.dir, "suivi"), source));
  kit = await kitOf(clinic);
});

after(() => clinic?.close());

/** A past of two weeks: two sessions last week, one today, and what was told. */
function past() {
  const id = kit.kit_id;
  const told = (at, what) => ({ at, what });
  return [
    ...session(NOW - 9 * DAY, id, "s1", ["chair", "step"], [4, 3]),
    ...session(NOW - 7 * DAY, id, "s2", ["chair", "step"], [3, 3]),
    told(NOW - 6 * DAY, { kind: "fell", by: "helper" }),
    told(NOW - 6 * DAY + 1, { kind: "spoken-to-professional", about: [] }),
    told(NOW - 5 * DAY, { kind: "tried-elsewhere", which: "Défi 30 jours", happened: "Mal au dos <b>", by: "patient" }),
    told(NOW - 4 * DAY, { kind: "noted", text: "Je monte mieux l’escalier.", by: "helper" }),
    told(NOW - 4 * DAY + 1, { kind: "a-kind-of-next-year", more: 1 }),
    ...session(NOW - 3_600_000, id, "s3", ["chair"], [2, 2]),
    told(NOW - 1_800_000, { kind: "stopped", kit: id, session: "s3", exercise: "chair", why: "fatigue" }),
    told(NOW - 1_700_000, { kind: "sign-chosen", kit: id, sign: "chest-pain", level: "red", by: "patient" }),
  ];
}

/** A phone with the kit, the clock of these tests, and a past. */
const phone = (run, { events = past(), ...options } = {}) =>
  onPhone(async (page, browser) => {
    await stopClock(page);
    await openLink(page, clinic.link);
    await seed(page, events);
    await run(page, browser);
  }, options);

/** The words of the screen, with plain spaces. */
const plain = async (locator) => (await locator.innerText()).replaceAll("\u00a0", " ");
const text = (page) => plain(page.locator("main"));

/** Saves what a tap offers to save, and reads it. */
async function saved(page, action) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`[data-action=${action}]`)]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

const unfold = (ics) => ics.replaceAll("\r\n ", "").split("\r\n");

test("what was done, felt and told is on the screen, in words, and the same after a reload", () =>
  phone(async (page) => {
    await open(page, portal, "follow-up");
    for (const visit of ["first", "after a reload"]) {
      const words = await text(page);
      // Two exercises, three times a week each; today the chair was done once.
      assert.match(words, /1 fois sur 6 prescrites/, visit);
      assert.match(words, /Défi 30 jours/);
      assert.match(words, /Mal au dos <b>/);
      assert.match(words, /Une chute\.\s+\(noté par un proche\)/);
      assert.match(words, /Je monte mieux l’escalier\.\s»\s+\(noté par un proche\)/);
      assert.match(words, /Arrêt pendant « Exercice chair » : fatigue\./);
      assert.match(words, /Conseil affiché : appeler le 15\./);
      assert.match(words, /Marchez une demi-heure par jour\./);
      const days = await page.locator("main [data-day]").evaluateAll((all) => all.map((e) => e.dataset.day));
      assert.deepEqual(days, [0, 4, 5, 6, 7, 9].map((n) => iso(NOW - n * DAY)), "newest first, only days with something");
      await page.reload();
      await open(page, portal, "follow-up");
    }
  }));

test("behind each chart stands a table with the numbers that it draws", () =>
  phone(async (page) => {
    await open(page, portal, "follow-up");
    for (const summary of await page.locator("[data-action=chart-numbers]").all()) await summary.click();
    const tables = await page.locator("main table").evaluateAll((all) =>
      all.map((table) => [...table.tBodies[0].rows].map((row) => [...row.cells].slice(1).map((cell) => cell.innerText))),
    );
    assert.deepEqual(tables, [[["4", "3"], ["3", "3"], ["2", "2"]], [["4", "6"], ["1", "6"]]]);
    const [pain, weeks] = await page.locator("main svg.chart").evaluateAll((all) =>
      all.map((svg) => ({
        name: svg.getAttribute("aria-label"),
        marks: ["chart-before", "chart-after", "chart-done", "chart-prescribed"].map((c) => svg.getElementsByClassName(c).length),
      })),
    );
    assert.deepEqual([pain.marks, weeks.marks], [[3, 3, 0, 0], [0, 0, 2, 2]]);
    assert.match(pain.name, /3 dernières réponses/);
  }));

test("without a past the screen invites and blames nobody", () =>
  phone(
    async (page) => {
      await open(page, portal, "follow-up");
      await page.waitForSelector("main [data-empty]");
      assert.doesNotMatch(await text(page), /oubli|retard|manqu/i);
    },
    { events: [] },
  ));

test("the appointment takes a date to come, keeps it over a reload, and can be without one again", () =>
  phone(async (page) => {
    await open(page, portal, "follow-up");
    const date = "main [data-date]";
    assert.equal(await page.locator(date).count(), 0);
    assert.match(await text(page), /Exercice chair/, "to be seen before appointment 2");
    await page.click("[data-action=appointment]");
    await page.fill("#appointment-date", iso(NOW - DAY));
    await page.click("[data-action=appointment-keep]");
    await page.waitForSelector("#appointment-wrong:not(:empty)");
    await page.fill("#appointment-date", iso(NOW + 5 * DAY));
    await page.click("[data-action=appointment-keep]");
    await page.waitForSelector(`main [data-date="${iso(NOW + 5 * DAY)}"]`);
    assert.equal(await page.evaluate(() => document.activeElement.localName), "h2", "the focus stays with the card");
    await page.reload();
    await page.waitForSelector(`main [data-date="${iso(NOW + 5 * DAY)}"]`);
    await page.click("[data-action=appointment-none]");
    await page.waitForFunction(() => !document.querySelector("main [data-date]"));
    const set = (await eventsOf(page)).map((e) => e.what).filter((w) => w.kind === "appointment-set");
    assert.deepEqual(set.map((w) => [w.number, w.on]), [[2, iso(NOW + 5 * DAY)], [2, undefined]]);
  }));

test("the two questions are kept with who wrote, in both modes, and are in the summary", () =>
  phone(async (page) => {
    await open(page, portal, "follow-up");
    await page.click("[data-action=two-questions]");
    await page.click("[data-action=two-questions-keep]");
    await page.waitForSelector("main [role=alert]:not(:empty)");
    await page.click("[data-action=watched-yes]");
    await page.fill("#wish", "Monter l’escalier seul.");
    await page.click("[data-action=noted-by-helper]");
    await page.click("[data-action=two-questions-keep]");
    await page.waitForFunction(() => document.querySelector("main").innerText.includes("Monter l’escalier seul."));
    await open(page, portal, "follow-up/summary");
    assert.match(await text(page), /Vidéo regardée à domicile : oui\.[\s\S]*Monter l’escalier seul\./);
    // Again in simple mode, one question a screen.
    await page.click("[data-action=mode-simple]");
    await open(page, portal, "follow-up");
    await page.click("[data-action=follow-up-read]");
    while (!(await page.locator("[data-action=two-questions]").count())) await page.click("main .button.main");
    await page.click("[data-action=two-questions]");
    await page.click("[data-action=watched-no]");
    await page.click("[data-action=two-questions-keep]");
    await page.waitForFunction(() => document.querySelector("main").innerText.includes("domicile\u00a0: non."));
    const kept = (await eventsOf(page)).map((e) => e.what).filter((w) => w.kind === "two-questions");
    assert.deepEqual(kept.map((w) => [w.watched, w.wish, w.by]), [[true, "Monter l’escalier seul.", "helper"], [false, "", "patient"]]);
  }));

test("the summary fits one A4 page, and saved it stands by itself", () =>
  phone(async (page, browser) => {
    await open(page, portal, "follow-up/summary");
    const pdf = await page.pdf({ preferCSSPageSize: true });
    assert.equal(pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g).length, 1);
    const file = await saved(page, "summary-save");
    assert.equal(file.name, `resume-bon-geste-${iso(NOW)}.html`);
    const alone = await browser.context.newPage();
    const asked = [];
    alone.on("request", (r) => asked.push(r.url()));
    await alone.setContent(file.text);
    const words = await alone.locator("body").innerText();
    for (const said of [/Exercices faits/, /3 fois \(6 séries\)/, /3 fois par semaine/, /Défi 30 jours/, /Mal au dos <b>/, /Une chute/]) {
      assert.match(words, said);
    }
    assert.deepEqual(asked, [], "nothing is fetched");
    assert.equal(await alone.locator("script, img, link, button").count(), 0);
    assert.deepEqual(await violations(alone).then((all) => all.filter((v) => !/region|landmark/.test(v))), []);
    await alone.close();
  }));

test("« Montrer à mon kiné » fills the screen without network, holds one button, and Escape leads back", () =>
  phone(async (page, browser) => {
    await open(page, portal, "follow-up");
    await browser.context.setOffline(true);
    await page.click("[data-action=follow-up-show]");
    await page.waitForSelector("dialog.shown[open] .sheet");
    const { width, height } = await page.locator("dialog.shown").boundingBox();
    assert.deepEqual({ width, height }, PHONE);
    assert.equal(await page.locator("dialog.shown button, dialog.shown a").count(), 1);
    await page.waitForFunction(() => document.activeElement.localName === "h1");
    await shoot(page, "follow-up/shown");
    await page.click("[data-action=show-close]");
    await page.waitForSelector("[data-action=follow-up-show]");
    await page.click("[data-action=follow-up-show]");
    await page.waitForSelector("dialog.shown[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("[data-action=follow-up-show]");
    await browser.context.setOffline(false);
  }));

test("reminders: a test alert first, the way out when it stays silent, then a file that later ones replace", () =>
  phone(async (page) => {
    await open(page, portal, "reminders");
    const trial = await saved(page, "reminder-test");
    assert.match(trial.name, /\.ics$/);
    assert.ok(unfold(trial.text).includes("TRIGGER:PT0S"));
    await page.click("[data-action=alert-no]");
    await page.waitForSelector("[data-alert=silent]");
    await stored(page, "profiles"); // what was tapped is written
    await page.reload();
    await page.waitForSelector("[data-alert=silent]");
    for (const box of await page.locator("main .days input").all()) await box.setChecked(false);
    await page.click("[data-action=reminder-save]");
    await page.waitForSelector("main [role=alert]");
    await page.locator("main .days input").nth(2).check();
    await page.fill("#time-0", "09:05");
    const file = await saved(page, "reminder-save");
    const lines = unfold(file.text);
    assert.ok(lines.includes("RRULE:FREQ=WEEKLY;BYDAY=WE"), file.text);
    // It is Wednesday, ten o'clock: the next one is in a week.
    assert.ok(lines.includes(`DTSTART:${iso(NOW + 7 * DAY).replaceAll("-", "")}T090500`), file.text);
    assert.ok(lines.every((l) => !/kin|exerc|chair/i.test(l)), "nothing of health in a calendar");
    assert.match(await plain(page.locator("[data-reminders=set]")), /mercredi, à 9 h 05/);
    const uid = (all) => all.find((l) => l.startsWith("UID:"));
    assert.equal(uid(unfold(trial.text)).slice(0, 20), uid(lines).slice(0, 20));
    await page.reload();
    const gone = await saved(page, "reminder-stop");
    assert.equal(uid(unfold(gone.text)), uid(lines));
    assert.ok(unfold(gone.text).includes("STATUS:CANCELLED"));
    await page.waitForSelector("[data-reminders=stopped]");
    assert.equal(await page.locator("[data-reminders=set]").count(), 0);
  }));

test("opened late, the portal says so without blame, and no more once something was done", () =>
  phone(
    async (page) => {
      await open(page, portal, "reminders");
      await page.fill("#time-0", "09:00");
      await saved(page, "reminder-save");
      await open(page, portal, "follow-up");
      assert.match(await page.locator("[data-late='540']").innerText(), /Il est encore temps, si vous voulez\./);
      await seed(page, session(NOW - 1_800_000, kit.kit_id, "s9", ["chair", "step"], [1, 1]));
      await page.reload();
      await page.waitForSelector("main [data-day]");
      assert.equal(await page.locator("[data-late]").count(), 0);
    },
    { events: [] },
  ));

test("a copy brings everything to another phone, once; what is damaged or foreign is refused and says why", async () => {
  let copy, events;
  await phone(async (page) => {
    await open(page, portal, "reminders");
    await saved(page, "reminder-save");
    await open(page, portal, "follow-up/copy");
    copy = await saved(page, "copy-save");
    assert.equal(copy.name, `bon-geste-${iso(NOW)}.json`);
    events = await eventsOf(page);
  });
  await onPhone(async (page) => {
    await stopClock(page);
    await open(page, portal, "follow-up");
    await page.click("main a[href='follow-up/copy']");
    const give = (name, words) =>
      page.setInputFiles("[data-action=copy-open]", { name, mimeType: "application/json", buffer: Buffer.from(words) });
    await page.waitForSelector("[data-action=copy-open]", { state: "attached" });
    for (const [name, words] of [
      ["copy_foreign", "{}"],
      ["copy_damaged", copy.text.slice(0, -20)],
      ["copy_damaged", copy.text.replace("Défi", "Defi")],
      ["copy_newer", copy.text.replace('"backup":"1.0"', '"backup":"2.0"')],
    ]) {
      await give("x.json", words);
      await page.waitForSelector(`[role=alert][data-problem=${name}]`);
      assert.deepEqual(await eventsOf(page), [], name);
    }
    await give(copy.name, copy.text);
    await page.click("[data-action=copy-add]");
    await page.waitForSelector(`[data-copy=done][data-count="${events.length}"]`);
    assert.deepEqual(await eventsOf(page), events);
    await give(copy.name, copy.text);
    await page.click("[data-action=copy-add]");
    await page.waitForSelector("[data-copy=done][data-count='0']");
    await page.click("main a[href='follow-up']");
    await page.waitForSelector("main [data-day]");
    await open(page, portal, "reminders");
    await page.waitForSelector("[data-reminders=set]");
  });
});

test("what the kiné would get is shown whole, needs the patient's agreement, and is not marked as sent", () =>
  phone(async (page) => {
    await open(page, portal, "follow-up/results");
    const words = await text(page);
    for (const said of [/Une chute/, /Défi 30 jours/, /Douleur avant : 4 sur 10/, /La marche : 2 séries faites/]) assert.match(words, said);
    assert.doesNotMatch(words, /monte mieux l’escalier/, "notes stay on the phone");
    await page.click("[data-action=results-save]");
    await page.waitForSelector("main [role=alert]");
    await page.click("[data-action=consent]");
    const file = await saved(page, "results-save");
    const bundle = JSON.parse(file.text);
    assert.equal(bundle.resourceType, "Bundle");
    assert.equal(bundle.entry.filter((e) => e.resource.resourceType === "Procedure").length, 3);
    assert.ok(!file.text.includes("escalier"));
    const again = JSON.parse((await saved(page, "results-save")).text);
    assert.equal(again.entry[0].fullUrl, bundle.entry[0].fullUrl, "the patient's random name is made once");
    await page.reload();
    await page.waitForSelector("[data-action=consent]");
    const later = JSON.parse((await page.click("[data-action=consent]"), await saved(page, "results-save")).text);
    assert.equal(later.entry[0].fullUrl, bundle.entry[0].fullUrl);
    assert.ok((await eventsOf(page)).every((e) => e.what.kind !== "results-sent"));
  }));

/** Every screen of the follow-up, and how a patient comes to it in simple mode. */
const SCREENS = ["follow-up", "follow-up/summary", "follow-up/show", "follow-up/results", "follow-up/copy", "reminders"];

/** What is wrong with the screen as it stands, with a picture of it. */
async function look(page, name, mode) {
  await shoot(page, `follow-up/${name}`);
  return [...(await violations(page)), ...(await faults(page, mode))].map((line) => `${name}: ${line}`);
}

for (const [state, events] of [["with a past", past], ["empty", () => []]]) {
  test(`${state}: every screen in both modes and languages has no axe violation, large letters, large targets, few choices`, () =>
    phone(
      async (page) => {
        const wrong = [];
        for (const mode of ["standard", "simple"]) {
          for (const lang of ["fr", "en"]) {
            await page.setViewportSize(PHONE);
            await choose(page, portal, mode, lang);
            for (const address of SCREENS) {
              for (const [size, viewport] of Object.entries({ phone: PHONE, desk: DESK, narrow: { width: 320, height: 568 } })) {
                await page.setViewportSize(viewport);
                await open(page, portal, address);
                await page.waitForTimeout(100);
                for (const summary of await page.locator("main summary").all()) await summary.click();
                wrong.push(...(await look(page, `${state.replaceAll(" ", "-")}/${address.replace("/", "-")}-${mode}-${lang}-${size}`, mode)));
              }
            }
          }
        }
        assert.equal(wrong.join("\n"), "");
      },
      { events: events() },
    ));
}

test("in simple mode every step can be taken: one thing a screen, three choices at most", () =>
  phone(async (page) => {
    const wrong = [];
    for (const lang of ["fr", "en"]) {
      await choose(page, portal, "simple", lang);
      const see = async (name) => wrong.push(...(await look(page, `steps/${name}-${lang}`, "simple")));
      await open(page, portal, "follow-up");
      await page.click("[data-action=follow-up-read]");
      for (let n = 1; ; n++) {
        await page.waitForTimeout(100);
        await see(`read-${n}`);
        for (const [action, back] of [["appointment", "appointment-none"], ["two-questions", "watched-no"], ["journal-read", null]]) {
          if (!(await page.locator(`main [data-action=${action}]`).count())) continue;
          await page.click(`[data-action=${action}]`);
          await see(action);
          if (back) await page.click(`[data-action=${back}]`);
          if (action === "two-questions") {
            await see("two-questions-2");
            await page.click("[data-action=two-questions-keep]");
          }
          if (action === "journal-read") {
            while (await page.locator("[data-action=journal-more]").count()) await page.click("[data-action=journal-more]");
            await see("journal-oldest");
            while (!(await page.locator("[data-action=journal-read]").count())) await page.locator("main .button").last().click();
          }
        }
        if (!(await page.locator("main .button.main").count())) break;
        await page.click("main .button.main");
      }
      await open(page, portal, "reminders");
      await page.waitForSelector("main .button");
      if (lang === "fr") {
        await see("reminder-test");
        await saved(page, "reminder-test");
        await see("reminder-asked");
        await page.click("[data-action=alert-no]");
        await see("reminder-guide");
        await page.click("main .button.main");
        await see("reminder-days");
        await page.click("[data-action=days-three]");
        await see("reminder-times");
        assert.ok(unfold((await saved(page, "time-morning")).text).includes("RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR"));
      }
      await page.waitForSelector("[data-reminders=set]");
      await see("reminder-end");
    }
    assert.equal(wrong.join("\n"), "");
  }));
