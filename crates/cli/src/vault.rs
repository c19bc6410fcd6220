//! Where the keys of personal values are, and what is done with them.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::sync::Arc;

use weir_ingest::Intake;
use weir_log::{DataDir, Log, LogReader};
use weir_privacy::{Keyring, Stored, Vault};

use crate::clock::SystemClock;
use crate::failure::{Failure, Outcome};

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
        if self.path.exists() {
            return Ok(());
        }
        let mut reader = LogReader::open(&self.dir)?;
        let head = reader.head()?;
        let last = reader.get(head)?;
        if last.is_some_and(|last| !matches!(Stored::read(&last.delivery.body), Stored::Plain(_))) {
            return Err(Failure::work(format!(
                "the log has sealed values, but the vault with their keys, {}, is not there; put it \
                 back, or, if it is lost for good, make an empty file there: what is received then is \
                 sealed with new keys, and the old values stay sealed",
                self.path.display()
            )));
        }
        Ok(())
    }
}
