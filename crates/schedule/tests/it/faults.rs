//! The disk fails, or the power goes, at any call of the ledger's: nobody gets a run twice, what was
//! asked for is done, and everything comes to an end. `WEIR_FAULTS=all` tries every point.

use std::path::Path;
use std::sync::{Arc, Mutex};

use weir_channel::{Handing, Parcel, Post, Receipt, Refusal, Target};
use weir_domain::{Clock, Timestamp};
use weir_faults::{Disk, Ended, Scene, campaign};
use weir_schedule::{
    Cause, Definitions, Ledger, LedgerError, RunId, RunState, Runner, SendingState,
};

use crate::world::{FakeEngine, FakePost, HOUR_US, HandClock, MINUTE_US, QuickPaint, at, mailed};

const START: &str = "2026-05-04T07:30:00Z";

/// Something that happened and must not be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Promise {
    /// A run came to a recipient.
    Arrived(u64, String),
    /// Somebody was told that a run is asked for.
    Asked(RunId),
}

type Promises = Arc<Mutex<Vec<Promise>>>;

#[derive(Default)]
struct Told {
    promises: Promises,
    /// How far the time has come.
    minutes: i64,
}

/// Tells of everything that arrives, but of files: twice is once there.
struct Telling<F> {
    post: Arc<FakePost>,
    promises: Promises,
    mark: F,
}

impl<F: Fn() + Send + Sync> Post for Telling<F> {
    fn check(&self, target: &Target) -> Result<(), String> {
        self.post.check(target)
    }

    fn send(
        &self,
        target: &Target,
        parcel: &Parcel,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, Refusal> {
        let receipt = self.post.send(target, parcel, handing)?;
        if !matches!(target, Target::File { .. }) {
            let arrived = Promise::Arrived(parcel.run, target.to_string());
            self.promises.lock().unwrap().push(arrived);
            (self.mark)();
        }
        Ok(receipt)
    }
}

/// Some hours of a report that is due each of them, to two addresses and into a file.
struct Hours;

fn now(told: &Told) -> Timestamp {
    at(START).plus_us(told.minutes * MINUTE_US)
}

fn begun(
    dir: &Path,
    clock: &Arc<HandClock>,
    promises: &Promises,
    mark: impl Fn() + Send + Sync + 'static,
) -> Result<(Arc<Ledger>, Runner), LedgerError> {
    let ledger = Arc::new(Ledger::open(&dir.join("schedule.db"))?);
    let post = FakePost::new();
    let telling = Telling { post, promises: Arc::clone(promises), mark };
    let engine = Arc::new(FakeEngine::default());
    engine.started.store(1_000, std::sync::atomic::Ordering::Relaxed);
    let runner = Runner::new(
        Arc::clone(&ledger),
        Definitions::at(&dir.join("reports")),
        engine,
        Arc::new(telling),
        Arc::clone(clock) as Arc<dyn Clock>,
        dir.join("outputs"),
        "UTC",
    );
    let runner = runner.painting(Arc::new(QuickPaint));
    Ok((ledger, runner))
}

impl Scene for Hours {
    type Told = Told;

    fn name(&self) -> &'static str {
        "scheduled reports"
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn prepare(&self, dir: &Path) {
        std::fs::create_dir(dir.join("reports")).unwrap();
        let text = mailed("hourly UTC", "missed = \"all\"", &["a@example.com", "b@example.com"]);
        let file = "[[recipient]]\nfile = \"{name}-{run}.{format}\"\n";
        std::fs::write(dir.join("reports/pulse.toml"), text + file).unwrap();
    }

    fn act(&self, dir: &Path, disk: &Disk, told: &mut Told) {
        let clock = HandClock::at(now(told));
        // As a supervisor would: once more, where it failed.
        let begin = || begun(dir, &clock, &told.promises, disk.marker());
        let is_well = disk.is_well();
        let began = begin().or_else(|error| {
            assert!(!is_well, "nothing fails any more, but: {error}");
            begin()
        });
        let Ok((ledger, mut runner)) = began else {
            assert!(!disk.is_well() || 0 < disk.met());
            return;
        };
        for step in 0..4 {
            clock.set(now(told));
            if step == 2 {
                let is_well = disk.is_well();
                let text = mailed("hourly UTC", "", &["c@example.com"]);
                match ledger.ask("asked", &text, now(told), now(told)) {
                    Ok(run) => {
                        told.promises.lock().unwrap().push(Promise::Asked(run));
                        disk.mark();
                    }
                    Err(error) => assert!(!is_well, "nothing fails any more, but: {error}"),
                }
            }
            let is_well = disk.is_well();
            if let Err(error) = runner.tick() {
                assert!(!is_well, "nothing fails any more, but: {error}");
            }
            told.minutes += 30;
        }
    }

    fn check(&self, dir: &Path, told: &Told, marks: u64, _: Ended) {
        let before = told.promises.lock().unwrap()[..usize::try_from(marks).unwrap()].to_vec();
        let promises: Promises = Arc::new(Mutex::new(before.clone()));
        let clock = HandClock::at(now(told));
        let (ledger, mut runner) = begun(dir, &clock, &promises, || ()).unwrap();
        for _ in 0..3 {
            runner.tick().unwrap();
            clock.set(clock.now().plus_us(HOUR_US));
        }
        runner.tick().unwrap();
        let all = promises.lock().unwrap().clone();
        for (number, promise) in all.iter().enumerate() {
            assert!(!all[..number].contains(promise), "somebody got it twice: {promise:?}");
        }
        let mut runs = ledger.runs(None, None, 1_000).unwrap();
        runs.reverse();
        for summary in &runs {
            assert!(summary.state.is_over(), "{summary:?}");
            let run = ledger.run(summary.id).unwrap().unwrap();
            for sending in &run.sendings {
                let came = all.contains(&Promise::Arrived(summary.id.0, sending.target.clone()));
                let is_file = sending.target.starts_with("file:");
                match sending.state {
                    SendingState::Delivered => assert!(came || is_file, "{sending:?}"),
                    SendingState::Unknown => assert!(sending.trouble.is_some(), "{sending:?}"),
                    _ => panic!("nobody refused, but: {sending:?}"),
                }
            }
            let unknown = run.sendings.iter().any(|one| one.state == SendingState::Unknown);
            let want = if unknown { RunState::Failed } else { RunState::Delivered };
            assert_eq!(summary.state, want, "{summary:?}");
        }
        for promise in &before {
            let id = match promise {
                Promise::Asked(id) => *id,
                Promise::Arrived(run, _) => RunId(*run),
            };
            assert!(runs.iter().any(|run| run.id == id), "{promise:?} is forgotten");
        }
        let scheduled: Vec<Timestamp> = runs
            .iter()
            .filter(|run| run.cause == Cause::Scheduled)
            .map(|run| run.scheduled_at)
            .collect();
        assert!(1 < scheduled.len(), "{scheduled:?}");
        for pair in scheduled.windows(2) {
            assert_eq!(pair[1].since_us(pair[0]), HOUR_US, "an hour is twice there or not at all");
        }
    }
}

#[test]
fn nobody_gets_a_run_twice_and_everything_comes_to_an_end() {
    campaign(&Hours);
}
