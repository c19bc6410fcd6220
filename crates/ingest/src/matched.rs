//! When each secret last matched: an operator who rotates secrets wants to know which is in use.

use std::sync::atomic::{AtomicI64, Ordering};

use weir_domain::Timestamp;

use crate::integration::Integrations;
use crate::verify::Verified;

/// No instant that a clock tells.
const NEVER_US: i64 = i64::MIN;

/// The secrets by integration and place, each with the time of its last match.
pub(crate) struct Matched {
    by_integration: Vec<Vec<Secret>>,
}

struct Secret {
    name: String,
    at_us: AtomicI64,
}

impl Matched {
    pub(crate) fn none_of(integrations: &Integrations) -> Matched {
        let secret = |name: &String| Secret { name: name.clone(), at_us: AtomicI64::new(NEVER_US) };
        let keyed = integrations.all().iter();
        Matched {
            by_integration: keyed
                .map(|keyed| keyed.secrets.iter().map(|known| secret(&known.name)).collect())
                .collect(),
        }
    }

    pub(crate) fn note(&self, verified: &Verified<'_>, at: Timestamp) {
        let secret = &self.by_integration[verified.id.0][verified.secret_index];
        secret.at_us.fetch_max(at.as_micros(), Ordering::Relaxed);
    }

    /// By the integration's place: the secret's name, and when it last matched.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, &str, Option<Timestamp>)> {
        self.by_integration.iter().enumerate().flat_map(|(place, secrets)| {
            secrets.iter().map(move |secret| {
                let at_us = secret.at_us.load(Ordering::Relaxed);
                let at = (at_us != NEVER_US).then(|| Timestamp::from_micros(at_us));
                (place, secret.name.as_str(), at)
            })
        })
    }
}
