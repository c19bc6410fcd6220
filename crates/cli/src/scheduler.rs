//! The thread that sends reports when they are due, for as long as the server runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use weir_channel::{Channels, Post};
use weir_dashboard::{CatalogueCell, Gate, Schedules, WITHOUT_LEDGER};
use weir_log::DataDir;
use weir_projector::Live;
use weir_schedule::{Definitions, Engine, Ledger, Runner};

use crate::clock::SystemClock;
use crate::engine::{Asking, LiveEngine};
use crate::failure::Outcome;

/// How long the end waits for what is being handed over. Less than a supervisor waits before it
/// kills; what takes longer is told as unknown after the next start, and not sent twice.
const ENDS_WITHIN: Duration = Duration::from_secs(15);

/// What a server needs to know to send reports.
pub(crate) struct Reports {
    /// The ways out.
    pub channels: Arc<Channels>,
    /// What every run is asked with.
    pub asking: Asking,
    /// How long the files of a run are kept.
    pub keep_outputs_days: u32,
}

/// What runs are made with: the scheduler's, and the pages'.
pub(crate) struct Parts {
    ledger: Arc<Ledger>,
    post: Arc<dyn Post>,
    engine: Arc<dyn Engine>,
    stopping: Arc<AtomicBool>,
}

impl Parts {
    /// What the pages of reports work with.
    pub(crate) fn pages(&self, dir: &DataDir) -> Schedules {
        Schedules {
            ledger: Arc::clone(&self.ledger),
            definitions: Definitions::at(&dir.reports_dir()),
            post: Arc::clone(&self.post),
            engine: Arc::clone(&self.engine),
            outputs_dir: dir.outputs_dir(),
        }
    }
}

impl Reports {
    /// Opens the ledger, and asks the model that the server serves.
    pub(crate) fn open(
        &self,
        dir: &DataDir,
        live: &Arc<Live>,
        catalogue: &Arc<CatalogueCell>,
        gate: &Arc<Gate>,
    ) -> Outcome<Parts> {
        dir.create_folders()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let engine = LiveEngine {
            live: Arc::clone(live),
            dir: dir.clone(),
            catalogue: Arc::clone(catalogue),
            gate: Arc::clone(gate),
            clock: Arc::new(SystemClock),
            stopping: Arc::clone(&stopping),
            asking: self.asking.clone(),
        };
        Ok(Parts {
            ledger: Arc::new(ledger(dir)),
            post: self.channels.clone(),
            engine: Arc::new(engine),
            stopping,
        })
    }

    /// Starts to send.
    pub(crate) fn start(&self, dir: &DataDir, parts: &Parts) -> Outcome<Scheduler> {
        let stopping = Arc::clone(&parts.stopping);
        if parts.ledger.lost().is_some() {
            return Ok(Scheduler::idle(stopping));
        }
        let runner = Runner::new(
            Arc::clone(&parts.ledger),
            Definitions::at(&dir.reports_dir()),
            Arc::clone(&parts.engine),
            Arc::clone(&parts.post),
            Arc::new(SystemClock),
            dir.outputs_dir(),
            &self.asking.timezone,
        );
        Scheduler::start(runner.keeping(self.keep_outputs_days), stopping)
    }
}

/// The ledger. Where it cannot be worked with, nothing is sent, and webhooks are taken all the same.
fn ledger(dir: &DataDir) -> Ledger {
    let ledger = Ledger::of_a_server(&dir.schedule_file());
    if let Some(lost) = ledger.lost() {
        tracing::error!("{WITHOUT_LEDGER}; webhooks are taken all the same: {lost}");
    }
    ledger
}

/// A running scheduler.
pub(crate) struct Scheduler {
    stop: Stop,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
}

/// Tells a scheduler to end, from any thread and as often as one likes.
#[derive(Clone)]
pub(crate) struct Stop {
    stop: Sender<()>,
    stopping: Arc<AtomicBool>,
}

impl Scheduler {
    /// Starts it. `stopping` is what its engine looks at while it waits.
    fn start(runner: Runner, stopping: Arc<AtomicBool>) -> Outcome<Scheduler> {
        let (stop, told) = crossbeam_channel::bounded(1);
        let (ending, ended) = crossbeam_channel::bounded::<()>(0);
        std::thread::Builder::new().name("weir-schedule".to_owned()).spawn(move || {
            let _ending = ending;
            runner.run(&told);
        })?;
        Ok(Scheduler { stop: Stop { stop, stopping }, ended })
    }

    /// One that sends nothing.
    fn idle(stopping: Arc<AtomicBool>) -> Scheduler {
        let ((stop, _), (_, ended)) =
            (crossbeam_channel::bounded(1), crossbeam_channel::bounded(0));
        Scheduler { stop: Stop { stop, stopping }, ended }
    }

    /// What tells it to end.
    pub(crate) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Tells it to end and waits until it has, but not for ever: a mail server may be slow.
    pub(crate) fn end(self) {
        self.stop.tell();
        if self.ended.recv_timeout(ENDS_WITHIN) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!(
                "a report was still being handed over; after the next start `weir schedule list` says \
                 what is not known of it"
            );
        }
    }
}

impl Stop {
    /// Nothing new is begun from here on.
    pub(crate) fn tell(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        // A full channel: it has been told already.
        let _ = self.stop.try_send(());
    }
}
