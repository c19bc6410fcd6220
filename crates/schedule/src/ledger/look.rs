//! The file as it is found, before anybody works with it.

use std::path::Path;

use weir_journal::StoreError;

use super::{Ledger, LedgerError, store};

/// A ledger that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// The schema that it has.
    pub schema: i64,
    /// The schema that this Weir works with: it brings an older one up to it when it opens it.
    pub schema_known: i64,
    /// How many runs it tells of.
    pub runs: u64,
}

impl Ledger {
    /// Reads all of the ledger at `path` and says whether it is whole. Nothing is changed, also where
    /// the file is of an older schema; somebody else may be at work with it.
    ///
    /// # Errors
    /// If it is damaged, cannot be read, is another program's, or a newer Weir's.
    pub fn look(path: &Path) -> Result<Whole, LedgerError> {
        let (conn, schema) = store::SCHEMA.look(path, store::BUSY_TIMEOUT)?;
        let sql = StoreError::sqlite(path);
        let runs = match schema {
            0 => 0,
            _ => conn.query_row("SELECT count(*) FROM run", [], |row| row.get(0)).map_err(&sql)?,
        };
        Ok(Whole { schema, schema_known: store::SCHEMA.known(), runs })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use rusqlite::Connection;

    use crate::Ledger;

    fn with_runs(path: &std::path::Path, count: u64) -> Ledger {
        let ledger = Ledger::open(path).unwrap();
        let at = "2026-03-30T05:00:00Z".parse().unwrap();
        for n in 0..count {
            ledger.ask(&format!("pulse-{n}"), "title = \"Pulse\"", at, at).unwrap();
        }
        ledger
    }

    #[test]
    fn a_whole_ledger_is_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("schedule.db");
        // Somebody works with it meanwhile.
        let ledger = with_runs(&path, 3);
        let whole = Ledger::look(&path).unwrap();
        assert_eq!((whole.runs, whole.schema), (3, whole.schema_known));
        drop(ledger);
        let before = std::fs::read(&path).unwrap();
        Ledger::look(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), before);
        let missing = dir.path().join("nothing.db");
        assert!(Ledger::look(&missing).is_err() && !missing.exists(), "looking makes nothing");
    }

    #[test]
    fn an_index_that_misses_a_row_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("schedule.db");
        drop(with_runs(&path, 200));
        let root: u64 = {
            let conn = Connection::open(&path).unwrap();
            conn.pragma_update(None, "journal_mode", "DELETE").unwrap();
            let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'run_of_name'";
            conn.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.write_all_at(&[0xaa; 1_024], (root - 1) * 4_096 + 2_048).unwrap();
        let error = Ledger::look(&path).unwrap_err().to_string();
        assert!(error.contains("schedule.db is damaged"), "{error}");
        assert!(error.contains("restore a backup"), "{error}");
    }

    #[test]
    fn a_recipient_of_no_run_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("schedule.db");
        drop(with_runs(&path, 1));
        let conn = Connection::open(&path).unwrap();
        conn.pragma_update(None, "foreign_keys", "OFF").unwrap();
        conn.execute(
            "INSERT INTO sending (run, target, parcel, formats, state, changed_at)
             VALUES (7, 'mail:a@example.com', 'x', '', 'waiting', 0)",
            [],
        )
        .unwrap();
        let error = Ledger::look(&path).unwrap_err().to_string();
        assert!(error.contains("a row of `sending` belongs to no row of `run`"), "{error}");
    }
}
