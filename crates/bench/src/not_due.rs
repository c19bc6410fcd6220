//! What a thousand definitions cost while none of them is due.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use weir_channel::{Handing, Parcel, Post, Receipt, Refusal, Target};
use weir_domain::{Clock, Timestamp};
use weir_report::{Query, Silence, Zone};
use weir_schedule::{Answer, Definitions, Engine, EngineError, Ledger, Question, Runner};

/// For how long the runner is watched: it ticks each second.
pub(crate) const WATCHED_S: u64 = 60;

/// Nothing is due within an hour of this.
const NOW: &str = "2026-03-03T12:00:00Z";

/// Runs the scheduler over so many definitions, and says how much processor time it took, in
/// milliseconds a second, and how long it took to learn of them all, in seconds.
pub(crate) fn watch(definitions: u32) -> anyhow::Result<(f64, f64)> {
    let dir = tempfile::tempdir()?;
    let reports = dir.path().join("reports");
    fs::create_dir(&reports)?;
    for number in 0..definitions {
        fs::write(reports.join(format!("report-{number}.toml")), text(number))?;
    }
    let mut runner = runner(dir.path(), &reports)?;
    let began = Instant::now();
    runner.tick()?;
    let learnt_s = began.elapsed().as_secs_f64();
    let (stop, stopped) = crossbeam_channel::bounded(1);
    let before_s = processor_s()?;
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(WATCHED_S));
        stop.send(())
    });
    runner.run(&stopped);
    drop(stopper.join());
    #[allow(clippy::cast_precision_loss)] // a minute
    let ms_a_second = (processor_s()? - before_s) * 1e3 / WATCHED_S as f64;
    Ok((ms_a_second, learnt_s))
}

fn text(number: u32) -> String {
    let (hour, minute) = (14 + number % 10, number % 60);
    format!(
        "title = \"Report {number}\"\nrange = \"yesterday\"\nformats = [\"pdf\"]\n\n[schedule]\n\
         when = \"daily {hour}:{minute:02} UTC\"\n\n[[recipient]]\nfile = \"{{name}}/{{date}}.{{format}}\"\n"
    )
}

fn runner(dir: &Path, reports: &Path) -> anyhow::Result<Runner> {
    let ledger = Arc::new(Ledger::open(&dir.join("schedule.db"))?);
    let clock = Running { from: NOW.parse()?, began: Instant::now() };
    let outputs = dir.join("outputs");
    let definitions = Definitions::at(reports);
    Ok(Runner::new(
        ledger,
        definitions,
        Arc::new(Nothing),
        Arc::new(Nothing),
        Arc::new(clock),
        outputs,
        "UTC",
    ))
}

/// The processor time of all threads of this process, in seconds.
#[allow(clippy::cast_precision_loss)] // far below 2^53
fn processor_s() -> anyhow::Result<f64> {
    let mut ns = 0_u64;
    for task in fs::read_dir("/proc/self/task")? {
        let Ok(stat) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
        let first = stat.split_whitespace().next().context("a thread has times")?;
        ns += first.parse::<u64>()?;
    }
    Ok(ns as f64 / 1e9)
}

/// A clock that runs from a fixed instant on.
struct Running {
    from: Timestamp,
    began: Instant,
}

impl Clock for Running {
    fn now(&self) -> Timestamp {
        let us = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.from.plus_us(us)
    }
}

/// Is never asked: nothing is due.
struct Nothing;

impl Engine for Nothing {
    fn answer(&self, _: &Question<'_>) -> Result<Answer, EngineError> {
        Err(EngineError::Never("nothing is due".to_owned()))
    }

    fn silence(
        &self,
        _: Option<&str>,
        _: Timestamp,
        _: &Zone,
    ) -> Result<Option<Silence>, EngineError> {
        Ok(None)
    }

    fn unknown_values(&self, _: &Query) -> Vec<String> {
        Vec::new()
    }
}

impl Post for Nothing {
    fn check(&self, _: &Target) -> Result<(), String> {
        Ok(())
    }

    fn send(&self, _: &Target, _: &Parcel, _: &mut Handing<'_>) -> Result<Receipt, Refusal> {
        Ok(Receipt { detail: String::new() })
    }
}
