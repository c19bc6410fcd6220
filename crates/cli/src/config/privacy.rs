//! `[privacy]`: whether personal values are sealed, and where the keys are.

use std::path::PathBuf;

use serde::Deserialize;

use super::Config;
use crate::vault::Place;

/// Whether personal values are sealed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PrivacyConfig {
    /// Whether `vendorData` and `endUserId` of what is received from now on are sealed.
    pub seal: bool,
    /// Where the keys are, if not in the data directory.
    pub keys_file: Option<PathBuf>,
}

impl Config {
    /// Where the keys of personal values are, and what is done with them.
    pub(crate) fn vault(&self) -> Place {
        let PrivacyConfig { seal, keys_file } = &self.privacy;
        let dir = self.data_dir();
        let path = match keys_file {
            Some(path) => self.base.join(path),
            None => dir.keys_file(),
        };
        Place { dir, path, seal: *seal }
    }
}
