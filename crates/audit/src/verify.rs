//! The chain read again.

use weir_domain::Timestamp;

use crate::hash::{GENESIS, of_row};
use crate::{AuditError, Record};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Entries that hold.
    pub entries: u64,
    /// The hash of the last of them, in hexadecimal.
    pub hash: String,
    /// The first thing that is wrong; what lies behind it was not judged.
    pub finding: Option<Finding>,
}

/// Something that is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// An entry is not the one that was written, or does not follow the one before.
    #[error("the hash of entry {entry} does not hold: it was changed, or another stood before it")]
    Changed {
        /// The entry.
        entry: u64,
    },
    /// An entry is missing.
    #[error("entry {missing} is missing")]
    Gap {
        /// The first that is missing.
        missing: u64,
    },
    /// An entry does not read back.
    #[error("an entry after {entry} cannot be read: {cause}")]
    Damaged {
        /// The last one that could be.
        entry: u64,
        /// Why.
        cause: String,
    },
    /// The record ends before a head that was noted elsewhere.
    #[error(
        "the record ends at entry {end}, but at {at} it went up to {noted}: its end was cut off"
    )]
    CutOff {
        /// The head's last entry.
        noted: u64,
        /// When the head was noted.
        at: Timestamp,
        /// Where the record ends now.
        end: u64,
    },
    /// The record has another hash at a head that was noted elsewhere.
    #[error(
        "at entry {entry} the record has another hash than at {at}: an entry up to there was changed \
         and all hashes from there on were made anew, or it is another record"
    )]
    Rewritten {
        /// The head's last entry.
        entry: u64,
        /// When the head was noted.
        at: Timestamp,
    },
}

impl Record {
    /// Reads every entry again.
    ///
    /// # Errors
    /// If the file cannot be read; what is wrong with its content is a finding, not an error.
    pub fn verify(&self) -> Result<Verified, AuditError> {
        self.with(|conn| {
            let mut verified = Verified { entries: 0, hash: String::new(), finding: None };
            let mut before = GENESIS;
            let mut statement = conn.prepare(
                "SELECT seq, at, who_kind, who_id, who, source, did, what, outcome, of, hash
                 FROM entry ORDER BY seq",
            )?;
            let mut rows = statement.query([])?;
            loop {
                let next = match rows.next() {
                    Ok(None) => break,
                    Ok(Some(row)) => of_row(row, &before),
                    Err(error) => Err(error),
                };
                let finding = match next {
                    Err(error) => {
                        Finding::Damaged { entry: verified.entries, cause: error.to_string() }
                    }
                    Ok((seq, ..)) if seq.unsigned_abs() != verified.entries + 1 => {
                        Finding::Gap { missing: verified.entries + 1 }
                    }
                    Ok((seq, wanted, found)) if wanted.as_slice() != found => {
                        Finding::Changed { entry: seq.unsigned_abs() }
                    }
                    Ok((_, hash, _)) => {
                        before = hash;
                        verified.entries += 1;
                        continue;
                    }
                };
                verified.finding = Some(finding);
                break;
            }
            verified.hash = hex::encode(before);
            Ok(verified)
        })
    }
}
