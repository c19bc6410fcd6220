//! Does to a file of SQLite's what no Weir would do.

use std::path::Path;

use rusqlite::Connection;

/// Changes the file by `sql`, its triggers notwithstanding.
#[track_caller]
pub(crate) fn tamper(file: &Path, sql: &str) {
    let conn = Connection::open(file).expect("it is there");
    let named = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
    let mut names = conn.prepare(named).expect("it is a database");
    let names = names.query_map([], |row| row.get(0)).and_then(Iterator::collect);
    let names: Vec<String> = names.expect("names are text");
    for name in names {
        conn.execute_batch(&format!("DROP TRIGGER {name}")).expect("it is there");
    }
    conn.execute_batch(sql).expect("it is SQL");
}
