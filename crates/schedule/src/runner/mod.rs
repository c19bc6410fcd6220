//! The one that takes each run through its steps: plan, due, render, deliver.
//!
//! Only the holder of the data directory's lock runs one. Whatever it is about to do stands in the
//! ledger first, so that it may end at any instant: the next one puts right what it left.

mod step; // the instants at which a process may end
mod pause; // how long it is waited before a try
mod plan; // what the definitions say, as plans
mod due; // instants that have come, as runs
mod kept; // what was rendered, in outputs/RUN/
mod paint; // a document as bytes
mod render; // a run computed, judged, rendered, recorded
mod again; // a run once more: the same bytes
mod deliver; // one recipient
mod lanes; // several at once, none in the way of the others
mod tidy; // folders of old runs go

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use weir_channel::Post;
use weir_domain::{Clock, Timestamp};

use crate::definitions::Stamp;
use crate::ledger::{Open, Settled};
use crate::{Definitions, Engine, Ledger, LedgerError, Run, RunId, SendingState};

pub use again::{AgainError, Remade, render_again};
pub use paint::Paint;
pub use step::Step;

use lanes::Lanes;
use plan::Known;

/// A runner looks at least so often whether there is something to do.
const TICK: Duration = Duration::from_secs(1);

/// So often it looks at each definition, whether it was written where it lies. One that comes,
/// goes or is put in another's place is seen at the next tick, by the folder alone.
const FILES_EVERY_US: i64 = 30_000_000;

/// So often folders of old runs are looked for.
const TIDY_EVERY_US: i64 = 3_600_000_000;

/// So often it is said that the ledger cannot be read or written.
const COMPLAINT_EVERY_US: i64 = 3_600_000_000;

/// For how long what was rendered is kept, unless somebody says otherwise.
const KEEP_DAYS_DEFAULT: u32 = 90;

/// Takes each run through its steps. There is one for a data directory, in the process that holds
/// its lock.
pub struct Runner {
    tools: Arc<Tools>,
    definitions: Definitions,
    known: Known,
    recovered: bool,
    /// A rendering was begun and has not come to its end: it broke, or the ledger could not be
    /// written.
    cut_off: bool,
    /// When the last full tick was, and what it left; none before the first.
    last: Option<LastTick>,
    tidied_at: Option<Timestamp>,
    /// Why everything waits, and when that was said.
    complaint: Option<(String, Timestamp)>,
}

/// What a tick is judged by that may have nothing to do.
#[derive(Debug, Clone, Copy)]
struct LastTick {
    at: Timestamp,
    seen: Seen,
    wake_at: Option<Timestamp>,
    files_at: Timestamp,
}

/// What others change: the ledger, and the folder of definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    ledger: (i64, u64),
    folder: Option<Stamp>,
}

/// What the stages work with.
pub(crate) struct Tools {
    ledger: Arc<Ledger>,
    engine: Arc<dyn Engine>,
    post: Arc<dyn Post>,
    clock: Arc<dyn Clock>,
    paint: Arc<dyn Paint>,
    outputs: PathBuf,
    zone_default: String,
    keep_days: u32,
    /// Since when this process is at work: nothing was received before.
    started_at: Timestamp,
    observer: Option<Arc<dyn Fn(Step) + Send + Sync>>,
    /// A test that ends the process by a panic wants it to end.
    lets_panics_through: bool,
    flight: Mutex<Flight>,
}

/// What is being sent, and what became of it while the ledger could not be written.
#[derive(Debug, Default)]
struct Flight {
    sendings: BTreeSet<i64>,
    unsettled: Vec<(Open, Settled)>,
}

impl Tools {
    fn at(&self, step: Step) {
        if let Some(observer) = &self.observer {
            observer(step);
        }
    }

    fn flight(&self) -> std::sync::MutexGuard<'_, Flight> {
        self.flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a sending back that was taken and not tried.
    fn give_back(&self, sending: &Open) {
        self.flight().sendings.remove(&sending.id);
    }

    /// Takes the sending, unless somebody has it already.
    fn take(&self, sending: &Open) -> bool {
        self.flight().sendings.insert(sending.id)
    }

    /// Writes down what became of a sending. What cannot be written is kept, and the sending with
    /// it, so that it is not sent again.
    fn settle(&self, sending: Open, settled: Settled) -> Result<(), LedgerError> {
        match self.ledger.settle(&sending, &settled, self.clock.now()) {
            Ok(()) => {
                tell(&sending, &settled);
                self.flight().sendings.remove(&sending.id);
                self.at(Step::Settled);
                Ok(())
            }
            Err(error) => {
                self.flight().unsettled.push((sending, settled));
                Err(error)
            }
        }
    }

    /// Writes down what could not be written before.
    fn settle_rest(&self) -> Result<(), LedgerError> {
        let rest = std::mem::take(&mut self.flight().unsettled);
        let mut outcome = Ok(());
        for (sending, settled) in rest {
            outcome = outcome.and(self.settle(sending, settled));
        }
        outcome
    }
}

/// One line for each try. Whom it went to is between the ledger and its readers: a log of the
/// process names the kind of channel only.
fn tell(sending: &Open, settled: &Settled) {
    let Open { id, run, target, .. } = sending;
    let kind = target.split(':').next().unwrap_or_default();
    let (run, state) = (run.0, settled.state);
    match state {
        SendingState::Delivered => {
            tracing::info!(run, sending = id, kind, "run {run}: one {kind} recipient has it");
        }
        SendingState::Waiting => tracing::warn!(
            run,
            sending = id,
            kind,
            tries = settled.tries,
            "run {run}: one {kind} recipient has to wait; `weir schedule list` says why"
        ),
        _ => tracing::warn!(
            run,
            sending = id,
            kind,
            "run {run}: one {kind} recipient is {}; `weir schedule list` says why",
            state.name()
        ),
    }
}

impl Runner {
    /// A runner that keeps what it renders below `outputs`. `zone_default` is the zone of
    /// definitions that name none. It does nothing before its first tick.
    #[must_use]
    pub fn new(
        ledger: Arc<Ledger>,
        definitions: Definitions,
        engine: Arc<dyn Engine>,
        post: Arc<dyn Post>,
        clock: Arc<dyn Clock>,
        outputs: PathBuf,
        zone_default: &str,
    ) -> Runner {
        let tools = Tools {
            started_at: clock.now(),
            ledger,
            engine,
            post,
            clock,
            paint: Arc::new(paint::Renderers),
            outputs,
            zone_default: zone_default.to_owned(),
            keep_days: KEEP_DAYS_DEFAULT,
            observer: None,
            lets_panics_through: false,
            flight: Mutex::default(),
        };
        Runner {
            tools: Arc::new(tools),
            definitions,
            known: Known::default(),
            recovered: false,
            cut_off: false,
            last: None,
            tidied_at: None,
            complaint: None,
        }
    }

    /// The same, but what was rendered is kept for so many days.
    #[must_use]
    pub fn keeping(self, days: u32) -> Runner {
        self.with(|tools| tools.keep_days = days)
    }

    /// The same with other renderers: for tests.
    #[must_use]
    pub fn painting(self, paint: Arc<dyn Paint>) -> Runner {
        self.with(|tools| tools.paint = paint)
    }

    /// The same, which tells `observer` of each step, and ends where it panics: for tests.
    #[must_use]
    pub fn observed(self, observer: Arc<dyn Fn(Step) + Send + Sync>) -> Runner {
        self.with(|tools| {
            tools.observer = Some(observer);
            tools.lets_panics_through = true;
        })
    }

    /// Nobody else has the tools before the runner runs.
    fn with(mut self, change: impl FnOnce(&mut Tools)) -> Runner {
        if let Some(tools) = Arc::get_mut(&mut self.tools) {
            change(tools);
        }
        self
    }

    /// Does everything that is to be done at this instant, and returns when it has been done: the
    /// next instant at which there is something, as far as is known.
    ///
    /// # Errors
    /// If the ledger cannot be read or written. Everything is done once it can be.
    pub fn tick(&mut self) -> Result<Option<Timestamp>, LedgerError> {
        let now = self.tools.clock.now();
        if let Some(wake_at) = self.idle(now)? {
            return Ok(wake_at);
        }
        let seen = self.prepare(now)?;
        while let Some(run) = self.tools.ledger.due_run(now)? {
            self.render(&run, now)?;
        }
        for sending in self.tools.ledger.waiting(now)? {
            if self.tools.take(&sending) {
                deliver::send(&self.tools, &sending)?;
            }
        }
        self.leave(now, seen)
    }

    /// Ticks at least each second until `stop` says so or nobody is left to say it. Sendings have
    /// threads of their own; those under way are waited for, as long as their channels' timeouts.
    pub fn run(mut self, stop: &Receiver<()>) {
        let tools = Arc::clone(&self.tools);
        std::thread::scope(|scope| {
            let lanes = Lanes::open(scope, &tools);
            loop {
                let pause = if self.round(&lanes) { Duration::ZERO } else { TICK };
                match stop.recv_timeout(pause) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            lanes.close();
        });
    }

    /// Takes this one run as far as it goes without waiting, and leaves everything else as it is:
    /// for a command that runs where no server does.
    ///
    /// # Errors
    /// If there is no such run, or the ledger cannot be read or written.
    pub fn one(&mut self, id: RunId) -> Result<Run, LedgerError> {
        let now = self.tools.clock.now();
        self.recover(now)?;
        let ledger = Arc::clone(&self.tools.ledger);
        let run = ledger.run(id)?.ok_or(LedgerError::NoRun(id))?;
        if run.summary.state == crate::RunState::Due {
            self.render(&run, now)?;
        }
        for sending in ledger.waiting(now)?.into_iter().filter(|sending| sending.run == id) {
            if self.tools.take(&sending) {
                deliver::send(&self.tools, &sending)?;
            }
        }
        ledger.run(id)?.ok_or(LedgerError::NoRun(id))
    }

    /// One round of a thread: at most one run is rendered, and everything that waits is given to
    /// the lanes. Whether another is to follow at once.
    fn round(&mut self, lanes: &Lanes) -> bool {
        match catch_unwind(AssertUnwindSafe(|| self.rendering(lanes))) {
            Ok(Ok(more)) => {
                self.complaint = None;
                more
            }
            Ok(Err(error)) => {
                self.complain(&error);
                self.last = None;
                false
            }
            Err(_) => {
                // What broke has said so itself. The run is tried again, after a pause.
                self.last = None;
                false
            }
        }
    }

    /// Says why everything waits: once for each cause, and again each hour. It is tried each second,
    /// and a disk that is full is not to be filled by complaints.
    fn complain(&mut self, error: &LedgerError) {
        let (now, cause) = (self.tools.clock.now(), error.to_string());
        let is_said = self.complaint.as_ref().is_some_and(|(said, at)| {
            *said == cause && (0..COMPLAINT_EVERY_US).contains(&now.since_us(*at))
        });
        if !is_said {
            tracing::error!("scheduled reports wait: {cause}");
            self.complaint = Some((cause, now));
        }
    }

    fn rendering(&mut self, lanes: &Lanes) -> Result<bool, LedgerError> {
        let now = self.tools.clock.now();
        if self.idle(now)?.is_some() {
            return Ok(false);
        }
        let seen = self.prepare(now)?;
        let run = self.tools.ledger.due_run(now)?;
        if let Some(run) = &run {
            self.render(run, now)?;
        }
        for sending in self.tools.ledger.waiting(now)? {
            if self.tools.take(&sending) {
                lanes.give(sending);
            }
        }
        if run.is_none() {
            self.leave(now, seen)?;
        }
        Ok(run.is_some())
    }

    /// When there is something to do next, if there is nothing now: ledger and folder are as they
    /// were left, and it is not time to look at the files.
    fn idle(&self, now: Timestamp) -> Result<Option<Option<Timestamp>>, LedgerError> {
        let Some(last) = &self.last else { return Ok(None) };
        let is_clock_back = now < last.at;
        let are_files_due = !(0..FILES_EVERY_US).contains(&now.since_us(last.files_at));
        let is_something_due = last.wake_at.is_some_and(|wake_at| wake_at <= now);
        if is_clock_back || are_files_due || is_something_due {
            return Ok(None);
        }
        Ok((self.seen()? == last.seen).then_some(last.wake_at))
    }

    fn seen(&self) -> Result<Seen, LedgerError> {
        Ok(Seen { ledger: self.tools.ledger.version()?, folder: self.definitions.stamp() })
    }

    /// Puts right what was left, reads the definitions, makes runs of instants that have come.
    /// Returns what was seen before: what others write meanwhile is seen next time.
    fn prepare(&mut self, now: Timestamp) -> Result<Seen, LedgerError> {
        let seen = self.seen()?;
        self.recover(now)?;
        self.tools.settle_rest()?;
        self.known.read(&self.tools, &self.definitions, now)?;
        self.tools.at(Step::Planned);
        due::make(&self.tools, &self.known, now)?;
        self.tools.at(Step::MadeDue);
        Ok(seen)
    }

    fn recover(&mut self, now: Timestamp) -> Result<(), LedgerError> {
        if !self.recovered {
            self.tools.ledger.recover(pause::pause_us, now)?;
            self.tools.at(Step::Recovered);
        } else if self.cut_off {
            // Sendings may be under way: they are left alone.
            self.tools.ledger.recover_rendering(pause::pause_us, now)?;
        }
        (self.recovered, self.cut_off) = (true, false);
        Ok(())
    }

    fn render(&mut self, run: &Run, now: Timestamp) -> Result<(), LedgerError> {
        self.cut_off = true;
        render::render(&self.tools, run, now)?;
        self.cut_off = false;
        Ok(())
    }

    /// Notes how things were left.
    fn leave(&mut self, now: Timestamp, seen: Seen) -> Result<Option<Timestamp>, LedgerError> {
        let is_tidy = |at: Timestamp| (0..TIDY_EVERY_US).contains(&now.since_us(at));
        if !self.tidied_at.is_some_and(is_tidy) {
            tidy::tidy(&self.tools, now)?;
            self.tools.at(Step::Tidied);
            self.tidied_at = Some(now);
        }
        let wake_at = self.tools.ledger.next_wake()?;
        self.last = Some(LastTick { at: now, seen, wake_at, files_at: now });
        Ok(wake_at)
    }
}
