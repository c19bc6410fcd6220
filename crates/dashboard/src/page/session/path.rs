//! The way of a session's state, as a small picture.

use maud::{Markup, html};
use weir_report::render::{count, duration};

use super::SessionView;
use crate::history::Step;
use crate::page::{outcome, when};

/// A session goes back and forth some times; of more, the last are told.
const STEPS_MAX: usize = 12;

pub(super) fn path(view: &SessionView<'_>) -> Markup {
    let steps = &view.session.path;
    let folded = steps.len().saturating_sub(STEPS_MAX);
    html! {
        section {
            h2 #path { "The way it took" }
            @if 0 < folded { p.about { (count(folded as u64)) " earlier steps are not drawn." } }
            ol.path aria-labelledby="path" {
                @for step in steps.iter().skip(folded) { li { (shown(view, step)) } }
            }
        }
    }
}

fn shown(view: &SessionView<'_>, step: &Step) -> Markup {
    html! {
        (outcome::chip(step.outcome))
        @if let Some(state) = &step.state {
            span.at { "at " (outcome::screen(view.catalogue, state)) }
        }
        span.soft {
            (when::second(step.at, &view.query.zone))
            @match step.delivery {
                Some(seq) => { ", by " a href={ "#d" (seq) } { "delivery " (count(seq)) } },
                None => { ", after " (duration(view.query.window_us.unsigned_abs())) " without a word" },
            }
        }
    }
}
