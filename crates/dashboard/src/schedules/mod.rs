//! Scheduled reports: the definitions, and what the ledger says of them.

mod draft; // a definition as the fields of a form
mod entry; // a definition with what the ledger says of it
mod text; // a definition's text: where a new one begins, and switching one off

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use weir_domain::Timestamp;
use weir_report::{Definition, Output};
use weir_schedule::alert::Standing;
use weir_schedule::{
    AlertStanding, Definitions, Engine, EngineError, Ledger, LedgerError, Listed, Post, Question,
    RunId, SaveError, Surroundings, Trouble, check,
};

use crate::State;
use crate::lost::{self, WITHOUT_LEDGER};
use crate::problem::{Problem, echo};
use crate::reader::Reader;

pub(crate) use draft::{AlertDraft, Draft, MEASURES, REPEATS, WEEKDAYS};
pub(crate) use entry::Entry;
pub(crate) use text::{beginning, paused};

/// What the routes of scheduled reports work with. Nothing is sent from here: what is asked for is
/// written into the ledger, and whoever executes runs finds it there.
pub struct Schedules {
    /// What is to be sent and what was.
    pub ledger: Arc<Ledger>,
    /// The definitions, shipped and own.
    pub definitions: Definitions,
    /// Whether a recipient can be sent to, as far as the configuration tells.
    pub post: Arc<dyn Post>,
    /// Where a preview's numbers come from.
    pub engine: Arc<dyn Engine>,
    /// The folder with a folder of files for each run.
    pub outputs_dir: PathBuf,
}

/// How many instants of a schedule are told ahead.
pub(crate) const NEXT_COUNT: usize = 5;

/// A definition that is not saved.
pub(crate) fn entry_of(name: &str, definition: Definition, text: &str, now: Timestamp) -> Entry {
    let (name, text) = (name.to_owned(), text.to_owned());
    let listed = Listed { name, text, shipped: false, definition: Ok(definition) };
    Entry::of(&listed, None, None, now)
}

impl State {
    /// Every definition, by name, with what the ledger says of it.
    pub(crate) fn entries(&self) -> Result<Vec<Entry>, Problem> {
        let schedules = &self.schedules;
        let plans = schedules.ledger.plans()?;
        let mut plans: BTreeMap<_, _> =
            plans.into_iter().map(|plan| (plan.name.clone(), plan)).collect();
        let mut standings = self.standings()?;
        let now = self.clock.now();
        let of = |listed: Arc<Listed>| {
            let (plan, standing) = (plans.remove(&listed.name), standings.remove(&listed.name));
            let mut entry = Entry::of(&listed, plan, standing, now);
            // What was wrong when the scheduler looked may be well by now: a screen was seen since.
            if let (Ok(definition), false) = (&entry.read, entry.troubles.is_empty()) {
                entry.troubles = self.troubles(definition, &entry.text);
            }
            entry
        };
        Ok(schedules.definitions.list().into_iter().map(of).collect())
    }

    /// One of them, with all that is wrong with it.
    pub(crate) fn entry(&self, name: &str) -> Result<Entry, Problem> {
        let schedules = &self.schedules;
        let listed = schedules
            .definitions
            .get(name)
            .ok_or_else(|| Problem::NotFound(format!("there is no report `{}`", echo(name))))?;
        let plan = schedules.ledger.plans()?.into_iter().find(|plan| plan.name == name);
        let standing = self.standings()?.remove(name);
        let mut entry = Entry::of(&listed, plan, standing, self.clock.now());
        if let (Ok(definition), false) = (&entry.read, entry.shipped) {
            entry.troubles = self.troubles(definition, &entry.text);
        }
        Ok(entry)
    }

    /// How each alert stands.
    fn standings(&self) -> Result<BTreeMap<String, Standing>, Problem> {
        let all = self.schedules.ledger.alerts()?;
        Ok(all.into_iter().map(|AlertStanding { name, standing }| (name, standing)).collect())
    }

    /// All that is wrong with a definition, as far as can be told before it runs.
    pub(crate) fn troubles(&self, definition: &Definition, text: &str) -> Vec<Trouble> {
        let around = Surroundings {
            post: &*self.schedules.post,
            unknown_values: &|query| self.schedules.engine.unknown_values(query),
            zone_default: &self.timezone_default,
            now: self.clock.now(),
        };
        check(definition, text, &around)
    }

    /// Asks for a run, as of an instant or of now.
    pub(crate) fn ask_now(
        &self,
        entry: &Entry,
        as_of: Option<Timestamp>,
    ) -> Result<RunId, Problem> {
        if let Err(trouble) = &entry.read {
            return Err(Problem::Conflict(format!("it cannot be read: {trouble}")));
        }
        let now = self.clock.now();
        Ok(self.schedules.ledger.ask(&entry.name, &entry.text, as_of.unwrap_or(now), now)?)
    }

    /// Notes who knows of an alert that fires.
    pub(crate) fn acknowledge(&self, entry: &Entry, reader: &Reader) -> Result<(), Problem> {
        let by = reader.name.as_deref().unwrap_or("this machine");
        Ok(self.schedules.ledger.acknowledge(&entry.name, by, self.clock.now())?)
    }

    /// The report as of now, as a page of its own; or why there is none.
    pub(crate) fn preview(&self, entry: &Entry) -> Result<Result<Vec<u8>, String>, Problem> {
        let definition = match &entry.read {
            Ok(definition) => definition,
            Err(trouble) => return Ok(Err(trouble.to_string())),
        };
        let question = Question {
            name: &entry.name,
            definition,
            as_of: self.clock.now(),
            again: None,
            parquet: None,
        };
        Ok(match self.schedules.engine.answer(&question) {
            Ok(answer) => answer.document.render(Output::Html).map_err(|error| error.to_string()),
            Err(EngineError::Later(why) | EngineError::Never(why)) => Err(why),
        })
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Problem {
        let said = error.to_string();
        match error {
            LedgerError::NoRun(_) => Problem::NotFound(said),
            LedgerError::NoTarget { .. } => Problem::parameter("targets", said),
            LedgerError::NotOver { .. }
            | LedgerError::NothingToSend(..)
            | LedgerError::NotFiring(_) => Problem::Conflict(said),
            LedgerError::Store(error) if error.is_lasting() => {
                Problem::Lost(lost::said(WITHOUT_LEDGER, &error.without_folder()))
            }
            other => Problem::internal(&other),
        }
    }
}

impl From<SaveError> for Problem {
    fn from(error: SaveError) -> Problem {
        let said = error.to_string();
        match error {
            SaveError::Name(_) => Problem::parameter("name", said),
            SaveError::Text(_) => Problem::parameter("definition", said),
            SaveError::Disk { .. } => Problem::internal(&said),
        }
    }
}
