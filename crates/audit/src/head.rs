//! Where the record ends at some instant, to be kept elsewhere: only that shows that its end was cut
//! off.

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use weir_domain::Timestamp;

use crate::hash::{GENESIS, Hash};
use crate::{AuditError, Finding, Record};

/// Where a record ended at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// When it was looked at.
    pub at: Timestamp,
    /// How many entries it held: the last one's place.
    pub entries: u64,
    /// The hash of the last of them, in hexadecimal. It names everything up to there.
    pub hash: String,
}

impl Head {
    /// What is signed: the same text for the same head, and another for any other.
    #[must_use]
    pub fn text(&self) -> String {
        format!("weir audit head\n{}\n{}\n{}\n", self.at, self.entries, self.hash)
    }
}

impl Record {
    /// Where it ends, at `now`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn head(&self, now: Timestamp) -> Result<Head, AuditError> {
        let last = self.with(|conn| {
            conn.query_row("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1", [], |row| {
                Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .optional()
        })?;
        let (entries, hash) = last.unwrap_or((0, GENESIS.to_vec()));
        Ok(Head { at: now, entries, hash: hex::encode(hash) })
    }

    /// What is wrong with the record, given that it had this head once; none if it still goes on from
    /// there. Entries are not read again: [`Record::verify`] does that.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn judge(&self, noted: &Head) -> Result<Option<Finding>, AuditError> {
        if noted.entries == 0 {
            return Ok(None);
        }
        let at = i64::try_from(noted.entries).unwrap_or(i64::MAX);
        let found = self.with(|conn| {
            let sql = "SELECT hash FROM entry WHERE seq = ?1";
            conn.query_row(sql, [at], |row| row.get::<_, Hash>(0)).optional()
        })?;
        Ok(match found {
            Some(hash) if hex::encode(hash) == noted.hash => None,
            Some(_) => Some(Finding::Rewritten { entry: noted.entries, at: noted.at }),
            None => {
                let end = self.head(noted.at)?.entries;
                Some(Finding::CutOff { noted: noted.entries, at: noted.at, end })
            }
        })
    }
}
