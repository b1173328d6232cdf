// The portal's public screens in a clinic's own website: two origins, a strict host, strangers'
// messages, heights, focus, and what remains when the script or the frame does not come.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { violations } from "./lib/axe.mjs";
import { Chromium } from "./lib/chromium.mjs";
import { Clinic } from "./lib/clinic.mjs";
import { noErrors } from "./lib/portal.mjs";
import { Firefox, WebKit } from "./lib/webdriver.mjs";
import { Website } from "./lib/website.mjs";

let website, stranger, clinic, portal;

before(async () => {
  website = await Website.start();
  stranger = await Website.start();
  clinic = await Clinic.open({ kit: null, embedOn: [website.origin] });
  portal = clinic.proxy.url;
});

after(async () => {
  await clinic?.close();
  await website?.close();
  await stranger?.close();
});

/** Notes in every page what its policy blocks, and which messages it hears. */
const NOTES = () => {
  window.blocked = [];
  window.heard = [];
  addEventListener("securitypolicyviolation", (e) => window.blocked.push(`${e.violatedDirective} ${e.blockedURI}`));
  addEventListener("message", (e) => window.heard.push(e.data));
};

/** Runs with a browser of its own; at the end no page reported an error or a violation. */
async function visit(run, options) {
  const browser = await Chromium.start(options);
  try {
    await browser.context.addInitScript(NOTES);
    await run(browser.page, browser);
    noErrors(browser);
    for (const page of browser.context.pages()) {
      for (const frame of page.frames()) {
        const blocked = await frame.evaluate(() => window.blocked ?? []).catch(() => []);
        assert.deepEqual(blocked, [], frame.url());
      }
    }
  } finally {
    await browser.close();
  }
}

const tag = (show, more = "") =>
  `<bon-geste src="${portal}" show="${show}" lang="fr" ${more}><a href="${portal}${show}">Ouvrir ${show}</a></bon-geste>`;

/** Waits until the nth element's frame has told its height and shows its screen, not « Un instant… »; the frame. */
async function arrived(page, nth = 0) {
  await page.waitForFunction((nth) => document.querySelectorAll("bon-geste")[nth]?.shadowRoot?.querySelector(".box.here"), nth);
  const handle = await page.evaluateHandle((nth) => document.querySelectorAll("bon-geste")[nth].shadowRoot.querySelector("iframe"), nth);
  const frame = await handle.asElement().contentFrame();
  await frame.waitForFunction(() => {
    const main = document.querySelector("main");
    // « Un instant… » is a program that is not here yet, `.busy` the questions that it still waits for.
    return /^(?!Un instant|One moment)./.test(main?.querySelector("h1")?.textContent ?? "") && !main.querySelector(".busy");
  });
  return frame;
}

/** What an element looks like to the page around it. */
const look = (page, nth = 0) =>
  page.evaluate((nth) => {
    const element = document.querySelectorAll("bon-geste")[nth];
    const frame = element.shadowRoot.querySelector("iframe");
    return { title: frame?.title, src: frame?.src, height: frame?.offsetHeight, whole: element.offsetHeight };
  }, nth);

const frames = (page) => page.evaluate(() => [...document.querySelectorAll("bon-geste")].map((e) => e.shadowRoot?.querySelectorAll("iframe").length));

/** Adds so many pixels to what the frame shows. */
const lengthen = (frame, px) =>
  frame.evaluate((px) => {
    const more = Object.assign(document.createElement("div"), { id: "more" });
    more.style.height = `${px}px`;
    document.querySelector("main").append(more);
  }, px);

/**
 * Waits until page and frames have been the same for half a second, however busy the machine:
 * no message came, nothing changed its height.
 */
async function settled(page) {
  const state = async () =>
    JSON.stringify([
      await page.evaluate(() => [window.heard?.length, ...Array.from(document.querySelectorAll("bon-geste"), (e) => e.offsetHeight)]),
      ...(await Promise.all(
        page.frames().slice(1).map((frame) =>
          frame.evaluate(() => [document.title, document.querySelector("#app")?.getBoundingClientRect().height]).catch(() => []),
        ),
      )),
    ]);
  const end = Date.now() + 20_000;
  for (let last = await state(), since = Date.now(); Date.now() < end; await sleep(50)) {
    const now = await state();
    if (now !== last) [last, since] = [now, Date.now()];
    if (Date.now() - since >= 500) return;
  }
  assert.fail(`nothing settled within 20 s: ${await state()}`);
}

test("several screens stand in a strict host's page, each at its own height, named apart, without bars", () =>
  visit(async (page, browser) => {
    const told = [];
    // A clinic that added no questions of its own has no such file: the browser notes that.
    const expected = (m) => /\/quiz\/own\.fr\.json$/.test(m.location().url);
    browser.context.on("console", (m) => m.type() === "error" && !expected(m) && told.push(`${m.text()} ${m.location().url}`));
    const body = tag("quiz") + tag("check") + tag("quiz") + tag("booklet") + tag("open-kit");
    await page.goto(website.page("several", portal, body));
    const titles = new Set();
    for (let nth = 0; nth < 4; nth++) {
      await page.evaluate((nth) => document.querySelectorAll("bon-geste")[nth].scrollIntoView(), nth);
      const frame = await arrived(page, nth);
      await settled(page);
      assert.deepEqual(await frame.locator(".top:visible, .bar:visible, .foot:visible, .skip:visible").count(), 0);
      const inside = await frame.evaluate(() => ({
        fitted: "fitted" in document.documentElement.dataset,
        content: document.querySelector("#app").getBoundingClientRect().height,
        room: innerHeight,
      }));
      assert.ok(inside.fitted && inside.room >= inside.content, JSON.stringify(inside));
      titles.add((await look(page, nth)).title);
    }
    assert.equal(titles.size, 4, [...titles].join(", "));
    assert.deepEqual(await frames(page), [1, 1, 1, 1, 0]);
    const kit = page.locator("bon-geste").nth(4).locator("a.open");
    assert.deepEqual([await kit.innerText(), await kit.getAttribute("href")], ["Ouvrir mon kit", portal]);
    assert.deepEqual(told, []);
  }));

test("the height grows with the content, never swings, and is lower again only for another width", () =>
  visit(async (page) => {
    await page.goto(website.page("height", portal, `${tag("quiz")}<p id="below">Ensuite</p>`));
    const before = await page.evaluate(() => document.querySelector("#below").getBoundingClientRect().top);
    const frame = await arrived(page);
    await settled(page);
    const place = await page.evaluate(() => document.querySelector("#below").getBoundingClientRect().top);
    const first = (await look(page)).height;
    if (first === 640) assert.equal(place, before, "what fits the reserved height moves nothing");
    await page.evaluate(() => (window.heard = []));
    await lengthen(frame, 1200);
    await page.waitForFunction((first) => document.querySelector("bon-geste").offsetHeight > first, first);
    await settled(page);
    const grown = (await look(page)).height;
    const heights = (await page.evaluate(() => window.heard)).filter((m) => m.type === "height");
    assert.equal(heights.length, 1, `one change, one message: ${JSON.stringify(heights)}`);
    const { content, bar } = await frame.evaluate(() => ({
      content: document.querySelector("#app").getBoundingClientRect().height,
      bar: document.documentElement.scrollHeight > innerHeight,
    }));
    assert.ok(grown >= content && grown - content <= 2 && !bar, `${grown} for ${content}`);
    await frame.evaluate(() => document.querySelector("#more").remove());
    await settled(page);
    assert.equal((await look(page)).height, grown, "a shorter screen leaves the page where it is");
    // As high as its window, which a screen must not be in a frame: it ends where it began.
    await frame.evaluate(() => (document.querySelector(".frame").style.minHeight = "100vh"));
    await sleep(1000);
    assert.ok((await look(page)).height <= grown + 3, "no chase between frame and content");
    await frame.evaluate(() => (document.querySelector(".frame").style.minHeight = ""));
    await page.setViewportSize({ width: 500, height: 640 });
    await lengthen(frame, 700);
    await page.waitForFunction((grown) => document.querySelector("bon-geste").offsetHeight < grown, grown);
    // A width for a moment only, as a turned phone or a picture of the page has it, leaves no trace.
    await frame.evaluate(() => document.querySelector("#more").remove());
    await page.setViewportSize({ width: 360, height: 640 });
    await settled(page);
    const { height } = await look(page);
    await page.evaluate(() => (document.querySelector("bon-geste").style.width = "4rem"));
    await settled(page);
    await page.evaluate(() => (document.querySelector("bon-geste").style.width = ""));
    await settled(page);
    assert.equal((await look(page)).height, height);
  }));

test("a host believes its own frame alone: not another frame, another origin, itself, or another version", () =>
  visit(async (page) => {
    stranger.pages.set("/forger", { body: `<!doctype html><title>x</title><script>
      for (const target of [parent, ...Array.from({ length: parent.length }, (_, i) => parent[i])])
        target.postMessage({ v: 1, type: "height", height: 7777 }, "*"),
        target.postMessage({ v: 1, type: "title", title: "Piraté" }, "*"),
        target.postMessage({ v: 1, type: "navigate", title: "Piraté" }, "*");
    </script>` });
    const body = `${tag("quiz")}<iframe id="stranger" title="x"></iframe><iframe id="portal" src="${portal}embed/booklet" title="y"></iframe>`;
    await page.goto(website.page("host", portal, body, { free: true }));
    const frame = await arrived(page);
    await settled(page);
    const before = await look(page);
    // Another origin in another frame.
    await page.evaluate((src) => (document.querySelector("#stranger").src = src), `${stranger.origin}/forger`);
    await page.waitForFunction(() => window.heard.some((m) => m.height === 7777));
    // The right origin in another frame.
    const other = await (await page.$("#portal")).contentFrame();
    await other.waitForSelector("main h1");
    await other.evaluate(() => parent.postMessage({ v: 1, type: "height", height: 7778 }, "*"));
    // The host itself.
    await page.evaluate(() => postMessage({ v: 1, type: "height", height: 7779 }, "*"));
    // The right frame in another version, and what is no height and no title.
    await frame.evaluate(() => {
      for (const message of [
        { v: 2, type: "height", height: 7780 }, { v: "1", type: "height", height: 7780 }, { type: "height", height: 7780 },
        { v: 1, type: "height", height: "7780" }, { v: 1, type: "height", height: -5 }, { v: 1, type: "height", height: 7780.5 },
        { v: 1, type: "height", height: Infinity }, { v: 1, type: "title", title: { toString: () => "x" } }.v, { v: 1, type: "title", title: 5 },
        { v: 1, type: "eval", code: "x" }, null, "height", 7780, [1],
      ]) parent.postMessage(message, "*");
    });
    await settled(page);
    assert.deepEqual(await look(page), before);
    // The right frame, led to another origin.
    await page.evaluate((src) => (document.querySelector("bon-geste").shadowRoot.querySelector("iframe").src = src), `${stranger.origin}/forger`);
    await page.waitForFunction(() => window.heard.filter((m) => m?.height === 7777).length > 1);
    await settled(page);
    const after = await look(page);
    assert.deepEqual([after.title, after.height], [before.title, before.height]);
    // No words of a frame become anything but words.
    assert.equal(await page.evaluate(() => document.querySelectorAll("bon-geste *").length), 1);
  }));

test("the portal believes the window around it alone, in this version, and speaks to that origin alone", () =>
  visit(async (page) => {
    stranger.pages.set("/greeter", { body: `<!doctype html><title>x</title><script>
      onmessage = () => { for (let i = 0; i < parent.length; i++) if (parent[i] !== window) parent[i].postMessage({ v: 1, type: "hello" }, "*"); };
    </script>` });
    const body = `<iframe id="portal" title="x" src="${portal}embed/quiz"></iframe><iframe id="stranger" title="y" src="${stranger.origin}/greeter"></iframe>`;
    await page.goto(website.page("bare", portal, body, { free: true, script: "" }));
    const frame = await (await page.$("#portal")).contentFrame();
    // What listens comes with the second part of the program.
    await frame.waitForFunction(() => /^(?!Un instant|One moment)./.test(document.querySelector("#app main h1")?.textContent ?? ""));
    const fitted = () => frame.evaluate(() => "fitted" in document.documentElement.dataset);
    const heardInside = () => frame.evaluate(() => window.heard.length);
    await page.evaluate(() => document.querySelector("#stranger").contentWindow.postMessage("go", "*"));
    await frame.waitForFunction(() => window.heard.length > 0);
    assert.equal(await fitted(), false, "a greeting from beside is none");
    await frame.evaluate(() => postMessage({ v: 1, type: "hello" }, "*"));
    await page.evaluate(() => {
      const { contentWindow } = document.querySelector("#portal");
      for (const message of [{ v: 2, type: "hello" }, { v: "1", type: "hello" }, { type: "hello" }, { v: 1, type: "hullo" }, "hello", null, 1, [1]]) {
        contentWindow.postMessage(message, "*");
      }
    });
    while ((await heardInside()) < 10) await sleep(50);
    await settled(page);
    assert.equal(await fitted(), false, "other versions and other words are for somebody else");
    await page.evaluate(() => document.querySelector("#portal").contentWindow.postMessage({ v: 1, type: "hello" }, "*"));
    await frame.waitForFunction(() => "fitted" in document.documentElement.dataset);
    // What it says: a version, a type, and one number or one title. Nothing else crosses.
    const said = await page.evaluate(() => window.heard);
    assert.ok(said.some((m) => m.type === "height") && said.some((m) => m.type === "title"));
    for (const message of said) {
      const { v, type, ...rest } = message;
      assert.equal(v, 1);
      assert.ok(["height", "title", "navigate"].includes(type), type);
      assert.deepEqual(Object.keys(rest), type === "height" ? ["height", "width"] : ["title"]);
    }
  }));

/** The highest frame, in CSS pixels: public/embed.js. */
const HIGHEST = 30_000;

/** A frame that says to everybody around it what only the portal may say. */
const FORGER = `<!doctype html><title>x</title><script>
  for (const target of [parent, ...Array.from({ length: parent.length }, (_, i) => parent[i])].filter((each) => each !== window))
    for (const message of [{ v: 1, type: "hello" }, { v: 1, type: "height", height: 7777 }, { v: 1, type: "title", title: "Piraté" }, { v: 1, type: "navigate", title: "Piraté" }])
      target.postMessage(message, "*");
</script>`;

/** Runs in a frame of the page, which a script finds, and comes back. */
async function within(page, find, fn, arg) {
  const { driver } = page;
  await driver.switchTo().frame(await driver.executeScript(`return ${find}`));
  try {
    return await page.evaluate(fn, arg);
  } finally {
    await driver.switchTo().defaultContent();
  }
}

/** Waits in a page of another engine until `test` holds there. */
const holds = (page, test, arg) =>
  page.evaluate(
    new Function("arg", `const test = ${test};
      return (async () => {
        for (let i = 0; i < 600 && !(await test(arg)); i++) await new Promise((go) => setTimeout(go, 50));
        if (!(await test(arg))) throw new Error("it does not hold after 30 s: " + test + " " + JSON.stringify(window.heard));
      })();`),
    arg,
  );

/** Notes what the page, or the frame, hears from now on. */
const listen = () => {
  window.heard = [];
  addEventListener("message", (e) => window.heard.push(e.data));
};

const OWN = "document.querySelector('bon-geste').shadowRoot.querySelector('iframe')";
const OTHER = "document.querySelector('#portal')";

async function hostBelievesItsFrameAlone({ page }) {
  stranger.pages.set("/forger", { body: FORGER });
  const body = `${tag("quiz")}<iframe id="stranger" title="x"></iframe><iframe id="portal" src="${portal}embed/booklet" title="y"></iframe>`;
  await page.goto(website.page("host-engine", portal, body, { free: true }));
  await holds(page, () => document.querySelector("bon-geste").shadowRoot?.querySelector(".box.here"));
  // Its own title has come: a later one would be no forged one.
  await holds(page, () => !/^(Un instant|One moment)/.test(document.querySelector("bon-geste").shadowRoot.querySelector("iframe").title));
  await page.evaluate(listen);
  const look = () =>
    page.evaluate(() => {
      const { title, offsetHeight } = document.querySelector("bon-geste").shadowRoot.querySelector("iframe");
      return { title, height: offsetHeight };
    });
  // Its own screen may still grow: no forged height is as low as that.
  const unmoved = async () => {
    const { title, height } = await look();
    assert.ok(height < 7000 && title !== "Piraté" && title !== "5", `${height} px, ${title}`);
  };
  const heard = (height, times = 1) => holds(page, ([height, times]) => window.heard.filter((m) => m?.height === height).length >= times, [height, times]);
  // Another origin in another frame; the right origin in another frame; the host itself.
  await page.evaluate((src) => (document.querySelector("#stranger").src = src), `${stranger.origin}/forger`);
  await heard(7777);
  await unmoved();
  await within(page, OTHER, () => parent.postMessage({ v: 1, type: "height", height: 7778 }, "*"));
  await heard(7778);
  await page.evaluate(() => postMessage({ v: 1, type: "height", height: 7779 }, "*"));
  await heard(7779);
  // The right frame in another version, and what is no height and no title.
  await within(page, OWN, () => {
    for (const message of [
      { v: 2, type: "height", height: 7780 }, { v: "1", type: "height", height: 7780 }, { type: "height", height: 7780 },
      { v: 1, type: "height", height: "7780" }, { v: 1, type: "height", height: -5 }, { v: 1, type: "height", height: 7780.5 },
      { v: 1, type: "height", height: Infinity }, { v: 1, type: "title", title: 5 }, { v: 1, type: "eval", code: "x" }, null, "height", 7780, [1],
      { v: 2, type: "height", height: 7781 },
    ]) parent.postMessage(message, "*");
  });
  await heard(7781);
  await unmoved();
  // A huge height from the right frame is one, up to a limit.
  await within(page, OWN, () => parent.postMessage({ v: 1, type: "height", height: 2_000_000_000, width: innerWidth }, "*"));
  await heard(2_000_000_000);
  const { title, height } = await look();
  assert.equal(height, HIGHEST);
  // The right frame, led to another origin.
  await page.evaluate((src) => (document.querySelector("bon-geste").shadowRoot.querySelector("iframe").src = src), `${stranger.origin}/forger`);
  await heard(7777, 2);
  assert.deepEqual(await look(), { title, height });
}

async function portalBelievesItsHostAlone({ page }) {
  stranger.pages.set("/late-forger", { body: FORGER.replace("<script>", "<script>onmessage = () => {").replace("</script>", "};</script>") });
  const body = `<iframe id="portal" title="x" src="${portal}embed/quiz"></iframe><iframe id="stranger" title="y" src="${stranger.origin}/late-forger"></iframe>`;
  await page.goto(website.page("bare-engine", portal, body, { free: true, script: "" }));
  await within(page, OTHER, () => new Promise((go) => {
    // What listens comes with the second part of the program.
    const look = () => (/^(?!Un instant|One moment)./.test(document.querySelector("#app main h1")?.textContent ?? "") ? go() : setTimeout(look, 50));
    look();
  }));
  await within(page, OTHER, listen);
  const heard = (n) =>
    within(page, OTHER, (n) => new Promise((go, no) => {
      let left = 600;
      const look = () => {
        if (window.heard.length >= n) return go("fitted" in document.documentElement.dataset);
        return left-- ? setTimeout(look, 50) : no(new Error(`heard ${JSON.stringify(window.heard)}`));
      };
      look();
    }), n);
  await page.evaluate(() => document.querySelector("#stranger").contentWindow.postMessage("go", "*"));
  assert.equal(await heard(4), false, "a greeting from beside is none");
  await within(page, OTHER, () => postMessage({ v: 1, type: "hello" }, "*"));
  const others = [{ v: 2, type: "hello" }, { v: "1", type: "hello" }, { type: "hello" }, { v: 1, type: "hullo" }, "hello", null, 1, [1]];
  await page.evaluate((others) => others.forEach((message) => document.querySelector("#portal").contentWindow.postMessage(message, "*")), others);
  assert.equal(await heard(5 + others.length), false, "other versions and other words are for somebody else");
  await page.evaluate(() => document.querySelector("#portal").contentWindow.postMessage({ v: 1, type: "hello" }, "*"));
  await within(page, OTHER, () => new Promise((go) => {
    const look = () => ("fitted" in document.documentElement.dataset ? go() : setTimeout(look, 50));
    look();
  }));
}

for (const Engine of [Firefox, WebKit]) {
  for (const [what, run] of [
    ["a host believes its own frame alone, and no height beyond the limit", hostBelievesItsFrameAlone],
    ["the portal believes the window around it alone, in this version", portalBelievesItsHostAlone],
  ]) {
    test(`${Engine.name}: ${what}`, async () => {
      const browser = await Engine.start();
      try {
        await run(browser);
      } finally {
        await browser.close();
      }
    });
  }
}

test("a website that the clinic did not name gets no frame, only the link and a sentence", async () => {
  const browser = await Chromium.start();
  try {
    const { page } = browser;
    await page.goto(stranger.page("unlisted", portal, tag("quiz")));
    const link = page.locator("bon-geste > a");
    await link.waitFor();
    await page.waitForSelector("bon-geste p a", { timeout: 20_000 });
    const late = page.locator("bon-geste [role=status]");
    assert.match(await late.innerText(), /n’est pas encore arrivé.*Quiz/s);
    assert.equal(await late.locator("a").getAttribute("href"), `${portal}quiz`);
    assert.ok(await link.isVisible());
    assert.equal(page.frames().filter((f) => f.url().startsWith(portal)).length, 0, page.frames().map((f) => f.url()).join());
    // Nor does any other screen go into the frame of a website that is named.
    const bare = website.page("kit-framed", portal, `<iframe title="x" src="${portal}kit"></iframe><iframe title="y" src="${portal}"></iframe>`, { script: "" });
    await page.goto(bare);
    await settled(page);
    assert.equal(page.frames().filter((f) => f.url().startsWith(portal)).length, 0);
  } finally {
    await browser.close();
  }
});

test("without JavaScript, and where the script does not come, the link inside is on view", async () => {
  for (const [options, script] of [[{ javaScriptEnabled: false }, undefined], [{}, `<script src="${portal}none.js" async></script>`]]) {
    const browser = await Chromium.start(options);
    try {
      await browser.page.goto(website.page("plain", portal, tag("quiz"), { script }));
      const link = browser.page.locator("bon-geste > a");
      assert.ok(await link.isVisible());
      assert.equal(await link.getAttribute("href"), `${portal}quiz`);
    } finally {
      await browser.close();
    }
  }
});

test("an address that is none leaves the link, and a screen that does not exist too", () =>
  visit(async (page) => {
    const wrong = ["src=\"javascript:alert(1)\"", "src=\"data:text/html,x\"", "src=\"http://\"", "", `src="${portal}" show="kit"`, `src="${portal}" show="skip"`, `src="${portal}" show="../kit"`];
    const body = wrong.map((w) => `<bon-geste ${w}><a href="${portal}quiz">Ouvrir</a></bon-geste>`).join("");
    await page.goto(website.page("wrong", portal, body));
    await page.waitForFunction(() => customElements.get("bon-geste"));
    assert.deepEqual(await frames(page), wrong.map(() => 0));
    assert.equal(await page.locator("bon-geste > a:visible").count(), wrong.length);
  }));

test("the focus stays where the visitor is; Tab leads in and out, and past the frame in one step", () =>
  visit(async (page) => {
    const body = `<p><input id="field" aria-label="Nom"></p><a id="above" href="#x">Avant</a>${tag("quiz")}<a id="below" href="#x">Après</a>`;
    await page.goto(website.page("keys", portal, body));
    await page.focus("#field");
    await page.keyboard.type("Ca");
    const frame = await arrived(page);
    await settled(page);
    await page.keyboard.type("mille");
    assert.deepEqual(await page.evaluate(() => [document.activeElement.id, document.activeElement.value]), ["field", "Camille"]);
    // In, through, and out at the other end.
    await page.focus("#above");
    const where = () =>
      page.evaluate(() => {
        const { activeElement } = document;
        return activeElement.shadowRoot?.activeElement?.tagName ?? activeElement.id;
      });
    // The focus crosses into another process and back: not at once.
    const at = async (place, words) => {
      for (let i = 0; i < 400 && (await where()) !== place; i++) await sleep(50);
      assert.equal(await where(), place, words);
    };
    await page.keyboard.press("Tab");
    await at("BUTTON");
    const skip = page.locator("bon-geste button.skip");
    assert.match(await skip.innerText(), /^Passer «\sQuiz/);
    const box = await skip.boundingBox();
    assert.ok(box.height >= 48 && box.width >= 48, JSON.stringify(box));
    await page.keyboard.press("Tab");
    await at("IFRAME");
    await frame.waitForFunction(() => document.hasFocus() && document.activeElement !== document.body);
    // The frame knows at once that a key led out of it; the page around hears of it later.
    const inside = () => frame.evaluate(() => document.activeElement !== document.body);
    for (let i = 0; i < 40 && (await inside()); i++) await page.keyboard.press("Tab");
    await at("below", "out of the frame, to what follows");
    await page.keyboard.press("Shift+Tab");
    await at("IFRAME", "and back in from below");
    // Past it.
    await page.focus("#above");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await at("below");
  }));

test("links that leave the screen open a page of their own, which the frame cannot be reached from", () =>
  visit(async (page, browser) => {
    await page.goto(website.page("links", portal, tag("quiz")));
    const frame = await arrived(page);
    const address = frame.url();
    for (const href of ["report", "./"]) {
      await frame.evaluate((href) => {
        document.querySelector("#leave")?.remove();
        document.querySelector("main").append(Object.assign(document.createElement("a"), { href, id: "leave", textContent: "Sortir" }));
      }, href);
      const [opened] = await Promise.all([browser.context.waitForEvent("page"), frame.click("#leave")]);
      await opened.waitForSelector("main h1");
      assert.equal(opened.url(), new URL(href, portal).href);
      assert.equal(await opened.evaluate(() => window.opener), null);
      assert.ok(await opened.locator("nav.bar").isVisible(), "there it is the whole portal");
      await opened.close();
    }
    assert.equal(frame.url(), address);
    // From one screen for everybody to another: in the frame, under its own address.
    await frame.evaluate(() => document.querySelector("main").append(Object.assign(document.createElement("a"), { href: "check", id: "stay", textContent: "Rester" })));
    await page.evaluate(() => (window.heard = []));
    await frame.click("#stay");
    await frame.waitForURL(`${portal}embed/check`);
    await page.waitForFunction(() => window.heard.some((m) => m.type === "navigate"));
    assert.equal(page.frames().length, 2);
  }));

test("another screen begins at its beginning, for somebody who is in the frame and had scrolled down", () =>
  visit(async (page) => {
    await page.goto(website.page("scroll", portal, tag("quiz")));
    const frame = await arrived(page);
    await lengthen(frame, 2000);
    await page.waitForFunction(() => document.querySelector("bon-geste").offsetHeight > 2000);
    const top = () => page.evaluate(() => document.querySelector("bon-geste").getBoundingClientRect().top);
    await page.evaluate(() => scrollTo(0, 1500));
    // Nobody is in the frame: the page stays.
    await frame.evaluate(() => parent.postMessage({ v: 1, type: "navigate", title: "Question 2" }, "*"));
    await settled(page);
    assert.ok((await top()) < -1000);
    await frame.evaluate(() => {
      const button = Object.assign(document.createElement("button"), { id: "next", textContent: "Suivant" });
      button.onclick = () => document.querySelector("main h1").focus({ preventScroll: true });
      document.querySelector("#more").append(button);
      button.style.marginTop = "1600px";
    });
    await frame.click("#next");
    await page.waitForFunction(() => Math.abs(document.querySelector("bon-geste").getBoundingClientRect().top) < 60);
  }));

test("elements upgrade late, follow their attributes, come and go, and leave nothing behind", () =>
  visit(async (page) => {
    await page.goto(website.page("late", portal, tag("quiz"), { script: "" }));
    assert.ok(await page.locator("bon-geste > a").isVisible());
    const load = (src) => new Promise((go, no) => {
      const policy = window.trustedTypes?.createPolicy;
      const script = document.createElement("script");
      try { script.src = src; } catch (e) { return no(e); }
      Object.assign(script, { onload: go, onerror: no });
      document.head.append(script);
      return policy;
    });
    // A host that adds the script later has to be allowed to: this one is.
    website.page("late-free", portal, tag("quiz"), { script: "", free: true });
    await page.goto(`${website.origin}/late-free`);
    await page.evaluate(load, `${portal}embed.js`);
    await page.evaluate(load, `${portal}embed.js`);
    await arrived(page);
    assert.deepEqual(await frames(page), [1]);
    const first = await look(page);
    assert.match(first.src, /embed\/quiz\?lang=fr$/);
    await page.evaluate(() => {
      const element = document.querySelector("bon-geste");
      element.setAttribute("lang", "en");
      element.setAttribute("theme", "dark");
    });
    await page.waitForFunction(() => document.querySelector("bon-geste").shadowRoot.querySelector("iframe").src.endsWith("lang=en&theme=dark"));
    const frame = await arrived(page);
    await frame.waitForFunction(() => document.documentElement.lang === "en");
    assert.deepEqual(await frames(page), [1]);
    assert.ok((await look(page)).height >= first.height, "it keeps its height meanwhile");
    const ground = await frame.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(ground, "rgb(24, 21, 18)", "dark, whatever the device prefers");
    // Moved, removed, and put back.
    await page.evaluate(() => {
      const element = document.querySelector("bon-geste");
      document.body.prepend(element);
      window.kept = element;
    });
    await arrived(page);
    await page.evaluate(() => window.kept.remove());
    while (page.frames().length > 1) await sleep(20);
    assert.equal(await page.evaluate(() => window.kept.shadowRoot.querySelectorAll("iframe, button").length), 0);
    await page.evaluate(() => postMessage({ v: 1, type: "height", height: 5 }, "*"));
    await page.evaluate(() => document.body.append(window.kept));
    await arrived(page);
    await page.evaluate(() => window.kept.setAttribute("show", "open-kit"));
    await page.waitForSelector("bon-geste a.open");
    assert.deepEqual(await frames(page), [0]);
  }));

test("a frame far below costs nothing until it comes near, and keeps nothing for offline use", () =>
  visit(async (page, browser) => {
    const asked = [];
    browser.context.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(website.page("far", portal, `<p id="far">…</p>${tag("quiz")}`));
    await page.waitForFunction(() => customElements.get("bon-geste"));
    await page.evaluate(() => {
      document.querySelector("#far").style.height = "6000px";
      const element = document.querySelector("bon-geste");
      document.querySelector("main").append(element);
    });
    await page.waitForFunction(() => document.querySelector("bon-geste").getBoundingClientRect().top > 5000);
    await settled(page);
    assert.equal((await look(page)).src, "");
    await page.evaluate(() => document.querySelector("bon-geste").scrollIntoView());
    const frame = await arrived(page);
    assert.equal(await frame.evaluate(() => navigator.serviceWorker), undefined);
    await sleep(1500);
    assert.ok(asked.includes("/embed/quiz") && !asked.includes("/sw.js") && !asked.includes("/verify_worker.js"), asked.join(" "));
  }));

test("host page and frame pass axe, in both languages and dark; the demonstration's own page does", () =>
  visit(async (page) => {
    await page.goto(await website.demo(portal));
    for (let nth = 0; nth < 2; nth++) {
      await page.evaluate((nth) => document.querySelectorAll("bon-geste")[nth].scrollIntoView(), nth);
      const frame = await arrived(page, nth);
      assert.deepEqual(await violations(frame), []);
    }
    assert.deepEqual(await violations(page), []);
    await page.emulateMedia({ colorScheme: "dark" });
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize({ width: 320, height: 640 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 320, `${wide} px wide`);
    await page.goto(website.page("english", portal, `<div lang="en">${tag("check").replace('lang="fr"', 'theme="dark"')}${tag("open-kit").replace('lang="fr"', "")}</div>`));
    const frame = await arrived(page);
    await frame.waitForFunction(() => document.documentElement.lang === "en");
    await frame.waitForSelector("main h1");
    assert.equal(await page.locator("bon-geste a.open").innerText(), "Open my kit");
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(await violations(frame), []);
  }));
