//! When each secret last matched, and how often: an operator who rotates secrets wants to know which
//! is in use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use weir_domain::Timestamp;

use crate::integration::Integrations;

/// No instant that a clock tells.
const NEVER_US: i64 = i64::MIN;

/// Every secret that was active since the start.
#[derive(Default)]
pub(crate) struct Matched {
    /// By the integration's place and the secret's name.
    known: Mutex<BTreeMap<(usize, String), Known>>,
    count: Family<SecretLabels, Counter>,
    last: Family<SecretLabels, Gauge>,
}

/// What is kept for a secret. A request adds to it without a lock.
#[derive(Clone)]
pub(crate) struct Mark {
    at_us: Arc<AtomicI64>,
    count: Counter,
    last: Gauge,
}

struct Known {
    mark: Mark,
    active: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SecretLabels {
    integration: String,
    secret: String,
}

/// A secret by its name, since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretMatch {
    /// Whose it is.
    pub integration: String,
    /// What it is called.
    pub secret: String,
    /// Whether it can match.
    pub active: bool,
    /// When it last matched.
    pub at: Option<Timestamp>,
}

impl Matched {
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(
            "weir_secret_matches",
            "Deliveries that an active secret signed, by the secret's name",
            self.count.clone(),
        );
        registry.register(
            "weir_secret_last_match_timestamp_seconds",
            "When an active secret last matched, in Unix time (0: not since the start)",
            self.last.clone(),
        );
    }

    /// What is kept for each secret of `integrations`, by their places. Those that are not among
    /// them any more lose their series.
    pub(crate) fn follow(&self, integrations: &Integrations) -> Vec<Vec<Mark>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let all = || integrations.all().iter().enumerate();
        let active: BTreeSet<(usize, &str)> = all()
            .flat_map(|(place, keyed)| keyed.secrets.iter().map(move |one| (place, &*one.name)))
            .collect();
        for ((place, secret), gone) in known.iter_mut() {
            if gone.active && !active.contains(&(*place, secret)) {
                let labels = labels(&integrations.all()[*place].name, secret);
                self.count.remove(&labels);
                self.last.remove(&labels);
                gone.active = false;
            }
        }
        let mut mark = |place: usize, integration: &str, secret: &str| {
            let key = (place, secret.to_owned());
            if let Some(known) = known.get(&key).filter(|known| known.active) {
                return known.mark.clone();
            }
            let before = known.get(&key).map(|known| Arc::clone(&known.mark.at_us));
            let mark = self.mark(&labels(integration, secret), before);
            known.insert(key, Known { mark: mark.clone(), active: true });
            mark
        };
        all()
            .map(|(place, keyed)| {
                keyed.secrets.iter().map(|one| mark(place, &keyed.name, &one.name)).collect()
            })
            .collect()
    }

    fn mark(&self, labels: &SecretLabels, before: Option<Arc<AtomicI64>>) -> Mark {
        let at_us = before.unwrap_or_else(|| Arc::new(AtomicI64::new(NEVER_US)));
        let last = self.last.get_or_create_owned(labels);
        if let Some(at) = told(&at_us) {
            last.set(seconds(at));
        }
        Mark { at_us, count: self.count.get_or_create_owned(labels), last }
    }

    /// Every secret that was active since the start; `names` are those of the integrations.
    pub(crate) fn all(&self, names: &[String]) -> Vec<SecretMatch> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = |((place, secret), known): (&(usize, String), &Known)| SecretMatch {
            integration: names[*place].clone(),
            secret: secret.clone(),
            active: known.active,
            at: told(&known.mark.at_us),
        };
        known.iter().map(entry).collect()
    }
}

impl Mark {
    pub(crate) fn note(&self, at: Timestamp) {
        self.count.inc();
        self.last.set(seconds(at));
        self.at_us.fetch_max(at.as_micros(), Ordering::Relaxed);
    }
}

fn labels(integration: &str, secret: &str) -> SecretLabels {
    SecretLabels { integration: integration.to_owned(), secret: secret.to_owned() }
}

fn told(at_us: &AtomicI64) -> Option<Timestamp> {
    let at_us = at_us.load(Ordering::Relaxed);
    (at_us != NEVER_US).then(|| Timestamp::from_micros(at_us))
}

fn seconds(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000_000)
}
