// What every page has, whatever is on it.

import axe from "axe-core";

import { expect, wrong } from "./findings.js";

const WIDTHS = [360, 390, 768, 1280, 2560];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// What every page has: a title, one `h1`, a language, a `main`.
export const has_its_frame = async ({ page, where }) => {
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
export const fits = async ({ page, where }, widths = WIDTHS) => {
  for (const width of widths) {
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
      if (beyond.length === 0) beyond.push(...[...document.body.querySelectorAll("*")].filter((element) =>
        element.getBoundingClientRect().right >= root.scrollWidth - 0.5));
      const named = beyond.slice(0, 4).map((element) =>
        `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} \`${element.textContent.slice(0, 40)}\``);
      return [`${root.scrollWidth} px`, ...named];
    });
    expect(wide.length === 0, where, `does not fit ${width} px: ${wide.join("; ")}`);
  }
};

/// What WCAG 2.2 AA has against the page as it is, as far as a machine can tell.
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

/// A page as a reader may have it: what can be unfolded in it is, or is not.
export const LOOKS = [
  { say: "light", colorScheme: "light", width: 1280, unfold: "main details" },
  { say: "dark", colorScheme: "dark", width: 1280, unfold: "main details" },
  { say: "390 px", colorScheme: "light", width: 390, unfold: "none" },
];

/// Notes what is against one look of the page.
export const look = async ({ page, where }, { say, colorScheme, width, unfold }) => {
  await page.evaluate(axe.source);
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height: 900 });
  await page.evaluate((unfold) => {
    document.querySelectorAll("details").forEach((details) => { details.open = details.matches(unfold); });
  }, unfold);
  for (const { id, help, first } of await violations(page)) {
    wrong(`${where} (${say})`, `${id} (${help}):\n    ${first.join("\n    ")}`);
  }
};
