//! All screens, or all reasons, ranked: for each what it costs, who came back, how long it took,
//! and how it went over time.

use maud::{Markup, PreEscaped, html};
use weir_domain::Rate;

use super::below::{Periods, parts, spark_svg};
use super::rank::{Exit, ranked, rows};
use super::{EXITS_MAX, ExitKind, ExitSort, ExitsView};
use crate::render::chart::{row_bar, small_svg};
use crate::render::number::{count, counted, duration, interval, percent, too_few};
use crate::render::rows::{Leak, reasonless, screens};
use crate::render::sections::{empty, linked, name};
use crate::render::words::{Piece, basis, range};

/// The page.
#[must_use]
pub fn exits(view: &ExitsView<'_>) -> Markup {
    if view.report.totals.started == 0 {
        return empty(view.report);
    }
    let ranked = ranked(view);
    let without = without(view);
    html! {
        section #answer .answer {
            p.context { (range(view.report)) " · " (basis(view.report)) }
            h1 { (said(&answer(view))) }
        }
        section #exits {
            h2 { @match view.kind {
                ExitKind::Screen => "Screens, the most costly first",
                ExitKind::Reason => "Reasons, the most costly first",
            } }
            @if ranked.is_empty() {
                p.about { "Nobody left at a known " (view.kind.name()) "." }
            } @else {
                p.about { (about(view)) }
                (table(view, &ranked))
                (folded(view, &ranked))
            }
        }
        (beside(view, &without))
    }
}

/// The answer in one sentence or two.
fn answer(view: &ExitsView<'_>) -> Vec<Piece> {
    let totals = &view.report.totals;
    let units = view.report.query.unit.plural();
    let rows = rows(view);
    let plain = |text: String| Piece::Plain(text);
    let Some(worst) = rows.first() else {
        let text = format!(
            "None of {} left at a known {}.",
            counted(totals.started, units),
            view.kind.name()
        );
        return vec![plain(text)];
    };
    let known: u64 = rows.iter().map(|row| row.left).sum();
    let what = match view.kind {
        ExitKind::Screen => ("left at", "screens", "screen"),
        ExitKind::Reason => ("left for", "reasons", "reason"),
    };
    let head = format!(
        "{} of {} {} {}",
        count(known),
        counted(totals.started, units),
        what.0,
        counted(rows.len() as u64, what.1),
    );
    if rows.len() == 1 {
        return vec![
            plain(format!("{head}: ")),
            Piece::Name(worst.name.clone()),
            plain(".".to_owned()),
        ];
    }
    let rate = if too_few(worst.rate) {
        "; too few to judge a rate".to_owned()
    } else {
        format!(", {} of started ({})", percent(worst.rate), interval(worst.rate))
    };
    vec![
        plain(format!("{head}. The costliest {} is ", what.2)),
        Piece::Name(worst.name.clone()),
        plain(format!(": {}{rate}.", count(worst.left))),
    ]
}

/// The pieces as markup.
pub(in crate::render::sections) fn said(pieces: &[Piece]) -> Markup {
    html! {
        @for piece in pieces {
            @match piece {
                Piece::Plain(text) => { (text) },
                Piece::Name(text) => { em { (name(text)) } },
            }
        }
    }
}

fn about(view: &ExitsView<'_>) -> Markup {
    let totals = &view.report.totals;
    html! {
        "Each bar is the part of all " (count(totals.started)) " started that left "
        @match view.kind { ExitKind::Screen => "at the screen", ExitKind::Reason => "for the reason" }
        ", on one scale; the whisker is the 95 % interval. Each trend is the same part over time, "
        "from nothing to its own highest; where some are "
        span.chip.c-open { "still open" } " it is pale."
        @if too_few(totals.drop_off_rate()) {
            " " strong.few { "With fewer than 30 started, this is too few to judge." }
        }
    }
}

/// The columns that a list can be sorted by, with their words.
const fn heading(sort: ExitSort) -> &'static str {
    match sort {
        ExitSort::Cost => "Left",
        ExitSort::Hazard => "Of those who got there",
        ExitSort::Recovered => "Came back",
        ExitSort::Time => "Median time before",
    }
}

fn table(view: &ExitsView<'_>, ranked: &[Exit<'_>]) -> Markup {
    let shown = shown(view, ranked);
    let ends = ranked.iter().map(|row| row.rate.interval().map_or(0.0, |interval| interval.high));
    let top = ends.fold(0.0, f64::max);
    let sorts = view.kind.sorts();
    let periods = Periods::small(view);
    html! {
        // The roles are named, because a narrow page lays the cells of a row under each other,
        // and a browser then no longer takes them for a table.
        div.scroll tabindex="0" role="region" aria-label={ (view.kind.title()) "s, table" } {
            table.ranked role="table" {
                thead role="rowgroup" { tr role="row" {
                    th scope="col" role="columnheader" { (view.kind.title()) }
                    th scope="col" role="columnheader" { "Part of all started" }
                    @for sort in sorts.iter().take(1) { (sort_head(view, *sort)) }
                    th.num scope="col" role="columnheader" { "Of started" }
                    @for sort in sorts.iter().skip(1) { (sort_head(view, *sort)) }
                    th scope="col" role="columnheader" { "Trend" }
                } }
                tbody role="rowgroup" {
                    @for row in shown { (row_cells(view, row, top, &periods)) }
                }
            }
        }
    }
}

fn sort_head(view: &ExitsView<'_>, sort: ExitSort) -> Markup {
    let sorted = view.sort == sort;
    html! {
        th.num scope="col" role="columnheader" aria-sort=[sorted.then_some("descending")] {
            @match view.ways.list(view.kind, sort, view.all) {
                Some(href) if !sorted => { a.sort href=(href) { (heading(sort)) } },
                _ => { (heading(sort)) @if sorted { " " span aria-hidden="true" { "▾" } } },
            }
        }
    }
}

fn row_cells(view: &ExitsView<'_>, row: &Exit<'_>, top: f64, periods: &Periods) -> Markup {
    let detail = view.ways.detail(row.kind, row.value);
    let few = too_few(row.rate);
    let rate_words = format!(
        "{} of {} started, {}, 95 % interval {} %",
        count(row.left),
        count(row.rate.whole),
        percent(row.rate),
        interval(row.rate)
    );
    let spread = row.rate.interval().map(|spread| (spread.low, spread.high));
    let bar = small_svg(&row_bar(&parts(row), spread, top), "rowbar", &row.name, &rate_words);
    html! {
        tr role="row" {
            th scope="row" role="rowheader" title=[row.raw()] {
                @match &detail {
                    Some(href) => { a href=(href) { (name(&row.name)) } },
                    None => { (name(&row.name)) },
                }
            }
            td.bar role="cell" { @if let Ok(svg) = bar { (PreEscaped(svg)) } }
            td.num role="cell" data-label="left" {
                (linked(&count(row.left), view.ways.units(&row.kind.behind(row.value))))
            }
            td.num.few[few] role="cell" data-label="of started" title=[few.then_some("too few to judge")] {
                (percent(row.rate)) " " span.soft { (interval(row.rate)) }
            }
            @if row.kind == ExitKind::Screen { (hazard_cell(view, row)) }
            td.num role="cell" data-label="came back" {
                (linked_unless_none(row.recovered, view.ways.units(&row.kind.recovered(row.value))))
            }
            td.num role="cell" data-label="median time before" {
                (row.median_us().map_or("–".to_owned(), duration))
            }
            td.trend role="cell" {
                @match &detail {
                    Some(href) => { a href=(href) tabindex="-1" { (spark_svg(view, row, periods)) } },
                    None => { (spark_svg(view, row, periods)) },
                }
            }
        }
    }
}

fn hazard_cell(view: &ExitsView<'_>, row: &Exit<'_>) -> Markup {
    let Some(hazard) = row.hazard else {
        return html! {
            td.num.none role="cell" data-label="of those who got there"
                title="the catalogue does not say where in the flow it stands" { "–" }
        };
    };
    let few = too_few(hazard);
    html! {
        td.num.few[few] role="cell" data-label="who got there" title=[few.then_some("too few to judge")] {
            (percent(hazard)) " of " (linked(&count(hazard.whole), view.ways.units(&row.at_risk())))
            " " span.soft { (interval(hazard)) }
        }
    }
}

/// A number; nothing leads to a list of nobody.
pub(in crate::render::sections) fn linked_unless_none(n: u64, href: Option<String>) -> Markup {
    linked(&count(n), href.filter(|_| 0 < n))
}

fn shown<'r, 'a>(view: &ExitsView<'_>, ranked: &'r [Exit<'a>]) -> &'r [Exit<'a>] {
    // To fold one row away would take as much room as to show it.
    let whole = view.all || ranked.len() <= EXITS_MAX + 1;
    if whole { ranked } else { &ranked[..EXITS_MAX] }
}

/// What the list does not show, and the way to it.
fn folded(view: &ExitsView<'_>, ranked: &[Exit<'_>]) -> Markup {
    let rest = &ranked[shown(view, ranked).len()..];
    if rest.is_empty() {
        return html! {};
    }
    let words = format!("and {} more", count(rest.len() as u64));
    let left: u64 = rest.iter().map(|row| row.left).sum();
    html! {
        p.more-rows {
            (linked(&words, view.ways.list(view.kind, view.sort, true)))
            ", where " (count(left)) " left: "
            (percent(Rate::new(left, view.report.totals.started))) " of started."
        }
    }
}

fn without(view: &ExitsView<'_>) -> Vec<Leak> {
    match view.kind {
        ExitKind::Screen => screens(view.report).without,
        ExitKind::Reason => reasonless(view.report),
    }
}

/// The losses that no row explains: beside the list, not hidden.
fn beside(view: &ExitsView<'_>, without: &[Leak]) -> Markup {
    if without.is_empty() {
        return html! {};
    }
    let kind = view.kind.name();
    html! {
        section #without {
            h2 { "Without a " (kind) }
            p.about { "Losses that came with no " (kind) ", so that none of the rows above has them." }
            div.scroll tabindex="0" role="region" aria-label={ "Losses without a " (kind) } {
                table {
                    thead { tr {
                        th scope="col" { "What is known" }
                        th.num scope="col" { "Left" }
                        th.num scope="col" { "Of started" }
                        th.num scope="col" { "95 % interval" }
                    } }
                    tbody {
                        @for leak in without {
                            tr {
                                th scope="row" { (leak.name) }
                                td.num { (linked(&count(leak.abandoned()), leak.href(view.ways))) }
                                (super::super::leave::rate_cells(Some(leak.rate())))
                            }
                        }
                    }
                }
            }
        }
    }
}
