//! A data directory, a clock, an engine and a post that do as they are told.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::TempDir;
use weir_channel::{Handing, Parcel, Post, Receipt, Refusal, Target};
use weir_domain::{Catalogue, Clock, Seq, Timestamp};
use weir_report::render::{Before, Document, Mail};
use weir_report::{DataQuality, Output, Percentiles, Query, Report, Silence, Totals, Zone};
use weir_schedule::{
    Answer, Definitions, Engine, EngineError, Ledger, Paint, Question, Run, RunId, RunState,
    RunSummary, Runner, SendingState, Step,
};

pub(crate) const MINUTE_US: i64 = 60_000_000;
pub(crate) const HOUR_US: i64 = 60 * MINUTE_US;
pub(crate) const DAY_US: i64 = 24 * HOUR_US;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A clock that stands where it is put.
#[derive(Debug)]
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn at(at: Timestamp) -> Arc<HandClock> {
        Arc::new(HandClock(AtomicI64::new(at.as_micros())))
    }

    pub(crate) fn set(&self, at: Timestamp) {
        self.0.store(at.as_micros(), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// An engine that always counts the same, unless told otherwise.
#[derive(Debug, Default)]
pub(crate) struct FakeEngine {
    pub(crate) started: AtomicU64,
    pub(crate) abandoned: AtomicU64,
    /// What it says in place of an answer.
    pub(crate) fails: Mutex<Option<EngineError>>,
    /// How often it was asked.
    pub(crate) asked: AtomicU64,
    /// Whether it breaks.
    pub(crate) panics: AtomicBool,
    /// How many left in the period before, where there is one.
    pub(crate) before: Mutex<Option<u64>>,
    /// How silent the source is, where anything ever came.
    pub(crate) silence: Mutex<Option<Silence>>,
    /// What it never received of what definitions filter by.
    pub(crate) unknown: Mutex<Vec<String>>,
}

impl Engine for FakeEngine {
    fn answer(&self, question: &Question<'_>) -> Result<Answer, EngineError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        assert!(!self.panics.load(Ordering::Relaxed), "the engine was told to break");
        if let Some(error) = self.fails.lock().unwrap().clone() {
            return Err(error);
        }
        if let Some(path) = question.parquet {
            std::fs::write(path, "sessions").unwrap();
        }
        let query = question.definition.query(question.as_of, "UTC").unwrap();
        let (started, abandoned) =
            (self.started.load(Ordering::Relaxed), self.abandoned.load(Ordering::Relaxed));
        let catalogue = question.again.map_or_else(Catalogue::shipped, |(_, then)| then.clone());
        let now = report(query, totals(started, abandoned));
        let before = self.before.lock().unwrap().map(|abandoned| {
            let before = report(now.query.previous(), totals(started, abandoned));
            Before::of(&now, before, &catalogue)
        });
        let document = Document {
            name: question.name.to_owned(),
            title: question.definition.title.clone(),
            report: now,
            before,
            profile: None,
            sections: Vec::new(),
            catalogue,
            base_url: Some("https://weir.example.com".to_owned()),
            notes: Vec::new(),
            alarm: None,
        };
        let position = question.again.map_or(Seq::new(48_113), |(position, _)| position);
        Ok(Answer { document, position })
    }

    fn silence(
        &self,
        _: Option<&str>,
        _: Timestamp,
        _: &Zone,
    ) -> Result<Option<Silence>, EngineError> {
        Ok(self.silence.lock().unwrap().clone())
    }

    fn unknown_values(&self, _: &Query) -> Vec<String> {
        self.unknown.lock().unwrap().clone()
    }
}

fn totals(started: u64, abandoned: u64) -> Totals {
    Totals { started, submitted: started - abandoned, cancelled: abandoned, ..Totals::default() }
}

fn report(query: Query, totals: Totals) -> Report {
    Report {
        query,
        totals,
        by_state: Vec::new(),
        by_reason: Vec::new(),
        by_state_and_reason: Vec::new(),
        trend: Vec::new(),
        time_to_submit: Percentiles::default(),
        time_to_abandon: Percentiles::default(),
        breakdown: None,
        data_quality: DataQuality::default(),
    }
}

/// What the other side does with a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Take,
    /// Says to come again, after so many seconds where it says when.
    Later(Option<u64>),
    Refuse,
    /// Takes it and says nothing.
    TakeSilently,
    /// Has all of it and says nothing, but lost it.
    LoseSilently,
}

/// Asked at each try what the other side does.
pub(crate) type Rule = Box<dyn FnMut(&str, &Parcel) -> Does + Send>;

/// A post that keeps what arrived. Files and objects need not be noted before, as with the real
/// one; the same file twice is one file.
pub(crate) struct FakePost {
    rule: Mutex<Rule>,
    /// Run, target and subject of what arrived.
    pub(crate) arrived: Mutex<Vec<(u64, String, String)>>,
    pub(crate) parcels: Mutex<Vec<Parcel>>,
    pub(crate) tries: AtomicU64,
}

impl FakePost {
    pub(crate) fn new() -> Arc<FakePost> {
        Arc::new(FakePost {
            rule: Mutex::new(Box::new(|_, _| Does::Take)),
            arrived: Mutex::default(),
            parcels: Mutex::default(),
            tries: AtomicU64::new(0),
        })
    }

    pub(crate) fn rule(&self, rule: impl FnMut(&str, &Parcel) -> Does + Send + 'static) {
        *self.rule.lock().unwrap() = Box::new(rule);
    }

    fn arrive(&self, parcel: &Parcel, target: &str) {
        let subject = parcel.mail.subject.clone();
        let arrival = (parcel.run, target.to_owned(), subject);
        let mut arrived = self.arrived.lock().unwrap();
        if !(target.starts_with("file:") && arrived.contains(&arrival)) {
            arrived.push(arrival);
        }
        self.parcels.lock().unwrap().push(parcel.clone());
    }
}

impl Post for FakePost {
    fn check(&self, target: &Target) -> Result<(), String> {
        match target {
            Target::Mail(address) if address.ends_with("@forbidden.example") => {
                Err(format!("mails to {address} are not allowed"))
            }
            _ => Ok(()),
        }
    }

    fn send(
        &self,
        target: &Target,
        parcel: &Parcel,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, Refusal> {
        self.tries.fetch_add(1, Ordering::Relaxed);
        let text = target.to_string();
        let does = (self.rule.lock().unwrap())(&text, parcel);
        if matches!(does, Does::Later(_) | Does::Refuse) {
            let cause = "450 come again".to_owned();
            return Err(match does {
                Does::Later(seconds) => Refusal::Transient {
                    cause,
                    retry_after: seconds.map(std::time::Duration::from_secs),
                },
                _ => Refusal::Permanent { cause: "550 no such user; correct it".to_owned() },
            });
        }
        if !matches!(target, Target::File { .. } | Target::S3 { .. }) {
            handing().map_err(|error| Refusal::Transient {
                cause: error.to_string(),
                retry_after: None,
            })?;
        }
        if does != Does::LoseSilently {
            self.arrive(parcel, &text);
        }
        match does {
            Does::Take => Ok(Receipt { detail: "250 queued".to_owned() }),
            _ => Err(Refusal::Unknown { cause: "it said nothing; ask the recipient".to_owned() }),
        }
    }
}

/// Renderers that take no time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuickPaint;

impl Paint for QuickPaint {
    fn file(&self, document: &Document, output: Output) -> Result<Vec<u8>, String> {
        Ok(match output {
            Output::Json => weir_report::render::json(&document.report).into_bytes(),
            _ => format!("{output} of {}, {}", document.title, document.notes.join("; ")).into(),
        })
    }

    fn mail(&self, document: &Document) -> Result<Mail, String> {
        let alarm = document.alarm.as_ref().map(|alarm| alarm.headline.clone());
        let subject = alarm.unwrap_or_else(|| document.title.clone());
        let text = document.notes.join("\n");
        Ok(Mail { subject, html: format!("<p>{text}</p>"), text, images: Vec::new() })
    }

    fn slack(&self, document: &Document) -> Value {
        serde_json::json!({ "text": document.title })
    }
}

/// All of it.
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) engine: Arc<FakeEngine>,
    pub(crate) post: Arc<FakePost>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) runner: Runner,
    pub(crate) observer: Option<Arc<dyn Fn(Step) + Send + Sync>>,
}

impl World {
    pub(crate) fn at(start: &str) -> World {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("reports")).unwrap();
        let clock = HandClock::at(at(start));
        let engine = Arc::new(FakeEngine::default());
        engine.started.store(1_000, Ordering::Relaxed);
        let post = FakePost::new();
        let ledger = Arc::new(Ledger::open(&dir.path().join("schedule.db")).unwrap());
        let runner = runner(dir.path(), &ledger, &clock, &engine, &post, None);
        World { dir, clock, engine, post, ledger, runner, observer: None }
    }

    /// Writes `NAME.toml` beside and puts it in its place, as the dashboard and most editors do.
    pub(crate) fn define(&self, name: &str, text: &str) {
        let beside = self.dir.path().join("reports/.beside");
        std::fs::write(&beside, text).unwrap();
        std::fs::rename(&beside, self.dir.path().join(format!("reports/{name}.toml"))).unwrap();
    }

    /// Writes a definition with this schedule, which goes to `a@example.com`.
    pub(crate) fn schedule(&self, name: &str, when: &str) {
        self.define(name, &mailed(when, "", &["a@example.com"]));
    }

    pub(crate) fn outputs(&self) -> PathBuf {
        self.dir.path().join("outputs")
    }

    /// The process ends here and another one begins.
    pub(crate) fn restart(&mut self) {
        self.ledger = Arc::new(Ledger::open(&self.dir.path().join("schedule.db")).unwrap());
        let World { dir, clock, engine, post, ledger, observer, .. } = self;
        self.runner = runner(dir.path(), ledger, clock, engine, post, observer.clone());
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn tick(&mut self) -> Option<Timestamp> {
        self.runner.tick().unwrap()
    }

    /// Sets the clock, and ticks.
    pub(crate) fn tick_at(&mut self, instant: &str) {
        self.clock.set(at(instant));
        self.tick();
    }

    /// Lets time pass until `end`: from each instant at which something is to be done to the next.
    pub(crate) fn live_until(&mut self, end: &str) {
        let end = at(end);
        while self.now() < end {
            let wake_at = self.tick().unwrap_or(end);
            // Nothing needs an instant of its own twice.
            let next = wake_at.max(self.now().plus_us(1_000_000)).min(end);
            self.clock.set(next);
        }
        self.tick();
    }

    pub(crate) fn run(&self, id: u64) -> Run {
        self.ledger.run(RunId(id)).unwrap().unwrap()
    }

    /// Every run of every definition, the oldest first.
    pub(crate) fn runs(&self) -> Vec<RunSummary> {
        let mut runs = self.ledger.runs(None, None, usize::MAX >> 1).unwrap();
        runs.reverse();
        runs
    }

    /// `2026-03-29T01:00:00Z delivered`, in order.
    pub(crate) fn story(&self) -> Vec<String> {
        self.runs().iter().map(|run| format!("{} {}", run.scheduled_at, run.state.name())).collect()
    }

    /// The instants of what was delivered.
    pub(crate) fn delivered(&self) -> Vec<String> {
        let delivered = |run: &&RunSummary| run.state == RunState::Delivered;
        self.runs().iter().filter(delivered).map(|run| run.scheduled_at.to_string()).collect()
    }

    /// `mail:a@example.com delivered`, of one run.
    pub(crate) fn sendings(&self, id: u64) -> Vec<String> {
        let sendings = self.run(id).sendings;
        sendings.iter().map(|one| format!("{} {}", one.target, one.state.name())).collect()
    }

    /// Run and target of what arrived.
    pub(crate) fn arrived(&self) -> Vec<(u64, String)> {
        let arrived = self.post.arrived.lock().unwrap();
        arrived.iter().map(|(run, target, _)| (*run, target.clone())).collect()
    }

    /// What holds whatever happened.
    pub(crate) fn assert_nobody_got_it_twice(&self) {
        let mut arrived = self.arrived();
        let all = arrived.len();
        arrived.sort();
        arrived.dedup();
        assert_eq!(arrived.len(), all, "somebody got a run twice");
        let mut instants: Vec<_> = self
            .runs()
            .iter()
            .filter(|run| run.cause == weir_schedule::Cause::Scheduled)
            .map(|run| (run.name.clone(), run.scheduled_at))
            .collect();
        let all = instants.len();
        instants.sort();
        instants.dedup();
        assert_eq!(instants.len(), all, "an instant was run twice");
    }

    /// And in the end: every run is over, and what did not arrive is explained.
    pub(crate) fn assert_all_is_over(&self) {
        for summary in self.runs() {
            assert!(summary.state.is_over(), "{summary:?}");
            let run = self.run(summary.id.0);
            for sending in &run.sendings {
                assert!(sending.state.is_over(), "{sending:?}");
                let explained =
                    sending.state == SendingState::Delivered || sending.trouble.is_some();
                assert!(explained, "{sending:?}");
            }
            match summary.state {
                RunState::Failed => assert!(summary.trouble.is_some(), "{summary:?}"),
                RunState::Skipped | RunState::Quiet => {
                    assert!(summary.note.is_some(), "{summary:?}")
                }
                _ => {}
            }
        }
    }
}

pub(crate) fn runner(
    dir: &Path,
    ledger: &Arc<Ledger>,
    clock: &Arc<HandClock>,
    engine: &Arc<FakeEngine>,
    post: &Arc<FakePost>,
    observer: Option<Arc<dyn Fn(Step) + Send + Sync>>,
) -> Runner {
    let definitions = Definitions::at(&dir.join("reports"));
    let (engine, post): (Arc<dyn Engine>, Arc<dyn Post>) = (engine.clone(), post.clone());
    let runner = Runner::new(
        Arc::clone(ledger),
        definitions,
        engine,
        post,
        clock.clone(),
        dir.join("outputs"),
        "UTC",
    )
    .painting(Arc::new(QuickPaint));
    match observer {
        Some(observer) => runner.observed(observer),
        None => runner,
    }
}

/// A definition with this schedule and these lines in it, to these addresses.
pub(crate) fn mailed(when: &str, lines: &str, to: &[&str]) -> String {
    format!(
        "title = \"Pulse\"\nrange = \"previous day\"\nformats = [\"csv\"]\n\
         [schedule]\nwhen = \"{when}\"\n{lines}\n[[recipient]]\nmail = {to:?}\n"
    )
}
