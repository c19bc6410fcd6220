//! All reports: what needs attention first, then alerts, reports and templates.

use maud::{Markup, html};

use super::recipients::recipients;
use super::words::{
    code, counted, from_now, minute, moment, path, run_path, run_state, said, title, trouble,
};
use super::{Stage, standing};
use crate::page::Page;
use crate::page::form::{Query, address};
use crate::schedules::Entry;
use weir_report::render::safe_text;

/// Rows of one page of the list.
pub(crate) const ROWS_MAX: usize = 50;
/// How many that need attention stand on top of the first page.
const TROUBLES_MAX: usize = 5;
/// From so many on there is a form to find one.
const SEARCH_FROM: usize = 10;

/// All that the page shows.
pub(crate) struct ReportsPage<'a> {
    pub(crate) stage: Stage<'a>,
    /// Every definition, by name.
    pub(crate) all: &'a [Entry],
    /// Which of them.
    pub(crate) show: Show,
    /// Words of its name or title.
    pub(crate) query: &'a str,
    /// Which page of the list, from 1.
    pub(crate) number: usize,
    /// What was done just now.
    pub(crate) done: Option<&'a str>,
}

/// Which definitions a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Show {
    /// All.
    #[default]
    All,
    /// Those that need attention.
    Trouble,
}

impl Show {
    /// The name in the address.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Show::All => "",
            Show::Trouble => "trouble",
        }
    }
}

impl ReportsPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let own: Vec<&Entry> = self.all.iter().filter(|entry| !entry.shipped).collect();
        let troubled: Vec<&Entry> =
            self.all.iter().filter(|entry| entry.needs_attention()).collect();
        let whole = self.show == Show::All && self.query.is_empty();
        let kept = |entry: &&Entry| {
            entry.is_called(self.query)
                && (self.show == Show::All || entry.needs_attention())
                && (!entry.shipped || !whole)
        };
        let found: Vec<&Entry> = self.all.iter().filter(kept).collect();
        self.stage.page(Page::Reports.title(), &html! {
            (self.stage.done(self.done))
            h1 { (self.answer(&own, troubled.len())) }
            p.about {
                "A report is sent by itself, at its time and to its recipients, with the numbers that the pages show. "
                "An alert is one that is sent only when a number calls for it."
            }
            (self.tools(own.len()))
            @if whole && self.number == 1 && !troubled.is_empty() { (self.troubles(&troubled, TROUBLES_MAX)) }
            @if self.show == Show::Trouble && !found.is_empty() { (self.troubles(self.of_page(&found), ROWS_MAX)) }
            @if own.is_empty() && whole { (self.nothing_yet()) }
            (self.found(&found, whole))
            @if whole && self.number == 1 { (self.templates()) }
        })
    }

    /// The sentence on top.
    fn answer(&self, own: &[&Entry], troubled: usize) -> Markup {
        let due = own.iter().filter(|entry| entry.next_at.is_some());
        let next = due.clone().min_by_key(|entry| (entry.next_at, &entry.name));
        html! {
            @match (own.len(), next) {
                (0, _) => "No report is sent by itself yet.",
                (n, None) => { (counted(n, "reports")) ", none of them due by itself." },
                (n, Some(next)) => {
                    @let due = due.count();
                    @if due == n { (counted(n, "reports")) } @else { (due) " of " (counted(n, "reports")) }
                    @if due == 1 { " is due by itself: " } @else { " are due by themselves; the next is " }
                    (title(next.definition(), &next.name))
                    @if let Some(at) = next.next_at {
                        @let zone = next.zone_or(self.stage.zone);
                        ", " (minute(at, zone)) " " (zone.name()) ", " span.relative { (from_now(at, self.stage.now)) }
                    }
                    "."
                },
            }
            @match troubled {
                0 => {},
                1 => " 1 needs attention.",
                n => { " " (n) " need attention." },
            }
        }
    }

    fn tools(&self, own: usize) -> Markup {
        html! {
            @if self.stage.may() || SEARCH_FROM <= own {
                div.tools {
                    @if SEARCH_FROM <= own || !self.query.is_empty() {
                        form.search method="get" action=(Page::Reports.path()) role="search" {
                            label.field { "Name or title"
                                input type="search" name="q" value=(self.query) autocomplete="off" spellcheck="false" maxlength="200";
                            }
                            @if self.show != Show::All { input type="hidden" name="show" value=(self.show.name()); }
                            button type="submit" { "Find" }
                        }
                    }
                    @if self.stage.may() {
                        p.makes {
                            a.make href="/reports/new" { "New report" }
                            a.make href="/reports/new?kind=alert" { "New alert" }
                        }
                    }
                }
            }
        }
    }

    fn nothing_yet(&self) -> Markup {
        html! {
            section.empty {
                h2 { "Let one be sent" }
                @if self.stage.may() {
                    p { "Choose “Use this” at one of the templates below, say when it is due and who gets it, and save. You can look at it before anything is sent." }
                } @else {
                    p { "Operators make them: ask one for the report that you want to get." }
                }
                p.soft { "The same as files: one " code { "NAME.toml" } " in the folder " code { "reports" } " of the data directory for each; " code { "weir schedule check" } " says whether it is well." }
            }
        }
    }

    /// What somebody should look at.
    fn troubles(&self, troubled: &[&Entry], shown: usize) -> Markup {
        html! {
            section #trouble {
                h2 { @if troubled.len() == 1 { "1 needs attention" } @else { (troubled.len()) " need attention" } }
                ul.troubles {
                    @for entry in troubled.iter().take(shown) { li { (self.trouble(entry)) } }
                }
                @if shown < troubled.len() {
                    p.more-rows { a href=(self.at(Show::Trouble, "", 1)) { "and " (troubled.len() - shown) " more" } }
                }
            }
        }
    }

    fn trouble(&self, entry: &Entry) -> Markup {
        html! {
            p.of {
                (self.link(entry))
                @if entry.has_page() { " " (code(&format!("{}.toml", entry.name))) }
                @if entry.has_page() && !entry.troubles.is_empty() && self.stage.may() && !entry.shipped {
                    " " a.act href={ (path(&entry.name)) "/edit" } { "Mend it" span.hidden { ": " (code(&entry.name)) } }
                }
            }
            @for found in entry.troubles.iter().take(3) {
                p.trouble {
                    @if let Some(line) = found.line { "Line " (line) ": " }
                    (said(&found.message))
                }
            }
            @if let Some(last) = entry.last.as_ref().filter(|_| entry.failed()) {
                p.trouble {
                    a href=(run_path(last.id.0)) { "Run " (last.id.0) } " failed: "
                    (said(last.trouble.as_deref().unwrap_or("see there who did not get it")))
                }
            }
        }
    }

    /// Those of `found` that this page of the list has.
    fn of_page<'e>(&self, found: &'e [&'e Entry]) -> &'e [&'e Entry] {
        let first = (self.number - 1).saturating_mul(ROWS_MAX).min(found.len());
        &found[first..found.len().min(first + ROWS_MAX)]
    }

    fn found(&self, found: &[&Entry], whole: bool) -> Markup {
        let rows = self.of_page(found);
        let (alerts, reports): (Vec<&Entry>, Vec<&Entry>) =
            rows.iter().partition(|entry| entry.is_alert());
        html! {
            @if !whole {
                p.found {
                    @if found.is_empty() { "No report" } @else { (counted(found.len(), "reports")) }
                    @if self.show == Show::Trouble { @if found.len() < 2 { " that needs attention" } @else { " that need attention" } }
                    @if !self.query.is_empty() { @if found.is_empty() { " is called “" } @else { " called “" } bdi { (safe_text(self.query, 80)) } "”" }
                    ". " a href=(Page::Reports.path()) { "Show all" }
                }
            }
            @if !alerts.is_empty() { (self.alerts(&alerts)) }
            @if !reports.is_empty() { (self.reports(&reports, whole)) }
            @if rows.is_empty() && !found.is_empty() { p { "There is no such page of them." } }
            (self.pages(found.len()))
        }
    }

    fn alerts(&self, alerts: &[&Entry]) -> Markup {
        html! {
            section #alerts {
                h2 { "Alerts" }
                div.scroll tabindex="0" role="region" aria-label="Alerts" { table.listed {
                    thead { tr {
                        th scope="col" { "Alert" }
                        th scope="col" { "Stands" }
                        th scope="col" { "Judged" }
                        th scope="col" { "Next" }
                        th scope="col" { "Recipients" }
                    } }
                    tbody {
                        @for entry in alerts {
                            tr {
                                (self.named(entry))
                                td data-label="Stands" { (standing::standing(&self.stage, entry)) }
                                td data-label="Judged" {
                                    (entry.when_words())
                                    @if let Some(last) = &entry.last { br; span.soft { "last " } (self.last(entry, last)) }
                                }
                                td data-label="Next" { (self.next(entry)) }
                                td data-label="Recipients" { (recipients(entry)) }
                            }
                        }
                    }
                } }
            }
        }
    }

    fn reports(&self, reports: &[&Entry], whole: bool) -> Markup {
        html! {
            section #reports {
                h2 { @if whole { "Reports" } @else { "Reports found" } }
                div.scroll tabindex="0" role="region" aria-label="Reports" { table.listed {
                    thead { tr {
                        th scope="col" { "Report" }
                        th scope="col" { "When" }
                        th scope="col" { "Next run" }
                        th scope="col" { "Last run" }
                        th scope="col" { "Recipients" }
                    } }
                    tbody {
                        @for entry in reports {
                            tr {
                                (self.named(entry))
                                td data-label="When" { (entry.when_words()) }
                                td data-label="Next run" { (self.next(entry)) }
                                td data-label="Last run" {
                                    @match &entry.last {
                                        Some(last) => (self.last(entry, last)),
                                        None => { span.none { "never" } },
                                    }
                                }
                                td data-label="Recipients" { (recipients(entry)) }
                            }
                        }
                    }
                } }
            }
        }
    }

    fn link(&self, entry: &Entry) -> Markup {
        let title = title(entry.definition(), &entry.name);
        html! { @if entry.has_page() { a href=(path(&entry.name)) { (title) } } @else { (title) } }
    }

    fn named(&self, entry: &Entry) -> Markup {
        html! {
            th scope="row" {
                (self.link(entry))
                @if entry.shipped { " " span.tag { "template" } }
                @if !entry.troubles.is_empty() { " " span.tag { "needs attention" } }
                @if entry.has_page() { (code(&entry.name)) }
            }
        }
    }

    fn next(&self, entry: &Entry) -> Markup {
        html! {
            @match entry.next_at {
                Some(at) => (moment(at, entry.zone_or(self.stage.zone), self.stage.now)),
                None if entry.is_paused() => { span.tag { "paused" } },
                None => { span.none { "none" } },
            }
        }
    }

    fn last(&self, entry: &Entry, last: &weir_schedule::RunSummary) -> Markup {
        html! {
            a href=(run_path(last.id.0)) { (run_state(last.state)) }
            " " (moment(last.scheduled_at, entry.zone_or(self.stage.zone), self.stage.now))
            @if let Some(said) = last.trouble.as_deref().filter(|_| !entry.failed()) { (trouble(said)) }
        }
    }

    fn pages(&self, found: usize) -> Markup {
        let pages = found.div_ceil(ROWS_MAX);
        html! {
            @if 1 < pages {
                nav.pages aria-label="More reports" {
                    @if 1 < self.number { a href=(self.at(self.show, self.query, self.number - 1)) rel="prev" { "Before" } }
                    p { "Page " (self.number) " of " (pages) ", " (counted(found, "reports")) }
                    @if self.number < pages { a href=(self.at(self.show, self.query, self.number + 1)) rel="next" { "More" } }
                }
            }
        }
    }

    fn at(&self, show: Show, query: &str, number: usize) -> String {
        let mut asked = Query::default();
        let number = if number == 1 { String::new() } else { number.to_string() };
        for (name, value) in [("show", show.name()), ("q", query), ("page", number.as_str())] {
            if !value.is_empty() {
                asked.push(name, value);
            }
        }
        address(Page::Reports.path(), &asked.0)
    }

    /// What ships, to be taken as it is or as a beginning.
    fn templates(&self) -> Markup {
        let shipped: Vec<&Entry> = self.all.iter().filter(|entry| entry.shipped).collect();
        html! {
            @if !shipped.is_empty() {
                section #templates {
                    h2 { "Templates" }
                    p.about { "They ship with Weir and are never due by themselves. “Use this” opens a copy, to be given a time and recipients." }
                    ul.templates {
                        @for entry in shipped {
                            li {
                                p.of { a href=(path(&entry.name)) { (title(entry.definition(), &entry.name)) } " " (code(&entry.name)) }
                                @if let Some(about) = entry.about() { p.soft { (said(&about)) } }
                                @if self.stage.may() {
                                    a.act href={ "/reports/new?from=" (super::segment(&entry.name)) } {
                                        "Use this" span.hidden { ": " (title(entry.definition(), &entry.name)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
