//! Reads the log again for as long as the server runs, slowly, and says where it is damaged.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use weir_domain::Clock;
use weir_log::{DataDir, Finding, Head, LogError, Scrub, ScrubRecord, Scrubbed};

use crate::clock::SystemClock;
use crate::failure::Outcome;

/// How much is read before it rests for as long as the rate asks: a moment's work of a disk.
const BURST_BYTES: u64 = 64 << 10;

/// What a group costs besides its bodies: an index and a seal, so that tiny groups are not free.
const GROUP_BYTES: u64 = 512;

/// How often its place is noted: after a crash that much is read again.
const NOTE_EVERY: Duration = Duration::from_secs(30);

/// How long it waits after it could not read, and at least between two passes.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(60);

/// How fast the log is read again, and how often.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace {
    /// Bytes of bodies a second.
    pub(crate) bytes_per_s: f64,
    /// From the beginning of a pass to that of the next, if it takes no longer.
    pub(crate) every: Duration,
}

impl Pace {
    /// How long it rests after so many bytes.
    fn rest(self, bytes: u64) -> Duration {
        #[allow(clippy::cast_precision_loss)] // a burst, not an account
        Duration::from_secs_f64(bytes as f64 / self.bytes_per_s)
    }
}

/// What the scrub came to, for whoever asks.
#[derive(Clone)]
pub(crate) struct Seen(Arc<Mutex<ScrubRecord>>);

impl Seen {
    /// How far it is, and what it found.
    pub(crate) fn record(&self) -> ScrubRecord {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, ScrubRecord> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that reads. It ends, and notes its place, when this is dropped.
pub(crate) struct Scrubbing {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    seen: Seen,
}

impl Scrubbing {
    /// Goes on where the last process was.
    pub(crate) fn start(dir: DataDir, pace: Pace, registry: &mut Registry) -> Outcome<Scrubbing> {
        let record =
            ScrubRecord::load(&dir)?.unwrap_or_else(|| ScrubRecord::new(SystemClock.now()));
        if let Some(wrong) = record.wrong() {
            tracing::error!("{wrong}");
        }
        let seen = Seen(Arc::new(Mutex::new(record)));
        let (stop, told) = crossbeam_channel::bounded(0);
        let metrics = Metrics::registered(registry);
        metrics.show(&seen.lock());
        let scrubber = Scrubber { dir, pace, seen: seen.clone(), told, metrics };
        let thread = std::thread::Builder::new()
            .name("weir-scrub".to_owned())
            .spawn(move || scrubber.run())?;
        Ok(Scrubbing { stop: Some(stop), thread: Some(thread), seen })
    }

    /// What it came to so far.
    pub(crate) fn seen(&self) -> Seen {
        self.seen.clone()
    }
}

impl Drop for Scrubbing {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that reads the log again broke off");
        }
    }
}

/// Somebody said that it is over.
struct Stopped;

struct Scrubber {
    dir: DataDir,
    pace: Pace,
    seen: Seen,
    told: Receiver<()>,
    metrics: Metrics,
}

impl Scrubber {
    fn run(self) {
        let mut is_failing = false;
        loop {
            match self.pass() {
                Ok(Err(Stopped)) => break,
                Ok(Ok(())) => is_failing = false,
                Err(error) => {
                    // Said once: it is tried again for as long as the server runs.
                    if !is_failing {
                        tracing::error!("the log cannot be read again: {error}; it is tried again");
                    }
                    is_failing = true;
                    if self.rest(PAUSE_AFTER_ERROR).is_err() {
                        break;
                    }
                }
            }
        }
        self.note();
    }

    /// Waits until a pass is due, and reads from where it was to the log's end.
    fn pass(&self) -> Result<Result<(), Stopped>, LogError> {
        if self.until_due().is_err() {
            return Ok(Err(Stopped));
        }
        let mut scrub = Scrub::of(&self.dir, &self.seen.record())?;
        let (mut read, mut noted) = (0, Instant::now());
        loop {
            match scrub.step()? {
                Scrubbed::Group(bytes) => {
                    read += bytes + GROUP_BYTES;
                    self.metrics.bytes.inc_by(bytes);
                }
                Scrubbed::Damage(finding) => {
                    read += GROUP_BYTES;
                    self.found(&finding);
                }
                Scrubbed::End => break,
            }
            let place = Head::new(SystemClock.now(), scrub.place());
            self.metrics.position.set(i64::try_from(place.deliveries).unwrap_or(i64::MAX));
            self.seen.lock().place = place;
            if BURST_BYTES <= read && self.rest(self.pace.rest(std::mem::take(&mut read))).is_err()
            {
                return Ok(Err(Stopped));
            }
            if NOTE_EVERY <= noted.elapsed() {
                self.note();
                noted = Instant::now();
            }
        }
        self.seen.lock().ended(SystemClock.now());
        self.metrics.passes.inc();
        self.note();
        Ok(Ok(()))
    }

    /// After a whole pass, waits until the next one is due, and begins it.
    fn until_due(&self) -> Result<(), Stopped> {
        let record = self.seen.record();
        if record.is_over() {
            let since_us = SystemClock.now().since_us(record.began_at);
            let since = Duration::from_micros(u64::try_from(since_us).unwrap_or(0));
            self.rest(self.pace.every.saturating_sub(since).max(PAUSE))?;
            self.seen.lock().begin(SystemClock.now());
        }
        Ok(())
    }

    /// Says loudly what is wrong, once, and notes it.
    fn found(&self, finding: &Finding) {
        if self.seen.lock().found(finding, SystemClock.now()) {
            tracing::error!(
                "the log is damaged: {finding}; deliveries are taken as before; see \"When the log \
                 is damaged\" in docs/operating.md"
            );
            self.note();
        }
    }

    /// Waits, unless it is told to stop.
    fn rest(&self, time: Duration) -> Result<(), Stopped> {
        match self.told.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => Ok(()),
            _ => Err(Stopped),
        }
    }

    /// Notes where it is. What cannot be noted is read again after a restart.
    fn note(&self) {
        let record = self.seen.record();
        self.metrics.show(&record);
        if let Err(error) = record.save(&self.dir) {
            tracing::warn!("how far the log was read again cannot be noted: {error}");
        }
    }
}

/// The scrub's metrics.
#[derive(Default)]
struct Metrics {
    bytes: Counter,
    passes: Counter,
    position: Gauge,
    damages: Gauge,
    whole_at: Gauge,
}

impl Metrics {
    fn registered(registry: &mut Registry) -> Metrics {
        let metrics = Metrics::default();
        let Metrics { bytes, passes, position, damages, whole_at } = &metrics;
        registry.register(
            "weir_log_scrub_bytes",
            "Bytes of bodies that were read again since the start",
            bytes.clone(),
        );
        registry.register(
            "weir_log_scrub_passes",
            "Times that the log was read again to its end since the start",
            passes.clone(),
        );
        registry.register(
            "weir_log_scrub_position",
            "Place of the last delivery that this pass has read again",
            position.clone(),
        );
        registry.register(
            "weir_log_scrub_damages",
            "Places where the log is damaged; anything but 0 wants an operator",
            damages.clone(),
        );
        registry.register(
            "weir_log_scrub_whole_timestamp_seconds",
            "When the log had last been read again to its end, in Unix time (0: never)",
            whole_at.clone(),
        );
        metrics
    }

    fn show(&self, record: &ScrubRecord) {
        self.position.set(i64::try_from(record.place.deliveries).unwrap_or(i64::MAX));
        self.damages.set(i64::try_from(record.damage.len()).unwrap_or(i64::MAX));
        self.whole_at.set(record.whole_at.map_or(0, |at| at.as_micros().div_euclid(1_000_000)));
    }
}
