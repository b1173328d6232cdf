// What the portal says, as its locale files have it.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { root } from "./env.mjs";

/** A section of the portal's words: name → text. */
export async function words(lang, section) {
  const text = await readFile(path.join(root, `locales/${lang}.toml`), "utf8");
  const [, body] = new RegExp(`^\\[${section}\\]\n((?:.+\n)*)`, "m").exec(text);
  return Object.fromEntries([...body.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, name, said]) => [name, said]));
}
