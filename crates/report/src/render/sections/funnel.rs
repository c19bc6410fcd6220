//! The way through the flow, stage by stage and screen by screen; and beside it, what no screen
//! explains.

use maud::{Markup, html};
use weir_domain::{Catalogue, OutcomeKind, Rate};

use super::figure::Figure;
use super::leave::{key, rate_cells};
use super::{empty, linked, name, summary};
use crate::render::chart::{Bar, Bars, Ink, Part, Step, WayRow, bars, way};
use crate::render::flow::{Flow, Stage};
use crate::render::links::{Behind, KNOWN_EXITS, Links, OPEN, SUBMITTED};
use crate::render::number::{count, counted, interval, percent, too_few};
use crate::render::rows::Leak;
use crate::render::text::{safe_description, short_name};
use crate::render::words::{Piece, submitted};
use crate::{Narrow, Report};

/// Screens that are drawn by themselves; of more, those where the fewest left stand together.
const STEPS_MAX: usize = 40;
/// Screens without a place that are named.
const UNPLACED_MAX: usize = 12;

/// The main content of the page of the funnel.
#[must_use]
pub fn funnel(report: &Report, catalogue: &Catalogue, links: &dyn Links) -> Markup {
    if report.totals.started == 0 {
        return empty(report);
    }
    let page = Funnel { report, catalogue, links, flow: Flow::of(report) };
    html! {
        section #answer .answer {
            (summary::context(report))
            (summary::headline(page.answer()))
        }
        (page.way())
        (page.beside())
    }
}

/// The way and what is beside it, as a part of a report.
pub(super) fn way_section(report: &Report, catalogue: &Catalogue, links: &dyn Links) -> Markup {
    let page = Funnel { report, catalogue, links, flow: Flow::of(report) };
    html! { (page.way()) (page.beside()) }
}

/// The rows of the chart of the way.
pub(in crate::render) fn way_rows(
    report: &Report,
    catalogue: &Catalogue,
    links: &dyn Links,
) -> Vec<WayRow> {
    Funnel { report, catalogue, links, flow: Flow::of(report) }.rows()
}

/// The bars of what is beside the way.
pub(in crate::render) fn beside_chart(
    report: &Report,
    catalogue: &Catalogue,
    links: &dyn Links,
) -> Bars {
    let page = Funnel { report, catalogue, links, flow: Flow::of(report) };
    beside_bars(&page.beside_rows())
}

fn beside_bars(rows: &[Vec<Beside>; 3]) -> Bars {
    Bars {
        groups: rows.iter().map(|rows| rows.iter().map(Beside::bar).collect()).collect(),
        ..Bars::default()
    }
}

struct Funnel<'a> {
    report: &'a Report,
    catalogue: &'a Catalogue,
    links: &'a dyn Links,
    flow: Flow,
}

/// `86 left here, 6.2 % of the 1,391 who got there`; of a few, no rate.
fn left_here(left: Rate, what: &str) -> String {
    if too_few(left) {
        return format!("{} of {} {what}", count(left.part), count(left.whole));
    }
    let rate = percent(left);
    format!("{} {what}, {rate} of the {} who got there", count(left.part), count(left.whole))
}

impl Funnel<'_> {
    fn answer(&self) -> Vec<Piece> {
        let (Ok(said) | Err(said)) = submitted(self.report);
        match self.flow.worst().and_then(|worst| worst.hazard.map(|hazard| (worst, hazard))) {
            None => vec![Piece::Plain(said)],
            Some((worst, hazard)) => vec![
                Piece::Plain(format!("{said} On the way most left at ")),
                Piece::Name(short_name(&worst.name)),
                Piece::Plain(match too_few(hazard) {
                    true => format!(": {} of {}.", count(hazard.part), count(hazard.whole)),
                    false => format!(
                        ": {}, {} of the {} who got there.",
                        count(hazard.part),
                        percent(hazard),
                        count(hazard.whole)
                    ),
                }),
            ],
        }
    }

    fn way(&self) -> Markup {
        let rows = self.rows();
        let figure = Figure {
            id: "way",
            title: "The way through the flow",
            about: html! {
                "Each bar is as long as those who got there, with those who left there at its end: "
                (key(self.report))
                @if 0 < self.report.totals.open() { span.chip.c-open { "still open" } " " }
                "Veriff names only the screen at which a flow stopped; so those who submitted, and "
                "those who left at a screen or at a later one of the catalogue, count as having "
                "got there."
            },
            table: self.table(),
        };
        figure.show(|size| way(&rows, size))
    }

    fn rows(&self) -> Vec<WayRow> {
        let totals = &self.report.totals;
        let mut rows = vec![WayRow::Step(self.started())];
        let least = self.least_drawn();
        for stage in &self.flow.stages {
            rows.push(self.heading(stage));
            let (drawn, folded): (Vec<&Leak>, Vec<&Leak>) =
                stage.steps.iter().partition(|step| least <= step.abandoned());
            rows.extend(drawn.into_iter().map(|step| WayRow::Step(self.step(step))));
            if !folded.is_empty() {
                let left = folded.iter().map(|step| step.abandoned()).sum();
                rows.push(WayRow::Step(Step {
                    name: format!("and {}", counted(folded.len() as u64, "more screens")),
                    words: format!("{} left at them", count(left)),
                    ..Step::default()
                }));
            }
        }
        rows.push(WayRow::Heading { name: String::new(), words: String::new() });
        let rate = totals.conversion_rate();
        rows.push(WayRow::Step(Step {
            name: "Submitted".to_owned(),
            parts: vec![part(totals.submitted, Ink::Submitted)],
            words: of_started(rate, "submitted"),
            faint: too_few(rate),
            tip: vec![format!("95 % interval {} %", interval(rate))],
            href: self.units(SUBMITTED).filter(|_| 0 < totals.submitted),
            all: None,
        }));
        rows
    }

    /// How many must have left at a screen for it to be drawn by itself.
    fn least_drawn(&self) -> u64 {
        let steps = self.flow.stages.iter().flat_map(|stage| &stage.steps);
        let mut left: Vec<u64> = steps.map(Leak::abandoned).collect();
        left.sort_unstable_by(|a, b| b.cmp(a));
        // Of equals either all are drawn or none.
        left.get(STEPS_MAX).map_or(0, |over| over + 1)
    }

    fn started(&self) -> Step {
        let totals = &self.report.totals;
        let placed = self.flow.placed(self.report);
        let nowhere = Rate::new(totals.started - placed.min(totals.started), totals.started);
        let lost = |of: fn(&Leak) -> u64| -> u64 {
            self.flow.unplaced.iter().chain(&self.flow.without).map(of).sum()
        };
        Step {
            name: "Started".to_owned(),
            parts: vec![
                part(placed, Ink::Band),
                part(lost(|leak| leak.cancelled), Ink::Cancelled),
                part(lost(|leak| leak.lost), Ink::Lost),
                part(totals.stalled, Ink::Stalled),
                part(totals.open(), Ink::Open),
            ],
            words: match nowhere.part {
                0 => counted(totals.started, self.report.query.unit.plural()),
                _ => of_started(nowhere, "have no place below"),
            },
            faint: too_few(nowhere),
            tip: vec![format!("{} started", count(totals.started))],
            href: self.units(&[]),
            all: None,
        }
    }

    fn heading(&self, stage: &Stage) -> WayRow {
        let name = if stage.name.is_empty() { "no stage" } else { &stage.name };
        WayRow::Heading { name: name.to_owned(), words: left_here(stage.left(), "left in it") }
    }

    fn step(&self, step: &Leak) -> Step {
        let hazard = step.hazard.unwrap_or(Rate::new(0, 0));
        Step {
            name: step.name.clone(),
            parts: vec![
                part(hazard.whole.saturating_sub(hazard.part), Ink::Band),
                part(step.cancelled, Ink::Cancelled),
                part(step.lost, Ink::Lost),
            ],
            words: left_here(hazard, "left here"),
            faint: too_few(hazard),
            tip: tip(step, hazard),
            href: step.href(self.links),
            all: self
                .got_there(step)
                .map(|href| (format!("{} got to {}", count(hazard.whole), step.name), href)),
        }
    }

    fn units(&self, outcomes: &[OutcomeKind]) -> Option<String> {
        self.links.units(&Behind { outcomes, ..Behind::default() })
    }

    /// Those who got to a screen.
    fn got_there(&self, step: &Leak) -> Option<String> {
        let narrow = Narrow { at_risk: Some(step.state()?.to_owned()), ..Narrow::default() };
        self.links.units(&Behind { narrow, ..Behind::default() })
    }

    /// Those who left at one of the screens of a stage.
    fn left_in(&self, stage: &Stage) -> Option<String> {
        let states: Vec<&str> = stage.steps.iter().filter_map(Leak::state).collect();
        // An address has an end.
        let states = (states.len() <= STEPS_MAX).then_some(states)?;
        self.links.units(&Behind { states: &states, outcomes: KNOWN_EXITS, ..Behind::default() })
    }

    fn table(&self) -> Markup {
        let totals = &self.report.totals;
        html! {
            table.way {
                thead { tr {
                    th scope="col" { "Stage and screen" }
                    th.num scope="col" { "Got there" }
                    th.num scope="col" { "Left here" }
                    th.num scope="col" { "Of those who got there" }
                    th.num scope="col" { "95 % interval" }
                    th.num scope="col" { "Of started" }
                } }
                tbody { tr {
                    th scope="row" { "Started" }
                    td.num { (linked(&count(totals.started), self.units(&[]))) }
                    td colspan="4" {}
                } }
                @for stage in &self.flow.stages {
                    tbody {
                        (self.stage_row(stage))
                        @for step in &stage.steps { (self.step_row(step)) }
                    }
                }
                tbody { tr {
                    th scope="row" { "Submitted" }
                    td.num { (linked(&count(totals.submitted), self.units(SUBMITTED).filter(|_| 0 < totals.submitted))) }
                    td colspan="3" {}
                    td.num { (percent(totals.conversion_rate())) }
                } }
            }
        }
    }

    fn stage_row(&self, stage: &Stage) -> Markup {
        let left = stage.left();
        let first = stage.steps.first().and_then(|step| self.got_there(step));
        html! {
            tr.stage {
                th scope="rowgroup" {
                    @if stage.name.is_empty() { "no stage" } @else { (name(&stage.name)) }
                }
                td.num { (linked(&count(left.whole), first)) }
                td.num { (linked(&count(left.part), self.left_in(stage))) }
                (rate_cells(Some(left)))
                td.num { (percent(Rate::new(left.part, self.report.totals.started))) }
            }
        }
    }

    fn step_row(&self, step: &Leak) -> Markup {
        let hazard = step.hazard.unwrap_or(Rate::new(0, 0));
        let about = step.state().and_then(|state| self.catalogue.screen(state));
        html! {
            tr {
                th scope="row" title=[about.map(|screen| safe_description(&screen.description))] {
                    (linked_name(step, self.links))
                    @if let Some(raw) = &step.raw { " " code { (name(raw)) } }
                }
                td.num { (linked(&count(hazard.whole), self.got_there(step))) }
                td.num { (linked(&count(hazard.part), step.href(self.links))) }
                (rate_cells(Some(hazard)))
                td.num { (percent(step.rate())) }
            }
        }
    }

    /// What no screen of the way explains.
    fn beside(&self) -> Markup {
        let started = self.report.totals.started;
        let rows = self.beside_rows();
        if rows.iter().all(Vec::is_empty) {
            return html! {};
        }
        let chart = beside_bars(&rows);
        let figure = Figure {
            id: "beside",
            title: "Beside the way: what no screen of it explains",
            about: html! {
                "They began like the others, but where on the way they were is not known: no screen "
                "is named, or the catalogue gives it no place. Each is a part of all "
                (count(started)) " started."
            },
            table: beside_table(&rows.concat()),
        };
        figure.show(|size| bars(&chart, size))
    }

    fn beside_rows(&self) -> [Vec<Beside>; 3] {
        let totals = &self.report.totals;
        let open = Beside {
            name: "Still open".to_owned(),
            raw: None,
            parts: vec![(totals.open(), Ink::Open)],
            rate: Rate::new(totals.open(), totals.started),
            meaning: "may still submit or leave",
            href: self.units(OPEN),
        };
        let of = |leak: &Leak, meaning| Beside {
            name: leak.name.clone(),
            raw: leak.raw.clone(),
            parts: vec![
                (leak.cancelled, Ink::Cancelled),
                (leak.lost, Ink::Lost),
                (leak.stalled, Ink::Stalled),
            ],
            rate: leak.rate(),
            meaning,
            href: leak.href(self.links),
        };
        let without = self.flow.without.iter().map(|leak| of(leak, meaning(leak)));
        let shown = crate::render::rows::folded_to(UNPLACED_MAX, &self.flow.unplaced);
        let unplaced =
            shown.iter().map(|leak| of(leak, "a screen without a place in the catalogue"));
        [
            without.collect(),
            unplaced.collect(),
            if totals.open() == 0 { vec![] } else { vec![open] },
        ]
    }
}

/// What has no place on the way.
#[derive(Clone)]
struct Beside {
    name: String,
    raw: Option<String>,
    parts: Vec<(u64, Ink)>,
    rate: Rate,
    meaning: &'static str,
    href: Option<String>,
}

impl Beside {
    fn bar(&self) -> Bar {
        let rate = self.rate;
        let value = |n: u64| Rate::new(n, rate.whole).value().unwrap_or(0.0);
        let mut tip: Vec<String> = self.raw.clone().into_iter().collect();
        tip.push(format!("95 % interval {} %", interval(rate)));
        tip.push(self.meaning.to_owned());
        Bar {
            name: self.name.clone(),
            parts: self.parts.iter().map(|&(n, ink)| Part { value: value(n), ink }).collect(),
            interval: rate.interval().map(|spread| (spread.low, spread.high)),
            count: count(rate.part),
            rate: format!("{} of started", percent(rate)),
            faint: too_few(rate),
            tip,
            href: self.href.clone(),
            ..Bar::default()
        }
    }
}

const fn meaning(leak: &Leak) -> &'static str {
    if 0 < leak.stalled {
        "began, and nothing more was heard"
    } else if 0 < leak.lost {
        "sent to the phone, and nothing more was heard"
    } else {
        "cancelled, and the delivery names no screen"
    }
}

fn beside_table(rows: &[Beside]) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "What" }
                th.num scope="col" { "Count" }
                th.num scope="col" { "Of started" }
                th.num scope="col" { "95 % interval" }
                th scope="col" { "Meaning" }
            } }
            tbody {
                @for row in rows {
                    tr {
                        th scope="row" {
                            (name(&row.name))
                            @if let Some(raw) = &row.raw { " " code { (name(raw)) } }
                        }
                        td.num { (linked(&count(row.rate.part), row.href.clone())) }
                        (rate_cells(Some(row.rate)))
                        td.soft { (row.meaning) }
                    }
                }
            }
        }
    }
}

fn linked_name(step: &Leak, links: &dyn Links) -> Markup {
    html! {
        @match step.more(links) {
            Some(href) => { a href=(href) { (name(&step.name)) } },
            None => { (name(&step.name)) },
        }
    }
}

fn of_started(rate: Rate, what: &str) -> String {
    if too_few(rate) {
        return format!("{} of {} {what}", count(rate.part), count(rate.whole));
    }
    let all = count(rate.whole);
    format!("{} {what}, {} of {all} started", count(rate.part), percent(rate))
}

fn tip(step: &Leak, hazard: Rate) -> Vec<String> {
    let mut tip: Vec<String> = step.raw.clone().into_iter().collect();
    tip.push(format!("95 % interval {} %", interval(hazard)));
    if 0 < step.cancelled && 0 < step.lost {
        let (cancelled, lost) = (count(step.cancelled), count(step.lost));
        tip.push(format!("cancelled {cancelled}, lost in handover {lost}"));
    }
    if let Some(recovered) = step.recovered.filter(|&n| 0 < n) {
        tip.push(format!("{} came back and submitted", count(recovered)));
    }
    tip
}

#[allow(clippy::cast_precision_loss)] // counts stay far below 2^53
fn part(n: u64, ink: Ink) -> Part {
    Part { value: n as f64, ink }
}

#[cfg(test)]
mod tests {
    use weir_domain::{Catalogue, Rate};

    use super::funnel;
    use crate::Bucket;
    use crate::render::{NoLinks, fixture};

    fn shown(report: &crate::Report) -> String {
        let page = funnel(report, &Catalogue::shipped(), &NoLinks).into_string();
        assert!(!page.contains("<script") && !page.contains("NaN") && !page.contains(" style="));
        page.replace('\u{a0}', " ")
    }

    #[test]
    fn a_bar_is_said_in_words_with_its_base() {
        let page = shown(&fixture::full());
        assert!(page.contains("On the way most left at <em><bdi>Camera access blocked</bdi></em>"));
        let camera = fixture::full().by_state[0].clone();
        let (left, got_there) = (camera.abandoned, camera.at_risk.unwrap());
        assert!(page.contains(&format!("{left} left here, ")), "{left}");
        let grouped = crate::render::count(got_there);
        assert!(page.contains(&format!(" % of the {grouped} who got there")), "{grouped}");
        assert!(page.contains("Silent, no screen known") && page.contains("Still open"));
    }

    #[test]
    fn of_five_hundred_screens_the_costliest_are_drawn() {
        let mut report = fixture::many(500, 1, Bucket::Day);
        let mut at_risk = report.totals.submitted + report.totals.known_exits();
        for (order, row) in (0..).zip(&mut report.by_state) {
            row.order = Some(order);
            row.stage = Some(if order < 250 { "early" } else { "late" }.to_owned());
            row.at_risk = Some(at_risk);
            row.hazard = Some(Rate::new(row.abandoned, at_risk));
            row.label = format!("{} {order}", "a long name of a screen ".repeat(8));
            at_risk -= row.abandoned;
        }
        let page = shown(&report);
        assert!(page.contains("and 210 more screens") && page.contains("and 250 more screens"));
        assert!(page.len() < 1_000_000, "{}", page.len());
    }

    #[test]
    fn what_a_description_does_unseen_is_made_visible() {
        let overlay = "[[screen]]\nstate = \"camera_access_blocked_screen_shown\"\nlabel = \"Camera\"\n\
            description = \"safe\\u202eexe\\u0000\"";
        let overlay = weir_domain::Overlay::read(overlay).unwrap();
        let catalogue = Catalogue::shipped().under(&overlay);
        let page = funnel(&fixture::full(), &catalogue, &NoLinks).into_string();
        assert!(page.contains("title=\"safe\\u{202e}exe\\u{0}\""), "{page}");
        assert!(!page.contains(['\u{202e}', '\0']));
    }

    #[test]
    fn little_and_odd_reports_are_pages_too() {
        assert!(shown(&fixture::tiny()).contains("too few to judge a rate"));
        assert!(shown(&fixture::empty()).contains("No sessions began in this range"));
        let page = shown(&fixture::hostile());
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(!page.contains('\u{202e}'));
    }
}
