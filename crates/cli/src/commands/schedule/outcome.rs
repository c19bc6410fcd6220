//! What became of a run, in lines and as JSON.

use serde_json::{Value, json};
use weir_report::Zone;
use weir_schedule::{AlertStanding, Cause, Run, RunState, RunSummary, Sending, SendingState};

use super::words::{local, safe, sentence};
use crate::failure::{Failure, Outcome};

/// The run and each of its recipients, a line each.
pub(super) fn lines(run: &Run, zone: &Zone) -> String {
    let summary = &run.summary;
    let mut text = format!(
        "run {}: {}{}, of {}\n",
        summary.id,
        summary.state.name(),
        cause(summary.cause),
        local(summary.scheduled_at, zone)
    );
    let mut add = |line: String| {
        text.push_str("  ");
        text.push_str(&line);
        text.push('\n');
    };
    if let Some(trouble) = &summary.trouble {
        add(sentence(trouble));
    }
    if let Some(note) = &summary.note {
        add(safe(note));
    }
    if let Some(at) = summary.next_try_at.filter(|_| 0 < tried(run)) {
        add(format!("it is tried again at {}", local(at, zone)));
    }
    for sending in &run.sendings {
        add(line(sending, zone));
    }
    text
}

fn tried(run: &Run) -> usize {
    usize::from(run.summary.trouble.is_some())
}

fn cause(cause: Cause) -> String {
    match cause {
        Cause::Scheduled => String::new(),
        Cause::Asked => ", asked for".to_owned(),
        Cause::Again(run) => format!(", run {run} again"),
    }
}

/// `delivered  mail:ann@example.com  250 2.0.0 queued`
fn line(sending: &Sending, zone: &Zone) -> String {
    let said = match sending.state {
        SendingState::Delivered => sending.receipt.as_deref(),
        _ => sending.trouble.as_deref(),
    };
    let again = sending.next_try_at.filter(|_| 0 < sending.tries);
    let again = again.map(|at| format!("it is tried again at {}", local(at, zone)));
    let said: Vec<String> = said.map(sentence).into_iter().chain(again).collect();
    let state = sending.state.name();
    format!("{state:9}  {}  {}", safe(&sending.target), said.join("; ")).trim_end().to_owned()
}

/// Fails where somebody did not get it, and says how many.
pub(super) fn verdict(run: &Run) -> Outcome {
    let summary = &run.summary;
    let id = summary.id;
    match summary.state {
        RunState::Delivered | RunState::Quiet | RunState::Skipped => Ok(()),
        RunState::Failed => Err(Failure::work(format!(
            "run {id} failed: {}",
            summary.trouble.as_deref().unwrap_or("it did not reach everybody")
        ))),
        RunState::Due | RunState::Rendering | RunState::Delivering => Err(Failure::work(format!(
            "run {id} is not over; `weir serve` goes on trying, and `weir schedule list {}` says how \
                 it does",
            safe(&summary.name)
        ))),
    }
}

/// Where an alert stands.
pub(super) fn standing(alert: &AlertStanding, zone: &Zone) -> String {
    let standing = &alert.standing;
    let at = |what: &str, at: Option<weir_domain::Timestamp>| {
        at.map(|at| format!(", {what} {}", local(at, zone))).unwrap_or_default()
    };
    let value = standing.value.as_deref().map(|value| format!(": {}", safe(value)));
    let known = standing
        .acknowledged
        .as_ref()
        .map(|known| format!(", acknowledged by {} at {}", safe(&known.by), local(known.at, zone)));
    format!(
        "{}{}{}{}{}",
        standing.state.name(),
        at("since", standing.since),
        at("judged as of", standing.judged_at),
        known.unwrap_or_default(),
        value.unwrap_or_default()
    )
}

/// The same as JSON.
pub(super) fn standing_json(alert: &AlertStanding) -> Value {
    let standing = &alert.standing;
    let text = |at: Option<weir_domain::Timestamp>| at.map(|at| at.to_string());
    json!({
        "state": standing.state.name(),
        "since": text(standing.since),
        "judged_at": text(standing.judged_at),
        "value": standing.value,
        "acknowledged_by": standing.acknowledged.as_ref().map(|known| &known.by),
        "acknowledged_at": text(standing.acknowledged.as_ref().map(|known| known.at)),
    })
}

/// A run in one line, as JSON.
pub(super) fn summary_json(run: &RunSummary) -> Value {
    let again_of = if let Cause::Again(of) = run.cause { Some(of.0) } else { None };
    json!({
        "run": run.id.0,
        "name": run.name,
        "cause": match run.cause {
            Cause::Scheduled => "scheduled",
            Cause::Asked => "asked",
            Cause::Again(_) => "again",
        },
        "again_of": again_of,
        "scheduled_at": run.scheduled_at.to_string(),
        "state": run.state.name(),
        "trouble": run.trouble,
        "note": run.note,
        "next_try_at": run.next_try_at.map(|at| at.to_string()),
        "changed_at": run.changed_at.to_string(),
    })
}

/// A run with its files and recipients, as JSON.
pub(super) fn json(run: &Run) -> Value {
    let mut value = summary_json(&run.summary);
    let files: Vec<_> = run
        .files
        .iter()
        .map(|(name, media_type, bytes, sha256)| {
            json!({ "name": name, "media_type": media_type, "bytes": bytes, "sha256": sha256 })
        })
        .collect();
    let sendings: Vec<_> = run
        .sendings
        .iter()
        .map(|sending| {
            json!({
                "target": sending.target,
                "state": sending.state.name(),
                "tries": sending.tries,
                "trouble": sending.trouble,
                "receipt": sending.receipt,
                "next_try_at": sending.next_try_at.map(|at| at.to_string()),
                "changed_at": sending.changed_at.to_string(),
            })
        })
        .collect();
    if let Value::Object(fields) = &mut value {
        fields.insert("version".to_owned(), json!(run.version));
        fields.insert("position".to_owned(), json!(run.position.map(|at| at.get())));
        fields.insert("files".to_owned(), json!(files));
        fields.insert("recipients".to_owned(), json!(sendings));
    }
    value
}
