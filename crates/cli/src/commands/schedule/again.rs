//! `weir schedule again`: the same run once more, byte for byte.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_audit::Did;
use weir_log::LogReader;
use weir_report::render::count;
use weir_report::{Definition, Zone};
use weir_schedule::{AgainError, LedgerError, Remade, Run, RunId, render_again};

use super::dry_run::{copy, folder};
use super::run::done;
use super::words::{columns, local, safe};
use super::{AgainArgs, Desk, outcome};
use crate::audited::audited;
use crate::failure::{Failure, Outcome};

/// Enough of a digest to see that two are the same.
const DIGEST_SHOWN: usize = 12;

/// Makes it again, compares, and sends it where that is asked for.
pub(super) fn run(desk: &Desk, args: &AgainArgs) -> Outcome {
    drop(LogReader::open(&desk.dir)?);
    let ledger = desk.ledger_if_there()?.ok_or_else(|| {
        Failure::call("nothing has run yet, so there is nothing to make again".to_owned())
    })?;
    let ledger = Arc::new(ledger);
    let id = RunId(args.run);
    let of = ledger.run(id)?.ok_or_else(|| Failure::call(LedgerError::NoRun(id).to_string()))?;
    let zone = zone(desk, &of);
    if of.position.is_some() {
        let (remade, place) = remake(desk, args, &ledger, &of)?;
        say(&of, &remade, &place, &zone);
        // What differs is not sent: the server proves it once more, and would refuse.
        if remade.iter().any(|file| !file.equal) && args.send.is_none() {
            return Err(differs(&of));
        }
    } else if args.send.is_none() {
        return Err(Failure::work(format!(
            "run {id} was never computed, so there is nothing to make again: {}",
            of.summary
                .trouble
                .as_deref()
                .or(of.summary.note.as_deref())
                .unwrap_or("it was not its turn")
        )));
    }
    let Some(targets) = &args.send else { return Ok(()) };
    let asked = audited(&desk.dir, Did::AskedForRun, &format!("{id} again"), || {
        ledger.again(id, targets, desk.now).map_err(|error| match error {
            LedgerError::NoTarget { .. } => Failure::call(error.to_string()),
            error => error.into(),
        })
    })?;
    let sent = done(desk, &ledger, asked)?;
    print!("{}", outcome::lines(&sent, &zone));
    outcome::verdict(&sent)
}

/// Makes it again in a folder of its own, and puts it where it was asked for.
fn remake(
    desk: &Desk,
    args: &AgainArgs,
    ledger: &weir_schedule::Ledger,
    of: &Run,
) -> Outcome<(Vec<Remade>, PathBuf)> {
    let id = of.summary.id;
    let engine = desk.engine();
    let render = |place: &Path| {
        render_again(ledger, &engine, id, place).map_err(|error| match error {
            AgainError::Cannot(why) => Failure::work(format!("run {id}: {why}")),
            AgainError::Ledger(error) => error.into(),
        })
    };
    let Some(out) = &args.out else {
        desk.dir.create_folders()?;
        let place = desk.dir.outputs_dir().join(format!("{id}-again"));
        return Ok((render(&place)?, place));
    };
    // A folder of the caller's is added to, and nothing in it is lost.
    let out = folder(Some(out))?;
    let scratch = tempfile::Builder::new().prefix("weir-again-").tempdir()?;
    let place = scratch.path().join("run");
    let remade = render(&place)?;
    for file in &remade {
        copy(&place.join(&file.name), &out.join(&file.name))?;
    }
    Ok((remade, out))
}

fn say(of: &Run, remade: &[Remade], place: &Path, zone: &Zone) {
    let summary = &of.summary;
    let position = of.position.map(|position| count(position.get())).unwrap_or_default();
    println!(
        "run {}, {} of {}, from the log up to delivery {position}",
        summary.id,
        safe(&summary.name),
        local(summary.scheduled_at, zone)
    );
    let rows: Vec<_> = remade
        .iter()
        .map(|file| {
            let same = if file.equal { "the same" } else { "differs" };
            let digest: String = file.sha256.chars().take(DIGEST_SHOWN).collect();
            [same.to_owned(), safe(&file.name), format!("{} bytes", count(file.bytes)), digest]
        })
        .collect();
    print!("{}", columns(&rows));
    if remade.is_empty() {
        println!("it told nobody anything, so there is no file");
        return;
    }
    if remade.iter().all(|file| file.equal) {
        println!("every file is the same, byte for byte");
    }
    println!("they are in {}", place.display());
}

/// Why files of the same run can differ.
fn differs(of: &Run) -> Failure {
    let version = env!("CARGO_PKG_VERSION");
    let why = if of.version == version {
        "and it was the same version of Weir; run `weir log verify` and `weir rebuild`: either the \
         log was changed, or this is a bug to report"
            .to_owned()
    } else {
        format!(
            "because Weir {} rendered it and this is {version}; with that version the bytes are the same",
            safe(&of.version)
        )
    };
    Failure::work(format!("run {} does not come out as the same bytes, {why}", of.summary.id))
}

/// The zone of its question.
fn zone(desk: &Desk, of: &Run) -> Zone {
    Definition::read(&of.definition)
        .map_or_else(|_| Zone::utc(), |definition| desk.zone(&definition))
}
