//! The file: `audit.db`.

use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use weir_journal::{Held, Schema, StoreError};

const SCHEMA: Schema = Schema {
    application_id: 0x5741_5544, // "WAUD"
    migrations: &[include_str!("../../../migrations/audit/0001_audit.sql")],
};

/// A command may write beside a server; each holds the file for one entry.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The record, to be added to.
#[derive(Debug)]
pub struct Audit {
    pub(crate) record: Record,
}

/// The record, to be read.
#[derive(Debug)]
pub struct Record {
    held: Held,
}

impl Audit {
    /// Opens the file at `path`, creating or migrating it. Several processes may have it open.
    ///
    /// # Errors
    /// If it cannot be made, is damaged, another program's, or a newer Weir's.
    pub fn open(path: &Path) -> Result<Audit, StoreError> {
        // A commit is durable: what was written down before it was done is there after a power cut.
        let conn = SCHEMA.open(path, BUSY_TIMEOUT, tune)?;
        Ok(Audit { record: Record { held: Held::of(path, conn) } })
    }
}

impl Deref for Audit {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}

impl Record {
    /// Opens the file at `path` to be read; none where there is none yet.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, another program's, or a newer Weir's.
    pub fn open(path: &Path) -> Result<Option<Record>, StoreError> {
        if !path.exists() {
            return Ok(None);
        }
        let store = StoreError::sqlite(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags).map_err(&store)?;
        conn.busy_timeout(BUSY_TIMEOUT).map_err(&store)?;
        if SCHEMA.version(&conn, path)? == 0 {
            return Ok(None);
        }
        Ok(Some(Record { held: Held::of(path, conn) }))
    }

    /// Reads.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.held.with(work)
    }

    /// Does all of `work` or nothing of it, and nobody else writes meanwhile.
    pub(crate) fn change<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.held.change(|conn| work(conn).map_err(self.held.error()))
    }
}

/// What every connection is told.
fn tune(conn: &Connection) -> Result<(), rusqlite::Error> {
    conn.pragma_update(None, "foreign_keys", "ON")?;
    // So that the triggers also refuse what REPLACE removes.
    conn.pragma_update(None, "recursive_triggers", "ON")
}
