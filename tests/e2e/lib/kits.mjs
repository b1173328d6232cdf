// Kits that a test writes: a sound one, to be bent in one place.

import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "./env.mjs";

/** An exercise without a film. */
export function exercise(id, more = {}) {
  return {
    id,
    title: { fr: `Exercice ${id}`, en: `Exercise ${id}` },
    why: { fr: "Pour bouger à l’aise.", en: "To move with ease." },
    steps: [{ fr: "Asseyez-vous.", en: "Sit down." }, { fr: "Levez-vous.", en: "Stand up." }],
    contraindications: [{ fr: "Vous ne vous sentez pas bien.", en: "You do not feel well." }],
    stop_rules: [{ fr: "Vertige : arrêtez.", en: "Dizzy: stop." }],
    dosage: { sets: 2, reps: 5, rest_s: 30, per_day: 1, days_per_week: 3 },
    provenance: {
      author: "Bon Geste",
      qualification: { fr: "exemple", en: "example" },
      made: "2026-11-21",
      rights: { fr: "CC BY 4.0", en: "CC BY 4.0" },
      sources: [],
    },
    ...more,
  };
}

/** A sound kit with these exercises. */
export function aKit(exercises, more = {}) {
  return {
    title: { fr: "Kit d’essai", en: "Trial kit" },
    topic: "fall",
    example: true,
    review_by: "2099-01-01",
    for_whom: { fr: "Pour les essais.", en: "For trials." },
    not_for: { fr: "Pour personne d’autre.", en: "For nobody else." },
    validated_by: {
      name: "Camille Exemple",
      qualification: { fr: "personne fictive", en: "fictional person" },
      on: "2026-11-21",
    },
    exercises,
    warnings: [
      {
        id: "chest-pain",
        level: "red",
        sign: { fr: "Une forte douleur serre votre poitrine.", en: "A strong pain grips your chest." },
        action: { fr: "Appelez le 15 ou le 112.", en: "Call 15 or 112." },
        source: { title: "Essai", publisher: "Bon Geste", date: "2026" },
      },
    ],
    ...more,
  };
}

/** A film of the demo, referred to from a kit's folder; `copyFilm` brings the files. */
export function film(name = "sit-to-stand") {
  return {
    file: `${name}.mp4`,
    alt: { fr: "Dessin animé.", en: "Animated drawing." },
    captions: [{ lang: "fr", file: `${name}.fr.vtt` }, { lang: "en", file: `${name}.en.vtt` }],
  };
}

export async function copyFilm(dir, name = "sit-to-stand") {
  const from = path.join(root, "content/demo/library", name);
  for (const end of [".mp4", ".fr.vtt", ".en.vtt"]) await cp(path.join(from, name + end), path.join(dir, name + end));
}

/** Writes `kit.toml`. TOML's inline tables and JSON's strings are close enough for this. */
export async function writeKit(dir, kit) {
  await mkdir(dir, { recursive: true });
  const value = (v) => {
    if (Array.isArray(v)) return `[${v.map(value).join(", ")}]`;
    if (v && typeof v === "object") return `{ ${fields(v).join(", ")} }`;
    return JSON.stringify(v);
  };
  const fields = (o) => Object.entries(o).filter(([, v]) => v !== undefined).map(([k, v]) => `${k} = ${value(v)}`);
  await writeFile(path.join(dir, "kit.toml"), fields(kit).join("\n") + "\n");
  return dir;
}
