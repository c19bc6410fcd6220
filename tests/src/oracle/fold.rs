//! From the log's lines to each attempt's facts: section 3 of `semantics.md`.

use std::collections::BTreeMap;

use super::RawDelivery;
use super::read::{Event, read};

/// Where and why the flow stopped; either may be unknown.
pub(super) type Exit = (Option<String>, Option<String>);

/// Something that an attempt's log says happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    Started,
    Submitted,
    DecisionShown,
    Continued,
    Finished,
    Cancel(Exit),
    Handover(Exit),
    OtherDocument,
    Unknown,
}

/// The delivery that first said so: the one with the least `(received_at, seq)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct First {
    pub(super) at_us: i64,
    pub(super) seq: u64,
}

/// The facts of one attempt.
pub(super) type Facts = BTreeMap<Fact, First>;

/// What the whole log says about one session.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// By `attemptId`.
    pub(super) attempts: BTreeMap<String, Facts>,
    /// The first feature in log order, and the place in the log that it came from.
    pub(super) feature: Option<(u64, String)>,
    /// The first `endUserId` in log order.
    pub(super) end_user: Option<String>,
}

/// By integration and `id`.
pub(super) type Sessions = BTreeMap<(String, String), Session>;

/// One line of the log with what could be read from it.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) delivery: &'a RawDelivery,
    /// Nothing if the delivery is quarantined.
    pub(super) event: Option<Event>,
}

/// The lines in log order.
pub(super) fn read_log(deliveries: &[RawDelivery]) -> Vec<Line<'_>> {
    let mut log: Vec<Line<'_>> = deliveries
        .iter()
        .map(|delivery| Line { delivery, event: read(&delivery.body).ok() })
        .collect();
    log.sort_by_key(|line| line.delivery.seq);
    log
}

/// The fact that an event brings.
pub(super) fn fact(event: &Event) -> Fact {
    match event.code {
        7001 => Fact::Started,
        7002 => Fact::Submitted,
        7007 => Fact::DecisionShown,
        7008 => Fact::Continued,
        7009 => Fact::Finished,
        7010 => {
            let exit = (event.state.clone(), event.reason.clone());
            if event.reason.as_deref() == Some("mobile_handover_screen_shown") {
                Fact::Handover(exit)
            } else {
                Fact::Cancel(exit)
            }
        }
        7011 => Fact::OtherDocument,
        _ => Fact::Unknown,
    }
}

/// Every session of the log with everything that the log ever says about it.
pub(super) fn fold(log: &[Line<'_>]) -> Sessions {
    let mut sessions = Sessions::new();
    for Line { delivery, event } in log {
        let Some(event) = event else { continue };
        let key = (delivery.integration.clone(), event.session.clone());
        let session = sessions.entry(key).or_default();
        let facts = session.attempts.entry(event.attempt.clone()).or_default();
        let seen = First { at_us: delivery.received_at_us, seq: delivery.seq };
        let first = facts.entry(fact(event)).or_insert(seen);
        *first = seen.min(*first);
        if session.feature.is_none() {
            session.feature = event.feature.clone().map(|feature| (delivery.seq, feature));
        }
        if session.end_user.is_none() {
            session.end_user = event.end_user.clone();
        }
    }
    sessions
}
