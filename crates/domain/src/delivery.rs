//! One authenticated POST of the provider, or one imported line.

use std::sync::Arc;

use crate::{Seq, Timestamp};

/// A header of the request that is kept with the delivery: name in lower case, and value.
pub type Header = (String, String);

/// Where a delivery came from. Most deliveries share one, so the log keeps each distinct origin
/// once and refers to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Name of the integration, as configured or as the imported line says.
    pub integration: String,
    /// Name of the secret whose signature matched; none for an imported line.
    pub secret: Option<String>,
    /// The allow-listed headers of the request, sorted by name; empty for an imported line.
    pub headers: Vec<Header>,
}

impl Origin {
    /// The origin of a line that was imported: no secret, no headers.
    #[must_use]
    pub fn imported(integration: &str) -> Origin {
        Origin { integration: integration.to_owned(), secret: None, headers: Vec::new() }
    }
}

/// What is about to be appended. For a POST, only verification makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// When the last byte was here, by this machine's clock (or as the imported line says).
    pub received_at: Timestamp,
    /// Where it came from.
    pub origin: Arc<Origin>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// A delivery that stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place.
    pub seq: Seq,
    /// What was appended there.
    pub delivery: Delivery,
}
