//! What stands in each column.

use std::iter::once;

use ::parquet::data_type::ByteArray;
use uuid::Uuid;
use weir_domain::{Catalogue, Marks, Outcome, OutcomeKind, Timestamp, Unit};
use weir_readmodel::{Code, Model, Names};

use crate::CohortUnit;

/// A column.
pub(super) struct Column {
    /// Its name.
    pub(super) name: &'static str,
    /// What it says; written into the file too.
    pub(super) about: &'static str,
    /// Of what kind its values are, and where they come from.
    pub(super) cells: Cells,
}

/// The values of a column.
pub(super) enum Cells {
    /// A UUID as text, in canonical lower case.
    Id(fn(&Texts<'_>, &CohortUnit) -> Uuid),
    /// A UUID as text, or null.
    MaybeId(fn(&Texts<'_>, &CohortUnit) -> Option<Uuid>),
    /// One of few texts.
    Text(for<'a> fn(&'a Texts<'_>, &CohortUnit) -> &'a ByteArray),
    /// One of few texts, or null.
    MaybeText(for<'a> fn(&'a Texts<'_>, &CohortUnit) -> Option<&'a ByteArray>),
    /// A count.
    Count(fn(&CohortUnit) -> u32),
    /// An instant.
    Instant(fn(&CohortUnit) -> Timestamp),
    /// An instant, or null.
    MaybeInstant(fn(&CohortUnit) -> Option<Timestamp>),
    /// A length of time in microseconds, which is shown in seconds, or null.
    Length(fn(&CohortUnit) -> Option<i64>),
    /// Yes or no.
    Flag(fn(&CohortUnit) -> bool),
}

impl Column {
    const fn new(name: &'static str, about: &'static str, cells: Cells) -> Column {
        Column { name, about, cells }
    }

    /// Every column, in their order.
    pub(super) const ALL: [Column; 21] = [
        Column::new(
            "integration",
            "the integration's name",
            Cells::Text(|texts, unit| {
                let code = texts.model.integration_of(unit.session);
                texts.integrations.text(code)
            }),
        ),
        Column::new(
            "session_id",
            "the session that the unit is, belongs to, or began with",
            Cells::Id(|texts, unit| texts.model.brief(unit.session).id),
        ),
        Column::new(
            "attempt_id",
            "the attempt, where attempts are counted; else null",
            Cells::MaybeId(|texts, unit| {
                unit.attempt.map(|number| texts.model.attempt_id(unit.session, number))
            }),
        ),
        Column::new(
            "feature",
            "the session's feature",
            Cells::MaybeText(|texts, unit| texts.features.get(unit.feature)),
        ),
        Column::new("attempts", "how many attempts it has", Cells::Count(|unit| unit.attempts)),
        Column::new(
            "outcome",
            "submitted, cancelled, lost_in_handover, stalled, handed_over or in_progress",
            Cells::Text(|texts, unit| &texts.outcomes[unit.outcome.kind() as usize]),
        ),
        Column::new(
            "state",
            "the screen that the outcome carries (cancelled, lost_in_handover, handed_over)",
            Cells::MaybeText(|texts, unit| texts.states.get(texts.exit(unit)?.0)),
        ),
        Column::new(
            "state_label",
            "what the catalogue calls the screen",
            Cells::MaybeText(|texts, unit| texts.state_labels.get(texts.exit(unit)?.0)),
        ),
        Column::new(
            "stage",
            "the screen's stage, where the catalogue orders it",
            Cells::MaybeText(|texts, unit| {
                texts.stages.get(texts.exit(unit)?.0).filter(|stage| !stage.is_empty())
            }),
        ),
        Column::new(
            "reason",
            "the reason that the outcome carries",
            Cells::MaybeText(|texts, unit| texts.reasons.get(texts.exit(unit)?.1)),
        ),
        Column::new(
            "reason_label",
            "what the catalogue calls the reason",
            Cells::MaybeText(|texts, unit| texts.reason_labels.get(texts.exit(unit)?.1)),
        ),
        Column::new(
            "first_at",
            "when its first delivery was received",
            Cells::Instant(CohortUnit::first_at),
        ),
        Column::new(
            "submitted_at",
            "when it was first known to be submitted",
            Cells::MaybeInstant(CohortUnit::submitted_at),
        ),
        Column::new(
            "exit_at",
            "when it left, or was sent to the phone; null where the outcome carries no screen",
            Cells::MaybeInstant(CohortUnit::exit_at),
        ),
        Column::new(
            "time_to_submit_seconds",
            "submitted_at - first_at",
            Cells::Length(|unit| Some(unit.submitted_at()?.since_us(unit.first_at()))),
        ),
        Column::new(
            "time_to_abandon_seconds",
            "exit_at - first_at, of cancelled units only",
            Cells::Length(|unit| match unit.outcome {
                Outcome::Cancelled(_) => Some(unit.exit_at()?.since_us(unit.first_at())),
                _ => None,
            }),
        ),
        Column::new(
            "recovered",
            "submitted, having cancelled before",
            Cells::Flag(|unit| unit.summary.marks.has(Marks::RECOVERED)),
        ),
        Column::new(
            "left_after_submitting",
            "submitted, and cancelled later",
            Cells::Flag(|unit| unit.summary.marks.has(Marks::LEFT_AFTER_SUBMITTING)),
        ),
        Column::new(
            "other_document",
            "another type of document was asked for",
            Cells::Flag(|unit| unit.summary.marks.has(Marks::OTHER_DOCUMENT)),
        ),
        Column::new(
            "implied_submitted",
            "submitted, though no 7002 was received",
            Cells::Flag(|unit| {
                unit.submitted_at().is_some() && !unit.summary.marks.has(Marks::SUBMITTED_EVENT)
            }),
        ),
        Column::new(
            "missing_started",
            "no 7001 was received",
            Cells::Flag(|unit| !unit.summary.marks.has(Marks::STARTED)),
        ),
    ];
}

/// The texts that codes stand for, each made once.
pub(super) struct Texts<'a> {
    model: &'a Model,
    integrations: Coded,
    features: Coded,
    states: Coded,
    state_labels: Coded,
    /// Empty where there is none.
    stages: Coded,
    reasons: Coded,
    reason_labels: Coded,
    outcomes: Vec<ByteArray>,
}

/// A text for each code; the one of code 0, which stands for none, is empty.
struct Coded(Vec<ByteArray>);

impl<'a> Texts<'a> {
    pub(super) fn new(model: &'a Model, catalogue: &Catalogue) -> Texts<'a> {
        let (states, reasons) = (model.exits().states(), model.exits().reasons());
        let stage = |state: &str| {
            let screen = catalogue.screen(state).filter(|screen| screen.order.is_some());
            screen.and_then(|screen| screen.stage.clone()).unwrap_or_default()
        };
        Texts {
            model,
            integrations: Coded::of(model.integrations(), str::to_owned),
            features: Coded::of(model.features(), str::to_owned),
            states: Coded::of(states, str::to_owned),
            state_labels: Coded::of(states, |state| catalogue.screen_label(state).to_owned()),
            stages: Coded::of(states, stage),
            reasons: Coded::of(reasons, str::to_owned),
            reason_labels: Coded::of(reasons, |reason| catalogue.reason_label(reason).to_owned()),
            outcomes: OutcomeKind::ALL.map(|kind| ByteArray::from(kind.name())).to_vec(),
        }
    }

    /// The codes of the screen and the reason that the outcome carries.
    fn exit(&self, unit: &CohortUnit) -> Option<(Code, Code)> {
        unit.outcome.exit().map(|exit| self.model.exits().codes(exit))
    }
}

impl Coded {
    fn of(names: &Names, text: impl Fn(&str) -> String) -> Coded {
        let texts = names.iter().map(|name| ByteArray::from(text(name).into_bytes()));
        Coded(once(ByteArray::from("")).chain(texts).collect())
    }

    fn text(&self, code: Code) -> &ByteArray {
        self.0.get(code as usize).unwrap_or(&self.0[0])
    }

    fn get(&self, code: Code) -> Option<&ByteArray> {
        (code != Names::NONE).then(|| self.text(code))
    }
}

/// What one row is, in words.
pub(super) fn row(unit: Unit) -> &'static str {
    match unit {
        Unit::Session => "a session",
        Unit::Attempt => "an attempt",
        Unit::EndUser => "an end-user, with the session that it began with",
    }
}
