// The main path in Firefox and WebKitGTK: link, download, offline play and seek, ranges.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Clinic } from "./lib/clinic.mjs";
import { sha256 } from "./lib/envelope.mjs";
import { download, fetchRange, kitOf, mediaOf, openLink, playAndSeek } from "./lib/portal.mjs";
import { Firefox, WebKit } from "./lib/webdriver.mjs";

async function mainPath(browser, again) {
  const clinic = await Clinic.open();
  try {
    const kit = await kitOf(clinic);
    const portal = clinic.proxy.url;
    await openLink(browser.page, clinic.link);
    await download(browser.page, { timeout: 90_000 });
    await clinic.switchOff();
    await again();
    const { page } = browser;
    let src;
    for (const e of kit.exercises) ({ src } = await playAndSeek(page, portal, e.id));
    const hash = /m\/([0-9a-f]{64})\.mp4/.exec(src)?.[1];
    assert.ok(hash, `a film's address is m/<sha256>.mp4, not ${src}`);
    const n = mediaOf(kit).get(hash).bytes;
    const file = await readFile(clinic.public("m", `${hash}.mp4`));
    for (const [asked, first, last] of [["bytes=0-1", 0, 1], ["bytes=131070-131075", 131_070, 131_075], [`bytes=${n - 1}-`, n - 1, n - 1]]) {
      const got = await fetchRange(page, src, asked);
      assert.deepEqual([got.status, got.sha256], [206, sha256(file.subarray(first, last + 1))], asked);
    }
    assert.equal((await fetchRange(page, src, `bytes=${n}-`)).status, 416);
  } finally {
    await clinic.close();
  }
}

test("Firefox: from the link to films that play and seek after a restart with everything off", async () => {
  const browser = await Firefox.start();
  try {
    await mainPath(browser, () => browser.restart());
  } finally {
    await browser.close();
  }
});

test("WebKit: from the link to films that play and seek after a reload with everything off", async () => {
  const browser = await WebKit.start();
  try {
    await mainPath(browser, () => browser.page.reload());
  } finally {
    await browser.close();
  }
});
