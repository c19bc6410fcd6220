// Every page in every state, of the usual world. What is asked of a place holds for all of them.

import { RANGE, api, asked } from "./world.js";

/// The first session of a list: the same in every run, as the log is.
const session = async (query) => {
  const list = await api(asked("/api/v1/sessions?limit=1", `${RANGE}&${query}`));
  if (list.sessions.length === 0) throw new Error(`the world has no session with ${query}`);
  return list.sessions[0].id;
};

const with_range = (path) => asked(path, RANGE);

/// The pages that count sessions: every number leads to the list of those that it counts.
export const analyses = () => [
  { name: "overview", path: with_range("/") },
  { name: "overview by hour", path: `/?from=2026-06-20&to=2026-06-22&as_of=2026-07-15&bucket=hour` },
  { name: "overview of end-users, filtered", path: with_range("/?unit=end_user&outcome=cancelled&integration=main") },
];

/// All the others.
export const others = async () => [
  { name: "a question that cannot be answered", path: "/?from=nonsense", status: 400 },
  { name: "a view without units", path: with_range("/?integration=nobody") },
  { name: "no such page", path: "/no-such-page", status: 404 },
];

/// Every place.
export const places = async () => [...analyses(), ...await others()];
