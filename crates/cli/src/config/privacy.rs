//! `[privacy]`: whether personal values are sealed, and where the keys are.

use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Config;
use crate::failure::{Failure, Outcome};
use crate::vault::Place;

/// Whether personal values are sealed, and for how long they are kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PrivacyConfig {
    /// Whether `vendorData` and `endUserId` of what is received from now on are sealed.
    pub seal: bool,
    /// Where the keys are, if not in the data directory.
    pub keys_file: Option<PathBuf>,
    /// For how many months, besides the present one, sealed values can be opened; for ever without it.
    pub personal_months: Option<NonZeroU16>,
    /// What viewers see of them on the dashboard and by the API.
    pub viewers_see: ViewersSee,
}

/// What viewers see of personal values.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ViewersSee {
    /// A pseudonym for each.
    #[default]
    Pseudonyms,
    /// The values.
    Values,
}

/// What a backup holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BackupConfig {
    /// Whether the keys of sealed values are in it.
    pub keys: bool,
}

impl Default for BackupConfig {
    fn default() -> BackupConfig {
        BackupConfig { keys: true }
    }
}

impl Config {
    /// What viewers see of personal values.
    pub(crate) fn viewers_see(&self) -> weir_dashboard::ViewersSee {
        match self.privacy.viewers_see {
            ViewersSee::Pseudonyms => weir_dashboard::ViewersSee::Pseudonyms,
            ViewersSee::Values => weir_dashboard::ViewersSee::Values,
        }
    }

    /// Refuses a vault that is said to be elsewhere and lies in the data directory: a restore moves
    /// away what lies there.
    pub(super) fn check_keys_file(&self, place: &Path) -> Outcome {
        let Some(path) = &self.privacy.keys_file else { return Ok(()) };
        let (path, dir) = (self.base.join(path), self.data_dir());
        // What cannot be told of a path is told when it is opened.
        if !dir.holds(&path).unwrap_or(false) {
            return Ok(());
        }
        Err(Failure::call(format!(
            "{}: privacy.keys_file is {}, which lies in the data directory; name a place elsewhere, or \
             leave it out, and the keys are in {}",
            place.display(),
            path.display(),
            dir.keys_file().display()
        )))
    }

    /// Where the keys of personal values are, and what is done with them.
    pub(crate) fn vault(&self) -> Place {
        let PrivacyConfig { seal, keys_file, personal_months, .. } = &self.privacy;
        let dir = self.data_dir();
        let path = match keys_file {
            Some(path) => self.base.join(path),
            None => dir.keys_file(),
        };
        Place { dir, path, seal: *seal, personal_months: *personal_months }
    }
}
