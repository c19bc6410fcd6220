//! `weir rebuild`: fold the whole log again, prove it equal to what is served, and swap.

use std::time::Instant;

use crate::args::Common;
use crate::commands::{counted, threads};
use crate::config::Config;
use crate::failure::Outcome;
use crate::progress::Progress;

/// Folds, compares, swaps, and says what it found.
pub(crate) fn run(common: &Common) -> Outcome {
    let dir = Config::read(common)?.data_dir();
    // Fails with the right words where there is no log; a lock alone would make the folder.
    drop(weir_log::LogReader::open(&dir)?);
    let lock = dir.lock("weir rebuild")?;
    let began = Instant::now();
    let mut progress = Progress::start("folding deliveries", 0);
    let rebuilt = weir_projector::rebuild(&dir, &lock, threads(), |at, head| {
        progress.at(at.get(), head.get());
    });
    progress.finish();
    let rebuilt = rebuilt?;
    println!(
        "folded {} to {} in {:.2} s",
        counted(rebuilt.deliveries, "delivery", "deliveries"),
        counted(rebuilt.sessions as u64, "session", "sessions"),
        began.elapsed().as_secs_f64()
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
    Ok(())
}
