// Files that other people's programs read: the calendar of reminders, the results' Bundle and the kit's.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Fhir } from "fhir/fhir.js";
import ICAL from "ical.js";
import { temporary } from "./lib/clinic.mjs";
import { python, root } from "./lib/env.mjs";
import { aKit, exercise } from "./lib/kits.mjs";
import { describe } from "./lib/media.mjs";

// Times without a zone follow the device's clock: here a phone in Paris.
process.env.TZ = "Europe/Paris";

const run = promisify(execFile);
const TITLE = "Bon Geste\u{a0}: après le café, l’échauffement; puis les exercices, tranquillement \u{1f642}";
const NOW = Date.UTC(2026, 9, 18, 10, 0, 20);

/** What a portal writes down on a day with a session, one that was stopped, a fall and the questions. */
function events() {
  const [kit, session] = ["kit-1", "s1"];
  const whats = [
    { kind: "session-started", kit, session, exercises: ["a", "b"] },
    { kind: "set-done", kit, session, exercise: "a", set: 1, side: "both", reps: 5, hold_s: 0, easier: false },
    { kind: "set-done", kit, session, exercise: "b", set: 1, side: "left", reps: 1, hold_s: 20, easier: true },
    { kind: "exercise-skipped", kit, session, exercise: "b" },
    { kind: "session-ended", kit, session },
    { kind: "felt", kit, session, what: "pain", level: 3, after: true, by: "patient" },
    { kind: "felt", kit, session, what: "fatigue", level: 5, after: true, by: "helper" },
    { kind: "felt", kit, session, what: "effort", level: 6, after: true, by: "patient" },
    { kind: "felt", kit, session, what: "difficulty", level: 1, after: true, by: "patient" },
    { kind: "session-started", kit, session: "s2", exercises: ["a"] },
    { kind: "stopped", kit, session: "s2", exercise: "a", why: "pain" },
    { kind: "session-started", kit, session: "s3", exercises: ["a"] },
    { kind: "fell", by: "helper" },
    { kind: "sign-chosen", kit, sign: "chest-pain", level: "red", by: "patient" },
    { kind: "spoken-to-professional" },
    { kind: "tried-elsewhere", which: "une vidéo \u{7}« miracle »", happened: "", by: "patient" },
    { kind: "two-questions", kit, watched: true, wish: "Marcher sans canne", by: "patient" },
    { kind: "two-questions", kit, watched: false, wish: "", by: "patient" },
    { kind: "noted", text: "reste ici", by: "patient" },
    ...[["grave", "https://vm.tiktok.com/abc/"], ["no-signal", "https://école-du-dos.example/vidéo"], ["not-enough"]].map(
      ([outcome, url]) => ({
        ...{ kind: "video-checked", url, title: url ? "Dos neuf \u{7}« miracle »" : "", outcome, by: "helper" },
        ...{ answers: ["no", "no", "unknown", "no", "no"], listed: "unknown", confirmed: "no" },
      }),
    ),
    { kind: "quiz-answered", session: "q", item: "p01a", version: 1, pool: "train", verdict: "reliable", right: true, segments: [], missing: [] },
    { kind: "quiz-told", agreed: true, done: true, cues: ["C2", "M10"] },
    { kind: "a-kind-to-come", more: [1] },
  ];
  return whats.map((what, n) => {
    const at_ms = NOW + n * 60_000;
    return { id: `e${n}`, profile: "p1", at_ms, offset_min: 120, day: "2026-10-18", what };
  });
}

let dir, reminders, testAlert, bundle, kitBundle;
before(async () => {
  dir = await temporary("foreign-files");
  const kit = aKit([exercise("a"), exercise("b")], {
    format: "1.0",
    kit_id: "kit-1",
    version: 1,
    issued: "2026-10-01",
    clinic: { name: "Cabinet d’essai", phone: "+33199001234" },
    documents: [{ id: "leaflet", title: { fr: "Se relever" }, media: describe(Buffer.from("Se relever"), "text/plain").media }],
  });
  const [kitFile, eventsFile] = ["kit.json", "events.json"].map((name) => path.join(dir, name));
  await writeFile(kitFile, JSON.stringify(kit));
  await writeFile(eventsFile, JSON.stringify(events()));
  const example = ["run", "--quiet", "--locked", "--package", "care", "--example", "foreign_files", "--"];
  await run(process.env.CARGO ?? "cargo", [...example, kitFile, eventsFile, dir], { cwd: root });
  const read = (name) => readFile(path.join(dir, name), "utf8");
  [reminders, testAlert] = [await read("reminders.ics"), await read("test-alert.ics")];
  [bundle, kitBundle] = [await read("results.json"), await read("kit-bundle.json")];
});
after(() => dir && rm(dir, { recursive: true, force: true }));

const eventsIn = (text) =>
  new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((c) => new ICAL.Event(c));

test("ical.js reads the reminders: title, alarm at the time, private, blocking no appointment", () => {
  const all = eventsIn(reminders);
  assert.equal(new Set(all.map((e) => e.uid)).size, 3);
  for (const event of all) {
    assert.equal(event.summary, TITLE);
    assert.equal(event.startDate.zone, ICAL.Timezone.localTimezone, "floating");
    assert.equal(event.component.getFirstPropertyValue("class"), "PRIVATE");
    assert.equal(event.component.getFirstPropertyValue("transp"), "TRANSPARENT");
    assert.equal(event.duration.toSeconds(), 15 * 60);
    assert.equal(event.sequence, 2);
  }
  for (const event of all.slice(0, 2)) {
    const alarm = event.component.getFirstSubcomponent("valarm");
    assert.equal(alarm.getFirstPropertyValue("action"), "DISPLAY");
    assert.equal(alarm.getFirstPropertyValue("trigger").toSeconds(), 0);
  }
  assert.equal(all[2].component.getFirstPropertyValue("status"), "CANCELLED");
  assert.equal(all[2].component.getFirstSubcomponent("valarm"), null);
});

/** The occurrences of an event until a day, as instants of a phone in Paris. */
function occurrences(event, until) {
  const found = [];
  const rule = event.iterator();
  for (let time = rule.next(); time && time.toJSDate() < until; time = rule.next()) found.push(time.toJSDate());
  return found;
}

test("the alarms keep their hour in Paris when the clocks go back and when they go forward", () => {
  const half8 = eventsIn(reminders)[1];
  const all = occurrences(half8, new Date(2027, 3, 30));
  assert.equal(all[0].toISOString(), "2026-10-19T06:30:00.000Z", "the first Monday, summer time");
  const utc = new Map(all.map((d) => [d.toISOString().slice(0, 10), d.toISOString().slice(11, 16)]));
  assert.equal(utc.get("2026-10-21"), "06:30");
  assert.equal(utc.get("2026-10-25"), "07:30", "the day on which the clocks went back");
  assert.equal(utc.get("2027-03-24"), "07:30");
  assert.equal(utc.get("2027-03-28"), "06:30", "the day on which they went forward");
  for (const at of all) {
    assert.equal(at.toLocaleTimeString("fr-FR"), "08:30:00");
    assert.ok([0, 1, 3].includes(at.getDay()), `${at} is not a day that was picked`);
  }
  const weeks = (new Date(2027, 3, 30) - new Date(2026, 9, 19)) / (7 * 86_400_000);
  assert.ok(Math.abs(all.length - 3 * weeks) < 3, `${all.length} in ${weeks} weeks: none lost, none twice`);
});

test("an alarm in the hour that a night lacks or has twice rings once on that day", () => {
  const all = occurrences(eventsIn(reminders)[0], new Date(2027, 3, 30));
  for (const day of ["25/10/2026", "28/03/2027"]) {
    assert.equal(all.filter((d) => d.toLocaleDateString("fr-FR") === day).length, 1, day);
  }
});

test("ical.js reads the test alert: once, two to three minutes from now, with an alarm", () => {
  const [event, ...more] = eventsIn(testAlert);
  assert.deepEqual(more, []);
  assert.equal(event.isRecurring(), false);
  const wait = event.startDate.toJSDate() - NOW;
  assert.ok(wait >= 120_000 && wait < 180_000, `${wait} ms`);
  assert.ok(event.component.getFirstSubcomponent("valarm"));
});

// R4 binds these with strength `example`: other codes are as good. The validator has no LOINC and
// warns of every code that is not among its examples.
const EXAMPLE_BOUND = ["Observation.code", "Procedure.code", "Procedure.statusReason"];

test("the npm validator `fhir` finds nothing wrong with the results and the kit, and knows what is wrong", () => {
  const fhir = new Fhir();
  const ofExamples = (m) =>
    m.severity === "warning" && EXAMPLE_BOUND.includes(m.location) && m.message.endsWith("not found in value set");
  for (const sound of [bundle, kitBundle]) {
    const judged = fhir.validate(JSON.parse(sound), { errorOnUnexpected: true });
    assert.deepEqual(judged.messages.filter((m) => m.severity !== "info" && !ofExamples(m)), []);
    assert.equal(judged.valid, true);
  }
  const bent = JSON.parse(bundle);
  delete bent.entry.find((e) => e.resource.resourceType === "Observation").resource.status;
  assert.equal(fhir.validate(bent, { errorOnUnexpected: true }).valid, false);
});

test("the Python validator `fhir.resources` (R4B) finds nothing wrong, and knows what is wrong", async () => {
  const validate = (file) => run(python(), [path.join(root, "tests/e2e/lib/validate_fhir.py"), file]);
  const counted = async (name) => JSON.parse((await validate(path.join(dir, name))).stdout);
  assert.deepEqual(await counted("results.json"), { Patient: 1, Observation: 4, Procedure: 3, QuestionnaireResponse: 10 });
  assert.deepEqual(await counted("kit-bundle.json"), { Binary: 1, Organization: 1, CarePlan: 1, DocumentReference: 1 });
  const bent = JSON.parse(bundle);
  bent.entry.find((e) => e.resource.resourceType === "Procedure").resource.performedPeriod.start = "yesterday";
  const file = path.join(dir, "bent.json");
  await writeFile(file, JSON.stringify(bent));
  await assert.rejects(validate(file), /performedPeriod/);
});
