//! The model that is served while it is folded.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use weir_domain::{Seq, Timestamp};
use weir_log::{DataDir, Lock, LogReader};
use weir_readmodel::{Model, Store};

use crate::batch::Batch;
use crate::opened::{Saved, checkpoint_of, load};
use crate::rebuild::{DIFFERENCES_MAX, Rebuilt};
use crate::{ProjectorError, catch_up, request, stored};

/// Deliveries folded under one lock, so that a reader waits for milliseconds.
const BATCH_DELIVERIES: u64 = 4_096;

/// How much work a crash may cost: folding again what came since takes well under a second.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(30);
const CHECKPOINT_DELIVERIES_MAX: u64 = 500_000;

/// How long to sleep where nobody says that something was committed.
const POLL: Duration = Duration::from_millis(250);

/// The model that reports are asked of, and how far behind the log it is.
pub struct Live {
    model: RwLock<Model>,
    /// The model's position, for those who only want to know whether it moved.
    position: AtomicU64,
    /// The position that the last checkpoint has.
    saved: AtomicU64,
    /// The log's head, as the writer last told.
    head: AtomicU64,
    /// When the oldest delivery was received that is not folded yet; MAX for none.
    pending_us: AtomicI64,
    /// The deliveries that were folded since the start, and the time that took.
    folded: AtomicU64,
    folding_us: AtomicU64,
    /// Why the projector stopped, if it did.
    failure: Mutex<Option<String>>,
}

/// How far the model is behind the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Lag {
    /// Deliveries that are not folded yet.
    pub deliveries: u64,
    /// When the oldest of them was received.
    pub oldest_at: Option<Timestamp>,
    /// Why the projector stopped, if it did.
    pub failure: Option<String>,
}

/// Folds the log into a [`Live`] model and saves checkpoints.
pub struct Projector {
    dir: DataDir,
    live: Arc<Live>,
    reader: LogReader,
    store: Store,
    /// The served model was made by another fold and must be replaced.
    stale: bool,
    saved_at: Instant,
    unsaved: u64,
}

impl Live {
    /// The model, for as long as the guard lives. The fold waits meanwhile: hold it briefly.
    pub fn model(&self) -> RwLockReadGuard<'_, Model> {
        self.model.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn model_mut(&self) -> RwLockWriteGuard<'_, Model> {
        self.model.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last delivery that was folded in. Waits for nobody.
    #[must_use]
    pub fn position(&self) -> Seq {
        Seq::new(self.position.load(Ordering::Acquire))
    }

    /// The last delivery that the checkpoint has: a start goes on from there.
    #[must_use]
    pub fn saved(&self) -> Seq {
        Seq::new(self.saved.load(Ordering::Acquire))
    }

    /// Notes that the log now reaches to `head`, and when the first of what is new was received.
    pub fn committed(&self, head: Seq, first_received_at: Timestamp) {
        let us = first_received_at.as_micros();
        // Only where nothing was pending: else an older delivery is.
        let _ = self.pending_us.compare_exchange(i64::MAX, us, Ordering::AcqRel, Ordering::Acquire);
        self.head.fetch_max(head.get(), Ordering::AcqRel);
    }

    /// How far the model is behind the log.
    #[must_use]
    pub fn lag(&self) -> Lag {
        let head = Seq::new(self.head.load(Ordering::Acquire));
        let deliveries = head.since(self.model().position());
        let pending_us = self.pending_us.load(Ordering::Acquire);
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Lag {
            deliveries,
            oldest_at: (0 < deliveries && pending_us != i64::MAX)
                .then(|| Timestamp::from_micros(pending_us)),
            failure,
        }
    }

    /// The deliveries that were folded since the start, and the microseconds that took.
    #[must_use]
    pub fn folded(&self) -> (u64, u64) {
        (self.folded.load(Ordering::Relaxed), self.folding_us.load(Ordering::Relaxed))
    }

    fn fail(&self, why: &str) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.to_owned());
    }
}

impl Projector {
    /// Loads the checkpoint of `dir`, or starts from nothing.
    ///
    /// # Errors
    /// If there is no log, or it or the read model cannot be opened.
    pub fn open(dir: &DataDir, _lock: &Lock, threads: usize) -> Result<Projector, ProjectorError> {
        let reader = LogReader::open(dir)?;
        let (mut model, stale) = match load(&dir.read_file(), &reader, threads)? {
            Saved::Current(model, _) => (model, false),
            Saved::OtherFold(model) => (model, true),
            Saved::Nothing => (Model::default(), false),
        };
        let store = if model.position() == Seq::START {
            // What the file holds, if anything, is of no use; later saves add to what is there.
            let checkpoint = checkpoint_of(&model, &reader)?;
            stored::replace(dir, &mut model, &checkpoint)?
        } else {
            stored::open(dir)?
        };
        model.ensure_index();
        let head = reader.head()?;
        let live = Arc::new(Live {
            position: AtomicU64::new(model.position().get()),
            saved: AtomicU64::new(model.position().get()),
            model: RwLock::new(model),
            head: AtomicU64::new(head.get()),
            pending_us: AtomicI64::new(i64::MAX),
            folded: AtomicU64::new(0),
            folding_us: AtomicU64::new(0),
            failure: Mutex::new(None),
        });
        Ok(Projector {
            dir: dir.clone(),
            live,
            reader,
            store,
            stale,
            saved_at: Instant::now(),
            unsaved: 0,
        })
    }

    /// The model that this projector keeps up to date.
    #[must_use]
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live)
    }

    /// Folds all that the log holds now. `progress` is told how far it is and how far to go.
    ///
    /// # Errors
    /// If the log cannot be read or the read model not written.
    pub fn catch_up(&mut self, mut progress: impl FnMut(Seq, Seq)) -> Result<(), ProjectorError> {
        let head = self.reader.head()?;
        while self.live.model().position() < head && !self.stale {
            let from = self.live.model().position();
            let upto = head.min(Seq::new(from.get() + CHECKPOINT_DELIVERIES_MAX));
            let mut model = self.live.model_mut();
            catch_up(&mut model, &mut self.reader, upto, |at| progress(at, head))?;
            drop(model);
            self.live.position.store(upto.get(), Ordering::Release);
            self.unsaved += upto.since(from);
        }
        if 0 < self.unsaved {
            self.save()?;
        }
        Ok(())
    }

    /// Follows the log until `committed` is closed by the writer, then folds the rest, saves and
    /// returns. Each message on `committed` says that there may be something new.
    ///
    /// # Errors
    /// If the log cannot be read. What was folded so far goes on being served.
    pub fn run(mut self, committed: &Receiver<()>) -> Result<(), ProjectorError> {
        let result = self.follow(committed);
        if let Err(error) = &result {
            self.live.fail(&error.to_string());
        }
        result
    }

    fn follow(&mut self, committed: &Receiver<()>) -> Result<(), ProjectorError> {
        if self.stale {
            self.refold()?;
        }
        loop {
            while self.step()? {}
            self.save_if_due();
            if let Some(id) = request::take(&self.dir) {
                let result = self.rebuild().map_err(|error| error.to_string());
                request::answer(&self.dir, id, result);
            }
            match committed.recv_timeout(POLL) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        while self.step()? {}
        if 0 < self.unsaved {
            self.save()?;
        }
        Ok(())
    }

    /// Folds one batch; false if there was nothing to fold.
    fn step(&mut self) -> Result<bool, ProjectorError> {
        let after = self.live.model().position();
        let batch = Batch::read(&mut self.reader, after, BATCH_DELIVERIES)?;
        let Some(first_at) = batch.first_received_at() else {
            self.live.pending_us.store(i64::MAX, Ordering::Release);
            return Ok(false);
        };
        self.live.pending_us.store(first_at.as_micros(), Ordering::Release);
        self.live.head.fetch_max(batch.last(after).get(), Ordering::AcqRel);
        let began = Instant::now();
        batch.fold_into(&mut self.live.model_mut());
        self.live.position.store(batch.last(after).get(), Ordering::Release);
        let took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.live.folded.fetch_add(batch.len(), Ordering::Relaxed);
        self.live.folding_us.fetch_add(took_us, Ordering::Relaxed);
        self.unsaved += batch.len();
        if !batch.is_full() {
            self.live.pending_us.store(i64::MAX, Ordering::Release);
        }
        Ok(true)
    }

    /// Folds the whole log anew beside the served model, and swaps.
    fn refold(&mut self) -> Result<(), ProjectorError> {
        tracing::info!(
            "the fold has changed: folding the log again; the old answers are served meanwhile"
        );
        let mut model = Model::default();
        let head = self.reader.head()?;
        catch_up(&mut model, &mut self.reader, head, |_| ())?;
        self.swap(model)?;
        self.stale = false;
        tracing::info!("the log is folded again, up to delivery {head}");
        Ok(())
    }

    /// Folds the whole log again beside the served model, which is asked meanwhile, compares the
    /// two at the same position, and swaps.
    fn rebuild(&mut self) -> Result<Rebuilt, ProjectorError> {
        let mut rebuilt = Model::default();
        let head = self.reader.head()?;
        catch_up(&mut rebuilt, &mut self.reader, head, |_| ())?;
        while self.step()? {}
        let head = self.live.model().position();
        catch_up(&mut rebuilt, &mut self.reader, head, |_| ())?;
        let differences = self.live.model().differences(&rebuilt, DIFFERENCES_MAX);
        let (deliveries, sessions) = (head.get(), rebuilt.sessions());
        self.swap(rebuilt)?;
        Ok(Rebuilt { deliveries, sessions, compared: true, differences })
    }

    /// Saves a model that was folded beside the served one, and serves it from now on.
    fn swap(&mut self, mut model: Model) -> Result<(), ProjectorError> {
        let checkpoint = checkpoint_of(&model, &self.reader)?;
        self.store = stored::replace(&self.dir, &mut model, &checkpoint)?;
        self.live.position.store(model.position().get(), Ordering::Release);
        self.live.saved.store(model.position().get(), Ordering::Release);
        *self.live.model_mut() = model;
        (self.unsaved, self.saved_at) = (0, Instant::now());
        Ok(())
    }

    fn save_if_due(&mut self) {
        let due = CHECKPOINT_EVERY <= self.saved_at.elapsed()
            || CHECKPOINT_DELIVERIES_MAX <= self.unsaved;
        if 0 < self.unsaved && due {
            if let Err(error) = self.save() {
                // Only lost time: the log has everything. It is tried again when next due.
                tracing::warn!("the read model could not be saved: {error}");
            }
            self.saved_at = Instant::now();
        }
    }

    fn save(&mut self) -> Result<(), ProjectorError> {
        let model = self.live.model();
        let checkpoint = checkpoint_of(&model, &self.reader)?;
        let saved = self.store.save(&model, &checkpoint);
        drop(model);
        match saved {
            Err(error) if error.is_damage() => {
                let mut model = self.live.model_mut();
                self.store = stored::replace(&self.dir, &mut model, &checkpoint)?;
            }
            saved => {
                saved?;
                self.live.model_mut().mark_clean();
            }
        }
        self.live.saved.store(checkpoint.position.get(), Ordering::Release);
        self.unsaved = 0;
        self.saved_at = Instant::now();
        Ok(())
    }
}
