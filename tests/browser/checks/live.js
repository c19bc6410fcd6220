// New numbers come in without a reload, and never under the reader's pointer.

import { createHmac } from "node:crypto";

import { browse, open, visit } from "../lib/browser.js";
import { expect, run } from "../lib/findings.js";
import { ORIGIN, told } from "../lib/world.js";

/// Posts a session's first event as the provider does.
const post = async (number) => {
  const id = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const body = JSON.stringify({ id, attemptId: id, feature: "selfid", code: 7001, action: "started" });
  const signature = createHmac("sha256", told("WEIR_SECRET")).update(body).digest("hex");
  const answer = await fetch(`${ORIGIN}/webhooks/veriff`, {
    method: "POST", body,
    headers: { "content-type": "application/json", "x-auth-client": told("WEIR_API_KEY"), "x-hmac-signature": signature },
  });
  expect(answer.status === 200, "the endpoint", `answers ${answer.status}`);
};

/// The page says in its first sentence how many sessions there are.
const says = (count) => `h1:has-text("of ${count} session")`;

await run(600, () => browse(async (browser) => {
  const tab = await open(browser);
  const { page } = tab;
  // The log is empty at first: the page fills by itself.
  await visit(tab, { name: "the page before the first delivery", path: "/" });
  await page.mouse.move(2, 2);
  await post(1);
  await page.waitForSelector(says(1));
  // From here on nothing is loaded again: the first delivery gave the page its filters.
  let loads = 0;
  page.on("framenavigated", () => { loads += 1; });
  tab.where = "the live overview";
  await post(2);
  await page.waitForSelector(says(2));

  // With the pointer over the numbers the new ones are offered, and nothing moves.
  await page.locator(".strip").first().hover();
  await post(3);
  await page.waitForSelector(".news button");
  expect(await page.locator(says(2)).count() === 1, tab.where, "changes under the reader's pointer");
  await page.mouse.move(2, 2);
  await page.waitForSelector(says(3));
  await page.waitForSelector(".news button", { state: "detached" });

  // Who asks for them gets them.
  await page.locator(".strip").first().hover();
  await post(4);
  await page.locator(".news button").click();
  await page.waitForSelector(says(4));
  expect(loads === 0, tab.where, `is loaded again ${loads} times`);
}));
