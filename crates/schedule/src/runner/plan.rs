//! What the definitions say, written into the ledger as plans.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use weir_domain::Timestamp;
use weir_report::Definition;

use super::Tools;
use crate::ledger::Planned;
use crate::{Definitions, LedgerError, Listed, Surroundings, When};

/// So often definitions that nobody changed are held against what surrounds them: a value that was
/// never received comes at last, the catalogue is changed.
const CHECKED_EVERY_US: i64 = 10 * 60 * 1_000_000;

/// The operators' definitions as they were last read, by name.
#[derive(Debug, Default)]
pub(super) struct Known {
    listed: BTreeMap<String, Arc<Listed>>,
    /// When all of them were checked.
    checked_at: Option<Timestamp>,
}

impl Known {
    /// The definition of this name with its text, if it can be read.
    pub(super) fn get(&self, name: &str) -> Option<(&Definition, &str)> {
        let listed = self.listed.get(name)?;
        Some((listed.definition.as_ref().ok()?, &listed.text))
    }

    /// Reads the folder, and writes what changed into the ledger.
    pub(super) fn read(
        &mut self,
        tools: &Tools,
        definitions: &Definitions,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let own = definitions.list().into_iter().filter(|listed| !listed.shipped);
        let listed: BTreeMap<_, _> = own.map(|listed| (listed.name.clone(), listed)).collect();
        let is_checked = |at| (0..CHECKED_EVERY_US).contains(&now.since_us(at));
        let is_fresh = self.checked_at.is_some_and(is_checked);
        let is_known = |(name, listed): (&String, &Arc<Listed>)| {
            is_fresh && self.listed.get(name).is_some_and(|known| Arc::ptr_eq(known, listed))
        };
        if is_fresh && self.listed.len() == listed.len() && listed.iter().all(is_known) {
            return Ok(());
        }
        let before: BTreeMap<_, _> =
            tools.ledger.planned()?.into_iter().map(|plan| (plan.name.clone(), plan)).collect();
        let mut changed = Vec::new();
        for (name, one) in listed.iter().filter(|one| !is_known(*one)) {
            let plan = plan(tools, one, before.get(name), now)?;
            if before.get(name) != Some(&plan) {
                changed.push(plan);
            }
        }
        let present: BTreeSet<_> = listed.keys().collect();
        let gone: Vec<_> = before.keys().filter(|name| !present.contains(name)).cloned().collect();
        if !changed.is_empty() || !gone.is_empty() {
            tools.ledger.replan(&changed, &gone, now)?;
        }
        // Only now: what could not be written is written the next time.
        self.listed = listed;
        if !is_fresh {
            self.checked_at = Some(now);
        }
        Ok(())
    }
}

/// When `listed` is due next, given what was planned before.
fn plan(
    tools: &Tools,
    listed: &Listed,
    before: Option<&Planned>,
    now: Timestamp,
) -> Result<Planned, LedgerError> {
    let trouble = trouble(tools, listed, now);
    let name = listed.name.clone();
    let never = Planned { name, schedule: None, next_at: None, held_at: None, trouble };
    let Ok(definition) = &listed.definition else { return Ok(held(never, before)) };
    let timing = definition.schedule.as_ref().filter(|timing| !timing.paused);
    let Some(timing) = timing else { return Ok(never) };
    let Ok(when) = When::parse(&timing.when) else { return Ok(held(never, before)) };
    let schedule = Some(timing.when.clone());
    let goes_on = before
        .filter(|before| before.schedule == schedule)
        .and_then(|before| before.next_at.or(before.held_at));
    let next_at = match goes_on {
        Some(next_at) => Some(next_at),
        // After the last one too: a clock that was set back must not bring an instant again.
        None => {
            when.after(tools.ledger.last_scheduled(&listed.name)?.map_or(now, |at| at.max(now)))
        }
    };
    Ok(Planned { schedule, next_at, ..never })
}

/// A definition that broke never runs, and goes on where it was once it is mended.
fn held(never: Planned, before: Option<&Planned>) -> Planned {
    let Some(before) = before else { return never };
    let held_at = before.next_at.or(before.held_at);
    Planned { schedule: before.schedule.clone(), held_at, ..never }
}

/// All that is wrong with it, as one text.
fn trouble(tools: &Tools, listed: &Listed, now: Timestamp) -> Option<String> {
    let around = Surroundings {
        post: &*tools.post,
        unknown_values: &|query| tools.engine.unknown_values(query),
        zone_default: &tools.zone_default,
        now,
    };
    let troubles: Vec<_> = listed.troubles(&around).iter().map(ToString::to_string).collect();
    (!troubles.is_empty()).then(|| troubles.join("\n"))
}
