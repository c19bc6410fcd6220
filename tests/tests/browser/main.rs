//! The pages in a real browser, from the running binary.
//!
//! What is looked at is said by the scripts in `tests/browser`; here are the servers that they look
//! at. `WEIR_CHROMIUM=PATH` names the browser; else it is `chromium` on PATH.

#![allow(missing_docs)]

mod script; // one script of `tests/browser`, run to its end
mod world; // a server with something to look at

use script::Script;
use world::World;

#[test]
fn every_page_is_there_quiet_and_whole() {
    Script::of("pages").on(&World::usual());
}

#[test]
fn everybody_can_read_every_page() {
    Script::of("axe").on(&World::usual());
}

#[test]
fn the_pages_numbers_are_those_of_the_api() {
    Script::of("numbers").on(&World::usual());
}
