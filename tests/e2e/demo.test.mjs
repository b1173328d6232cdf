// What `cargo xtask serve` prints: four patients' links that open, each a kit that says « Exemple » on its screens
// and never what a clinic's own kit may say.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { temporary } from "./lib/clinic.mjs";
import { root, xtaskBin } from "./lib/env.mjs";
import { KITS } from "./lib/library.mjs";
import { choose, onPhone, open, openLink, screens } from "./lib/portal.mjs";
import { ended, freePort } from "./lib/processes.mjs";
import { words } from "./lib/words.mjs";

/** Runs the demonstration until it says « Ready »: the lines it printed, and how to stop it. */
async function serve(data) {
  const child = spawn(xtaskBin(), ["serve", "--port", String(await freePort()), "--data", data], { stdio: ["ignore", "pipe", "pipe"] });
  let told = "";
  child.stderr.on("data", (d) => (told += d));
  const lines = [];
  await new Promise((ready, fail) => {
    child.once("exit", (code) => fail(new Error(`xtask serve ended with ${code}\n${told}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      if (line === "Ready") ready();
    });
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended(child);
  };
  return { lines, stop };
}

/** What a screen says to eye and ear. */
const said = (page) =>
  page.evaluate(() => {
    const labels = [...document.querySelectorAll("[aria-label], [alt], [title]")].flatMap((e) => ["aria-label", "alt", "title"].map((a) => e.getAttribute(a)));
    return [document.title, document.body.innerText, ...labels].filter(Boolean).join("\n");
  });

test("the four links of the demonstration open, and say « Exemple », never « Validée par votre cabinet »", async () => {
  const data = await temporary("demo");
  const demo = await serve(path.join(data, "clinic"));
  try {
    const portal = /^Portal: (\S+)$/.exec(demo.lines[0])[1];
    const links = demo.lines.map((line) => /^(?:Patient link|Another kit, (\S+)): (\S+#shlink:\S+)$/.exec(line)).filter(Boolean);
    assert.deepEqual(links.map(([, name]) => name), [undefined, ...KITS.slice(1)], demo.lines.join("\n"));
    const titles = new Set();
    for (const [n, [, , link]] of links.entries()) {
      const name = KITS[n];
      const kit = await readFile(path.join(root, "content/demo/kits", name, "kit.toml"), "utf8");
      const ids = [...kit.matchAll(/^id = "([^"]+)"\nlibrary/gm)].map(([, id]) => id);
      await onPhone(async (page) => {
        await openLink(page, link);
        for (const lang of ["fr", "en"]) {
          if (lang === "en") await choose(page, portal, "standard", "en");
          const badge = await words(lang, "badge");
          const title = new RegExp(`^title = \\{ fr = "([^"]+)", en = "([^"]+)"`, "m").exec(kit)[lang === "fr" ? 1 : 2];
          const mustSay = new Set(["kit", ...ids.map((id) => `exercise/${id}`)]);
          // The other screens are the same words in both languages.
          const others = lang === "fr" ? screens(ids[0] ?? "").filter((a) => ids.length || !a.endsWith("/")) : [];
          const addresses = new Set([...others, ...mustSay]);
          for (const address of addresses) {
            await open(page, portal, address);
            const text = await said(page);
            const at = `${name}, ${lang}, /${address}`;
            for (const never of ["validated", "not_verified", "not_verified_text"]) assert.ok(!text.includes(badge[never]), `${at}: ${badge[never]}`);
            assert.doesNotMatch(text, lang === "fr" ? /\bvalidée?s?\b/i : /\bvalidated (?!by a physiotherapist)/i, at);
            if (!mustSay.has(address)) continue;
            const shown = await page.locator(".badge:visible").allInnerTexts();
            assert.ok(shown.some((t) => t.includes(badge.example) && t.includes(badge.example_text)), `${at}: ${shown}`);
            if (address === "kit") assert.ok(text.includes(title), `${at}: ${title}`);
          }
          titles.add(title);
        }
      });
    }
    assert.equal(titles.size, 2 * KITS.length);
  } finally {
    await demo.stop();
    await rm(data, { recursive: true, force: true });
  }
});
