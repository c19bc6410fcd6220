//! The file: `schedule.db`.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::LedgerError;

/// "WSCH" in ASCII: says whose file it is.
const APPLICATION_ID: i64 = 0x5753_4348;

/// The schema, one file a version, applied in order.
const MIGRATIONS: &[&str] = &[include_str!("../../../../migrations/schedule/0001_ledger.sql")];

/// `weir schedule` may be at work beside a server.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What is to be sent, what was sent, and what became of it: `schedule.db`.
///
/// Several processes may have it open; one of them, the holder of the data directory's lock,
/// executes what stands in it (see `Runner`).
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    conn: Mutex<Connection>,
}

impl Ledger {
    /// Opens the file at `path`, creating or migrating it.
    ///
    /// # Errors
    /// If it cannot be made, is another program's, or a newer Weir's.
    pub fn open(path: &Path) -> Result<Ledger, LedgerError> {
        create_private(path)?;
        let mut conn = Connection::open(path).map_err(LedgerError::store(path))?;
        prepare(&mut conn, path)?;
        Ok(Ledger { path: path.to_owned(), conn: Mutex::new(conn) })
    }

    /// Two numbers of which one changes whenever anybody writes into the ledger: what other
    /// connections did, and what this one did.
    ///
    /// # Errors
    /// If SQLite says no.
    pub fn version(&self) -> Result<(i64, u64), LedgerError> {
        self.with(|conn| {
            let others = conn.pragma_query_value(None, "data_version", |row| row.get(0))?;
            Ok((others, conn.total_changes()))
        })
    }

    /// Reads, or does what one statement does.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, LedgerError> {
        work(&self.conn()).map_err(LedgerError::store(&self.path))
    }

    /// Does all of `work` or nothing of it, and nobody else writes meanwhile.
    pub(crate) fn change<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let store = LedgerError::store(&self.path);
        let mut conn = self.conn();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&store)?;
        let done = work(&tx)?;
        tx.commit().map_err(&store)?;
        Ok(done)
    }

    /// What an error of SQLite's is, within [`Ledger::change`].
    pub(crate) fn store(&self) -> impl Fn(rusqlite::Error) -> LedgerError + '_ {
        LedgerError::store(&self.path)
    }

    fn conn(&self) -> MutexGuard<'_, Connection> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Recipients are nobody else's business: the file (and its journals) is the owner's only.
fn create_private(path: &Path) -> Result<(), LedgerError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(LedgerError::io(path))
}

fn prepare(conn: &mut Connection, path: &Path) -> Result<(), LedgerError> {
    let store = LedgerError::store(path);
    conn.busy_timeout(BUSY_TIMEOUT).map_err(&store)?;
    schema_of(conn, path)?;
    weir_journal::switch_on(conn).map_err(&store)?;
    // FULL: what is about to be handed over is known to be so after a power cut too.
    conn.pragma_update(None, "synchronous", "FULL").map_err(&store)?;
    conn.pragma_update(None, "foreign_keys", "ON").map_err(&store)?;
    conn.set_prepared_statement_cache_capacity(64);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&store)?;
    // Nobody else writes now.
    weir_journal::settle(path).map_err(LedgerError::io(&weir_journal::of(path)))?;
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

/// The newest schema that this program knows.
pub(super) fn schema_known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The file's schema version, 0 for a fresh file.
pub(super) fn schema_of(conn: &Connection, path: &Path) -> Result<i64, LedgerError> {
    let store = LedgerError::store(path);
    let pragma =
        |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(&store);
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = conn
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(&store)?;
    let fresh = tables == 0 && application == 0 && version == 0;
    if application != APPLICATION_ID && !fresh {
        return Err(LedgerError::ForeignFile { path: path.to_owned() });
    }
    let known = schema_known();
    if known < version {
        let by = weir_journal::writer_of(conn);
        return Err(LedgerError::Newer { path: path.to_owned(), found: version, known, by });
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use rusqlite::Connection;

    use super::Ledger;
    use crate::LedgerError;

    #[test]
    fn the_file_is_its_owners_only_and_opens_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("schedule.db");
        for _ in 0..2 {
            let _ledger = Ledger::open(&path).unwrap();
            for file in std::fs::read_dir(dir.path()).unwrap() {
                let mode = file.unwrap().metadata().unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
        }
    }

    #[test]
    fn another_programs_file_and_a_newer_weirs_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("schedule.db");
        std::fs::write(&path, "a text, and a long one, of another program's").unwrap();
        let error = Ledger::open(&path).unwrap_err();
        assert!(matches!(error, LedgerError::ForeignFile { .. }), "{error}");
        std::fs::remove_file(&path).unwrap();
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        let error = Ledger::open(&path).unwrap_err();
        assert!(matches!(error, LedgerError::ForeignFile { .. }), "{error}");
        std::fs::remove_file(&path).unwrap();
        drop(Ledger::open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let error = Ledger::open(&path).unwrap_err().to_string();
        assert!(
            error.contains(concat!(
                "by Weir ",
                env!("CARGO_PKG_VERSION"),
                " (schema 99, this one knows"
            )),
            "{error}"
        );
    }

    #[test]
    fn whoever_writes_changes_the_version() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("schedule.db");
        let (one, other) = (Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap());
        let at = "2026-03-30T05:00:00Z".parse().unwrap();
        let before = one.version().unwrap();
        assert_eq!(before, one.version().unwrap());
        other.ask("pulse", "title = \"Pulse\"", at, at).unwrap();
        let between = one.version().unwrap();
        assert_ne!(before, between);
        one.ask("pulse", "title = \"Pulse\"", at, at).unwrap();
        assert_ne!(between, one.version().unwrap());
    }
}
