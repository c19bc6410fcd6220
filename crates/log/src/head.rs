//! What a log held at some instant, to be kept elsewhere: only that shows that its end was cut off.

use serde::{Deserialize, Serialize};
use weir_domain::{Seq, Timestamp};

use crate::{Finding, LogError, LogReader, Seal};

/// Where a log ended at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// When it was looked at.
    pub at: Timestamp,
    /// How many deliveries it held: the last one's place.
    pub deliveries: u64,
    /// The seal of the last of them, in hexadecimal. It names everything up to there.
    pub seal: String,
}

impl Head {
    /// The head of a log that ends with `seal`.
    #[must_use]
    pub fn new(at: Timestamp, seal: Seal) -> Head {
        let hash = seal.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Head { at, deliveries: seal.last.get(), seal: hash }
    }

    /// What is signed: the same text for the same head, and another for any other.
    #[must_use]
    pub fn text(&self) -> String {
        format!("weir log head\n{}\n{}\n{}\n", self.at, self.deliveries, self.seal)
    }
}

impl LogReader {
    /// What is wrong with the log, given that it had this head once; none if it still goes on from
    /// there. Rows are not read again: [`LogReader::verify`] does that.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn judge(&self, head: &Head) -> Result<Option<Finding>, LogError> {
        let noted = Seq::new(head.deliveries);
        let end = self.head()?;
        if end < noted {
            return Ok(Some(Finding::CutOff { noted, at: head.at, end }));
        }
        let seal = Head::new(head.at, self.seal_at(noted)?);
        Ok((seal != *head).then_some(Finding::Rewritten { noted, at: head.at }))
    }
}
