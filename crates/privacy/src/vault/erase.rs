//! Keys that are gone.

use std::time::{Duration, Instant};

use rusqlite::{OptionalExtension, Transaction, params};
use weir_domain::Timestamp;

use crate::vault::keyring::Meta;
use crate::vault::{GONE, Tag};
use crate::{Key, Kind, Period, Pseudonym, Vault, VaultError};

/// How long a subject that was erased is known as such, so that a delivery that is sent again counts
/// as the same end-user's: the provider sends again for up to 7 days.
pub const TOMBSTONE_US: i64 = 8 * 24 * 60 * 60 * 1_000_000;

/// How long somebody may read the vault before its journal can be emptied.
const READER_PATIENCE: Duration = Duration::from_secs(10);

/// A subject that the vault knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Of what field.
    pub kind: Kind,
    /// What the log has instead.
    pub pseudonym: Pseudonym,
    id: i64,
    tag: Tag,
}

/// What an erasure did.
#[derive(Debug, Default)]
pub struct Erased {
    /// Whose keys are gone.
    pub pseudonyms: Vec<Pseudonym>,
    /// The keys, so that somebody can look whether they are in no file.
    pub keys: Vec<Key>,
}

/// What has become of tombstones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tombstones {
    /// How many there are.
    pub count: u64,
    /// When the last of them goes.
    pub until: Option<Timestamp>,
}

impl Vault {
    /// The subject that `value` is known as, if there is one.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn subject(&self, kind: Kind, value: &[u8]) -> Result<Option<Subject>, VaultError> {
        let tag = self.tag(kind, value);
        self.with(|conn| {
            conn.prepare_cached("SELECT id, kind, tag, pseudonym FROM subject WHERE tag = ?1")?
                .query_row([tag], subject_of)
                .optional()
                .map(Option::flatten)
        })
    }

    /// The subject of a pseudonym, if it is not erased.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn subject_of(&self, pseudonym: Pseudonym) -> Result<Option<Subject>, VaultError> {
        self.with(|conn| {
            conn.prepare_cached(
                "SELECT id, kind, tag, pseudonym FROM subject WHERE pseudonym = ?1",
            )?
            .query_row([pseudonym.bytes()], subject_of)
            .optional()
            .map(Option::flatten)
        })
    }

    /// The pseudonym of a value that was erased, for as long as it may be sent again.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn erased(&self, kind: Kind, value: &[u8]) -> Result<Option<Pseudonym>, VaultError> {
        let tag = self.tag(kind, value);
        self.with(|conn| {
            conn.prepare_cached("SELECT pseudonym FROM tombstone WHERE tag = ?1")?
                .query_row([tag], |row| row.get(0).map(Pseudonym::of_bytes))
                .optional()
        })
    }

    /// Overwrites the keys of `subjects` and forgets which values they were, but for what drops a
    /// delivery that is sent again. It is on the disk when this returns, and the journal is empty.
    ///
    /// # Errors
    /// If the vault cannot be written: then nothing was erased, but where it is unknown. If only the
    /// journal still has it ([`VaultError::JournalKept`]), the same again empties it.
    pub fn erase(&self, subjects: &[Subject], now: Timestamp) -> Result<Erased, VaultError> {
        let erased = self.change(|tx| {
            let mut erased = Erased::default();
            for subject in subjects {
                erased.keys.extend(overwrite(tx, subject.id)?);
                bury(tx, subject, now)?;
                erased.pseudonyms.push(subject.pseudonym);
            }
            next_generation(tx)?;
            Ok(erased)
        })?;
        self.empty_journal()?;
        Ok(erased)
    }

    /// How many keys there are of months before `kept_from`.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn keys_before(&self, kept_from: Period) -> Result<u64, VaultError> {
        self.with(|conn| {
            conn.query_row(
                "SELECT count(*) FROM key WHERE period < ?1 AND key <> zeroblob(32)",
                [kept_from.number()],
                |row| row.get(0),
            )
        })
    }

    /// Overwrites the keys of all months before `kept_from`, for ever, and forgets subjects that have
    /// no key left. Gives back how many keys that were.
    ///
    /// # Errors
    /// As [`Vault::erase`].
    pub fn retain_from(&self, kept_from: Period) -> Result<u64, VaultError> {
        // From day to day there is nothing to do, and nobody need forget what they remember.
        if kept_from <= self.with(Meta::read)?.kept_from && self.keys_before(kept_from)? == 0 {
            // But whoever overwrote them may have been cut off before the journal was empty.
            self.empty_journal()?;
            return Ok(0);
        }
        let overwritten = self.change(|tx| {
            let overwritten = tx.execute(
                "UPDATE key SET key = zeroblob(32) WHERE period < ?1 AND key <> zeroblob(32)",
                [kept_from.number()],
            )?;
            tx.execute(
                "DELETE FROM subject WHERE NOT EXISTS (SELECT 1 FROM key \
                 WHERE key.subject = subject.id AND key <> zeroblob(32))",
                [],
            )?;
            tx.execute(
                "UPDATE meta SET kept_from = max(kept_from, ?1), generation = generation + 1",
                [kept_from.number()],
            )?;
            Ok(overwritten as u64)
        })?;
        self.empty_journal()?;
        Ok(overwritten)
    }

    /// Forgets those who were erased so long ago that nothing of theirs is sent again.
    ///
    /// # Errors
    /// If the vault cannot be written.
    pub fn forget_tombstones(&self, now: Timestamp) -> Result<Tombstones, VaultError> {
        let due = self.with(|conn| {
            conn.prepare("SELECT 1 FROM tombstone WHERE until <= ?1")?.exists([now.as_micros()])
        })?;
        if due {
            self.change(|tx| {
                tx.execute("DELETE FROM tombstone WHERE until <= ?1", [now.as_micros()])
            })?;
            self.empty_journal()?;
        }
        self.with(|conn| {
            conn.query_row("SELECT count(*), max(until) FROM tombstone", [], |row| {
                let until = row.get::<_, Option<i64>>(1)?.map(Timestamp::from_micros);
                Ok(Tombstones { count: row.get(0)?, until })
            })
        })
    }

    /// Moves the journal into the file and cuts it to nothing.
    ///
    /// # Errors
    /// If somebody reads the vault for too long, or it cannot be written.
    pub fn empty_journal(&self) -> Result<(), VaultError> {
        let began = Instant::now();
        loop {
            let busy: i64 = self.with(|conn| {
                conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            })?;
            if busy == 0 {
                return Ok(());
            }
            if READER_PATIENCE < began.elapsed() {
                return Err(VaultError::JournalKept { path: self.path.clone() });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn subject_of(row: &rusqlite::Row<'_>) -> Result<Option<Subject>, rusqlite::Error> {
    let Some(kind) = Kind::of_number(row.get(1)?) else { return Ok(None) };
    let pseudonym = Pseudonym::of_bytes(row.get(3)?);
    Ok(Some(Subject { kind, pseudonym, id: row.get(0)?, tag: row.get(2)? }))
}

/// Overwrites a subject's keys in their place, and gives back what they were.
fn overwrite(tx: &Transaction<'_>, subject: i64) -> Result<Vec<Key>, rusqlite::Error> {
    let keys = tx
        .prepare_cached("SELECT key FROM key WHERE subject = ?1")?
        .query_map([subject], |row| row.get(0))?
        .collect::<Result<Vec<[u8; 32]>, _>>()?;
    tx.prepare_cached("UPDATE key SET key = zeroblob(32) WHERE subject = ?1")?
        .execute([subject])?;
    Ok(keys.into_iter().filter(|key| *key != GONE).map(Key::of_bytes).collect())
}

fn bury(tx: &Transaction<'_>, subject: &Subject, now: Timestamp) -> Result<(), rusqlite::Error> {
    let Subject { kind: _, pseudonym, id, tag } = subject;
    let until = now.plus_us(TOMBSTONE_US).as_micros();
    tx.prepare_cached("DELETE FROM subject WHERE id = ?1")?.execute([id])?;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO tombstone (tag, pseudonym, until) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![tag, pseudonym.bytes(), until])?;
    tx.prepare_cached("INSERT OR IGNORE INTO erased (pseudonym, at) VALUES (?1, ?2)")?
        .execute(params![pseudonym.bytes(), now.as_micros()])?;
    Ok(())
}

fn next_generation(tx: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    tx.execute("UPDATE meta SET generation = generation + 1", []).map(drop)
}
