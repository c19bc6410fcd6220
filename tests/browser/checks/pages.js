// Every page in every state: answered, quiet, whole at every width, and the same without scripts.

import { blocked, browse, open, visit } from "../lib/browser.js";
import { expect, run, wrong } from "../lib/findings.js";
import { fits, has_its_frame } from "../lib/page.js";
import { places } from "../lib/places.js";

/// The first page is to be there at once over a slow line; the others have more tables.
const OVERVIEW_BYTES_MAX = 200_000;
const PAGE_BYTES_MAX = 300_000;

/// What the reader reads, but for what only scripts say.
const words = (page) => page.evaluate(() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll("[data-live-state], script").forEach((element) => element.remove());
  return copy.textContent.replace(/\d+(\.\d+)? s\b/g, "").replace(/As of [^,]*/, "").trim();
});

await run(600, () => browse(async (browser) => {
  const tab = await open(browser);
  const plain = await open(browser, { javaScriptEnabled: false });
  for (const place of await places()) {
    const answer = await visit(tab, place);
    const bytes = (await answer.body()).length;
    const bytes_max = place.path.startsWith("/?") ? OVERVIEW_BYTES_MAX : PAGE_BYTES_MAX;
    expect(bytes < bytes_max || place.long, place.name, `has ${bytes} bytes, over ${bytes_max}`);
    await has_its_frame(tab);
    const scripted = await words(tab.page);
    await fits(tab);
    await blocked(tab);
    await visit(plain, { ...place, name: `${place.name}, scripts off` });
    await has_its_frame(plain);
    if (place.words !== "change" && await words(plain.page) !== scripted) {
      wrong(place.name, "says something else without scripts");
    }
  }
}));
