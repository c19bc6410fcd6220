//! What the provider says about a flow that stopped: the reason that fits the screen.

use crate::chance::Chance;
use crate::event::{Context, Event, Field};
use crate::flow::{self, Screen};

/// A desktop user is asked to go on with the phone: no state, as no screen is shown yet.
pub(crate) const fn handover() -> Event {
    let reason = Field::Is(flow::MOBILE_HANDOVER);
    Event::cancelled(Field::Is(Context { reason, state: Field::Absent }))
}

/// The context of a cancellation at this screen.
pub(crate) fn context(chance: &mut Chance, screen: &Screen) -> Field<Context> {
    let reason = reason(chance, screen.state);
    if chance.hits(flow::NO_CONTEXT) {
        return if chance.hits(0.5) { Field::Null } else { Field::Absent };
    }
    Field::Is(Context {
        reason: sometimes_missing(chance, reason, flow::NO_REASON),
        state: sometimes_missing(chance, screen.state, flow::NO_STATE),
    })
}

fn reason(chance: &mut Chance, state: &str) -> &'static str {
    match state {
        flow::ERROR => flow::ERROR_EXIT,
        flow::CONSENT if chance.hits(flow::CONSENT_BUTTON) => flow::CONSENT_CANCEL,
        // The camera or WebRTC failed: the phone was offered, and not taken.
        flow::CAMERA_BLOCKED if chance.hits(flow::CAMERA_FAILED) => flow::MOBILE_HANDOVER,
        _ if chance.hits(flow::REASON_UNKNOWN) => flow::FUTURE_REASON,
        _ => flow::QUIT,
    }
}

/// The value; or, in this share, what stands for there being none.
fn sometimes_missing(chance: &mut Chance, value: &'static str, share: f64) -> Field<&'static str> {
    if !chance.hits(share) {
        return Field::Is(value);
    }
    [Field::Absent, Field::Null, Field::Is("")][chance.below(3) as usize]
}
