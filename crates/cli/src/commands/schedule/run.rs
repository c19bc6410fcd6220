//! `weir schedule run`: one run, now.

use std::sync::Arc;
use std::time::Duration;

use weir_audit::Did;
use weir_domain::Clock;
use weir_log::{LogError, LogReader};
use weir_report::{Asked, Zone};
use weir_schedule::{Definitions, Ledger, Run, RunId, RunState, Runner, SendingState};

use super::words::safe;
use super::{Desk, RunArgs, outcome};
use crate::audited::audited;
use crate::clock::SystemClock;
use crate::failure::{Failure, Outcome};

/// How often to look what became of a run that the server does.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Records it, has it done, and says what became of each recipient.
pub(super) fn run(desk: &Desk, args: &RunArgs) -> Outcome {
    // Fails with the right words where there is no log; the ledger alone would make the folder.
    drop(LogReader::open(&desk.dir)?);
    let (listed, definition) = desk.definition(&args.name)?;
    let engine = desk.engine();
    if let Some(trouble) = desk.troubles(&listed, &engine).first() {
        return Err(Failure::work(format!("{}: {trouble}", desk.place(&listed))));
    }
    if weir_schedule::targets(&definition).is_empty() {
        return Err(Failure::call(format!(
            "`{}` has no recipient, so a run would tell nobody; add a [[recipient]], or look at it \
             with --dry-run",
            safe(&args.name)
        )));
    }
    let zone = desk.zone(&definition);
    let as_of = as_of(desk, args, &zone)?;
    let ledger = Arc::new(desk.ledger()?);
    let id = audited(&desk.dir, Did::AskedForRun, &args.name, || {
        Ok(ledger.ask(&args.name, &listed.text, as_of, desk.now)?)
    })?;
    let run = done(desk, &ledger, id)?;
    print!("{}", outcome::lines(&run, &zone));
    outcome::verdict(&run)
}

/// The instant that was asked for, in the definition's zone.
pub(super) fn as_of(desk: &Desk, args: &RunArgs, zone: &Zone) -> Outcome<weir_domain::Timestamp> {
    let asked =
        Asked { as_of: args.as_of.clone(), tz: Some(zone.name().to_owned()), ..Asked::default() };
    let query = asked.query(desk.now).map_err(|error| Failure::call(error.as_flag()))?;
    Ok(query.as_of)
}

/// Has a run done, by whoever may, and waits until it is over or has to wait itself.
pub(super) fn done(desk: &Desk, ledger: &Arc<Ledger>, id: RunId) -> Outcome<Run> {
    let mut is_told = false;
    loop {
        match desk.dir.lock("weir schedule") {
            Err(LogError::Locked { holder, .. }) if does_runs(&holder) => {
                return wait(desk, ledger, id, &holder);
            }
            // Another command does its own work only: nobody would ever do this.
            Err(LogError::Locked { holder, .. }) => {
                if !std::mem::replace(&mut is_told, true) {
                    eprintln!("run {id} waits for {holder}");
                }
                std::thread::sleep(LOOK_EVERY);
            }
            locked => {
                let _lock = locked?;
                return Ok(runner(desk, ledger).one(id)?);
            }
        }
    }
}

/// Whether the holder of the data directory does whatever is due.
pub(crate) fn does_runs(holder: &str) -> bool {
    holder.starts_with("`weir serve")
}

fn runner(desk: &Desk, ledger: &Arc<Ledger>) -> Runner {
    Runner::new(
        Arc::clone(ledger),
        Definitions::at(desk.definitions.dir()),
        Arc::new(desk.engine()),
        desk.channels.clone(),
        Arc::new(SystemClock),
        desk.dir.outputs_dir(),
        &desk.config.report.timezone,
    )
    .keeping(desk.config.schedule.keep_outputs_days)
}

/// The server that holds the folder finds the run in the ledger, and does it.
fn wait(desk: &Desk, ledger: &Ledger, id: RunId, holder: &str) -> Outcome<Run> {
    eprintln!("{holder} does run {id}");
    loop {
        std::thread::sleep(LOOK_EVERY);
        let run = ledger.run(id)?.ok_or(weir_schedule::LedgerError::NoRun(id))?;
        if is_settled(&run) {
            return Ok(run);
        }
        // Looked at seldom: whoever takes the lock keeps the server from starting meanwhile.
        if SystemClock.now().since_us(desk.now) % 5_000_000 < 100_000
            && desk.dir.lock("weir schedule").is_ok()
        {
            return Err(Failure::work(format!(
                "{holder} is not at work any more; run {id} is done after the next start of `weir \
                 serve`, and `weir schedule list {}` says what became of it",
                safe(&run.summary.name)
            )));
        }
    }
}

/// Nothing happens before a pause is over.
fn is_settled(run: &Run) -> bool {
    let summary = &run.summary;
    match summary.state {
        RunState::Due => summary.trouble.is_some(),
        RunState::Rendering => false,
        RunState::Delivering => run.sendings.iter().all(|sending| match sending.state {
            SendingState::Waiting => 0 < sending.tries,
            state => state.is_over(),
        }),
        state => state.is_over(),
    }
}
