//! `weir schedule list`: what is due when, how the last runs went, and what is wrong.

use std::sync::Arc;

use serde_json::{Value, json};
use weir_domain::Timestamp;
use weir_log::LogError;
use weir_report::Zone;
use weir_schedule::{AlertStanding, Ledger, Listed, Plan, RunState, RunSummary, Trouble, When};

use super::run::does_runs;
use super::words::{columns, local, safe};
use super::{Desk, ListArgs, outcome};
use crate::failure::Outcome;

/// One definition, with all that is known of it.
struct Entry {
    listed: Arc<Listed>,
    zone: Zone,
    /// When it is due, as it is written; none if it never is by itself.
    when: Option<String>,
    paused: bool,
    next_at: Option<Timestamp>,
    last: Option<RunSummary>,
    alert: Option<AlertStanding>,
    troubles: Vec<Trouble>,
}

/// Prints it.
pub(super) fn run(desk: &Desk, args: &ListArgs) -> Outcome {
    let ledger = desk.ledger_if_there()?;
    let mut entries = entries(desk, ledger.as_ref())?;
    if let Some(name) = &args.name {
        let runs = match &ledger {
            Some(ledger) => ledger.runs(Some(name), None, args.runs)?,
            None => Vec::new(),
        };
        entries.retain(|entry| entry.listed.name == *name);
        if entries.is_empty() && runs.is_empty() {
            return desk.definition(name).map(drop);
        }
        return one(args, ledger.as_ref(), &entries, &runs);
    }
    if args.json {
        let all: Vec<_> = entries.iter().map(Entry::json).collect();
        println!("{:#}", json!({ "schedules": all }));
        return Ok(());
    }
    print!("{}", table(&entries));
    for line in entries.iter().flat_map(|entry| wrong(desk, entry)) {
        println!("{line}");
    }
    warn_if_nobody_sends(desk, &entries);
    Ok(())
}

fn entries(desk: &Desk, ledger: Option<&Ledger>) -> Outcome<Vec<Entry>> {
    let (plans, alerts) = match ledger {
        Some(ledger) => (ledger.plans()?, ledger.alerts()?),
        None => (Vec::new(), Vec::new()),
    };
    let engine = desk.engine();
    // What was only ever asked for, as what ships can be, has runs and no plan.
    let last_of = |name: &str| match ledger {
        Some(ledger) => ledger.runs(Some(name), None, 1).map(|mut runs| runs.pop()),
        None => Ok(None),
    };
    let of = |listed: Arc<Listed>| -> Outcome<Entry> {
        let plan = plans.iter().find(|plan| plan.name == listed.name);
        let alert = alerts.iter().find(|alert| alert.name == listed.name).cloned();
        let mut troubles = desk.troubles(&listed, &engine);
        if let Some(message) = plan.and_then(|plan| plan.trouble.clone())
            && troubles.is_empty()
        {
            troubles.push(Trouble { line: None, message });
        }
        let definition = listed.definition.as_ref().ok();
        let timing = definition.and_then(|definition| definition.schedule.as_ref());
        let paused = timing.is_some_and(|timing| timing.paused);
        // What ships is an example: it is due once it is copied.
        let when = timing.filter(|_| !listed.shipped).map(|timing| timing.when.clone());
        let last = match plan {
            Some(plan) => plan.last.clone(),
            None => last_of(&listed.name)?,
        };
        Ok(Entry {
            zone: definition.map_or_else(Zone::utc, |definition| desk.zone(definition)),
            next_at: next(plan, when.as_deref().filter(|_| !paused), desk.now),
            last,
            when,
            paused,
            alert,
            troubles,
            listed,
        })
    };
    desk.definitions.list().into_iter().map(of).collect()
}

/// When it is due next: as the ledger says or, where no server has seen it yet, as it is written.
fn next(plan: Option<&Plan>, when: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    let when = when?;
    plan.and_then(|plan| plan.next_at).or_else(|| When::parse(when).ok()?.after(now))
}

fn table(entries: &[Entry]) -> String {
    let head = ["NAME", "WHEN", "NEXT", "LAST RUN"].map(str::to_owned);
    let rows = entries.iter().map(|entry| {
        let when = match (&entry.when, entry.listed.shipped) {
            (Some(when), _) => safe(when),
            (None, true) => "never by itself (ships; copy it to send it)".to_owned(),
            (None, false) => "never by itself".to_owned(),
        };
        let next = match (entry.paused, entry.next_at) {
            (true, _) => "paused".to_owned(),
            (false, Some(at)) => local(at, &entry.zone),
            (false, None) => "-".to_owned(),
        };
        let last = entry.last.as_ref().map_or_else(
            || "-".to_owned(),
            |last| {
                let at = local(last.scheduled_at, &entry.zone);
                format!("{} {}, of {at}", last.id, last.state.name())
            },
        );
        let marked = if entry.troubles.is_empty() { "" } else { " !" };
        [format!("{}{marked}", safe(&entry.listed.name)), when, next, last]
    });
    columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

/// What is wrong, each with its cause and what to do.
fn wrong(desk: &Desk, entry: &Entry) -> Vec<String> {
    let place = desk.place(&entry.listed);
    let mut lines: Vec<String> = entry
        .troubles
        .iter()
        .map(|trouble| match trouble.line {
            Some(line) => format!("wrong: {place}, line {line}: {}", trouble.message),
            None => format!("wrong: {place}: {}", trouble.message),
        })
        .collect();
    if let Some(alert) = entry.alert.as_ref().filter(|alert| alert.standing.state.is_firing()) {
        let name = safe(&entry.listed.name);
        lines.push(format!("alert: {name} is {}", outcome::standing(alert, &entry.zone)));
    }
    if let Some(last) = &entry.last {
        let name = safe(&entry.listed.name);
        match last.state {
            RunState::Failed => lines.push(format!(
                "failed: {name}, run {}: {}; `weir schedule list {name}` names each recipient",
                last.id,
                last.trouble.as_deref().unwrap_or("it did not reach everybody"),
            )),
            RunState::Due | RunState::Delivering => {
                if let Some(trouble) = &last.trouble {
                    lines.push(format!("waiting: {name}, run {}: {trouble}", last.id));
                }
            }
            _ => {}
        }
    }
    lines
}

/// Runs that are due are nobody's business while no server runs.
fn warn_if_nobody_sends(desk: &Desk, entries: &[Entry]) {
    let due = entries.iter().any(|entry| entry.next_at.is_some() && !entry.paused);
    let served = !desk.dir.path().exists()
        || matches!(
            desk.dir.lock("weir schedule list"),
            Err(LogError::Locked { holder, .. }) if does_runs(&holder)
        );
    if due && !served {
        println!("note: nothing is sent by itself while `weir serve` does not run");
    }
}

/// One definition with its last runs.
fn one(
    args: &ListArgs,
    ledger: Option<&Ledger>,
    entries: &[Entry],
    runs: &[RunSummary],
) -> Outcome {
    let zone = entries.first().map_or_else(Zone::utc, |entry| entry.zone.clone());
    let mut told = Vec::new();
    for run in runs {
        let read = ledger.map(|ledger| ledger.run(run.id)).transpose()?.flatten();
        told.extend(read);
    }
    if args.json {
        let runs: Vec<_> = told.iter().map(outcome::json).collect();
        let definition = entries.first().map(Entry::json);
        println!("{:#}", json!({ "definition": definition, "runs": runs }));
        return Ok(());
    }
    print!("{}", table(entries));
    for entry in entries {
        for trouble in &entry.troubles {
            println!("wrong: {trouble}");
        }
        if let Some(alert) = &entry.alert {
            println!("alert: {}", outcome::standing(alert, &zone));
        }
    }
    for run in &told {
        println!();
        print!("{}", outcome::lines(run, &zone));
    }
    if told.is_empty() {
        println!("it has not run yet");
    }
    Ok(())
}

impl Entry {
    fn json(&self) -> Value {
        let troubles: Vec<_> = self
            .troubles
            .iter()
            .map(|trouble| json!({ "line": trouble.line, "message": trouble.message }))
            .collect();
        json!({
            "name": self.listed.name,
            "title": self.listed.definition.as_ref().ok().map(|definition| &definition.title),
            "shipped": self.listed.shipped,
            "when": self.when,
            "timezone": self.zone.name(),
            "paused": self.paused,
            "next_at": self.next_at.map(|at| at.to_string()),
            "last": self.last.as_ref().map(outcome::summary_json),
            "alert": self.alert.as_ref().map(outcome::standing_json),
            "troubles": troubles,
        })
    }
}
