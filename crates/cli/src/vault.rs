//! Where the keys of personal values are, and what is done with them.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::sync::Arc;

use weir_domain::Seq;
use weir_ingest::Intake;
use weir_log::{DataDir, Log, LogReader};
use weir_privacy::{Keyring, Stored, Vault};

use crate::clock::SystemClock;
use crate::failure::{Failure, Outcome};

/// Deliveries that are looked at at a time, from the last one back: what was sealed came last.
const LOOKED_AT: u64 = 4_096;
/// How many tell whether something was sealed lately.
const LATELY: u64 = 4 * LOOKED_AT;

/// The vault of a data directory.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) dir: DataDir,
    /// Where the keys are, or would be.
    pub(crate) path: PathBuf,
    /// Whether what is received is sealed.
    pub(crate) seal: bool,
    /// For how many months, besides the present one, sealed values can be opened.
    pub(crate) personal_months: Option<NonZeroU16>,
}

impl Place {
    /// The place of a data directory in which nothing is sealed.
    pub(crate) fn unused(dir: &DataDir) -> Place {
        Place { dir: dir.clone(), path: dir.keys_file(), seal: false, personal_months: None }
    }

    /// The log as deliveries come into it.
    pub(crate) fn intake(&self, log: Log) -> Outcome<Intake> {
        let keyring = if self.seal {
            self.refuse_lost()?;
            Some(Keyring::of(Vault::open(&self.path)?)?)
        } else {
            None
        };
        Ok(Intake::new(log, keyring, Arc::new(SystemClock)))
    }

    /// The vault, if there is one, for whoever reads sealed values.
    pub(crate) fn reading(&self) -> Outcome<Option<Vault>> {
        Ok(Vault::open_existing(&self.path)?)
    }

    /// A vault that is not there although the log has sealed values is a disk that is not mounted, or
    /// a path that was changed, more often than one that nobody wants any more.
    pub(crate) fn refuse_lost(&self) -> Outcome {
        if self.path.exists() || !self.has_sealed(u64::MAX)? {
            return Ok(());
        }
        Err(Failure::work(format!(
            "the log has sealed values, but the vault with their keys, {}, is not there; put it back, \
             or, if it is lost for good, make an empty file there: what is received then is sealed \
             with new keys, and the old values stay sealed",
            self.path.display()
        )))
    }

    /// Whether something was sealed lately. Many deliveries have nothing that could be.
    pub(crate) fn has_sealed_lately(&self) -> Outcome<bool> {
        self.has_sealed(LATELY)
    }

    /// The same among so many of the log's last deliveries.
    fn has_sealed(&self, deliveries: u64) -> Outcome<bool> {
        let mut reader = LogReader::open(&self.dir)?;
        let head = reader.head()?;
        let first = Seq::new(head.get().saturating_sub(deliveries));
        let mut upto = head;
        while first < upto {
            let after = Seq::new(upto.get().saturating_sub(LOOKED_AT)).max(first);
            let mut found = false;
            reader.read(after, upto.since(after), |row| -> Outcome {
                found |= !matches!(Stored::read(row.body), Stored::Plain(_));
                Ok(())
            })?;
            if found {
                return Ok(true);
            }
            upto = after;
        }
        Ok(false)
    }
}
