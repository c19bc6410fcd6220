//! One definition: when, what and to whom, what it made so far, and what can be done with it.

use maud::{Markup, html};
use weir_domain::{Catalogue, Timestamp};
use weir_report::render::safe_text;
use weir_report::{Alert, Asked, Definition, Measure, Missed, WhenEmpty};
use weir_schedule::RunId;

use super::runs::Runs;
use super::words::{
    NAME_CHARS_MAX, code, counted, files, from_now, minute, moment, path, said, sections, target,
    title, units,
};
use super::{Stage, standing};
use crate::page::health::safe_block;
use crate::page::{Page, outcome};
use crate::schedules::Entry;

/// All that the page shows.
pub(crate) struct ReportPage<'a> {
    pub(crate) stage: Stage<'a>,
    pub(crate) entry: &'a Entry,
    /// The instants at which it is due next.
    pub(crate) next: &'a [Timestamp],
    /// Its filters in words.
    pub(crate) filters: Markup,
    pub(crate) runs: Runs,
    /// The newest of them all.
    pub(crate) newest: Option<RunId>,
    /// What screens are called.
    pub(crate) catalogue: &'a Catalogue,
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
            @if !entry.shipped || !self.runs.runs.is_empty() { (self.runs()) }
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
                ". Next: " (minute(at, entry.zone_or(self.stage.zone))) ", " span.relative { (from_now(at, self.stage.now)) } "."
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
                    (said(&found.message))
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
                @if what == "run" { (self.stage.seen(self.newest)) }
                button.second[second] type="submit" name="do" value=(what) { (words) }
            }
        }
    }

    fn facts(&self, of: &Definition) -> Markup {
        html! {
            dl.told {
                div { dt { "When" } dd { (self.entry.when_words()) } }
                div { dt { "Range" } dd { (range(of)) } }
                div { dt { "Counts" } dd { (units(of.ask.unit.as_deref())) @if let Some(bucket) = &of.ask.bucket { ", by the " (safe_text(bucket, NAME_CHARS_MAX)) } } }
                div { dt { "Filters" } dd { (self.filters) } }
                @if let Some(by) = &of.ask.by { div { dt { "Broken down by" } dd { (safe_text(by, NAME_CHARS_MAX)) } } }
                div { dt { "Compared" } dd { @if of.compare { "with the period before" } @else { "with nothing" } } }
                div { dt { "Sections" } dd { @if of.sections.is_empty() { "all" } @else { (sections(&of.sections)) } } }
                div { dt { "Files" } dd { @if of.formats.is_empty() { "none" } @else { (files(&of.formats)) } } }
                @if let Some(timing) = &of.schedule {
                    div { dt { "After a stop" } dd { @match timing.missed { Missed::Newest => "the newest missed run", Missed::All => "each missed run" } } }
                    @if of.alert.is_none() {
                        div { dt { "With nothing in it" } dd { @match timing.when_empty { WhenEmpty::Send => "sent, and says so", WhenEmpty::Skip => "not sent" } } }
                    }
                }
                @if let Some(alert) = &of.alert { (self.judged(alert, &units(of.ask.unit.as_deref()))) }
            }
        }
    }

    /// What an alert watches, in the words of its definition.
    fn judged(&self, alert: &Alert, units: &str) -> Markup {
        // Every field is named, so that a new one does not compile until it is shown here.
        let Alert {
            on,
            state,
            above: _,
            below: _,
            change: _,
            minimum,
            matured,
            margin,
            runs: _,
            quiet,
            remind,
        } = alert;
        html! {
            div {
                dt { "Watches" }
                dd { (measure(*on)) @if let Some(state) = state { ", at " (outcome::screen(self.catalogue, state)) } }
            }
            div {
                dt { "Fires" }
                dd { (fires(alert)) }
            }
            @if *on != Measure::Silence {
                div { dt { "Judged on" } dd { "at least " (minimum) " " (units) ", the youngest " (safe_text(matured, NAME_CHARS_MAX)) " old" } }
            }
            @if 0.0 < *margin { div { dt { "Over when back by" } dd { @if *on == Measure::Started { (margin) } @else { (points(*margin)) } } } }
            @if let Some(remind) = remind { div { dt { "Said again after" } dd { (safe_text(remind, NAME_CHARS_MAX)) } } }
            @if let Some(quiet) = quiet { div { dt { "No message between" } dd { (safe_text(quiet, NAME_CHARS_MAX)) } } }
        }
    }

    fn recipients(&self) -> Markup {
        let all = self.entry.parcels();
        html! {
            section #recipients {
                h2 { "Recipients" }
                @if self.entry.shipped && all.len() == 0 { p { "Nobody: who gets it is said by your own copy of it." } }
                @else if all.len() == 0 { p { "Nobody gets it yet. Its runs are kept here." } }
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
                h2 { @if self.runs.is_older { "Older runs" } @else { "Runs" } }
                @if self.runs.runs.is_empty() { p { "It has not run yet." } }
                (self.runs.table(&self.entry.name, zone))
            }
        }
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

/// `above 35.0 %, or below 10.0 %, 2 times in a row`.
fn fires(alert: &Alert) -> String {
    let Alert { on, above, below, change, runs, .. } = alert;
    let mut when = Vec::new();
    when.extend(above.map(|above| format!("above {}", number(*on, above))));
    when.extend(below.map(|below| format!("below {}", number(*on, below))));
    when.extend(change.map(|change| {
        let by = points(change.by);
        format!("on a change of {by} or more that passes a test at the level {}", change.level)
    }));
    if *on == Measure::Silence {
        when.push("when nothing came for longer than is usual at this hour".to_owned());
    }
    let when = if when.is_empty() { "never".to_owned() } else { when.join(", or ") };
    if 1 < *runs { format!("{when}, {runs} times in a row") } else { when }
}

fn number(on: Measure, value: f64) -> String {
    match on {
        Measure::Started => format!("{value}"),
        _ => format!("{:.1}\u{a0}%", 100.0 * value),
    }
}

/// A difference of two rates.
fn points(value: f64) -> String {
    format!("{:.1}\u{a0}points", 100.0 * value)
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
