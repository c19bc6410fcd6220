// WCAG 2.2 AA, as far as a machine can tell: no violation on any page, in the light or in the dark.

import axe from "axe-core";

import { browse, open, visit } from "../lib/browser.js";
import { run, wrong } from "../lib/findings.js";
import { places } from "../lib/places.js";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// A page as a reader may have it: what can be unfolded in it is, or is not.
const LOOKS = [
  { say: "light", colorScheme: "light", width: 1280, unfold: "main details" },
  { say: "dark", colorScheme: "dark", width: 1280, unfold: "main details" },
  { say: "390 px", colorScheme: "light", width: 390, unfold: "none" },
];

const violations = (page) => page.evaluate(async (tags) => {
  const { violations } = await globalThis.axe.run(document, {
    runOnly: { type: "tag", values: tags }, resultTypes: ["violations"],
  });
  return violations.map(({ id, help, nodes }) => ({
    id, help,
    first: nodes.slice(0, 3).map(({ html, any, all }) =>
      `${html.slice(0, 200)} (${[...any, ...all].map(({ message }) => message).join("; ")})`),
  }));
}, TAGS);

const look = async ({ page, where }, { say, colorScheme, width, unfold }) => {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height: 900 });
  await page.evaluate((unfold) => {
    document.querySelectorAll("details").forEach((details) => { details.open = details.matches(unfold); });
  }, unfold);
  for (const { id, help, first } of await violations(page)) {
    wrong(`${where} (${say})`, `${id} (${help}):\n    ${first.join("\n    ")}`);
  }
};

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

await run(240, () => browse(async (browser) => {
  const tab = await open(browser);
  for (const [nth, place] of (await places()).entries()) {
    await visit(tab, place);
    await tab.page.evaluate(axe.source);
    for (const one of LOOKS) await look(tab, one);
    // They are the same on every page.
    if (nth === 0) await overlays(tab);
  }
}));
