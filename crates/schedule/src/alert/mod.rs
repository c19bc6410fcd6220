//! Whether a report is worth a message: pure judging, without a clock and without a store.
//!
//! [`judge`] takes what is watched, what was seen, and how the alert stood, and says how it stands
//! now and whether somebody is to be told. It is given the same again after a crash and then says
//! the same again: a judgement counts once for each scheduled instant.

mod standing; // how an alert stands between two judgements
mod seen; // what a report or a silence says of what is watched
mod beyond; // whether that is beyond what the alert takes, with its margins
mod step; // the next state
mod quiet; // hours in which nobody is told
mod owed; // whether a message is owed
mod message; // what it says

#[cfg(test)]
mod tests;

use weir_domain::Timestamp;
use weir_report::render::{Alarm, Document};
use weir_report::{Alert, Silence, Zone};

pub use quiet::QuietHours;
pub use standing::{Acknowledged, Standing, State, Told};

use beyond::Verdict;
use owed::Owed;
use seen::Seen;

/// What an alert is judged by.
#[derive(Debug, Clone, Copy)]
pub enum Evidence<'a> {
    /// The report, with the period before where a change is watched.
    Report(&'a Document),
    /// How unusual it is that nothing comes: of one integration, or of all together; none where
    /// nothing ever came.
    Silence {
        /// The definition's name.
        name: &'a str,
        /// What is known of it.
        silence: Option<&'a Silence>,
        /// Whose.
        integration: Option<&'a str>,
        /// Whose clock the quiet hours are on, and instants are told by.
        zone: &'a Zone,
    },
}

/// What came of a judgement.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// How the alert stands now: to be kept together with what becomes of the run.
    pub standing: Standing,
    /// Whether somebody is to be told.
    pub telling: Telling,
    /// What was seen and what was made of it, for the run's note: `not judged: …`.
    pub note: String,
}

/// Whether somebody is to be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Telling {
    /// Nobody.
    Nothing,
    /// The recipients, now.
    Now(Alarm),
    /// Quiet hours end at this instant: the same is to be judged once more then, and told if it
    /// still holds.
    Later(Timestamp),
}

/// Judges what was seen at the scheduled instant `at`. `prior` is how the alert stood, and `now`
/// only tells whether these are quiet hours.
///
/// The same judgement again, also with what came of it as `prior`, changes nothing and tells the
/// same; an older one than the last changes and tells nothing.
#[must_use]
pub fn judge(
    alert: &Alert,
    evidence: &Evidence<'_>,
    prior: &Standing,
    at: Timestamp,
    now: Timestamp,
) -> Judgement {
    if prior.judged_at.is_some_and(|last| at < last) {
        return Judgement {
            standing: prior.clone(),
            telling: Telling::Nothing,
            note: "not judged: a newer run was judged before".to_owned(),
        };
    }
    let seen = match seen::look(alert, evidence) {
        Ok(seen) => seen,
        Err(why) => {
            let (standing, note) = (prior.clone(), format!("not judged: {why}"));
            return Judgement { standing, telling: Telling::Nothing, note };
        }
    };
    let (standing, note) = judged(alert, evidence, &seen, prior, at);
    let Some(owed) = Owed::of(alert, &standing, at) else {
        return Judgement { standing, telling: Telling::Nothing, note };
    };
    // What was told by this very run is told again: the run was cut off before it was sent.
    let waits_until =
        (!owed.again).then(|| QuietHours::of(alert)?.end_if_within(now, evidence.zone())).flatten();
    if let Some(end) = waits_until {
        let note = format!("{note}; quiet hours: told when they end, if it still holds");
        return Judgement { standing, telling: Telling::Later(end), note };
    }
    let alarm = message::alarm(alert, evidence, &seen, &owed);
    let standing = Standing { told: Some(owed.told), ..standing };
    Judgement { standing, telling: Telling::Now(alarm), note }
}

/// The standing after what was seen at `at`; the same one where `at` was judged already.
fn judged(
    alert: &Alert,
    evidence: &Evidence<'_>,
    seen: &Seen,
    prior: &Standing,
    at: Timestamp,
) -> (Standing, String) {
    let verdict = beyond::verdict(alert, seen);
    let value = message::value(alert, evidence, seen);
    let mut standing = prior.clone();
    if prior.judged_at != Some(at) {
        standing.state = step::step(prior.state, verdict, alert.runs.max(1));
    }
    if !standing.state.is_firing() {
        standing.acknowledged = None;
        standing.since = None;
    } else if standing.since.is_none() {
        standing.since = Some(at);
    }
    standing.judged_at = Some(at);
    let made = match verdict {
        Verdict::Beyond => "beyond what the alert takes",
        Verdict::Between => "between firing and over",
        Verdict::Within => "within what the alert takes",
    };
    let note = format!("{value}: {made}");
    standing.value = Some(value);
    (standing, note)
}

impl Evidence<'_> {
    fn zone(&self) -> &Zone {
        match self {
            Evidence::Report(document) => &document.report.query.zone,
            Evidence::Silence { zone, .. } => zone,
        }
    }

    fn name(&self) -> &str {
        match self {
            Evidence::Report(document) => &document.name,
            Evidence::Silence { name, .. } => name,
        }
    }
}
