// The demonstration's library as it is packed: its four kits, and one more kit of the exercises that stand in none.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { pack } from "./clinic.mjs";
import { root } from "./env.mjs";
import { aKit, writeKit } from "./kits.mjs";

const DEMO = path.join(root, "content/demo");
/** Kept from run to run, as the kits' own films are: encoding takes a minute. */
const OTHERS = path.join(root, "target/e2e");

/** The four kits, in the order in which their links are told. */
export const KITS = ["apres-une-chute", "mal-de-dos", "epaule", "en-attendant"];

/** A kit of these exercises, taken from the library as they stand; its folder. */
export const kitFromLibrary = (name, ids) =>
  writeKit(path.join(OTHERS, name), aKit(ids.map((id) => ({ id, library: path.join(DEMO, "library", id) }))));

/** The names of all exercises of the library. */
export const exercises = async () => (await readdir(path.join(DEMO, "library"))).sort();

/** Packs a kit's folder: where it and its media lie, and what it says. */
async function packed(folder) {
  await pack(folder);
  const dir = path.join(folder, "packed");
  return { folder, dir, kit: JSON.parse(await readFile(path.join(dir, "kit.draft.json"), "utf8")) };
}

/** Everything packed, by the kits' names. The exercises that stand in none are `in-no-kit`. */
export async function library() {
  const kits = new Map();
  for (const name of KITS) kits.set(name, await packed(path.join(DEMO, "kits", name)));
  const prescribed = new Set([...kits.values()].flatMap(({ kit }) => kit.exercises.map((e) => e.id)));
  const left = (await exercises()).filter((id) => !prescribed.has(id));
  kits.set("in-no-kit", await packed(await kitFromLibrary("in-no-kit", left)));
  return kits;
}
