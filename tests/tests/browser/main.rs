//! The pages in a real browser, from the running binary.
//!
//! What is looked at is said by the scripts in `tests/browser`; here are the servers that they look
//! at. `WEIR_CHROMIUM=PATH` names the browser; else it is `chromium` on PATH.

#![allow(missing_docs)]

mod reports; // reports, alerts and runs to look at
mod script; // one script of `tests/browser`, run to its end
mod world; // a server with something to look at

use weir_tests::home::MAIN;

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
fn every_page_can_be_used_by_keyboard() {
    Script::of("keyboard").on(&World::usual());
}

#[test]
fn the_pages_numbers_are_those_of_the_api() {
    Script::of("numbers").on(&World::usual());
}

#[test]
fn the_first_start_leads_to_people_and_tokens() {
    let world = World::closed();
    Script::of("people").told("WEIR_SETUP_TOKEN", &world.setup_token()).on(&world);
}

#[test]
fn a_view_is_saved_shared_and_revoked() {
    Script::of("shares").on(&World::usual());
}

#[test]
fn a_report_is_made_looked_at_and_run_by_keyboard() {
    Script::of("reports").on(&World::usual());
}

#[test]
fn ten_who_left_yesterday_are_four_clicks_away() {
    Script::of("walk").on(&World::yesterday());
}

#[test]
fn names_from_outside_do_no_harm() {
    Script::of("hostile").on(&World::hostile());
}

#[test]
fn much_is_folded_and_fits() {
    Script::of("heavy").on(&World::heavy());
}

#[test]
fn new_numbers_come_in_without_a_reload() {
    let script = Script::of("live").told("WEIR_API_KEY", MAIN.api_key);
    script.told("WEIR_SECRET", MAIN.secret).on(&World::empty());
}

#[test]
fn the_pages_look_as_they_did() {
    Script::of("golden").on(&World::usual());
}
