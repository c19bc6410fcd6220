//! The one verb of every channel.

use crate::{Parcel, Refusal, Target};

/// Hands parcels over.
pub trait Post: Send + Sync {
    /// Whether the target can be sent to at all, as far as the configuration tells: the mail domain
    /// is allowed, the webhook is configured.
    ///
    /// # Errors
    /// A sentence that says what is missing and where to write it.
    fn check(&self, target: &Target) -> Result<(), String>;

    /// Hands `parcel` to `target`, within the channel's timeouts. `handing` is told just before the
    /// first moment from which on it may have arrived; if that fails, nothing is handed over.
    ///
    /// A target that takes the same parcel twice without harm (a file, an object with a condition)
    /// need not tell.
    ///
    /// # Errors
    /// Why it was not taken, and whether trying again can help.
    fn send(
        &self,
        target: &Target,
        parcel: &Parcel,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, Refusal>;
}

/// Notes, durably, that a parcel is about to be handed over.
pub type Handing<'a> = dyn FnMut() -> std::io::Result<()> + 'a;

/// What the other side said when it took a parcel: `250 2.0.0 queued`, a path, an ETag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Shown beside the recipient; holds no secret.
    pub detail: String,
}
