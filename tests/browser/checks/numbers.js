// Every number that leads to sessions leads to as many sessions, by the API's count.

import { browse, open, visit } from "../lib/browser.js";
import { expect, run, wrong } from "../lib/findings.js";
import { analyses } from "../lib/places.js";
import { RANGE, api, asked } from "../lib/world.js";

/// How many links of one kind are followed on one page.
const OF_A_KIND_MAX = 4;

/// The links to lists of sessions, with the words that name them and those that stand around them.
const links = (page) => page.evaluate(() => [...document.querySelectorAll("main a[href^='/sessions?']")]
  .map((link) => ({
    href: link.getAttribute("href"),
    words: link.getAttribute("aria-label") ?? link.textContent,
    around: (link.closest("td, tr, li, dl > div, p, section") ?? link).textContent,
    part: link.closest("section")?.id || link.closest("figure, table, dl")?.className || "page",
  })));

/// What tells kinds of links apart: the part of the page, and what the list is asked.
const kind = ({ href, part }) => {
  const query = new URLSearchParams(href.split("?")[1]);
  return `${part} ${[...new Set(query.keys())].sort().join(" ")} ${query.getAll("outcome").join(" ")}`;
};

/// Every so many of a kind, so that the first, the last and some between are followed.
const sample = (all) => {
  const step = Math.max(1, (all.length - 1) / (OF_A_KIND_MAX - 1));
  const places = new Set(Array.from({ length: OF_A_KIND_MAX }, (_, nth) => Math.round(nth * step)));
  return all.filter((_, at) => places.has(at));
};

const grouped = (count) => count.toLocaleString("en-GB");

/// Whether the link's words say `count`: alone, else behind the name, else anywhere in it; or, where
/// the link is a rate, beside it.
const says = ({ words, around }, count) => {
  const text = words.trim();
  const number = grouped(count);
  if (/^[\d,]+$/.test(text)) return text === number;
  // What leads to all of them says first what part of them is told apart, and then how many they are.
  if (text.endsWith(` ${number} started`)) return true;
  const behind_name = /: ([\d,]+)(?=[ ·]|$)/.exec(text);
  if (behind_name) return behind_name[1] === number;
  const numbers = (text) => text.match(/\d[\d,]*(?![\d.,]*\s*%)/g) ?? [];
  return numbers(text).includes(number) || numbers(around).includes(number);
};

await run(600, () => browse(async (browser) => {
  const tab = await open(browser);
  let followed = 0;
  for (const place of analyses()) {
    await visit(tab, place);
    const all = await links(tab.page);
    expect(all.length > 0 || place.numberless, place.name, "no number leads to sessions");
    const kinds = new Map();
    for (const link of all) kinds.set(kind(link), [...kinds.get(kind(link)) ?? [], link]);
    for (const of_a_kind of kinds.values()) {
      for (const link of sample(of_a_kind)) {
        const { count } = await api(link.href.replace("/sessions?", "/api/v1/sessions?limit=1&"));
        followed += 1;
        if (!says(link, count)) {
          wrong(place.name, `\`${link.words}\` (in ${link.part}) leads to ${grouped(count)} sessions at ${link.href}`);
        }
      }
    }
  }
  console.log(`followed ${followed} links`);
  // The headline, against the report itself.
  await visit(tab, { name: "overview", path: asked("/", RANGE) });
  const { totals } = await api(asked("/api/v1/reports/abandonment", RANGE));
  const headline = (await tab.page.locator("main").innerText()).replace(/\s+/g, " ");
  for (const number of [totals.started, totals.submitted, totals.abandoned, totals.open]) {
    expect(headline.includes(grouped(number)), "overview", `does not say ${grouped(number)}`);
  }
}));
