//! Is all well, and if not, what to do: one sentence, the worst first.

use weir_log::FREE_BYTES_MIN;
use weir_report::render::{bytes, count, duration};

use super::{Health, LastDelivery, ScheduleHealth, Status, VerdictName};
use crate::ReadyLimits;
use crate::routes::why_not;

/// The status, and the sentence on top.
pub(super) fn judge(health: &Health, limits: ReadyLimits) -> (Status, String) {
    let Health { fold, log, integrations, .. } = health;
    let failure = fold.failure.as_deref();
    let (lag, lag_seconds) = (fold.lag_deliveries, fold.lag_seconds);
    if let Some(reason) = why_not(log.able_to_append, lag, lag_seconds, failure, limits) {
        let stands_still = !log.able_to_append || failure.is_some();
        let status = if stands_still { Status::Trouble } else { Status::Attention };
        return (status, sentence(&reason));
    }
    if let Some(damage) = log.scrub.as_ref().and_then(|scrub| scrub.damage.as_ref()) {
        return (Status::Trouble, sentence(damage));
    }
    if let Some(lost) = health.stores_lost.first() {
        return (Status::Trouble, sentence(&lost.reason));
    }
    if let Some(free) = log.free_bytes.filter(|&free| free < FREE_BYTES_MIN) {
        let said = format!(
            "Only {} are free on the disk of the data directory. Make room: where the log cannot be \
             written, deliveries are refused until it can.",
            bytes(free)
        );
        return (Status::Attention, said);
    }
    if let Some(one) = integrations.iter().find(|one| one.secrets_stale) {
        let said = format!(
            "The secrets of {} could not be read again, and stay as they were. `weir doctor` says why.",
            one.integration
        );
        return (Status::Attention, said);
    }
    if log.deliveries == 0 {
        return (Status::Attention, "Nothing was received yet.".to_owned());
    }
    if let Some(said) = silent(health) {
        return (Status::Attention, said);
    }
    if let Some(of) = health.schedules.as_ref().filter(|of| of.needs_attention()) {
        return (Status::Attention, reports(of));
    }
    let last = integrations.iter().filter_map(|one| one.last_delivery.as_ref());
    let shortest = last.map(|last| last.silence_seconds).reduce(f64::min).unwrap_or(0.0);
    let waits = match lag {
        0 => "nothing waits".to_owned(),
        n => format!("{} to be counted", waiting(n)),
    };
    (Status::Well, format!("All is well: last delivery {} ago, {waits}.", ago(shortest)))
}

/// What is the matter with the reports that are sent by themselves.
fn reports(of: &ScheduleHealth) -> String {
    let ScheduleHealth { broken, runs_failed, alerts_firing, .. } = *of;
    let parts = [
        (alerts_firing, "alerts", "fires", "fire"),
        (runs_failed, "runs of reports", "failed", "failed"),
        (broken, "definitions of reports", "is not well", "are not well"),
    ];
    let parts = parts.into_iter().filter(|(n, ..)| 0 < *n).map(|(n, what, one, many)| {
        let what = if n == 1 { what.replacen("runs", "run", 1) } else { what.to_owned() };
        let what = if n == 1 { what.replacen("alerts", "alert", 1) } else { what };
        let what = if n == 1 { what.replacen("definitions", "definition", 1) } else { what };
        format!("{n} {what} {}", if n == 1 { one } else { many })
    });
    format!(
        "Deliveries come in and are counted; {}. Reports says what to do.",
        parts.collect::<Vec<_>>().join(", ")
    )
}

fn waiting(n: u64) -> String {
    if n == 1 { "1 delivery waits".to_owned() } else { format!("{} deliveries wait", count(n)) }
}

/// The most unusual silence of an integration that may send.
fn silent(health: &Health) -> Option<String> {
    let unusual = |last: &&LastDelivery| {
        matches!(last.verdict, VerdictName::Unusual | VerdictName::VeryUnusual)
    };
    let configured = health.integrations.iter().filter(|one| one.configured);
    let (name, last) = configured
        .filter_map(|one| Some((&one.integration, one.last_delivery.as_ref().filter(unusual)?)))
        .max_by_key(|(_, last)| (last.verdict == VerdictName::VeryUnusual, last.seq))?;
    let very = if last.verdict == VerdictName::VeryUnusual { "very " } else { "" };
    Some(format!(
        "Nothing came from {name} for {}, which is {very}unusual. Look at the webhook's state in \
         Veriff's portal, at the proxy, and at the answers below.",
        ago(last.silence_seconds)
    ))
}

/// `12 s`, `3 min 12 s`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a duration is not negative
pub(crate) fn ago(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    if whole == 0 { "less than a second".to_owned() } else { duration(whole * 1_000_000) }
}

fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
