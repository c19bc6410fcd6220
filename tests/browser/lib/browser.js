// A browser without a window, and what must never happen on a page of ours.

import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

import { expect, wrong } from "./findings.js";
import { ORIGIN, told, url } from "./world.js";

/// No window, no sandbox (tests may run as root), and nobody to talk to but this machine.
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-sync",
  "--disable-lcd-text",
  "--font-render-hinting=none",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// Longer than anything takes, on a machine that is busy.
const PATIENCE_MS = 120_000;

/// Opens a browser with a fresh profile for the time of `body`.
export const browse = async (body) => {
  const fonts = fileURLToPath(new URL("../fonts.conf", import.meta.url));
  const browser = await chromium.launch({
    executablePath: told("WEIR_CHROMIUM"),
    args: FLAGS,
    env: { ...process.env, FONTCONFIG_FILE: fonts },
  });
  try {
    return await body(browser);
  } finally {
    await browser.close();
  }
};

/// A tab with these options. Whatever goes wrong in it is noted under `tab.where`.
export const open = async (browser, options = {}) => {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 }, locale: "en-GB", timezoneId: "UTC", ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(() => {
    globalThis.violations = [];
    addEventListener("securitypolicyviolation", (event) => {
      globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  const page = await context.newPage();
  const tab = { page, context, where: "a new tab", expected_status: 200 };
  page.on("console", (message) => {
    // A browser notes every answer that is no 2xx; some pages are meant to be such.
    const meant = 400 <= tab.expected_status && message.text().includes(`status of ${tab.expected_status}`);
    // Advice to developers is told only to those who ask for it.
    if (!meant && message.type() !== "debug" && message.type() !== "verbose") wrong(tab.where, `on the console: ${message.type()} ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong(tab.where, `a script failed: ${error}`));
  page.on("dialog", (dialog) => {
    wrong(tab.where, `a dialog opened: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    const to = request.url();
    if (!to.startsWith(`${ORIGIN}/`) && !to.startsWith("data:image/")) {
      wrong(tab.where, `asks another origin: ${to}`);
    }
  });
  return tab;
};

/// Goes to a place of the table and waits until it is there.
export const visit = async (tab, { name, path, status = 200 }) => {
  tab.where = name;
  tab.expected_status = status;
  const answer = await tab.page.goto(url(path), { waitUntil: "load" });
  expect(answer.status() === status, name, `${path} is answered with ${answer.status()}, not ${status}`);
  return answer;
};

/// What the policy of the page blocked while it was open.
export const blocked = async ({ page, where }) => {
  for (const violation of await page.evaluate(() => globalThis.violations ?? [])) {
    wrong(where, `breaks its policy: ${violation}`);
  }
};
