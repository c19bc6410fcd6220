//! Reports, alerts and runs for the pages to be looked at.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::json;
use weir_schedule::Ledger;
use weir_tests::Home;

/// Runs in every state that stands still.
const RUNS: &str = include_str!("../../browser/reports.sql");

/// How many definitions are many.
const MANY: usize = 1_000;

/// The definitions of `tests/browser/reports`, and runs of theirs.
pub(crate) fn usual(home: &Home) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/reports");
    for file in fs::read_dir(&folder).expect("the folder of definitions is there") {
        let path = file.expect("it can be read").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        home.define(name, &fs::read_to_string(&path).expect("a text"));
    }
    run_sql(home, RUNS);
    // One file of one run is still kept.
    let outputs = home.data().join("outputs/2");
    fs::create_dir_all(&outputs).expect("there is room for a folder");
    fs::write(outputs.join("weekly-product-2026-06-01.pdf"), b"%PDF-1.7").expect("and for a file");
}

/// Definitions, runs and an alert that are called so.
pub(crate) fn hostile(home: &Home, names: &[&str]) {
    let mut sql = String::new();
    for (nth, name) in names.iter().enumerate() {
        // A string of JSON is one of TOML too.
        let title = json!(name).to_string();
        let alert = "[schedule]\nwhen = \"monthly 1 08:00 UTC\"\n\n[alert]\non = \"drop_off_rate\"\nabove = 0.1\n";
        let alert = if nth % 2 == 0 { alert } else { "" };
        let text = format!(
            "title = {title}\nrange = \"yesterday\"\n\n[ask]\nstate = [{title}]\n\n{alert}\n\
             [[recipient]]\nmail = [{title}]\n\n[[recipient]]\nfile = {title}\n"
        );
        home.define(&format!("hostile-{nth}"), &text);
        sql.push_str(&hostile_rows(nth, name, &text));
    }
    run_sql(home, &sql);
}

/// A run of a definition with this name in everything that was once said by somebody else.
fn hostile_rows(nth: usize, name: &str, definition: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\u{0}', "").replace('\'', "''"));
    let (id, says, text) = (nth + 1, quoted(name), quoted(definition));
    let standing = json!({
        "state": "firing", "since": 1_782_108_000_000_000_i64, "told": null,
        "acknowledged": {"by": name, "at": 1_782_108_000_000_000_i64},
        "judged_at": 1_782_108_000_000_000_i64, "value": name,
    });
    let standing = quoted(&standing.to_string());
    format!(
        "INSERT INTO text (id, digest, text) VALUES ({id}, x'{id:02}', {text});
         INSERT INTO run (id, name, cause, scheduled_at, definition, version, input, position, catalogue,
                          state, trouble, note, created_at, changed_at)
         VALUES ({id}, 'hostile-{nth}', 'asked', 1782108000000000, {id}, {says}, {says}, 7, {id},
                 'failed', {says}, {says}, 1782108000000000, 1782108000000000);
         INSERT INTO file (run, name, role, format, media_type, bytes, sha256)
         VALUES ({id}, {says}, 'file', 'pdf', {says}, 7, {says});
         INSERT INTO sending (run, target, parcel, formats, state, tries, trouble, receipt, changed_at)
         VALUES ({id}, {says}, 'p', 'pdf', 'unknown', 1, {says}, {says}, 1782108000000000);
         INSERT INTO alert (name, standing) VALUES ('hostile-{nth}', {standing});\n"
    )
}

/// A thousand definitions, each tenth with something wrong in it.
pub(crate) fn many(home: &Home) {
    for nth in 0..MANY {
        let to = match nth % 10 {
            0 => "mail = [\"team@example.com\"]".to_owned(),
            _ => format!("file = \"team-{nth}/{{date}}/{{name}}.{{format}}\""),
        };
        let text = format!(
            "title = \"Report {nth} of team {}\"\nrange = \"previous week\"\nformats = [\"pdf\"]\n\n\
             [schedule]\nwhen = \"monthly {} 08:{:02} Europe/Tallinn\"\n\n[[recipient]]\n{to}\n",
            nth / 20,
            1 + nth % 28,
            nth % 60
        );
        home.define(&format!("team-report-{nth:04}"), &text);
    }
}

fn run_sql(home: &Home, sql: &str) {
    let path = home.data().join("schedule.db");
    drop(Ledger::open(&path).expect("a ledger can be made"));
    let ledger = Connection::open(&path).expect("it can be opened");
    ledger
        .execute_batch(&sql.replace(":now", &now().to_string()))
        .expect("the rows can be written");
}

/// The present instant, in microseconds.
#[allow(clippy::disallowed_methods)] // what waits until tomorrow, waits by the server's clock
fn now() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}
