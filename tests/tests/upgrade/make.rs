//! The fixture of this version.

use std::fs;

use weir_tests::event::{FLOW_FINISHED, SUBMITTED, event};
use weir_tests::home::{MAIN, TEST};
use weir_tests::{Home, Server};

use crate::fixture::{ERASED, Fixture, NAMED, SEALED, THIS};

/// Whether to make it.
const MAKE: &str = "WEIR_FIXTURE";

const LATELY: &str = r#"title = "What came lately"
formats = ["json", "csv"]

[[recipient]]
file = "{name}/{run}.{format}"
"#;

const CATALOGUE: &str = r#"[[screen]]
state = "otp_screen"
label = "One-time password"
stage = "capture"
order = 145
description = "Asked for the password that was sent"
evidence = "operator"
"#;

fn line(at: &str, integration: &str, body: &str) -> String {
    let body = body.replace('\n', "");
    format!("{{\"received_at\":\"{at}\",\"integration\":\"{integration}\",\"payload\":{body}}}\n")
}

fn left(number: u64, state: &str) -> String {
    let context =
        format!(",\"context\":{{\"state\":\"{state}\",\"reason\":\"quit_session_confirmed\"}}}}");
    event(number, 7010).trim_end_matches('}').to_owned() + &context
}

/// A data directory with a little of everything.
fn made() -> Home {
    let home = Home::new();
    let lines = [
        line("2026-01-05T09:14:02Z", "main", &event(1, 7001)),
        line("2026-01-05T09:15:02.000001Z", "main", &event(2, 7001)),
        line("2026-01-05T09:16:02Z", "main", &left(2, "document_front_screen_shown")),
        line("2026-01-05T09:17:02Z", "main", &event(1, 7002)),
        line("2026-01-06T22:30:00Z", "main-test", &event(3, 7001)),
        line("2026-01-06T22:31:00Z", "main-test", &left(3, "otp_screen")),
        // Sent again, unreadable, and of a code that nobody knows.
        line("2026-01-07T09:17:02Z", "main", &event(1, 7002)),
        line("2026-01-08T00:00:00Z", "main", "\"no event\""),
        line("2026-01-08T00:00:01Z", "main", &event(4, 7999)),
    ];
    home.import(&lines.concat());
    home.write("data/catalogue.toml", CATALOGUE);
    home.define("lately", LATELY);
    home.prints(["people", "add", "Ann", "--role", "owner"]);
    home.prints(["schedule", "run", "lately"]);
    let server = Server::start(&home);
    server.takes(MAIN, &[SUBMITTED, FLOW_FINISHED]);
    server.takes(TEST, &[event(5, 7001)]);
    server.counts(12);
    assert_eq!(server.stop().0, Some(0));
    seal(&home);
    // Written down in the audit record.
    home.exported();
    home
}

/// From here on what names somebody is sealed, and somebody is erased.
fn seal(home: &Home) {
    let config = fs::read_to_string(home.path("weir.toml")).expect("it was written");
    home.write("weir.toml", config + SEALED);
    let lines = [
        line("2026-01-09T10:00:00Z", "main", &named(6, 7001, ERASED)),
        line("2026-01-09T10:01:00Z", "main", &named(6, 7002, ERASED)),
        line("2026-01-09T10:02:00Z", "main", &named(7, 7001, NAMED)),
        // No event, so that it is sealed as a whole.
        line("2026-01-09T10:03:00Z", "main", &format!("{{\"person\":\"{NAMED}\"}}")),
    ];
    home.import(&lines.concat());
    let server = Server::start(home);
    server.takes(MAIN, &[named(8, 7001, NAMED)]);
    server.counts(17);
    assert_eq!(server.stop().0, Some(0));
    home.prints(["erase", "--yes", "--end-user", ERASED]);
}

/// An event that names somebody, and something.
fn named(number: u64, code: u32, end_user: &str) -> String {
    let body = event(number, code);
    let body = body.replace("\"endUserId\":null", &format!("\"endUserId\":\"{end_user}\""));
    body.replace("\"vendorData\":null", &format!("\"vendorData\":\"order {number}\""))
}

#[test]
fn this_version_has_a_fixture() {
    let fixture = Fixture::of(THIS);
    if std::env::var_os(MAKE).is_some() {
        fixture.write(&made());
    }
    assert!(fixture.is_there(), "Weir {THIS} has no fixture: `cargo xtask fixture` makes it");
    for store in ["access.db", "audit.db", "keys.db", "log.db", "read.db", "schedule.db"] {
        assert!(fixture.stores().contains(&store.to_owned()), "{store} is not in it");
    }
}
