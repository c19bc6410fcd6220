//! Does to a file of SQLite's what no Weir would do.

use std::path::Path;

use rusqlite::Connection;

/// Changes the file by `sql`, the log's triggers notwithstanding.
#[track_caller]
pub(crate) fn tamper(file: &Path, sql: &str) {
    let conn = Connection::open(file).expect("it is there");
    for name in ["delivery", "origin", "seal"] {
        for verb in ["changed", "removed"] {
            let drop = format!("DROP TRIGGER IF EXISTS {name}_is_never_{verb}");
            conn.execute_batch(&drop).expect("it is a database");
        }
    }
    conn.execute_batch(sql).expect("it is SQL");
}
