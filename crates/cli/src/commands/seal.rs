//! `weir seal`: a log in which personal values stand in plain becomes one in which they are sealed.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use weir_audit::Did;
use weir_backup::{SealError, Sealed};
use weir_domain::Clock;
use weir_log::LogReader;

use crate::args::Common;
use crate::audited::audited;
use crate::clock::SystemClock;
use crate::commands::{counted, threads};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::progress::Stages;

/// How to seal what is there.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Keep the old log, with its values in plain, in this folder [default: it is deleted]
    #[arg(long, value_name = "DIR")]
    keep_old: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Seals, proves, and swaps.
pub(crate) fn run(common: &Common, args: &Args) -> Outcome {
    let config = Config::read(common)?;
    let (dir, place) = (config.data_dir(), config.vault());
    if !place.seal {
        return Err(Failure::call(
            "what is received would still come in plain: set `seal = true` in [privacy] first",
        ));
    }
    let lock = dir.lock("weir seal")?;
    place.refuse_lost()?;
    confirm(args)?;
    let what = format!("log, up to delivery {}", LogReader::open(&dir)?.head()?);
    let (keep_old, now) = (args.keep_old.as_deref(), SystemClock.now());
    let mut stages = Stages::default();
    let sealed = audited(&dir, Did::Sealed, &what, || {
        let mut progress = |stage, at, all| stages.at(stage, at, all);
        weir_backup::seal((&dir, &lock), &place.path, keep_old, now, threads(), &mut progress)
            .map_err(|error| match error {
                taken @ SealError::Taken { .. } => Failure::call(taken.to_string()),
                other => other.into(),
            })
    });
    stages.finish();
    tell(&sealed?, keep_old);
    Ok(())
}

fn confirm(args: &Args) -> Outcome {
    if args.yes {
        return Ok(());
    }
    let consequence = match &args.keep_old {
        Some(_) => "the log is replaced",
        None => "the log is replaced, and the old one deleted",
    };
    if !std::io::stdin().is_terminal() {
        return Err(Failure::call(format!("{consequence}; say so with --yes")));
    }
    eprint!("{consequence}; seal? (yes/no) ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::call("nothing was sealed"))
}

fn tell(done: &Sealed, keep_old: Option<&Path>) {
    let Sealed { head, sealed, dropped, old, new } = done;
    println!("{} of {head} sealed", counted(*sealed, "delivery", "deliveries"));
    if *sealed == 0 {
        println!("no value stands in plain, and the log is the one that it was");
        return;
    }
    if 0 < *dropped {
        println!(
            "{} of somebody who is erased, or of months that are not kept: not kept now",
            counted(*dropped, "delivery has a value", "deliveries have values")
        );
    }
    println!("every one opens to the same bytes, every seal holds, and the reports are equal");
    println!("the last seal was {}", hex::encode(old.hash));
    println!("the last seal is  {}", hex::encode(new.hash));
    println!(
        "heads that were noted elsewhere, and backups, are of the old log: note a head, and begin a new backup"
    );
    if let Some(folder) = keep_old {
        println!("the old log, in plain, lies in {}", folder.display());
    }
    println!("the read model is folded at the next start of `weir serve`");
}
