//! Sign-ins that were begun here and are not back from the provider yet. In memory, for a few minutes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use openidconnect::{Nonce, PkceCodeVerifier};
use subtle::ConstantTimeEq;
use weir_access::Secret;
use weir_domain::Timestamp;

/// How long somebody may take at the provider: time to look for a second factor.
pub(crate) const PENDING_US: i64 = 10 * 60 * 1_000_000;
/// More than people begin at once. Whoever begins more pushes others out, who begin again.
const PENDING_MAX: usize = 1_000;

/// What waits, by the `state` that the provider sends back.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<BTreeMap<String, Waiting>>);

/// One that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    /// What the browser holds in which it was begun.
    pub(super) browser: Secret,
    /// What the ID token must say, so that it is of this sign-in.
    pub(super) nonce: Nonce,
    /// What shows the provider that the code comes from whoever asked for it.
    pub(super) verifier: PkceCodeVerifier,
    /// The page to look at then.
    pub(super) next: String,
    /// When it began.
    pub(super) since: Timestamp,
}

impl Pending {
    /// Keeps it until it is back.
    pub(super) fn keep(&self, state: String, waiting: Waiting) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, other| waiting.since.since_us(other.since) < PENDING_US);
        if PENDING_MAX <= all.len() {
            let oldest = all.iter().min_by_key(|(_, other)| other.since);
            if let Some(oldest) = oldest.map(|(state, _)| state.clone()) {
                all.remove(&oldest);
            }
        }
        all.insert(state, waiting);
    }

    /// Takes it out, if it was begun in this browser and not too long ago.
    pub(super) fn take(&self, state: &str, browser: &str, now: Timestamp) -> Option<Waiting> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = all.get(state)?;
        let same: bool = waiting.browser.reveal().as_bytes().ct_eq(browser.as_bytes()).into();
        if !same {
            return None;
        }
        all.remove(state).filter(|waiting| now.since_us(waiting.since) < PENDING_US)
    }
}

#[cfg(test)]
mod tests {
    use openidconnect::{Nonce, PkceCodeVerifier};
    use weir_access::Secret;
    use weir_domain::Timestamp;

    use super::{PENDING_MAX, PENDING_US, Pending, Waiting};

    fn waiting(since_us: i64) -> (Waiting, String) {
        let browser = Secret::random();
        let text = browser.reveal().to_owned();
        let waiting = Waiting {
            browser,
            nonce: Nonce::new("n".to_owned()),
            verifier: PkceCodeVerifier::new("v".repeat(43)),
            next: String::new(),
            since: Timestamp::from_micros(since_us),
        };
        (waiting, text)
    }

    #[test]
    fn one_is_taken_once_in_time_by_its_own_browser() {
        let pending = Pending::default();
        let (one, browser) = waiting(0);
        pending.keep("one".to_owned(), one);
        let at = Timestamp::from_micros;
        assert!(pending.take("one", "another", at(1)).is_none());
        assert!(pending.take("one", "", at(1)).is_none());
        assert!(pending.take("other", &browser, at(1)).is_none());
        assert!(pending.take("one", &browser, at(PENDING_US - 1)).is_some());
        assert!(pending.take("one", &browser, at(1)).is_none());
        let (late, browser) = waiting(0);
        pending.keep("late".to_owned(), late);
        assert!(pending.take("late", &browser, at(PENDING_US)).is_none());
    }

    #[test]
    fn the_oldest_goes_where_there_are_too_many() {
        let pending = Pending::default();
        let browsers: Vec<String> = (0..=PENDING_MAX)
            .map(|number| {
                let (one, browser) = waiting(i64::try_from(number).unwrap());
                // Not in the order of the keys.
                pending.keep(format!("{}", PENDING_MAX - number), one);
                browser
            })
            .collect();
        let at = Timestamp::from_micros(2_000);
        assert_eq!(pending.0.lock().unwrap().len(), PENDING_MAX);
        assert!(pending.take(&PENDING_MAX.to_string(), &browsers[0], at).is_none());
        assert!(pending.take(&(PENDING_MAX - 1).to_string(), &browsers[1], at).is_some());
    }
}
