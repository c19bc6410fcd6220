//! The health page: is all well, and if not, what to do.

use maud::{Markup, html};
use weir_domain::Timestamp;
use weir_report::Zone;
use weir_report::render::{count, instant, safe_text};

use super::form::{Query, address};
use super::{Frame, Page};
use crate::health::{
    COUNTED, CauseRow, EVER, Health, IntegrationHealth, LastDelivery, SecretHealth, Status,
    UnknownName, VerdictName, ago, bytes,
};
use crate::reader::Reader;

const NAME_CHARS_MAX: usize = 200;
const DAMAGE_CHARS_MAX: usize = 500;

/// All that the page shows.
pub(crate) struct HealthPage<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) demo: bool,
    pub(crate) zone: &'a Zone,
    pub(crate) health: &'a Health,
    /// What the page's numbers are of, for who asks whether there are newer ones.
    pub(crate) position: u64,
}

/// An instant of the page: in its zone, with the UTC instant for programs.
pub(super) fn time(at: Timestamp, zone: &Zone) -> Markup {
    html! { time datetime=(at) { (instant(at, zone)) } }
}

/// A mark that says in shape and word how something is, beside the colour.
fn mark(status: Status) -> Markup {
    let (class, sign, word) = match status {
        Status::Well => ("mark m-well", "✓", "well"),
        Status::Attention => ("mark m-attention", "!", "attention"),
        Status::Trouble => ("mark m-trouble", "✕", "trouble"),
    };
    html! { span class=(class) { span aria-hidden="true" { (sign) } span.sr { (word) ": " } } }
}

fn name(text: &str) -> Markup {
    html! { bdi { (safe_text(text, NAME_CHARS_MAX)) } }
}

impl HealthPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let frame = Frame {
            title: Page::Health.title(),
            page: Some(Page::Health),
            form: None,
            reader: self.reader,
            demo: self.demo,
        };
        frame.around(&html! {
            main #main.health data-live=(self.position) {
                h1 { (mark(self.health.status)) (self.health.sentence) }
                @for lost in self.health.stores_lost.iter().skip(1) {
                    p.problem role="alert" { (safe_text(&lost.reason, DAMAGE_CHARS_MAX)) }
                }
                @if self.health.log.deliveries == 0 {
                    p { a href=(Page::Overview.path()) { "How to make the first delivery arrive" } }
                }
                (self.strip())
                (self.integrations())
                (self.endpoint())
                (self.quarantine())
                (self.unknown())
                (self.secrets())
                (self.reports())
                (self.stores())
                footer.status {
                    p { "As of " (time(self.health.as_of, self.zone)) ", " (self.health.timezone) }
                    p data-live-state hidden { "live" }
                    p.exports { "This page as " a href="/api/v1/health" { "JSON" } }
                }
            }
        })
    }

    fn strip(&self) -> Markup {
        let Health { rate, fold, quarantine, .. } = self.health;
        let since = |seconds: i64| {
            let from = self.health.as_of.plus_us(-seconds * 1_000_000);
            deliveries_href(&[("from", &from.to_string()), ("to", &self.health.as_of.to_string())])
        };
        html! {
            dl.strip {
                div {
                    dt { "received in the last hour" }
                    dd.value { a href=(since(3_600)) { (count(rate.last_hour)) } }
                    dd {
                        a href=(since(60)) { (count(rate.last_minute)) " in the last minute" } ", "
                        a href=(since(86_400)) { (count(rate.last_24_hours)) " in 24 hours" }
                    }
                }
                div {
                    dt { "received, not counted yet" }
                    dd.value { (count(fold.lag_deliveries)) }
                    dd {
                        @if fold.lag_deliveries == 0 { "every delivery is in the numbers" }
                        @else { "the oldest for " (ago(fold.lag_seconds)) }
                    }
                }
                div {
                    dt { "could not be read" }
                    dd.value { a href="/health/quarantine" { (count(quarantine.count)) } }
                    dd { "kept in the log, counted nowhere else" }
                }
                div {
                    dt { "in the log" }
                    dd.value { a href="/health/deliveries" { (count(self.health.log.deliveries)) } }
                    dd { "deliveries, " (bytes(self.health.log.file_bytes)) }
                }
            }
        }
    }

    fn integrations(&self) -> Markup {
        html! {
            section aria-labelledby="integrations" {
                h2 #integrations { "Is anything silent?" }
                p.about {
                    "The silence since the last delivery, held against the same hours of the four weeks "
                    "before it (" (self.health.timezone) ") and against the longest silences of these weeks."
                }
                @if self.health.integrations.is_empty() {
                    p { "No integration is configured, so every webhook is refused. Add an " code { "[[integration]]" }
                        " to weir.toml and start again." }
                } @else {
                    div.scroll tabindex="0" role="group" aria-labelledby="integrations" {
                        table {
                            thead { tr {
                                th scope="col" { "integration" }
                                th scope="col" { "how unusual" }
                                th.num scope="col" { "silent for" }
                                th scope="col" { "last delivery" }
                            } }
                            tbody {
                                @for one in &self.health.integrations { (self.integration(one)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn integration(&self, one: &IntegrationHealth) -> Markup {
        let mut query = Query::default();
        query.push("from", "-7d");
        query.push("integration", &one.integration);
        html! {
            tr {
                th scope="row" {
                    a href=(address(Page::Sessions.path(), &query.0)) { (name(&one.integration)) }
                    @if !one.configured { " " span.soft { "not configured: only imported" } }
                }
                @match &one.last_delivery {
                    None => {
                        td.soft { "too little history to judge" }
                        td.num.soft { "–" }
                        td.soft { "none yet" }
                    },
                    Some(last) => {
                        td { (mark(status_of(last, one.configured))) (last.words) }
                        td.num { (ago(last.silence_seconds)) }
                        td { (self.last(&one.integration, last)) }
                    },
                }
            }
        }
    }

    fn last(&self, integration: &str, last: &LastDelivery) -> Markup {
        let href = match &last.session_id {
            Some(id) => {
                let mut query = Query::default();
                query.push("integration", integration);
                address(&format!("/sessions/{id}"), &query.0)
            }
            None => "/health/quarantine".to_owned(),
        };
        html! {
            a href=(href) { (time(last.received_at, self.zone)) }
            " " span.soft { "delivery " (count(last.seq)) }
        }
    }

    fn endpoint(&self) -> Markup {
        let endpoint = &self.health.endpoint;
        html! {
            section aria-labelledby="answers" {
                h2 #answers { "What the endpoint answered" }
                p.about {
                    "Since the start, " (time(endpoint.since, self.zone)) ". Veriff sends again, about hourly "
                    "for 7 days, whatever was not answered with 200."
                }
                @if endpoint.answers.is_empty() {
                    p { "Nothing was asked of it yet." }
                } @else {
                    div.scroll tabindex="0" role="group" aria-labelledby="answers" {
                        table {
                            thead { tr {
                                th scope="col" { "status" }
                                th scope="col" { "integration" }
                                th.num scope="col" { "requests" }
                                th scope="col" { "what it means" }
                            } }
                            tbody {
                                @for answer in &endpoint.answers {
                                    tr {
                                        th scope="row" { (answer.status) }
                                        td {
                                            @match &answer.integration {
                                                Some(integration) => { (name(integration)) },
                                                None => { span.soft { "nobody that is known" } },
                                            }
                                        }
                                        td.num { (count(answer.count)) }
                                        td.soft { (answer.meaning) }
                                    }
                                }
                            }
                        }
                    }
                }
                @if !endpoint.refusals.is_empty() {
                    h3 #refused { "Why 401" }
                    div.scroll tabindex="0" role="group" aria-labelledby="refused" {
                        table {
                            thead { tr {
                                th scope="col" { "reason" }
                                th.num scope="col" { "requests" }
                                th scope="col" { "usual cause" }
                            } }
                            tbody {
                                @for refusal in &endpoint.refusals {
                                    tr {
                                        th scope="row" { code { (refusal.reason) } }
                                        td.num { (count(refusal.count)) }
                                        td.soft { (refusal.meaning) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn quarantine(&self) -> Markup {
        let quarantine = &self.health.quarantine;
        html! {
            section aria-labelledby="quarantined" {
                h2 #quarantined { "Deliveries that could not be read" }
                @if quarantine.count == 0 {
                    p { "None. Every delivery was read as an event." }
                } @else {
                    p.about {
                        "They were signed and are in the log, but are no event that Weir can read; no number "
                        "has them, and every rebuild reads them again. "
                        a href="/health/quarantine" {
                            @if quarantine.count == 1 { "Look at it" } @else { "All " (count(quarantine.count)) " with their bodies" }
                        }
                        @if quarantine.looked_at < quarantine.count {
                            "; the causes below are those of the newest " (count(quarantine.looked_at))
                        }
                        "."
                    }
                    div.scroll tabindex="0" role="group" aria-labelledby="quarantined" {
                        table {
                            thead { tr {
                                th scope="col" { "cause" }
                                th.num scope="col" { "deliveries" }
                                th scope="col" { "last received" }
                            } }
                            tbody { @for cause in &quarantine.causes { (self.cause(cause)) } }
                        }
                    }
                }
            }
        }
    }

    fn cause(&self, cause: &CauseRow) -> Markup {
        html! {
            tr {
                th scope="row" { (safe_text(&cause.cause, NAME_CHARS_MAX)) }
                td.num { a href=(deliveries_href(&[("cause", &cause.cause)])) { (count(cause.count)) } }
                td { (time(cause.last_received_at, self.zone)) }
            }
        }
    }

    fn unknown(&self) -> Markup {
        let unknown = &self.health.unknown;
        html! {
            section aria-labelledby="unknown" {
                h2 #unknown { "What has no name yet" }
                @if unknown.screens.is_empty() && unknown.reasons.is_empty() {
                    p { "Every screen and reason that was seen is in the " a href=(Page::Catalogue.path()) { "catalogue" } "." }
                } @else {
                    p.about {
                        "They count like any other, under their raw value. Name them in the "
                        a href=(Page::Catalogue.path()) { "catalogue" } ", or paste the entries below into "
                        "the catalogue file and mend label, stage and order."
                    }
                    (names("screen", "state", &unknown.screens))
                    (names("reason", "reason", &unknown.reasons))
                    @if let Some(toml) = &unknown.catalogue_toml {
                        h3 #entries { "Entries to paste" }
                        pre tabindex="0" aria-labelledby="entries" { (safe_block(toml)) }
                    }
                }
                (self.codes())
            }
        }
    }

    fn codes(&self) -> Markup {
        let unknown = &self.health.unknown;
        html! {
            @if 0 < unknown.code_deliveries {
                h3 #codes { "Codes that Weir does not know" }
                p.about {
                    "The sessions count, the events mean nothing yet. "
                    a href=(deliveries_href(&[("kind", "unknown_code")])) {
                        @if unknown.code_deliveries == 1 { "The delivery" }
                        @else { "All " (count(unknown.code_deliveries)) " deliveries" }
                    }
                    @if unknown.codes_looked_at < unknown.code_deliveries {
                        "; told apart below are the newest " (count(unknown.codes_looked_at))
                    }
                    "."
                }
                div.scroll tabindex="0" role="group" aria-labelledby="codes" {
                    table {
                        thead { tr {
                            th scope="col" { "code" }
                            th scope="col" { "action" }
                            th.num scope="col" { "deliveries" }
                            th scope="col" { "first seen" }
                            th scope="col" { "last seen" }
                        } }
                        tbody {
                            @for code in &unknown.codes {
                                tr {
                                    th scope="row" { (code.code) }
                                    td { code { (name(&code.action)) } }
                                    td.num { a href=(deliveries_href(&[("code", &code.code.to_string())])) { (count(code.deliveries)) } }
                                    td { (time(code.first_received_at, self.zone)) }
                                    td { (time(code.last_received_at, self.zone)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn secrets(&self) -> Markup {
        html! {
            section aria-labelledby="secrets" {
                h2 #secrets { "Which secrets are in use" }
                p.about { "By name; what they are is nowhere shown. One that has not matched for a week can be retired: no resend carries it any more." }
                @if self.health.secrets.is_empty() {
                    p { "None is configured, and none has matched." }
                } @else {
                    div.scroll tabindex="0" role="group" aria-labelledby="secrets" {
                        table {
                            thead { tr {
                                th scope="col" { "integration" }
                                th scope="col" { "secret" }
                                th scope="col" { "last matched" }
                            } }
                            tbody { @for secret in &self.health.secrets { (self.secret(secret)) } }
                        }
                    }
                }
            }
        }
    }

    fn secret(&self, secret: &SecretHealth) -> Markup {
        html! {
            tr {
                td { (name(&secret.integration)) }
                th scope="row" {
                    code { (name(&secret.secret)) }
                    @if !secret.configured { " " span.soft { "not configured any more" } }
                }
                td {
                    @match secret.matched_at {
                        Some(at) => {
                            (time(at, self.zone)) " "
                            span.soft { (ago(since(self.health.as_of, at))) " ago" }
                        },
                        None => {
                            span.soft { "not since the start, nor among the 100,000 deliveries before" }
                        },
                    }
                }
            }
        }
    }

    fn reports(&self) -> Markup {
        let Some(of) = &self.health.schedules else {
            return html! {
                section aria-labelledby="reports" {
                    h2 #reports { "What is sent by itself" }
                    p { "Nothing, as its ledger cannot be worked with." }
                }
            };
        };
        let page = Page::Reports.path();
        html! {
            section aria-labelledby="reports" {
                h2 #reports { "What is sent by itself" }
                dl.vitals {
                    dt { "reports and alerts" }
                    dd {
                        a href=(page) { (count(of.definitions as u64)) } ", "
                        @if of.broken == 0 { "all of them well" }
                        @else { a href={ (page) "?show=trouble" } { (count(of.broken as u64)) " not well" } }
                    }
                    dt { "next due" }
                    dd { @match of.next_at { Some(at) => (time(at, self.zone)), None => "none" } }
                    dt { "runs that failed in 7 days" }
                    dd {
                        @if of.runs_failed == 0 { "none" }
                        @else {
                            a href={ (page) "?show=trouble" } { (count(of.runs_failed as u64)) }
                            @if 0 < of.sendings_unknown { "; of " (count(of.sendings_unknown as u64)) " recipients it is not known whether they got it" }
                        }
                    }
                    dt { "alerts that fire" }
                    dd { @if of.alerts_firing == 0 { "none that nobody knows of" } @else { a href=(page) { (count(of.alerts_firing as u64)) } ", not acknowledged" } }
                }
            }
        }
    }

    fn scrub(&self) -> Markup {
        let Some(scrub) = &self.health.log.scrub else {
            return html! { "never: " code { "log.scrub_mib_per_s" } " is 0" };
        };
        html! {
            @match scrub.whole_at {
                Some(at) => { "to its end " (time(at, self.zone)) },
                None => "not to its end yet",
            }
            @if 0 < scrub.position { ", now up to delivery " (count(scrub.position)) }
            "; "
            @match &scrub.damage {
                None => "every seal holds",
                Some(damage) => strong { (safe_text(damage, DAMAGE_CHARS_MAX)) },
            }
        }
    }

    fn stores(&self) -> Markup {
        let Health { log, checkpoint, process, .. } = self.health;
        html! {
            section aria-labelledby="stores" {
                h2 #stores { "What is on the disk" }
                dl.vitals {
                    dt { "log" }
                    dd {
                        (count(log.deliveries)) " deliveries, " (bytes(log.file_bytes)) "; "
                        @if log.able_to_append { "it takes deliveries" } @else { "it takes no deliveries" }
                    }
                    dt { "seals" }
                    dd {
                        (count(log.seals))
                        @if 0 < log.seals {
                            ", the last up to delivery " (count(log.last_seal)) ": "
                            code { (log.last_seal_hash) }
                        }
                        p.soft { "Note it elsewhere: " code { "weir log verify" } " cannot tell by itself that the log's end was cut off." }
                    }
                    dt { "read again" }
                    dd { (self.scrub()) }
                    dt { "free on the disk" }
                    dd { @match log.free_bytes { Some(free) => { (bytes(free)) }, None => { "not told by the system" } } }
                    dt { "read model" }
                    dd {
                        "saved up to delivery " (count(checkpoint.position)) ", "
                        @if checkpoint.unsaved_deliveries == 0 { "which is all that is counted" }
                        @else { (count(checkpoint.unsaved_deliveries)) " are counted and not saved yet" }
                        "; " (bytes(checkpoint.file_bytes))
                        @if let Some(at) = checkpoint.written_at { ", written " (time(at, self.zone)) }
                    }
                    dt { "running for" }
                    dd { (ago(process.uptime_seconds)) ", since " (time(self.health.endpoint.since, self.zone)) }
                    dt { "versions" }
                    dd { "Weir " (process.weir) ", SQLite " (process.sqlite) }
                }
            }
        }
    }
}

#[allow(clippy::cast_precision_loss)] // below 2^53 microseconds, 285 years
fn since(now: Timestamp, at: Timestamp) -> f64 {
    now.since_us(at).max(0) as f64 / 1e6
}

/// A silence of what cannot send concerns nobody.
fn status_of(last: &LastDelivery, configured: bool) -> Status {
    match last.verdict {
        VerdictName::Unusual | VerdictName::VeryUnusual if configured => Status::Attention,
        _ => Status::Well,
    }
}

/// Screens or reasons without a name, each leading to its sessions.
fn names(what: &str, parameter: &str, unknown: &[UnknownName]) -> Markup {
    html! {
        @if !unknown.is_empty() {
            div.scroll tabindex="0" role="group" aria-labelledby="unknown" {
                table {
                    thead { tr {
                        th scope="col" { (what) }
                        th.num scope="col" { "sessions that ended there" }
                        th scope="col" { "name it" }
                    } }
                    tbody {
                        @for one in unknown {
                            tr {
                                th scope="row" { code { (name(&one.value)) } }
                                td.num {
                                    @match one.sessions {
                                        Some(n) => { a href=(sessions_href(parameter, &one.value)) { (count(n)) } },
                                        None => { span.soft { "not counted now" } },
                                    }
                                }
                                td { a href=(entry_href(what, parameter, &one.value)) { "Edit" span.sr { " " (name(&one.value)) } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn sessions_href(parameter: &str, value: &str) -> String {
    let mut query = Query::default();
    query.push("from", EVER);
    query.push(parameter, value);
    COUNTED.iter().for_each(|outcome| query.push("outcome", outcome.name()));
    address(Page::Sessions.path(), &query.0)
}

fn entry_href(what: &str, parameter: &str, value: &str) -> String {
    let mut query = Query::default();
    query.push(parameter, value);
    address(&format!("{}/{what}", Page::Catalogue.path()), &query.0)
}

fn deliveries_href(values: &[(&str, &str)]) -> String {
    let mut query = Query::default();
    values.iter().for_each(|(name, value)| query.push(name, value));
    address("/health/deliveries", &query.0)
}

/// Text of several lines from outside: each line made safe by itself.
pub(super) fn safe_block(text: &str) -> String {
    let lines = text.lines().map(|line| safe_text(line, 10_000));
    lines.collect::<Vec<_>>().join("\n")
}
