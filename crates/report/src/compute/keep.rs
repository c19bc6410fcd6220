//! The filters, as codes: a unit is kept or not without looking at a text.

use weir_domain::{Outcome, OutcomeKind};
use weir_readmodel::{Code, Exits, Model, Names, UnitView};

use crate::{Filters, Query};

/// Which units the query's filters keep.
pub(super) struct Keep<'a> {
    exits: &'a Exits,
    integration: Option<Vec<Code>>,
    feature: Option<Vec<Code>>,
    state: Option<Vec<Code>>,
    reason: Option<Vec<Code>>,
    outcome: Option<Vec<OutcomeKind>>,
    /// There is no filter.
    all: bool,
}

impl<'a> Keep<'a> {
    pub(super) fn new(model: &'a Model, query: &Query) -> Keep<'a> {
        let Filters { integration, feature, state, reason, outcome } = &query.filters;
        let exits = model.exits();
        Keep {
            integration: (!integration.is_empty()).then(|| {
                integration.iter().filter_map(|name| model.integrations().find(name)).collect()
            }),
            feature: codes(model.features(), feature),
            state: codes(exits.states(), state),
            reason: codes(exits.reasons(), reason),
            outcome: (!outcome.is_empty()).then(|| outcome.clone()),
            exits,
            all: query.filters.is_empty(),
        }
    }

    #[inline]
    pub(super) fn keeps(&self, unit: &UnitView<'_>, outcome: Outcome) -> bool {
        self.all || self.passes(unit, outcome)
    }

    fn passes(&self, unit: &UnitView<'_>, outcome: Outcome) -> bool {
        fn passes<T: PartialEq>(wanted: Option<&Vec<T>>, value: T) -> bool {
            wanted.is_none_or(|wanted| wanted.contains(&value))
        }
        passes(self.integration.as_ref(), unit.integration)
            && passes(self.feature.as_ref(), unit.feature)
            && passes(self.outcome.as_ref(), outcome.kind())
            && self.keeps_exit(outcome)
    }

    fn keeps_exit(&self, outcome: Outcome) -> bool {
        if self.state.is_none() && self.reason.is_none() {
            return true;
        }
        let Some((state, reason)) = outcome.exit().map(|exit| self.exits.codes(exit)) else {
            return false;
        };
        self.state.as_ref().is_none_or(|wanted| wanted.contains(&state))
            && self.reason.as_ref().is_none_or(|wanted| wanted.contains(&reason))
    }
}

/// The codes of these texts. One that was never seen has none: no unit has it either.
fn codes(names: &Names, texts: &[Option<String>]) -> Option<Vec<Code>> {
    let code = |text: &Option<String>| match text {
        None => Some(Names::NONE),
        Some(text) => names.find(text),
    };
    (!texts.is_empty()).then(|| texts.iter().filter_map(code).collect())
}
