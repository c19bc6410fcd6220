//! The file: `audit.db`.

use std::fs::OpenOptions;
use std::ops::Deref;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::AuditError;

/// "WAUD" in ASCII: says whose file it is.
const APPLICATION_ID: i64 = 0x5741_5544;

/// The schema, one file a version, applied in order.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/audit/0001_audit.sql")];

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
    path: PathBuf,
    conn: Mutex<Connection>,
}

impl Audit {
    /// Opens the file at `path`, creating or migrating it. Several processes may have it open.
    ///
    /// # Errors
    /// If it cannot be made, is damaged, another program's, or a newer Weir's.
    pub fn open(path: &Path) -> Result<Audit, AuditError> {
        create_private(path)?;
        let mut conn = Connection::open(path).map_err(AuditError::store(path))?;
        prepare(&mut conn, path)?;
        Ok(Audit { record: Record { path: path.to_owned(), conn: Mutex::new(conn) } })
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
    pub fn open(path: &Path) -> Result<Option<Record>, AuditError> {
        if !path.exists() {
            return Ok(None);
        }
        let store = AuditError::store(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags).map_err(&store)?;
        conn.busy_timeout(BUSY_TIMEOUT).map_err(&store)?;
        if schema_of(&conn, path)? == 0 {
            return Ok(None);
        }
        Ok(Some(Record { path: path.to_owned(), conn: Mutex::new(conn) }))
    }

    /// Reads.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, AuditError> {
        work(&self.conn()).map_err(AuditError::store(&self.path))
    }

    /// Does all of `work` or nothing of it, and nobody else writes meanwhile.
    pub(crate) fn change<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, AuditError> {
        let store = AuditError::store(&self.path);
        let mut conn = self.conn();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&store)?;
        let done = work(&tx).map_err(&store)?;
        tx.commit().map_err(&store)?;
        Ok(done)
    }

    fn conn(&self) -> MutexGuard<'_, Connection> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who looked at what is nobody else's business: the file (and its journals) is the owner's only.
fn create_private(path: &Path) -> Result<(), AuditError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(AuditError::io(path))
}

fn prepare(conn: &mut Connection, path: &Path) -> Result<(), AuditError> {
    let store = AuditError::store(path);
    conn.busy_timeout(BUSY_TIMEOUT).map_err(&store)?;
    schema_of(conn, path)?;
    weir_journal::switch_on(conn).map_err(&store)?;
    // FULL: what was written down before it was done is there after a power cut.
    conn.pragma_update(None, "synchronous", "FULL").map_err(&store)?;
    conn.pragma_update(None, "foreign_keys", "ON").map_err(&store)?;
    // So that the triggers also refuse what REPLACE removes.
    conn.pragma_update(None, "recursive_triggers", "ON").map_err(&store)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&store)?;
    // Nobody else writes now.
    weir_journal::settle(path).map_err(AuditError::io(&weir_journal::of(path)))?;
    // Asked again, now that nobody else migrates.
    let found = schema_of(&tx, path)?;
    for (version, sql) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(sql)
            .and_then(|()| tx.pragma_update(None, "application_id", APPLICATION_ID))
            .and_then(|()| tx.pragma_update(None, "user_version", version + 1))
            .map_err(&store)?;
    }
    weir_journal::stamp(&tx).map_err(&store)?;
    tx.commit().map_err(&store)
}

/// The file's schema version, 0 for a fresh file.
fn schema_of(conn: &Connection, path: &Path) -> Result<i64, AuditError> {
    let store = AuditError::store(path);
    let pragma =
        |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(&store);
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = conn
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(&store)?;
    let fresh = tables == 0 && application == 0 && version == 0;
    if application != APPLICATION_ID && !fresh {
        return Err(AuditError::ForeignFile { path: path.to_owned() });
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if known < version {
        let by = weir_journal::writer_of(conn);
        return Err(AuditError::Newer { path: path.to_owned(), found: version, known, by });
    }
    Ok(version)
}
