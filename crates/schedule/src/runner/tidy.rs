//! Folders of old runs go. What was recorded stays: the same bytes can be made again.

use std::fs;

use weir_domain::Timestamp;

use super::{Tools, kept};
use crate::{LedgerError, RunId};

const DAY_US: i64 = 86_400_000_000;

/// Removes the folders of runs that have been over for longer than they are kept.
pub(super) fn tidy(tools: &Tools, now: Timestamp) -> Result<(), LedgerError> {
    let Ok(entries) = fs::read_dir(&tools.outputs) else { return Ok(()) };
    for entry in entries.flatten() {
        // Other folders are somebody else's: that of the channel of files lies here too.
        let Ok(id) = entry.file_name().to_string_lossy().parse() else { continue };
        let over_since = tools.ledger.over_since(RunId(id))?;
        let keep_us = i64::from(tools.keep_days) * DAY_US;
        if over_since.is_some_and(|since| keep_us < now.since_us(since)) {
            let path = kept::folder_of(&tools.outputs, RunId(id));
            if let Err(error) = fs::remove_dir_all(&path) {
                tracing::warn!("{} could not be removed: {error}", path.display());
            }
        }
    }
    Ok(())
}
