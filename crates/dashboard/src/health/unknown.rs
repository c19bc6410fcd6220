//! Screens, reasons and codes that nobody named, and what would name them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::{Catalogue, Evidence, OutcomeKind, Overlay, Reason, Screen, Timestamp};
use weir_projector::Event;
use weir_readmodel::{DeliveryFlags, DeliveryTally};
use weir_report::{Asked, Bucket, Filters, Query, Report};

use super::UnknownHealth;
use super::gather::flagged;
use crate::State;
use crate::opened::OpenedLog;
use crate::problem::Problem;
use crate::routes::unnamed;

/// How many names are shown and offered for pasting; nobody names more in one go.
const NAMES_MAX: usize = 100;

/// Before every delivery.
pub(crate) const EVER: &str = "1970-01-01";

/// The outcomes that a screen's and a reason's number counts.
pub(crate) const COUNTED: [OutcomeKind; 2] = [OutcomeKind::Cancelled, OutcomeKind::LostInHandover];

/// A screen or reason that the catalogue does not name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnknownName {
    /// The literal value.
    pub(crate) value: String,
    /// Sessions that ended there (cancelled, or lost in handover), of all times; null where too
    /// much else was being computed to count them.
    #[schema(required)]
    pub(crate) sessions: Option<u64>,
}

/// A code that Weir does not know.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnknownCode {
    /// The code.
    pub(crate) code: i64,
    /// The action that came with it last.
    pub(crate) action: String,
    /// Deliveries with it, among those that were looked at.
    pub(crate) deliveries: u64,
    /// When the first of these was received.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) first_received_at: Timestamp,
    /// When the last of these was received.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) last_received_at: Timestamp,
}

pub(super) fn gather(
    state: &State,
    log: &mut OpenedLog,
    all: &DeliveryTally,
) -> Result<UnknownHealth, Problem> {
    let (mut screens, mut reasons) = unnamed(&state.live.model(), &state.catalogue());
    screens.truncate(NAMES_MAX);
    reasons.truncate(NAMES_MAX);
    let catalogue_toml = entries(&screens, &reasons);
    let report = count(state, &screens, &reasons)?;
    let of_screen = |report: &Report, value: &str| {
        let mut rows = report.by_state.iter();
        rows.find(|row| row.state.as_deref() == Some(value)).map_or(0, |row| row.abandoned)
    };
    let of_reason = |report: &Report, value: &str| {
        let mut rows = report.by_reason.iter();
        rows.find(|row| row.reason.as_deref() == Some(value)).map_or(0, |row| row.abandoned)
    };
    let counted = |values: Vec<String>, of: &dyn Fn(&Report, &str) -> u64| {
        let counted = |value: String| UnknownName {
            sessions: report.as_ref().map(|report| of(report, &value)),
            value,
        };
        values.into_iter().map(counted).collect()
    };
    let places = flagged(state, DeliveryFlags::UNKNOWN_CODE);
    Ok(UnknownHealth {
        screens: counted(screens, &of_screen),
        reasons: counted(reasons, &of_reason),
        catalogue_toml,
        code_deliveries: all.unknown_codes,
        codes_looked_at: places.len() as u64,
        codes: codes(log, &places)?,
    })
}

/// A report over everything, if there is anything to count and room to compute it.
fn count(state: &State, screens: &[String], reasons: &[String]) -> Result<Option<Report>, Problem> {
    if screens.is_empty() && reasons.is_empty() {
        return Ok(None);
    }
    let asked = Asked { from: Some(EVER.to_owned()), ..Asked::default() };
    let query = state.question(&asked)?;
    let filters = Filters { outcome: COUNTED.to_vec(), ..Filters::default() };
    match state.report(&Query { bucket: Bucket::Month, filters, ..query }) {
        Err(Problem::Busy) => Ok(None),
        report => report.map(Some),
    }
}

/// Entries that name them, as a catalogue file has them: the label is for the reader to mend.
fn entries(screens: &[String], reasons: &[String]) -> Option<String> {
    if screens.is_empty() && reasons.is_empty() {
        return None;
    }
    let (none, mut own) = (Catalogue::shipped(), Overlay::default());
    for state in screens {
        let entry = Screen {
            state: state.clone(),
            label: state.clone(),
            stage: None,
            order: None,
            description: String::new(),
            evidence: Evidence::Operator,
        };
        own.put_screen(&none, entry);
    }
    for reason in reasons {
        let entry = Reason {
            reason: reason.clone(),
            label: reason.clone(),
            description: String::new(),
            evidence: Evidence::Operator,
        };
        own.put_reason(&none, entry);
    }
    Some(own.to_toml())
}

fn codes(log: &mut OpenedLog, places: &[weir_domain::Seq]) -> Result<Vec<UnknownCode>, Problem> {
    let mut codes: BTreeMap<i64, UnknownCode> = BTreeMap::new();
    // The newest come first.
    for &seq in places {
        let Some(found) = log.get(seq)? else { continue };
        let at = found.delivery.received_at;
        let Ok(event) = Event::parse(&found.delivery.body) else { continue };
        let row = codes.entry(event.code).or_insert_with(|| UnknownCode {
            code: event.code,
            action: event.action.clone().into_owned(),
            deliveries: 0,
            first_received_at: at,
            last_received_at: at,
        });
        row.deliveries += 1;
        row.first_received_at = row.first_received_at.min(at);
        row.last_received_at = row.last_received_at.max(at);
    }
    Ok(codes.into_values().collect())
}
