//! The seals read again.

use weir_domain::{Seq, Timestamp};

use crate::seal::Sealer;
use crate::{LogError, LogReader, Seal};

/// Seals that are read ahead at once.
const SEALS_AT_ONCE: u64 = 4_096;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Deliveries that were read.
    pub deliveries: u64,
    /// Seals that hold.
    pub seals: u64,
    /// The last seal that holds.
    pub head: Seal,
    /// The first thing that is wrong; what lies behind it was not judged.
    pub finding: Option<Finding>,
}

/// Something that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// A row, its origin, its place or its seal was changed.
    #[error(
        "the seal over deliveries {first} to {last} does not hold: a row in it, its origin or the seal was changed"
    )]
    Changed {
        /// The group's first delivery.
        first: Seq,
        /// The group's last delivery.
        last: Seq,
    },
    /// A row is missing.
    #[error("delivery {missing} is missing, in the group up to {last}")]
    Gap {
        /// The first that is missing.
        missing: Seq,
        /// The last delivery of its group.
        last: Seq,
    },
    /// A seal does not begin where the one before ended.
    #[error("the seal that ends at {last} begins at {first}, but the one before ends at {before}")]
    Unchained {
        /// Where the seal says it begins.
        first: Seq,
        /// Where it ends.
        last: Seq,
        /// Where the one before ends.
        before: Seq,
    },
    /// Rows stand behind the last seal.
    #[error("deliveries after {sealed} are not sealed: {count} rows were added by another program")]
    Unsealed {
        /// Where the last seal ends.
        sealed: Seq,
        /// How many rows stand behind it.
        count: u64,
    },
    /// A row does not read back.
    #[error("{0}")]
    Damaged(String),
    /// Pages of the file do not read back.
    #[error("deliveries {first} to {last} cannot be read: {cause}")]
    Unreadable {
        /// The group's first delivery.
        first: Seq,
        /// The group's last delivery.
        last: Seq,
        /// What SQLite said.
        cause: String,
    },
    /// The log ends before a head that was noted elsewhere.
    #[error(
        "the log ends at delivery {end}, but at {at} it went up to {noted}: its end was cut off"
    )]
    CutOff {
        /// The head's last delivery.
        noted: Seq,
        /// When the head was noted.
        at: Timestamp,
        /// Where the log ends now.
        end: Seq,
    },
    /// The log has another seal at a head that was noted elsewhere.
    #[error(
        "at delivery {noted} the log has another seal than at {at}: a delivery up to there was changed \
         and all seals from there on were made anew, or it is another log"
    )]
    Rewritten {
        /// The head's last delivery.
        noted: Seq,
        /// When the head was noted.
        at: Timestamp,
    },
}

impl LogReader {
    /// Reads every row and seal again; `progress` is told how far it is after each group.
    ///
    /// # Errors
    /// If the file cannot be read; what is wrong with its content is a finding, not an error.
    pub fn verify(&mut self, mut progress: impl FnMut(Seq)) -> Result<Verified, LogError> {
        let mut verified = Verified { deliveries: 0, seals: 0, head: Seal::GENESIS, finding: None };
        loop {
            for (first, seal) in self.seals_from(verified.head.last, SEALS_AT_ONCE)? {
                match self.check_group(&verified.head, first, &seal) {
                    Ok(_) => {
                        verified.deliveries += seal.last.since(verified.head.last);
                        verified.seals += 1;
                        verified.head = seal;
                        progress(seal.last);
                    }
                    Err(finding) => {
                        verified.finding = Some(finding?);
                        return Ok(verified);
                    }
                }
            }
            if let Some(finding) = self.check_end(verified.head.last)? {
                verified.finding = finding;
                return Ok(verified);
            }
        }
    }

    /// What is wrong behind the last seal, if it is the last; none if there are more by now.
    pub(crate) fn check_end(&mut self, sealed: Seq) -> Result<Option<Option<Finding>>, LogError> {
        let mut count = 0;
        self.read(sealed, u64::MAX, |_| {
            count += 1;
            Ok::<_, LogError>(())
        })?;
        // A server that is at work adds rows together with their seal: look again, after them.
        let is_end = self.seals_from(sealed, 1)?.is_empty();
        Ok(is_end.then(|| (0 < count).then_some(Finding::Unsealed { sealed, count })))
    }

    /// How many bytes the group's bodies have, if its seal holds.
    pub(crate) fn check_group(
        &mut self,
        before: &Seal,
        first: Seq,
        seal: &Seal,
    ) -> Result<u64, Result<Finding, LogError>> {
        let last = seal.last;
        if first != before.last.next() || last < first {
            return Err(Ok(Finding::Unchained { first, last, before: before.last }));
        }
        let mut sealer = Sealer::after(before);
        let (mut next, mut bytes) = (first, 0);
        let mut gap = None;
        let read = self.read(before.last, last.since(before.last), |row| {
            if row.seq != next && gap.is_none() {
                gap = Some(next);
            }
            next = row.seq.next();
            bytes += row.body.len() as u64;
            sealer.row(row.seq, row.received_at, row.digest, row.body);
            Ok::<_, LogError>(())
        });
        match read {
            Err(damaged @ LogError::Damaged { .. }) => {
                return Err(Ok(Finding::Damaged(damaged.to_string())));
            }
            Err(error) => {
                return Err(match unreadable(&error) {
                    Some(cause) => Ok(Finding::Unreadable { first, last, cause }),
                    None => Err(error),
                });
            }
            Ok(_) => {}
        }
        if let Some(missing) = gap.or_else(|| (next != last.next()).then_some(next)) {
            return Err(Ok(Finding::Gap { missing, last }));
        }
        if sealer.seal() != *seal {
            return Err(Ok(Finding::Changed { first, last }));
        }
        Ok(bytes)
    }
}

/// What is wrong with the file's pages, or why the disk does not give them, if that is it.
pub(crate) fn unreadable(error: &LogError) -> Option<String> {
    if let LogError::Store(error) = error { error.unreadable() } else { None }
}
