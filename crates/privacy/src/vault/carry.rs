//! What another vault forgot, forgotten here too.

use rusqlite::params;

use weir_journal::StoreError;

use crate::vault::Tag;
use crate::vault::keyring::Meta;
use crate::{Pseudonym, Vault, VaultError};

/// What a vault knows to be gone.
struct Gone {
    meta: Meta,
    erased: Vec<(Pseudonym, i64)>,
    tombstones: Vec<(Tag, Pseudonym, i64)>,
}

impl Vault {
    /// Overwrites the keys of whoever was erased in `other`, and of months that it does not retain: a
    /// copy of the vault that was made before does not bring them back.
    ///
    /// # Errors
    /// If one of the two cannot be read or written: then nothing was changed, but where it is unknown.
    pub fn forget_what_is_erased_in(&self, other: &Vault) -> Result<(), VaultError> {
        let gone = other.gone()?;
        // Tags of another index key would find nobody.
        let is_the_same = self.index_key.is(&other.index_key);
        self.change(|tx| {
            for (pseudonym, at) in &gone.erased {
                tx.prepare_cached(
                    "UPDATE key SET key = zeroblob(32) \
                     WHERE subject = (SELECT id FROM subject WHERE pseudonym = ?1)",
                )?
                .execute([pseudonym.bytes()])?;
                tx.prepare_cached("DELETE FROM subject WHERE pseudonym = ?1")?
                    .execute([pseudonym.bytes()])?;
                tx.prepare_cached("INSERT OR IGNORE INTO erased (pseudonym, at) VALUES (?1, ?2)")?
                    .execute(params![pseudonym.bytes(), at])?;
            }
            for (tag, pseudonym, until) in gone.tombstones.iter().filter(|_| is_the_same) {
                tx.prepare_cached(
                    "INSERT OR IGNORE INTO tombstone (tag, pseudonym, until) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![tag, pseudonym.bytes(), until])?;
            }
            tx.execute("UPDATE meta SET generation = generation + 1", []).map(drop)
        })?;
        self.retain_from(gone.meta.kept_from)?;
        self.empty_journal()
    }

    /// Ends with everything in the one file.
    ///
    /// # Errors
    /// If it cannot be written, or somebody else has it open for too long.
    pub fn close(self) -> Result<(), VaultError> {
        self.empty_journal()?;
        let conn = self.conn.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        conn.close().map_err(|(_, source)| StoreError::sqlite(&self.path)(source).into())
    }

    fn gone(&self) -> Result<Gone, VaultError> {
        self.with(|conn| {
            let meta = Meta::read(conn)?;
            let erased = conn
                .prepare("SELECT pseudonym, at FROM erased")?
                .query_map([], |row| Ok((Pseudonym::of_bytes(row.get(0)?), row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let tombstones = conn
                .prepare("SELECT tag, pseudonym, until FROM tombstone")?
                .query_map([], |row| {
                    Ok((row.get(0)?, Pseudonym::of_bytes(row.get(1)?), row.get(2)?))
                })?
                .collect::<Result<_, _>>()?;
            Ok(Gone { meta, erased, tombstones })
        })
    }
}
