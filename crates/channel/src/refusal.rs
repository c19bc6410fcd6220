//! Why a parcel was not taken, and whether trying again can help.

use std::time::Duration;

/// Why a parcel was not taken. Each cause is a sentence that says what to do next, and holds no
/// secret. Whether and when it is tried again it does not say: that is the ledger's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It surely did not arrive, and may the next time: the other side is down, busy, greylists.
    #[error("{cause}")]
    Transient {
        /// What happened.
        cause: String,
        /// How long the other side asked to wait.
        retry_after: Option<Duration>,
    },
    /// It surely did not arrive, and never will like this: no such address, refused by our rules.
    #[error("{cause}")]
    Permanent {
        /// What happened.
        cause: String,
    },
    /// It was handed over, and no answer came: nobody knows whether it arrived. Sending it again
    /// by itself could make it two.
    #[error("{cause}")]
    Unknown {
        /// What happened.
        cause: String,
    },
}
