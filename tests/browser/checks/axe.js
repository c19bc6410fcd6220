// WCAG 2.2 AA, as far as a machine can tell: no violation on any page, in the light or in the dark.

import { browse, open, visit } from "../lib/browser.js";
import { run } from "../lib/findings.js";
import { LOOKS, look } from "../lib/page.js";
import { places } from "../lib/places.js";

/// What opens over the page, one after the other: two at a time hide each other.
const overlays = async (tab) => {
  const count = await tab.page.evaluate(() => {
    const all = [...document.querySelectorAll("details")].filter((details) => !details.closest("main"));
    all.forEach((details, at) => { details.dataset.overlay = at; });
    return all.length;
  });
  for (let at = 0; at < count; at += 1) {
    for (const colorScheme of ["light", "dark"]) {
      const unfold = `[data-overlay="${at}"]`;
      await look(tab, { say: `${colorScheme}, menu ${at + 1} open`, colorScheme, width: 1280, unfold });
    }
  }
};

await run(600, () => browse(async (browser) => {
  const tab = await open(browser);
  for (const [nth, place] of (await places()).entries()) {
    await visit(tab, place);
    for (const one of LOOKS) await look(tab, one);
    // They are the same on every page.
    if (nth === 0) await overlays(tab);
  }
}));
