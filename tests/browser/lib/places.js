// Every page in every state, of the usual world. What is asked of a place holds for all of them.

import { RANGE, api, asked } from "./world.js";

const with_range = (path) => asked(path, RANGE);

/// The page of the first session of a list: the same in every run, as the log is.
export const session_of = async (query) => {
  const { sessions } = await api(with_range(`/api/v1/sessions?limit=1&${query}`));
  if (sessions.length === 0) throw new Error(`the world has no session with ${query}`);
  const [{ id, integration }] = sessions;
  return `/sessions/${id}?integration=${encodeURIComponent(integration)}&as_of=2026-07-15&tz=Europe/Tallinn`;
};

/// The pages that count sessions: every number leads to the list of those that it counts. Those of
/// `base` are each page once.
export const analyses = () => [
  { name: "overview", path: with_range("/"), base: true },
  { name: "overview by hour", path: "/?from=2026-06-20&to=2026-06-22&as_of=2026-07-15&bucket=hour" },
  { name: "overview of end-users, filtered", path: with_range("/?unit=end_user&outcome=cancelled&integration=main") },
  { name: "overview by week, broken down", path: with_range("/?bucket=week&by=weekday") },
  { name: "funnel", path: with_range("/funnel"), base: true },
  { name: "funnel of attempts", path: with_range("/funnel?unit=attempt") },
  { name: "screens", path: with_range("/screens"), base: true },
  { name: "all screens by hazard", path: with_range("/screens?sort=hazard&show=all") },
  { name: "a screen", path: with_range("/screens?screen=camera_access_blocked_screen_shown"), base: true },
  { name: "a screen nobody saw", path: with_range("/screens?screen=no_such_screen"), numberless: true },
  { name: "reasons", path: with_range("/reasons"), base: true },
  { name: "a reason", path: with_range("/reasons?cause=quit_session_confirmed"), base: true },
  { name: "matrix", path: with_range("/matrix"), base: true },
  { name: "time", path: with_range("/time"), base: true },
  { name: "compare", path: with_range("/compare"), base: true },
  { name: "compare two integrations", path: with_range("/compare?a_integration=main&integration=main-test") },
];

/// All the others.
export const others = async () => [
  { name: "a question that cannot be answered", path: "/?from=nonsense", status: 400 },
  { name: "a sort that is none", path: "/screens?sort=name", status: 400 },
  { name: "a view without units", path: with_range("/?integration=nobody") },
  { name: "screens without units", path: with_range("/screens?integration=nobody") },
  { name: "matrix without units", path: with_range("/matrix?integration=nobody") },
  { name: "time without units", path: with_range("/time?integration=nobody") },
  { name: "funnel without units", path: with_range("/funnel?integration=nobody") },
  { name: "compare without units", path: with_range("/compare?integration=nobody") },
  { name: "sessions", path: with_range("/sessions"), base: true },
  { name: "sessions, the next page", path: with_range("/sessions?page=2") },
  { name: "sessions, none", path: with_range("/sessions?integration=nobody") },
  { name: "sessions at a screen", path: with_range("/sessions?state=camera_access_blocked_screen_shown&outcome=cancelled") },
  { name: "end-users", path: with_range("/sessions?unit=end_user") },
  { name: "a session", path: await session_of("outcome=cancelled") },
  { name: "a session that recovered", path: await session_of("mark=recovered") },
  { name: "a session of many attempts", path: await session_of("attempts=2") },
  { name: "no such session", path: "/sessions/00000000-0000-4000-8000-000000000000", status: 404 },
  { name: "health", path: "/health", words: "change" },
  { name: "deliveries", path: "/health/deliveries" },
  { name: "quarantine", path: "/health/quarantine" },
  { name: "people", path: "/people" },
  { name: "sign in", path: "/sign-in" },
  { name: "views", path: "/views" },
  { name: "the API", path: "/docs", long: true },
  { name: "catalogue", path: "/catalogue" },
  { name: "a screen's names", path: "/catalogue/screen?state=camera_access_blocked_screen_shown" },
  { name: "a reason's names", path: "/catalogue/reason?reason=quit_session_confirmed" },
  { name: "no such page", path: "/no-such-page", status: 404 },
];

/// Reports that are sent by themselves, their runs, and what stands where there is none.
export const reports = () => [
  { name: "reports", path: "/reports", keys: true },
  { name: "reports, found", path: "/reports?q=support" },
  { name: "reports, none found", path: "/reports?q=no+such+report" },
  { name: "reports that need attention", path: "/reports?show=trouble" },
  { name: "reports, no such page", path: "/reports?page=9" },
  { name: "reports, a page that is none", path: "/reports?page=x", status: 400 },
  { name: "a report", path: "/reports/weekly-product", keys: true },
  { name: "a report, older runs", path: "/reports/weekly-product?before=4" },
  { name: "a report that is paused", path: "/reports/board-review" },
  { name: "a report for nobody", path: "/reports/by-hand" },
  { name: "a report with something wrong", path: "/reports/to-support" },
  { name: "a report that cannot be read", path: "/reports/misspelt" },
  { name: "a template", path: "/reports/daily-pulse" },
  { name: "an alert that fires", path: "/reports/camera-blocked", keys: true },
  { name: "an alert that is quiet", path: "/reports/webhooks-stopped" },
  { name: "a report that was deleted", path: "/reports/old-weekly", status: 404 },
  { name: "no such report", path: "/reports/no-such-report", status: 404 },
  { name: "a new report", path: "/reports/new", keys: true },
  { name: "a new report as TOML", path: "/reports/new?as=toml" },
  { name: "a new alert", path: "/reports/new?kind=alert", keys: true },
  { name: "a report from a template", path: "/reports/new?from=monthly-review" },
  { name: "a report, to be changed", path: "/reports/weekly-product/edit", keys: true },
  { name: "a report with something wrong, to be changed", path: "/reports/to-support/edit" },
  { name: "a report that cannot be read, to be changed", path: "/reports/misspelt/edit" },
  { name: "a template, to be changed", path: "/reports/daily-pulse/edit", status: 409 },
  { name: "no preview", path: "/reports/misspelt/preview", status: 409 },
  { name: "a run that was delivered", path: "/reports/runs/2", keys: true },
  { name: "a run that was skipped", path: "/reports/runs/3" },
  { name: "a run that some did not get", path: "/reports/runs/4", keys: true },
  { name: "a run that waits for a recipient", path: "/reports/runs/5" },
  { name: "a run that failed", path: "/reports/runs/6" },
  { name: "a run that had nothing to send", path: "/reports/runs/7" },
  { name: "a run that waits", path: "/reports/runs/9" },
  { name: "no such run", path: "/reports/runs/999", status: 404 },
  { name: "a run that is no number", path: "/reports/runs/x", status: 400 },
  { name: "a file that is not kept", path: "/reports/runs/2/weekly-product-2026-06-01.xlsx", status: 404 },
];

/// Every place.
export const places = async () => [...analyses(), ...await others(), ...reports()];
