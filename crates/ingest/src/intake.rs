//! The log, and what seals before it.

use std::sync::Arc;

use weir_domain::{Clock, Delivery, Seq};
use weir_log::{AppendError, Log};
use weir_privacy::{Keyring, VaultError, must_be_wrapped, stored_plain};

use crate::GroupLog;

/// The log as deliveries come into it: their personal values sealed, if that is wanted.
pub struct Intake {
    log: Log,
    keyring: Option<Keyring>,
    clock: Arc<dyn Clock>,
}

/// A group that is not known to be in the log.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The log did not take it.
    #[error(transparent)]
    Log(#[from] AppendError),
    /// The vault did not take its keys, so that it was not appended.
    #[error(transparent)]
    Vault(Box<VaultError>),
}

impl From<VaultError> for IntakeError {
    fn from(error: VaultError) -> IntakeError {
        IntakeError::Vault(Box::new(error))
    }
}

impl IntakeError {
    /// Whether it may have been done nevertheless. The process must stop then.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        match self {
            IntakeError::Log(error) => matches!(error, AppendError::Unknown { .. }),
            IntakeError::Vault(error) => error.is_unknown(),
        }
    }
}

impl Intake {
    /// `log`, before which personal values are sealed if there is a `keyring`.
    #[must_use]
    pub fn new(log: Log, keyring: Option<Keyring>, clock: Arc<dyn Clock>) -> Intake {
        Intake { log, keyring, clock }
    }
}

impl GroupLog for Intake {
    fn append(&mut self, group: &[Delivery]) -> Result<(), IntakeError> {
        if let Some(keyring) = &mut self.keyring {
            // The keys are on the disk before what is sealed with them is: a crash between the two
            // leaves keys that open nothing, and never a value that no key opens.
            let sealed = keyring.seal(group, self.clock.now())?;
            return Ok(self.log.append(&sealed)?);
        }
        if !group.iter().any(|delivery| must_be_wrapped(&delivery.body)) {
            return Ok(self.log.append(group)?);
        }
        let wrapped: Vec<_> = group
            .iter()
            .cloned()
            .map(|delivery| Delivery { body: stored_plain(delivery.body), ..delivery })
            .collect();
        Ok(self.log.append(&wrapped)?)
    }

    fn head(&self) -> Seq {
        self.log.head()
    }
}
