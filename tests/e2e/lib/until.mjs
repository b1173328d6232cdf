// How tests wait for what is outside of a page's own reach: asked for again and again, and named when it does not come.

import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds, and gives what was found; says what was waited for, if it does not come. */
export async function until(what, holds, ms = 30_000) {
  for (const end = Date.now() + ms; ; await sleep(20)) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not in ${ms} ms: ${what}`);
  }
}
