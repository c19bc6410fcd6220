// As a new product manager would walk: from the overview to the ten people who left at the camera
// screen yesterday, in at most four clicks. On a wide page, on a phone in the dark, and by keyboard.

import { browse, open, visit } from "../lib/browser.js";
import { expect, run, wrong } from "../lib/findings.js";

const CLICKS_MAX = 4;
const SCREEN = "Camera access blocked";

const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/// What a reader clicks who looks for it, each by what it says.
const STEPS = [
  (page) => page.locator("header nav").getByRole("link", { name: "Screens", exact: true }),
  (page) => page.locator("main").getByRole("link", { name: SCREEN }),
  (page) => page.locator("main").getByRole("link", { name: new RegExp(`^${yesterday}: 10 of 12\\b`) }),
];

/// Whether the page is the list of the ten.
const is_there = async (page) => {
  if (!new URL(page.url()).pathname.startsWith("/sessions")) return false;
  return /\b10 sessions\b/.test(await page.locator("h1").innerText());
};

const walk = async (tab, say, follow) => {
  await visit(tab, { name: `the walk, ${say}`, path: "/" });
  let clicks = 0;
  for (const step of STEPS) {
    const link = step(tab.page).filter({ visible: true }).first();
    if (await link.count() === 0) return wrong(tab.where, `nothing leads on from ${tab.page.url()} after ${clicks} clicks`);
    await Promise.all([tab.page.waitForNavigation(), follow(tab.page, link)]);
    clicks += 1;
  }
  expect(clicks <= CLICKS_MAX, tab.where, `takes ${clicks} clicks`);
  expect(await is_there(tab.page), tab.where, `ends at ${tab.page.url()}: ${await tab.page.locator("h1").innerText()}`);
  const rows = await tab.page.locator("main tbody tr").count();
  expect(rows === 10, tab.where, `ends at a list of ${rows} rows`);
};

/// Goes there by Tab and Enter alone.
const by_keyboard = async (page, link) => {
  const wanted = await link.elementHandle();
  for (let keys = 0; keys < 400; keys += 1) {
    await page.keyboard.press("Tab");
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      return page.keyboard.press("Enter");
    }
  }
  throw new Error("no key leads to the link");
};

await run(600, () => browse(async (browser) => {
  // A mark of a chart is clicked where it is, not where its words appear.
  const click = async (_, link) => {
    const area = link.locator(":scope > rect");
    await (await area.count() > 0 ? area.first() : link).click();
  };
  await walk(await open(browser), "1280 px", click);
  await walk(await open(browser, { viewport: { width: 390, height: 844 }, colorScheme: "dark", isMobile: true, hasTouch: true }), "390 px in the dark", click);
  await walk(await open(browser), "by keyboard", by_keyboard);
  await walk(await open(browser, { javaScriptEnabled: false }), "scripts off", click);
}));
