//! Opening and migrating the file.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use weir_journal::{Schema, StoreError};

use crate::vault::{IndexKey, random};
use crate::{Kind, VaultError};

const SCHEMA: Schema = Schema {
    application_id: 0x574B_4559, // "WKEY"
    migrations: &[include_str!("../../../../migrations/privacy/0001_vault.sql")],
};

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
        // A commit is durable: a key is on the disk before anything is sealed with it that somebody is
        // told is kept.
        let conn = SCHEMA.open(path, BUSY_TIMEOUT, tune)?;
        let index_key = index_key(&conn).map_err(StoreError::sqlite(path))?;
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
        Ok(work(&self.conn()).map_err(StoreError::sqlite(&self.path))?)
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
    let store = StoreError::sqlite(path);
    let unknown = |source| VaultError::Unknown { path: path.to_owned(), source };
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&store)?;
    match work(&tx) {
        Ok(done) => tx.commit().map_err(unknown).map(|()| done),
        Err(error) => {
            // SQLite may have rolled back by itself, where the disk was full.
            if !tx.is_autocommit() {
                tx.rollback().map_err(unknown)?;
            }
            Err(store(error).into())
        }
    }
}

/// What every connection is told.
fn tune(conn: &Connection) -> Result<(), rusqlite::Error> {
    // What is overwritten or deleted leaves the file, and goes to no temporary one.
    conn.pragma_update(None, "secure_delete", "ON")?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// The key that subjects are found by; a new vault gets one.
fn index_key(conn: &Connection) -> Result<IndexKey, rusqlite::Error> {
    let ours = conn.query_row("SELECT index_key FROM meta", [], |row| row.get(0)).optional()?;
    if let Some(key) = ours {
        return Ok(IndexKey::new(key));
    }
    // Another process may do so at the same time; one of the two stays.
    conn.execute(
        "INSERT OR IGNORE INTO meta (id, index_key, generation, kept_from) VALUES (1, ?1, 0, 0)",
        [random::<32>()],
    )?;
    conn.query_row("SELECT index_key FROM meta", [], |row| row.get(0)).map(IndexKey::new)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::Vault;

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
}
