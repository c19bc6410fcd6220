//! Opening, migrating and tuning the file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use weir_journal::{Schema, StoreError, create_private};

use crate::LogError;

const SCHEMA: Schema = Schema {
    application_id: 0x5745_4952, // "WEIR"
    migrations: &[include_str!("../../../migrations/log/0001_log.sql")],
};

/// The first SQLite without the bug that resets the write-ahead log.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// Measured 15-25 % faster than the default of 4 KiB for rows of this size.
const PAGE_BYTES: u32 = 8 * 1024;

/// Another reader's checkpoint may hold the file for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the log for its one writer, creating or migrating it.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, LogError> {
    assert_version()?;
    create_private(path)?;
    // We hold the lock of the data directory: nobody else writes.
    weir_journal::settle(path).map_err(LogError::io(&weir_journal::of(path)))?;
    let mut conn = Connection::open(path).map_err(LogError::sqlite(path))?;
    prepare_writer(&mut conn, path)?;
    Ok(conn)
}

/// Opens the log for reading only.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, LogError> {
    assert_version()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(LogError::sqlite(path))?;
    conn.busy_timeout(BUSY_TIMEOUT).map_err(LogError::sqlite(path))?;
    let found = match SCHEMA.version(&conn, path) {
        // Whoever made the file was cut off before its journal was switched to what it is from then
        // on, and nothing stands in it. A writer puts that right.
        Err(StoreError::Sqlite { source, .. }) if is_half_made(&source) => 0,
        found => found?,
    };
    if found == 0 {
        // The writer has made the file but not its tables yet.
        let dir = path.parent().unwrap_or(path);
        return Err(LogError::Missing { path: dir.to_owned() });
    }
    Ok(conn)
}

/// Whether there is something to be rolled back, which a reader may not do.
fn is_half_made(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(rusqlite::ffi::SQLITE_READONLY_ROLLBACK)
}

/// Removes the file and what SQLite keeps beside it.
pub(crate) fn remove(path: &Path) -> Result<(), LogError> {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(LogError::io(path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn assert_version() -> Result<(), LogError> {
    if rusqlite::version_number() < SQLITE_VERSION_MIN {
        return Err(LogError::OldSqlite { found: rusqlite::version() });
    }
    Ok(())
}

fn prepare_writer(conn: &mut Connection, path: &Path) -> Result<(), LogError> {
    let found = SCHEMA.version(conn, path)?;
    tune_and_migrate(conn, found).map_err(LogError::sqlite(path))
}

fn tune_and_migrate(conn: &mut Connection, found: i64) -> Result<(), rusqlite::Error> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "page_size", PAGE_BYTES)?;
    weir_journal::switch_on(conn)?;
    // FULL: every commit is on the disk before it is acknowledged.
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", "OFF")?;
    conn.pragma_update(None, "wal_autocheckpoint", 2_000)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    SCHEMA.migrate(&tx, found)?;
    tx.commit()
}
