//! When it is due.

use weir_report::Definition;

use super::Found;
use crate::When;

/// The schedule, if it has one that can be read.
pub(super) fn check(definition: &Definition, found: &mut Found<'_>) -> Option<When> {
    let timing = definition.schedule.as_ref()?;
    let when = When::parse(&timing.when);
    if let Err(error) = &when {
        found.at(&["schedule", "when"], error.to_string());
    }
    if definition.recipient.is_empty() && !timing.paused {
        found.at(
            &["schedule"],
            "it is due, but nobody gets it: add a [[recipient]], or write `paused = true`",
        );
    }
    when.ok()
}
