//! What a session belongs to.

use maud::{Markup, html};
use weir_report::render::count;

use super::SessionView;
use super::link::list;
use crate::list::Field;
use crate::opened::Withheld;
use crate::page::{outcome, when};

pub(super) fn about(view: &SessionView<'_>) -> Markup {
    let SessionView { session, query, .. } = view;
    let linked = |field, text: &Option<String>| {
        let text = text.as_deref()?;
        if session.is_masked {
            return Some(html! { code { (text) } " " span.soft { "a pseudonym" } });
        }
        Some(html! { a href=(list(view, field, text)) { (outcome::name(text)) } })
    };
    let text = |text: &Option<String>| text.as_deref().map(outcome::name);
    let facts = [
        ("Session", Some(html! { code { (session.id) } })),
        ("Integration", Some(outcome::name(&session.integration))),
        ("Feature", text(&session.feature)),
        ("End-user", linked(Field::EndUserId, &session.end_user_id)),
        ("Reference", linked(Field::VendorData, &session.vendor_data)),
        ("Withheld", (!session.withheld.is_empty()).then(|| withheld(&session.withheld))),
        ("Begun", Some(html! { (when::second(session.first_at, &query.zone)) })),
        ("Attempts", Some(html! { (count(session.attempts.len() as u64)) })),
        (
            "Told as of",
            Some(html! { (when::second(query.as_of, &query.zone)) ", " (query.zone.name()) }),
        ),
    ];
    html! {
        dl.told {
            @for (what, shown) in facts.into_iter().filter(|(what, shown)| *what != "Withheld" || shown.is_some()) {
                div {
                    dt { (what) }
                    dd { @match shown { Some(shown) => { (shown) }, None => { span.none { "none given" } } } }
                }
            }
        }
    }
}

/// Values that cannot be shown, and why.
fn withheld(all: &[Withheld]) -> Markup {
    html! {
        @for (number, one) in all.iter().enumerate() {
            @if 0 < number { br; }
            (one.field) " " code { (one.pseudonym) } ", " (one.why)
        }
    }
}
