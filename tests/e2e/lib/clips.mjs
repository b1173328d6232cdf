// The clips as the portal keeps them, read by tests, and the way through its screens to one.

import { stored } from "./database.mjs";

/** A camera that shows a moving pattern, and a browser that allows it. */
export const CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** What the browser is made to say, so that the recorder takes this container. */
export const ONLY = {
  webm: () => {},
  mp4: () => {
    const known = MediaRecorder.isTypeSupported.bind(MediaRecorder);
    MediaRecorder.isTypeSupported = (mime) => mime.startsWith("video/mp4") && known(mime);
  },
};

/** The records of all clips. */
export const clips = async (page) => (await stored(page, "clips"))[0];

/** Keys of all chunks: `[clip, n]`. */
export const chunkKeys = async (page) => (await stored(page, "clip_chunks"))[0];

/** Plays what is stored of a clip from its beginning to its end, apart from the portal's own player. */
export const playThrough = (page, clip) =>
  page.evaluate(async (clip) => {
    const chunks = await new Promise((done, fail) => {
      const opening = indexedDB.open("bon-geste");
      opening.onsuccess = () => {
        const range = IDBKeyRange.bound([clip.id, 0], [clip.id, Infinity]);
        const all = opening.result.transaction("clip_chunks").objectStore("clip_chunks").getAll(range);
        all.onsuccess = () => {
          opening.result.close();
          done(all.result);
        };
        all.onerror = () => fail(all.error);
      };
    });
    const blob = new Blob(chunks, { type: clip.mime });
    const hash = [...new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()))];
    const film = document.createElement("video");
    film.muted = true;
    film.src = URL.createObjectURL(blob);
    const reached = await new Promise((done, fail) => {
      film.onerror = () => fail(new Error(`${film.error.code}: ${film.error.message}`));
      film.onended = () => done(film.currentTime);
      film.playbackRate = 2;
      film.play().catch(fail);
      setTimeout(() => fail(new Error(`stands at ${film.currentTime} of ${film.duration} s`)), 60_000);
    });
    return {
      seconds: reached,
      chunks: chunks.length,
      bytes: blob.size,
      bare: chunks.every((c) => Object.prototype.toString.call(c) === "[object Uint8Array]"),
      sha256: hash.map((b) => b.toString(16).padStart(2, "0")).join(""),
      width: film.videoWidth,
    };
  }, clip);

/** From a filming screen's beginning to the camera's picture, in either mode, with every yes. */
export async function toCamera(page) {
  await page.waitForSelector("[data-action=clip-start], [data-action=clip-next-step]");
  if (await page.locator("[data-action=clip-start]").count()) {
    for (const box of await page.locator("main input[type=checkbox]").all()) await box.check();
    await page.click("[data-action=clip-start]");
  } else {
    await page.click("[data-action=clip-next-step]");
    await page.locator("main h1").getByText(/Préparez|Prepare/).waitFor();
    await page.click("[data-action=clip-next-step]");
    const asked = "[data-action=clip-others], [data-action=clip-helper], [data-action=clip-kine]";
    if ((await page.waitForSelector(asked).then((b) => b.getAttribute("data-action"))) !== "clip-others") {
      await page.click(asked);
    }
    await page.click("[data-action=clip-others]");
    await page.click("[data-action=clip-age]");
  }
  const notice = page.locator("dialog[open] [data-action=acknowledge]");
  await page.waitForSelector("dialog[open] [data-action=acknowledge], .filming, [data-problem]");
  if (await notice.count()) await notice.click();
}

/** Films for so many milliseconds, once the countdown is over. */
export async function roll(page, ms) {
  await page.click("[data-action=clip-record]");
  await page.waitForSelector("[data-status=recording]", { timeout: 15_000 });
  await new Promise((go) => setTimeout(go, ms));
}

/** Films and stops: the clip to be looked at is on the screen. */
export async function film(page, ms) {
  await toCamera(page);
  await roll(page, ms);
  await page.click("[data-action=clip-stop]");
  await page.waitForSelector("[data-action=clip-keep]", { timeout: 15_000 });
}
