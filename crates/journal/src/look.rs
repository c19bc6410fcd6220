//! A store's file as it is found, before anybody works with it.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::{Schema, StoreError};

/// So many of the things that are wrong with a file are told; one is enough to act.
const TOLD_MAX: u32 = 3;

impl Schema {
    /// Reads all of the file at `path`, and gives the version of what stands in it, 0 for a fresh file,
    /// with what it was read through. Nothing is changed, also where the file is of an older version;
    /// somebody else may be at work with it.
    ///
    /// # Errors
    /// If it is damaged, cannot be read, is another program's, or a newer Weir's.
    pub fn look(
        &self,
        path: &Path,
        busy_timeout: Duration,
    ) -> Result<(Connection, i64), StoreError> {
        let sqlite = StoreError::sqlite(path);
        // A reader takes part in the journal, which takes the right to write.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags).map_err(&sqlite)?;
        conn.busy_timeout(busy_timeout).map_err(&sqlite)?;
        conn.pragma_update(None, "query_only", "ON").map_err(&sqlite)?;
        let version = self.version(&conn, path)?;
        let told = told(&conn).map_err(&sqlite)?;
        if !told.is_empty() {
            return Err(StoreError::Damaged { path: path.to_owned(), what: told.join("; ") });
        }
        Ok((conn, version))
    }

    /// The same as [`Schema::open`], after a look at all of the file: one that is damaged anywhere is left
    /// as it was.
    ///
    /// # Errors
    /// As [`Schema::look`] and [`Schema::open`].
    pub fn open_whole(
        &self,
        path: &Path,
        busy_timeout: Duration,
        tune: impl FnOnce(&Connection) -> Result<(), rusqlite::Error>,
    ) -> Result<Connection, StoreError> {
        if path.exists() {
            self.look(path, busy_timeout)?;
        }
        self.open(path, busy_timeout, tune)
    }
}

/// What SQLite finds wrong: pages, indexes, rows that belong to nothing.
fn told(conn: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut told: Vec<String> = conn
        .prepare(&format!("PRAGMA integrity_check({TOLD_MAX})"))?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    told.retain(|line| line != "ok");
    let orphans = conn
        .prepare("PRAGMA foreign_key_check")?
        .query_map([], |row| {
            let (table, of): (String, String) = (row.get(0)?, row.get(2)?);
            Ok(format!("a row of `{table}` belongs to no row of `{of}`"))
        })?
        .take(TOLD_MAX as usize)
        .collect::<Result<Vec<_>, _>>()?;
    told.extend(orphans);
    Ok(told)
}
