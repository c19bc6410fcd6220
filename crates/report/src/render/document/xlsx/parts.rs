//! A sheet for each part of the report. Rows and their order are the JSON's; what is named there
//! by a literal value has it in a column of its own.

use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::XlsxError;
use weir_domain::Rate;

use super::super::Document;
use super::sheet::{Cell, Head, Sheet, rate_heads};
use crate::render::flow::Flow;
use crate::render::rows::{breakdown_name, profiles_by_value, since_by_value};
use crate::render::verdict::verdict_short;
use crate::render::words::{dimension_word, quality};
use crate::{Bucket, Difference, ExitProfile, Section, Totals, TrendRow};

type Filled = Result<Option<Sheet>, XlsxError>;

/// The sheet of a part; none where the report has nothing of it.
pub(super) fn part(document: &Document, section: Section) -> Filled {
    match section {
        Section::Summary => summary(document),
        Section::Screens => screens(document),
        Section::Trend => trend(document),
        Section::Funnel => funnel(document),
        Section::Reasons => reasons(document),
        Section::Matrix => matrix(document),
        Section::Times => times(document),
        Section::Breakdown => breakdown(document),
        Section::Quality => data_quality(document),
    }
}

/// The headings of what a rate did since the period before.
const SINCE: [Head; 7] = [
    ("Before", 10.0),
    ("Before, rate", 12.0),
    ("Change", 10.0),
    ("95 % low", 10.0),
    ("95 % high", 10.0),
    ("p", 8.0),
    ("Verdict", 18.0),
];

fn since(difference: Option<&Difference>) -> [Cell; 7] {
    let Some(difference) = difference else {
        return std::array::from_fn(|_| Cell::Empty);
    };
    let change = |change: Option<f64>| change.map_or(Cell::Empty, Cell::Change);
    [
        Cell::Count(difference.a.part),
        difference.a.value().map_or(Cell::Empty, Cell::Share),
        change(difference.value),
        change(difference.interval.map(|(low, _)| low)),
        change(difference.interval.map(|(_, high)| high)),
        difference.p_value.map_or(Cell::Empty, Cell::P),
        Cell::text(verdict_short(difference.verdict)),
    ]
}

/// With the columns of the period before, where there is one.
fn heads(document: &Document, own: &[Head]) -> Vec<Head> {
    let since: &[Head] = if document.before.is_some() { &SINCE } else { &[] };
    [own, since].concat()
}

fn summary(document: &Document) -> Filled {
    let totals = &document.report.totals;
    let rate = rate_heads("Of started");
    let own = [("What", 26.0), ("Name", 24.0), ("Count", 12.0), rate[0], rate[1], rate[2]];
    let mut sheet = Sheet::new("Summary", &heads(document, &own))?;
    let of_started = |n| Rate::new(n, totals.started);
    let compared = document.before.as_ref().map(|before| &before.comparison);
    let rows = [
        ("Started", "started", totals.started, None),
        ("Submitted", "submitted", totals.submitted, compared.map(|it| &it.conversion)),
        ("Dropped off", "abandoned", totals.abandoned(), compared.map(|it| &it.drop_off)),
        ("Cancelled", "cancelled", totals.cancelled, None),
        ("Lost in handover", "lost_in_handover", totals.lost_in_handover, None),
        ("Stalled", "stalled", totals.stalled, compared.map(|it| &it.stalled)),
        ("Still open", "open", totals.open(), compared.map(|it| &it.open)),
        ("Handed over", "handed_over", totals.handed_over, None),
        ("In progress", "in_progress", totals.in_progress, None),
        ("Recovered", "recovered", totals.recovered, None),
        ("Left after submitting", "left_after_submitting", totals.left_after_submitting, None),
        ("Other document chosen", "other_document", totals.other_document, None),
    ];
    for (what, name, n, difference) in rows {
        let mut cells = vec![Cell::text(what), Cell::text(name), Cell::Count(n)];
        cells.extend(Cell::rate(Some(of_started(n)).filter(|_| name != "started")));
        if document.before.is_some() {
            cells.extend(since(difference));
        }
        sheet.push(cells)?;
    }
    Ok(Some(sheet))
}

fn screens(document: &Document) -> Filled {
    let report = &document.report;
    let (rate, share, hazard) =
        (rate_heads("Of started"), rate_heads("Of known exits"), rate_heads("Of those"));
    let own = [
        ("Screen", 32.0),
        ("Value", 36.0),
        ("Stage", 14.0),
        ("Order", 8.0),
        ("Left", 10.0),
        rate[0],
        rate[1],
        rate[2],
        share[0],
        share[1],
        share[2],
        ("Got there", 12.0),
        hazard[0],
        hazard[1],
        hazard[2],
        ("Came back", 12.0),
    ];
    let mut sheet = Sheet::new("Screens", &heads(document, &own))?;
    let compared = document.before.as_ref().map(|it| since_by_value(&it.comparison.by_state));
    for row in &report.by_state {
        let mut cells = vec![
            named(&row.label, row.state.as_deref(), "No screen given"),
            value(row.state.as_deref()),
            value(row.stage.as_deref()),
            row.order.map_or(Cell::Empty, Cell::Place),
            Cell::Count(row.abandoned),
        ];
        cells.extend(Cell::rate(Some(row.drop_off_rate)));
        cells.extend(Cell::rate(Some(row.share)));
        cells.push(row.at_risk.map_or(Cell::Empty, Cell::Count));
        cells.extend(Cell::rate(row.hazard));
        cells.push(Cell::Count(row.recovered));
        if let Some(compared) = &compared {
            cells.extend(since(compared.get(&row.state.as_deref()).copied()));
        }
        sheet.push(cells)?;
    }
    Ok(Some(sheet))
}

fn reasons(document: &Document) -> Filled {
    let (rate, share) = (rate_heads("Of started"), rate_heads("Of known exits"));
    let own = [
        ("Reason", 32.0),
        ("Value", 36.0),
        ("Left", 10.0),
        rate[0],
        rate[1],
        rate[2],
        share[0],
        share[1],
        share[2],
        ("Came back", 12.0),
    ];
    let mut sheet = Sheet::new("Reasons", &heads(document, &own))?;
    let compared = document.before.as_ref().map(|it| since_by_value(&it.comparison.by_reason));
    for row in &document.report.by_reason {
        let mut cells = vec![
            named(&row.label, row.reason.as_deref(), "No reason given"),
            value(row.reason.as_deref()),
            Cell::Count(row.abandoned),
        ];
        cells.extend(Cell::rate(Some(row.drop_off_rate)));
        cells.extend(Cell::rate(Some(row.share)));
        cells.push(Cell::Count(row.recovered));
        if let Some(compared) = &compared {
            cells.extend(since(compared.get(&row.reason.as_deref()).copied()));
        }
        sheet.push(cells)?;
    }
    Ok(Some(sheet))
}

/// What became of those that began in a period; the JSON's totals.
const TOTALS: [Head; 18] = [
    ("Started", 10.0),
    ("Submitted", 11.0),
    ("Cancelled", 11.0),
    ("Lost in handover", 11.0),
    ("Stalled", 10.0),
    ("Handed over", 11.0),
    ("In progress", 11.0),
    ("Still open", 10.0),
    ("Dropped off", 11.0),
    ("Recovered", 11.0),
    ("Left after submitting", 12.0),
    ("Other document", 11.0),
    ("Conversion", 12.0),
    ("95 % low", 10.0),
    ("95 % high", 10.0),
    ("Drop-off", 12.0),
    ("95 % low", 10.0),
    ("95 % high", 10.0),
];

fn totals(totals: &Totals) -> impl Iterator<Item = Cell> {
    let counts = totals.counts().map(|(_, n)| Cell::Count(n));
    counts
        .into_iter()
        .chain(totals.rates().into_iter().flat_map(|(_, rate)| Cell::rate(Some(rate))))
}

fn trend(document: &Document) -> Filled {
    let zone = &document.report.query.zone;
    let own = [("Period", 20.0), ("Name", 28.0), ("From", 20.0), ("Until before", 20.0)];
    let mut sheet = Sheet::new("Trend", &[&own[..], &TOTALS].concat())?;
    for row in &document.report.trend {
        let mut cells = vec![
            period(document.report.query.bucket, row),
            Cell::text(&row.bucket),
            Cell::instant(row.from, zone),
            Cell::instant(row.to, zone),
        ];
        cells.extend(totals(&row.totals));
        sheet.push(cells)?;
    }
    Ok(Some(sheet))
}

/// The local date of its start, with the time for hours. An hour that comes twice is told apart by
/// its name, which has the offset.
fn period(bucket: Bucket, row: &TrendRow) -> Cell {
    let text = || Cell::text(&row.bucket);
    match bucket {
        Bucket::Hour => {
            let local = row.bucket.get(..19).and_then(|local| local.parse::<DateTime>().ok());
            local.map_or_else(text, Cell::Instant)
        }
        Bucket::Day | Bucket::Week | Bucket::Month => {
            let day = row.bucket.parse::<Date>().ok();
            day.map_or_else(text, |day| Cell::Day(day.to_datetime(jiff::civil::Time::midnight())))
        }
    }
}

/// The screens in the order of the flow, then what has no place on it.
fn funnel(document: &Document) -> Filled {
    let (hazard, rate) = (rate_heads("Of those"), rate_heads("Of started"));
    let own = [
        ("Stage", 14.0),
        ("Step", 32.0),
        ("Value", 36.0),
        ("Order", 8.0),
        ("Got there", 12.0),
        ("Left", 10.0),
        hazard[0],
        hazard[1],
        hazard[2],
        rate[0],
        rate[1],
        rate[2],
        ("Half left within", 14.0),
        ("90 % left within", 14.0),
    ];
    let mut sheet = Sheet::new("Funnel", &own)?;
    let flow = Flow::of(&document.report);
    let profiles = document.profile.as_ref().map_or(&[][..], |profile| &profile.by_state);
    let profiles = profiles_by_value(profiles);
    let steps = flow.stages.iter().flat_map(|stage| &stage.steps);
    for leak in steps.chain(&flow.unplaced).chain(&flow.without) {
        let mut cells = vec![
            Cell::text(&leak.stage),
            Cell::text(&leak.name),
            value(leak.state()),
            leak.order.map_or(Cell::Empty, Cell::Place),
            leak.hazard.map_or(Cell::Empty, |hazard| Cell::Count(hazard.whole)),
            Cell::Count(leak.abandoned()),
        ];
        cells.extend(Cell::rate(leak.hazard));
        cells.extend(Cell::rate(Some(leak.rate())));
        cells.extend(within(leak.state().and_then(|state| profiles.get(state).copied())));
        sheet.push(cells)?;
    }
    Ok(Some(sheet))
}

/// How long it took until they left there.
fn within(profile: Option<&ExitProfile>) -> [Cell; 2] {
    let length = |us: Option<u64>| us.map_or(Cell::Empty, Cell::Length);
    [
        length(profile.and_then(|row| row.time_to_exit.p50_us)),
        length(profile.and_then(|row| row.time_to_exit.p90_us)),
    ]
}

/// In long form, so that a pivot table can turn it.
fn matrix(document: &Document) -> Filled {
    let heads = [
        ("Screen", 32.0),
        ("Screen's value", 36.0),
        ("Reason", 32.0),
        ("Reason's value", 36.0),
        ("Left", 10.0),
    ];
    let mut sheet = Sheet::new("Screens and reasons", &heads)?;
    let catalogue = &document.catalogue;
    for pair in &document.report.by_state_and_reason {
        let (state, reason) = (pair.state.as_deref(), pair.reason.as_deref());
        sheet.push([
            named(state.map_or("", |it| catalogue.screen_label(it)), state, "No screen given"),
            value(state),
            named(reason.map_or("", |it| catalogue.reason_label(it)), reason, "No reason given"),
            value(reason),
            Cell::Count(pair.abandoned),
        ])?;
    }
    Ok(Some(sheet))
}

fn times(document: &Document) -> Filled {
    let heads = [
        ("Percentile", 12.0),
        ("To submit", 14.0),
        ("To submit, seconds", 14.0),
        ("To abandon", 14.0),
        ("To abandon, seconds", 14.0),
    ];
    let mut sheet = Sheet::new("Times", &heads)?;
    let report = &document.report;
    let (submit, abandon) = (report.time_to_submit.named_us(), report.time_to_abandon.named_us());
    let both = |us: Option<u64>| {
        us.map_or([Cell::Empty, Cell::Empty], |us| [Cell::Length(us), Cell::Seconds(us)])
    };
    for ((percentile, to_submit), (_, to_abandon)) in submit.into_iter().zip(abandon) {
        let cells = [both(to_submit), both(to_abandon)].into_iter().flatten();
        sheet.push(std::iter::once(Cell::text(percentile)).chain(cells))?;
    }
    Ok(Some(sheet))
}

fn breakdown(document: &Document) -> Filled {
    let (Some(rows), Some(by)) = (&document.report.breakdown, document.report.query.by) else {
        return Ok(None);
    };
    let own = [(dimension_word(by), 28.0)];
    let mut sheet = Sheet::new("Breakdown", &[&own[..], &TOTALS].concat())?;
    for row in rows {
        let name = Cell::Text(breakdown_name(by, &row.value));
        sheet.push(std::iter::once(name).chain(totals(&row.totals)))?;
    }
    Ok(Some(sheet))
}

fn data_quality(document: &Document) -> Filled {
    let mut sheet =
        Sheet::new("Data quality", &[("What", 28.0), ("Count", 12.0), ("Meaning", 70.0)])?;
    for (what, n, meaning) in quality(&document.report) {
        sheet.push([Cell::text(what), Cell::Count(n), Cell::text(meaning)])?;
    }
    let unknown = &document.report.data_quality.uncatalogued_states;
    let meaning = "shown by their raw value; add them to the catalogue";
    let n = Cell::Count(unknown.len() as u64);
    sheet.push([Cell::text("Screens without a name"), n, Cell::text(meaning)])?;
    for state in unknown {
        sheet.push([Cell::text("Screen without a name"), Cell::Empty, Cell::text(state)])?;
    }
    Ok(Some(sheet))
}

/// The label; what it stands for where there is none.
fn named(label: &str, value: Option<&str>, none: &str) -> Cell {
    match value {
        None => Cell::text(none),
        Some(value) => Cell::text(if label.trim().is_empty() { value } else { label }),
    }
}

/// The literal value.
fn value(value: Option<&str>) -> Cell {
    value.map_or(Cell::Empty, Cell::text)
}
