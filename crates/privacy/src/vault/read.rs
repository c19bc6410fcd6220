//! Keys for what is shown.

use rusqlite::{Connection, OptionalExtension, params};

use crate::vault::GONE;
use crate::vault::keyring::Meta;
use crate::{Absence, Found, Key, Kind, Opened, Period, Pseudonym, Vault, VaultError, open_body};

/// What a vault holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Keys that open something.
    pub keys: u64,
    /// The first month that there is a key of.
    pub oldest: Option<Period>,
    /// Values that are known.
    pub subjects: u64,
    /// Subjects that were erased and may be sent again.
    pub tombstones: u64,
}

impl Vault {
    /// Opens a stored body as far as there are keys.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn open_body<'a>(&self, stored: &'a [u8]) -> Result<Opened<'a>, VaultError> {
        open_body(stored, |_, pseudonym, period| self.find(pseudonym, period))
    }

    /// The key of a subject's month, or why there is none.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn find(&self, pseudonym: Pseudonym, period: Period) -> Result<Found, VaultError> {
        self.with(|conn| found(conn, pseudonym, period))
    }

    /// What the vault holds.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn counts(&self) -> Result<Counts, VaultError> {
        self.with(|conn| {
            let (keys, oldest) = conn.query_row(
                "SELECT count(*), min(period) FROM key WHERE key <> zeroblob(32)",
                [],
                |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?)),
            )?;
            let count = |sql| conn.query_row(sql, [], |row| row.get(0));
            Ok(Counts {
                keys,
                oldest: oldest.map(Period::of_number),
                subjects: count("SELECT count(*) FROM subject")?,
                tombstones: count("SELECT count(*) FROM tombstone")?,
            })
        })
    }

    /// What the log has instead of `value`, if it was ever sealed and is not erased.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn pseudonym(&self, kind: Kind, value: &[u8]) -> Result<Option<Pseudonym>, VaultError> {
        let tag = self.tag(kind, value);
        self.with(|conn| {
            conn.prepare_cached("SELECT pseudonym FROM subject WHERE tag = ?1")?
                .query_row([tag], |row| row.get(0))
                .map(Pseudonym::of_bytes)
                .optional()
        })
    }
}

/// Opens a stored body where there may be no vault.
///
/// # Errors
/// If the vault cannot be read.
pub fn opened<'a>(vault: Option<&Vault>, stored: &'a [u8]) -> Result<Opened<'a>, VaultError> {
    match vault {
        Some(vault) => vault.open_body(stored),
        None => open_body(stored, |_, _, _| Ok(Found::Absent(Absence::NoKey))),
    }
}

fn found(
    conn: &Connection,
    pseudonym: Pseudonym,
    period: Period,
) -> Result<Found, rusqlite::Error> {
    let key = conn
        .prepare_cached(
            "SELECT key FROM key WHERE period = ?2 \
             AND subject = (SELECT id FROM subject WHERE pseudonym = ?1)",
        )?
        .query_row(params![pseudonym.bytes(), period.number()], |row| row.get(0))
        .optional()?;
    if let Some(bytes) = key
        && bytes != GONE
    {
        return Ok(Found::Key(Key::of_bytes(bytes)));
    }
    absence(conn, pseudonym, period).map(Found::Absent)
}

fn absence(
    conn: &Connection,
    pseudonym: Pseudonym,
    period: Period,
) -> Result<Absence, rusqlite::Error> {
    let erased = conn
        .prepare_cached("SELECT 1 FROM erased WHERE pseudonym = ?1")?
        .exists([pseudonym.bytes()])?;
    Ok(match () {
        () if erased => Absence::Erased,
        () if period < Meta::read(conn)?.kept_from => Absence::BeyondRetention,
        () => Absence::NoKey,
    })
}
