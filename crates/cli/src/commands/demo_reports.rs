//! The demo's scheduled reports: written into folders, with the runs of the last days done already.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use weir_domain::{Catalogue, Clock, Timestamp};
use weir_log::DataDir;
use weir_report::Definition;
use weir_schedule::{Definitions, Ledger, Runner};

use crate::clock::SystemClock;
use crate::commands::threads;
use crate::engine::{Asking, StoredEngine};
use crate::failure::{Failure, Outcome};
use crate::scheduler::Reports;

/// How far back runs are made: far enough for a weekly one.
const DAYS: i64 = 8;
const HOUR_US: i64 = 3_600_000_000;

const PULSE_TO: &str = "
[[recipient]]
file = \"daily/{date}/{name}.{format}\"
formats = [\"html\", \"csv\"]
keep = 14
";

const WEEKLY_TO: &str = "
[[recipient]]
file = \"weekly/{date}/{name}.{format}\"
formats = [\"pdf\", \"xlsx\"]
";

const ALERT: (&str, &str) = (
    "drop-off-alert",
    "# Tells when more people than usual leave. As a demonstration it is easily alarmed.
title = \"Drop-off is high\"
range = \"yesterday\"
sections = [\"summary\", \"screens\"]

[schedule]
when = \"daily 09:00 UTC\"

[alert]
on = \"drop_off_rate\"
above = 0.165
margin = 0.01
minimum = 200
matured = \"8h\"

[[recipient]]
file = \"alerts/{date}/{name}.{format}\"
formats = [\"html\"]
",
);

/// A clock that is set to the instants of the past.
struct PastClock(AtomicI64);

impl Clock for PastClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// How the demo sends: into folders only.
pub(crate) fn reports(dir: &DataDir, base_url: String) -> Outcome<Reports> {
    let settings = weir_channel::Settings::default();
    let files = dir.outputs_dir().join("files");
    let clock = Arc::new(SystemClock);
    let channels = weir_channel::Channels::new(&settings, dir.path(), &files, clock)
        .map_err(|error| Failure::work(error.to_string()))?;
    let asking = Asking {
        timezone: "UTC".to_owned(),
        base_url: Some(base_url),
        integrations: Vec::new(),
        threads: threads(),
    };
    Ok(Reports { channels: Arc::new(channels), asking, keep_outputs_days: 30 })
}

/// Writes the definitions, and does what they would have done in the last days.
pub(crate) fn write(dir: &DataDir, reports: &Reports, now: Timestamp) -> Outcome {
    dir.create_folders()?;
    let shipped = |name, to| {
        let text = Definition::shipped_text(name).unwrap_or_default();
        (name, format!("{text}{to}"))
    };
    let all = [
        shipped("daily-pulse", PULSE_TO),
        shipped("weekly-abandonment", WEEKLY_TO),
        (ALERT.0, ALERT.1.to_owned()),
    ];
    for (name, text) in all {
        let path = dir.reports_dir().join(format!("{name}.toml"));
        fs::write(&path, text)
            .map_err(|error| Failure::work(format!("{}: {error}", path.display())))?;
    }
    let clock = Arc::new(PastClock(AtomicI64::new(0)));
    let engine = StoredEngine::new(dir.clone(), Catalogue::shipped(), reports.asking.clone());
    let mut runner = Runner::new(
        Arc::new(Ledger::open(&dir.schedule_file())?),
        Definitions::at(&dir.reports_dir()),
        Arc::new(engine),
        reports.channels.clone(),
        Arc::clone(&clock) as Arc<dyn Clock>,
        dir.outputs_dir(),
        "UTC",
    );
    for hours_ago in (0..=24 * DAYS).rev() {
        clock.0.store(now.plus_us(-hours_ago * HOUR_US).as_micros(), Ordering::Relaxed);
        runner.tick()?;
    }
    Ok(())
}
