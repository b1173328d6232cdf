// Phones without room.

/**
 * How many bytes the portal may take, or as many as there are. The browser remembers for a while how much room there
 * was: so that is said before the portal is opened.
 */
export async function giveRoom(page, portal, quotaSize) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Storage.overrideQuotaForOrigin", { origin: new URL(portal).origin, quotaSize });
}

/** Another page of the same origin takes all the room that is left. */
export async function fillUp(context, portal) {
  const page = await context.newPage();
  await page.goto(`${portal}jwks.json`);
  await page.evaluate(async () => {
    const db = await new Promise((ok, no) => {
      const opening = indexedDB.open("filler", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("all", { autoIncrement: true });
      opening.onsuccess = () => ok(opening.result);
      opening.onerror = no;
    });
    // Noise: what can be compressed takes no room.
    const noise = (bytes) => {
      const all = new Uint8Array(bytes);
      for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(all.subarray(at, Math.min(at + 65_536, bytes)));
      return all;
    };
    const put = (bytes) =>
      new Promise((done) => {
        const tx = db.transaction("all", "readwrite");
        tx.objectStore("all").put(noise(bytes));
        tx.oncomplete = () => done(true);
        tx.onabort = () => done(false);
      });
    for (const bytes of [1 << 20, 1 << 17, 1 << 13, 1 << 10]) for (let n = 0; n < 64 && (await put(bytes)); n++);
  });
  await page.close();
}
