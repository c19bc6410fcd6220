//! What is shown of a unit.

use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::{OutcomeKind, Timestamp};
use weir_readmodel::Model;
use weir_report::CohortUnit;

use super::sort::Timed;
use crate::describe::OutcomeName;

/// One unit, with the session that it is, belongs to, or began with.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SessionRow)]
pub(crate) struct UnitRow {
    /// The session's integration.
    pub(crate) integration: String,
    /// The session's id.
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// The attempt, where attempts are asked for.
    #[schema(format = "uuid", required)]
    pub(crate) attempt: Option<String>,
    /// What the provider calls the kind of flow.
    #[schema(required)]
    pub(crate) feature: Option<String>,
    /// What became of the unit.
    #[schema(value_type = OutcomeName)]
    #[serde(serialize_with = "outcome_name")]
    pub(crate) outcome: OutcomeKind,
    /// The screen that the outcome carries.
    #[schema(required)]
    pub(crate) state: Option<String>,
    /// The reason that the outcome carries.
    #[schema(required)]
    pub(crate) reason: Option<String>,
    /// When its first fact was received.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) first_at: Timestamp,
    /// When it was first known to be submitted.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(crate) submitted_at: Option<Timestamp>,
    /// When it was submitted, left, or was sent to the phone; null where the outcome is silence.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(crate) outcome_at: Option<Timestamp>,
    /// How long that took from the first fact.
    #[schema(required)]
    pub(crate) duration_seconds: Option<f64>,
    /// How many attempts it has.
    pub(crate) attempts: u64,
}

/// An outcome by its name in queries.
pub(crate) fn outcome_name<S: serde::Serializer>(
    outcome: &OutcomeKind,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.name())
}

impl UnitRow {
    /// How long it took to the outcome, in microseconds.
    pub(crate) fn duration_us(&self) -> Option<u64> {
        Some(self.outcome_at?.since_us(self.first_at).max(0).unsigned_abs())
    }

    #[allow(clippy::cast_precision_loss)] // below 2^53 microseconds, 285 years
    pub(crate) fn of(model: &Model, unit: &CohortUnit) -> UnitRow {
        let exit = unit.outcome.exit().map(|exit| model.exits().texts(exit));
        let (state, reason) = exit.unwrap_or_default();
        let session = model.brief(unit.session);
        UnitRow {
            integration: session.integration.to_owned(),
            id: session.id.to_string(),
            attempt: unit.attempt.map(|number| model.attempt_id(unit.session, number).to_string()),
            feature: model.features().get(unit.feature).map(str::to_owned),
            outcome: unit.outcome.kind(),
            state: state.map(str::to_owned),
            reason: reason.map(str::to_owned),
            first_at: unit.first_at(),
            submitted_at: unit.submitted_at(),
            outcome_at: unit.outcome_at(),
            duration_seconds: unit.duration_us().map(|us| us as f64 / 1e6),
            attempts: unit.attempts.into(),
        }
    }
}
