// What DESIGN §6 asks of every screen, measured on the page as it stands: letters, targets,
// nothing wider than the window, few choices at a time.

import assert from "node:assert/strict";

/** The sizes of a mode, in CSS pixels. */
const SIZES = { standard: { letters: 18, target: 48 }, simple: { letters: 24, target: 88 } };

/** What breaks the rules on this screen, one line each. Empty when nothing does. */
export function faults(page, mode) {
  return page.evaluate(
    ({ letters, target, simple }) => {
      const found = [];
      const say = (rule, e, more) => found.push(`${rule}: <${e.localName} class="${e.className?.baseVal ?? e.className}"> ${more} «${(e.innerText ?? "").trim().slice(0, 40)}»`);
      const wide = document.scrollingElement.scrollWidth - document.documentElement.clientWidth;
      const dialog = document.querySelector("dialog[open]");
      const root = dialog ?? document.body;
      const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".visually-hidden, .skip, [hidden]");
      const all = [...root.querySelectorAll("*")].filter(seen);
      if (wide > 0) {
        const culprits = all.filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5);
        say(`${wide} px wider than the window`, culprits.at(-1) ?? document.body, "");
      }
      for (const e of all) {
        // A box that hides what does not fit in it.
        if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).overflowX !== "visible" && e.localName !== "input") {
          say("cut off sideways", e, `${e.scrollWidth} in ${e.clientWidth} px`);
        }
        const words = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
        const size = parseFloat(getComputedStyle(e).fontSize);
        if (words && !e.closest("svg") && size < letters) say(`letters under ${letters} px`, e, `${size} px`);
      }
      // A link inside a sentence is as high as its line (WCAG 2.5.8 excepts it).
      const inline = (e) => getComputedStyle(e).display === "inline" && e.parentElement.innerText.trim() !== e.innerText.trim();
      const controls = all.filter((e) => e.matches("a[href], button, summary, input, label:has(> input), select"));
      for (const e of controls) {
        if (inline(e) || e.matches("label > input")) continue;
        const { width, height } = e.getBoundingClientRect();
        if (e.scrollHeight > e.clientHeight + 1 && !e.matches("input")) say("words stand out of it", e, `${e.scrollHeight} in ${e.clientHeight} px`);
        if (Math.min(width, height) < target - 0.5) say(`target under ${target} px`, e, `${Math.round(width)}×${Math.round(height)}`);
      }
      if (simple && !dialog) {
        const main = document.querySelector("main");
        const choices = controls.filter((e) => main.contains(e) && !e.matches("label > input, [data-action=read-aloud]"));
        if (choices.length > 3) say(`${choices.length} choices`, main, choices.map((e) => e.innerText.trim() || e.localName).join(" | "));
      }
      if (simple && dialog && controls.length > 3) say(`${controls.length} choices`, dialog, "");
      return found;
    },
    { ...SIZES[mode], simple: mode === "simple" },
  );
}

/** What is wrong with where the keyboard stands: nothing to see there, or hidden under the bar. */
export function focusFault(page) {
  return page.evaluate(() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const shown = e.matches("label > input") ? e.parentElement : e;
    const style = getComputedStyle(shown);
    const name = `<${e.localName} data-action="${e.dataset.action ?? ""}"> «${(shown.innerText ?? "").trim().slice(0, 40)}»`;
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `${name} shows no focus`;
    const { left, top, width, height } = shown.getBoundingClientRect();
    const under = document.elementFromPoint(left + width / 2, Math.min(top + height / 2, innerHeight - 1));
    if (!under || !(shown.contains(under) || under.contains(shown))) return `${name} is hidden where it stands`;
    return null;
  });
}

/** Moves on with Tab alone until `selector` has the focus; every stop must be visible. */
export async function tabTo(page, selector) {
  const stops = [];
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    const fault = await focusFault(page);
    assert.equal(fault, null);
    const [here, name] = await page.evaluate((s) => {
      const e = document.activeElement;
      return [e.matches(s), `${e.localName} ${e.dataset.action ?? e.getAttribute("href") ?? ""}`];
    }, selector);
    if (here) return;
    stops.push(name);
  }
  throw new Error(`Tab never came to ${selector}; it stopped at\n${stops.join("\n")}`);
}
