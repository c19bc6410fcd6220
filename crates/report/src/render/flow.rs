//! The report's screens as a way: in the catalogue's order, by stage, and beside it what has no
//! place on it.

use weir_domain::Rate;

use super::rows::{Leak, screens};
use crate::Report;

/// The way through the flow, and what has no place on it.
pub(crate) struct Flow {
    /// In the order of the flow.
    pub(crate) stages: Vec<Stage>,
    /// Screens that the catalogue does not order, the costliest first.
    pub(crate) unplaced: Vec<Leak>,
    /// Losses that have no screen, the costliest first.
    pub(crate) without: Vec<Leak>,
}

/// Neighbouring screens of one stage.
pub(crate) struct Stage {
    /// Empty where the catalogue names none.
    pub(crate) name: String,
    pub(crate) steps: Vec<Leak>,
}

impl Flow {
    pub(crate) fn of(report: &Report) -> Flow {
        let screens = screens(report);
        let (mut placed, unplaced): (Vec<Leak>, Vec<Leak>) =
            screens.named.into_iter().partition(|leak| leak.hazard.is_some());
        placed.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
        let mut stages: Vec<Stage> = Vec::new();
        for leak in placed {
            match stages.last_mut() {
                Some(stage) if stage.name == leak.stage => stage.steps.push(leak),
                _ => stages.push(Stage { name: leak.stage.clone(), steps: vec![leak] }),
            }
        }
        Flow { stages, unplaced, without: screens.without }
    }

    /// Those who have a place on the way: who got to its first screen; all who submitted where no
    /// screen is placed.
    pub(crate) fn placed(&self, report: &Report) -> u64 {
        let first = self.stages.first().and_then(|stage| stage.steps.first()?.hazard);
        first.map_or(report.totals.submitted, |hazard| hazard.whole)
    }

    /// The step at which most left.
    pub(crate) fn worst(&self) -> Option<&Leak> {
        let steps = self.stages.iter().flat_map(|stage| &stage.steps);
        // The first of equals, as the flow goes.
        steps.rev().max_by_key(|step| step.abandoned())
    }
}

impl Stage {
    /// Those who left in it, of those who got to its first screen.
    pub(crate) fn left(&self) -> Rate {
        let left = self.steps.iter().map(Leak::abandoned).sum();
        let got_there = self.steps.first().and_then(|step| step.hazard);
        Rate::new(left, got_there.map_or(0, |hazard| hazard.whole))
    }
}

#[cfg(test)]
mod tests {
    use super::Flow;
    use crate::render::fixture;

    #[test]
    fn everybody_is_somewhere_on_the_way_or_beside_it() {
        for report in [fixture::full(), fixture::small(), fixture::tiny(), fixture::hostile()] {
            let flow = Flow::of(&report);
            let beside: u64 =
                flow.unplaced.iter().chain(&flow.without).map(|leak| leak.abandoned()).sum();
            let totals = &report.totals;
            assert_eq!(flow.placed(&report) + beside + totals.open(), totals.started);
            let left: u64 = flow.stages.iter().map(|stage| stage.left().part).sum();
            assert_eq!(totals.submitted + left, flow.placed(&report));
        }
    }

    #[test]
    fn the_steps_are_in_the_order_of_the_flow() {
        let flow = Flow::of(&fixture::full());
        let names: Vec<&str> = flow.stages.iter().map(|stage| stage.name.as_str()).collect();
        assert_eq!(names[..2], ["intro", "consent"]);
        let steps = flow.stages.iter().flat_map(|stage| &stage.steps);
        let at_risk: Vec<u64> = steps.map(|step| step.hazard.unwrap().whole).collect();
        assert!(at_risk.is_sorted_by(|a, b| b <= a), "{at_risk:?}");
        assert_eq!(flow.worst().unwrap().name, "Camera access blocked");
    }
}
