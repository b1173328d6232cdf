// The patient's journal as the portal itself keeps it, read by tests, and written where a test begins
// in the middle of a story: rows of
// `{key, profile, v, body}` whose body is the event.

import { stored } from "./database.mjs";

/** Writes events through IndexedDB: `{at, what}` with `at` in UTC milliseconds. Reload afterwards. */
export const seed = (page, events) =>
  page.evaluate(
    (events) =>
      new Promise((done, fail) => {
        const opening = indexedDB.open("bon-geste");
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const tx = opening.result.transaction("journal", "readwrite");
          events.forEach(({ at, what }, n) => {
            const id = `${at.toString(16).padStart(12, "0")}-${n.toString(16).padStart(16, "0")}`;
            const there = new Date(at);
            const two = (number) => String(number).padStart(2, "0");
            const day = `${there.getFullYear()}-${two(there.getMonth() + 1)}-${two(there.getDate())}`;
            const event = { id, profile: "p1", at_ms: at, offset_min: -there.getTimezoneOffset(), day, what };
            tx.objectStore("journal").put({ key: id, profile: "p1", v: 1, body: JSON.stringify(event) });
          });
          tx.oncomplete = () => {
            opening.result.close();
            done();
          };
          tx.onerror = () => fail(tx.error);
        };
      }),
    events,
  );

/** Writes events of now. Reload afterwards. */
export const live = (page, ...whats) => {
  const now = Date.now();
  return seed(page, whats.map((what, n) => ({ at: now + n, what })));
};

/** The events in the journal, in the order of writing. */
export const events = async (page) => (await stored(page, "journal"))[0].sort((a, b) => (a.id < b.id ? -1 : 1));

/** What happened: the `what` of each event, with its id. */
export const journal = async (page) => (await events(page)).map((e) => ({ id: e.id, ...e.what }));

/** The events of a kind. */
export const happened = async (page, kind) => (await journal(page)).filter((what) => what.kind === kind);

/** Waits until the journal holds `n` events of a kind, and gives them. */
export async function written(page, kind, n) {
  for (let i = 0; i < 600; i++) {
    const found = (await journal(page)).filter((e) => e.kind === kind);
    if (found.length === n) return found;
    if (found.length > n) throw new Error(`${found.length} ${kind} events, expected ${n}`);
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error(`not ${n} ${kind} events: ${JSON.stringify(await journal(page))}`);
}

/** The events of a session of these exercises: two sets each, pain before and after. */
export function session(at, kit, name, exercises, [before, after]) {
  const minute = 60_000;
  const felt = (what, level, then) => ({ kind: "felt", kit, session: name, what, level, after: then, by: "patient" });
  const sets = exercises.flatMap((exercise) =>
    [1, 2].map((set) => ({
      kind: "set-done", kit, session: name, exercise, set, side: "both", reps: 5, hold_s: 0, easier: false,
    })),
  );
  const whats = [
    felt("pain", before, false),
    { kind: "session-started", kit, session: name, exercises },
    ...sets,
    { kind: "session-ended", kit, session: name },
    felt("pain", after, true),
  ];
  return whats.map((what, n) => ({ at: at + n * minute, what }));
}
