//! One screen, or one reason, by itself.

use std::collections::BTreeMap;

use maud::{Markup, html};
use weir_domain::{Evidence, Rate};

use super::below::{Periods, trend_of};
use super::list::{linked_unless_none, said};
use super::rank::{Exit, rows};
use super::{ExitKind, ExitsView};
use crate::Until;
use crate::render::chart::{Bar, Bars, Ink, Part, Size, bars, distribution, points_max, trend};
use crate::render::links::{Behind, KNOWN_EXITS};
use crate::render::number::{count, counted, duration, interval, percent, too_few};
use crate::render::rows::is_handover;
use crate::render::sections::durations::{Durations, percentiles_table, used};
use crate::render::sections::figure::Figure;
use crate::render::sections::leave::rate_cells;
use crate::render::sections::{linked, name};
use crate::render::text::safe_name;
use crate::render::words::{Piece, basis, bucket_word, range};

/// The page of the screen or reason with this literal value.
#[must_use]
pub fn exit(view: &ExitsView<'_>, value: &str) -> Markup {
    let rows = rows(view);
    let row = rows.iter().find(|row| row.value == value);
    html! {
        section #answer .answer {
            p.context { (range(view.report)) " · " (basis(view.report)) }
            (back(view))
            @match row {
                Some(row) => {
                    h1 { (said(&answer(view, row))) }
                    (catalogued(view, value))
                    (strip(view, row))
                },
                None => {
                    h1 { "Nobody left "
                        @match view.kind { ExitKind::Screen => "at ", ExitKind::Reason => "for " }
                        em { (name(&view.kind.label(view.catalogue, value))) } " in this range." }
                    (catalogued(view, value))
                },
            }
        }
        @if let Some(row) = row {
            (trend_section(view, row))
            (other_section(view, row))
            (times_section(view, row))
        }
    }
}

fn back(view: &ExitsView<'_>) -> Markup {
    let all = match view.kind {
        ExitKind::Screen => "All screens",
        ExitKind::Reason => "All reasons",
    };
    html! {
        @if let Some(href) = view.ways.list(view.kind, view.sort, false) {
            p.up { a href=(href) { span aria-hidden="true" { "← " } (all) } }
        }
    }
}

fn answer(view: &ExitsView<'_>, row: &Exit<'_>) -> Vec<Piece> {
    let plain = |text: String| Piece::Plain(text);
    let head = match view.kind {
        ExitKind::Screen => "At ",
        ExitKind::Reason => "For ",
    };
    let units = view.report.query.unit.plural();
    let mut text = format!(" {} of {} left", count(row.left), counted(row.rate.whole, units));
    if too_few(row.rate) {
        text.push_str(": too few to judge a rate.");
        return vec![plain(head.to_owned()), Piece::Name(row.name.clone()), plain(text)];
    }
    text.push_str(&format!(": {} of started ({})", percent(row.rate), interval(row.rate)));
    match row.hazard.filter(|hazard| !too_few(*hazard)) {
        Some(hazard) => text.push_str(&format!(
            ", {} of the {} who got there ({}).",
            percent(hazard),
            count(hazard.whole),
            interval(hazard)
        )),
        None => text.push('.'),
    }
    vec![plain(head.to_owned()), Piece::Name(row.name.clone()), plain(text)]
}

/// What the catalogue says of it, the raw value, and how sure that is.
fn catalogued(view: &ExitsView<'_>, value: &str) -> Markup {
    let described = view.kind.described(view.catalogue, value);
    let screen = view.catalogue.screen(value).filter(|_| view.kind == ExitKind::Screen);
    html! {
        p.about.catalogued {
            @if let Some((description, _)) = &described {
                @if !description.is_empty() { (name(&safe_name(description))) ". " }
            }
            @if let Some(stage) = screen.and_then(|screen| screen.stage.as_deref()) {
                "Stage: " (name(&safe_name(stage))) ". "
            }
            @if let (Some(_), None) = (screen, screen.and_then(|screen| screen.order)) {
                "The catalogue does not say where in the flow it stands, so nobody can be said to have got there. "
            }
            code { (name(&safe_name(value))) } ": "
            (sure(described.map(|(_, evidence)| evidence)))
        }
    }
}

/// How sure it is that the provider sends this literal value.
const fn sure(evidence: Option<Evidence>) -> &'static str {
    match evidence {
        Some(Evidence::Documented) => "Veriff's documentation names this value.",
        Some(Evidence::Sdk) => "Veriff's own SDK names this value.",
        Some(Evidence::Pattern) => {
            "the value follows a naming pattern of Veriff's; it was seen here as it came."
        }
        Some(Evidence::Operator) => "an operator added this value to the catalogue.",
        None => "not in the catalogue, so it is shown as it came.",
    }
}

fn strip(view: &ExitsView<'_>, row: &Exit<'_>) -> Markup {
    let units = view.report.query.unit.plural();
    let left = view.ways.units(&row.kind.behind(row.value));
    html! {
        dl.strip {
            div.few[too_few(row.rate)] {
                dt { "Left" }
                dd.value { (linked(&count(row.left), left.clone())) }
                dd { (percent(row.rate)) " of " (count(row.rate.whole)) " started" }
                dd.soft { @if too_few(row.rate) { "too few to judge" } @else { "95 %: " (interval(row.rate)) " %" } }
            }
            @if row.kind == ExitKind::Screen { (hazard(view, row)) }
            div {
                dt { "Came back" }
                dd.value { (linked_unless_none(row.recovered, view.ways.units(&row.kind.recovered(row.value)))) }
                dd { "cancelled so, then submitted" }
                dd.soft { "not among those who left" }
            }
            div {
                dt { "Median time before leaving" }
                dd.value { (row.median_us().map_or("n/a".to_owned(), duration)) }
                dd { "of " (counted(row.left, units)) }
                dd.soft {
                    @if let (Some(p90), 10..) = (row.below.and_then(|below| below.time_to_exit.p90_us), row.left) {
                        "9 of 10 within " (duration(p90))
                    }
                }
            }
        }
        @if let Some(href) = left {
            p.onward { a href=(href) {
                "See the " (counted(row.left, units)) " that left "
                @match row.kind { ExitKind::Screen => "here", ExitKind::Reason => "for it" }
            } }
        }
    }
}

fn hazard(view: &ExitsView<'_>, row: &Exit<'_>) -> Markup {
    html! {
        @match row.hazard {
            Some(hazard) => {
                div.few[too_few(hazard)] {
                    dt { "Of those who got there" }
                    dd.value { (percent(hazard)) }
                    dd { (count(hazard.part)) " of " (linked(&count(hazard.whole), view.ways.units(&row.at_risk()))) }
                    dd.soft { @if too_few(hazard) { "too few to judge" } @else { "95 %: " (interval(hazard)) " %" } }
                }
            },
            None => {
                div {
                    dt { "Of those who got there" }
                    dd.value.none { "–" }
                    dd { "not known" }
                    dd.soft { "no place in the flow" }
                }
            },
        }
    }
}

fn trend_section(view: &ExitsView<'_>, row: &Exit<'_>) -> Markup {
    let report = view.report;
    if report.trend.is_empty() {
        return html! {};
    }
    let title = format!("Over time, by {}", bucket_word(report.query.bucket));
    let what = match row.kind {
        ExitKind::Screen => "left here, of started",
        ExitKind::Reason => "left for this reason, of started",
    };
    let open = report.trend.iter().any(|row| 0 < row.totals.open());
    let figure = Figure {
        id: "trend",
        title: &title,
        about: html! {
            "The part that " (what) ", by when they began (" (report.query.zone.name())
            "), with its 95 % interval as a band; beneath it how many began."
            @if open {
                " Where some are " span.chip.c-open { "still open" } " the line is dashed: the rate there may rise."
            }
        },
        table: trend_table(view, row),
    };
    figure.show(|size| trend(&trend_of(view, row, what, size), size))
}

fn trend_table(view: &ExitsView<'_>, row: &Exit<'_>) -> Markup {
    let periods = Periods::of(view, points_max(Size::Wide));
    let spans = periods.spans(row);
    html! {
        table {
            thead { tr {
                th scope="col" { "Began" }
                th.num scope="col" { "Started" }
                th.num scope="col" { "Left so" }
                th.num scope="col" { "Of started" }
                th.num scope="col" { "95 % interval" }
                th.num scope="col" { "Still open" }
            } }
            tbody {
                @for span in &spans {
                    @let behind = Behind { within: span.within, ..row.kind.behind(row.value) };
                    @let began = Behind { within: span.within, ..Behind::default() };
                    @let href = |behind| span.within.and_then(|_| view.ways.units(behind));
                    tr {
                        th.nowrap scope="row" { (span.period.name()) }
                        td.num { (linked_unless_none(span.period.totals.started, href(&began))) }
                        td.num { (linked_unless_none(span.left, href(&behind))) }
                        (rate_cells((0 < span.period.totals.started).then(|| span.rate())))
                        td.num { (count(span.period.totals.open())) }
                    }
                }
            }
        }
    }
}

/// A reason of this screen, or a screen of this reason.
struct Other<'a> {
    value: Option<&'a str>,
    name: String,
    left: u64,
    lost: bool,
}

fn others<'a>(view: &ExitsView<'a>, row: &Exit<'_>) -> Vec<Other<'a>> {
    let mut sums: BTreeMap<(Option<&str>, bool), u64> = BTreeMap::new();
    for pair in &view.report.by_state_and_reason {
        let (mine, other) = match row.kind {
            ExitKind::Screen => (&pair.state, &pair.reason),
            ExitKind::Reason => (&pair.reason, &pair.state),
        };
        if mine.as_deref() == Some(row.value) {
            let lost = is_handover(pair.reason.as_deref());
            *sums.entry((other.as_deref(), lost)).or_default() += pair.abandoned;
        }
    }
    let kind = row.kind.other();
    let mut others: Vec<Other<'_>> = sums
        .into_iter()
        .map(|((value, lost), left)| Other {
            value,
            name: value.map_or_else(
                || format!("No {} given", kind.name()),
                |value| kind.label(view.catalogue, value),
            ),
            left,
            lost,
        })
        .collect();
    others.sort_by(|a, b| b.left.cmp(&a.left).then_with(|| a.name.cmp(&b.name)));
    others
}

/// Those of one pair.
fn pair<'a>(row: &Exit<'a>, other: Option<&'a str>) -> Behind<'a> {
    let (state, reason) = match row.kind {
        ExitKind::Screen => (Some(row.value), other),
        ExitKind::Reason => (other, Some(row.value)),
    };
    Behind { state: Some(state), reason: Some(reason), outcomes: KNOWN_EXITS, ..Behind::default() }
}

/// More are in the table.
const OTHERS_MAX: usize = 20;

fn other_section(view: &ExitsView<'_>, row: &Exit<'_>) -> Markup {
    let others = others(view, row);
    let (title, base) = match row.kind {
        ExitKind::Screen => ("Why they left here", "of those who left here"),
        ExitKind::Reason => ("Where they left for it", "of those who left for it"),
    };
    let bar = |other: &Other<'_>| {
        let rate = Rate::new(other.left, row.left);
        Bar {
            name: other.name.clone(),
            parts: vec![Part {
                value: rate.value().unwrap_or(0.0),
                ink: if other.lost { Ink::Lost } else { Ink::Cancelled },
            }],
            interval: rate.interval().map(|spread| (spread.low, spread.high)),
            count: count(other.left),
            rate: format!("{} {base}", percent(rate)),
            faint: too_few(rate),
            tip: vec![format!("95 % interval {} %", interval(rate))],
            href: view.ways.units(&pair(row, other.value)),
            ..Bar::default()
        }
    };
    let shown = others.iter().take(OTHERS_MAX).map(bar).collect();
    let chart = Bars { groups: vec![shown], ..Bars::default() };
    let figure = Figure {
        id: "others",
        title,
        about: html! {
            "The " (count(row.left)) " that left "
            @match row.kind { ExitKind::Screen => "here, by reason", ExitKind::Reason => "for it, by screen" }
            "; the whisker is the 95 % interval."
            @if too_few(Rate::new(0, row.left)) { " " strong.few { "With fewer than 30, this is too few to judge." } }
            @if OTHERS_MAX < others.len() {
                " And " (count((others.len() - OTHERS_MAX) as u64)) " more in the table."
            }
        },
        table: others_table(view, row, &others),
    };
    figure.show(|size| bars(&chart, size))
}

fn others_table(view: &ExitsView<'_>, row: &Exit<'_>, others: &[Other<'_>]) -> Markup {
    let kind = row.kind.other();
    html! {
        table {
            thead { tr {
                th scope="col" { (kind.title()) }
                th.num scope="col" { "Left" }
                th.num scope="col" { "Of " (count(row.left)) }
                th.num scope="col" { "95 % interval" }
            } }
            tbody {
                @for other in others {
                    tr {
                        th scope="row" {
                            @match other.value.and_then(|value| view.ways.detail(kind, value)) {
                                Some(href) => { a href=(href) { (name(&other.name)) } },
                                None => { (name(&other.name)) },
                            }
                        }
                        td.num { (linked(&count(other.left), view.ways.units(&pair(row, other.value)))) }
                        (rate_cells(Some(Rate::new(other.left, row.left))))
                    }
                }
            }
        }
    }
}

fn times_section(view: &ExitsView<'_>, row: &Exit<'_>) -> Markup {
    let Some(below) = row.below.filter(|below| 0 < below.times.total()) else {
        return html! {};
    };
    let units = view.report.query.unit.plural();
    let durations = Durations {
        until: Until::Exit,
        bins: &below.times,
        percentiles: &below.time_to_exit,
        behind: row.kind.behind(row.value),
        ink: Ink::Data,
        count_name: format!("{units} by time before leaving"),
    };
    let bins = used(&[&below.times]);
    let figure = Figure {
        id: "times",
        title: "Time before leaving",
        about: html! {
            "From the first sign of a session to its exit, of the " (counted(row.left, units))
            " that left so. The columns are of like width whatever the length; their edges say what each is."
        },
        table: html! {
            (percentiles_table(&[("Time before leaving", &below.time_to_exit)]))
            (durations.table(view.ways))
        },
    };
    figure.show(|size| distribution(&durations.chart(bins.clone(), view.ways), size))
}
