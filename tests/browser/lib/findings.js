// What a check found, all of it, said at its end.

/// Where each is: the same in many places is one finding.
const found = new Map();

/// Notes what is wrong, and where.
export const wrong = (where, what) => {
  if (!found.has(what)) found.set(what, new Set());
  found.get(what).add(where);
};

/// Notes it unless `holds`.
export const expect = (holds, where, what) => { if (!holds) wrong(where, what); return holds; };

const all = () => [...found].map(([what, where]) => `${[...where].join(", ")}:\n  ${what}`).join("\n");

/// Runs a check to its end: says what it found, and fails if that is something.
export const run = async (seconds_max, check) => {
  const watchdog = setTimeout(() => {
    console.error(`not done after ${seconds_max} s; found so far:\n${all()}`);
    process.exit(1);
  }, seconds_max * 1000);
  try {
    await check();
  } catch (error) {
    wrong("the check itself", error.stack ?? error);
  }
  clearTimeout(watchdog);
  if (found.size > 0) console.error(all());
  process.exit(found.size === 0 ? 0 : 1);
};
