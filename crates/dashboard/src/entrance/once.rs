//! What is shown once: a new token, a one-time password. In memory, for a few minutes, until the page
//! that follows the form was read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use weir_access::{PersonId, Secret};
use weir_domain::Timestamp;

/// Longer than a browser takes to follow a redirect; shorter than a lunch break.
const KEPT_US: i64 = 5 * 60 * 1_000_000;
/// More than people make at once.
const KEPT_MAX: usize = 256;

/// What waits to be shown.
#[derive(Debug, Default)]
pub(crate) struct Once(Mutex<BTreeMap<String, Waiting>>);

#[derive(Debug)]
struct Waiting {
    of: Option<PersonId>,
    until: Timestamp,
    shown: Shown,
}

/// A secret, and what it is.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Whose, or what for.
    pub(crate) name: String,
    /// The secret.
    pub(crate) secret: Secret,
}

impl Once {
    /// Keeps it for `of`: the key that stands in the address of the page to come.
    pub(crate) fn keep(&self, of: Option<PersonId>, shown: Shown, now: Timestamp) -> String {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, waiting| now < waiting.until);
        if KEPT_MAX <= all.len() {
            all.pop_first();
        }
        let key = Secret::random().reveal().chars().take(32).collect::<String>();
        all.insert(key.clone(), Waiting { of, until: now.plus_us(KEPT_US), shown });
        key
    }

    /// Takes it out, if it is `of`'s.
    pub(crate) fn take(&self, key: &str, of: Option<PersonId>, now: Timestamp) -> Option<Shown> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(key).filter(|waiting| waiting.of == of && now < waiting.until)?;
        all.remove(key).map(|waiting| waiting.shown)
    }
}

#[cfg(test)]
mod tests {
    use weir_access::{PersonId, Secret};
    use weir_domain::Timestamp;

    use super::{KEPT_MAX, KEPT_US, Once, Shown};

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn shown() -> Shown {
        Shown { name: "Ann".to_owned(), secret: Secret::random() }
    }

    #[test]
    fn it_is_seen_once_by_whom_it_is_for() {
        let once = Once::default();
        let (olga, otto) = (Some(PersonId::new(1)), Some(PersonId::new(2)));
        let key = once.keep(olga, shown(), NOW);
        assert!(once.take(&key, otto, NOW).is_none());
        assert!(once.take("another", olga, NOW).is_none());
        assert!(once.take(&key, olga, NOW).is_some());
        assert!(once.take(&key, olga, NOW).is_none());
        let key = once.keep(olga, shown(), NOW);
        assert!(once.take(&key, olga, NOW.plus_us(KEPT_US)).is_none());
    }

    #[test]
    fn few_are_kept() {
        let once = Once::default();
        for _ in 0..=KEPT_MAX {
            once.keep(None, shown(), NOW);
        }
        assert_eq!(once.0.lock().unwrap().len(), KEPT_MAX);
    }
}
