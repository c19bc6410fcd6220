//! Which files are ours. Only what stands here is ever removed: a file that fits a template may be
//! somebody else's.

use std::collections::BTreeSet;
use std::io;

use serde::{Deserialize, Serialize};

use super::root::Root;

/// No template can name it: it begins with a dot.
const FILE: &str = ".weir-files.json";

/// Every file that was written and not removed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    files: Vec<Written>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) template: String,
    /// The definition.
    pub(super) name: String,
    pub(super) run: u64,
    pub(super) path: String,
}

impl Record {
    pub(super) fn read(root: &Root) -> io::Result<Record> {
        let Some(bytes) = root.read(FILE)? else { return Ok(Record::default()) };
        // Without the record nothing is known to be ours, so nothing is removed.
        Ok(serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(%error, "the record {FILE} of written files is damaged; older files stay");
            Record::default()
        }))
    }

    pub(super) fn write(&self, root: &Root) -> io::Result<()> {
        let bytes = serde_json::to_vec(self).map_err(io::Error::other)?;
        root.put(FILE, &mut &*bytes)
    }

    pub(super) fn add(&mut self, written: Written) {
        self.files.retain(|known| known.path != written.path);
        self.files.push(written);
    }

    /// Takes out the runs of a definition by a template beyond the newest `keep`.
    pub(super) fn beyond(&mut self, template: &str, name: &str, keep: u32) -> Vec<Written> {
        let ours = |file: &Written| file.template == template && file.name == name;
        let runs: BTreeSet<u64> =
            self.files.iter().filter(|file| ours(file)).map(|file| file.run).collect();
        let keep = usize::try_from(keep).unwrap_or(usize::MAX);
        let kept: BTreeSet<u64> = runs.into_iter().rev().take(keep).collect();
        let gone = |file: &Written| ours(file) && !kept.contains(&file.run);
        self.files.extract_if(.., |file| gone(file)).collect()
    }
}
