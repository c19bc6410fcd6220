// From the first start to a token: the pages of a dashboard that is not open, as their readers use
// them, each looked at like every other page.

import { blocked, browse, open, visit } from "../lib/browser.js";
import { expect, run } from "../lib/findings.js";
import { LOOKS, fits, has_its_frame, look } from "../lib/page.js";
import { ORIGIN, told } from "../lib/world.js";

const OWNER = { name: "Ona", password: "a sentence that only Ona would say" };
const VIEWER = { name: "Vim <b>", password: "a sentence that only Vim would say" };

/// Looks at the page that is open.
const is_well = async (tab, where) => {
  tab.where = where;
  await has_its_frame(tab);
  await fits(tab);
  for (const one of LOOKS) await look(tab, one);
  await blocked(tab);
  await tab.page.setViewportSize({ width: 1280, height: 900 });
};

/// Fills a form in and sends it.
const send = async ({ page }, action, fields) => {
  const form = page.locator(`form[action="${action}"]`).first();
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`).first();
    if (await field.evaluate((element) => element.tagName === "SELECT")) await field.selectOption(value);
    else if (await field.getAttribute("type") === "radio") await form.locator(`[name="${name}"][value="${value}"]`).check();
    else await field.fill(value);
  }
  await Promise.all([page.waitForLoadState("load"), page.waitForNavigation(), form.locator("button[type=submit]").first().click()]);
};

const path = ({ page }) => new URL(page.url()).pathname;

const says = async ({ page, where }, words) => {
  const text = await page.locator("main").innerText();
  expect(text.includes(words), where, `does not say \`${words}\` but: ${text.slice(0, 300)}`);
};

await run(600, () => browse(async (browser) => {
  const owner = await open(browser);

  // The first start: nobody is there yet.
  await visit(owner, { name: "the first start", path: "/" });
  expect(path(owner) === "/setup", "the first start", `is at ${path(owner)}, not at /setup`);
  await is_well(owner, "the first start");
  owner.expected_status = 400;
  await send(owner, "/setup", { token: "wrong", ...OWNER, again: OWNER.password });
  await is_well(owner, "the first start, a wrong token");
  await send(owner, "/setup", { token: told("WEIR_SETUP_TOKEN"), ...OWNER, again: OWNER.password });
  owner.expected_status = 200;
  expect(path(owner) === "/", "the owner", `is led to ${path(owner)}`);
  await is_well(owner, "the overview of an owner");

  // Somebody is let in.
  await visit(owner, { name: "people", path: "/people" });
  await is_well(owner, "people, the owner alone");
  await send(owner, "/people", { name: VIEWER.name });
  await is_well(owner, "people, one let in");
  const one_time = await owner.page.locator("main code").first().innerText();
  await visit(owner, { name: "people again", path: "/people" });
  expect(!(await owner.page.locator("main").innerText()).includes(one_time), "people", "shows a one-time password twice");
  await send(owner, "/people/tokens", { token: "the warehouse" });
  await is_well(owner, "people, a token made");
  const token = await owner.page.locator("main code").filter({ hasText: "weir_" }).first().innerText();
  await owner.page.locator('main a[href^="/people/"]').filter({ hasText: VIEWER.name }).first().click();
  await owner.page.waitForLoadState("load");
  await is_well(owner, "a person");

  // The token opens the API, and nothing does without one.
  const asks = (headers) => fetch(`${ORIGIN}/api/v1/reports/abandonment`, { headers });
  expect((await asks({})).status === 401, "the API", "answers whoever asks");
  expect((await asks({ authorization: `Bearer ${token}` })).status === 200, "the API", "does not take a token");

  // A viewer signs in, must choose a password, and may not do what an owner may.
  const viewer = await open(browser);
  await visit(viewer, { name: "a page for whoever signed in", path: "/screens" });
  expect(path(viewer) === "/sign-in", "nobody", `is at ${path(viewer)}, not at /sign-in`);
  await is_well(viewer, "sign in");
  viewer.expected_status = 403;
  await send(viewer, "/sign-in", { name: VIEWER.name, password: "not this one, surely" });
  await is_well(viewer, "sign in, a wrong password");
  await send(viewer, "/sign-in", { name: VIEWER.name, password: one_time });
  viewer.expected_status = 200;
  viewer.where = "a new password";
  expect(path(viewer) === "/people/password", "a one-time password", `leads to ${path(viewer)}`);
  await is_well(viewer, "a new password");
  await send(viewer, "/people/password", { present: one_time, password: VIEWER.password, again: VIEWER.password });
  await visit(viewer, { name: "the account of a viewer", path: "/people" });
  await is_well(viewer, "the account of a viewer");
  await says(viewer, "Your account");
  await visit(viewer, { name: "what is not for a viewer", path: "/people/1", status: 403 });
  await is_well(viewer, "what is not for a viewer");

  // A viewer sees what is sent, and changes nothing of it.
  for (const [name, address] of [["reports of a viewer", "/reports"], ["a template of a viewer", "/reports/daily-pulse"]]) {
    await visit(viewer, { name, path: address });
    await is_well(viewer, name);
    const offered = await viewer.page.locator('main form[method="post"], main a[href^="/reports/new"], main a[href$="/edit"]').count();
    expect(offered === 0, name, `offers ${offered} things that a viewer may not do`);
  }
  await says(viewer, "A template");
  await visit(viewer, { name: "a new report of a viewer", path: "/reports/new", status: 403 });
  await is_well(viewer, "a new report of a viewer");
}));
