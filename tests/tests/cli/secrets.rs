//! Which secrets are in use.

use rusqlite::Connection;
use weir_tests::event::event;
use weir_tests::home::{MAIN, MAIN_ROTATED};
use weir_tests::{Home, Server};

/// What is said of each secret, by its name.
#[track_caller]
fn check(home: &Home, want: &[(&str, &str)]) {
    let rows: serde_json::Value =
        serde_json::from_str(&home.prints(["secrets", "--json"])).expect("JSON");
    let rows = rows.as_array().expect("rows");
    let got: Vec<_> = rows
        .iter()
        .map(|row| (row["secret"].as_str().expect("a name"), row["standing"].as_str().expect("so")))
        .collect();
    assert_eq!(got, want);
}

/// Lets what one secret signed be received that much earlier. No Weir would do it.
fn age(home: &Home, secret: &str, days: i64) {
    let log = Connection::open(home.data().join("log.db")).expect("the log");
    let sql = format!(
        "DROP TRIGGER delivery_is_never_changed;
         UPDATE delivery SET received_at = received_at - {days} * 86400000000
         WHERE origin IN (SELECT id FROM origin WHERE secret = '{secret}');
         CREATE TRIGGER delivery_is_never_changed BEFORE UPDATE ON delivery
         BEGIN SELECT RAISE(ABORT, 'the log is append-only: a delivery is never changed'); END;"
    );
    log.execute_batch(&sql).expect("it is changed");
}

#[test]
fn a_secret_that_has_not_matched_for_long_may_be_retired() {
    let home = Home::new();
    let never = "not_matched_yet";
    let rest = [("secrets[0]", never), ("test", never)];
    let and = |first: &'static str, second: &'static str| {
        [[("main-first", first), ("main-second", second)], rest].concat()
    };
    check(&home, &and(never, never));
    let server = Server::start(&home);
    server.takes(MAIN, &[event(1, 7001)]);
    server.takes(MAIN_ROTATED, &[event(1, 7002)]);
    assert_eq!(server.stop().0, Some(0));
    check(&home, &and("in_use", "in_use"));
    age(&home, "main-first", 7);
    check(&home, &and("in_use", "in_use"));
    age(&home, "main-first", 2);
    check(&home, &and("may_be_retired", "in_use"));
    home.weir(["doctor"])
        .says("note   the secret `main-first` of integration `main` has not matched");
    home.weir(["secrets"]).says("not for 8 days, though others have: may be retired");
    // While nothing comes at all, nothing is known.
    age(&home, "main-second", 9);
    check(&home, &and("silent", "silent"));
    age(&home, "main-second", -9);
    // Taken out of the configuration, it is told of for as long as it matched lately.
    let config = std::fs::read_to_string(home.path("weir.toml")).expect("it was written");
    home.write("weir.toml", config.replace(", \"main-second\"", ""));
    let mut want = vec![("main-first", "may_be_retired")];
    want.extend(rest);
    want.push(("main-second", "retired"));
    check(&home, &want);
}
