//! What is wrong, if anything.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use weir_tests::Home;
use weir_tests::event::event;

/// The doctor ends with this status and says each of these.
#[track_caller]
fn check(home: &Home, status: i32, fragments: &[&str]) {
    let run = home.weir(["doctor"]);
    assert_eq!(run.status, Some(status), "{run}");
    for fragment in fragments {
        assert!(run.text().contains(fragment), "`{fragment}` is not in: {run}");
    }
    if status == 0 {
        assert!(!run.text().contains("wrong  "), "{run}");
    }
}

fn with_a_delivery() -> Home {
    let home = Home::new();
    let line =
        format!("{{\"received_at\":\"2026-01-05T09:14:02Z\",\"payload\":{}}}\n", event(1, 7001));
    home.import(&line);
    home
}

#[test]
fn an_installation_that_is_well() {
    let home = Home::new();
    check(&home, 0, &["ok     integrations: main, main-test", "note   there is no log in"]);
    assert!(!home.data().exists(), "looking makes nothing");
    let home = with_a_delivery();
    check(&home, 0, &["ok     the log holds 1 deliver", "note   there is no read model"]);
    home.prints(["rebuild"]);
    check(&home, 0, &["ok     the read model holds 1 session", "up to delivery 1, 0 behind"]);
}

#[test]
fn one_that_is_not() {
    let home = with_a_delivery();
    fs::set_permissions(home.path("test"), PermissionsExt::from_mode(0o644)).expect("it is ours");
    check(&home, 1, &["wrong  the secret file", "/test can be read by everyone", "ok     the log"]);

    let home = with_a_delivery();
    home.write("weir.toml", "catalog = \"gone.toml\"\n[sever]\n");
    check(&home, 1, &["wrong  ", "unknown field `sever`"]);

    let home = with_a_delivery();
    home.write("weir.toml", "catalog = \"gone.toml\"\n");
    check(&home, 1, &["wrong  the catalogue", "gone.toml", "note   no integration is configured"]);

    let home = with_a_delivery();
    fs::write(home.data().join("read.db"), "not a database, and long enough to be looked at")
        .expect("there is room");
    check(&home, 0, &["note   ", "read.db", "the file can be deleted"]);
}
