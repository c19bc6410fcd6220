//! The parts that were asked for, as tables. What is folded is in the files and on the dashboard.
//!
//! Screens and reasons lead to their pages. The other rows lead nowhere: an address has some 300
//! bytes, and clients clip a mail of 100 KiB.

use std::collections::BTreeMap;

use weir_domain::Rate;

use super::super::Document;
use super::super::links::DashboardLinks;
use super::table::{Row, Table};
use crate::render::flow::Flow;
use crate::render::number::{JUDGED_MIN, count, counted, duration, interval, percent, too_few};
use crate::render::periods::{Period, periods, step_words};
use crate::render::rows::{
    Leak, breakdown_name, named, reasonless, reasons, screens, since_by_value,
};
use crate::render::text::{safe_name, short_name};
use crate::render::verdict::{self, verdict_short};
use crate::render::words::{dimension_word, quality, side_counts};
use crate::{Difference, Dimension, Report, Section, Totals, Verdict};

/// Screens of the short form.
const COSTLIEST: usize = 3;
/// The heading over what a row did since the period before.
pub(in super::super) const CHANGE: &str = "Change in points";
/// Periods of the trend: a week by day, a quarter by week and a year by month fit.
const PERIODS_MAX: usize = 14;

/// The tables of the parts, in the document's order.
pub(super) fn tables(document: &Document, links: &DashboardLinks, rows_max: usize) -> Vec<Table> {
    let tables =
        Tables { document, report: &document.report, links, rows_max, periods_max: PERIODS_MAX };
    let nothing = document.report.totals.started == 0;
    let shown = document.shown_sections().into_iter();
    // Of nothing there is only how far the deliveries can be trusted.
    let shown = shown.filter(|section| !nothing || *section == Section::Quality);
    shown.filter_map(|section| tables.table(section)).filter(|table| !table.is_empty()).collect()
}

/// The table of one part, for paper, on which there is more room.
pub(in super::super) fn table_on_paper(
    document: &Document,
    links: &DashboardLinks,
    section: Section,
    (rows_max, periods_max): (usize, usize),
) -> Option<Table> {
    let tables = Tables { document, report: &document.report, links, rows_max, periods_max };
    tables.table(section).filter(|table| !table.is_empty())
}

/// The screens that cost most.
pub(super) fn costliest(document: &Document, links: &DashboardLinks) -> Option<Table> {
    let (report, rows_max) = (&document.report, COSTLIEST);
    let tables = Tables { document, report, links, rows_max, periods_max: PERIODS_MAX };
    let screens = screens(&document.report);
    let worst: Vec<&Leak> = screens.named.iter().take(COSTLIEST).collect();
    let beside = screens.without.iter().map(|leak| {
        format!("{}: {}, {}.", leak.name, count(leak.abandoned()), percent(leak.rate()))
    });
    let about = [tables.of_started()].into_iter().chain(beside).collect::<Vec<_>>().join(" ");
    let title = match worst.len() {
        0 => return None,
        1 => "The one screen that was left".to_owned(),
        n => format!("The {} costliest screens", if n == 2 { "two" } else { "three" }),
    };
    let longest = worst.iter().map(|leak| leak.abandoned()).max();
    let mut table = tables.leaks(&title, "Screen", &tables.by_state(), &worst);
    table.about = about;
    for (row, leak) in table.rows.iter_mut().zip(&worst) {
        row.bar = longest.and_then(|longest| hundredths(leak.abandoned(), longest));
    }
    Some(table)
}

fn hundredths(n: u64, longest: u64) -> Option<u32> {
    u32::try_from((100 * n).checked_div(longest)?).ok().map(|bar| bar.max(1))
}

/// What each value did since the period before.
type Since<'a> = BTreeMap<Option<&'a str>, &'a Difference>;

/// None where there is nothing to compare with.
type Compared<'a> = Option<Since<'a>>;

struct Tables<'a> {
    document: &'a Document,
    report: &'a Report,
    links: &'a DashboardLinks,
    rows_max: usize,
    periods_max: usize,
}

impl Tables<'_> {
    fn table(&self, section: Section) -> Option<Table> {
        Some(match section {
            Section::Summary => self.outcomes(),
            Section::Screens => self.screens(),
            Section::Trend => self.trend(),
            Section::Funnel => self.funnel(),
            Section::Reasons => self.reasons(),
            Section::Matrix => self.pairs(),
            Section::Times => self.times()?,
            Section::Breakdown => self.breakdown()?,
            Section::Quality => self.quality(),
        })
    }

    fn units(&self) -> &'static str {
        self.report.query.unit.plural()
    }

    fn of_started(&self) -> String {
        let all = counted(self.report.totals.started, self.units());
        let few = if too_few(self.report.totals.drop_off_rate()) {
            " That is too few to judge a rate."
        } else {
            ""
        };
        format!("Of {all} started.{few}")
    }

    fn outcomes(&self) -> Table {
        let totals = &self.report.totals;
        let row = |name: &str, n: u64| {
            let rate = Rate::new(n, totals.started);
            Row {
                name: name.to_owned(),
                cells: vec![count(n), percent(rate), spread(rate)],
                few: too_few(rate),
                ..Row::default()
            }
        };
        let rows = vec![
            row("Submitted", totals.submitted),
            row("Cancelled", totals.cancelled),
            row("Lost in handover", totals.lost_in_handover),
            row("Stalled", totals.stalled),
            row("Still open", totals.open()),
        ];
        let beside = side_counts(self.report)
            .map(|(what, n, meaning)| format!("{what}: {} ({meaning}).", count(n)));
        let about = format!("{} {}", self.of_started(), beside.join(" "));
        let heads = ["Outcome", "Count", "Of started", "95 %"];
        Table::new("What became of them", about, &heads, rows)
    }

    fn screens(&self) -> Table {
        let screens = screens(self.report);
        let named: Vec<&Leak> = screens.named.iter().collect();
        let before = self.by_state();
        let mut table = self.leaks("Where they leave", "Screen", &before, &named);
        table = table.folded(self.rows_max, "screens");
        // What has no screen may be the most of all: it is never folded away.
        table.tail = screens.without.iter().map(|leak| self.leak(leak, &before)).collect();
        table
    }

    fn reasons(&self) -> Table {
        let reasons = reasons(self.report);
        let given: Vec<&Leak> = reasons.iter().filter(|leak| !leak.is(None)).collect();
        let before = self.by_reason();
        let mut table = self.leaks("Why they leave", "Reason", &before, &given);
        table = table.folded(self.rows_max, "reasons");
        let silent = reasonless(self.report);
        table.tail = silent.iter().map(|leak| self.leak(leak, &before)).collect();
        table
    }

    fn leaks(&self, title: &str, what: &str, compared: &Compared<'_>, leaks: &[&Leak]) -> Table {
        let since: &[&str] = if compared.is_some() { &[CHANGE] } else { &[] };
        let heads = [&[what, "Left", "Of started", "95 %"], since].concat();
        let rows = leaks.iter().map(|leak| self.leak(leak, compared)).collect();
        Table::new(title, self.of_started(), &heads, rows)
    }

    fn by_state(&self) -> Compared<'_> {
        Some(since_by_value(&self.document.before.as_ref()?.comparison.by_state))
    }

    fn by_reason(&self) -> Compared<'_> {
        Some(since_by_value(&self.document.before.as_ref()?.comparison.by_reason))
    }

    fn leak(&self, leak: &Leak, compared: &Compared<'_>) -> Row {
        let rate = leak.rate();
        let mut cells = vec![count(leak.abandoned()), percent(rate), spread(rate)];
        if let Some(rows) = compared {
            cells.push(since(self.since(leak, rows)));
        }
        Row {
            name: short_name(&leak.name),
            href: leak.more(self.links),
            cells,
            few: too_few(rate),
            ..Row::default()
        }
    }

    /// What it did since the period before.
    fn since(&self, leak: &Leak, before: &Since<'_>) -> Option<Difference> {
        if 0 < leak.stalled {
            return Some(self.document.before.as_ref()?.comparison.stalled);
        }
        // Those without a value are shown in their parts, and compared only as a whole.
        let value = leak.value()?;
        before.get(&Some(value)).map(|difference| **difference)
    }

    fn trend(&self) -> Table {
        let (periods, joined) = periods(self.report, self.periods_max);
        let as_of = self.report.query.as_of;
        let rows = periods.iter().map(|period| self.period(period)).collect();
        let young = periods.iter().any(|period| period.is_provisional(as_of));
        let about = if young {
            "Where some are still open, or the period is not over, the rate will still rise."
        } else {
            ""
        };
        let title = format!("Drop-off by {}", step_words(self.report, joined));
        let heads = ["Began", "Started", "Dropped off", "Of started", "95 %", "Still open"];
        Table::new(&title, about.to_owned(), &heads, rows)
    }

    fn period(&self, period: &Period) -> Row {
        let totals = &period.totals;
        let rate = totals.drop_off_rate();
        let young = period.is_provisional(self.report.query.as_of);
        Row {
            name: period.name(),
            note: if young { "provisional".to_owned() } else { String::new() },
            cells: vec![
                count(totals.started),
                count(rate.part),
                percent(rate),
                spread(rate),
                count(totals.open()),
            ],
            few: too_few(rate),
            ..Row::default()
        }
    }

    /// The costliest steps, in the order of the flow.
    fn funnel(&self) -> Table {
        let flow = Flow::of(self.report);
        let steps: Vec<&Leak> = flow.stages.iter().flat_map(|stage| &stage.steps).collect();
        let least = least_shown(steps.iter().map(|step| step.abandoned()), self.rows_max);
        let shown = steps.iter().filter(|step| least <= step.abandoned());
        let rows: Vec<Row> = shown
            .map(|step| {
                let hazard = step.hazard.unwrap_or_default();
                Row {
                    name: short_name(&step.name),
                    note: step.stage.clone(),
                    cells: vec![
                        count(hazard.whole),
                        count(hazard.part),
                        percent(hazard),
                        spread(hazard),
                    ],
                    few: too_few(hazard),
                    ..Row::default()
                }
            })
            .collect();
        let hidden = (steps.len() - rows.len()) as u64;
        let heads = ["Step", "Got there", "Left", "Of those", "95 %"];
        let about = "In the order of the flow.".to_owned();
        let mut table = Table::new("The way through the flow", about, &heads, rows);
        if 0 < hidden {
            table.more = Some(format!("and {} more steps at which fewer left", count(hidden)));
        }
        table
    }

    fn pairs(&self) -> Table {
        let catalogue = &self.document.catalogue;
        let of_known = self.report.totals.known_exits();
        let rows = self.report.by_state_and_reason.iter().map(|pair| {
            let (state, reason) = (pair.state.as_deref(), pair.reason.as_deref());
            let screen = state.map_or("No screen given".to_owned(), |raw| {
                named(catalogue.screen_label(raw), Some(raw))
            });
            let why = reason.map_or("No reason given".to_owned(), |raw| {
                named(catalogue.reason_label(raw), Some(raw))
            });
            let rate = Rate::new(pair.abandoned, of_known);
            Row {
                name: short_name(&screen),
                note: short_name(&why),
                cells: vec![count(pair.abandoned), percent(rate)],
                few: too_few(rate),
                ..Row::default()
            }
        });
        let about = format!(
            "Of {} that left at a known screen or for a known reason.",
            counted(of_known, self.units())
        );
        let heads = ["Screen and reason", "Left", "Of known exits"];
        Table::new("Screen and reason", about, &heads, rows.collect())
            .folded(self.rows_max, "pairs")
    }

    fn times(&self) -> Option<Table> {
        let report = self.report;
        let (submit, abandon) = (&report.time_to_submit, &report.time_to_abandon);
        submit.p50_us.or(abandon.p50_us)?;
        let text = |us: Option<u64>| us.map_or("–".to_owned(), duration);
        let rows = submit.named_us().into_iter().zip(abandon.named_us()).map(
            |((percentile, to_submit), (_, to_abandon))| Row {
                name: format!("{} % within", percentile.trim_start_matches('p')),
                cells: vec![text(to_submit), text(to_abandon)],
                ..Row::default()
            },
        );
        let Totals { submitted, cancelled, .. } = report.totals;
        let few = if submitted.min(cancelled) < JUDGED_MIN {
            " The far percentiles of a few are one of them."
        } else {
            ""
        };
        let about = format!(
            "From the first sign to the submission (of {}), or to the last cancel (of {}).{few}",
            count(submitted),
            count(cancelled)
        );
        let heads = ["Part of them", "To submit", "To abandon"];
        Some(Table::new("How long it took", about, &heads, rows.collect()))
    }

    fn breakdown(&self) -> Option<Table> {
        let (rows, by) = (self.report.breakdown.as_ref()?, self.report.query.by?);
        let row = |row: &crate::BreakdownRow| {
            let totals = &row.totals;
            let rate = totals.drop_off_rate();
            Row {
                name: short_name(&breakdown_name(by, &row.value)),
                cells: vec![count(totals.started), count(rate.part), percent(rate), spread(rate)],
                few: too_few(rate),
                ..Row::default()
            }
        };
        let heads = ["Group", "Started", "Dropped off", "Of started", "95 %"];
        let title = format!("By {}", dimension_word(by));
        let table = Table::new(&title, String::new(), &heads, rows.iter().map(row).collect());
        // Hours have a place in the day: to fold some away would break the row of them.
        let rows_max = if by == Dimension::Hour { rows.len() } else { self.rows_max };
        Some(table.folded(rows_max, "groups"))
    }

    fn quality(&self) -> Table {
        let mut rows: Vec<Row> = quality(self.report)
            .into_iter()
            .map(|(what, n, meaning)| Row {
                name: what.to_owned(),
                note: meaning.to_owned(),
                cells: vec![count(n)],
                ..Row::default()
            })
            .collect();
        let unknown = &self.report.data_quality.uncatalogued_states;
        if let Some(first) = unknown.first() {
            let others = match unknown.len() - 1 {
                0 => String::new(),
                n => format!(" and {} more", count(n as u64)),
            };
            rows.push(Row {
                name: "Screens without a name".to_owned(),
                note: format!("{}{others}", short_name(&safe_name(first))),
                cells: vec![count(unknown.len() as u64)],
                ..Row::default()
            });
        }
        let about = "How far the deliveries behind these numbers can be trusted.".to_owned();
        Table::new("Data quality", about, &["What", "Count"], rows)
    }
}

/// The number that a step must have lost at least, so that at most so many are shown.
fn least_shown(left: impl Iterator<Item = u64>, rows_max: usize) -> u64 {
    let mut left: Vec<u64> = left.collect();
    left.sort_unstable_by(|a, b| b.cmp(a));
    match left.get(rows_max) {
        None => 0,
        // Those that lost as many as the first that is hidden are hidden too.
        Some(&hidden) => hidden + 1,
    }
}

/// `+2.4, more than chance`, in points. A change of too few would be read as an answer.
fn since(difference: Option<Difference>) -> String {
    let Some(difference) = difference else { return String::new() };
    let verdict = verdict_short(difference.verdict);
    match verdict::change_short(&difference).filter(|_| difference.verdict != Verdict::TooFew) {
        Some(change) => format!("{change}, {verdict}"),
        None => verdict.to_owned(),
    }
}

/// `32.9–37.0`; of too few it gives way to the warning.
fn spread(rate: Rate) -> String {
    if rate.whole != 0 && too_few(rate) { "too few".to_owned() } else { interval(rate) }
}
