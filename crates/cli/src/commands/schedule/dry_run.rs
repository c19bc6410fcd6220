//! `weir schedule run --dry-run`: what would be sent.
//!
//! It is a run like any other, with a ledger of its own that is thrown away, and with channels that
//! hand nothing over.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_channel::{Handing, Parcel, Post, Receipt, Refusal, Target};
use weir_log::LogReader;
use weir_schedule::{Definitions, Ledger, Run, RunState, Runner};

use super::run::as_of;
use super::words::{columns, local, safe};
use super::{Desk, RunArgs};
use crate::clock::SystemClock;
use crate::failure::{Failure, Outcome};

/// Takes everything and hands nothing over.
struct Nobody;

impl Post for Nobody {
    fn check(&self, _: &Target) -> Result<(), String> {
        Ok(())
    }

    fn send(&self, _: &Target, _: &Parcel, _: &mut Handing<'_>) -> Result<Receipt, Refusal> {
        Ok(Receipt { detail: String::new() })
    }
}

/// Renders it, and says what would become of it.
pub(super) fn run(desk: &Desk, args: &RunArgs) -> Outcome {
    drop(LogReader::open(&desk.dir)?);
    let (listed, definition) = desk.definition(&args.name)?;
    let zone = desk.zone(&definition);
    let as_of = as_of(desk, args, &zone)?;
    let out = folder(args.out.as_deref())?;
    let scratch = tempfile::Builder::new().prefix("weir-dry-run-").tempdir()?;
    let ledger = Arc::new(Ledger::open(&scratch.path().join("schedule.db"))?);
    let mut runner = Runner::new(
        Arc::clone(&ledger),
        Definitions::at(&scratch.path().join("reports")),
        Arc::new(desk.engine()),
        Arc::new(Nobody),
        Arc::new(SystemClock),
        scratch.path().join("outputs"),
        &desk.config.report.timezone,
    );
    let id = ledger.ask(&args.name, &listed.text, as_of, desk.now)?;
    let run = runner.one(id)?;
    if matches!(run.summary.state, RunState::Due | RunState::Failed) {
        let trouble = run.summary.trouble.as_deref().unwrap_or("it was not rendered");
        return Err(Failure::work(format!("{}: {trouble}", safe(&args.name))));
    }
    let rendered = scratch.path().join("outputs").join(id.to_string());
    println!("{}, as of {}", safe(&definition.title), local(as_of, &zone));
    if let Some(note) = &run.summary.note {
        println!("{}", safe(note));
    }
    if run.summary.state == RunState::Quiet {
        println!("nobody would be told");
        return Ok(());
    }
    let subject = fs::read_to_string(rendered.join("mail-subject.txt")).unwrap_or_default();
    println!("subject   {}", safe(&subject));
    let wrong = recipients(desk, &definition);
    files(&run, &rendered, &out)?;
    println!("rendered to {}; nothing was sent", out.display());
    match wrong {
        0 => Ok(()),
        _ => Err(Failure::work(format!(
            "not everybody could be sent to; `weir schedule check {}` says where to mend it",
            safe(&args.name)
        ))),
    }
}

/// To whom it would go, and how many of them cannot be sent to.
fn recipients(desk: &Desk, definition: &weir_report::Definition) -> usize {
    let targets = weir_schedule::targets(definition);
    if targets.is_empty() {
        println!("to        nobody yet: the definition has no [[recipient]]");
    }
    let mut wrong = 0;
    for (target, formats) in targets {
        let formats: Vec<_> = formats.iter().map(|format| format.name()).collect();
        let with = if formats.is_empty() {
            String::new()
        } else {
            format!(" with {}", formats.join(", "))
        };
        match desk.channels.check(&target) {
            Ok(()) => println!("to        {}{with}", safe(&target.to_string())),
            Err(why) => {
                wrong += 1;
                println!("wrong     {}: {why}", safe(&target.to_string()));
            }
        }
    }
    wrong
}

/// Puts what was rendered where it was asked for, and lists it.
fn files(run: &Run, from: &Path, to: &Path) -> Outcome {
    let mut rows = Vec::new();
    for (name, _, bytes, _) in run.files.iter().chain(&run.parts) {
        copy(&from.join(name), &to.join(name))?;
        rows.push([
            format!("file      {name}"),
            format!("{} bytes", weir_report::render::count(*bytes)),
        ]);
    }
    print!("{}", columns(&rows));
    Ok(())
}

/// Copies a file, which only its owner may read.
pub(super) fn copy(from: &Path, to: &Path) -> Outcome {
    fs::copy(from, to).map(drop).map_err(|error| {
        Failure::work(format!(
            "{} cannot be written: {error}; name another place with --out",
            to.display()
        ))
    })
}

/// The folder that was asked for, which must be empty, or a new one that stays.
pub(super) fn folder(asked: Option<&Path>) -> Outcome<PathBuf> {
    let Some(path) = asked else {
        return Ok(tempfile::Builder::new().prefix("weir-run-").tempdir()?.keep());
    };
    fs::create_dir_all(path)
        .and_then(|()| fs::read_dir(path))
        .map_err(|error| {
            Failure::work(format!(
                "{} cannot be written to: {error}; name another place with --out",
                path.display()
            ))
        })?
        .next()
        .map_or_else(
            || Ok(path.to_owned()),
            |_| {
                Err(Failure::call(format!(
                    "the folder {} is not empty; name a new one with --out",
                    path.display()
                )))
            },
        )
}
