//! The file: `access.db`.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::password::Passwords;
use crate::{AccessError, Cost};

/// "WACC" in ASCII: says whose file it is.
const APPLICATION_ID: i64 = 0x5741_4343;

/// The schema, one file a version, applied in order.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/access/0001_people.sql"),
    include_str!("../../../migrations/access/0002_views.sql"),
];

/// `weir people` may be at work beside a server.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Who may see what, in `access.db`.
#[derive(Debug)]
pub struct Access {
    path: PathBuf,
    conn: Mutex<Connection>,
    pub(crate) passwords: Passwords,
}

impl Access {
    /// Opens the file at `path`, creating or migrating it.
    ///
    /// # Errors
    /// If it cannot be made, is another program's, or a newer Weir's.
    pub fn open(path: &Path) -> Result<Access, AccessError> {
        Access::open_at_cost(path, Cost::OWASP)
    }

    /// The same with other work to a password: for tests.
    ///
    /// # Errors
    /// As [`Access::open`].
    pub fn open_at_cost(path: &Path, cost: Cost) -> Result<Access, AccessError> {
        create_private(path)?;
        let mut conn = Connection::open(path).map_err(AccessError::store(path))?;
        prepare(&mut conn, path)?;
        let passwords = Passwords::new(cost);
        Ok(Access { path: path.to_owned(), conn: Mutex::new(conn), passwords })
    }

    /// Reads, or does what one statement does.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, AccessError> {
        work(&self.conn()).map_err(AccessError::store(&self.path))
    }

    /// Does all of `work` or nothing of it, and nobody else writes meanwhile.
    pub(crate) fn change<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, AccessError>,
    ) -> Result<T, AccessError> {
        let store = AccessError::store(&self.path);
        let mut conn = self.conn();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&store)?;
        let done = work(&tx)?;
        tx.commit().map_err(&store)?;
        Ok(done)
    }

    /// What an error of SQLite's is, within [`Access::change`].
    pub(crate) fn store(&self) -> impl Fn(rusqlite::Error) -> AccessError + '_ {
        AccessError::store(&self.path)
    }

    fn conn(&self) -> MutexGuard<'_, Connection> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hashes and names are nobody else's business: the file (and its journals) is the owner's only.
fn create_private(path: &Path) -> Result<(), AccessError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(AccessError::io(path))
}

fn prepare(conn: &mut Connection, path: &Path) -> Result<(), AccessError> {
    let store = AccessError::store(path);
    conn.busy_timeout(BUSY_TIMEOUT).map_err(&store)?;
    schema_of(conn, path)?;
    weir_journal::switch_on(conn).map_err(&store)?;
    // FULL: what was revoked stays revoked after a power cut.
    conn.pragma_update(None, "synchronous", "FULL").map_err(&store)?;
    conn.pragma_update(None, "foreign_keys", "ON").map_err(&store)?;
    // A statement that was prepared is kept: each request asks the same few.
    conn.set_prepared_statement_cache_capacity(64);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&store)?;
    // Nobody else writes now.
    weir_journal::settle(path).map_err(AccessError::io(&weir_journal::of(path)))?;
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
fn schema_of(conn: &Connection, path: &Path) -> Result<i64, AccessError> {
    let store = AccessError::store(path);
    let pragma =
        |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(&store);
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = conn
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(&store)?;
    let fresh = tables == 0 && application == 0 && version == 0;
    if application != APPLICATION_ID && !fresh {
        return Err(AccessError::ForeignFile { path: path.to_owned() });
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if known < version {
        let by = weir_journal::writer_of(conn);
        return Err(AccessError::Newer { path: path.to_owned(), found: version, known, by });
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use rusqlite::Connection;

    use super::Access;
    use crate::{AccessError, Cost};

    #[test]
    fn the_file_is_its_owners_only_and_opens_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("access.db");
        for _ in 0..2 {
            Access::open_at_cost(&path, Cost::LEAST).unwrap();
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn another_programs_file_and_a_newer_weirs_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("access.db");
        std::fs::write(&path, "a text, and a long one, of another program's").unwrap();
        let error = Access::open(&path).unwrap_err();
        assert!(matches!(error, AccessError::ForeignFile { .. }), "{error}");
        std::fs::remove_file(&path).unwrap();
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        let error = Access::open(&path).unwrap_err();
        assert!(matches!(error, AccessError::ForeignFile { .. }), "{error}");
        std::fs::remove_file(&path).unwrap();
        drop(Access::open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let error = Access::open(&path).unwrap_err().to_string();
        let by = concat!("by Weir ", env!("CARGO_PKG_VERSION"), " (schema 99, this one knows");
        assert!(error.contains(by), "{error}");
    }
}
