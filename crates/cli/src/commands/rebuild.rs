//! `weir rebuild`: fold the whole log again, prove it equal to what is served, and swap.

use std::time::{Duration, Instant};

use weir_domain::Clock;
use weir_log::{DataDir, Lock, LogError, LogReader};
use weir_projector::{RebuildRequest, Rebuilt};

use crate::args::Common;
use crate::clock::SystemClock;
use crate::commands::{counted, threads};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;

/// How often to look whether the running server has answered.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Folds, compares, swaps, and says what it found.
pub(crate) fn run(common: &Common) -> Outcome {
    let dir = Config::read(common)?.data_dir();
    // Fails with the right words where there is no log; a lock alone would make the folder.
    drop(LogReader::open(&dir)?);
    let began = Instant::now();
    let rebuilt = match dir.lock("weir rebuild") {
        Err(LogError::Locked { holder, .. }) => ask(&dir, &holder)?,
        locked => fold(&dir, &locked?)?,
    };
    say(&rebuilt, began.elapsed());
    Ok(())
}

/// Rebuilds in this process: no other is at work in the folder.
fn fold(dir: &DataDir, lock: &Lock) -> Outcome<Rebuilt> {
    let mut progress = Progress::start("folding deliveries", 0);
    let rebuilt = weir_projector::rebuild(dir, lock, threads(), |at, head| {
        progress.at(at.get(), head.get());
    });
    progress.finish();
    Ok(rebuilt?)
}

/// Asks the server that holds the folder, and waits for its answer.
fn ask(dir: &DataDir, holder: &str) -> Outcome<Rebuilt> {
    eprintln!("weir: asking {holder} to rebuild; it goes on serving meanwhile");
    let id = format!("{} {}", std::process::id(), SystemClock.now());
    let request = RebuildRequest::leave(dir, &id)?;
    let mut progress = Progress::start("waiting for the rebuild (looks)", 0);
    for look in 0.. {
        std::thread::sleep(LOOK_EVERY);
        if let Some(result) = request.answer()? {
            progress.finish();
            return result.map_err(Failure::work);
        }
        progress.at(look, 0);
        if dir.lock("weir rebuild").is_ok() {
            break;
        }
    }
    request.withdraw();
    Err(Failure::work(format!("{holder} ended before it had rebuilt; run `weir rebuild` again")))
}

fn say(rebuilt: &Rebuilt, took: Duration) {
    println!(
        "folded {} to {} in {:.2} s",
        counted(rebuilt.deliveries, "delivery", "deliveries"),
        counted(rebuilt.sessions as u64, "session", "sessions"),
        took.as_secs_f64()
    );
    match (rebuilt.compared, rebuilt.differences.as_slice()) {
        (false, _) => println!(
            "there was no read model of this version to compare with; this one is now served"
        ),
        (true, []) => println!("proved equal to the read model that was served; swapped"),
        (true, differences) => {
            println!(
                "the read model that was served differs from the log; it is replaced by this one:"
            );
            differences.iter().for_each(|difference| println!("  {difference}"));
        }
    }
}
