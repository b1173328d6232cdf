// What is sent, from both sides: the portal's own records, a clinic that receives, tus servers of others, and
// what the stock `age` program finds in what arrived.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";
import { readLink } from "./clinic.mjs";
import { stored } from "./database.mjs";
import { decrypt, encrypt, keyFromJwk, readJws, signedKit, signKit, withSignedKit } from "./envelope.mjs";
import { newItem } from "./tus.mjs";
import { until } from "./until.mjs";

const run = promisify(execFile);

/** The kit that the clinic serves under its link, changed and signed again. */
export async function bendKit(clinic, bend) {
  const { key } = readLink(clinic.link);
  const { bundle } = decrypt(await readFile(clinic.kitFile(), "utf8"), key);
  const { kit } = readJws(signedKit(bundle));
  const bent = { ...kit, ...bend(kit), version: kit.version + 1 };
  const jwk = JSON.parse(await readFile(path.join(clinic.folder, "desk", "signing-key.jwk.json"), "utf8"));
  await writeFile(clinic.kitFile(), encrypt(withSignedKit(bundle, signKit(bent, keyFromJwk(jwk))), key));
  return bent;
}

/** Lets the clinic's patient send: a kit with `upload`, and the token where the server looks for it. */
export async function receiving(clinic, { url = "u/", ...more } = {}) {
  const token = randomBytes(32).toString("base64url");
  const recovery = path.join(clinic.dir, `recovery-${token.slice(0, 6)}.txt`);
  await run("age-keygen", ["-o", recovery]);
  const keys = [path.join(clinic.folder, "desk", "age-identity.txt"), recovery];
  const recipients = await Promise.all(
    keys.map(async (file) => /age1\w+/.exec(await readFile(file, "utf8"))[0]),
  );
  const upload = { url, token, recipients, keep_days: 30, max_bytes: 100_000_000, ...more };
  const kit = await bendKit(clinic, () => ({ return: "server", upload }));
  const tokens = path.join(clinic.folder, "server", "tokens");
  await mkdir(tokens, { recursive: true });
  await writeFile(path.join(tokens, sha256(token)), kit.kit_id);
  return { kit, upload, keys };
}

/** What an age file holds, opened with a stock program, `age` or `rage`: the header and the payload of the item. */
export async function opened(file, identity, program = "age") {
  const { stdout } = await run(program, ["-d", "-i", identity, file], { encoding: "buffer", maxBuffer: 1 << 30 });
  assert.equal(stdout.subarray(0, 4).toString(), "BGI1");
  const length = stdout.readUInt32BE(4);
  const header = JSON.parse(stdout.subarray(8, 8 + length));
  return { header, payload: stdout.subarray(8 + length) };
}

/** A tus server written by others, on loopback. It keeps its files over a restart. */
export class ForeignTus {
  static async start(directory, port = 0) {
    const tus = new ForeignTus();
    Object.assign(tus, { directory });
    await mkdir(directory, { recursive: true });
    const server = new Server({
      path: "/u",
      datastore: new FileStore({ directory }),
      respectForwardedHeaders: true,
      relativeLocation: true,
    });
    tus.http = http.createServer((req, res) => server.handle(req, res));
    await new Promise((go) => tus.http.listen(port, "127.0.0.1", go));
    tus.port = tus.http.address().port;
    return tus;
  }

  /** Gone at once, with every connection. */
  async stop() {
    const closed = new Promise((go) => this.http.close(go));
    this.http.closeAllConnections();
    await closed;
  }

  /** Whole uploads and unfinished ones. */
  async files() {
    const names = await readdir(this.directory);
    return names.filter((name) => !name.endsWith(".json")).map((name) => path.join(this.directory, name));
  }
}

/** A line that breaks after 0.3 to 0.9 MB of what is sent, again and again, for everybody at the same bytes. */
export function breaking(proxy) {
  let left = 500_000;
  let cuts = 0;
  proxy.faults = {
    on: ({ method, length }) => {
      if (method !== "PATCH") return undefined;
      if (length < left) {
        left -= length;
        return undefined;
      }
      const fault = { cutAfter: left };
      left = 300_000 + ((cuts++ * 210_011) % 600_000);
      return fault;
    },
  };
  return { cuts: () => cuts };
}

/** Puts a clip into the portal's store, as filming leaves it: a film, or so many bytes of noise. Reload afterwards. */
export async function seedClip(page, kit_id, exercise, content, more = {}) {
  const id = newItem();
  const film = Buffer.isBuffer(content) ? content.toString("base64") : undefined;
  const bytes = film === undefined ? content : content.length;
  const sha256 = await page.evaluate(
    async ({ id, kit_id, exercise, film, bytes, more }) => {
      const whole = film === undefined ? new Uint8Array(bytes) : Uint8Array.from(atob(film), (c) => c.charCodeAt(0));
      for (let at = 0; at < bytes && film === undefined; at += 65536) {
        crypto.getRandomValues(whole.subarray(at, Math.min(at + 65536, bytes)));
      }
      // As a recorder gives them: no round number.
      const piece = 28_111;
      const chunks = Math.ceil(bytes / piece);
      const clip = {
        id, profile: "p1", kit_id, exercise, mime: "video/webm;codecs=vp8", made_ms: Date.now(), offset_min: 60, chunks,
        bytes, ms: chunks * 1000, sound: false, state: "kept", reference: false, ...more,
      };
      await new Promise((done, fail) => {
        const opening = indexedDB.open("bon-geste");
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const tx = opening.result.transaction(["clips", "clip_chunks"], "readwrite");
          for (let n = 0; n < chunks; n++) {
            tx.objectStore("clip_chunks").put(whole.slice(n * piece, (n + 1) * piece), [id, n]);
          }
          tx.objectStore("clips").put({ key: id, profile: "p1", v: 1, body: JSON.stringify(clip) });
          tx.oncomplete = () => {
            opening.result.close();
            done();
          };
          tx.onabort = () => fail(tx.error);
        };
      });
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
      return [...hash].map((b) => b.toString(16).padStart(2, "0")).join("");
    },
    { id, kit_id, exercise, film, bytes, more },
  );
  return { id, sha256, bytes };
}

/** The records of what is sent, and how many chunks lie beside each; also of clips. */
export async function kept(page) {
  const [items, sealed, clips, filmed] = await stored(page, "outbox", "outbox_chunks", "clips", "clip_chunks");
  const of = (keys, id) => keys.filter(([key]) => key === id).length;
  return {
    items: items.map((item) => ({ ...item, chunks: of(sealed, item.header.item) })),
    clips: clips.map((clip) => ({ ...clip, kept: of(filmed, clip.id) })),
  };
}

/** The sealed item as it lies on the phone, all its pieces one after the other. */
export async function sealed(page, id) {
  const pieces = await page.evaluate(
    (id) =>
      new Promise((done, fail) => {
        const opening = indexedDB.open("bon-geste");
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const range = IDBKeyRange.bound([id, 0], [id, Infinity]);
          const all = opening.result.transaction("outbox_chunks").objectStore("outbox_chunks").getAll(range);
          all.onerror = () => fail(all.error);
          all.onsuccess = () => {
            opening.result.close();
            const letters = (piece) => Array.from(piece, (byte) => String.fromCharCode(byte)).join("");
            done(all.result.map((piece) => btoa(letters(piece))));
          };
        };
      }),
    id,
  );
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64")));
}

/**
 * Has the page note every share of an item that it shows as sent, from its next address on: a share that stands
 * there for a moment only counts too. `shares` gives them.
 */
export const noteShares = (page, id) =>
  page.addInitScript((id) => {
    window.shares = [];
    const look = () => {
      const shown = document.querySelector(`[data-item="${id}"] progress`)?.getAttribute("value");
      if (shown && Number(shown) !== window.shares.at(-1)) window.shares.push(Number(shown));
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter: ["value"] });
  }, id);

export const shares = (page) => page.evaluate(() => window.shares);

/** Waits until an item's card says this; says what it says, if it does not come. */
export async function status(page, id, words, { timeout = 30_000 } = {}) {
  const wanted = [].concat(words).map((word) => `[data-item="${id}"] [data-status=${word}]`).join(", ");
  try {
    return await page.waitForSelector(wanted, { timeout });
  } catch (error) {
    const shown = await page.locator("main").innerText().catch(() => "the page is gone");
    throw new Error(`${error.message}\nThe screen says:\n${shown}\n${JSON.stringify((await kept(page)).items.map((i) => i.flight))}`);
  }
}

/** What a clip became in the list, under its own name or, when it is sent anew, another. */
export const itemOf = async (page, id) => (await kept(page)).items.find((item) => (item.clip ?? item.header.item) === id);

/** From a clip's sending screen to « Mes envois », with the patient's agreement; the item that it became. */
export async function send(page, portal, id, { keep = false, wifiOnly = false } = {}) {
  await page.goto(`${portal}outbox/${id}`);
  await page.click("[data-action=consent]");
  if (wifiOnly) await page.click("[data-action=wifi-only]");
  if (keep) await page.click("[data-action=keep-here]");
  await page.click("[data-action=clip-send]");
  const { header } = await until("it is on the list", () => itemOf(page, id));
  await page.waitForSelector(`[data-item="${header.item}"]`);
  return header.item;
}

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
