// Every page in every state: answered, quiet, whole at every width, and the same without scripts.

import { blocked, browse, open, visit } from "../lib/browser.js";
import { expect, run, wrong } from "../lib/findings.js";
import { places } from "../lib/places.js";

const WIDTHS = [360, 390, 768, 1280, 2560];

/// A page is to be there at once over a slow line.
const PAGE_BYTES_MAX = 300_000;

/// What every page has: a title, one `h1`, a language, a `main`.
const has_its_frame = async ({ page, where }) => {
  const seen = await page.evaluate(() => ({
    title: document.title,
    headings: [...document.querySelectorAll("h1")].map((heading) => heading.textContent),
    levels: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((heading) => Number(heading.tagName[1])),
    language: document.documentElement.lang,
    mains: document.querySelectorAll("main").length,
    twice: [...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, at, ids) => ids.indexOf(id) < at),
  }));
  expect(/^.+ · Weir$/.test(seen.title), where, `the title is \`${seen.title}\``);
  expect(seen.headings.length === 1, where, `has ${seen.headings.length} h1: ${seen.headings.join(" | ")}`);
  const skips = seen.levels.filter((level, at) => at > 0 && level > seen.levels[at - 1] + 1);
  expect(skips.length === 0, where, `headings skip a level: ${seen.levels.join(" ")}`);
  expect(seen.language === "en", where, `the language is \`${seen.language}\``);
  expect(seen.mains === 1, where, `has ${seen.mains} main`);
  expect(seen.twice.length === 0, where, `ids stand twice: ${seen.twice.join(" ")}`);
};

/// Nothing makes the page wider than the window; what is wider scrolls by itself.
const fits = async ({ page, where }) => {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => {
      const root = document.documentElement;
      if (root.scrollWidth <= root.clientWidth) return [];
      const scrolls = (element) => {
        for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
          if (getComputedStyle(up).overflowX !== "visible") return true;
        }
        return false;
      };
      const beyond = [...document.body.querySelectorAll("*")].filter((element) =>
        element.getBoundingClientRect().right > root.clientWidth + 0.5 && !scrolls(element));
      const named = beyond.slice(0, 4).map((element) =>
        `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} \`${element.textContent.slice(0, 40)}\``);
      return [`${root.scrollWidth} px`, ...named];
    });
    expect(wide.length === 0, where, `does not fit ${width} px: ${wide.join("; ")}`);
  }
};

/// What the reader reads, but for what only scripts say.
const words = (page) => page.evaluate(() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll("[data-live-state], script").forEach((element) => element.remove());
  return copy.textContent.replace(/\d+(\.\d+)? s\b/g, "").replace(/As of [^,]*/, "").trim();
});

await run(240, () => browse(async (browser) => {
  const tab = await open(browser);
  const plain = await open(browser, { javaScriptEnabled: false });
  for (const place of await places()) {
    const answer = await visit(tab, place);
    const bytes = (await answer.body()).length;
    expect(bytes < PAGE_BYTES_MAX || place.long, place.name, `has ${bytes} bytes, over ${PAGE_BYTES_MAX}`);
    await has_its_frame(tab);
    const scripted = await words(tab.page);
    await fits(tab);
    await blocked(tab);
    await visit(plain, { ...place, name: `${place.name}, scripts off` });
    await has_its_frame(plain);
    if (place.words !== "change" && await words(plain.page) !== scripted) {
      wrong(place.name, "says something else without scripts");
    }
  }
}));
