//! Subjects and keys for what is about to be appended.

use std::path::Path;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rusqlite::{Connection, OptionalExtension, params};
use weir_domain::{Delivery, Timestamp};

use weir_journal::StoreError;

use crate::vault::{GONE, IndexKey, Tag};
use crate::{Key, Kind, Period, Pseudonym, Vault, VaultError, seal_body};

/// Keys that are remembered: the subjects of the last while, whose sessions go on. Some 100 bytes each.
const REMEMBERED_MAX: usize = 32_768;

/// Seals what is about to be appended. What it gives back may be appended: the keys are on the disk.
pub struct Keyring {
    vault: Vault,
    remembered: Remembered,
}

/// What the last groups were sealed with, as long as nobody erased anything.
struct Remembered {
    meta: Meta,
    subjects: HashMap<(Tag, Period), (Pseudonym, Key), RandomState>,
}

/// What of the one row changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meta {
    generation: i64,
    pub(crate) kept_from: Period,
}

impl Meta {
    pub(crate) fn read(conn: &Connection) -> Result<Meta, rusqlite::Error> {
        conn.prepare_cached("SELECT generation, kept_from FROM meta")?.query_row([], |row| {
            Ok(Meta { generation: row.get(0)?, kept_from: Period::of_number(row.get(1)?) })
        })
    }
}

impl Keyring {
    /// A ring of the keys of `vault`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(vault: Vault) -> Result<Keyring, VaultError> {
        let meta = vault.with(Meta::read)?;
        let subjects = HashMap::with_hasher(RandomState::default());
        Ok(Keyring { vault, remembered: Remembered { meta, subjects } })
    }

    /// The group with its bodies sealed, in order. Where a subject is new, or has no key for the
    /// month, all that is new is on the disk when this returns. `now` tells whether somebody who was
    /// erased may still be sent again.
    ///
    /// # Errors
    /// If the vault cannot be read or written: nothing may be appended then, and after an error that
    /// [is unknown](VaultError::is_unknown) the process must stop.
    pub fn seal(
        &mut self,
        group: &[Delivery],
        now: Timestamp,
    ) -> Result<Vec<Delivery>, VaultError> {
        let Keyring { vault, remembered } = self;
        let Vault { path, conn, index_key } = vault;
        let conn = conn.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut issue = Issue { conn, index_key, remembered, now, begun: false };
        let sealed = issue.seal(group);
        let done = issue.end(path, sealed);
        if done.is_err() {
            // What was issued may not be in the file.
            remembered.subjects.clear();
        }
        done
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }
}

/// One group's work.
struct Issue<'a> {
    conn: &'a Connection,
    index_key: &'a IndexKey,
    remembered: &'a mut Remembered,
    now: Timestamp,
    /// Whether something is written: then nobody else writes until the end.
    begun: bool,
}

impl Issue<'_> {
    fn seal(&mut self, group: &[Delivery]) -> Result<Vec<Delivery>, rusqlite::Error> {
        self.remembered.refresh(Meta::read(self.conn)?);
        group
            .iter()
            .map(|Delivery { received_at, origin, body }| {
                let subject = |kind, value: &[u8], period| self.subject(kind, value, period);
                let body = seal_body(body.clone(), *received_at, subject)?;
                Ok(Delivery { received_at: *received_at, origin: origin.clone(), body })
            })
            .collect()
    }

    fn subject(
        &mut self,
        kind: Kind,
        value: &[u8],
        period: Period,
    ) -> Result<(Pseudonym, Key), rusqlite::Error> {
        let tag = self.index_key.tag(kind, value);
        if let Some(known) = self.remembered.subjects.get(&(tag, period)) {
            return Ok(known.clone());
        }
        if !self.begun {
            self.conn.execute_batch("BEGIN IMMEDIATE")?;
            self.begun = true;
            // Somebody may have been erased since this group began.
            self.remembered.refresh(Meta::read(self.conn)?);
        }
        if let Some(pseudonym) = self.buried(&tag)? {
            // It is dropped: nobody keeps this key.
            return Ok((pseudonym, Key::random()));
        }
        let (id, pseudonym) = self.known_or_new(kind, &tag)?;
        if period < self.remembered.meta.kept_from {
            // So is what is older than what is retained.
            return Ok((pseudonym, Key::random()));
        }
        let key = self.key(id, period)?;
        self.remembered.put((tag, period), (pseudonym, key.clone()));
        Ok((pseudonym, key))
    }

    /// The pseudonym of somebody who was erased and may still be sent again.
    fn buried(&self, tag: &Tag) -> Result<Option<Pseudonym>, rusqlite::Error> {
        self.conn
            .prepare_cached("SELECT pseudonym FROM tombstone WHERE tag = ?1 AND ?2 < until")?
            .query_row(params![tag, self.now.as_micros()], |row| row.get(0))
            .map(Pseudonym::of_bytes)
            .optional()
    }

    fn known_or_new(&self, kind: Kind, tag: &Tag) -> Result<(i64, Pseudonym), rusqlite::Error> {
        let known = self
            .conn
            .prepare_cached("SELECT id, pseudonym FROM subject WHERE tag = ?1")?
            .query_row([tag], |row| Ok((row.get(0)?, Pseudonym::of_bytes(row.get(1)?))))
            .optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        let pseudonym = Pseudonym::random();
        self.conn
            .prepare_cached("INSERT INTO subject (kind, tag, pseudonym) VALUES (?1, ?2, ?3)")?
            .execute(params![kind.number(), tag, pseudonym.bytes()])?;
        Ok((self.conn.last_insert_rowid(), pseudonym))
    }

    /// The subject's key of the month, made where there is none.
    fn key(&self, subject: i64, period: Period) -> Result<Key, rusqlite::Error> {
        let known = self
            .conn
            .prepare_cached("SELECT key FROM key WHERE subject = ?1 AND period = ?2")?
            .query_row(params![subject, period.number()], |row| row.get(0))
            .optional()?;
        match known {
            // Its month was given up by hand; what comes of it now is dropped, too.
            Some(GONE) => Ok(Key::random()),
            Some(bytes) => Ok(Key::of_bytes(bytes)),
            None => {
                let key = Key::random();
                self.conn
                    .prepare_cached("INSERT INTO key (subject, period, key) VALUES (?1, ?2, ?3)")?
                    .execute(params![subject, period.number(), key.bytes()])?;
                Ok(key)
            }
        }
    }

    /// Makes what was written durable, or takes it back.
    fn end<T>(self, path: &Path, done: Result<T, rusqlite::Error>) -> Result<T, VaultError> {
        let unknown = |source| VaultError::Unknown { path: path.to_owned(), source };
        match done {
            Ok(done) => {
                if self.begun {
                    self.conn.execute_batch("COMMIT").map_err(unknown)?;
                }
                Ok(done)
            }
            Err(error) => {
                // SQLite may have rolled back by itself, where the disk was full.
                if !self.conn.is_autocommit() {
                    self.conn.execute_batch("ROLLBACK").map_err(unknown)?;
                }
                Err(StoreError::sqlite(path)(error).into())
            }
        }
    }
}

impl Remembered {
    fn refresh(&mut self, meta: Meta) {
        if self.meta != meta {
            self.subjects.clear();
            self.meta = meta;
        }
    }

    fn put(&mut self, of: (Tag, Period), subject: (Pseudonym, Key)) {
        if REMEMBERED_MAX <= self.subjects.len() {
            self.subjects.clear();
        }
        self.subjects.insert(of, subject);
    }
}
