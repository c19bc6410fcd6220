// What the Rust side says of the server that the pages are looked at on.

const said = (name) => {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set: run \`cargo test -p weir-tests --test browser\``);
  }
  return value;
};

/// The server's address, without a slash at its end.
export const ORIGIN = said("WEIR_URL");

/// The question that every page is asked, with fixed instants.
export const RANGE = process.env.WEIR_RANGE ?? "";

/// A value of this world alone.
export const told = said;

/// The address of a path.
export const url = (path) => ORIGIN + path;

/// The path with more parameters behind it.
export const asked = (path, query) => path + (path.includes("?") ? "&" : "?") + query;

/// What the API answers.
export const api = async (path) => {
  const answer = await fetch(url(path));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
};
