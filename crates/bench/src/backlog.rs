//! A log and a backlog of simulated sessions.

use std::path::Path;
use std::sync::Arc;

use anyhow::ensure;
use weir_domain::{Delivery, Origin, Seq, Timestamp};
use weir_log::{DataDir, Log};
use weir_simulator::{Scenario, Sent};

/// When the simulated history begins: 2026-01-01.
const FROM: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
const DAYS: f64 = 90.0;
const DELIVERIES_PER_SESSION: f64 = 3.3;
const GROUP_DELIVERIES: usize = 4_096;

/// So many deliveries of 90 days.
#[allow(clippy::cast_precision_loss)] // far below 2^53
pub(crate) fn deliveries(seed: u64, count: u64) -> impl Iterator<Item = Sent> {
    let per_day = count as f64 / DELIVERIES_PER_SESSION / DAYS;
    let endless = Scenario::realistic(seed, FROM, Timestamp::MAX, per_day.max(1.0));
    endless.deliveries().take(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Fills the log of `path` with so many deliveries, if it does not hold them already.
pub(crate) fn log(path: &Path, seed: u64, count: u64) -> anyhow::Result<()> {
    let dir = DataDir::at(path);
    let lock = dir.lock("weir-bench")?;
    let mut log = Log::open(&dir, &lock)?;
    if log.head().get() == count {
        return Ok(());
    }
    ensure!(log.head() == Seq::START, "{} holds another log", path.display());
    let origins = ["main", "test"].map(|name| Arc::new(Origin::imported(name)));
    let mut all = deliveries(seed, count).map(|sent| Delivery {
        received_at: sent.at,
        origin: Arc::clone(&origins[sent.integration.min(1)]),
        body: sent.body,
    });
    loop {
        let group: Vec<_> = all.by_ref().take(GROUP_DELIVERIES).collect();
        if group.is_empty() {
            return Ok(());
        }
        log.append(&group)?;
    }
}
