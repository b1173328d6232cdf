// The patient's journal as it stands in the database: read by tests, and written where a test
// begins in the middle of a story.

/** What happened, in the order of writing: the `what` of each event, with its id. */
export const journal = (page) =>
  page.evaluate(
    () =>
      new Promise((ok, no) => {
        const opening = indexedDB.open("bon-geste");
        opening.onerror = () => no(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("journal").objectStore("journal").getAll();
          all.onsuccess = () => {
            opening.result.close();
            const events = all.result.map((row) => JSON.parse(row.body));
            events.sort((a, b) => (a.id < b.id ? -1 : 1));
            ok(events.map((e) => ({ id: e.id, ...e.what })));
          };
        };
      }),
  );

/** Waits until the journal holds `n` events of a kind, and gives them. */
export async function written(page, kind, n) {
  for (let i = 0; i < 100; i++) {
    const found = (await journal(page)).filter((e) => e.kind === kind);
    if (found.length === n) return found;
    if (found.length > n) throw new Error(`${found.length} ${kind} events, expected ${n}`);
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error(`not ${n} ${kind} events: ${JSON.stringify(await journal(page))}`);
}

/** Writes events of now into the journal, behind the portal's back: it reads them at its next start. */
export const live = (page, ...whats) =>
  page.evaluate(
    (whats) =>
      new Promise((ok, no) => {
        const opening = indexedDB.open("bon-geste");
        opening.onerror = () => no(opening.error);
        opening.onsuccess = () => {
          const work = opening.result.transaction("journal", "readwrite");
          const now = Date.now();
          const day = new Date(now - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
          whats.forEach((what, n) => {
            const id = `${(now + n).toString(16).padStart(12, "0")}-${"0".repeat(16)}`;
            const event = { id, profile: "p1", at_ms: now + n, offset_min: -new Date().getTimezoneOffset(), day, what };
            work.objectStore("journal").put({ key: id, profile: "p1", v: 1, body: JSON.stringify(event) });
          });
          work.oncomplete = () => (opening.result.close(), ok());
          work.onerror = () => no(work.error);
        };
      }),
    whats,
  );
