// Pictures of the screens, for people to look at, and for readers of codes.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import jsQR from "jsqr";
import { PNG } from "pngjs";
import { screenshots } from "./env.mjs";

/** Below this height the bar is no longer fixed (style/base.css), and a longer window would change that. */
const SHORT = 416;

/**
 * Writes `screenshots/NAME.png`, without moving parts: the whole page, as if the window were as
 * long as it, so that the fixed bar is at its foot; with a dialog open, the window.
 */
export async function shoot(page, name) {
  const file = path.join(screenshots, `${name}.png`);
  await mkdir(path.dirname(file), { recursive: true });
  const window = page.viewportSize();
  const dialog = await page.locator("dialog[open]").count();
  const long = await page.evaluate(() => document.scrollingElement.scrollHeight);
  const stretch = !dialog && window.height > SHORT && long > window.height;
  if (stretch) await page.setViewportSize({ ...window, height: long });
  await page.screenshot({ path: file, fullPage: !dialog, animations: "disabled" });
  if (stretch) await page.setViewportSize(window);
}

/** What a phone reads in the QR code of this locator, by a reader that others wrote; undefined when nothing. */
export async function readCode(locator) {
  const seen = PNG.sync.read(await locator.screenshot());
  return jsQR(new Uint8ClampedArray(seen.data), seen.width, seen.height)?.data;
}
