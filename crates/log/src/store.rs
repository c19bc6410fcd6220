//! Opening, migrating and tuning the file.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::LogError;

/// "WEIR" in ASCII: says whose file it is.
const APPLICATION_ID: i64 = 0x5745_4952;

/// The log's schema, one file a version, applied in order.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/log/0001_log.sql")];

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
    let mut conn = Connection::open(path).map_err(LogError::store(path))?;
    prepare_writer(&mut conn, path)?;
    Ok(conn)
}

/// Opens the log for reading only.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, LogError> {
    assert_version()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(LogError::store(path))?;
    conn.busy_timeout(BUSY_TIMEOUT).map_err(LogError::store(path))?;
    let found = match schema_of(&conn, path) {
        // Whoever made the file was cut off before its journal was switched to what it is from then
        // on, and nothing stands in it. A writer puts that right.
        Err(LogError::Store { source, .. }) if is_half_made(&source) => 0,
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

/// Bodies hold personal data: the file (and the journals that inherit its mode) is the owner's only.
fn create_private(path: &Path) -> Result<(), LogError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(LogError::io(path))
}

fn prepare_writer(conn: &mut Connection, path: &Path) -> Result<(), LogError> {
    let store = LogError::store(path);
    conn.busy_timeout(BUSY_TIMEOUT).map_err(&store)?;
    let found = schema_of(conn, path)?;
    conn.pragma_update(None, "page_size", PAGE_BYTES).map_err(&store)?;
    weir_journal::switch_on(conn).map_err(&store)?;
    // FULL: every commit is on the disk before it is acknowledged.
    conn.pragma_update(None, "synchronous", "FULL").map_err(&store)?;
    conn.pragma_update(None, "foreign_keys", "OFF").map_err(&store)?;
    conn.pragma_update(None, "wal_autocheckpoint", 2_000).map_err(&store)?;
    migrate(conn, usize::try_from(found).unwrap_or(0)).map_err(&store)
}

fn migrate(conn: &mut Connection, from: usize) -> Result<(), rusqlite::Error> {
    for (version, sql) in MIGRATIONS.iter().enumerate().skip(from) {
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", version + 1)?;
        tx.commit()?;
    }
    if weir_journal::stamped(conn).as_deref() != Some(weir_journal::VERSION) {
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        weir_journal::stamp(&tx)?;
        tx.commit()?;
    }
    Ok(())
}

/// The file's schema version, 0 for a fresh file.
fn schema_of(conn: &Connection, path: &Path) -> Result<i64, LogError> {
    let pragma = |name| {
        conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(LogError::store(path))
    };
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = conn
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(LogError::store(path))?;
    let fresh = tables == 0 && application == 0 && version == 0;
    if application != APPLICATION_ID && !fresh {
        return Err(LogError::ForeignFile { path: path.to_owned() });
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if known < version {
        let by = weir_journal::writer_of(conn);
        return Err(LogError::Newer { path: path.to_owned(), found: version, known, by });
    }
    Ok(version)
}
