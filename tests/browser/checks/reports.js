// By keyboard alone: a report is made, checked, kept, looked at, run, changed and deleted; an alert is
// acknowledged. Every state that a form leads to is looked at like every other page.

import { blocked, browse, open, visit } from "../lib/browser.js";
import { expect, run } from "../lib/findings.js";
import { LOOKS, fits, has_its_frame, look } from "../lib/page.js";
import { api, url } from "../lib/world.js";

const NAME = "release-notes";
const TABS_MAX = 400;

/// Looks at the page that is open.
const is_well = async (tab, where) => {
  tab.where = where;
  await has_its_frame(tab);
  await fits(tab);
  for (const one of LOOKS) await look(tab, one);
  await blocked(tab);
  await tab.page.setViewportSize({ width: 1280, height: 900 });
};

/// Goes to something by Tab alone.
const go = async ({ page, where }, wanted) => {
  const element = await page.locator(wanted).first().elementHandle();
  for (let keys = 0; keys < TABS_MAX; keys += 1) {
    if (await element.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${where}: no key leads to ${wanted}`);
};

/// Goes there and presses it.
const press = async (tab, wanted, key = "Enter") => {
  await go(tab, wanted);
  await Promise.all([tab.page.waitForNavigation({ waitUntil: "load" }), tab.page.keyboard.press(key)]);
};

/// Goes to a field and writes into it, in the place of what was there.
const write = async (tab, wanted, text) => {
  await go(tab, wanted);
  await tab.page.keyboard.press("Control+A");
  await tab.page.keyboard.type(text);
};

const path = ({ page }) => new URL(page.url()).pathname;

const says = async ({ page, where }, words) => {
  const text = await page.locator("main").innerText();
  expect(text.includes(words), where, `does not say \`${words}\` but: ${text.slice(0, 400)}`);
};

const button = (what) => `main button[name="do"][value="${what}"]:not(.unseen)`;

/// A report that is made, kept and run.
const made = async (tab) => {
  await visit(tab, { name: "reports", path: "/reports" });
  await press(tab, 'main a[href="/reports/new"]');
  tab.where = "a new report";

  // Without a name and with a title that is none: each says so beside itself.
  tab.expected_status = 400;
  await write(tab, "#name", "Release Notes");
  await go(tab, "#title");
  await tab.page.keyboard.press("Control+A");
  await tab.page.keyboard.press("Delete");
  await press(tab, button("save"));
  await is_well(tab, "a new report, a name that is none");
  await says(tab, "Nothing was saved yet");
  const invalid = await tab.page.locator("#title").getAttribute("aria-invalid");
  expect(invalid === "true", tab.where, "the title is not said to be wrong");
  await write(tab, "#title", "Before a release, in short");
  await press(tab, button("save"));
  await is_well(tab, "a new report, a name that cannot be one");
  await says(tab, "cannot be one");

  // As it is meant.
  tab.expected_status = 200;
  await write(tab, "#name", NAME);
  await go(tab, 'input[name="repeats"]:checked');
  while (!(await tab.page.locator('input[name="repeats"][value="never"]').isChecked())) await tab.page.keyboard.press("ArrowUp");
  expect(!(await tab.page.locator("#zone").isVisible()), tab.where, "asks for a zone that nothing needs");
  await go(tab, 'input[name="formats"][value="csv"]');
  await tab.page.keyboard.press("Space");
  await write(tab, "#file", "releases/{name}-{run}.{format}");
  await press(tab, button("check"));
  await is_well(tab, "a new report that is well");
  await says(tab, "It is well. Nothing was saved or sent.");
  await says(tab, "It would run only when asked.");
  const before = await fetch(url(`/api/v1/schedules/${NAME}`));
  expect(before.status === 404, tab.where, "a check keeps it");
  await press(tab, button("save"));
  expect(path(tab) === `/reports/${NAME}`, "a report that was kept", `is at ${path(tab)}`);
  await is_well(tab, "a report that was kept");
  await says(tab, "It is saved");
};

/// It is looked at, and run; the run's page tells the end of it by itself.
const done = async (tab) => {
  await press(tab, 'main a[href$="/preview"]');
  tab.where = "a preview";
  const heading = await tab.page.locator("h1").innerText();
  expect(heading.length > 0, tab.where, "has no heading");
  await tab.page.goBack();
  tab.where = "a report";
  await press(tab, button("run"));
  tab.where = "a run that was asked for";
  await tab.page.locator("h1", { hasText: "was delivered" }).waitFor();
  await is_well(tab, "a run that is over");
  await says(tab, "releases/release-notes-");
  const file = await tab.page.locator('main a[href$=".csv"]').getAttribute("href");
  const answer = await fetch(url(file));
  expect(answer.status === 200, file, `is answered with ${answer.status}`);
  expect(/^attachment; filename="release-notes-.*\.csv"$/.test(answer.headers.get("content-disposition")), file, "is no file to be kept");

  // The same button twice is one run.
  await visit(tab, { name: "a report", path: `/reports/${NAME}` });
  const to = await tab.page.evaluate(async () => {
    const form = document.querySelector("main form:has(button[value=run])");
    const body = () => new URLSearchParams([...new FormData(form), ["do", "run"]]);
    const send = async () => (await fetch(form.action, { method: "POST", body: body() })).url;
    return [await send(), await send()].map((address) => new URL(address).pathname);
  });
  expect(to[0] === to[1], "a report", `two clicks on one button are two runs: ${to.join(" and ")}`);

  // And once more, to somebody who has it.
  await visit(tab, { name: "a run", path: to[0] });
  await tab.page.locator("h1", { hasText: "was delivered" }).waitFor();
  await press(tab, button("again"));
  tab.where = "a run that was sent again";
  await tab.page.locator("h1", { hasText: "was delivered" }).waitFor();
  await says(tab, "again");
};

/// It is changed while somebody else changes it, and deleted.
const changed = async (browser, tab) => {
  const other = await open(browser);
  for (const one of [tab, other]) await visit(one, { name: "a report, to be changed", path: `/reports/${NAME}/edit` });
  await write(other, "#title", "Somebody else's");
  await press(other, button("save"));
  tab.expected_status = 400;
  await write(tab, "#title", "Mine");
  await press(tab, button("save"));
  await is_well(tab, "a report that somebody else has changed");
  await says(tab, "somebody else has changed it");
  const kept = await api(`/api/v1/schedules/${NAME}`);
  expect(kept.schedule.title === "Somebody else's", tab.where, `what was kept is called ${kept.schedule.title}`);
  tab.expected_status = 200;
  await press(tab, button("save"));
  await says(tab, "Mine");

  // As TOML, with a slip.
  await press(tab, 'main a[href$="/edit"]');
  await press(tab, button("toml"));
  tab.where = "a report as TOML";
  tab.expected_status = 400;
  await go(tab, "#toml");
  await tab.page.keyboard.press("Control+Home");
  await tab.page.keyboard.type("titel = 1\n");
  await press(tab, button("save"));
  await is_well(tab, "a report as TOML with a slip");
  await says(tab, "Line 1: there is no key titel");
  tab.expected_status = 200;

  // Gone for good, and what it sent is still known.
  await visit(tab, { name: "a report", path: `/reports/${NAME}` });
  await go(tab, "main details.delete summary");
  await tab.page.keyboard.press("Enter");
  await press(tab, button("remove"));
  await is_well(tab, "reports, one deleted");
  await says(tab, "It is deleted, and not sent any more.");
  await visit(tab, { name: "a report that was deleted", path: `/reports/${NAME}`, status: 404 });
  await says(tab, "What it sent stays known.");
};

/// An alert that fires is acknowledged.
const acknowledged = async (tab) => {
  await visit(tab, { name: "an alert that fires", path: "/reports/camera-blocked" });
  await press(tab, button("acknowledge"));
  await is_well(tab, "an alert that somebody knows of");
  await says(tab, "acknowledged by");
  const left = await tab.page.locator(button("acknowledge")).count();
  expect(left === 0, tab.where, "asks for it again");
  const { alerts } = await api("/api/v1/alerts");
  const known = alerts.find(({ name }) => name === "camera-blocked");
  expect(known?.acknowledged_by === "this machine", tab.where, `the API says ${known?.acknowledged_by}`);
};

await run(600, () => browse(async (browser) => {
  const tab = await open(browser, { reducedMotion: "reduce" });
  await made(tab);
  await done(tab);
  await changed(browser, tab);
  await acknowledged(tab);
}));
