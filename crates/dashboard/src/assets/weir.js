// Keeps a live view live: hears that there are new numbers, asks for the same page again and swaps
// what <main> holds. Everything else on the page works without this file.
"use strict";
(() => {
  const POLL_MS = 5000;      // how often to look where nothing can be heard
  const FOLLOW_MS = 1500;    // how often to look at what is under way
  const AGAIN_MS = 60000;    // when to try to hear again
  const PATIENCE_MS = 10000; // how long an answer may take
  const PAUSE_MS = 2000;     // how long numbers stand at least ...
  const PAUSE_TIMES = 20;    // ... and how many times as long as it took to get them

  const live = () => document.querySelector("main[data-live]");
  const followed = () => document.querySelector("main[data-follow]");
  if (!live() && !followed()) return;

  let stale = false;    // there are numbers that are not shown
  let asking = false;
  let planned = null;
  let notBefore = 0;
  let source = null;
  let polling = null;

  const say = (words) => {
    const state = document.querySelector("[data-live-state]");
    if (state) { state.textContent = words; state.hidden = false; }
  };

  // Nothing may change under a reader's pointer, focus or selection.
  const inHand = () => {
    const focused = document.activeElement;
    return (focused && focused !== document.body && focused !== live() && focused.closest("main, form, .news"))
      || document.querySelector("main :is(svg, table, form, pre, details, .strip):hover, form:hover")
      || !getSelection().isCollapsed;
  };

  // What offers them instead. The place is there from the start, so that it is read out when filled.
  const news = document.createElement("div");
  news.className = "news";
  news.setAttribute("role", "status");
  document.body.append(news);
  const offer = () => {
    if (news.firstChild) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "New numbers: show";
    button.addEventListener("click", () => ask(true));
    news.append(button);
  };
  const withdraw = () => {
    const focused = news.contains(document.activeElement);
    news.replaceChildren();
    if (focused) {
      const main = document.querySelector("main");
      main.tabIndex = -1;
      main.focus({ preventScroll: true });
    }
  };

  // Marks the numbers that are not what they were; the style sheet decides how, and whether to move.
  const numbers = (root) => [...root.querySelectorAll(".strip .value")].map((n) => n.textContent);
  const mark = (main, before) => main.querySelectorAll(".strip .value").forEach((n, i) => {
    if (before[i] !== undefined && before[i] !== n.textContent) n.classList.add("fresh");
  });

  const swap = (main, page) => {
    const fresh = page.querySelector("main");
    const before = numbers(main);
    const at = [scrollX, scrollY];
    const title = (d) => d.querySelector("summary")?.textContent;
    const open = [...main.querySelectorAll("details")].map((d) => d.open && title(d));
    const aside = [...main.querySelectorAll(".scroll")].map((s) => s.scrollLeft);
    main.replaceChildren(...fresh.childNodes);
    main.querySelectorAll("details").forEach((d, i) => { if (open[i] && open[i] === title(d)) d.open = true; });
    main.querySelectorAll(".scroll").forEach((s, i) => { if (aside[i]) s.scrollLeft = aside[i]; });
    for (const name of ["data-live", "data-follow"]) {
      if (fresh.hasAttribute(name)) main.setAttribute(name, fresh.getAttribute(name));
      else main.removeAttribute(name);
    }
    mark(main, before);
    scrollTo(...at);
    document.title = page.title;
  };

  const ask = async (wanted) => {
    const main = live();
    if (!main || asking) return;
    asking = true;
    const began = performance.now();
    try {
      const answer = await fetch(location.href, {
        headers: { accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      if (answer.redirected) {
        say("signed out: reload the page");
        return stop();
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const framed = (root) => !!root.querySelector(".filters");
      // The first delivery: the page gets its filters.
      if (framed(document) !== framed(page)) return location.reload();
      if (wanted || !inHand()) {
        swap(main, page);
        withdraw();
        stale = false;
        say("live");
      }
    } catch {
      say("not reachable, trying again");
    } finally {
      asking = false;
      const took = performance.now() - began;
      notBefore = performance.now() + Math.max(PAUSE_MS, PAUSE_TIMES * took);
    }
    plan();
  };

  const plan = () => {
    if (planned || !stale || document.hidden) return;
    planned = setTimeout(() => {
      planned = null;
      if (!inHand()) return ask(false);
      offer();
      // The hands may go away by themselves.
      notBefore = performance.now() + PAUSE_MS;
      plan();
    }, Math.max(0, notBefore - performance.now()));
  };

  const heard = (position) => {
    if (live()?.dataset.live === String(position)) return;
    stale = true;
    plan();
  };

  const stop = () => {
    source?.close();
    clearInterval(polling);
    source = polling = null;
    stale = false;
  };
  const poll = () => { polling ??= setInterval(() => heard("unknown"), POLL_MS); };
  const listen = () => {
    if (source || document.hidden || !live()) return;
    source = new EventSource("/events");
    source.addEventListener("position", (event) => {
      clearInterval(polling);
      polling = null;
      heard(JSON.parse(event.data).position);
    });
    source.addEventListener("open", () => say("live"));
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return say("not reachable, trying again");
      // Refused: look from time to time, and try again later.
      source = null;
      poll();
      setTimeout(listen, AGAIN_MS);
    });
  };

  // A run that is under way: how far it is, until it is over. Only what has the focus, is pointed at
  // or selected stays as it is meanwhile.
  const follow = async () => {
    const held = () => document.querySelector("main :is(:focus, a:hover, button:hover, summary:hover)")
      || !getSelection().isCollapsed;
    const state = news.appendChild(document.createElement("span"));
    state.className = "hidden";
    while (followed()) {
      await new Promise((done) => setTimeout(done, FOLLOW_MS));
      if (document.hidden || held()) continue;
      try {
        const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
        if (!answer.ok || answer.redirected) continue;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (held()) continue;
        swap(followed(), page);
        const now = document.querySelector("h1").textContent;
        if (state.textContent !== now) state.textContent = now;
      } catch { /* Not reachable: asked again. */ }
    }
  };
  if (followed()) return follow();

  // A hidden page needs none: a browser has few connections, and they are for pages that are seen.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { listen(); return plan(); }
    source?.close();
    source = null;
  });
  listen();
})();
