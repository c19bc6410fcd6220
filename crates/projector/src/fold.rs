//! One delivery in, the next model out (semantics.md, section 3).

use weir_domain::{Fact, FactKind, Seq, Timestamp};
use weir_readmodel::{DeliveryFlags, Joined, Model};

use crate::{Event, Meaning};

/// The version of this file's and the parser's meaning. A model folded by another is folded anew.
pub const FOLD_VERSION: u32 = 2;

/// Folds one delivery into the model. Total: there is no clock, no disk and no error; a body that
/// cannot be read is quarantined.
///
/// # Panics
/// If `seq` does not follow the model's position, which can only be our own bug.
pub fn fold(model: &mut Model, seq: Seq, at: Timestamp, integration: &str, body: &[u8]) {
    let Ok(event) = Event::parse(body) else {
        model.quarantine(seq, at);
        return;
    };
    let integration = model.integration(integration);
    let row = model.session(integration, event.session.into_bytes(), event.attempt.into_bytes());
    let attempt = model.attempt(row, event.attempt.into_bytes());
    model.describe(row, seq, event.feature.as_deref(), event.end_user_id.as_deref());
    if let Some(vendor_data) = &event.vendor_data {
        model.refer(row, vendor_data);
    }
    let kind = kind_of(model, &event);
    let joined = model.join(row, &Fact { kind, attempt, at, seq });
    let flags = DeliveryFlags::default()
        .with(DeliveryFlags::REPEAT, joined == Joined::Known)
        .with(DeliveryFlags::UNKNOWN_CODE, kind == FactKind::Unknown)
        .with(DeliveryFlags::ACTION_MISMATCH, event.action_mismatches());
    model.record(seq, at, row, flags);
}

fn kind_of(model: &mut Model, event: &Event<'_>) -> FactKind {
    match event.meaning() {
        Meaning::Started => FactKind::Started,
        Meaning::Submitted => FactKind::Submitted,
        Meaning::DecisionShown => FactKind::DecisionShown,
        Meaning::Continued => FactKind::Continued,
        Meaning::Finished => FactKind::Finished,
        Meaning::OtherDocument => FactKind::OtherDocument,
        Meaning::Unknown => FactKind::Unknown,
        Meaning::Left => {
            let exit = model.exits_mut().intern(event.state.as_deref(), event.reason.as_deref());
            if event.is_handover() { FactKind::Handover(exit) } else { FactKind::Cancel(exit) }
        }
    }
}
