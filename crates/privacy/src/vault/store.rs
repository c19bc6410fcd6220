//! Opening and migrating the file.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::vault::{IndexKey, random};
use crate::{Kind, VaultError};

/// "WKEY" in ASCII: says whose file it is.
const APPLICATION_ID: i64 = 0x574B_4559;

/// The schema, one file a version, applied in order.
const MIGRATIONS: &[&str] = &[include_str!("../../../../migrations/privacy/0001_vault.sql")];

/// `weir erase` may be at work beside a server: shorter than a sender waits.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// The keys, in `keys.db`. Any number of processes may have it open.
pub struct Vault {
    pub(crate) path: PathBuf,
    pub(crate) conn: Mutex<Connection>,
    pub(crate) index_key: IndexKey,
}

impl Vault {
    /// Opens the file at `path`, creating or migrating it.
    ///
    /// # Errors
    /// If it cannot be made, is another program's, or a newer Weir's.
    pub fn open(path: &Path) -> Result<Vault, VaultError> {
        create_private(path)?;
        let mut conn = Connection::open(path).map_err(VaultError::store(path))?;
        prepare(&mut conn, path)?;
        let index_key = conn
            .query_row("SELECT index_key FROM meta", [], |row| row.get(0))
            .map(IndexKey::new)
            .map_err(VaultError::store(path))?;
        Ok(Vault { path: path.to_owned(), conn: Mutex::new(conn), index_key })
    }

    /// The same where there is one.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_existing(path: &Path) -> Result<Option<Vault>, VaultError> {
        if path.exists() { Vault::open(path).map(Some) } else { Ok(None) }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, VaultError> {
        work(&self.conn()).map_err(VaultError::store(&self.path))
    }

    /// Does all of `work` or nothing of it, and nobody else writes meanwhile.
    pub(crate) fn change<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, VaultError> {
        let mut conn = self.conn();
        change(&mut conn, &self.path, work)
    }

    pub(crate) fn tag(&self, kind: Kind, value: &[u8]) -> super::Tag {
        self.index_key.tag(kind, value)
    }

    pub(crate) fn conn(&self) -> MutexGuard<'_, Connection> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does all of `work` or nothing of it. After [`VaultError::Unknown`] the process must stop.
pub(crate) fn change<T>(
    conn: &mut Connection,
    path: &Path,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
) -> Result<T, VaultError> {
    let store = VaultError::store(path);
    let unknown = |source| VaultError::Unknown { path: path.to_owned(), source };
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&store)?;
    match work(&tx) {
        Ok(done) => tx.commit().map_err(unknown).map(|()| done),
        Err(error) => {
            // SQLite may have rolled back by itself, where the disk was full.
            if !tx.is_autocommit() {
                tx.rollback().map_err(unknown)?;
            }
            Err(store(error))
        }
    }
}

/// Keys are nobody else's business: the file (and its journals) is the owner's only.
fn create_private(path: &Path) -> Result<(), VaultError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(VaultError::io(path))
}

fn prepare(conn: &mut Connection, path: &Path) -> Result<(), VaultError> {
    let store = VaultError::store(path);
    conn.busy_timeout(BUSY_TIMEOUT).map_err(&store)?;
    schema_of(conn, path)?;
    weir_journal::switch_on(conn).map_err(&store)?;
    // FULL: a key is on the disk before anything is sealed with it that somebody is told is kept.
    conn.pragma_update(None, "synchronous", "FULL").map_err(&store)?;
    // What is overwritten or deleted leaves the file, and goes to no temporary one.
    conn.pragma_update(None, "secure_delete", "ON").map_err(&store)?;
    conn.pragma_update(None, "temp_store", "MEMORY").map_err(&store)?;
    conn.set_prepared_statement_cache_capacity(64);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&store)?;
    // Nobody else writes now.
    weir_journal::settle(path).map_err(VaultError::io(&weir_journal::of(path)))?;
    // Asked again, now that nobody else migrates.
    let found = schema_of(&tx, path)?;
    for (version, sql) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(sql)
            .and_then(|()| tx.pragma_update(None, "application_id", APPLICATION_ID))
            .and_then(|()| tx.pragma_update(None, "user_version", version + 1))
            .map_err(&store)?;
    }
    tx.execute(
        "INSERT OR IGNORE INTO meta (id, index_key, generation, kept_from) VALUES (1, ?1, 0, 0)",
        [random::<32>()],
    )
    .map_err(&store)?;
    weir_journal::stamp(&tx).map_err(&store)?;
    tx.commit().map_err(&store)
}

/// The file's schema version, 0 for a fresh file.
fn schema_of(conn: &Connection, path: &Path) -> Result<i64, VaultError> {
    let store = VaultError::store(path);
    let pragma =
        |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(&store);
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = conn
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(&store)?;
    let fresh = tables == 0 && application == 0 && version == 0;
    if application != APPLICATION_ID && !fresh {
        return Err(VaultError::ForeignFile { path: path.to_owned() });
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if known < version {
        let by = weir_journal::writer_of(conn);
        return Err(VaultError::Newer { path: path.to_owned(), found: version, known, by });
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use rusqlite::Connection;

    use super::Vault;
    use crate::VaultError;

    #[test]
    fn the_file_is_its_owners_only_and_opens_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.db");
        assert!(Vault::open_existing(&path).unwrap().is_none());
        let mut index_keys = Vec::new();
        for _ in 0..2 {
            index_keys.push(Vault::open(&path).unwrap().tag(crate::Kind::EndUser, b"ann"));
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(index_keys[0], index_keys[1]);
    }

    #[test]
    fn another_programs_file_and_a_newer_weirs_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        assert!(matches!(Vault::open(&path), Err(VaultError::ForeignFile { .. })));
        std::fs::remove_file(&path).unwrap();
        drop(Vault::open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let error = Vault::open(&path).err().unwrap().to_string();
        let by = concat!("by Weir ", env!("CARGO_PKG_VERSION"), " (schema 99, this one knows");
        assert!(error.contains(by), "{error}");
    }
}
