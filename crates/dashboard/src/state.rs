//! What the routes work with.

use std::ops::Deref;
use std::sync::{Arc, RwLockReadGuard};

use prometheus_client::registry::Registry;
use weir_domain::{Catalogue, Clock};
use weir_log::{DataDir, LogError, LogReader, ScrubRecord};
use weir_privacy::Vault;
use weir_projector::{Lag, Live};
use weir_readmodel::Model;
use weir_report::{AskError, Asked, Profile, Query, Report, compute, compute_narrowed, profile};

use crate::catalogue::CatalogueCell;
use crate::entrance::Entrance;
use crate::gate::Permit;
use crate::groups::Group;
use crate::opened::OpenedLog;
use crate::problem::Problem;
use crate::{Auditor, Gate, IngestHealth, Pulse, Reveal, Schedules, Streams};

/// How far the model may be behind the log for `readyz` to say yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadyLimits {
    /// Deliveries that are not folded yet.
    pub lag_deliveries_max: u64,
    /// How long the oldest of them has waited.
    pub lag_seconds_max: u64,
}

/// About a fifth of a second of folding: more says that the fold does not keep up.
pub const LAG_DELIVERIES_MAX: u64 = 100_000;
/// A page that is older than this is taken for broken by whoever looks at it.
pub const LAG_SECONDS_MAX: u64 = 30;

impl Default for ReadyLimits {
    fn default() -> ReadyLimits {
        ReadyLimits { lag_deliveries_max: LAG_DELIVERIES_MAX, lag_seconds_max: LAG_SECONDS_MAX }
    }
}

/// What the routes work with. One of it serves every worker.
pub struct State {
    /// The model that reports are asked of.
    pub live: Arc<Live>,
    /// Where the log is, for the deliveries behind a session.
    pub dir: DataDir,
    /// The keys of sealed personal values, if there are any.
    pub vault: Option<Arc<Vault>>,
    /// Who may see what.
    pub access: Entrance,
    /// Who saw, took along and changed what.
    pub audit: Auditor,
    /// What of personal values a reader sees.
    pub reveal: Reveal,
    /// What screens and reasons are called.
    pub catalogue: Arc<CatalogueCell>,
    /// The only way to learn what time it is.
    pub clock: Arc<dyn Clock>,
    /// On how many threads one report is computed.
    pub threads: usize,
    /// The metrics of the whole process; those of the model are added when they are asked for.
    pub registry: Arc<Registry>,
    /// Where the provider posts, as an operator would tell it.
    pub endpoint_url: String,
    /// Whether the data is made up.
    pub demo: bool,
    /// What `readyz` holds against the model.
    pub limits: ReadyLimits,
    /// Whether the log still takes deliveries.
    pub log_open: Box<dyn Fn() -> bool + Send + Sync>,
    /// What reading the log again came to; none where that is switched off.
    pub scrub: Box<dyn Fn() -> Option<ScrubRecord> + Send + Sync>,
    /// The time zone of a question that names none.
    pub timezone_default: String,
    /// What the webhook endpoint has seen since the start.
    pub ingest: Box<dyn Fn() -> IngestHealth + Send + Sync>,
    /// Lets a few reports at a time be computed.
    pub gate: Arc<Gate>,
    /// What the health page remembers.
    pub pulse: Pulse,
    /// The open streams of events.
    pub streams: Streams,
    /// Reports that are sent by themselves.
    pub schedules: Schedules,
}

/// The model, for one computation.
pub(crate) struct Turn<'a> {
    // Given back first: the next one in would wait for it.
    model: RwLockReadGuard<'a, Model>,
    _permit: Permit<'a>,
}

impl Deref for Turn<'_> {
    type Target = Model;

    fn deref(&self) -> &Model {
        &self.model
    }
}

impl State {
    /// What screens and reasons are called now.
    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.get()
    }

    /// The question with every default filled in, as of now.
    pub(crate) fn question(&self, asked: &Asked) -> Result<Query, AskError> {
        let tz = asked.tz.clone().unwrap_or_else(|| self.timezone_default.clone());
        Asked { tz: Some(tz), ..asked.clone() }.query(self.clock.now())
    }

    /// The model, for one computation, when it is its turn: where many ask at once, they wait for
    /// each other. The fold waits too, so render afterwards. Do not take two turns at once: who
    /// waits for itself waits in vain.
    pub(crate) fn turn(&self) -> Result<Turn<'_>, Problem> {
        let permit = self.gate.enter()?;
        Ok(Turn { model: self.live.model(), _permit: permit })
    }

    /// The report.
    pub(crate) fn report(&self, query: &Query) -> Result<Report, Problem> {
        Ok(compute(&*self.turn()?, &self.catalogue(), query, self.threads)?)
    }

    /// What lies below the report's rows.
    pub(crate) fn profile(&self, query: &Query) -> Result<Profile, Problem> {
        Ok(profile(&*self.turn()?, &self.catalogue(), query, self.threads)?)
    }

    /// The reports of two questions, over the same deliveries.
    pub(crate) fn reports(&self, a: &Query, b: &Query) -> Result<(Report, Report), Problem> {
        let (model, catalogue) = (self.turn()?, self.catalogue());
        let report = |query| compute(&model, &catalogue, query, self.threads);
        Ok((report(a)?, report(b)?))
    }

    /// The same of two groups that may keep less than they ask.
    pub(crate) fn groups(&self, [a, b]: &[Group; 2]) -> Result<[Report; 2], Problem> {
        let (model, catalogue) = (self.turn()?, self.catalogue());
        let report = |Group { query, narrow }: &Group| {
            compute_narrowed(&model, &catalogue, query, narrow, self.threads)
        };
        Ok([report(a)?, report(b)?])
    }

    /// The address that others reach this server at, without a slash at its end.
    pub(crate) fn base_url(&self) -> &str {
        let endpoint = self.endpoint_url.as_str();
        endpoint.find("/webhooks/").map_or(endpoint, |at| &endpoint[..at])
    }

    /// How long the oldest delivery that is not folded yet has waited.
    #[allow(clippy::cast_precision_loss)] // below 2^53 microseconds, 285 years
    pub(crate) fn lag_seconds(&self, lag: &Lag) -> f64 {
        let waited_us = lag.oldest_at.map_or(0, |oldest| self.clock.now().since_us(oldest));
        waited_us.max(0) as f64 / 1e6
    }

    /// Where the log is damaged and what to do, as far as reading it again told.
    pub(crate) fn log_damage(&self) -> Option<String> {
        (self.scrub)()?.wrong()
    }

    /// The log, for the time of one request, opened as far as there are keys.
    pub(crate) fn log(&self) -> Result<OpenedLog, LogError> {
        Ok(OpenedLog::new(LogReader::open(&self.dir)?, self.vault.clone()))
    }
}
