//! Folders of old runs go. What was recorded stays: the same bytes can be made again.

use std::fs::{self, DirEntry};
use std::time::UNIX_EPOCH;

use weir_domain::Timestamp;

use super::Tools;
use crate::{LedgerError, RunId};

const DAY_US: i64 = 86_400_000_000;

/// What the folder of a run is called that was made again.
const AGAIN: &str = "-again";

/// Removes the folders of runs that have been over for longer than they are kept, and of runs that
/// were made again as long ago.
pub(super) fn tidy(tools: &Tools, now: Timestamp) -> Result<(), LedgerError> {
    let Ok(entries) = fs::read_dir(&tools.outputs) else { return Ok(()) };
    for entry in entries.flatten() {
        let since = done_since(tools, &entry)?;
        let keep_us = i64::from(tools.keep_days).saturating_mul(DAY_US);
        if since.is_some_and(|since| keep_us < now.since_us(since)) {
            let path = entry.path();
            if let Err(error) = fs::remove_dir_all(&path) {
                tracing::warn!("{} could not be removed: {error}", path.display());
            }
        }
    }
    Ok(())
}

/// Since when nothing happens in a folder any more; none while something may, and of folders that
/// are somebody else's: that of the channel of files lies here too.
fn done_since(tools: &Tools, entry: &DirEntry) -> Result<Option<Timestamp>, LedgerError> {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    let of = |id: &str| id.parse().ok().filter(|run: &u64| run.to_string() == id).map(RunId);
    let over = |run: Option<RunId>| match run {
        Some(run) => tools.ledger.over_since(run),
        None => Ok(None),
    };
    match name.strip_suffix(AGAIN) {
        None => over(of(&name)),
        Some(id) => Ok(over(of(id))?.and_then(|since| Some(since.max(made_at(entry)?)))),
    }
}

/// When the last file came into a folder.
fn made_at(entry: &DirEntry) -> Option<Timestamp> {
    let since = entry.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?))
}
