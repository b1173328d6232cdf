// Releases of the portal that differ in a word, made from the built one: page, program and style
// carry the word, their names follow their content, and the worker's list follows the files.

import { createHash } from "node:crypto";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { portalDist } from "./env.mjs";

const digest = (bytes, form = "hex") => createHash("sha256").update(bytes).digest(form);

/** The hashes of a page's inline scripts, as a policy names them. */
const inline = (html) =>
  [...html.matchAll(/<script(?: type="module")?>([\s\S]*?)<\/script>/g)].map(([, text]) => `'sha256-${digest(text, "base64")}'`);

export class Releases {
  #releases = {};

  /** Copies the built portal to `dir` and makes a release for each word; the first is deployed. */
  static async make(dir, words) {
    const made = new Releases();
    made.dir = dir;
    await cp(portalDist(), dir, { recursive: true });
    const html = await readFile(path.join(dir, "index.html"), "utf8");
    const names = await readdir(dir);
    const [program, style] = [/^bon-geste-.*\.js$/, /^app-.*\.css$/].map((form) => names.find((n) => form.test(n)));
    const [js, css, worker] = await Promise.all([program, style, "sw.js"].map((n) => readFile(path.join(dir, n), "utf8")));
    made.replaced = ["index.html", "404.html", program, style, "sw.js"];
    let scripts = [];
    for (const word of words) {
      const files = { js: `${js}\nglobalThis.release = "${word}";\n`, css: `${css}\n:root { --release: ${word}; }\n` };
      const called = { js: `bon-geste-${digest(files.js).slice(0, 16)}.js`, css: `app-${digest(files.css).slice(0, 16)}.css` };
      const page = html.replaceAll(program, called.js).replaceAll(style, called.css).replace("<html ", `<html data-release="${word}" `);
      const list = JSON.parse(/const PRECACHE = (\[.*?\]);/.exec(worker)[1]).map(({ url, revision }) => {
        if (url === program) return { url: called.js, revision: digest(files.js).slice(0, 16) };
        if (url === style) return { url: called.css, revision: digest(files.css).slice(0, 16) };
        return { url, revision: url === "index.html" ? digest(page).slice(0, 16) : revision };
      });
      const sw = worker
        .replace(/const PRECACHE = \[.*?\];/, `const PRECACHE = ${JSON.stringify(list)};`)
        .replace(/const VERSION = ".*?";/, `const VERSION = "${digest(JSON.stringify(list)).slice(0, 16)}";`);
      made.#releases[word] = { "index.html": page, [called.js]: files.js, [called.css]: files.css, "sw.js": sw };
      scripts = scripts.concat(inline(page));
    }
    const policy = path.join(dir, "headers.json");
    await writeFile(policy, (await readFile(policy, "utf8")).replace("'wasm-unsafe-eval'", `'wasm-unsafe-eval' ${scripts.join(" ")}`));
    await made.deploy(words[0]);
    return made;
  }

  /** Puts a release where the server reads, and takes away what only the one before had. */
  async deploy(word) {
    for (const name of this.replaced) await Promise.all([name, `${name}.br`].map((n) => rm(path.join(this.dir, n), { force: true })));
    for (const [name, text] of Object.entries(this.#releases[word])) await writeFile(path.join(this.dir, name), text);
    this.replaced = Object.keys(this.#releases[word]);
  }

  /** The names of the files of a release that no other has. */
  own(word) {
    return Object.keys(this.#releases[word]).filter((n) => /^(app|bon-geste)-/.test(n));
  }
}

/** Which releases page, program and style of the page on view come from. */
export const releaseOn = (page) =>
  page.evaluate(() => [
    document.documentElement.dataset.release,
    globalThis.release,
    getComputedStyle(document.documentElement).getPropertyValue("--release").trim(),
  ]);
