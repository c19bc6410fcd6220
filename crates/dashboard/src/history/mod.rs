//! One session as of an instant: what became of it, what happened, which deliveries say so, and
//! which sessions stand beside it.

mod order; // what the order of deliveries tells
mod path; // the way of its state
mod neighbours; // the sessions beside it

use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use weir_domain::{Fact, FactKind, OutcomeKind, Recorded, Seq, Standing, Timestamp};
use weir_projector::{Event, Quarantine};
use weir_readmodel::{DeliveryFlags, Exits, Model, Row, SessionView};
use weir_report::Query;

pub(crate) use neighbours::{Beside, Neighbours};
pub(crate) use path::Step;

use crate::describe::OutcomeName;
use crate::opened::{OpenedLog, Withheld};
use crate::problem::Problem;

/// How much of a body the page shows. An event is a few hundred bytes.
pub(crate) const BODY_BYTES_SHOWN_MAX: usize = 2 * 1024;

/// How many of a session's deliveries are read and told. A session has a handful.
pub(crate) const DELIVERIES_TOLD_MAX: usize = 1_000;

/// One session as of an instant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Its integration.
    pub(crate) integration: String,
    /// Its id.
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// What the provider calls the kind of flow: the first that was given.
    #[schema(required)]
    pub(crate) feature: Option<String>,
    /// The customer's own reference, the first that was given. It may hold personal data; viewers get
    /// a pseudonym, which begins with `~`.
    #[schema(required)]
    pub(crate) vendor_data: Option<String>,
    /// The end-user's id, the first that was given: personal data; viewers get a pseudonym.
    #[schema(required)]
    pub(crate) end_user_id: Option<String>,
    /// The instant that all this is of.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) as_of: Timestamp,
    /// What became of it.
    #[schema(value_type = OutcomeName)]
    #[serde(serialize_with = "crate::list::outcome_name")]
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
    /// Its attempts, in order of first sight.
    pub(crate) attempts: Vec<String>,
    /// The way of its state, in order of time.
    pub(crate) path: Vec<Step>,
    /// Values of its deliveries that cannot be shown: their pseudonyms stand in their place.
    pub(crate) withheld: Vec<Withheld>,
    /// Whether pseudonyms stand for its personal values, as whoever looks may not see them.
    #[serde(skip)]
    pub(crate) is_masked: bool,
    /// What happened, in order of time.
    pub(crate) facts: Vec<FactRow>,
    /// The deliveries that say so, in the order of the log: of very many the first 1,000.
    pub(crate) deliveries: Vec<DeliveryRow>,
    /// How many there are. Those beyond the first 1,000 are counted whenever they were received.
    pub(crate) deliveries_count: usize,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fact)]
pub(crate) struct FactRow {
    /// What.
    pub(crate) fact: &'static str,
    /// The earliest time of receipt that says so.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
    /// The place of that delivery in the log.
    pub(crate) delivery: u64,
    /// In which attempt.
    #[schema(format = "uuid")]
    pub(crate) attempt: String,
    /// The screen, of a cancel or a handover.
    #[schema(required)]
    pub(crate) state: Option<String>,
    /// The reason, of a cancel or a handover.
    #[schema(required)]
    pub(crate) reason: Option<String>,
}

/// A delivery that was read as an event of the session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryRow {
    /// Its place in the log.
    pub(crate) seq: u64,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) received_at: Timestamp,
    /// What decides its meaning.
    pub(crate) code: i64,
    /// What the provider calls it.
    pub(crate) action: String,
    /// Its attempt.
    #[schema(format = "uuid")]
    pub(crate) attempt: String,
    /// The screen.
    #[schema(required)]
    pub(crate) state: Option<String>,
    /// The reason.
    #[schema(required)]
    pub(crate) reason: Option<String>,
    /// It brought no fact that its attempt did not have already.
    pub(crate) repeat: bool,
    /// The place of the first delivery that said the same, of a repeat; null where there is none.
    #[schema(required)]
    pub(crate) repeat_of: Option<u64>,
    /// It was received after a delivery of its attempt that can only happen after it.
    pub(crate) late: bool,
    /// Its code is not one that Weir knows.
    pub(crate) unknown_code: bool,
    /// Its action is not the one of its code.
    pub(crate) action_mismatch: bool,
    /// The size of its body.
    pub(crate) body_bytes: usize,
    /// The body's beginning as text, for the page.
    #[serde(skip)]
    pub(crate) body: String,
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
        let path = path::path(&view.facts, query.as_of, query.window_us, exits);
        let attempts = attempts(&view);
        let SessionView { integration, id, feature, end_user_id, deliveries, .. } = view;
        let session = Session {
            integration,
            id: id.to_string(),
            feature,
            vendor_data: None,
            end_user_id,
            as_of: query.as_of,
            outcome: outcome.kind(),
            state: state.map(str::to_owned),
            reason: reason.map(str::to_owned),
            first_at: standing.first_at,
            submitted_at: standing.submitted_at,
            attempts,
            path,
            withheld: Vec::new(),
            is_masked: false,
            facts,
            deliveries: Vec::new(),
            deliveries_count: 0,
        };
        Ok(Found { session, deliveries })
    }

    /// The session with what its bodies in the log say.
    pub(crate) fn with_deliveries(self, log: &mut OpenedLog) -> Result<Session, Problem> {
        let Found { mut session, deliveries } = self;
        // The model has a pseudonym where the value is sealed.
        session.end_user_id = None;
        let untold = deliveries.len().saturating_sub(DELIVERIES_TOLD_MAX);
        for (seq, flags) in deliveries.into_iter().take(DELIVERIES_TOLD_MAX) {
            let missing = || Problem::internal(&format!("delivery {seq} is not in the log"));
            let recorded = log.get(seq)?.ok_or_else(missing)?;
            if session.as_of < recorded.delivery.received_at {
                continue;
            }
            session
                .add(&recorded, flags)
                .map_err(|cause| Problem::internal(&format!("delivery {seq}: {cause}")))?;
        }
        session.deliveries_count = session.deliveries.len() + untold;
        order::relate(&mut session.deliveries);
        session.withheld = log.withheld().to_vec();
        Ok(session)
    }
}

impl Session {
    fn add(&mut self, recorded: &Recorded, flags: DeliveryFlags) -> Result<(), Quarantine> {
        let body = &recorded.delivery.body;
        let event = Event::parse(body)?;
        let text = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        if self.vendor_data.is_none() {
            self.vendor_data = text(event.vendor_data);
        }
        if self.end_user_id.is_none() {
            self.end_user_id = text(event.end_user_id);
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
            repeat_of: None,
            late: false,
            body_bytes: body.len(),
            body: String::from_utf8_lossy(&body[..body.len().min(BODY_BYTES_SHOWN_MAX)]).into(),
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
