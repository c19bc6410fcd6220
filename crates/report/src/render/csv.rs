//! The report as CSV, in long form: one number a row, so that one pivot table reads all of it.
//!
//! Values are the report's own: whole counts, rates and their bounds as fractions of 1, times in
//! seconds. `key` and `key_2` are the literal values; empty is none.

use crate::{Percentiles, Report, Section, Totals};
use weir_domain::Rate;

const HEADER: [&str; 8] = ["section", "key", "key_2", "label", "measure", "value", "low", "high"];

/// The whole report; safe to open in a spreadsheet: what would be read as a formula, at the
/// beginning of a text or after a `;`, a tab or the end of a line in it, is led by an apostrophe.
///
/// # Panics
/// Never: writing to memory does not fail.
#[must_use]
pub fn csv(report: &Report) -> String {
    let mut rows = Rows::begun();
    input(&mut rows, report);
    for section in IN_ORDER {
        part(&mut rows, report, section);
    }
    rows.text()
}

/// The parts of the whole report in the order of its rows.
const IN_ORDER: [Section; 8] = [
    Section::Summary,
    Section::Screens,
    Section::Reasons,
    Section::Matrix,
    Section::Trend,
    Section::Times,
    Section::Breakdown,
    Section::Quality,
];

/// The rows of one part. The way through the flow is in those of the screens.
pub(super) fn part(rows: &mut Rows, report: &Report, section: Section) {
    match section {
        Section::Summary => rows.totals("totals", "", &report.totals),
        Section::Screens | Section::Funnel => by_state(rows, report),
        Section::Reasons => by_reason(rows, report),
        Section::Matrix => {
            for pair in &report.by_state_and_reason {
                let of = |value: &Option<String>| value.clone().unwrap_or_default();
                let (state, reason) = (of(&pair.state), of(&pair.reason));
                let abandoned = pair.abandoned.to_string();
                rows.value("by_state_and_reason", (&state, &reason), "", "abandoned", &abandoned);
            }
        }
        Section::Trend => {
            report.trend.iter().for_each(|row| rows.totals("trend", &row.bucket, &row.totals));
        }
        Section::Times => {
            rows.times("time_to_submit_seconds", &report.time_to_submit);
            rows.times("time_to_abandon_seconds", &report.time_to_abandon);
        }
        Section::Breakdown => breakdown(rows, report),
        Section::Quality => quality(rows, report),
    }
}

fn breakdown(rows: &mut Rows, report: &Report) {
    for row in report.breakdown.iter().flatten() {
        let value = match &row.value {
            crate::BreakdownValue::Number(n) => n.to_string(),
            crate::BreakdownValue::Text(text) => text.clone(),
            crate::BreakdownValue::None => String::new(),
        };
        rows.totals("breakdown", &value, &row.totals);
    }
}

pub(super) fn input(rows: &mut Rows, report: &Report) {
    let query = &report.query;
    let filters = (!query.filters.is_empty())
        .then(|| serde_json::to_string(&query.filters).unwrap_or_default());
    let values = [
        ("from", query.from.to_string()),
        ("to", query.to.to_string()),
        ("timezone", query.zone.name().to_owned()),
        ("as_of", query.as_of.to_string()),
        ("unit", query.unit.name().to_owned()),
        ("window_seconds", (query.window_us / 1_000_000).to_string()),
        ("bucket", query.bucket.name().to_owned()),
        ("filters", filters.unwrap_or_default()),
        ("by", query.by.map_or("", crate::Dimension::name).to_owned()),
    ];
    for (measure, value) in values {
        rows.value("input", ("", ""), "", measure, &value);
    }
}

fn by_state(rows: &mut Rows, report: &Report) {
    for row in &report.by_state {
        let (key, label) = (row.state.as_deref().unwrap_or(""), row.label.as_str());
        let mut value = |measure, value: Option<String>| {
            rows.value("by_state", (key, ""), label, measure, &value.unwrap_or_default());
        };
        value("stage", row.stage.clone());
        value("order", row.order.map(|order| order.to_string()));
        value("abandoned", Some(row.abandoned.to_string()));
        value("recovered", Some(row.recovered.to_string()));
        value("at_risk", row.at_risk.map(|at_risk| at_risk.to_string()));
        rows.rate("by_state", key, label, "share", Some(row.share));
        rows.rate("by_state", key, label, "drop_off_rate", Some(row.drop_off_rate));
        rows.rate("by_state", key, label, "hazard", row.hazard);
    }
}

fn by_reason(rows: &mut Rows, report: &Report) {
    for row in &report.by_reason {
        let (key, label) = (row.reason.as_deref().unwrap_or(""), row.label.as_str());
        for (measure, n) in [("abandoned", row.abandoned), ("recovered", row.recovered)] {
            rows.value("by_reason", (key, ""), label, measure, &n.to_string());
        }
        rows.rate("by_reason", key, label, "share", Some(row.share));
        rows.rate("by_reason", key, label, "drop_off_rate", Some(row.drop_off_rate));
    }
}

fn quality(rows: &mut Rows, report: &Report) {
    let quality = &report.data_quality;
    let counts = [
        ("deliveries", quality.deliveries),
        ("repeats", quality.repeats),
        ("quarantined", quality.quarantined),
        ("unknown_codes", quality.unknown_codes),
        ("action_mismatches", quality.action_mismatches),
        ("implied_submitted", quality.implied_submitted),
        ("missing_started", quality.missing_started),
    ];
    for (measure, n) in counts {
        rows.value("data_quality", ("", ""), "", measure, &n.to_string());
    }
    for state in &quality.uncatalogued_states {
        rows.value("data_quality", (state, ""), "", "uncatalogued_state", "1");
    }
}

/// Rows of texts as CSV, without a header, safe to open in a spreadsheet likewise.
#[must_use]
pub fn csv_rows<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail, and every row has as many cells.
        let _ = writer.write_record(row.map(|cell| no_formula(&cell)));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Rows under construction.
pub(super) struct Rows(csv::Writer<Vec<u8>>);

impl Rows {
    /// With the header.
    pub(super) fn begun() -> Rows {
        let mut rows = Rows(csv::Writer::from_writer(Vec::new()));
        rows.write(HEADER.map(str::to_owned));
        rows
    }

    fn write(&mut self, cells: [String; 8]) {
        // Writing to memory does not fail, and every row has eight cells.
        let _ = self.0.write_record(cells);
    }

    pub(super) fn value(
        &mut self,
        section: &str,
        keys: (&str, &str),
        label: &str,
        measure: &str,
        value: &str,
    ) {
        let cells = [section, keys.0, keys.1, label, measure, value, "", ""];
        self.write(cells.map(no_formula));
    }

    pub(super) fn rate(
        &mut self,
        section: &str,
        key: &str,
        label: &str,
        measure: &str,
        rate: Option<Rate>,
    ) {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let value = number(rate.and_then(Rate::value));
        let interval = rate.and_then(Rate::interval);
        let low = number(interval.map(|interval| interval.low));
        let high = number(interval.map(|interval| interval.high));
        let cells = [section, key, "", label, measure, &value, &low, &high];
        self.write(cells.map(no_formula));
    }

    /// A change and the ends of its interval: numbers, which may be below zero.
    pub(super) fn difference(
        &mut self,
        section: &str,
        key: &str,
        label: &str,
        measure: &str,
        value: Option<f64>,
        interval: Option<(f64, f64)>,
    ) {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let [section, key, label, measure] = [section, key, label, measure].map(no_formula);
        let (low, high) = (interval.map(|ends| ends.0), interval.map(|ends| ends.1));
        let (value, low, high) = (number(value), number(low), number(high));
        self.write([section, key, String::new(), label, measure, value, low, high]);
    }

    pub(super) fn totals(&mut self, section: &str, key: &str, totals: &Totals) {
        for (measure, n) in totals.counts() {
            self.value(section, (key, ""), "", measure, &n.to_string());
        }
        for (measure, rate) in totals.rates() {
            self.rate(section, key, "", measure, Some(rate));
        }
    }

    #[allow(clippy::cast_precision_loss)] // below 2^53 microseconds, 285 years
    fn times(&mut self, section: &str, times: &Percentiles) {
        for (measure, us) in times.named_us() {
            let seconds = us.map_or(String::new(), |us| (us as f64 / 1e6).to_string());
            self.value(section, ("", ""), "", measure, &seconds);
        }
    }

    pub(super) fn text(self) -> String {
        let bytes = self.0.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// A text as a cell that no spreadsheet takes for a formula (OWASP, "CSV Injection"), also where
/// one divides cells at other characters than we do.
fn no_formula(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    if text.starts_with(['\t', '\r', '\n']) {
        safe.push('\'');
    }
    for piece in text.split_inclusive([';', '\t', '\r', '\n']) {
        // An apostrophe of its own is doubled, so that reading back is unambiguous.
        if piece.starts_with('\'') || begins_formula(piece) {
            safe.push('\'');
        }
        safe.push_str(piece);
    }
    safe
}

/// Whether a sign comes first. Some programs trim a cell of what is not seen, or fold full-width
/// signs, before they look at it; a quotation mark may be left of one that opened elsewhere.
fn begins_formula(text: &str) -> bool {
    let unseen = |c: char| c == '"' || c.is_whitespace() || c.is_control() || is_zero_width(c);
    text.trim_start_matches(unseen).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// Whether a character takes no room, so that what follows it seems to come first.
const fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{HEADER, csv, csv_rows, no_formula};
    use crate::render::fixture;

    fn read(text: &str) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        rows.collect()
    }

    #[track_caller]
    fn check(section: &str, want: &[&str]) {
        let text = csv(&fixture::small());
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with(section)).collect();
        assert_eq!(lines, want);
    }

    #[test]
    fn a_number_has_its_row() {
        check(
            "totals",
            &[
                "totals,,,,started,40,,",
                "totals,,,,submitted,22,,",
                "totals,,,,cancelled,7,,",
                "totals,,,,lost_in_handover,4,,",
                "totals,,,,stalled,4,,",
                "totals,,,,handed_over,1,,",
                "totals,,,,in_progress,2,,",
                "totals,,,,open,3,,",
                "totals,,,,abandoned,15,,",
                "totals,,,,recovered,0,,",
                "totals,,,,left_after_submitting,0,,",
                "totals,,,,other_document,0,,",
                "totals,,,,conversion_rate,0.55,0.39829091686504514,0.6929469228891086",
                "totals,,,,drop_off_rate,0.375,0.2422297907896387,0.5296756098249772",
            ],
        );
        check(
            "by_state_and_reason",
            &[
                "by_state_and_reason,camera_access_blocked_screen_shown,quit_session_confirmed,,abandoned,4,,",
                "by_state_and_reason,'=cmd|' /C calc'!A0,quit_session_confirmed,,abandoned,3,,",
                "by_state_and_reason,camera_access_blocked_screen_shown,mobile_handover_screen_shown,,abandoned,2,,",
                "by_state_and_reason,,mobile_handover_screen_shown,,abandoned,2,,",
            ],
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            " =1",
            "＝1",
            "－1",
            "'=1",
            "\u{2003}=1",
            "\0=1",
            "\"=1",
        ] {
            assert_eq!(no_formula(text), format!("'{text}"));
        }
        for (text, want) in [
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            (" \t\u{200b}@x", " \t'\u{200b}@x"),
            ("x;=1;'y", "x;'=1;''y"),
            ("a\r\n+1", "a\r\n'+1"),
        ] {
            assert_eq!(no_formula(text), want);
        }
        for text in ["", "0.55", "a=b", "2026-01-05", "a; b\n\nc"] {
            assert_eq!(no_formula(text), text);
        }
    }

    #[test]
    fn no_cell_is_a_formula_whatever_divides_cells() {
        let texts = [
            "x;=cmd|' /C calc'!A0;",
            "a\n=HYPERLINK(A1)",
            "q\t=3+3",
            "x;\"=1",
            "y; \u{200b}@a",
            "\r-1",
        ];
        let text = csv_rows(texts.map(|text| ["a".to_owned(), text.to_owned(), text.to_owned()]));
        for divider in [b',', b';', b'\t'] {
            let mut reader = csv::ReaderBuilder::new();
            let reader = reader.has_headers(false).flexible(true).delimiter(divider);
            for row in reader.from_reader(text.as_bytes()).records() {
                for cell in &row.unwrap() {
                    // As a program would that keeps no end of a line within a cell.
                    let acts = cell.lines().any(|line| {
                        line.trim_start_matches([' ', '\u{200b}']).starts_with(['=', '+', '-', '@'])
                    });
                    assert!(!acts, "{cell:?} of {text:?}");
                }
            }
        }
    }

    #[test]
    fn every_report_reads_back() {
        for report in [fixture::full(), fixture::empty(), fixture::hostile()] {
            let rows = read(&csv(&report));
            assert_eq!(rows[0], HEADER);
            let states = rows.iter().filter(|row| row[0] == "by_state" && row[4] == "abandoned");
            for (row, want) in states.zip(&report.by_state) {
                let state = want.state.clone().unwrap_or_default();
                assert_eq!(row[1].strip_prefix('\'').unwrap_or(&row[1]), state);
                assert_eq!(row[5], want.abandoned.to_string());
            }
        }
    }
}
