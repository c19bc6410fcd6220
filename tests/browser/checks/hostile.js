// Names from outside do no harm: as text, in attributes, in titles, in addresses, at any length.

import { blocked, browse, open, visit } from "../lib/browser.js";
import { expect, run, wrong } from "../lib/findings.js";
import { analyses, session_of } from "../lib/places.js";
import { RANGE, api, asked } from "../lib/world.js";

const WIDTHS = [360, 1280];

/// Characters that turn the direction of writing, or hide. Where a reader reads, they are written as
/// `\u{..}`; the value of a field that is sent back has them as they are.
const ACTING = "[\\u202a-\\u202e\\u2066-\\u2069\\u200b\\u200e\\u200f\\u0007\\u001b]";

/// What came through as markup, or acts.
const harm = (page) => page.evaluate((acting) => {
  const found = [];
  const reads = new Set(["aria-label", "title", "alt", "placeholder", "content", "summary", "label"]);
  const acts = (text, where) => {
    if (new RegExp(acting).test(text)) found.push(`a character that acts in ${where}: ${JSON.stringify(text.slice(0, 80))}`);
  };
  const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement: { tagName } } = texts.currentNode;
    if (tagName !== "TEXTAREA") acts(data, tagName);
  }
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (reads.has(name)) acts(value, name);
      if (name.startsWith("on")) found.push(`an attribute ${name}="${value.slice(0, 60)}"`);
      if (/^(href|src|action|formaction|xlink:href)$/.test(name) && /^\s*javascript:/i.test(value)) found.push(`an address ${value.slice(0, 60)}`);
    }
  }
  for (const element of document.querySelectorAll("script:not([src^='/assets/']), img:not([src^='/assets/']), iframe, object, embed, b.hostile, style")) {
    found.push(`an element ${element.outerHTML.slice(0, 80)}`);
  }
  if (globalThis.taken_over) found.push("a script ran");
  return found;
}, ACTING);

await run(600, () => browse(async (browser) => {
  const tab = await open(browser);
  const report = await api(asked("/api/v1/reports/abandonment", RANGE));
  const query = (name, value) => `${name}=${encodeURIComponent(value)}`;
  const screens = report.by_state.filter(({ state }) => state !== null).map(({ state }) => state);
  const reasons = report.by_reason.filter(({ reason }) => reason !== null).map(({ reason }) => reason);
  const all = [
    ...analyses(),
    ...screens.flatMap((state) => [
      { name: `screen ${state.slice(0, 30)}`, path: asked(`/screens?${query("screen", state)}`, RANGE) },
      { name: `sessions at ${state.slice(0, 30)}`, path: asked(`/sessions?${query("state", state)}`, RANGE) },
      { name: `catalogue of ${state.slice(0, 30)}`, path: `/catalogue/screen?${query("state", state)}` },
    ]),
    ...reasons.map((reason) => ({ name: `reason ${reason.slice(0, 30)}`, path: asked(`/reasons?${query("cause", reason)}`, RANGE) })),
    { name: "a hostile filter", path: asked(`/?${query("state", screens[0])}&${query("integration", screens[0])}`, RANGE) },
    { name: "a hostile value", path: `/?from=${encodeURIComponent(screens[0])}`, status: 400 },
    { name: "a hostile address", path: `/${encodeURIComponent(screens[0])}`, status: 404 },
    { name: "reports", path: "/reports" },
    { name: "reports, looked for", path: `/reports?${query("q", screens[0])}` },
    { name: "a report of a hostile name", path: `/reports/${encodeURIComponent(screens[0])}`, status: 404 },
    ...Array.from({ length: 6 }, (_, nth) => [
      { name: `report ${nth}`, path: `/reports/hostile-${nth}` },
      { name: `report ${nth}, to be changed`, path: `/reports/hostile-${nth}/edit` },
      { name: `report ${nth} as TOML`, path: `/reports/hostile-${nth}/edit?as=toml` },
      { name: `run ${nth}`, path: `/reports/runs/${nth + 1}` },
    ]).flat(),
    { name: "health", path: "/health" },
    { name: "quarantine", path: "/health/quarantine" },
    { name: "catalogue", path: "/catalogue" },
    { name: "a session", path: await session_of("outcome=cancelled") },
  ];
  for (const place of all) {
    await visit(tab, place);
    for (const found of await harm(tab.page)) wrong(place.name, found);
    expect(/ · Weir$/.test(await tab.page.title()), place.name, `the title is \`${await tab.page.title()}\``);
    for (const width of WIDTHS) {
      await tab.page.setViewportSize({ width, height: 900 });
      const wide = await tab.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide <= 0, place.name, `does not fit ${width} px with long names: ${wide} px too wide`);
    }
    await blocked(tab);
  }
}));
