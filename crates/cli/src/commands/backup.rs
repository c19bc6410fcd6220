//! `weir backup` and `weir restore`: a copy of the data directory that is proved, and the way back.

use std::path::PathBuf;
use std::time::Instant;

use weir_backup::{Stage, Taken, Upto};
use weir_domain::{Clock, Seq, Timestamp};

use crate::args::Common;
use crate::clock::SystemClock;
use crate::commands::{counted, threads};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;

/// What to back up to.
#[derive(clap::Args, Debug)]
pub(crate) struct TakeArgs {
    /// The backup's folder: a new or empty one, or one that is brought up to date
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Prove only what is added, and compare no report
    #[arg(long)]
    quick: bool,
    /// Print what the backup holds as JSON
    #[arg(long)]
    json: bool,
}

/// What to restore.
#[derive(clap::Args, Debug)]
pub(crate) struct RestoreArgs {
    /// The backup's folder
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Only up to here: the number of a delivery, or an instant (RFC 3339) after which nothing was
    /// received [default: all of it]
    #[arg(long, value_name = "SEQ|T")]
    to: Option<String>,
    /// Move what is in the data directory aside, into a folder in it
    #[arg(long)]
    replace: bool,
    /// Take a backup that did not come to its end: what it has is proved all the same
    #[arg(long)]
    unfinished: bool,
}

/// Makes a backup, or brings one up to date.
pub(crate) fn take(common: &Common, args: &TakeArgs) -> Outcome {
    let source = Config::read(common)?.data_dir();
    let began = Instant::now();
    let mut stages = Stages::default();
    let made = (env!("CARGO_PKG_VERSION"), SystemClock.now());
    let taken = weir_backup::take(
        &source,
        &args.dir,
        made,
        args.quick,
        threads(),
        &mut |stage, at, all| {
            stages.at(stage, at, all);
        },
    );
    stages.finish();
    let Taken { manifest, added } = taken?;
    if args.json {
        println!("{}", serde_json::to_string(&manifest)?);
        return Ok(());
    }
    println!(
        "{} holds {}, {} of them new, and {}",
        args.dir.display(),
        counted(manifest.deliveries, "delivery", "deliveries"),
        added,
        counted(manifest.files.len() as u64, "other file", "other files"),
    );
    println!("the last seal is {}", manifest.seal);
    println!(
        "{}, in {:.2} s",
        if args.quick {
            "what was added was proved on the way; without --quick all of it is"
        } else {
            "every seal was read again, and the copy gives the report that is served"
        },
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Makes a data directory from a backup.
pub(crate) fn restore(common: &Common, args: &RestoreArgs) -> Outcome {
    let target = Config::read(common)?.data_dir();
    let began = Instant::now();
    let upto = args.to.as_deref().map_or(Ok(Upto::End), upto)?;
    let mut stages = Stages::default();
    let restored = weir_backup::restore(
        &args.dir,
        &target,
        upto,
        (args.replace, SystemClock.now()),
        args.unfinished,
        threads(),
        &mut |stage, at, all| stages.at(stage, at, all),
    );
    stages.finish();
    let restored = restored?;
    println!(
        "{} holds the backup of {}: {}{}",
        target.path().display(),
        restored.manifest.taken_at,
        counted(restored.head.get(), "delivery", "deliveries"),
        restored.last_received_at.map_or_else(String::new, |at| format!(", the last of {at}")),
    );
    println!(
        "every seal was read again{}, in {:.2} s",
        if restored.is_report_compared {
            ", and it gives the report that was backed up"
        } else {
            "; there is no report of this point to compare"
        },
        began.elapsed().as_secs_f64()
    );
    if let Some(aside) = restored.aside {
        println!("what was there before lies in {}; remove it when you are sure", aside.display());
    }
    println!("the read model is folded at the next start of `weir serve`");
    Ok(())
}

fn upto(text: &str) -> Outcome<Upto> {
    if let Ok(seq) = text.parse::<u64>() {
        return Ok(Upto::Seq(Seq::new(seq)));
    }
    text.parse::<Timestamp>().map(Upto::Time).map_err(|_| {
        Failure::call(format!(
            "--to {text}: write the number of a delivery, or an instant such as 2026-03-01T12:00:00Z"
        ))
    })
}

/// A bar for each stage, one after the other.
#[derive(Default)]
struct Stages {
    shown: Option<(Stage, Progress)>,
}

impl Stages {
    fn at(&mut self, stage: Stage, at: u64, all: u64) {
        if self.shown.as_ref().is_none_or(|(shown, _)| *shown != stage) {
            self.finish();
            self.shown = Some((stage, Progress::start(stage.name(), all)));
        }
        if let Some((_, progress)) = &mut self.shown {
            progress.at(at, all);
        }
    }

    fn finish(&mut self) {
        if let Some((_, progress)) = self.shown.take() {
            progress.finish();
        }
    }
}
