//! Alerts from the log to the message: the real engine, renderers and runner, and a clock that is
//! set.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use weir_domain::{Catalogue, Clock, Delivery, Origin, Timestamp};
use weir_log::{DataDir, Lock, Log};
use weir_report::render::Mail;
use weir_schedule::{
    Definitions, Handing, Ledger, Parcel, Post, Receipt, Refusal, RunState, Runner, Target,
};

use super::{Asking, StoredEngine};

const MINUTE_US: i64 = 60_000_000;
const HOUR_US: i64 = 60 * MINUTE_US;
const BLOCKED: &str = "camera_access_blocked_screen_shown";

#[derive(Debug)]
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Keeps the mails that it is given.
#[derive(Default)]
struct Kept(Mutex<Vec<Mail>>);

impl Post for Kept {
    fn check(&self, _: &Target) -> Result<(), String> {
        Ok(())
    }

    fn send(&self, _: &Target, parcel: &Parcel, _: &mut Handing<'_>) -> Result<Receipt, Refusal> {
        self.0.lock().unwrap().push(parcel.mail.clone());
        Ok(Receipt { detail: "250".to_owned() })
    }
}

struct World {
    _folder: tempfile::TempDir,
    log: Log,
    _lock: Lock,
    clock: Arc<SetClock>,
    kept: Arc<Kept>,
    ledger: Arc<Ledger>,
    runner: Runner,
    sessions: u64,
}

impl World {
    /// The alert of this text is watched from `start` on.
    fn watching(start: &str, definition: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::at(folder.path());
        let lock = dir.lock("a test").unwrap();
        let log = Log::open(&dir, &lock).unwrap();
        dir.create_folders().unwrap();
        std::fs::write(dir.reports_dir().join("watch.toml"), definition).unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(at(start).as_micros())));
        let kept = Arc::new(Kept::default());
        let ledger = Arc::new(Ledger::open(&dir.schedule_file()).unwrap());
        let asking = Asking {
            timezone: "UTC".to_owned(),
            base_url: Some("https://weir.test".to_owned()),
            integrations: vec!["main".to_owned()],
            threads: 2,
        };
        let mut runner = Runner::new(
            Arc::clone(&ledger),
            Definitions::at(&dir.reports_dir()),
            Arc::new(StoredEngine::new(dir.clone(), Catalogue::shipped(), asking)),
            kept.clone(),
            clock.clone(),
            dir.outputs_dir(),
            "UTC",
        );
        runner.tick().unwrap();
        let plans = ledger.plans().unwrap();
        assert_eq!((plans.len(), plans[0].trouble.as_deref()), (1, None));
        World { _folder: folder, log, _lock: lock, clock, kept, ledger, runner, sessions: 0 }
    }

    /// So many sessions begin on this day, a minute after the other; those that do not leave at the
    /// blocked camera submit.
    fn day(&mut self, day: &str, started: u64, left: u64) {
        let mut deliveries = Vec::new();
        for n in 0..started {
            self.sessions += 1;
            let began =
                at(&format!("{day}T09:00:00Z")).plus_us(i64::try_from(n).unwrap() * MINUTE_US);
            let mut add = |code: u32, action: &str, context: &str, after_us| {
                let (session, received_at) = (self.sessions, began.plus_us(after_us));
                deliveries.push(delivery(session, received_at, code, action, context));
            };
            add(7001, "started", "", 0);
            let context = format!(
                ",\"context\":{{\"reason\":\"quit_session_confirmed\",\"state\":\"{BLOCKED}\"}}"
            );
            match n < left {
                true => add(7010, "flow_cancelled", &context, 30_000_000),
                false => add(7002, "submitted", "", 30_000_000),
            }
        }
        self.log.append(&deliveries).unwrap();
    }

    /// It is so late, and whatever is due is done: how the last run ended, and what was told.
    fn tick(&mut self, now: Timestamp) -> (RunState, Option<Mail>) {
        self.clock.0.store(now.as_micros(), Ordering::Relaxed);
        self.runner.tick().unwrap();
        let last = self.ledger.runs(None, None, 1).unwrap().pop().expect("something was due");
        let mut mails = std::mem::take(&mut *self.kept.0.lock().unwrap());
        assert!(mails.len() < 2, "one message at a time");
        assert_eq!(last.state == RunState::Delivered, mails.len() == 1, "{last:?}");
        (last.state, mails.pop())
    }

    /// The same, where somebody is told.
    #[track_caller]
    fn tells(&mut self, now: Timestamp) -> Mail {
        let (state, mail) = self.tick(now);
        mail.unwrap_or_else(|| panic!("nobody is told: {state:?}, {}", self.note()))
    }

    /// The same, where nobody is.
    #[track_caller]
    fn is_quiet(&mut self, now: Timestamp) -> String {
        let (state, mail) = self.tick(now);
        assert_eq!((state, mail.map(|mail| mail.text)), (RunState::Quiet, None));
        self.note()
    }

    fn note(&self) -> String {
        let last = self.ledger.runs(None, None, 1).unwrap().pop().expect("something was due");
        plain(&last.note.or(last.trouble).unwrap_or_default())
    }
}

fn delivery(session: u64, received_at: Timestamp, code: u32, action: &str, more: &str) -> Delivery {
    let body = format!(
        "{{\"id\":\"00000000-0000-4000-8000-{session:012x}\",\
         \"attemptId\":\"00000000-0000-4000-9000-{session:012x}\",\
         \"code\":{code},\"action\":\"{action}\"{more}}}"
    );
    Delivery { received_at, origin: Arc::new(Origin::imported("main")), body: body.into_bytes() }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

#[track_caller]
fn says(mail: &Mail, words: &[&str]) {
    // Lines are broken where they are long; what is asked for may lie over two.
    let flat = |text: &str| plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let (text, html) = (flat(&mail.text), flat(&mail.html));
    for words in words {
        assert!(text.contains(words), "`{words}` is not in: {text}");
        let escaped = words.replace('&', "&amp;");
        assert!(html.contains(&escaped), "`{escaped}` is not in: {html}");
    }
}

#[test]
fn a_screen_that_is_left_too_often_is_told_with_the_sessions_behind_it_and_when_it_is_over() {
    let mut world = World::watching(
        "2026-03-02T08:00:00Z",
        &format!(
            "title = \"Camera\"\nrange = \"previous day\"\n\
             [schedule]\nwhen = \"daily 08:00 UTC\"\n\
             [alert]\non = \"drop_off_rate\"\nstate = \"{BLOCKED}\"\nabove = 0.3\nmargin = 0.05\n\
             minimum = 50\nmatured = \"8h\"\n[[recipient]]\nmail = [\"a@example.com\"]\n"
        ),
    );
    world.day("2026-03-02", 100, 10);
    let note = world.is_quiet(at("2026-03-03T08:00:00Z"));
    assert!(note.ends_with("of 100 sessions: within what the alert takes"), "{note}");
    world.day("2026-03-03", 100, 34);
    let note = world.is_quiet(at("2026-03-04T08:00:00Z"));
    assert!(note.ends_with("between firing and over"), "34 of 100 may be chance: {note}");
    world.day("2026-03-04", 100, 60);
    let mail = world.tells(at("2026-03-05T08:00:00Z"));
    assert!(
        plain(&mail.subject).contains("Drop-off at “Camera access blocked” is 60.0 %"),
        "{}",
        mail.subject
    );
    says(
        &mail,
        &[
            "60 of 100 sessions left at “Camera access blocked”",
            "With 95 % confidence the rate lies between 50.2 % and 69.1 %, all of it above 30.0 %.",
            "at least 8 h old",
            "https://weir.test/sessions?from=2026-03-04T00:00:00Z&to=2026-03-05T00:00:00Z",
            &format!("state={BLOCKED}"),
            "https://weir.test/reports/watch",
        ],
    );
    world.day("2026-03-05", 100, 58);
    world.is_quiet(at("2026-03-06T08:00:00Z"));
    // Too few to say anything: it fires on.
    world.day("2026-03-06", 49, 0);
    let note = world.is_quiet(at("2026-03-07T08:00:00Z"));
    assert_eq!(note, "not judged: too few: 49 sessions in this range, and it takes 50");
    world.day("2026-03-07", 100, 20);
    let mail = world.tells(at("2026-03-08T08:00:00Z"));
    says(&mail, &["no longer above 30.0 %", "It had fired since 2026-03-05 08:00, UTC."]);
}

#[test]
fn a_change_against_the_day_before_is_held_against_it_at_the_same_age() {
    let mut world = World::watching(
        "2026-03-02T08:00:00Z",
        "title = \"Drop-off\"\nrange = \"previous day\"\n\
         [schedule]\nwhen = \"daily 08:00 UTC\"\n\
         [alert]\non = \"drop_off_rate\"\nchange = { by = 0.1, level = 0.01 }\nmatured = \"8h\"\n\
         [[recipient]]\nmail = [\"a@example.com\"]\n",
    );
    world.day("2026-03-02", 200, 40);
    let note = world.is_quiet(at("2026-03-03T08:00:00Z"));
    assert_eq!(note, "not judged: too few: 0 sessions in the day before, and it takes 100");
    world.day("2026-03-03", 200, 52);
    world.is_quiet(at("2026-03-04T08:00:00Z"));
    world.day("2026-03-04", 200, 120);
    let mail = world.tells(at("2026-03-05T08:00:00Z"));
    says(
        &mail,
        &[
            "Drop-off went from 26.0 % to 60.0 %, 34.0 points more than the day before",
            "120 of 200 sessions dropped off",
            "In the day before it was 26.0 % of 200 sessions.",
            "chance alone would bring as large a difference in fewer than 1 of 1,000 comparisons",
            "https://weir.test/sessions?from=2026-03-04T00:00:00Z&to=2026-03-05T00:00:00Z",
        ],
    );
    world.day("2026-03-05", 200, 118);
    says(&world.tells(at("2026-03-06T08:00:00Z")), &["again close to what it was"]);
}

#[test]
fn a_source_that_stops_is_told_in_time_and_that_it_comes_again() {
    let start = at("2026-03-16T00:00:00Z");
    let mut world = World::watching(
        "2026-03-15T23:59:00Z",
        "title = \"Webhooks have stopped\"\n[ask]\nintegration = [\"main\"]\n\
         [schedule]\nwhen = \"*/5 * * * * UTC\"\n[alert]\non = \"silence\"\n\
         [[recipient]]\nmail = [\"a@example.com\"]\n",
    );
    // Every ten minutes, for ten days, until midnight.
    let deliveries: Vec<_> = (1_u64..=10 * 144)
        .map(|n| {
            let before_us = i64::try_from(n - 1).unwrap() * 10 * MINUTE_US;
            delivery(n, start.plus_us(-before_us), 7001, "started", "")
        })
        .rev()
        .collect();
    world.log.append(&deliveries).unwrap();
    let mut told = None;
    for n in 0..36 {
        let now = start.plus_us(n * 5 * MINUTE_US);
        let (_, mail) = world.tick(now);
        if let Some(mail) = mail {
            assert!(told.is_none(), "told once");
            told = Some((now.since_us(start), mail));
        }
    }
    let (after_us, mail) = told.expect("it is told");
    assert!((20 * MINUTE_US..=HOUR_US).contains(&after_us), "{} min", after_us / MINUTE_US);
    says(
        &mail,
        &[
            "No delivery of main for",
            "The last delivery came at 2026-03-16 00:00, UTC.",
            "very unusual",
            "https://weir.test/health",
        ],
    );
    let again = start.plus_us(3 * HOUR_US - 2 * MINUTE_US);
    world.log.append(&[delivery(9_999, again, 7001, "started", "")]).unwrap();
    says(&world.tells(start.plus_us(3 * HOUR_US)), &["Deliveries of main come again"]);
    world.is_quiet(start.plus_us(3 * HOUR_US + 5 * MINUTE_US));
}
