// By keyboard alone: a way past the frame, everything in the order of the page, the focus seen, and
// a mark of a chart that leads to its sessions.

import { browse, open, visit } from "../lib/browser.js";
import { expect, run, wrong } from "../lib/findings.js";
import { analyses, reports } from "../lib/places.js";
import { ORIGIN, RANGE, asked } from "../lib/world.js";

/// More than any page has to offer to the first half of its keys.
const TABS_MAX = 400;

/// What has the focus: which, how it is drawn, and where it stands in the document.
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const all = [...document.querySelectorAll("*")];
  const box = element.getBoundingClientRect();
  return {
    at: all.indexOf(element),
    name: `${element.tagName.toLowerCase()} \`${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 50) || element.getAttribute("name")}\``,
    href: element.getAttribute("href"),
    skip: element.matches(".skip"),
    in_nav: element.closest("header") !== null,
    in_form: element.closest("form") !== null,
    in_main: element.closest("main") !== null,
    is_mark: element instanceof SVGElement,
    seen: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0,
  };
});

/// A picture of what has the focus with a margin, for the ring that stands around it.
const ring = async (page) => {
  const box = await page.evaluate(() => {
    document.activeElement.scrollIntoView({ block: "center", inline: "nearest" });
    const { x, y, width, height } = document.activeElement.getBoundingClientRect();
    return { x, y, width, height };
  });
  const { width, height } = page.viewportSize();
  const x = Math.max(0, box.x - 6);
  const y = Math.max(0, box.y - 6);
  const clip = {
    x, y,
    width: Math.max(1, Math.min(width - x, box.width + 12)),
    height: Math.max(1, Math.min(height - y, box.height + 12)),
  };
  return { clip, picture: await page.screenshot({ clip, animations: "disabled" }) };
};

/// Whether the eye sees that the focus is here: the picture changes when it goes.
const is_seen = async (page) => {
  const { clip, picture } = await ring(page);
  await page.evaluate(() => { globalThis.was_focused = document.activeElement; document.activeElement.blur(); });
  const without = await page.screenshot({ clip, animations: "disabled" });
  await page.evaluate(() => globalThis.was_focused.focus({ focusVisible: true, preventScroll: true }));
  return !picture.equals(without);
};

/// Goes through a page from its first key to its last.
const walk = async (tab) => {
  const { page, where } = tab;
  const stops = [];
  let before = -1;
  for (let nth = 0; nth < TABS_MAX; nth += 1) {
    await page.keyboard.press("Tab");
    const stop = await focused(page);
    if (!stop || (stops.length > 0 && stop.at === stops[0].at)) break;
    expect(stop.at > before, where, `the focus jumps back to ${stop.name}`);
    expect(stop.seen, where, `the focus is on ${stop.name}, which is not to be seen`);
    before = stop.at;
    // The looks are those of a kind: one of each is looked at, and the first of all.
    const kind = `${stop.name.split(" ")[0]} ${stop.in_nav} ${stop.in_form} ${stop.in_main} ${stop.is_mark}`;
    if (!stops.some((known) => known.kind === kind)) {
      expect(await is_seen(page), where, `the focus on ${stop.name} is not seen`);
    }
    stops.push({ ...stop, kind });
  }
  return stops;
};

await run(600, () => browse(async (browser) => {
  const tab = await open(browser, { reducedMotion: "reduce" });
  for (const place of analyses().filter(({ base }) => base)) {
    await visit(tab, place);
    const stops = await walk(tab);
    expect(stops[0]?.skip, place.name, `the first key leads to ${stops[0]?.name}, not past the frame`);
    for (const [part, is] of [
      ["the other pages", ({ in_nav }) => in_nav], ["the filters", ({ in_form }) => in_form],
      ["the numbers", ({ in_main, href }) => in_main && href?.startsWith("/sessions")],
    ]) {
      expect(stops.some(is), place.name, `no key leads to ${part}`);
    }
  }

  // The pages of reports have no filters.
  for (const place of reports().filter(({ keys }) => keys)) {
    await visit(tab, place);
    const stops = await walk(tab);
    expect(stops[0]?.skip, place.name, `the first key leads to ${stops[0]?.name}, not past the frame`);
    expect(stops.some(({ in_nav }) => in_nav), place.name, "no key leads to the other pages");
    expect(stops.some(({ in_main }) => in_main), place.name, "no key leads to what it is about");
  }

  // The way past the frame.
  const overview = { name: "overview", path: asked("/", RANGE) };
  await visit(tab, overview);
  await tab.page.keyboard.press("Tab");
  await tab.page.keyboard.press("Enter");
  await tab.page.keyboard.press("Tab");
  const after = await focused(tab.page);
  expect(after?.in_main, "overview", `behind the way past the frame comes ${after?.name}`);

  // A mark of a chart, by keyboard.
  await visit(tab, overview);
  const stops = await walk(tab);
  const mark = stops.findIndex(({ is_mark, href }) => is_mark && href?.startsWith("/sessions"));
  if (mark < 0) return wrong("overview", "no mark of a chart can be reached by keyboard");
  await visit(tab, overview);
  for (let nth = 0; nth <= mark; nth += 1) await tab.page.keyboard.press("Tab");
  await Promise.all([tab.page.waitForURL(`${ORIGIN}/sessions?**`), tab.page.keyboard.press("Enter")]);
  const heading = await tab.page.locator("h1").textContent();
  expect(/\d/.test(heading), "overview", `the mark ${stops[mark].name} leads to \`${heading}\``);
}));
