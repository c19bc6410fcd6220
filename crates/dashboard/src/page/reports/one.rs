//! One definition: when, what and to whom, what it made so far, and what can be done with it.

use maud::{Markup, html};
use weir_domain::Timestamp;
use weir_report::render::{duration, safe_text};
use weir_report::{Alert, Asked, Definition, Measure, Missed, Section, WhenEmpty};
use weir_schedule::RunSummary;

use super::words::{
    CAUSE_CHARS_MAX, NAME_CHARS_MAX, cause, code, counted, minute, moment, path, run_path,
    run_state, target, title, trouble,
};
use super::{Stage, standing};
use crate::page::Page;
use crate::page::form::{Query, address};
use crate::page::health::safe_block;
use crate::schedules::Entry;

/// All that the page shows.
pub(crate) struct ReportPage<'a> {
    pub(crate) stage: Stage<'a>,
    pub(crate) entry: &'a Entry,
    /// The instants at which it is due next.
    pub(crate) next: &'a [Timestamp],
    /// Its filters in words.
    pub(crate) filters: Markup,
    /// Its newest runs, or those before one.
    pub(crate) runs: &'a [RunSummary],
    /// The last of them, where there are older ones.
    pub(crate) older: Option<u64>,
    /// Whether these are older ones.
    pub(crate) is_older: bool,
    /// What was done just now.
    pub(crate) done: Option<&'a str>,
}

impl ReportPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let entry = self.entry;
        let named = safe_text(entry.title(), NAME_CHARS_MAX);
        self.stage.page(&named, &html! {
            p.back { a href=(Page::Reports.path()) { "Reports" } }
            (self.stage.done(self.done))
            h1 { (title(entry.definition(), &entry.name)) }
            p.about { (self.answer()) }
            (self.troubles())
            (self.tools())
            @if let Some(definition) = entry.definition() { (self.facts(definition)) }
            @if entry.is_alert() && !entry.shipped {
                section #standing { h2 { "How it stands" } p { (standing::standing(&self.stage, entry)) } }
            }
            (self.recipients())
            @if !self.next.is_empty() { (self.next()) }
            @if !entry.shipped || !self.runs.is_empty() { (self.runs()) }
            section #toml {
                h2 { "As TOML" }
                @if !entry.shipped { p.about { "The file " code { "reports/" (safe_text(&entry.name, NAME_CHARS_MAX)) ".toml" } " in the data directory." } }
                pre tabindex="0" aria-label="The definition as TOML" { (safe_block(&entry.text)) }
            }
            @if self.stage.may() && !entry.shipped { (self.delete()) }
        })
    }

    fn answer(&self) -> Markup {
        let entry = self.entry;
        let to = entry.targets().len();
        html! {
            @if entry.shipped {
                "A template: it ships with Weir and is never due by itself."
            } @else if entry.is_paused() {
                "Paused: nothing is sent until it is resumed. It would be " @if entry.is_alert() { "judged " } @else { "sent " } (entry.when_words()) "."
            } @else if let Some(at) = entry.next_at {
                @if entry.is_alert() { "Judged " } @else { "Sent " } (entry.when_words())
                @if to == 0 { ", to nobody yet" } @else { ", to " (counted(to, "recipients")) }
                ". Next: " (moment(at, entry.zone_or(self.stage.zone), self.stage.now)) "."
            } @else {
                "It is not due by itself: it runs when it is asked to."
            }
        }
    }

    fn troubles(&self) -> Markup {
        html! {
            @for found in &self.entry.troubles {
                p.problem {
                    @if let Some(line) = found.line { "Line " (line) ": " }
                    bdi { (safe_text(&found.message, CAUSE_CHARS_MAX)) }
                }
            }
        }
    }

    fn tools(&self) -> Markup {
        let entry = self.entry;
        let here = path(&entry.name);
        let reads = entry.definition().is_some();
        html! {
            div.buttons.first {
                @if self.stage.may() {
                    @if entry.shipped {
                        a.make href={ "/reports/new?from=" (super::segment(&entry.name)) } { "Use this" }
                    } @else {
                        @if reads { (self.button("run", "Run now", false)) }
                        a.make href={ (here) "/edit" } { "Edit" }
                        @if reads && entry.definition().is_some_and(|of| of.schedule.is_some()) {
                            @if entry.is_paused() { (self.button("resume", "Resume", true)) }
                            @else { (self.button("pause", "Pause", true)) }
                        }
                    }
                }
                @if reads { a.do href={ (here) "/preview" } { "Look at it as of now" } }
            }
        }
    }

    fn button(&self, what: &str, words: &str, second: bool) -> Markup {
        html! {
            form.inline method="post" action=(path(&self.entry.name)) {
                (self.stage.csrf())
                button.second[second] type="submit" name="do" value=(what) { (words) }
            }
        }
    }

    fn facts(&self, of: &Definition) -> Markup {
        html! {
            dl.told {
                div { dt { "When" } dd { (self.entry.when_words()) } }
                div { dt { "Range" } dd { (range(of)) } }
                div { dt { "Counts" } dd { (safe_text(of.ask.unit.as_deref().unwrap_or("session"), NAME_CHARS_MAX)) "s" @if let Some(bucket) = &of.ask.bucket { ", by the " (safe_text(bucket, NAME_CHARS_MAX)) } } }
                div { dt { "Filters" } dd { (self.filters) } }
                @if let Some(by) = &of.ask.by { div { dt { "Broken down by" } dd { (safe_text(by, NAME_CHARS_MAX)) } } }
                div { dt { "Compared" } dd { @if of.compare { "with the period before" } @else { "with nothing" } } }
                div { dt { "Sections" } dd { (sections(&of.sections)) } }
                div { dt { "Files" } dd { @if of.formats.is_empty() { "none" } @else { (of.formats.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")) } } }
                @if let Some(timing) = &of.schedule {
                    div { dt { "After a stop" } dd { @match timing.missed { Missed::Newest => "the newest missed run", Missed::All => "each missed run" } } }
                    @if of.alert.is_none() {
                        div { dt { "With nothing in it" } dd { @match timing.when_empty { WhenEmpty::Send => "sent, and says so", WhenEmpty::Skip => "not sent" } } }
                    }
                }
                @if let Some(alert) = &of.alert { (judged(alert)) }
            }
        }
    }

    fn recipients(&self) -> Markup {
        let all = self.entry.parcels();
        html! {
            section #recipients {
                h2 { "Recipients" }
                @if all.len() == 0 { p { "Nobody gets it yet. Its runs are kept here." } }
                @else {
                    ul.to {
                        @for (to, formats) in all {
                            li { (target(to)) @if !formats.is_empty() { span.soft { ", with " (formats) } } }
                        }
                    }
                }
            }
        }
    }

    fn next(&self) -> Markup {
        let zone = self.entry.zone_or(self.stage.zone);
        html! {
            section #next {
                h2 { "Due next" }
                ol.next { @for at in self.next { li { (moment(*at, zone, self.stage.now)) } } }
                p.soft { "Times are of " (zone.name()) "." }
            }
        }
    }

    fn runs(&self) -> Markup {
        let zone = self.entry.zone_or(self.stage.zone);
        html! {
            section #runs {
                h2 { @if self.is_older { "Older runs" } @else { "Runs" } }
                @if self.runs.is_empty() { p { "It has not run yet." } }
                @else {
                    div.scroll tabindex="0" role="region" aria-label="Runs" { table.listed {
                        thead { tr {
                            th scope="col" { "Run" }
                            th scope="col" { "As of" }
                            th scope="col" { "State" }
                            th scope="col" { "Came about" }
                            th scope="col" { "To know" }
                        } }
                        tbody {
                            @for run in self.runs {
                                tr {
                                    th scope="row" { a href=(run_path(run.id.0)) { "Run " (run.id.0) } }
                                    td data-label="As of" { (minute(run.scheduled_at, zone)) }
                                    td data-label="State" { (run_state(run.state)) }
                                    td data-label="Came about" { (cause(run)) }
                                    td.said data-label="To know" {
                                        @if let Some(said) = &run.trouble { (trouble(said)) }
                                        @if let Some(note) = &run.note { p.soft { bdi { (safe_text(note, CAUSE_CHARS_MAX)) } } }
                                        @if let Some(at) = run.next_try_at { p.soft { "tried again " (minute(at, zone)) } }
                                    }
                                }
                            }
                        }
                    } }
                }
                @if self.is_older || self.older.is_some() {
                    nav.pages aria-label="More runs" {
                        @if self.is_older { a href=(path(&self.entry.name)) { "The newest" } }
                        @if let Some(before) = self.older { a href=(self.before(before)) rel="next" { "Older" } }
                    }
                }
            }
        }
    }

    fn before(&self, before: u64) -> String {
        let mut query = Query::default();
        query.push("before", &before.to_string());
        address(&path(&self.entry.name), &query.0)
    }

    fn delete(&self) -> Markup {
        html! {
            details.delete {
                summary { "Delete this " @if self.entry.is_alert() { "alert" } @else { "report" } }
                p { "It is not sent any more. Its runs and what they sent stay known, each at its own address. To stop it for a while, pause it." }
                form.inline method="post" action=(path(&self.entry.name)) {
                    (self.stage.csrf())
                    button type="submit" name="do" value="remove" { "Delete " (code(&self.entry.name)) }
                }
            }
        }
    }
}

/// In place of a preview that cannot be made.
pub(crate) fn preview_refused(stage: &Stage<'_>, entry: &Entry, why: &str) -> Markup {
    stage.page(
        "No preview",
        &html! {
            p.back { a href=(path(&entry.name)) { (title(entry.definition(), &entry.name)) } }
            h1 { "It cannot be shown as of now" }
            p.problem { bdi { (safe_text(why, CAUSE_CHARS_MAX)) } }
        },
    )
}

/// The range that a definition asks.
fn range(of: &Definition) -> Markup {
    let Asked { from, to, .. } = &of.ask;
    html! {
        @match &of.range {
            Some(range) => { bdi { (safe_text(range, NAME_CHARS_MAX)) } },
            None => {
                "from " bdi { (safe_text(from.as_deref().unwrap_or("-30d"), NAME_CHARS_MAX)) }
                " to " bdi { (safe_text(to.as_deref().unwrap_or("now"), NAME_CHARS_MAX)) }
            },
        }
    }
}

fn sections(of: &[Section]) -> String {
    if of.is_empty() {
        return "all".to_owned();
    }
    of.iter().map(|section| section.name()).collect::<Vec<_>>().join(", ")
}

/// What an alert watches, in the words of its definition.
fn judged(alert: &Alert) -> Markup {
    // Every field is named, so that a new one does not compile until it is shown here.
    let Alert { on, state, above, below, change, minimum, matured, margin, runs, quiet, remind } =
        alert;
    html! {
        div {
            dt { "Watches" }
            dd { (measure(*on)) @if let Some(state) = state { ", at " (code(state)) } }
        }
        div {
            dt { "Fires" }
            dd {
                @if let Some(above) = above { "above " (number(*on, *above)) " " }
                @if let Some(below) = below { "below " (number(*on, *below)) " " }
                @if let Some(change) = change {
                    "on a change of " (format!("{:.1}\u{a0}%", 100.0 * change.by)) " or more that passes a test at the level " (change.level)
                }
                @if *on == Measure::Silence { "when nothing came for longer than is usual at this hour" }
                @if 1 < *runs { ", " (runs) " times in a row" }
            }
        }
        div { dt { "Judged on" } dd { "at least " (minimum) " units, the youngest " (safe_text(matured, NAME_CHARS_MAX)) " old" } }
        @if 0.0 < *margin { div { dt { "Over when back by" } dd { (margin) } } }
        @if let Some(remind) = remind { div { dt { "Said again after" } dd { (safe_text(remind, NAME_CHARS_MAX)) } } }
        @if let Some(quiet) = quiet { div { dt { "No message" } dd { (safe_text(quiet, NAME_CHARS_MAX)) } } }
    }
}

fn number(on: Measure, value: f64) -> String {
    match on {
        Measure::Started => format!("{value}"),
        Measure::Silence => duration(0),
        _ => format!("{:.1}\u{a0}%", 100.0 * value),
    }
}

/// What is watched, in words.
pub(super) const fn measure(on: Measure) -> &'static str {
    match on {
        Measure::DropOffRate => "the drop-off rate",
        Measure::ConversionRate => "the conversion rate",
        Measure::StalledRate => "the part that stalled",
        Measure::Started => "how many started",
        Measure::Silence => "whether deliveries come",
    }
}
