// Pictures of the pages beside the golden ones: what looks otherwise is meant, or broken.
//
// A picture is half as large as the page and has few colours, so that it is small and forgives how
// a letter is drawn; it does not forgive where something stands. WEIR_GOLDEN=renew writes them.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

import { browse, open, visit } from "../lib/browser.js";
import { run, wrong } from "../lib/findings.js";
import { pictures } from "../lib/pictures.js";

const RENEW = process.env.WEIR_GOLDEN === "renew";
const GOLDEN = new URL("../golden/", import.meta.url);
/// Where what differs is to be looked at.
const DIFFERING = new URL("../differing/", import.meta.url);

/// Of all pixels; a line of text that moved by its height is more.
const DIFFERING_MAX = 0.012;
/// How different a pixel may be and count as the same.
const THRESHOLD = 0.15;
/// So many steps of each colour: a few greys round a letter are one.
const STEPS = 15;

/// Half as wide and high, each pixel the mean of four, in few colours.
const small = (bytes) => {
  const from = PNG.sync.read(bytes);
  const to = new PNG({ width: from.width >> 1, height: from.height >> 1 });
  for (let y = 0; y < to.height; y += 1) {
    for (let x = 0; x < to.width; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const at = (dx, dy) => from.data[((2 * y + dy) * from.width + 2 * x + dx) * 4 + channel];
        const mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4;
        to.data[(y * to.width + x) * 4 + channel] = Math.round((mean / 255) * STEPS) * (255 / STEPS);
      }
      to.data[(y * to.width + x) * 4 + 3] = 255;
    }
  }
  return to;
};

const write = (folder, name, png) =>
  writeFile(new URL(`${name}.png`, folder), PNG.sync.write(png, { colorType: 2, deflateLevel: 9, filterType: 4 }));

const compare = async (name, got) => {
  const golden = await readFile(new URL(`${name}.png`, GOLDEN)).then(PNG.sync.read, () => null);
  if (!golden) {
    await write(DIFFERING, name, got);
    return wrong(name, "has no golden picture yet: look at it and run `cargo xtask golden`");
  }
  const { width, height } = got;
  if (golden.width !== width || golden.height !== height) {
    return wrong(name, `is ${width} x ${height}, and ${golden.width} x ${golden.height} in the golden picture`);
  }
  const difference = new PNG({ width, height });
  const count = pixelmatch(got.data, golden.data, difference.data, width, height, { threshold: THRESHOLD });
  const share = count / (width * height);
  console.log(`${name}: ${(100 * share).toFixed(3)} % differ`);
  if (share > DIFFERING_MAX) {
    await write(DIFFERING, name, got);
    await write(DIFFERING, `${name}.difference`, difference);
    wrong(name, `${(100 * share).toFixed(1)} % of the picture differ from the golden one: see tests/browser/differing; if it is meant, run \`cargo xtask golden\``);
  }
};

await run(600, () => browse(async (browser) => {
  await mkdir(RENEW ? GOLDEN : DIFFERING, { recursive: true });
  const tab = await open(browser, { reducedMotion: "reduce", bypassCSP: true });
  for (const { name, path, status, width = 1280, height = 1600, dark = false, print = false, still = [] } of await pictures()) {
    await tab.page.setViewportSize({ width, height });
    await tab.page.emulateMedia({ colorScheme: dark ? "dark" : "light", media: print ? "print" : "screen" });
    await visit(tab, { name, path, status });
    await tab.page.evaluate(() => document.fonts.ready);
    // What tells the present time is another in every run.
    const stays = still.map(([what, width]) => `${what} { visibility: hidden !important; display: inline-block; width: ${width}; }`);
    const style = ["[data-live-state] { visibility: hidden !important; }", ...stays].join("\n");
    const png = small(await tab.page.screenshot({ style, animations: "disabled", caret: "hide" }));
    if (RENEW) await write(GOLDEN, name, png);
    else await compare(name, png);
  }
}));
