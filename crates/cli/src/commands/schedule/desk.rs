//! What every one of these commands works with.

use std::sync::Arc;

use weir_channel::Channels;
use weir_domain::{Catalogue, Clock, Timestamp};
use weir_log::DataDir;
use weir_report::{Definition, Zone};
use weir_schedule::{Definitions, Engine, Ledger, Listed, Surroundings, Trouble};

use crate::args::Common;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::engine::StoredEngine;
use crate::failure::{Failure, Outcome};

/// Configuration, definitions, and the ways out.
pub(crate) struct Desk {
    pub config: Config,
    pub dir: DataDir,
    pub catalogue: Catalogue,
    pub definitions: Definitions,
    pub channels: Arc<Channels>,
    pub now: Timestamp,
}

impl Desk {
    /// Reads the configuration; makes nothing.
    pub(crate) fn open(common: &Common) -> Outcome<Desk> {
        let config = Config::read(common)?;
        Desk::of(config)
    }

    /// The same of a configuration that was read.
    pub(crate) fn of(config: Config) -> Outcome<Desk> {
        let dir = config.data_dir();
        Ok(Desk {
            catalogue: config.catalogue()?,
            definitions: Definitions::at(&dir.reports_dir()),
            channels: config.channels()?,
            now: SystemClock.now(),
            dir,
            config,
        })
    }

    /// The ledger; none before anything was ever due.
    pub(crate) fn ledger_if_there(&self) -> Outcome<Option<Ledger>> {
        let file = self.dir.schedule_file();
        Ok(if file.exists() { Some(Ledger::open(&file)?) } else { None })
    }

    /// The ledger, a new one where there is none.
    pub(crate) fn ledger(&self) -> Outcome<Ledger> {
        self.dir.create()?;
        self.dir.refuse_foreign()?;
        Ok(Ledger::open(&self.dir.schedule_file())?)
    }

    /// Answers without a server.
    pub(crate) fn engine(&self) -> StoredEngine {
        StoredEngine::new(self.dir.clone(), self.catalogue.clone(), self.config.asking())
    }

    /// The definition of this name, or why it is of no use.
    pub(crate) fn definition(&self, name: &str) -> Outcome<(Arc<Listed>, Definition)> {
        let listed = self.definitions.get(name).ok_or_else(|| {
            let names: Vec<_> =
                self.definitions.list().iter().map(|one| super::words::safe(&one.name)).collect();
            Failure::call(format!(
                "there is no definition `{}`; there are {}",
                super::words::safe(name),
                names.join(", ")
            ))
        })?;
        match &listed.definition {
            Ok(definition) => {
                let definition = definition.clone();
                Ok((listed, definition))
            }
            Err(trouble) => Err(Failure::work(format!("{}: {trouble}", self.place(&listed)))),
        }
    }

    /// What is wrong with a definition, with what to do.
    pub(crate) fn troubles(&self, listed: &Listed, engine: &dyn Engine) -> Vec<Trouble> {
        listed.troubles(&Surroundings {
            post: self.channels.as_ref(),
            unknown_values: &|query| engine.unknown_values(query),
            zone_default: &self.config.report.timezone,
            now: self.now,
        })
    }

    /// Where a definition is written.
    pub(crate) fn place(&self, listed: &Listed) -> String {
        place(&self.dir, listed)
    }

    /// The zone of a definition: of its question, else of its schedule, else the configured one.
    pub(crate) fn zone(&self, definition: &Definition) -> Zone {
        let name = definition.zone_name(&self.config.report.timezone);
        Zone::named(name).unwrap_or_else(Zone::utc)
    }
}

/// Where a definition is written, or the file that is none.
pub(crate) fn place(dir: &DataDir, listed: &Listed) -> String {
    if listed.shipped {
        return format!("{} (as shipped)", listed.name);
    }
    let folder = dir.reports_dir();
    // What is no definition is listed by its whole name: a file, or the folder that cannot be read.
    let file = match weir_schedule::is_name(&listed.name) {
        true => format!("{}.toml", listed.name),
        false => listed.name.clone(),
    };
    folder.join(file).display().to_string()
}
