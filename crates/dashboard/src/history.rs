//! One session as of an instant: what became of it, what happened, and which deliveries say so.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use weir_domain::{Fact, FactKind, Recorded, Seq, Standing, Timestamp};
use weir_log::LogReader;
use weir_projector::{Event, Quarantine};
use weir_readmodel::{DeliveryFlags, Exits, Model, Row, SessionView};
use weir_report::Query;

use crate::describe::OutcomeName;
use crate::problem::Problem;

/// One session as of an instant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Its integration.
    integration: String,
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// What the provider calls the kind of flow: the first that was given.
    #[schema(required)]
    feature: Option<String>,
    /// The customer's own reference, the first that was given. It may hold personal data.
    #[schema(required)]
    vendor_data: Option<String>,
    /// The end-user's id, the first that was given: personal data.
    #[schema(required)]
    end_user_id: Option<String>,
    /// The instant that all this is of.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// What became of it.
    #[schema(value_type = OutcomeName)]
    outcome: &'static str,
    /// The screen that the outcome carries.
    #[schema(required)]
    state: Option<String>,
    /// The reason that the outcome carries.
    #[schema(required)]
    reason: Option<String>,
    /// When its first fact was received.
    #[schema(value_type = String, format = DateTime)]
    first_at: Timestamp,
    /// When it was first known to be submitted.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    submitted_at: Option<Timestamp>,
    /// Its attempts, in order of first sight.
    attempts: Vec<String>,
    /// What happened, in order of time.
    facts: Vec<FactRow>,
    /// The deliveries that say so, in the order of the log.
    deliveries: Vec<DeliveryRow>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fact)]
pub(crate) struct FactRow {
    /// What.
    fact: &'static str,
    /// The earliest time of receipt that says so.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The place of that delivery in the log.
    delivery: u64,
    /// In which attempt.
    #[schema(format = "uuid")]
    attempt: String,
    /// The screen, of a cancel or a handover.
    #[schema(required)]
    state: Option<String>,
    /// The reason, of a cancel or a handover.
    #[schema(required)]
    reason: Option<String>,
}

/// A delivery that was read as an event of the session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryRow {
    /// Its place in the log.
    seq: u64,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// What decides its meaning.
    code: i64,
    /// What the provider calls it.
    action: String,
    /// Its attempt.
    #[schema(format = "uuid")]
    attempt: String,
    /// The screen.
    #[schema(required)]
    state: Option<String>,
    /// The reason.
    #[schema(required)]
    reason: Option<String>,
    /// It brought no fact that its attempt did not have already.
    repeat: bool,
    /// Its code is not one that Weir knows.
    unknown_code: bool,
    /// Its action is not the one of its code.
    action_mismatch: bool,
}

/// What the model knows of the session.
pub(crate) struct Found {
    session: Session,
    deliveries: Vec<(Seq, DeliveryFlags)>,
}

impl Found {
    /// The session as of the query's instant.
    pub(crate) fn of(model: &Model, row: Row, query: &Query) -> Result<Found, Problem> {
        let mut view = model.view(row);
        view.facts.retain(|fact| fact.at <= query.as_of);
        let Some(standing) = Standing::of(view.facts.iter().copied(), query.as_of) else {
            let none = format!("session {} had no delivery by {}", view.id, query.as_of);
            return Err(Problem::NotFound(none));
        };
        let outcome = standing.outcome(query.as_of, query.window_us);
        let exits = model.exits();
        let (state, reason) = outcome.exit().map_or((None, None), |exit| exits.texts(exit));
        let facts = view.facts.iter().map(|fact| FactRow::of(fact, &view, exits)).collect();
        let attempts = attempts(&view);
        let SessionView { integration, id, feature, end_user_id, deliveries, .. } = view;
        let session = Session {
            integration,
            id: id.to_string(),
            feature,
            vendor_data: None,
            end_user_id,
            as_of: query.as_of,
            outcome: outcome.kind().name(),
            state: state.map(str::to_owned),
            reason: reason.map(str::to_owned),
            first_at: standing.first_at,
            submitted_at: standing.submitted_at,
            attempts,
            facts,
            deliveries: Vec::new(),
        };
        Ok(Found { session, deliveries })
    }

    /// The session with what its bodies in the log say.
    pub(crate) fn with_deliveries(self, log: &mut LogReader) -> Result<Session, Problem> {
        let Found { mut session, deliveries } = self;
        for (seq, flags) in deliveries {
            let missing = || Problem::internal(&format!("delivery {seq} is not in the log"));
            let recorded = log.get(seq)?.ok_or_else(missing)?;
            if session.as_of < recorded.delivery.received_at {
                continue;
            }
            session
                .add(&recorded, flags)
                .map_err(|cause| Problem::internal(&format!("delivery {seq}: {cause}")))?;
        }
        Ok(session)
    }
}

impl Session {
    fn add(&mut self, recorded: &Recorded, flags: DeliveryFlags) -> Result<(), Quarantine> {
        let event = Event::parse(&recorded.delivery.body)?;
        let text = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        if self.vendor_data.is_none() {
            self.vendor_data = text(event.vendor_data);
        }
        self.deliveries.push(DeliveryRow {
            seq: recorded.seq.get(),
            received_at: recorded.delivery.received_at,
            code: event.code,
            action: event.action.into_owned(),
            attempt: event.attempt.to_string(),
            state: text(event.state),
            reason: text(event.reason),
            repeat: flags.has(DeliveryFlags::REPEAT),
            unknown_code: flags.has(DeliveryFlags::UNKNOWN_CODE),
            action_mismatch: flags.has(DeliveryFlags::ACTION_MISMATCH),
        });
        Ok(())
    }
}

/// The attempts that have a fact.
fn attempts(view: &SessionView) -> Vec<String> {
    let has_fact =
        |number: usize| view.facts.iter().any(|fact| usize::from(fact.attempt) == number);
    let numbered = view.attempts.iter().enumerate();
    numbered.filter(|(number, _)| has_fact(*number)).map(|(_, id)| id.to_string()).collect()
}

impl FactRow {
    fn of(fact: &Fact, view: &SessionView, exits: &Exits) -> FactRow {
        let (state, reason) = match fact.kind {
            FactKind::Cancel(exit) | FactKind::Handover(exit) => exits.texts(exit),
            _ => (None, None),
        };
        FactRow {
            fact: fact.kind.name(),
            at: fact.at,
            delivery: fact.seq.get(),
            attempt: view
                .attempts
                .get(usize::from(fact.attempt))
                .map(Uuid::to_string)
                .unwrap_or_default(),
            state: state.map(str::to_owned),
            reason: reason.map(str::to_owned),
        }
    }
}
