// Browsers and phones that lack something or believe something wrong: no service worker, inside
// another app, too old, a clock a year off, no Ed25519, no camera. Each says what to do, and what
// can work does.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { violations } from "./lib/axe.mjs";
import { Chromium, DESK, PHONE } from "./lib/chromium.mjs";
import { Clinic, readLink } from "./lib/clinic.mjs";
import { stored } from "./lib/database.mjs";
import { decrypt, encrypt, keyFromJwk, readJws, signedKit, signKit, strangersKey, withSignedKit } from "./lib/envelope.mjs";
import { faults } from "./lib/layout.mjs";
import { allIntact, kitOf, kitState, onPhone, open, openLink, playAndSeek, problem, startLight, usable } from "./lib/portal.mjs";
import { shoot } from "./lib/shots.mjs";

const run = promisify(execFile);
let clinic, portal, kit, pictures;

before(async () => {
  clinic = await Clinic.open();
  portal = clinic.proxy.url;
  kit = await kitOf(clinic);
  pictures = await photograph();
});

after(() => clinic?.close());

/** A phone whose pages begin with this script. */
const onOddPhone = (script, argument, work, options) =>
  onPhone(async (page, browser) => {
    await browser.context.addInitScript(script, argument);
    await work(page, browser);
  }, options);

/** To an exercise by taps, and its film for a moment; what it plays from. */
async function playByTaps(page, { id }) {
  await page.click("nav.bar a[href='./']");
  await page.click(`main li a[href$='exercise/${id}']`);
  await page.click("[data-action=play]");
  if (await page.locator("dialog[open] [data-action=acknowledge]").count()) await page.click("dialog[open] [data-action=acknowledge]");
  await page.waitForFunction(() => document.querySelector("main video")?.currentTime > 0.5);
  return page.evaluate(() => document.querySelector("main video").currentSrc);
}

test("without service workers films play from the store, even offline, and it is said that the app needs Internet to open", () =>
  onOddPhone(() => delete Navigator.prototype.serviceWorker, null, async (page) => {
    await openLink(page, clinic.link);
    await startLight(page);
    const said = page.locator("main section[data-status=paused]", { hasText: "ne peut pas ouvrir Bon Geste sans Internet" });
    await said.waitFor({ timeout: 60_000 });
    assert.ok((await said.innerText()).includes("Chrome"), "and what to do");
    assert.equal(await page.locator("[data-status=ready]").count(), 0, "« Prêt sans Internet » would be false");
    assert.equal(await page.locator("[data-action=kit-resume]").count(), 0, "there is nothing left to bring");
    await clinic.proxy.goOffline();
    try {
      for (const e of kit.exercises.slice(0, 2)) assert.match(await playByTaps(page, e), /^blob:/);
    } finally {
      await clinic.proxy.goOnline();
    }
    await open(page, portal, "kit");
    await said.waitFor();
    const { src } = await playAndSeek(page, portal, kit.exercises[2].id);
    assert.match(src, /^blob:/, "after a reload too");
  }));

const INSTAGRAM =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 320.0.0.32.90";
const FACEBOOK =
  "Mozilla/5.0 (Linux; Android 13; SM-A135F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/122.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/450.0]";

for (const [app, userAgent] of [["Instagram on an iPhone", INSTAGRAM], ["Facebook on Android", FACEBOOK]]) {
  test(`inside ${app} the patient is told to open the link in Chrome or Safari, and can read the kit`, () =>
    onPhone(async (page) => {
      await open(page, portal, "kit");
      await page.locator("main").getByText("Ouvrez dans Chrome ou Safari").waitFor();
      await openLink(page, clinic.link);
      await page.locator("main").getByText("Ouvrez dans Chrome ou Safari").waitFor();
      assert.ok((await page.locator("main").innerText()).includes("Ouvrir dans le navigateur"));
      await mayCopy(page);
      await page.click("main [data-action=install-copy]");
      await page.getByText("Votre lien est copié.").waitFor();
      assert.deepEqual(readLink(await page.evaluate(() => navigator.clipboard.readText())), readLink(clinic.link));
      await page.click("[data-action=mode-simple]");
      await page.locator("main").getByText("Ouvrez dans Chrome ou Safari").waitFor();
    }, { userAgent }));
}

test("an ordinary browser is not taken for one inside an app", () =>
  onPhone(async (page) => {
    await openLink(page, clinic.link);
    assert.equal(await page.getByText("Ouvrez dans Chrome ou Safari").count(), 0);
  }));

const SAFARI =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

/** The patient lets the portal read and write what is copied. */
const mayCopy = (page) => page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(portal).origin });

for (const mode of ["standard", "simple"]) {
  test(`in Safari on an iPhone, in ${mode} mode, installing comes before the download, and the link is pasted in the app`, async () => {
    let copied;
    await onPhone(async (page) => {
      await mayCopy(page);
      const from = clinic.proxy.log.length;
      await page.goto(clinic.link);
      if (mode === "simple") await page.click("[data-action=mode-simple]");
      await page.waitForSelector("main section[data-status=new] [data-action=install-copy]");
      assert.equal(await page.locator("[data-action=kit-download]").count(), 0, "no download before");
      for (const viewport of [PHONE, DESK]) {
        await page.setViewportSize(viewport);
        await shoot(page, `new/install-first-${mode}-fr-${viewport === PHONE ? "phone" : "desk"}`);
        assert.deepEqual([...(await violations(page)), ...(await faults(page, mode))], []);
      }
      await page.click("[data-action=install-copy]");
      await page.getByText("Votre lien est copié.").waitFor();
      copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.deepEqual(readLink(copied), readLink(clinic.link));
      assert.ok(copied.startsWith(portal));
      assert.equal(clinic.proxy.sent(/\.mp4/, from), 0, "no film came");
    }, { userAgent: SAFARI });
    // The app on the home screen has a store of its own.
    await onOddPhone(() => Object.defineProperty(navigator, "standalone", { value: true }), null, async (page) => {
      await mayCopy(page);
      await open(page, portal);
      if (mode === "simple") {
        await page.click("[data-action=mode-simple]");
        await page.click("main a[href='kit']");
      }
      await page.evaluate((text) => navigator.clipboard.writeText(text), copied);
      await page.click("[data-action=kit-paste]");
      await page.waitForSelector("[data-action=kit-download]");
      assert.equal(await page.locator("[data-action=install-copy]").count(), 0);
    }, { userAgent: SAFARI });
  });
}

test("whoever does not install on an iPhone downloads there, is not asked again, and finds it in the settings", () =>
  onPhone(async (page) => {
    await page.goto(clinic.link);
    await page.click("[data-action=install-decline]");
    await page.waitForSelector("[data-action=kit-download]");
    await stored(page, "profiles"); // what was tapped is written
    await open(page, portal, "kit");
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    assert.equal(await page.locator("main [data-action=install-copy]").count(), 0);
    await open(page, portal, "settings");
    await page.waitForSelector("main [data-action=install-copy]");
  }, { userAgent: SAFARI }));

/** A phone that paints late: what waits for the next frame waits half a second. */
function lateFrames() {
  const next = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (act) => setTimeout(() => next(act), 500);
}

test("on a phone that paints late, an exercise may be left at once", () =>
  onOddPhone(lateFrames, null, async (page) => {
    await openLink(page, clinic.link);
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    const { id } = kit.exercises[0];
    await open(page, portal, "help");
    for (let n = 0; n < 3; n++) {
      await page.click("nav.bar a[href='./']");
      await page.click(`main li a[href$='exercise/${id}']`);
      await page.waitForSelector("main video[src]");
    }
    await page.click("nav.bar a[href='./']");
    await page.waitForTimeout(1_500);
    assert.ok(await page.locator("main h1").isVisible(), "the program has not stopped");
  }));

test("where the browser offers to install, a no is heeded, and the settings still offer it", () =>
  onOddPhone(() => addEventListener("beforeinstallprompt", () => (window.offered = true)), null, async (page) => {
    await openLink(page, clinic.link);
    await page.waitForSelector("main [data-action=install]");
    await page.click("[data-action=install-decline]");
    await page.waitForSelector("main [data-action=install]", { state: "detached" });
    await stored(page, "profiles"); // what was tapped is written
    await open(page, portal, "settings");
    await page.waitForSelector("main [data-action=install]");
    await open(page, portal, "kit");
    await page.waitForFunction(() => window.offered);
    await page.waitForSelector("[data-action=kit-download]");
    assert.equal(await page.locator("main [data-action=install]").count(), 0);
  }));

test("an offer to install takes no focus from the download, nor the download from the offer", () =>
  onPhone(async (page) => {
    const focused = () => page.evaluate(() => document.activeElement.dataset.action);
    await openLink(page, clinic.link);
    await page.focus("[data-action=kit-download]");
    await page.evaluate(() => dispatchEvent(new Event("beforeinstallprompt")));
    await page.waitForSelector("main [data-action=install]");
    assert.equal(await focused(), "kit-download");
    await startLight(page);
    await page.focus("[data-action=install]");
    await kitState(page, "ready", { timeout: 60_000 });
    assert.equal(await focused(), "install");
  }));

for (const mode of ["standard", "simple"]) {
  test(`« Coller mon lien » in ${mode} mode: refused, empty and foreign each have their sentence and a way on`, () =>
    onPhone(async (page) => {
      await open(page, portal, "kit");
      if (mode === "simple") await page.click("[data-action=mode-simple]");
      const pasted = async (text) => {
        if (text !== undefined) await page.evaluate((text) => navigator.clipboard.writeText(text), text);
        await page.click("[data-action=kit-paste]");
      };
      const nothing = async () => {
        await page.getByText("Rien à coller").waitFor();
        await page.waitForSelector("#link");
        if (mode === "simple") await page.click("[data-action=kit-back]");
      };
      await pasted();
      await nothing();
      await mayCopy(page);
      await pasted(" ");
      await nothing();
      await pasted("Bonjour");
      await problem(page, "link_none");
      assert.equal(await page.getByText("Rien à coller").count(), 0);
      if (mode === "simple") await page.click("[data-action=kit-link]");
      await page.waitForSelector("#link");
    }));
}

for (const [name, script] of [
  ["without WebAssembly", () => delete window.WebAssembly],
  ["without cascade layers", () => delete window.CSSLayerBlockRule],
  ["without dialogs", () => delete window.HTMLDialogElement],
  ["whose WebAssembly is too old for the program", () => {
    const refuse = () => Promise.reject(new WebAssembly.CompileError("invalid opcode"));
    WebAssembly.instantiateStreaming = refuse;
    WebAssembly.instantiate = refuse;
  }],
]) {
  test(`a browser ${name} gets a readable page with what to do and whom to call`, () =>
    onOddPhone(script, null, async (page) => {
      await page.goto(clinic.link);
      await page.waitForSelector("#old h1");
      const text = await page.locator("#old").innerText();
      for (const words of ["Mettez à jour", "feuille imprimée", "too old"]) assert.ok(text.includes(words), text);
      assert.equal(await page.locator("#old a[href='tel:15']").count(), 1);
      assert.equal(await page.locator("#shell:visible, #crash:visible, #fail:visible").count(), 0, "and nothing else");
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(width, 360);
    }));
}

/** The phone's clock is so many days off. */
function shiftDate(days) {
  const Real = Date;
  const shift = days * 86_400_000;
  globalThis.Date = class extends Real {
    constructor(...parts) {
      if (parts.length) super(...parts);
      else super(Real.now() + shift);
    }
    static now() {
      return Real.now() + shift;
    }
  };
}

/** Serves another signed kit under the link while `work` runs. */
async function serving(forge, work) {
  const file = clinic.kitFile();
  const answer = await readFile(file, "utf8");
  const { key } = readLink(clinic.link);
  const { bundle } = decrypt(answer, key);
  try {
    await writeFile(file, encrypt(withSignedKit(bundle, forge(readJws(signedKit(bundle)).kit)), key));
    await work();
  } finally {
    await writeFile(file, answer);
  }
}

const clinicKey = async () => keyFromJwk(JSON.parse(await readFile(path.join(clinic.folder, "desk/signing-key.jwk.json"), "utf8")));
const inDays = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);

test("with a clock a year ahead the kit is expired, tells the phone's date, plays, and is ready again once the clock is right", async () => {
  const key = await clinicKey();
  await serving((kit) => signKit({ ...kit, valid_until: inDays(60) }, key), () =>
    onOddPhone(shiftDate, 366, async (page, browser) => {
      await page.goto(clinic.link);
      await kitState(page, "expired");
      const year = String(new Date(Date.now() + 366 * 86_400_000).getFullYear());
      const text = await page.locator("main section[data-status=expired]").innerText();
      assert.ok(text.includes("Pour ce téléphone, nous sommes le") && text.includes(year), text);
      await page.click("[data-action=rung-light]");
      await page.click("[data-action=kit-resume]");
      await page.waitForFunction(() => performance.getEntriesByName("kit-ready").length, null, { timeout: 60_000 });
      await playAndSeek(page, portal, kit.exercises[0].id);
      page = await browser.restart();
      await open(page, portal, "kit");
      await kitState(page, "ready");
      await allIntact(page, clinic, kit);
      await page.click("nav.bar a[href='./']");
      await page.click(`main li a[href$='exercise/${kit.exercises[0].id}']`);
      await page.click("[data-action=play]");
      await page.waitForFunction(() => document.querySelector("main video")?.currentTime > 0.3);
      assert.equal(await page.locator("dialog[open]").count(), 0, "what was acknowledged then still is");
    }));
});

test("with a clock a year behind the kit downloads and plays, and the patient is told that the date is wrong", () =>
  onOddPhone(shiftDate, -366, async (page, browser) => {
    await openLink(page, clinic.link);
    await problem(page, "clock_wrong");
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    await playAndSeek(page, portal, kit.exercises[0].id);
    page = await browser.restart();
    await open(page, portal, "kit");
    await kitState(page, "ready");
    assert.equal(await page.locator("[data-problem]").count(), 0);
    await allIntact(page, clinic, kit);
  }));

/** Safari before 17 and 16.4: no Ed25519, no raw DEFLATE. */
function olderCrypto() {
  const importKey = SubtleCrypto.prototype.importKey;
  SubtleCrypto.prototype.importKey = function (format, key, algorithm, ...rest) {
    if ((algorithm.name ?? algorithm) === "Ed25519") return Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
    return importKey.call(this, format, key, algorithm, ...rest);
  };
  const Real = DecompressionStream;
  globalThis.DecompressionStream = class {
    constructor(format) {
      if (format === "deflate-raw") throw new TypeError("Unsupported compression format");
      return new Real(format);
    }
  };
}

test("where the browser knows neither Ed25519 nor raw DEFLATE a worker verifies and inflates, offline too", () =>
  onOddPhone(olderCrypto, null, async (page, browser) => {
    const from = clinic.proxy.log.length;
    await openLink(page, clinic.link);
    assert.ok(clinic.proxy.log.slice(from).some((r) => r.path.startsWith("/verify_worker")), "the worker was fetched");
    await startLight(page);
    await kitState(page, "ready", { timeout: 60_000 });
    await clinic.proxy.goOffline();
    try {
      page = await browser.restart();
      await browser.context.addInitScript(olderCrypto);
      await open(page, portal, "kit");
      await kitState(page, "ready");
      await playAndSeek(page, portal, kit.exercises[0].id);
    } finally {
      await clinic.proxy.goOnline();
    }
  }));

test("the worker refuses a stranger's signature as the browser would", async () => {
  const { kid } = await clinicKey();
  await serving((kit) => signKit(kit, strangersKey(kid)), () =>
    onOddPhone(olderCrypto, null, async (page) => {
      await page.goto(clinic.link);
      await kitState(page, "invalid");
      assert.ok((await page.locator("main").innerText()).includes("Non vérifiée"));
    }));
});

/** The printed card's code: small, large, crooked on a table; and a picture without one. */
async function photograph() {
  const card = path.join(clinic.folder, "desk/print", path.basename(clinic.kit), "card.html");
  const browser = await Chromium.start({ viewport: { width: 1400, height: 1400 } });
  const { page } = browser;
  try {
    await page.goto(pathToFileURL(card).href);
    const code = page.locator(".qr svg");
    const ofSide = async (side) => {
      await code.evaluate((svg, px) => svg.setAttribute("style", `position:fixed;inset:0 auto auto 0;width:${px}px;height:${px}px;background:#fff`), side);
      return code.screenshot();
    };
    const [small, large] = [await ofSide(300), await ofSide(900)];
    const on = `position:absolute;left:520px;top:380px;width:420px;transform:rotate(7deg)`;
    await page.setContent(`<body style="background:#8a8172"><img style="${on}" src="data:image/png;base64,${large.toString("base64")}">`);
    await page.locator("img").evaluate((img) => img.decode());
    const onATable = await page.screenshot({ type: "jpeg", quality: 70 });
    await page.setContent("<h1>Rien ici</h1>");
    return { small, large, onATable, none: await page.screenshot() };
  } finally {
    await browser.close();
  }
}

/** Gives a picture file to the portal's own scanner. */
async function scanPicture(page, buffer, mimeType = "image/png") {
  // What reads it comes with the second part of the program, like this button.
  await page.waitForSelector("[data-action=kit-paste]");
  await page.setInputFiles("[data-action=kit-image]", { name: "carte", mimeType, buffer });
}

test("a photograph of the printed card adds the kit, small, large, or crooked on a table", () =>
  onPhone(async (page) => {
    for (const [name, type] of [["small", "image/png"], ["large", "image/png"], ["onATable", "image/jpeg"]]) {
      await open(page, portal, "kit");
      await scanPicture(page, pictures[name], type);
      await page.waitForSelector("[data-action=kit-download]", { timeout: 30_000 });
      assert.ok((await page.locator("main").innerText()).includes(kit.title.fr), name);
      await page.goto(`${portal}jwks.json`);
      await page.evaluate(() => new Promise((ok) => (indexedDB.deleteDatabase("bon-geste").onsuccess = ok)));
    }
  }));

test("a picture without a code, and a file that is no picture, say so", () =>
  onPhone(async (page) => {
    await open(page, portal, "kit");
    await scanPicture(page, pictures.none);
    await problem(page, "qr_none", { timeout: 30_000 });
    await scanPicture(page, Buffer.from("pas une image"), "image/jpeg");
    await page.waitForSelector("[role=alert][data-problem=qr_none]");
    await scanPicture(page, pictures.large);
    await page.waitForSelector("[data-action=kit-download]", { timeout: 30_000 });
  }));

test("the card held before the camera adds the kit, and the camera is off afterwards", async () => {
  const png = path.join(clinic.dir, "code.png");
  const film = path.join(clinic.dir, "camera.mjpeg");
  await writeFile(png, pictures.large);
  // A hand that brings the card nearer: first grey, then the code on a grey ground.
  await run("ffmpeg", [
    "-y", "-loglevel", "error",
    "-f", "lavfi", "-t", "4", "-r", "10", "-i", "color=0x8a8172:s=1280x720",
    "-loop", "1", "-t", "4", "-r", "10", "-i", png,
    "-filter_complex", "[1]scale=560:560[c];[0][c]overlay=360:80:enable='gte(t,1)',format=yuvj420p",
    "-q:v", "3", film,
  ]);
  const args = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${film}`];
  await onPhone(async (page, browser) => {
    await browser.context.addInitScript(() => {
      const ask = MediaDevices.prototype.getUserMedia;
      window.streams = [];
      MediaDevices.prototype.getUserMedia = async function (wish) {
        const stream = await ask.call(this, wish);
        window.streams.push(stream);
        return stream;
      };
    });
    await open(page, portal, "kit");
    await page.click("[data-action=kit-scan]");
    await page.waitForSelector("[data-action=kit-download]", { timeout: 60_000 });
    assert.ok((await page.locator("main").innerText()).includes(kit.title.fr));
    assert.deepEqual(await page.evaluate(() => window.streams.map((s) => s.active)), [false]);
  }, { args });
});

test("a camera that is refused says so, and the link can still be pasted", () =>
  onOddPhone(
    () => {
      MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
    },
    null,
    async (page) => {
      await open(page, portal, "kit");
      await page.click("[data-action=kit-scan]");
      await problem(page, "camera_refused");
      await page.waitForSelector("[data-action=kit-scan]");
      await page.locator("main form input[type=text]").fill(clinic.link);
      await page.click("[data-action=kit-add]");
      await page.waitForSelector("[data-action=kit-download]");
    },
  ));

test("a phone without a camera says so", () =>
  onOddPhone(
    () => {
      Object.defineProperty(Navigator.prototype, "mediaDevices", { get: () => undefined });
    },
    null,
    async (page) => {
      await open(page, portal, "kit");
      await usable(page);
      await page.click("[data-action=kit-scan]");
      await problem(page, "camera_missing");
    },
  ));
