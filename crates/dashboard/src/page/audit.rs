//! Who saw, took along, changed and erased what.

use maud::{Markup, html};
use weir_audit::Did;
use weir_report::Zone;
use weir_report::render::{count, safe_text};

use super::form::{Query, address};
use super::when::second;
use super::{Frame, Page};
use crate::reader::Reader;
use crate::routes::{AuditPage, DeedRow};

const TEXT_CHARS_MAX: usize = 200;

/// All that the page shows.
pub(crate) struct AuditView<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) demo: bool,
    pub(crate) zone: &'a Zone,
    /// What was asked for, by name, as it was written.
    pub(crate) asked: [(&'static str, &'a str); 5],
    /// Whether it begins with the newest.
    pub(crate) is_first: bool,
    /// What was found, if it could be asked.
    pub(crate) found: Option<&'a AuditPage>,
    /// What is wrong with what was asked.
    pub(crate) wrong: Option<&'a str>,
}

impl AuditView<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let (title, page) = ("Audit", Some(Page::Audit));
        Frame { title, page, form: None, reader: self.reader, demo: self.demo }.around(&html! {
            main #main.health.audit {
                h1 { (self.answer()) }
                p.about {
                    "Written down before it is answered, sealed, and never removed. Reports are not in it, as they "
                    "tell of many. By what somebody looked for a person is not written down. Times in "
                    (self.zone.name()) "."
                }
                (self.filters())
                @match self.found {
                    Some(found) if found.deeds.is_empty() => (self.nothing()),
                    Some(found) => (self.table(found)),
                    None => {}
                }
            }
        })
    }

    fn answer(&self) -> String {
        let Some(AuditPage { deeds, next_cursor }) = self.found else {
            return "No answer for these filters".to_owned();
        };
        let shown = count(deeds.len() as u64);
        match (deeds.len(), next_cursor) {
            (0, _) => "Who saw, took along and changed what".to_owned(),
            (1, None) => "1 thing that somebody did".to_owned(),
            (_, None) => format!("{shown} things that somebody did"),
            (_, Some(_)) if self.is_first => format!("The newest {shown} things that somebody did"),
            (_, Some(_)) => format!("{shown} older things that somebody did"),
        }
    }

    fn is_filtered(&self) -> bool {
        self.asked.iter().any(|(_, value)| !value.is_empty()) || !self.is_first
    }

    fn nothing(&self) -> Markup {
        html! {
            section.empty {
                @if self.is_filtered() {
                    h2 { "Nothing within these filters" }
                    p { a href=(Page::Audit.path()) { "Show all of the record" } "." }
                } @else {
                    h2 { "Nothing has been written down yet" }
                    p { "It begins when somebody signs in, sees a session, takes something along or changes something." }
                }
            }
        }
    }

    fn filters(&self) -> Markup {
        let [(_, since), (_, until), (_, who), (_, did), (_, what)] = self.asked;
        html! {
            div.tools {
                form.search method="get" action=(Page::Audit.path()) {
                    label.field { "Since"
                        input type="text" name="since" value=(since) placeholder="-7d" autocomplete="off" spellcheck="false";
                    }
                    label.field { "Until"
                        input type="text" name="until" value=(until) placeholder="now" autocomplete="off" spellcheck="false";
                    }
                    label.field { "Who"
                        input type="text" name="who" value=(who) autocomplete="off" spellcheck="false";
                    }
                    label.field { "Did"
                        select name="did" {
                            option value="" { "anything" }
                            @for one in Did::ALL {
                                option value=(one.name()) selected[one.name() == did] { (words(one.name())) }
                            }
                        }
                    }
                    label.field { "To what"
                        input type="text" name="what" value=(what) autocomplete="off" spellcheck="false";
                    }
                    button type="submit" { "Show" }
                    @if let Some(wrong) = self.wrong {
                        p.problem role="alert" { (safe_text(wrong, 600)) "." }
                    }
                }
            }
        }
    }

    fn table(&self, found: &AuditPage) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="The record" {
                table {
                    thead { tr {
                        th scope="col" { "when" }
                        th scope="col" { "who" }
                        th scope="col" { "did" }
                        th scope="col" { "to what" }
                        th scope="col" { "outcome" }
                        th scope="col" { "from" }
                    } }
                    tbody { @for deed in &found.deeds { (self.row(deed)) } }
                }
            }
            @if let Some(next) = &found.next_cursor {
                p.older { a href=(self.older(next)) { "Older ones" } }
            }
        }
    }

    fn row(&self, deed: &DeedRow) -> Markup {
        html! {
            tr {
                td.nowrap { time datetime=(deed.at) { (second(deed.at, self.zone)) } }
                td { bdi { (safe_text(&deed.who, TEXT_CHARS_MAX)) } (kind(&deed.who_kind)) }
                td { (words(&deed.did)) }
                td { (what(deed)) }
                td { @if deed.outcome == "done" { "done" } @else { strong { (ended(&deed.outcome)) } } }
                td.nowrap {
                    @match &deed.from {
                        Some(from) => code { (safe_text(from, TEXT_CHARS_MAX)) },
                        None => span.soft { "–" },
                    }
                }
            }
        }
    }

    fn older(&self, next: &str) -> String {
        let mut query = Query::default();
        for (name, value) in self.asked.iter().filter(|(_, value)| !value.is_empty()) {
            query.push(name, value);
        }
        query.push("cursor", next);
        address(Page::Audit.path(), &query.0)
    }
}

/// A verb as one reads it.
fn words(did: &str) -> String {
    safe_text(did, TEXT_CHARS_MAX).replace('-', " ")
}

/// What somebody is, where that is not plain.
fn kind(kind: &str) -> Markup {
    let said = match kind {
        "token" => "token",
        "command" => "command line",
        _ => return html! {},
    };
    html! { " " span.soft { "(" (said) ")" } }
}

fn ended(outcome: &str) -> &str {
    match outcome {
        "begun" => "begun, its end is not known",
        other => other,
    }
}

/// What it was done to, which leads there where it is a session.
fn what(deed: &DeedRow) -> Markup {
    let shown = safe_text(&deed.what, TEXT_CHARS_MAX);
    let id = deed.what.split(' ').next().unwrap_or_default();
    html! {
        @if deed.what.is_empty() {
            span.soft { "–" }
        } @else if deed.did == Did::SawSession.name() && uuid::Uuid::try_parse(id).is_ok() {
            a.nowrap href={ (Page::Sessions.path()) "/" (id) } { code { (shown) } }
        } @else {
            bdi { (shown) }
        }
    }
}
