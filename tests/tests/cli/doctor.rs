//! What is wrong, if anything.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use weir_tests::Home;
use weir_tests::Server;
use weir_tests::event::event;
use weir_tests::mailbox::{Mailbox, Mood, Place};
use weir_tests::receiver::{self, Receiver};

/// The doctor ends with this status and says each of these.
#[track_caller]
fn check(home: &Home, status: i32, fragments: &[&str]) {
    check_with(home, &[], status, fragments);
}

#[track_caller]
fn check_with(home: &Home, flags: &[&str], status: i32, fragments: &[&str]) {
    let run = home.weir([&["doctor"], flags].concat());
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

/// Goes to a mail address, a webhook and a file.
const LATELY: &str = r#"
title = "What came lately"
formats = ["json"]

[[recipient]]
mail = ["ann@example.com"]

[[recipient]]
webhook = "ops"

[[recipient]]
file = "{name}/{run}.{format}"
"#;

/// With a mail server and a receiver, and a delivery in the log.
fn with_channels() -> (Home, Mailbox, Receiver) {
    let (mailbox, receiver) = (Mailbox::start(), Receiver::start());
    let home = Home::with(&format!("{}{}", mailbox.config(), receiver.config()));
    home.write_secret("receiver-secret", receiver::SECRET);
    let line =
        format!("{{\"received_at\":\"2026-01-05T09:14:02Z\",\"payload\":{}}}\n", event(1, 7001));
    home.import(&line);
    (home, mailbox, receiver)
}

#[test]
fn reports_that_are_well() {
    let (home, mailbox, receiver) = with_channels();
    check(&home, 0, &["ok     no report is sent: there is no definition in ", "/data/reports"]);
    assert!(!home.data().join("schedule.db").exists(), "looking makes nothing");
    home.define("lately", LATELY);
    home.weir(["schedule", "run", "lately"]).ok();
    let well = [
        "ok     mail: 127.0.0.1:",
        " answers, not encrypted\n",
        "ok     webhook `ops`: 127.0.0.1:",
        " can be connected to\n",
        "ok     files: they go below ",
        "ok     1 report is defined, of which 0 are due by themselves",
        "ok     the ledger of reports is whole and tells of 1 run\n",
        " are free on the disk of ",
    ];
    check(&home, 0, &well);
    let server = Server::start(&home);
    check(&home, 0, &well);
    server.stop();
    let due = format!("{LATELY}\n[schedule]\nwhen = \"daily 08:00 Europe/Tallinn\"\n");
    home.define("daily", &due);
    let idle = "note   nothing is sent by itself while `weir serve` does not run";
    check(&home, 0, &["2 reports are defined, of which 1 is due by itself", idle]);
    let server = Server::start(&home);
    assert!(!home.weir(["doctor"]).text().contains(idle), "a server runs");
    server.stop();
    // Whoever looks sends nothing.
    assert_eq!((mailbox.messages().len(), receiver.taken().len()), (1, 1));
}

#[test]
fn each_channel_is_looked_at_by_itself() {
    let (home, mailbox, _receiver) = with_channels();
    home.define("lately", LATELY);
    home.define("unreadable", "title = 5\n");
    let config = fs::read_to_string(home.path("weir.toml")).expect("it was written");
    home.write_secret("slack-url", "https://10.1.2.3/services/T0/B0/hidden");
    home.write_secret("s3-secret", "hidden");
    let more = "[channels.files]\ndir = \"weir.toml/below\"\n\n\
                [[channels.slack]]\nname = \"team\"\nurl_file = \"slack-url\"\n\n\
                [[channels.s3]]\nname = \"archive\"\nendpoint = \"http://127.0.0.1:1\"\n\
                bucket = \"b\"\naccess_key_id = \"k\"\nsecret_access_key_file = \"s3-secret\"\n";
    home.write("weir.toml", format!("{config}{more}"));
    mailbox.is(Mood::Down);
    check(
        &home,
        1,
        &[
            "wrong  mail: ",
            ": 127.0.0.1:",
            "ok     webhook `ops`: ",
            "wrong  slack `team`: ",
            ": 10.1.2.3 is a private address",
            "add its range to `channels.private_addresses`",
            "wrong  s3 `archive`: ",
            ": 127.0.0.1:1 could not be reached",
            "wrong  files: ",
            "weir.toml is no folder",
            "unreadable.toml, line 1: ",
        ],
    );
    assert!(!home.weir(["doctor"]).text().contains("hidden"), "secrets are not printed");
    // Without connecting to anybody, only what is written is looked at.
    let offline = home.weir(["doctor", "--offline"]);
    for fine in ["mail", "webhook `ops`", "slack `team`", "s3 `archive`"] {
        let line = format!("ok     {fine}: is configured");
        assert!(offline.text().contains(&line), "`{line}` is not in: {offline}");
    }

    // A secret that everybody may read keeps nobody from looking at the others.
    let secret = home.path("receiver-secret");
    fs::set_permissions(&secret, PermissionsExt::from_mode(0o644)).expect("it is ours");
    let at = config.lines().position(|line| line.starts_with("secret_file = \"receiver")).unwrap();
    let place = format!("weir.toml, line {}: the secret file ", at + 1);
    let wrong = "wrong  webhook `ops`: ";
    let others =
        ["ok     mail: is configured", wrong, &place, "receiver-secret can be read by everyone"];
    check_with(&home, &["--offline"], 1, &others);
    check_with(&home, &["--offline"], 1, &["unreadable.toml, line 1: "]);
    fs::remove_file(&secret).expect("it is ours");
    check_with(&home, &["--offline"], 1, &[&place, "cannot be read", "mend `secret_file`"]);
}

#[test]
fn runs_that_failed_are_told_until_they_are_mended() {
    let (home, mailbox, _receiver) = with_channels();
    let two = LATELY.replace("ann@example.com", "ann@example.com\", \"ben@example.com");
    home.define("lately", &two);
    mailbox.is(Mood::Refuses("ben@", "550 5.1.1 no such user here"));
    home.weir(["schedule", "run", "lately"]).failed(1, &["run 1 failed"]);
    let failed = "run 1 of lately failed: 1 of 4 recipients did not get it; mail:ben@example.com: ";
    let next = "once that is mended: weir schedule again 1 --send mail:ben@example.com\n";
    check(&home, 1, &[&format!("wrong  {failed}"), "550 5.1.1 no such user here", next]);
    // Beside a server too.
    let server = Server::start(&home);
    check(&home, 1, &[&format!("wrong  {failed}"), next]);
    server.stop();

    // What is still missing after a later run is good to know, and keeps nobody up.
    mailbox.is(Mood::Takes(std::time::Duration::ZERO));
    home.weir(["schedule", "run", "lately"]).ok();
    check(&home, 0, &[&format!("note   {failed}"), next]);
    home.weir(["schedule", "again", "1", "--send", "mail:ben@example.com"]).ok();
    let run = home.weir(["doctor"]).ok();
    assert!(!run.text().contains("run 1 of lately"), "it was sent again: {run}");

    // A run of which nobody knows whether it arrived, and one that waits.
    mailbox.is(Mood::Holds(Place::Message));
    home.weir(["schedule", "run", "lately"]).failed(1, &["nobody knows"]);
    let unknown = "weir schedule again 4 --send mail:ann@example.com";
    check(&home, 1, &["wrong  run 4 of lately failed: ", unknown]);
    mailbox.is(Mood::Down);
    home.weir(["schedule", "run", "lately"]).failed(1, &["is not over"]);
    let run = home.weir(["doctor", "--offline"]);
    let told = run.text();
    let line = told.lines().find(|line| line.starts_with("note   run 5 of lately waits: "));
    assert!(line.is_some_and(|line| line.contains("; it is tried again at 20")), "{run}");
}

#[test]
fn a_ledger_that_is_damaged_and_one_of_another_program() {
    let (home, ..) = with_channels();
    home.define("lately", LATELY);
    home.weir(["schedule", "run", "lately"]).ok();
    let ledger = home.data().join("schedule.db");
    let whole = fs::read(&ledger).expect("it is there");
    let mut bytes = whole.clone();
    // Everything behind the first page, which says what the file is.
    bytes[4_096..].fill(0xaa);
    fs::write(&ledger, &bytes).expect("there is room");
    check(&home, 1, &["wrong  ", "schedule.db", "restore a backup", "ok     the log"]);
    fs::write(&ledger, "a text, and a long one, of another program's").expect("there is room");
    check(&home, 1, &["schedule.db is a database of another program"]);
    fs::write(&ledger, &whole).expect("there is room");
    check(&home, 0, &["ok     the ledger of reports is whole"]);
}

/// A delivery that names an end-user.
fn personal(session: u64) -> String {
    let body = event(session, 7001).replace("\"endUserId\":null", "\"endUserId\":\"ann\"");
    format!("{{\"received_at\":\"2024-01-05T09:14:02Z\",\"payload\":{body}}}\n")
}

/// Lays a `[privacy]` over what was configured before.
fn configure(home: &Home, privacy: &str) {
    let config = fs::read_to_string(home.path("weir.toml")).expect("it was written");
    let rest = config.split("[privacy]").next().unwrap_or_default();
    home.write("weir.toml", format!("{rest}[privacy]\n{privacy}"));
}

#[test]
fn a_vault_that_is_well() {
    let home = Home::new();
    home.import(&personal(1));
    assert!(!home.weir(["doctor"]).text().contains("vault"), "nobody asked for one");
    configure(&home, "seal = true\n");
    check(&home, 0, &["note   the vault ", "/data/keys.db is made at the next start"]);
    assert!(!home.data().join("keys.db").exists(), "looking makes nothing");
    home.import(&personal(1));
    check(&home, 0, &["ok     the vault has 1 key of 1 subject, from 2024-01 on; 0 subjects were"]);
    configure(&home, "seal = true\npersonal_months = 6\n");
    check(&home, 0, &["note   1 key of months before ", "are to be erased; `weir serve` does so"]);
    configure(&home, "");
    check(
        &home,
        0,
        &["note   what is received now is not sealed, as [privacy] does not say `seal"],
    );
}

#[test]
fn a_vault_that_is_not() {
    let home = Home::with("[privacy]\nseal = true\n");
    home.import(&personal(1));
    let vault = home.data().join("keys.db");
    fs::set_permissions(&vault, PermissionsExt::from_mode(0o640)).expect("it is ours");
    check(&home, 1, &["wrong  the vault ", "can be read by others (mode 640); chmod 600 it"]);
    fs::write(&vault, "a text, and a long one, of another program's").expect("there is room");
    fs::set_permissions(&vault, PermissionsExt::from_mode(0o600)).expect("it is ours");
    check(&home, 1, &["keys.db is a database of another program"]);
    fs::remove_file(&vault).expect("it is ours");
    check(
        &home,
        1,
        &["wrong  the log has sealed values, but the vault", "is not there; put it back"],
    );
    // Where nothing is sealed any more, it may be meant.
    configure(&home, "keys_file = \"kept/vault.db\"\n");
    check(&home, 0, &["note   the log has sealed values, and the vault", "pseudonyms are shown"]);
}

#[test]
fn a_vault_that_is_elsewhere() {
    let home = Home::with("[privacy]\nseal = true\nkeys_file = \"kept/vault.db\"\n");
    check(&home, 1, &["wrong  the vault ", "cannot be made: there is no folder "]);
    fs::create_dir(home.path("kept")).expect("there is room");
    assert!(!home.weir(["doctor"]).ok().text().contains("vault"), "it is made with the log");
    home.import(&personal(1));
    check(&home, 0, &["ok     the vault has 1 key of 1 subject"]);
    fs::rename(home.path("kept"), home.path("unmounted")).expect("it is ours");
    check(
        &home,
        1,
        &["wrong  the log has sealed values", "kept/vault.db, is not there; put it back"],
    );
}
