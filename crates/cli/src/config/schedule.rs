//! `[channels]` and `[schedule]`: the ways out of reports, and what every run is asked with.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use weir_channel::{Channels, Looked, SystemResolver};

use super::Config;
use crate::clock::SystemClock;
use crate::commands::threads;
use crate::engine::Asking;
use crate::failure::{Failure, Outcome};

/// What is kept of reports that were sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ScheduleConfig {
    /// How long the files of a run are kept after it is over, in days. What they are made from stays
    /// in the ledger.
    pub keep_outputs_days: u32,
}

impl Default for ScheduleConfig {
    fn default() -> ScheduleConfig {
        ScheduleConfig { keep_outputs_days: 90 }
    }
}

impl Config {
    /// The ways out, with their secrets.
    pub(crate) fn channels(&self) -> Outcome<Arc<Channels>> {
        Channels::new(&self.channels, &self.base, &self.files_dir(), Arc::new(SystemClock))
            .map(Arc::new)
            .map_err(|error| Failure::call(format!("the configuration is wrong: {error}")))
    }

    /// The ways out, each looked at by itself; `connects` says whether to connect to them.
    pub(crate) fn look_at_channels(&self, connects: bool) -> Vec<Looked> {
        let resolver = Arc::new(SystemResolver);
        Channels::look(&self.channels, &self.base, &self.files_dir(), resolver, connects)
    }

    /// Where files go whose channel names no other folder.
    fn files_dir(&self) -> PathBuf {
        self.data_dir().outputs_dir().join("files")
    }

    /// What every run of a report is asked with.
    pub(crate) fn asking(&self) -> Asking {
        Asking {
            timezone: self.report.timezone.clone(),
            base_url: self.server.public_url.clone(),
            integrations: self.integration.iter().map(|one| one.name.clone()).collect(),
            threads: threads(),
        }
    }
}
