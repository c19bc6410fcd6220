//! What happens in a week.

use std::collections::VecDeque;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use weir_domain::{Clock, Delivery, Origin, Timestamp};
use weir_faults::Fault;
use weir_ingest::import::{ImportError, ImportOptions, export_line, import};
use weir_ingest::{Integrations, verify};
use weir_log::AppendError;
use weir_simulator::Scenario;

use crate::life::{Life, Outside, folder, quietly};
use crate::parts::Does;
use crate::provider::{Provider, Request, integrations};
use crate::truth;

const MINUTE_US: i64 = 60_000_000;
const HOUR_US: i64 = 60 * MINUTE_US;
const WEEK_MINUTES: i64 = 7 * 24 * 60;
const SESSIONS_PER_DAY: f64 = 60.0;
const GROUP_MAX: usize = 8;

/// A Wednesday before a night in which the clock is changed.
const START: &str = "2026-03-25T00:00:00Z";

const HOURLY: &str = "title = \"Hourly\"\nrange = \"previous day\"\nformats = [\"json\"]\n\
    [schedule]\nwhen = \"hourly UTC\"\n[[recipient]]\nmail = [\"ann@example.com\", \"ben@example.com\"]\n";
const DAILY: &str = "title = \"Daily\"\nrange = \"previous week\"\nformats = [\"json\"]\n\
    [schedule]\nwhen = \"daily 03:30 Europe/Tallinn\"\n[[recipient]]\nmail = [\"cy@example.com\"]\n";

/// Fires some times a day, by chance.
const ALERT: &str = "many";
const MANY: &str = "title = \"Many\"\n[ask]\nfrom = \"-3h\"\nto = \"-1h\"\n\
    [schedule]\nwhen = \"hourly UTC\"\n[alert]\non = \"started\"\nabove = 5\nmargin = 1\nmatured = \"1h\"\n\
    [[recipient]]\nmail = [\"ann@example.com\"]\n";

/// How long somebody else took the webhooks before.
const BACKLOG_DAYS: i64 = 3;
const LINES_MAX: usize = 40;

/// What there was.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) acknowledged: u64,
    pub(crate) unanswered: u64,
    pub(crate) imported: u64,
    pub(crate) refused_signatures: u64,
    pub(crate) kills: u64,
    pub(crate) power_cuts: u64,
    pub(crate) restarts: u64,
    pub(crate) disk_faults: u64,
    pub(crate) clock_jumps: u64,
    pub(crate) checks: u64,
    pub(crate) reports: u64,
    pub(crate) runs: u64,
    pub(crate) alarms: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Tally) {
        self.acknowledged += other.acknowledged;
        self.unanswered += other.unanswered;
        self.imported += other.imported;
        self.refused_signatures += other.refused_signatures;
        self.kills += other.kills;
        self.power_cuts += other.power_cuts;
        self.restarts += other.restarts;
        self.disk_faults += other.disk_faults;
        self.clock_jumps += other.clock_jumps;
        self.checks += other.checks;
        self.reports += other.reports;
        self.runs += other.runs;
        self.alarms += other.alarms;
    }
}

/// A process, or a folder that waits for one.
enum Weir {
    Up(Box<Life>),
    Down { home: TempDir, until_us: i64 },
}

/// One seed's week.
pub(crate) struct Week {
    rng: ChaCha8Rng,
    outside: Outside,
    integrations: Integrations,
    provider: Provider,
    weir: Option<Weir>,
    /// The time, as it is; Weir's clock is beside it by `offset_us`.
    now_us: i64,
    offset_us: i64,
    /// What the log must hold, in order.
    log: Vec<Delivery>,
    /// What is still to be imported, in order.
    backlog: VecDeque<Delivery>,
    backlog_lines: usize,
    /// A group of which nobody knows: it is there as a whole behind the rest, or not at all.
    unknown: Vec<Delivery>,
    wake_at: Option<Timestamp>,
    tally: Tally,
    digest: Sha256,
}

impl Week {
    pub(crate) fn of(seed: u64) -> Week {
        quietly();
        let from: Timestamp = START.parse().unwrap();
        let until = from.plus_us(WEEK_MINUTES * MINUTE_US);
        let mut scenario = Scenario::realistic(seed, from, until, SESSIONS_PER_DAY);
        scenario.resend_share = 0.05;
        let home = folder();
        let reports = home.path().join("reports");
        fs::create_dir(&reports).unwrap();
        fs::write(reports.join("hourly.toml"), HOURLY).unwrap();
        fs::write(reports.join("daily.toml"), DAILY).unwrap();
        fs::write(reports.join("many.toml"), MANY).unwrap();
        let outside = Outside {
            clock: Arc::default(),
            post: Arc::default(),
            steps_left: Arc::new(AtomicU64::new(u64::MAX)),
        };
        let backlog = backlog(seed.wrapping_add(1), from);
        Week {
            rng: ChaCha8Rng::seed_from_u64(seed),
            outside,
            integrations: integrations(),
            provider: Provider::new(&scenario),
            weir: Some(Weir::Down { home, until_us: 0 }),
            now_us: from.as_micros(),
            offset_us: 0,
            log: Vec::new(),
            backlog_lines: backlog.len(),
            backlog,
            unknown: Vec::new(),
            wake_at: None,
            tally: Tally::default(),
            digest: Sha256::new(),
        }
    }

    /// Lives it, holds it against what is promised all along, and gives what there was and a digest of
    /// all that it left.
    pub(crate) fn live(mut self) -> (Tally, String) {
        for _ in 0..WEEK_MINUTES {
            self.minute();
        }
        self.end();
        let digest = hex::encode(std::mem::take(&mut self.digest).finalize());
        (self.tally, digest)
    }

    fn happens(&mut self, once_in_minutes: u32) -> bool {
        self.rng.random_ratio(1, once_in_minutes)
    }

    fn pass(&mut self, us: i64) {
        self.now_us += us;
        self.outside.clock.set(self.now_us + self.offset_us);
    }

    fn minute(&mut self) {
        self.pass(MINUTE_US);
        self.come_up();
        self.deliver();
        self.tick();
        if self.happens(60) {
            self.save();
        }
        if self.happens(300) {
            self.check();
        }
        self.trouble();
    }

    fn life(&mut self) -> Option<&mut Life> {
        match &mut self.weir {
            Some(Weir::Up(life)) => Some(life),
            _ => None,
        }
    }

    /// Starts where it is time, and holds the log against what must be in it.
    fn come_up(&mut self) {
        let now_us = self.now_us;
        match self.weir.take() {
            Some(Weir::Down { home, until_us }) if until_us <= now_us => {
                let life = Life::start(home, &self.outside);
                self.weir = Some(Weir::Up(Box::new(life)));
                self.wake_at = None;
                self.reconcile();
                self.check();
            }
            as_before => self.weir = as_before,
        }
    }

    /// After an end: what was acknowledged is there, and the group of which nobody knows wholly or not.
    fn reconcile(&mut self) {
        let Some(Weir::Up(life)) = &self.weir else { return };
        let logged = truth::logged(life);
        let unknown = std::mem::take(&mut self.unknown);
        if logged.len() != self.log.len() {
            self.log.extend(unknown);
        } else if unknown.iter().all(is_imported) {
            self.put_back(unknown);
        }
        assert!(logged == self.log, "the log is not what was acknowledged");
    }

    /// Goes down, with what is left, for a while.
    fn down(&mut self, end: impl FnOnce(Life, &mut ChaCha8Rng) -> TempDir) {
        self.weir = match self.weir.take() {
            Some(Weir::Up(life)) => {
                let home = end(*life, &mut self.rng);
                let until_us = self.now_us + self.rng.random_range(0..90) * MINUTE_US;
                Some(Weir::Down { home, until_us })
            }
            down => down,
        };
    }

    fn kill(&mut self) {
        self.tally.kills += 1;
        self.down(|life, _| life.kill());
    }

    /// What is due is sent, in groups as the queue would gather them.
    fn deliver(&mut self) {
        let mut due = self.provider.due(self.now_us);
        due.reverse();
        while !due.is_empty() {
            let count = self.rng.random_range(1..=GROUP_MAX).min(due.len());
            let group = due.split_off(due.len() - count);
            if !self.append(&group) {
                self.tally.unanswered += count as u64;
                for request in group {
                    self.provider.failed(self.now_us, request);
                }
            }
        }
    }

    /// A request, verified: what would be appended.
    fn verified(&mut self, request: &Request) -> Delivery {
        if self.happens(30) {
            let refused = verify(&self.integrations, &request.headers(false), &request.body);
            assert!(refused.is_err(), "a stranger signed it");
            self.tally.refused_signatures += 1;
        }
        let sender = verify(&self.integrations, &request.headers(true), &request.body).unwrap();
        let origin = Origin {
            integration: sender.integration.to_owned(),
            secret: Some(sender.secret.to_owned()),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        };
        let received_at = self.outside.clock.now();
        Delivery { received_at, origin: Arc::new(origin), body: request.body.clone() }
    }

    /// Whether the group was answered with 200.
    fn append(&mut self, requests: &[Request]) -> bool {
        if self.life().is_none() {
            return false;
        }
        let group: Vec<_> = requests.iter().map(|request| self.verified(request)).collect();
        let cut = self.happens(400);
        let Some(life) = self.life() else { return false };
        let before = if cut { life.done() } else { 0 };
        let done = life.log.append(&group);
        if cut {
            // The power goes while it is written: nobody is answered.
            let after = life.done();
            let point = self.rng.random_range(before..=after);
            self.unknown = group;
            self.tally.power_cuts += 1;
            self.down(|life, rng| life.power_cut(point, rng));
            return false;
        }
        match done {
            Ok(()) => {
                self.tally.acknowledged += group.len() as u64;
                self.log.extend(group);
                // An answer that is lost on its way: the provider sends it again.
                !self.happens(100)
            }
            Err(AppendError::Refused { .. }) => false,
            Err(AppendError::Unknown { .. }) => {
                self.unknown = group;
                self.kill();
                false
            }
        }
    }

    /// Lines of the backlog come in. One that is not known to be there is imported again when the log has
    /// told that it is not.
    fn import(&mut self) {
        let count = self.rng.random_range(1..=LINES_MAX).min(self.backlog.len());
        let cut = self.happens(4);
        let now = self.outside.clock.now();
        let Some(Weir::Up(life)) = &mut self.weir else { return };
        let chunk: Vec<_> = self.backlog.drain(..count).collect();
        let before = life.done();
        let done = import(lines(&chunk).as_bytes(), &mut life.log, &options(now), |_| ());
        if cut {
            let after = life.done();
            let point = self.rng.random_range(before..=after);
            self.unknown = chunk;
            self.tally.power_cuts += 1;
            self.down(|life, rng| life.power_cut(point, rng));
            return;
        }
        match done {
            Ok(imported) => {
                assert_eq!(imported.appended, count as u64, "each line is a delivery");
                self.log.extend(chunk);
            }
            Err(ImportError::Append { source, .. }) if source.is_unknown() => {
                self.unknown = chunk;
                self.kill();
            }
            Err(ImportError::Append { .. }) => self.put_back(chunk),
            Err(other) => panic!("an export is of the form of an import: {other}"),
        }
    }

    fn put_back(&mut self, chunk: Vec<Delivery>) {
        for delivery in chunk.into_iter().rev() {
            self.backlog.push_front(delivery);
        }
    }

    /// Does what is due of the scheduled reports.
    fn tick(&mut self) {
        let now = self.outside.clock.now();
        let is_due = self.wake_at.is_none_or(|at| at <= now) || self.happens(20);
        let Some(Weir::Up(life)) = &mut self.weir else { return };
        if !is_due {
            return;
        }
        life.catch_up();
        let ticked = catch_unwind(AssertUnwindSafe(|| life.runner.tick()));
        match ticked {
            Err(_) => self.kill(),
            // A disk that fails: it is tried again.
            Ok(Err(error)) => {
                assert!(0 < life.disk.met(), "nothing fails, but: {error}");
                self.wake_at = None;
            }
            Ok(Ok(wake_at)) => self.wake_at = wake_at,
        }
    }

    fn save(&mut self) {
        if let Some(life) = self.life() {
            life.catch_up();
            let is_saved = life.save();
            assert!(is_saved || 0 < life.disk.met(), "it cannot be saved, and nothing fails");
        }
    }

    fn check(&mut self) {
        let seed = self.rng.random();
        let Some(Weir::Up(life)) = &self.weir else { return };
        life.disk.mend();
        assert!(truth::logged(life) == self.log, "the log is not what was acknowledged");
        truth::the_model_is_a_fold(life, &self.log);
        let reports = truth::reports_are_the_oracles(life, &self.log, seed, &mut self.digest);
        truth::nothing_is_sent_twice(life, &self.outside);
        self.tally.checks += 1;
        self.tally.reports += reports;
    }

    /// What else happens.
    fn trouble(&mut self) {
        if self.happens(200) {
            self.import();
        }
        if self.happens(900) {
            self.kill();
        }
        if self.happens(1_500)
            && let Some(life) = self.life()
        {
            let point = life.done();
            self.tally.power_cuts += 1;
            self.down(|life, rng| life.power_cut(point, rng));
        }
        if self.happens(3_000) {
            self.tally.restarts += 1;
            self.down(|life, _| life.stop());
        }
        if self.happens(2_000) {
            self.tally.clock_jumps += 1;
            self.offset_us = self.rng.random_range(-3..=3) * HOUR_US;
            self.pass(0);
        }
        if self.happens(800) {
            // Within the next steps of a run, if there is one.
            let steps = self.rng.random_range(0..14);
            self.outside.steps_left.store(steps, Ordering::Relaxed);
        }
        if self.happens(700) {
            let kinds = Fault::kinds();
            let kind = kinds[self.rng.random_range(0..kinds.len())];
            let nth = self.rng.random_range(1..6);
            if is_of_writing(&kind)
                && let Some(life) = self.life()
            {
                life.disk.fail(Fault { nth, ..kind });
                self.tally.disk_faults += 1;
            }
        }
        if self.happens(400) {
            let all = [Does::Take, Does::Later, Does::TakeSilently, Does::LoseSilently];
            let does = (0..4).map(|_| all[self.rng.random_range(0..all.len())]).collect();
            *self.outside.post.does.lock().unwrap() = does;
        }
    }

    /// Nothing fails any more: all that is still to be sent is sent, and everything comes to an end.
    fn end(&mut self) {
        self.outside.steps_left.store(u64::MAX, Ordering::Relaxed);
        self.outside.post.does.lock().unwrap().clear();
        self.offset_us = 0;
        self.down(|life, _| life.kill());
        self.pass(3 * HOUR_US);
        self.come_up();
        let rest: Vec<_> = self.backlog.drain(..).collect();
        let now = self.outside.clock.now();
        let life = self.life().unwrap();
        import(lines(&rest).as_bytes(), &mut life.log, &options(now), |_| ()).unwrap();
        self.log.extend(rest);
        for hour in 0.. {
            self.pass(HOUR_US);
            self.deliver_well();
            self.tick_well();
            if self.provider.is_done() && 48 < hour {
                break;
            }
        }
        self.check();
        let Some(Weir::Up(life)) = &self.weir else { panic!("it is up in the end") };
        self.tally.runs = truth::all_is_over(life, &self.outside, &mut self.digest);
        self.tally.alarms = truth::alarms_take_turns(life, &self.outside, ALERT);
        let imported = self.log.iter().filter(|one| is_imported(one)).count();
        assert_eq!(imported, self.backlog_lines, "each line is there, and once");
        self.tally.imported = imported as u64;
        for delivery in &self.log {
            self.digest.update(delivery.received_at.as_micros().to_le_bytes());
            self.digest.update(&delivery.body);
        }
    }

    fn deliver_well(&mut self) {
        for request in self.provider.due(self.now_us) {
            let delivery = self.verified(&request);
            let life = self.life().unwrap();
            life.log.append(std::slice::from_ref(&delivery)).unwrap();
            self.tally.acknowledged += 1;
            self.log.push(delivery);
        }
    }

    fn tick_well(&mut self) {
        let life = self.life().unwrap();
        life.catch_up();
        life.runner.tick().unwrap();
    }
}

/// What came in while somebody else took the webhooks.
fn backlog(seed: u64, until: Timestamp) -> VecDeque<Delivery> {
    let from = until.plus_us(-BACKLOG_DAYS * 24 * HOUR_US);
    let mut deliveries = Scenario::realistic(seed, from, until, SESSIONS_PER_DAY).deliveries();
    let taken = deliveries.take_until(until).map(|sent| {
        let integration = "main".to_owned();
        let origin = Origin { integration, secret: None, headers: Vec::new() };
        Delivery { received_at: sent.at, origin: Arc::new(origin), body: sent.body }
    });
    taken.collect()
}

/// Whether it came from a file: no secret signed it.
fn is_imported(delivery: &Delivery) -> bool {
    delivery.origin.secret.is_none()
}

fn lines(of: &[Delivery]) -> String {
    let line = |one: &Delivery| export_line(one.received_at, &one.origin.integration, &one.body);
    of.iter().map(|one| line(one) + "\n").collect()
}

fn options(now: Timestamp) -> ImportOptions {
    ImportOptions {
        file: "backlog".to_owned(),
        default_integration: "test".to_owned(),
        skip_bad_lines: false,
        now,
    }
}

/// Whether it is a call that can fail in a process that is running well.
fn is_of_writing(fault: &Fault) -> bool {
    use weir_faults::Call;
    matches!(fault.call, Call::Write | Call::Sync)
}
