// Pictures of the screens, for people to look at.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { screenshots } from "./env.mjs";

/** Writes `screenshots/NAME.png`, the whole page, without moving parts. */
export async function shoot(page, name) {
  const file = path.join(screenshots, `${name}.png`);
  await mkdir(path.dirname(file), { recursive: true });
  await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
}
