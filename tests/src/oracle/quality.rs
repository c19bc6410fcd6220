//! How good the data of a report is: `data_quality` of section 5.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::catalogue;
use super::fold::{Fact, Line, fact};
use super::judge::Judged;
use super::query::Query;
use super::read::Event;

/// What each code's action is called.
const ACTIONS: [(i64, &str); 7] = [
    (7001, "started"),
    (7002, "submitted"),
    (7007, "waiting_complete"),
    (7008, "waiting_continued"),
    (7009, "flow_finished"),
    (7010, "flow_cancelled"),
    (7011, "document_type_other_selected"),
];

/// The report's `data_quality`.
pub(super) fn data_quality(log: &[Line<'_>], cohort: &[Judged], query: &Query) -> Value {
    let repeats = repeats(log);
    let (mut deliveries, mut repeated, mut quarantined) = (0, 0, 0);
    let (mut unknown_codes, mut action_mismatches) = (0, 0);
    for line in log {
        let at_us = line.delivery.received_at_us;
        if at_us < query.from_us || at_us >= query.to_us || at_us > query.as_of_us {
            continue;
        }
        deliveries += 1;
        repeated += u64::from(repeats.contains(&line.delivery.seq));
        match &line.event {
            None => quarantined += 1,
            Some(event) => match action_of(event) {
                None => unknown_codes += 1,
                Some(action) => action_mismatches += u64::from(action != event.action),
            },
        }
    }
    let is_implied = |unit: &&Judged| unit.outcome == "submitted" && !unit.has(&Fact::Submitted);
    json!({
        "deliveries": deliveries,
        "repeats": repeated,
        "quarantined": quarantined,
        "unknown_codes": unknown_codes,
        "action_mismatches": action_mismatches,
        "implied_submitted": cohort.iter().filter(is_implied).count(),
        "missing_started": cohort.iter().filter(|unit| !unit.has(&Fact::Started)).count(),
        "uncatalogued_states": uncatalogued_states(cohort),
    })
}

fn action_of(event: &Event) -> Option<&'static str> {
    ACTIONS.iter().find(|(code, _)| *code == event.code).map(|(_, action)| *action)
}

/// The places in the log that told their attempt nothing new, read in log order.
fn repeats(log: &[Line<'_>]) -> BTreeSet<u64> {
    let mut known = BTreeSet::new();
    let mut repeats = BTreeSet::new();
    for Line { delivery, event } in log {
        let Some(event) = event else { continue };
        let is_new =
            known.insert((&delivery.integration, &event.session, &event.attempt, fact(event)));
        if !is_new {
            repeats.insert(delivery.seq);
        }
    }
    repeats
}

fn uncatalogued_states(cohort: &[Judged]) -> BTreeSet<&String> {
    cohort
        .iter()
        .flat_map(|unit| unit.cancels.iter().chain(&unit.handovers))
        .filter_map(|((state, _), _)| state.as_ref())
        .filter(|state| !catalogue::names(state))
        .collect()
}
