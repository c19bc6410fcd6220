//! Beside a running server: asked of the model that it serves, in turn with its readers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use weir_dashboard::{CatalogueCell, Gate};
use weir_domain::{Catalogue, Clock, Seq, Timestamp};
use weir_log::{DataDir, LogReader};
use weir_projector::Live;
use weir_readmodel::Model;
use weir_report::{Query, Senders, Silence, Zone};
use weir_schedule::{Answer, Engine, EngineError, Question};

use super::ask::{self, later};
use super::{Asking, past, unknown};

/// How long a run waits until all is folded. A rebuild beside the server takes longer for large
/// logs; then the run is tried again after its pause.
const FOLDED_WITHIN: Duration = Duration::from_secs(60);

/// How long after its instant a run asks what the log holds: what was received before the instant
/// may still be on its way into the log. A commit takes a few milliseconds.
const SETTLED_AFTER_US: i64 = 1_000_000;

const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Asks the model that a server serves.
pub(crate) struct LiveEngine {
    /// The model.
    pub live: Arc<Live>,
    /// Where the log is.
    pub dir: DataDir,
    /// What screens and reasons are called.
    pub catalogue: Arc<CatalogueCell>,
    /// Lets a few reports at a time be computed.
    pub gate: Arc<Gate>,
    /// The only way to learn what time it is.
    pub clock: Arc<dyn Clock>,
    /// Whether the process is about to end: then nothing is waited for.
    pub stopping: Arc<AtomicBool>,
    /// What every question is asked with.
    pub asking: Asking,
}

impl Engine for LiveEngine {
    fn answer(&self, question: &Question<'_>) -> Result<Answer, EngineError> {
        if let Some((position, catalogue)) = question.again {
            return self.again(question, position, catalogue);
        }
        self.wait_until_folded(question.as_of)?;
        let taken = {
            let _turn = self.turn()?;
            self.taken(question, &self.live.model(), &self.catalogue.get())?
        };
        self.written(question, taken)
    }

    fn silence(
        &self,
        integration: Option<&str>,
        as_of: Timestamp,
        zone: &Zone,
    ) -> Result<Option<Silence>, EngineError> {
        self.wait_until_folded(as_of)?;
        let mut senders = Senders::default();
        let unread = {
            let _turn = self.turn()?;
            senders.follow(&self.live.model(), as_of)
        };
        let mut log = LogReader::open(&self.dir).map_err(later)?;
        ask::silence(&mut senders, unread, &mut log, integration, (as_of, zone))
    }

    fn unknown_values(&self, query: &Query) -> Vec<String> {
        let catalogue = self.catalogue.get();
        unknown::values(&query.filters, &self.live.model(), &catalogue, &self.asking.integrations)
    }
}

impl LiveEngine {
    fn again(
        &self,
        question: &Question<'_>,
        position: Seq,
        catalogue: &Catalogue,
    ) -> Result<Answer, EngineError> {
        let taken = {
            let _turn = self.turn()?;
            let model = self.live.model();
            // Nothing came since: it is the same prefix.
            let is_same = model.position() == position;
            is_same.then(|| self.taken(question, &model, catalogue)).transpose()?
        };
        if let Some(taken) = taken {
            return self.written(question, taken);
        }
        let model = past::fold(&self.dir, position)?;
        let answer = {
            let _turn = self.turn()?;
            self.asking.document(question, &model, catalogue)?
        };
        self.written(question, (answer, model))
    }

    /// The numbers, and the sessions as they are at the same moment. The fold waits meanwhile, and
    /// everybody who asks behind it.
    fn taken(
        &self,
        question: &Question<'_>,
        model: &Model,
        catalogue: &Catalogue,
    ) -> Result<(Answer, Model), EngineError> {
        let answer = self.asking.document(question, model, catalogue)?;
        let sessions = question.parquet.map(|_| model.sessions_now());
        Ok((answer, sessions.unwrap_or_default()))
    }

    /// The answer, once its sessions are written where they are wanted. That may take seconds, and
    /// nobody waits: half of the threads are left to those who ask.
    fn written(
        &self,
        question: &Question<'_>,
        (answer, sessions): (Answer, Model),
    ) -> Result<Answer, EngineError> {
        let threads = self.asking.threads.div_ceil(2);
        self.asking.sessions(question, &answer, &sessions, threads)?;
        Ok(answer)
    }

    /// Waits until everything is folded that the log holds once it surely holds what was received
    /// up to `as_of`.
    fn wait_until_folded(&self, as_of: Timestamp) -> Result<(), EngineError> {
        let unsettled_us = as_of.plus_us(SETTLED_AFTER_US).since_us(self.clock.now());
        if (1..=SETTLED_AFTER_US).contains(&unsettled_us) {
            std::thread::sleep(Duration::from_micros(unsettled_us.unsigned_abs()));
        }
        let head = LogReader::open(&self.dir).and_then(|log| log.head()).map_err(later)?;
        let began = Instant::now();
        while self.live.position() < head {
            if self.stopping.load(Ordering::Relaxed) {
                return Err(later("the process is ending; the run goes on after the next start"));
            }
            if FOLDED_WITHIN <= began.elapsed() {
                let why = self.live.lag().failure;
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                return Err(later(format!(
                    "the read model stands at delivery {} of {head} and does not catch up{why}; \
                     `weir doctor` says more",
                    self.live.position()
                )));
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    fn turn(&self) -> Result<weir_dashboard::Permit<'_>, EngineError> {
        self.gate.enter().map_err(|_| later("too many reports are being computed at once"))
    }
}
