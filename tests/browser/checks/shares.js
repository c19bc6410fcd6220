// A view is saved and shared from the page itself; the link shows that view to whoever has it, leads
// nowhere else, and shows nothing once it is revoked.

import { blocked, browse, open, visit } from "../lib/browser.js";
import { expect, run } from "../lib/findings.js";
import { LOOKS, fits, has_its_frame, look } from "../lib/page.js";
import { ORIGIN, RANGE, api, asked } from "../lib/world.js";

/// Looks at the page that is open.
const is_well = async (tab, where) => {
  tab.where = where;
  await has_its_frame(tab);
  await fits(tab);
  for (const one of LOOKS) await look(tab, one);
  await blocked(tab);
  await tab.page.setViewportSize({ width: 1280, height: 900 });
};

/// Does what makes the page another one.
const follow = ({ page }, act) => Promise.all([page.waitForNavigation(), act()]);

await run(600, () => browse(async (browser) => {
  const tab = await open(browser);
  const { page } = tab;
  const button = (name) => page.locator("main").getByRole("button", { name, exact: true }).first();

  await visit(tab, { name: "screens", path: asked("/screens", RANGE) });
  await follow(tab, () => page.getByRole("link", { name: "Save view", exact: true }).click());
  await is_well(tab, "the form of a view");
  await page.locator('main [name="name"]').fill("June <b>by screen</b>");
  await follow(tab, () => button("Save view").click());
  await is_well(tab, "the views");
  await follow(tab, () => page.locator("main").getByRole("link", { name: /June/ }).first().click());
  expect(page.url().startsWith(`${ORIGIN}/screens?`), "a saved view", `opens ${page.url()}`);

  await follow(tab, () => page.getByRole("link", { name: "Share", exact: true }).click());
  await is_well(tab, "the form of a link");
  await follow(tab, () => page.locator('main form[action="/shares"] button[type=submit]').click());
  await is_well(tab, "a link that was made");
  const address = /http:\/\/127\.0\.0\.1:\d+\/s\/[\w-]+/.exec(await page.locator("main").innerText())[0];

  // Whoever has it, in a browser of their own.
  const guest = await open(browser);
  const shared = new URL(address).pathname;
  await visit(guest, { name: "a shared view", path: shared });
  await is_well(guest, "a shared view");
  const { totals } = await api(asked("/api/v1/reports/abandonment", RANGE));
  const words = await guest.page.locator("main").innerText();
  expect(words.includes(totals.started.toLocaleString("en-GB")), "a shared view", `does not say ${totals.started}`);
  const ways = await guest.page.evaluate(() => [...document.querySelectorAll("a[href], form")]
    .map((way) => way.getAttribute("href") ?? `form ${way.getAttribute("action")}`).filter((way) => !way.startsWith("#")));
  expect(ways.length === 0, "a shared view", `leads to ${ways.join(" ")}`);
  await visit(guest, { name: "an embedded chart", path: `${shared}/embed` });
  for (const chart of ["svg", "png"]) {
    const answer = await fetch(`${address}/chart.${chart}`);
    expect(answer.status === 200, `chart.${chart}`, `is answered with ${answer.status}`);
  }

  await visit(tab, { name: "the views", path: "/views" });
  await follow(tab, () => page.locator('main form[action^="/shares/"] button').first().click());
  await visit(guest, { name: "a link that was revoked", path: shared, status: 404 });
  await is_well(guest, "a link that was revoked");
}));
