//! Lists of deliveries: all that were received, and those that could not be read with their bodies.

use maud::{Markup, html};
use weir_report::Zone;
use weir_report::render::{count, instant, safe_text};

use super::form::{Query, address};
use super::health::{safe_block, time};
use super::{Frame, Page};
use crate::reader::Reader;
use crate::routes::{Deliveries, DeliveryEntry, KINDS, Listing, Only, QuarantinePage, Quarantined};

const NAME_CHARS_MAX: usize = 200;

/// All that the list of deliveries shows.
pub(crate) struct DeliveriesPage<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) demo: bool,
    pub(crate) zone: &'a Zone,
    pub(crate) listing: &'a Listing,
    pub(crate) found: &'a Deliveries,
}

/// All that the list of deliveries that could not be read shows.
pub(crate) struct QuarantineView<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) demo: bool,
    pub(crate) zone: &'a Zone,
    pub(crate) found: &'a QuarantinePage,
}

fn around(reader: &Reader, demo: bool, title: &str, content: &Markup) -> Markup {
    let page = Some(Page::Health);
    Frame { title, page, form: None, reader, demo }.around(&html! {
        main #main.health {
            p.back { a href=(Page::Health.path()) { "Health" } }
            (content)
        }
    })
}

impl DeliveriesPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let rows = &self.found.deliveries;
        around(
            self.reader,
            self.demo,
            "Deliveries",
            &html! {
                h1 { (self.answer()) }
                p.about { "In the order of the log, the newest first. " (self.range()) @if self.listing.only.is_some() { " Among the newest 500 of their kind." } }
                nav.kinds aria-label="Kinds of deliveries" {
                    @for (number, (name, ..)) in KINDS.iter().enumerate() {
                        a href=(self.href(name, None)) aria-current=[(number == self.listing.kind).then_some("true")] {
                            (name.replace('_', " "))
                        }
                    }
                }
                @if rows.is_empty() {
                    p { "There are none." }
                } @else {
                    div.scroll {
                        table {
                            thead { tr {
                                th.num scope="col" { "place in the log" }
                                th scope="col" { "received" }
                                th scope="col" { "integration" }
                                th scope="col" { "says" }
                                th scope="col" { "session" }
                            } }
                            tbody { @for row in rows { (self.row(row)) } }
                        }
                    }
                    @if let Some(next) = &self.found.next_cursor {
                        p.older { a href=(self.href(KINDS[self.listing.kind].0, Some(next))) { "Older ones" } }
                    }
                }
            },
        )
    }

    fn answer(&self) -> String {
        let what = KINDS[self.listing.kind].2;
        let what = match &self.listing.only {
            Some(Only::Code(code)) => format!("deliveries with the unknown code {code}"),
            Some(Only::Cause(cause)) => {
                format!("{what}: {}", safe_text(cause, NAME_CHARS_MAX))
            }
            None => what.to_owned(),
        };
        match self.found.count {
            1 => format!("1 {}", what.replacen("deliveries", "delivery", 1)),
            n => format!("{} {what}", count(n)),
        }
    }

    fn range(&self) -> String {
        let at = |at| instant(at, self.zone);
        let zone = self.zone.name();
        match (self.listing.from, self.listing.to) {
            (None, None) => format!("All of the log, {zone}."),
            (Some(from), None) => format!("Received since {}, {zone}.", at(from)),
            (None, Some(to)) => format!("Received before {}, {zone}.", at(to)),
            (Some(from), Some(to)) => format!("Received from {} to {}, {zone}.", at(from), at(to)),
        }
    }

    fn href(&self, kind: &str, cursor: Option<&str>) -> String {
        let mut query = Query::default();
        match (&self.listing.only, cursor) {
            (Some(Only::Code(code)), Some(_)) => query.push("code", &code.to_string()),
            (Some(Only::Cause(cause)), Some(_)) => query.push("cause", cause),
            _ if kind != "all" => query.push("kind", kind),
            _ => {}
        }
        for (name, at) in [("from", self.listing.from), ("to", self.listing.to)] {
            if let Some(at) = at {
                query.push(name, &at.to_string());
            }
        }
        if let Some(cursor) = cursor {
            query.push("cursor", cursor);
            query.push("limit", &self.listing.limit.to_string());
        }
        address("/health/deliveries", &query.0)
    }

    fn row(&self, row: &DeliveryEntry) -> Markup {
        html! {
            tr {
                th.num scope="row" { (count(row.seq)) }
                td.nowrap { (time(row.received_at, self.zone)) }
                td { bdi { (safe_text(&row.integration, NAME_CHARS_MAX)) } }
                td {
                    @match (&row.code, &row.action, &row.cause) {
                        (Some(code), Some(action), _) => {
                            (code) " " bdi { (safe_text(action, NAME_CHARS_MAX)) }
                        },
                        (.., Some(cause)) => {
                            a href={ "/health/quarantine?cursor=" (row.seq + 1) } { "could not be read" } ": "
                            (safe_text(cause, NAME_CHARS_MAX))
                        },
                        _ => "–",
                    }
                }
                td {
                    @match &row.session_id {
                        Some(id) => { a href=(session_href(id, &row.integration)) { code { (id) } } },
                        None => { span.soft { "none" } },
                    }
                }
            }
        }
    }
}

fn session_href(id: &str, integration: &str) -> String {
    let mut query = Query::default();
    query.push("integration", integration);
    address(&format!("{}/{id}", Page::Sessions.path()), &query.0)
}

impl QuarantineView<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let QuarantinePage { count: all, deliveries, next_cursor } = self.found;
        let answer = match all {
            0 => "Every delivery could be read".to_owned(),
            1 => "1 delivery could not be read".to_owned(),
            n => format!("{} deliveries could not be read", count(*n)),
        };
        around(
            self.reader,
            self.demo,
            "Quarantine",
            &html! {
                h1 { (answer) }
                @if 0 < *all {
                    p.about {
                        "They were signed and are kept in the log byte for byte. No number has them. Where Veriff "
                        "changed its events, a newer Weir may read them: every rebuild tries again. The newest "
                        "come first; bodies may hold personal data."
                    }
                }
                @for one in deliveries { (self.one(one)) }
                @if let Some(next) = next_cursor {
                    p.older { a href={ "/health/quarantine?cursor=" (next) } { "Older ones" } }
                }
            },
        )
    }

    fn one(&self, one: &Quarantined) -> Markup {
        let heading = format!("d{}", one.seq);
        html! {
            article.unread aria-labelledby=(heading) {
                h2 #(heading) { "Delivery " (count(one.seq)) ": " (safe_text(&one.cause, NAME_CHARS_MAX)) }
                p.about {
                    "Received " (time(one.received_at, self.zone)) ", " (self.zone.name()) ", for "
                    bdi { (safe_text(&one.integration, NAME_CHARS_MAX)) } "; "
                    (count(one.body_bytes as u64)) " bytes"
                    @if one.body_shown && one.body.len() < one.body_bytes { ", of which the first are shown" }
                }
                @if !one.body_shown {
                    p { "What could not be read may hold anything of a person: operators and owners see it." }
                } @else if one.body.is_empty() {
                    p { "The body is empty." }
                } @else {
                    pre tabindex="0" aria-labelledby=(heading) { bdi { (safe_block(&one.body)) } }
                }
            }
        }
    }
}
