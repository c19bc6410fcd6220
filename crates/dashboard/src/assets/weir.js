// Keeps a live view live: asks for the same page again and swaps what <main> holds. Everything
// else on the page works without this file.
"use strict";
(() => {
  const EVERY_MS = 5000;
  const PATIENCE_MS = 10000;

  // Nothing may change under a reader's hands.
  const inUse = () => {
    const focused = document.activeElement;
    return document.visibilityState !== "visible"
      || (focused && focused !== document.body && focused.closest("form, main"))
      || document.querySelector("form:hover, details[open], .hit:hover")
      || String(getSelection()) !== "";
  };

  const say = (words) => {
    const live = document.querySelector("[data-live-state]");
    if (live) { live.textContent = words; live.hidden = false; }
  };

  // Marks the numbers that are not what they were; the style sheet decides how, and whether to move.
  const numbers = (root) => [...root.querySelectorAll(".strip .value")].map((n) => n.textContent);
  const mark = (main, before) => main.querySelectorAll(".strip .value").forEach((n, i) => {
    if (before[i] !== undefined && before[i] !== n.textContent) n.classList.add("fresh");
  });

  const refresh = async () => {
    const main = document.querySelector("main[data-live]");
    if (!main || inUse()) return;
    try {
      const answer = await fetch(location.href, {
        headers: { accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("main");
      if (!fresh || inUse()) return;
      const before = numbers(main);
      const at = [scrollX, scrollY];
      main.replaceChildren(...fresh.childNodes);
      main.toggleAttribute("data-live", fresh.hasAttribute("data-live"));
      mark(main, before);
      scrollTo(at[0], at[1]);
      document.title = page.title;
      say("live");
    } catch {
      say("not reachable, trying again");
    }
  };

  const turn = () => refresh().finally(() => setTimeout(turn, EVERY_MS));
  if (document.querySelector("main[data-live]")) { say("live"); setTimeout(turn, EVERY_MS); }
})();
