//! Screens against reasons: a table whose cells are shaded by their count. The number always
//! stands there, so that the shade is never more than a hint.

use std::collections::BTreeMap;

use maud::{Markup, html};
use weir_domain::Rate;

use super::exits::{ExitKind, ExitSort, ExitWays, said};
use super::{empty, linked, name};
use crate::Report;
use crate::render::links::{Behind, KNOWN_EXITS, Links};
use crate::render::number::{count, counted, interval, percent, too_few};
use crate::render::rows::named;
use crate::render::text::safe_name;
use crate::render::words::{Piece, basis, range};

/// Screens and reasons of a page before it is folded: more would not be read across.
pub const MATRIX_MAX: (usize, usize) = (30, 12);
/// The same where all is asked for: names come from outside, and a page must end.
const WHOLE: (usize, usize) = (300, 100);
/// The same as a part of a report.
const SECTION_MAX: (usize, usize) = (12, 6);
/// Shades beyond none; each has its class in the style sheet.
const SHADES: u64 = 5;

type Key<'a> = Option<&'a str>;

/// A screen or a reason with all that it cost.
struct Line<'a> {
    value: Key<'a>,
    name: String,
    /// The literal value, where it says more.
    raw: Option<String>,
    total: u64,
}

/// Both sides of the table, folded, and what is where they meet.
struct Grid<'a> {
    screens: Vec<Line<'a>>,
    reasons: Vec<Line<'a>>,
    /// How many of each are not shown.
    hidden: (usize, usize),
    pairs: BTreeMap<(Key<'a>, Key<'a>), u64>,
    most: u64,
    total: u64,
}

impl<'a> Grid<'a> {
    fn of(report: &'a Report, max: (usize, usize)) -> Grid<'a> {
        let pairs: BTreeMap<_, _> = report
            .by_state_and_reason
            .iter()
            .map(|pair| ((pair.state.as_deref(), pair.reason.as_deref()), pair.abandoned))
            .collect();
        let (screens, hidden_screens) = fold(screens(report).collect(), max.0);
        let (reasons, hidden_reasons) = fold(reasons(report).collect(), max.1);
        Grid {
            screens,
            reasons,
            hidden: (hidden_screens, hidden_reasons),
            most: pairs.values().copied().max().unwrap_or(0),
            total: report.totals.known_exits(),
            pairs,
        }
    }

    fn at(&self, state: Key<'a>, reason: Key<'a>) -> u64 {
        self.pairs.get(&(state, reason)).copied().unwrap_or(0)
    }
}

impl<'a> Line<'a> {
    fn of(value: Key<'a>, label: &str, none: &str, total: u64) -> Line<'a> {
        let name = if value.is_none() { none.to_owned() } else { named(label, value) };
        let raw = value.map(safe_name).filter(|raw| *raw != name);
        Line { value, name, raw, total }
    }
}

fn screens(report: &Report) -> impl Iterator<Item = Line<'_>> {
    let rows = report.by_state.iter();
    rows.map(|row| Line::of(row.state.as_deref(), &row.label, "No screen", row.abandoned))
}

fn reasons(report: &Report) -> impl Iterator<Item = Line<'_>> {
    let rows = report.by_reason.iter();
    rows.map(|row| Line::of(row.reason.as_deref(), &row.label, "No reason", row.abandoned))
}

/// The first `max`, and how many others there are.
fn fold(mut lines: Vec<Line<'_>>, max: usize) -> (Vec<Line<'_>>, usize) {
    // To fold one away would take as much room as to show it.
    if lines.len() <= max + 1 {
        return (lines, 0);
    }
    let hidden = lines.len() - max;
    lines.truncate(max);
    (lines, hidden)
}

/// A part of the report; nothing where there is at most one pair, which the bars have shown
/// already.
pub(super) fn matrix_section(report: &Report, links: &dyn Links) -> Markup {
    if report.by_state_and_reason.len() < 2 {
        return html! {};
    }
    let grid = Grid::of(report, SECTION_MAX);
    html! {
        section #pairs {
            h2 { "Screen and reason" }
            p.about {
                "How many left at a screen for a reason; the stronger the shade, the more."
                @if grid.hidden != (0, 0) {
                    " The costliest are shown; every pair is in the CSV file."
                }
            }
            (table(&grid, &Plain(links), None))
        }
    }
}

/// The page. `whole` is the address of the same page with all the rows and columns that a page can
/// have, where this one has fewer.
#[must_use]
pub fn matrix(report: &Report, all: bool, ways: &dyn ExitWays, whole: Option<String>) -> Markup {
    if report.totals.started == 0 {
        return empty(report);
    }
    let grid = Grid::of(report, if all { WHOLE } else { MATRIX_MAX });
    let silent = report.totals.stalled;
    let stalled = Behind { outcomes: &[weir_domain::OutcomeKind::Stalled], ..Behind::default() };
    html! {
        section #answer .answer {
            p.context { (range(report)) " · " (basis(report)) }
            h1 { (said(&answer(report, &grid))) }
        }
        @if !grid.pairs.is_empty() {
            section #pairs {
                h2 { "How many left at which screen, for which reason" }
                p.about {
                    "Each number is of the " (counted(grid.total, report.query.unit.plural()))
                    " whose exit is known; the stronger the shade, the more."
                    @if 0 < silent {
                        " The " (linked(&count(silent), ways.units(&stalled)))
                        " that went silent have neither screen nor reason."
                    }
                    @if all && grid.hidden != (0, 0) {
                        " The costliest are shown; every pair is in the CSV file."
                    }
                    @if too_few(Rate::new(0, grid.total)) {
                        " " strong.few { "With fewer than 30, this is too few to judge." }
                    }
                }
                (table(&grid, ways, whole.filter(|_| !all)))
            }
        }
    }
}

fn answer(report: &Report, grid: &Grid<'_>) -> Vec<Piece> {
    let plain = |text: String| Piece::Plain(text);
    let units = report.query.unit.plural();
    let most = report.by_state_and_reason.iter().max_by_key(|pair| {
        // A pair that says nothing is no answer.
        (pair.state.is_some() || pair.reason.is_some(), pair.abandoned)
    });
    let Some(most) = most else {
        let started = counted(report.totals.started, units);
        return vec![plain(format!(
            "None of {started} left at a known screen or for a known reason."
        ))];
    };
    // The table may fold it away.
    let screen = screens(report).find(|line| line.value == most.state.as_deref());
    let reason = reasons(report).find(|line| line.value == most.reason.as_deref());
    let name = |line: Option<Line<'_>>| line.map_or(String::new(), |line| line.name);
    let rate = Rate::new(most.abandoned, grid.total);
    let judged = if too_few(rate) {
        "too few to judge".to_owned()
    } else {
        format!("{}, {}", percent(rate), interval(rate))
    };
    vec![
        plain("Most often it is ".to_owned()),
        Piece::Name(name(screen)),
        plain(" with ".to_owned()),
        Piece::Name(name(reason)),
        plain(format!(
            ": {} of {} known exits ({judged}).",
            count(most.abandoned),
            count(grid.total)
        )),
    ]
}

fn table(grid: &Grid<'_>, ways: &dyn ExitWays, whole: Option<String>) -> Markup {
    let more = |n: usize, what: &str| {
        let words = format!("and {} more {what}", count(n as u64));
        html! { (linked(&words, whole.clone())) }
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="Screen and reason, table" {
            table.matrix {
                thead { tr {
                    th scope="col" { "Screen" }
                    @for reason in &grid.reasons { (head("col", ExitKind::Reason, reason, ways)) }
                    @if 0 < grid.hidden.1 { th.num scope="col" { (more(grid.hidden.1, "reasons")) } }
                    th.num scope="col" { "All reasons" }
                } }
                tbody {
                    @for screen in &grid.screens { (row(grid, screen, ways)) }
                    @if 0 < grid.hidden.0 { (rest(grid, more(grid.hidden.0, "screens"))) }
                }
                tfoot { (foot(grid, ways)) }
            }
        }
    }
}

fn head(scope: &str, kind: ExitKind, line: &Line<'_>, ways: &dyn ExitWays) -> Markup {
    html! {
        th.num[kind == ExitKind::Reason] scope=(scope) title=[line.raw.as_deref()] {
            @match line.value.and_then(|value| ways.detail(kind, value)) {
                Some(href) => { a href=(href) { (name(&line.name)) } },
                None => { (name(&line.name)) },
            }
        }
    }
}

fn row(grid: &Grid<'_>, screen: &Line<'_>, ways: &dyn ExitWays) -> Markup {
    let behind = Behind { state: Some(screen.value), outcomes: KNOWN_EXITS, ..Behind::default() };
    let shown: u64 = grid.reasons.iter().map(|reason| grid.at(screen.value, reason.value)).sum();
    html! {
        tr {
            (head("row", ExitKind::Screen, screen, ways))
            @for reason in &grid.reasons {
                @let behind = Behind { reason: Some(reason.value), ..behind.clone() };
                (cell(grid.at(screen.value, reason.value), grid.most, ways.units(&behind)))
            }
            @if 0 < grid.hidden.1 { td.num.sum { (count(screen.total - shown)) } }
            td.num.sum { (linked(&count(screen.total), ways.units(&behind))) }
        }
    }
}

/// The screens that are not shown, added up.
fn rest(grid: &Grid<'_>, words: Markup) -> Markup {
    let all: u64 = grid.total - grid.screens.iter().map(|screen| screen.total).sum::<u64>();
    let left: Vec<u64> =
        grid.reasons.iter().map(|reason| reason.total - above(grid, reason)).collect();
    html! {
        tr {
            th scope="row" { (words) }
            @for n in &left { td.num.sum { (count(*n)) } }
            @if 0 < grid.hidden.1 { td.num.sum { (count(all - left.iter().sum::<u64>())) } }
            td.num.sum { (count(all)) }
        }
    }
}

/// What the screens that are shown lost for a reason.
fn above(grid: &Grid<'_>, reason: &Line<'_>) -> u64 {
    grid.screens.iter().map(|screen| grid.at(screen.value, reason.value)).sum()
}

fn foot(grid: &Grid<'_>, ways: &dyn ExitWays) -> Markup {
    let shown: u64 = grid.reasons.iter().map(|reason| reason.total).sum();
    let all = Behind { outcomes: KNOWN_EXITS, ..Behind::default() };
    html! {
        tr {
            th scope="row" { "All screens" }
            @for reason in &grid.reasons {
                @let behind = Behind { reason: Some(reason.value), ..all.clone() };
                td.num.sum { (linked(&count(reason.total), ways.units(&behind))) }
            }
            @if 0 < grid.hidden.1 { td.num.sum { (count(grid.total - shown)) } }
            td.num.sum { (linked(&count(grid.total), ways.units(&all))) }
        }
    }
}

fn cell(n: u64, most: u64, href: Option<String>) -> Markup {
    if n == 0 {
        return html! { td.num.none { "0" } };
    }
    html! { td class={ "num q" (shade(n, most)) } { (linked(&count(n), href)) } }
}

/// 1 to 5, the stronger the shade, the more.
pub(super) fn shade(n: u64, most: u64) -> u64 {
    (n * SHADES).div_ceil(most.max(1)).clamp(1, SHADES)
}

/// Leads to sessions, and to no other page.
struct Plain<'a>(&'a dyn Links);

impl Links for Plain<'_> {
    fn units(&self, behind: &Behind<'_>) -> Option<String> {
        self.0.units(behind)
    }
}

impl ExitWays for Plain<'_> {
    fn detail(&self, _: ExitKind, _: &str) -> Option<String> {
        None
    }

    fn list(&self, _: ExitKind, _: ExitSort, _: bool) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Plain, matrix, shade};
    use crate::render::{NoLinks, fixture};
    use crate::{Bucket, PairRow, Report};

    fn page(report: &Report, all: bool) -> String {
        let whole = Some("/whole".to_owned());
        matrix(report, all, &Plain(&NoLinks), whole).into_string().replace('\u{a0}', " ")
    }

    /// The numbers of each row, the head left out.
    fn numbers(page: &str) -> Vec<Vec<u64>> {
        let rows = page.split("<tr>").skip(2);
        rows.map(|row| {
            let cells = row.split("<td").skip(1);
            let number = |cell: &str| {
                let text = cell.split_once('>').unwrap().1.split('<').next().unwrap();
                text.replace(',', "").parse().unwrap()
            };
            cells.map(number).collect()
        })
        .collect()
    }

    #[track_caller]
    fn adds_up(report: &Report, all: bool, size: (usize, usize)) {
        let numbers = numbers(&page(report, all));
        assert_eq!((numbers.len(), numbers[0].len()), size);
        for row in &numbers {
            let (total, parts) = row.split_last().unwrap();
            assert_eq!(*total, parts.iter().sum::<u64>());
        }
        let (foot, rows) = numbers.split_last().unwrap();
        for (column, total) in foot.iter().enumerate() {
            assert_eq!(*total, rows.iter().map(|row| row[column]).sum::<u64>());
        }
        assert_eq!(*foot.last().unwrap(), report.totals.known_exits());
    }

    /// Some pairs of so many screens and reasons occur.
    fn sized(screens: u64, reasons: usize) -> Report {
        let mut report = fixture::many(screens, 7, Bucket::Day);
        let reason = report.by_reason[0].clone();
        report.by_state_and_reason.clear();
        report.by_reason = (0..reasons)
            .map(|n| crate::ReasonRow {
                reason: Some(format!("reason_{n}")),
                abandoned: 0,
                ..reason.clone()
            })
            .collect();
        for (place, state) in report.by_state.iter().enumerate() {
            let mut left = state.abandoned;
            for n in 0..3 {
                let reason = &mut report.by_reason[(place * 7 + n) % reasons];
                let abandoned = if n == 2 { left } else { left / 2 };
                left -= abandoned;
                reason.abandoned += abandoned;
                if 0 < abandoned {
                    report.by_state_and_reason.push(PairRow {
                        state: state.state.clone(),
                        reason: reason.reason.clone(),
                        abandoned,
                    });
                }
            }
        }
        report
    }

    fn large() -> Report {
        sized(40, 20)
    }

    #[test]
    fn the_whole_has_an_end_and_adds_up() {
        let huge = sized(2_000, 2_000);
        let shown = page(&huge, true);
        assert!(shown.len() < 2_000_000, "{} bytes", shown.len());
        assert!(shown.contains(">and 1,700 more screens<") && !shown.contains("/whole"));
        assert!(shown.contains("every pair is in the CSV file"));
        adds_up(&huge, true, (302, 102));
    }

    #[test]
    fn rows_and_columns_add_up_also_where_they_are_folded() {
        adds_up(&fixture::full(), false, (13, 6));
        adds_up(&large(), false, (32, 14));
        adds_up(&large(), true, (41, 21));
    }

    #[test]
    fn what_is_folded_is_said_and_can_be_seen() {
        let folded = page(&large(), false);
        assert!(folded.contains("<a href=\"/whole\">and 10 more screens</a>"));
        assert!(folded.contains("<a href=\"/whole\">and 8 more reasons</a>"));
        assert!(!page(&large(), true).contains(" more "));
    }

    #[test]
    fn the_pair_that_costs_most_is_the_answer() {
        let page = page(&fixture::full(), false);
        assert!(
            page.contains(
                "Most often it is <em><bdi>Camera access blocked</bdi></em> with \
             <em><bdi>Quit the session</bdi></em>: 118 of 468 known exits (25.2 %, 21.5–29.3)."
            ),
            "{page}"
        );
    }

    #[test]
    fn a_single_one_is_shaded_and_the_most_is_darkest() {
        assert_eq!(
            [(1, 1_000), (200, 1_000), (201, 1_000), (1_000, 1_000), (5, 0)]
                .map(|(n, most)| shade(n, most)),
            [1, 1, 2, 5, 5]
        );
    }

    #[test]
    fn nothing_and_hostile_names_are_pages_too() {
        assert!(page(&fixture::empty(), false).contains("No sessions began"));
        assert!(page(&fixture::tiny(), false).contains("too few to judge"));
        let hostile = page(&fixture::hostile(), false);
        assert!(!hostile.contains("<script") && !hostile.contains('\u{202e}'));
    }
}
