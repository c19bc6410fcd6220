//! Reports that are sent: their definitions, and the ledger of their runs.

use std::path::Path;
use std::sync::Arc;

use weir_dashboard::WITHOUT_LEDGER;
use weir_domain::{Clock, Timestamp};
use weir_log::{DataDir, LogError};
use weir_report::Zone;
use weir_schedule::{Cause, Definitions, Ledger, LedgerError, Listed, Whole};

use super::Finding::{self, Fine, Note, Wrong};
use super::runs;
use crate::clock::SystemClock;
use crate::commands::counted;
use crate::commands::schedule::words::{local, safe};
use crate::commands::schedule::{Desk, does_runs, place};
use crate::config::Config;

/// Looks at them.
pub(super) fn look(config: Config) -> Vec<Finding> {
    let dir = config.data_dir();
    let zone = Zone::named(&config.report.timezone).unwrap_or_else(Zone::utc);
    let own = Definitions::at(&dir.reports_dir()).list().into_iter().filter(|one| !one.shipped);
    let listed: Vec<_> = own.collect();
    let desk = Desk::of(config).ok();
    let wrong = listed.iter().flat_map(|one| wrong(&dir, desk.as_ref(), one));
    let mut findings: Vec<_> = wrong.collect();
    let due = listed.iter().filter(|one| is_due(one)).count() as u64;
    if findings.is_empty() {
        findings.push(Fine(defined(&dir, &listed, due)));
    }
    findings.extend(ledger(&dir, &listed, &zone));
    if 0 < due && !is_served(&dir) {
        findings.push(Note("nothing is sent by itself while `weir serve` does not run".to_owned()));
    }
    findings
}

/// What is wrong with a definition, with file and line. Without a desk, whose channels or catalogue
/// are wrong and told already, only whether it can be read is known.
fn wrong(dir: &DataDir, desk: Option<&Desk>, listed: &Listed) -> Vec<Finding> {
    let troubles = match desk {
        Some(desk) => desk.troubles(listed, &desk.engine()),
        None => listed.definition.as_ref().err().cloned().into_iter().collect(),
    };
    let place = place(dir, listed);
    let said = troubles.into_iter().map(|trouble| match trouble.line {
        Some(line) => format!("{place}, line {line}: {}", trouble.message),
        None => format!("{place}: {}", trouble.message),
    });
    said.map(Wrong).collect()
}

/// Whether a definition is due by itself.
fn is_due(listed: &Listed) -> bool {
    let timing = listed.definition.as_ref().ok().and_then(|one| one.schedule.as_ref());
    timing.is_some_and(|timing| !timing.paused)
}

fn defined(dir: &DataDir, listed: &[Arc<Listed>], due: u64) -> String {
    match listed.len() as u64 {
        0 => {
            format!("no report is sent: there is no definition in {}", dir.reports_dir().display())
        }
        all => format!(
            "{}, of which {due} {} due by {}",
            counted(all, "report is defined", "reports are defined"),
            if due == 1 { "is" } else { "are" },
            if due == 1 { "itself" } else { "themselves" },
        ),
    }
}

/// Whether somebody is at work who sends.
fn is_served(dir: &DataDir) -> bool {
    let locked = |error| matches!(error, LogError::Locked { holder, .. } if does_runs(&holder));
    dir.path().exists() && dir.lock("weir doctor").is_err_and(locked)
}

/// The ledger, and what it tells of runs.
fn ledger(dir: &DataDir, listed: &[Arc<Listed>], zone: &Zone) -> Vec<Finding> {
    let file = dir.schedule_file();
    if !file.exists() {
        return Vec::new();
    }
    match Ledger::look(&file) {
        Err(error) => vec![Wrong(format!("{WITHOUT_LEDGER}: {error}"))],
        Ok(Whole { schema, schema_known, .. }) if schema < schema_known => vec![Note(format!(
            "{} is of schema {schema}; the next start of `weir serve` brings it to {schema_known}",
            file.display()
        ))],
        Ok(whole) => {
            let said = counted(whole.runs, "run", "runs");
            let fine = Fine(format!("the ledger of reports is whole and tells of {said}"));
            let told = told(&file, listed, zone);
            let told = told.unwrap_or_else(|error| vec![Wrong(error.to_string())]);
            std::iter::once(fine).chain(told).collect()
        }
    }
}

fn told(file: &Path, listed: &[Arc<Listed>], zone: &Zone) -> Result<Vec<Finding>, LedgerError> {
    let (ledger, now) = (Ledger::open(file)?, SystemClock.now());
    let mut findings = runs::look(&ledger, listed, zone, now)?;
    for one in listed.iter().filter(|one| is_due(one)) {
        findings.extend(of_the_future(&ledger, &one.name, zone, now)?);
    }
    Ok(findings)
}

/// A definition that ran for an instant that is yet to come: the clock was ahead then, and it is not
/// due again before that.
fn of_the_future(
    ledger: &Ledger,
    name: &str,
    zone: &Zone,
    now: Timestamp,
) -> Result<Option<Finding>, LedgerError> {
    let runs = ledger.runs(Some(name), None, 1)?;
    let last = runs.into_iter().find(|run| run.cause == Cause::Scheduled);
    Ok(last.filter(|last| now < last.scheduled_at).map(|last| {
        Wrong(format!(
            "{} ran for {}, which is yet to come: the clock was ahead then, and it is not due again \
             before that; give its file another name to begin anew",
            safe(name),
            local(last.scheduled_at, zone)
        ))
    }))
}
