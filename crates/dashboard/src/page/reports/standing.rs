//! How an alert stands.

use maud::{Markup, html};
use weir_report::render::safe_text;
use weir_schedule::alert::State;

use super::Stage;
use super::words::{CAUSE_CHARS_MAX, NAME_CHARS_MAX, Sign, minute, path, state, title};
use crate::schedules::Entry;

/// The state, since when, what was measured, and who acknowledged; with the button to do so.
pub(super) fn standing(stage: &Stage<'_>, entry: &Entry) -> Markup {
    let zone = entry.zone_or(stage.zone);
    let Some(standing) = &entry.standing else {
        return html! { (state(Sign::Nothing, "not judged yet")) };
    };
    let known = standing.acknowledged.as_ref();
    html! {
        @match standing.state {
            State::Quiet => (state(Sign::Well, "quiet")),
            State::Pending(count) => { (state(Sign::Look, "would fire")) span.soft.line { "for " (times(count)) } },
            State::Firing if known.is_some() => (state(Sign::Look, "firing, acknowledged")),
            State::Firing => (state(Sign::Trouble, "firing")),
            State::Recovering(count) => { (state(Sign::Waits, "recovering")) span.soft.line { "for " (times(count)) } },
        }
        @if let Some(since) = standing.since { span.soft.line { "since " (minute(since, zone)) } }
        @if let Some(value) = &standing.value { span.line { bdi { (safe_text(value, CAUSE_CHARS_MAX)) } } }
        @if let Some(known) = known {
            span.soft.line { "acknowledged by " bdi { (safe_text(&known.by, NAME_CHARS_MAX)) } ", " (minute(known.at, zone)) }
        }
        @if stage.may() && standing.state.is_firing() && known.is_none() {
            form.inline method="post" action=(path(&entry.name)) {
                (stage.csrf())
                button.quiet type="submit" name="do" value="acknowledge" {
                    "Acknowledge" span.hidden { " " (title(entry.definition(), &entry.name)) }
                }
            }
        }
    }
}

fn times(count: u32) -> String {
    if count == 1 { "1 judgement".to_owned() } else { format!("{count} judgements") }
}
