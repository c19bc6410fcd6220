// Much is folded to what matters: 500 screens and five years by the week are still a page.

import { browse, open, visit } from "../lib/browser.js";
import { expect, run } from "../lib/findings.js";
import { RANGE, asked } from "../lib/world.js";

const PAGE_BYTES_MAX = 1_000_000;

const PLACES = [
  { name: "overview", path: "/" },
  { name: "screens", path: "/screens", more: true },
  { name: "all screens", path: "/screens?show=all" },
  { name: "reasons", path: "/reasons", more: true },
  { name: "matrix", path: "/matrix", more: true },
  { name: "time", path: "/time" },
  { name: "sessions", path: "/sessions" },
  { name: "reports", path: "/reports", more: true },
  { name: "reports, the last page", path: "/reports?page=20" },
  { name: "reports that need attention", path: "/reports?show=trouble" },
];

await run(600, () => browse(async (browser) => {
  const tab = await open(browser);
  for (const { name, path, more } of PLACES) {
    const answer = await visit(tab, { name, path: path.startsWith("/reports") ? path : asked(path, RANGE) });
    const bytes = (await answer.body()).length;
    expect(bytes < PAGE_BYTES_MAX, name, `has ${bytes} bytes, over ${PAGE_BYTES_MAX}`);
    const words = await tab.page.locator("main").innerText();
    if (more) expect(/\d+ more/.test(words), name, "does not say how many more there are");
    for (const width of [390, 1280]) {
      await tab.page.setViewportSize({ width, height: 900 });
      const wide = await tab.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide <= 0, name, `does not fit ${width} px: ${wide} px too wide`);
    }
  }
}));
