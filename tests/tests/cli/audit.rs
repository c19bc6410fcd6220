//! Who did what, from the command line.

use std::fs;

use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::{Home, Server};

use crate::tamper::tamper;

fn lines(count: u64) -> String {
    (0..count)
        .map(|number| {
            let body = event(number, 7001);
            format!("{{\"received_at\":\"2026-01-05T09:14:02Z\",\"payload\":{body}}}\n")
        })
        .collect()
}

/// What was done, the oldest first, and what became of it.
fn deeds(home: &Home, flags: &[&str]) -> Vec<String> {
    let said = home.prints([&["audit", "--json"], flags].concat());
    let mut deeds: Vec<_> = said
        .lines()
        .map(|line| {
            let deed: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            let part = |name: &str| deed[name].as_str().expect("a text").to_owned();
            assert!(part("who").contains("uid ") && part("who_kind") == "command", "{line}");
            format!("{} {} {}", part("did"), part("what"), part("outcome"))
        })
        .collect();
    deeds.reverse();
    deeds
}

#[test]
fn what_a_command_does_to_what_is_kept_is_written_down() {
    let home = Home::closed();
    home.prints(["people", "add", "Olga", "--role", "owner"]);
    home.prints(["people", "list"]);
    home.import(&lines(3));
    home.exported();
    home.prints(["report", "abandonment", "--format", "parquet", "--out", "s.parquet"]);
    home.prints(["report"]);
    home.weir(["people", "set-role", "Olga", "viewer"]).failed(1, &["only owner"]);
    let backup = home.path("b").display().to_string();
    home.prints(["backup", &backup]);
    let all = [
        "changed-person Olga added, owner done".to_owned(),
        "imported 1 file done".to_owned(),
        "exported log, up to delivery 3 done".to_owned(),
        "exported sessions as parquet done".to_owned(),
        "changed-person person 1 is viewer failed".to_owned(),
        format!("backed-up {backup} done"),
    ];
    assert_eq!(deeds(&home, &[]), all);
    assert_eq!(deeds(&home, &["--did", "imported"]), ["imported 1 file done"]);
    assert_eq!(deeds(&home, &["--since=-1d", "--what", "parquet"]), [all[3].as_str()]);
    assert_eq!(deeds(&home, &["--until=-1d"]), [""; 0]);
    assert_eq!(deeds(&home, &["--who", "somebody else"]), [""; 0]);
    home.weir(["audit", "--did", "ate"]).failed(2, &["the kinds are signed-in, "]);
    home.weir(["audit", "--since", "soon"]).failed(2, &["--since is `soon`"]);
    assert!(home.prints(["audit"]).contains("  done     imported  command "));
}

#[test]
fn what_was_written_over_is_found_and_where() {
    let home = Home::new();
    home.weir(["audit", "verify"]).failed(1, &["nothing has been recorded"]);
    home.import(&lines(3));
    home.exported();
    home.prints(["audit", "head", "--out", "heads.ndjson"]);
    home.exported();
    let said = home.prints(["audit", "verify", "--heads", "heads.ndjson"]);
    assert!(said.starts_with("6 entries of the audit record hold; the last hash is "), "{said}");
    assert!(said.contains("goes on from 1 noted head"), "{said}");
    let tamper = |sql| tamper(&home.data().join("audit.db"), sql);
    tamper("DELETE FROM entry WHERE 3 < seq");
    home.weir(["audit", "verify"]).ok();
    home.weir(["audit", "verify", "--heads", "heads.ndjson"])
        .failed(1, &["ends at entry 3", "went up to 4", "its end was cut off"]);
    tamper("UPDATE entry SET who = 'somebody' WHERE seq = 2");
    home.weir(["audit", "verify"]).failed(1, &["the hash of entry 2 does not hold", "1 entry of"]);
    home.weir(["doctor"]).failed(1, &["wrong"]);
}

#[test]
fn nothing_is_taken_along_that_cannot_be_written_down_and_webhooks_come_in_all_the_same() {
    let home = Home::new();
    home.import(&lines(3));
    let file = home.data().join("audit.db");
    fs::remove_file(&file).expect("it is there");
    fs::write(&file, "not the file that was here, and rather long").expect("a test's own file");
    let run = home.weir(["log", "export", "--out", "taken.ndjson"]);
    run.failed(1, &["nothing was done, as it cannot be written down", "audit.db", "weir doctor"]);
    assert!(!home.path("taken.ndjson").exists());
    home.weir(["people", "add", "Olga"]).failed(1, &["nothing was done"]);
    assert!(home.prints(["report"]).contains('3'));
    let server = Server::start(&home);
    server.takes(MAIN, &[event(7, 7001)]);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0));
    assert!(
        said.contains("audit.db")
            && said.contains("webhooks are taken and reports are shown all the same"),
        "{said}"
    );
    fs::remove_file(&file).expect("it is there");
    assert_eq!(home.exported().lines().count(), 4);
}

#[test]
fn a_restore_never_takes_the_record_back() {
    let home = Home::new();
    home.import(&lines(3));
    let backup = home.path("b").display().to_string();
    home.prints(["backup", &backup]);
    home.exported();
    home.prints(["restore", &backup, "--replace"]);
    let all = deeds(&home, &[]);
    assert_eq!(all[2], "exported log, up to delivery 3 done", "it was done after the backup");
    assert_eq!(all[3], format!("restored {backup} done"));
    home.prints(["audit", "verify"]);
    // Where there is none, the backup's comes along, and goes on.
    let data = home.path("other").display().to_string();
    home.prints(["restore", &backup, "--data-dir", &data]);
    let said = home.prints(["audit", "--data-dir", &data]);
    assert!(said.contains("restored") && said.contains("imported"), "{said}");
    // When it was taken, its own end was not known.
    assert!(said.contains("begun    backed-up"), "{said}");
    home.prints(["audit", "verify", "--data-dir", &data]);
    // What is taken from a backup leaves it as it was proved.
    home.prints(["log", "export", "--data-dir", &backup, "--out", "from-backup.ndjson"]);
    home.prints(["restore", &backup, "--data-dir", "third"]);
}
