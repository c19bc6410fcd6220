//! The log into the read model.

use std::path::Path;
use std::time::Instant;

use weir_domain::Seq;
use weir_log::{DataDir, LogError, LogReader};

use crate::Args;
use crate::figures::{Target, median, say};
use crate::process::{wall_s, weir};

/// Measures `weir rebuild`, whole process, without and with a model to compare with, beside a
/// single reading of the log that only adds up the bodies' lengths.
#[allow(clippy::cast_precision_loss)] // far below 2^53
pub(crate) fn measure(args: &Args, dir: &Path) -> anyhow::Result<()> {
    let count = args.deliveries as f64;
    let log_bytes = DataDir::at(dir).log_file().metadata()?.len();
    println!("rebuild: {} deliveries, a log of {:.0} MB", args.deliveries, log_bytes as f64 / 1e6);
    let (mut fresh, mut proven, mut readings) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.runs {
        for suffix in ["", "-wal", "-shm"] {
            // There is none at first.
            let _ = std::fs::remove_file(dir.join(format!("read.db{suffix}")));
        }
        readings.push(read_through(dir)?);
        fresh.push(wall_s(weir(&args.weir, dir).arg("rebuild"))?);
        proven.push(wall_s(weir(&args.weir, dir).arg("rebuild"))?);
    }
    say(
        "weir rebuild, no model before",
        count / median(&fresh),
        "deliveries/s",
        Target::AtLeast(500_000.0),
    );
    say(
        "weir rebuild, proved equal to the one before",
        count / median(&proven),
        "deliveries/s",
        Target::AtLeast(500_000.0),
    );
    say(
        "baseline: reading the log once, one thread",
        count / median(&readings),
        "deliveries/s",
        Target::None,
    );
    say("ratio to the baseline", median(&readings) / median(&fresh), "", Target::None);
    let model_bytes = DataDir::at(dir).read_file().metadata()?.len();
    say("read.db", model_bytes as f64 / 1e6, "MB", Target::None);
    Ok(())
}

fn read_through(dir: &Path) -> anyhow::Result<f64> {
    let mut reader = LogReader::open(&DataDir::at(dir))?;
    let began = Instant::now();
    let mut bytes = 0_u64;
    reader.read(Seq::START, u64::MAX, |row| {
        bytes += row.body.len() as u64;
        Ok::<_, LogError>(())
    })?;
    anyhow::ensure!(0 < bytes, "the log is empty");
    Ok(began.elapsed().as_secs_f64())
}
