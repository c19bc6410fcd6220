//! What the endpoint counts. A request adds to a few atomics; names are looked up once, at start.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use weir_domain::{Seq, Timestamp};

use crate::answer::Answer;
use crate::integration::{IntegrationId, Integrations};
use crate::matched::{Matched, SecretMatch};
use crate::queue::Committed;
use crate::verify::{Refusal, Verified};

/// The metrics of the endpoint and of the queue behind it.
pub struct Metrics {
    /// By integration in the order of ids, last for requests that are nobody's; then by answer.
    answers: Vec<[Counter; Answer::ALL.len()]>,
    refusals: [Counter; Refusal::KINDS],
    last_delivery: Vec<Gauge>,
    /// The integrations' names, in the order of ids.
    names: Vec<String>,
    matched: Matched,
    /// By integration: 1 where its secrets could not be read again.
    stale: Vec<Gauge>,
    append_seconds: Histogram,
    commit_seconds: Histogram,
    commit_deliveries: Histogram,
    waiting: Gauge,
    head: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabels {
    integration: String,
    answer: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct IntegrationLabels {
    integration: String,
}

impl Metrics {
    /// The metrics, registered. Only configured names become labels, so a stranger adds no series.
    #[must_use]
    pub fn new(registry: &mut Registry, integrations: &Integrations) -> Metrics {
        let answers = Family::<AnswerLabels, Counter>::default();
        let refusals = Family::<RefusalLabels, Counter>::default();
        let last_delivery = Family::<IntegrationLabels, Gauge>::default();
        let stale = Family::<IntegrationLabels, Gauge>::default();
        let metrics = Metrics {
            answers: integrations
                .names()
                .chain([""])
                .map(|name| by_answer(&answers, name))
                .collect(),
            refusals: Refusal::NAMES
                .map(|reason| refusals.get_or_create_owned(&RefusalLabels { reason })),
            last_delivery: by_integration(&last_delivery, integrations),
            stale: by_integration(&stale, integrations),
            names: integrations.names().map(str::to_owned).collect(),
            matched: Matched::default(),
            // 0.25 ms to 4 s: a commit on a quiet disk, and the longest wait for one.
            append_seconds: Histogram::new(exponential_buckets(0.000_25, 2.0, 15)),
            commit_seconds: Histogram::new(exponential_buckets(0.000_125, 2.0, 15)),
            commit_deliveries: Histogram::new(exponential_buckets(1.0, 2.0, 9)),
            waiting: Gauge::default(),
            head: Gauge::default(),
        };
        registry.register(
            "weir_deliveries",
            "Requests to the webhook endpoint, by integration (where known) and status",
            answers,
        );
        registry.register("weir_refusals", "Requests answered with 401, by reason", refusals);
        registry.register(
            "weir_last_delivery_timestamp_seconds",
            "When the integration's last delivery was received, in Unix time (0: none since the start)",
            last_delivery,
        );
        registry.register(
            "weir_secrets_stale",
            "1 where an integration's secrets could not be read again, so that the old ones stay",
            stale,
        );
        metrics.matched.register(registry);
        metrics.register_queue(registry);
        metrics
    }

    fn register_queue(&self, registry: &mut Registry) {
        let mut histogram = |name, help, histogram: &Histogram| {
            registry.register(name, help, histogram.clone());
        };
        histogram(
            "weir_append_seconds",
            "From a delivery's last byte and verification to its commit",
            &self.append_seconds,
        );
        histogram("weir_commit_seconds", "One commit group, BEGIN to COMMIT", &self.commit_seconds);
        histogram(
            "weir_commit_deliveries",
            "Deliveries in one commit group",
            &self.commit_deliveries,
        );
        registry.register(
            "weir_append_queue_deliveries",
            "Deliveries that waited for the writer when it finished its last group",
            self.waiting.clone(),
        );
        registry.register("weir_log_head", "Place of the log's last delivery", self.head.clone());
    }

    /// Notes where the log ends before anything is appended to it.
    pub fn starts_at(&self, head: Seq) {
        self.head.set(i64::try_from(head.get()).unwrap_or(i64::MAX));
    }

    /// Notes a commit group. For the `on_commit` of [`crate::Appender::start`].
    pub fn committed(&self, committed: Committed) {
        let Committed { head, count, bytes: _, took, waiting } = committed;
        self.commit_seconds.observe(took.as_secs_f64());
        self.commit_deliveries.observe(count as f64);
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        self.starts_at(head);
    }

    /// Notes whether the secrets of an integration could be read when they were last looked at.
    pub fn secrets_read(&self, id: IntegrationId, read: bool) {
        self.stale[id.0].set(i64::from(!read));
    }

    pub(crate) fn matched(&self) -> &Matched {
        &self.matched
    }

    pub(crate) fn answered(&self, answer: Answer, integration: Option<IntegrationId>) {
        let nobody = self.answers.len() - 1;
        self.answers[integration.map_or(nobody, |id| id.0)][answer as usize].inc();
    }

    pub(crate) fn refused(&self, refusal: Refusal) {
        self.refusals[refusal.kind()].inc();
    }

    pub(crate) fn delivered(&self, verified: &Verified<'_>, at: Timestamp) {
        self.last_delivery[verified.id.0].set(at.as_micros().div_euclid(1_000_000));
    }

    pub(crate) fn append_took(&self, took: Duration) {
        self.append_seconds.observe(took.as_secs_f64());
    }
}

/// The same numbers, for who shows them to people.
impl Metrics {
    /// The integrations, in the order of configuration.
    pub fn integrations(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// How often each answer was given since the start: to which integration, where it is known.
    pub fn answers(&self) -> impl Iterator<Item = (Option<&str>, Answer, u64)> {
        self.answers.iter().enumerate().flat_map(|(place, counters)| {
            let name = self.names.get(place).map(String::as_str);
            Answer::ALL
                .into_iter()
                .zip(counters)
                .map(move |(answer, counter)| (name, answer, counter.get()))
        })
    }

    /// How often a request was refused since the start, by reason.
    pub fn refusals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Refusal::NAMES.into_iter().zip(self.refusals.iter().map(Counter::get))
    }

    /// Every secret that was active since the start.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretMatch> {
        self.matched.all(&self.names)
    }

    /// The integrations whose secrets could not be read again.
    pub fn stale(&self) -> impl Iterator<Item = &str> {
        let stale = self.stale.iter().zip(&self.names);
        stale.filter(|(stale, _)| stale.get() != 0).map(|(_, name)| name.as_str())
    }

    /// Deliveries that waited for the writer when it finished its last group.
    pub fn waiting(&self) -> u64 {
        self.waiting.get().unsigned_abs()
    }
}

fn by_integration(
    family: &Family<IntegrationLabels, Gauge>,
    integrations: &Integrations,
) -> Vec<Gauge> {
    integrations
        .names()
        .map(|name| IntegrationLabels { integration: name.to_owned() })
        .map(|labels| family.get_or_create_owned(&labels))
        .collect()
}

fn by_answer(
    family: &Family<AnswerLabels, Counter>,
    integration: &str,
) -> [Counter; Answer::ALL.len()] {
    Answer::ALL.map(|answer| {
        let labels = AnswerLabels { integration: integration.to_owned(), answer: answer.status() };
        family.get_or_create_owned(&labels)
    })
}
