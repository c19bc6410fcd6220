//! What the tests of the log do to one from outside.

use weir_domain::{Recorded, Seq};
use weir_log::{DataDir, LogError, LogReader};

/// Every delivery, in order.
pub(crate) fn all(reader: &mut LogReader) -> Vec<Recorded> {
    let mut found = Vec::new();
    reader
        .read(Seq::START, u64::MAX, |row| {
            found.push(row.to_recorded());
            Ok::<_, LogError>(())
        })
        .unwrap();
    found
}

/// Does to the file what no Weir would do.
pub(crate) fn tamper(dir: &DataDir, sql: &str) {
    let conn = rusqlite::Connection::open(dir.log_file()).unwrap();
    for name in ["delivery", "origin", "seal"] {
        for verb in ["changed", "removed"] {
            conn.execute_batch(&format!("DROP TRIGGER IF EXISTS {name}_is_never_{verb}")).unwrap();
        }
    }
    conn.execute_batch(sql).unwrap();
}
