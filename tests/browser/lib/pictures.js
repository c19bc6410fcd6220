// What there are golden pictures of: each page once, and what looks otherwise in the dark, on a
// phone or on paper.

import { session_of } from "./places.js";
import { RANGE, asked } from "./world.js";

const PHONE = { width: 390, height: 1700 };

/// Instants that move with the clock take the room that the longest takes.
const TIMES = [["time", "11.5em"], [".relative", "5em"]];

/// Name, address and look of each.
export const pictures = async () => {
  const page = (name, path, look = {}) => ({ name, path: asked(path, RANGE), ...look });
  return [
    page("overview", "/"),
    page("overview-dark", "/", { dark: true }),
    page("overview-phone", "/", PHONE),
    page("overview-print", "/", { print: true, width: 794, height: 1123 }),
    page("overview-none", "/?integration=nobody", { height: 900 }),
    { name: "overview-refused", path: "/?from=nonsense", status: 400, height: 900 },
    page("funnel", "/funnel"),
    page("funnel-dark", "/funnel", { dark: true }),
    page("funnel-phone", "/funnel", PHONE),
    page("screens", "/screens"),
    page("screen", "/screens?screen=camera_access_blocked_screen_shown"),
    page("screen-phone-dark", "/screens?screen=camera_access_blocked_screen_shown", { ...PHONE, dark: true }),
    page("reasons", "/reasons"),
    page("matrix", "/matrix", { height: 1200 }),
    page("matrix-dark", "/matrix", { height: 1200, dark: true }),
    page("time", "/time"),
    page("compare", "/compare"),
    page("sessions", "/sessions"),
    page("sessions-phone", "/sessions", PHONE),
    { name: "session", path: await session_of("attempts=2") },
    { name: "session-dark", path: await session_of("mark=recovered"), dark: true },
    { name: "catalogue", path: "/catalogue", height: 1200 },
    { name: "catalogue-entry", path: "/catalogue/screen?state=camera_access_blocked_screen_shown", height: 1000 },
    { name: "quarantine", path: "/health/quarantine", height: 1000 },
    { name: "sign-in", path: "/sign-in", height: 700 },
    { name: "people", path: "/people", height: 900 },
    { name: "views", path: "/views", height: 700 },
    { name: "reports", path: "/reports", still: TIMES },
    { name: "reports-phone", path: "/reports", ...PHONE, height: 2400, still: TIMES },
    { name: "report-alert-dark", path: "/reports/camera-blocked", height: 1400, dark: true, still: TIMES },
    { name: "report-run", path: "/reports/runs/4", height: 1500, still: TIMES },
    { name: "report-run-print", path: "/reports/runs/4", print: true, width: 794, height: 1123, still: TIMES },
    { name: "report-edit", path: "/reports/to-support/edit", height: 1500 },
  ];
};
