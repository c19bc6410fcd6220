//! The model: what a month of it looks like when it is read back. One seed, so exact figures; the
//! tolerances leave room for tuning the table, not for chance.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use serde_json::Value;
use weir_domain::{Catalogue, Timestamp};
use weir_simulator::Scenario;

const DAYS: i64 = 30;
const SESSIONS_PER_DAY: f64 = 600.0;

/// What the deliveries say about a session.
#[derive(Default)]
struct Session {
    codes: BTreeSet<u64>,
    attempts: BTreeSet<String>,
    first_at_us: i64,
    submitted_at_us: Option<i64>,
    /// Times of the cancels, and the screen of the last.
    cancelled_at_us: Vec<i64>,
    last_screen: Option<String>,
    handed_over: bool,
    end_user: Option<String>,
}

/// A month, read back.
#[derive(Default)]
struct Month {
    deliveries: usize,
    repeats: usize,
    unreadable: usize,
    misnamed: usize,
    unknown_codes: usize,
    sessions: BTreeMap<String, Session>,
    reasons: BTreeMap<String, usize>,
    screens: BTreeSet<String>,
}

static MONTH: LazyLock<Month> = LazyLock::new(|| {
    let from: Timestamp = "2026-01-05T00:00:00Z".parse().expect("an instant");
    let until = from.plus_us(DAYS * 86_400_000_000);
    let (mut month, mut seen) = (Month::default(), BTreeSet::new());
    for sent in Scenario::realistic(11, from, until, SESSIONS_PER_DAY).deliveries() {
        month.deliveries += 1;
        month.repeats += usize::from(!seen.insert(sent.body.clone()));
        match readable(&sent.body) {
            Some(body) => month.read(sent.at.as_micros(), &body),
            None => month.unreadable += 1,
        }
    }
    month
});

/// The body as JSON, if its ids are UUIDs.
fn readable(body: &[u8]) -> Option<Value> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let is_id = |name: &str| body[name].as_str().is_some_and(|id| id.parse::<uuid::Uuid>().is_ok());
    (is_id("id") && is_id("attemptId")).then_some(body)
}

fn action(code: u64) -> Option<&'static str> {
    Some(match code {
        7001 => "started",
        7002 => "submitted",
        7007 => "waiting_complete",
        7008 => "waiting_continued",
        7009 => "flow_finished",
        7010 => "flow_cancelled",
        7011 => "document_type_other_selected",
        _ => return None,
    })
}

impl Month {
    fn read(&mut self, at_us: i64, body: &Value) {
        let text =
            |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let code = body["code"].as_u64().expect("a code");
        self.misnamed += usize::from(action(code).is_some_and(|action| body["action"] != action));
        self.unknown_codes += usize::from(action(code).is_none());
        let session = self
            .sessions
            .entry(body["id"].to_string())
            .or_insert(Session { first_at_us: at_us, ..Session::default() });
        session.codes.insert(code);
        session.attempts.insert(body["attemptId"].to_string());
        session.end_user = text(&body["endUserId"]);
        let (reason, state) = (text(&body["context"]["reason"]), text(&body["context"]["state"]));
        match code {
            7002 | 7007..=7009 => {
                session.submitted_at_us.get_or_insert(at_us);
            }
            7010 if reason.as_deref() == Some("mobile_handover_screen_shown") => {
                session.handed_over = true;
            }
            7010 => {
                session.cancelled_at_us.push(at_us);
                session.last_screen = state.clone();
            }
            _ => {}
        }
        if code == 7010 {
            *self.reasons.entry(reason.unwrap_or_default()).or_default() += 1;
            self.screens.extend(state);
        }
    }

    /// Share of the sessions for which this holds.
    fn share(&self, holds: impl Fn(&Session) -> bool) -> f64 {
        let count = self.sessions.values().filter(|session| holds(session)).count();
        count as f64 / self.sessions.len() as f64
    }
}

#[track_caller]
fn within(what: &str, value: f64, range: RangeInclusive<f64>) {
    assert!(range.contains(&value), "{what} is {value:.4}, not in {range:?}");
}

#[test]
fn traffic_is_what_was_asked_for() {
    let sessions = MONTH.sessions.len() as f64;
    within("sessions", sessions / (SESSIONS_PER_DAY * DAYS as f64), 0.94..=1.04);
    within("deliveries per session", MONTH.deliveries as f64 / sessions, 3.1..=3.5);
}

#[test]
fn two_thirds_submit_and_the_others_leave_in_several_ways() {
    let lost = |s: &Session| s.submitted_at_us.is_none();
    within("submitted", MONTH.share(|s| !lost(s)), 0.62..=0.70);
    let cancelled = MONTH.share(|s| lost(s) && !s.cancelled_at_us.is_empty());
    within("cancelled", cancelled, 0.14..=0.22);
    let handed = MONTH.share(|s| lost(s) && s.cancelled_at_us.is_empty() && s.handed_over);
    within("lost in handover", handed, 0.02..=0.07);
    let silent = MONTH.share(|s| lost(s) && s.cancelled_at_us.is_empty() && !s.handed_over);
    within("silent", silent, 0.07..=0.14);
    within("handed over", MONTH.share(|s| s.handed_over && !lost(s)), 0.12..=0.30);
}

#[test]
fn some_come_back_and_some_leave_late() {
    let cancel = |s: &Session, holds: fn(i64, i64) -> bool| {
        s.submitted_at_us.is_some_and(|sub| s.cancelled_at_us.iter().any(|c| holds(*c, sub)))
    };
    within("recovered", MONTH.share(|s| cancel(s, |c, sub| c <= sub)), 0.015..=0.05);
    within("left after submitting", MONTH.share(|s| cancel(s, |c, sub| c > sub)), 0.01..=0.05);
    within("resubmitted", MONTH.share(|s| s.attempts.len() > 1), 0.03..=0.09);
    assert!(MONTH.sessions.values().any(|s| s.attempts.len() > 2));
    within("other document", MONTH.share(|s| s.codes.contains(&7011)), 0.01..=0.04);

    let mut visits = BTreeMap::<&str, usize>::new();
    for end_user in MONTH.sessions.values().filter_map(|s| s.end_user.as_deref()) {
        *visits.entry(end_user).or_default() += 1;
    }
    let back = visits.values().filter(|visits| **visits > 1).count() as f64;
    within("end-users who come back", back / visits.len() as f64, 0.09..=0.18);
}

#[test]
fn the_blocked_camera_is_the_worst_known_screen() {
    let mut exits = BTreeMap::<&str, usize>::new();
    for session in MONTH.sessions.values().filter(|s| s.submitted_at_us.is_none()) {
        if let Some(screen) = &session.last_screen {
            *exits.entry(screen).or_default() += 1;
        }
    }
    let worst = exits.remove("camera_access_blocked_screen_shown").unwrap_or_default();
    let second = exits.values().copied().max().unwrap_or_default();
    assert!(worst * 2 > second * 3, "{worst} at the camera, {second} at the second worst");
}

#[test]
fn reasons_fit_and_most_quit_by_the_dialog() {
    let count = |reason: &str| MONTH.reasons.get(reason).copied().unwrap_or_default();
    let (quit, handover) = (count("quit_session_confirmed"), count("mobile_handover_screen_shown"));
    for reason in ["error_screen_exit_clicked", "consent_screen_cancel_pressed", ""] {
        assert!(0 < count(reason) && count(reason) < quit, "{reason}: {}", count(reason));
    }
    assert!(0 < handover);
}

#[test]
fn screens_are_those_of_the_catalogue_and_some_of_the_future() {
    let catalogue = Catalogue::shipped();
    let unknown: Vec<_> = MONTH.screens.iter().filter(|s| catalogue.screen(s).is_none()).collect();
    assert_eq!(unknown, ["document_edge_check_screen_shown", "nfc_scan_screen_shown"]);
    assert!(MONTH.screens.len() > 20, "{:?}", MONTH.screens);
}

#[test]
fn time_to_submit_is_minutes_with_a_tail_of_hours() {
    let seconds = |s: &Session| Some((s.submitted_at_us? - s.first_at_us) as f64 / 1e6);
    let mut took_s: Vec<f64> = MONTH.sessions.values().filter_map(seconds).collect();
    took_s.sort_by(f64::total_cmp);
    within("median", took_s[took_s.len() / 2], 140.0..=220.0);
    within("p99", took_s[took_s.len() * 99 / 100], 3_600.0..=86_400.0);
}

#[test]
fn the_provider_has_its_troubles() {
    let deliveries = MONTH.deliveries as f64;
    within("repeats", MONTH.repeats as f64 / deliveries, 0.03..=0.07);
    within("unreadable", MONTH.unreadable as f64 / deliveries, 0.000_1..=0.001);
    within("misnamed", MONTH.misnamed as f64 / deliveries, 0.000_1..=0.001);
    within("unknown codes", MONTH.unknown_codes as f64 / deliveries, 0.000_1..=0.002);
    within("no 7001", MONTH.share(|s| !s.codes.contains(&7001)), 0.001..=0.01);
    let implied = |s: &Session| s.submitted_at_us.is_some() && !s.codes.contains(&7002);
    within("implied", MONTH.share(implied), 0.001..=0.01);
}

#[test]
fn every_body_that_is_meant_to_be_readable_is() {
    let from = Timestamp::from_micros(0);
    let until = from.plus_us(5 * 86_400_000_000);
    let clean = Scenario {
        unreadable_share: 0.0,
        misnamed_share: 0.0,
        ..Scenario::realistic(3, from, until, 400.0)
    };
    let mut references = BTreeSet::new();
    for sent in clean.deliveries() {
        let body = readable(&sent.body).expect("a readable body");
        let code = body["code"].as_u64().expect("a code");
        assert!(action(code).is_none_or(|action| body["action"] == action), "{body}");
        references.insert(body.get("vendorData").map(Value::is_string));
    }
    // Left out, null, and a text.
    assert_eq!(references.into_iter().collect::<Vec<_>>(), [None, Some(false), Some(true)]);
}
