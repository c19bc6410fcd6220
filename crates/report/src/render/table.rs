//! The answer on a terminal: the same order and words as the page.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};
use weir_domain::{Catalogue, Rate};

use super::number::{count, counted, duration, interval, percent, too_few};
use super::periods::{Period, periods, step_words};
use super::rows::{Leak, breakdown_name, folded, reasons, screens};
use super::text::{safe_name, safe_text};
use super::words::{answer, basis, bucket_word, dimension_word, plain, quality, range};
use crate::Report;

/// What the terminal can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableStyle {
    /// Columns.
    pub width: usize,
    /// Whether colour is wanted; it never carries a meaning alone.
    pub colour: bool,
}

/// Beside a bar there is at least this much for names and numbers.
const BAR_FROM_WIDTH: usize = 90;
const TREND_ROWS_MAX: usize = 31;

/// The report as text, with a line end.
#[must_use]
// The labels are in the rows; the catalogue is taken so that a table may come to say more.
pub fn table(report: &Report, _: &Catalogue, style: &TableStyle) -> String {
    let mut page = Page { text: String::new(), style: *style };
    page.wrapped(&plain(&answer(report)));
    page.wrapped(&format!("{}; {}.", range(report), basis(report)));
    if 0 < report.totals.started {
        page.totals(report);
        let leaks = screens(report);
        page.leaks("Where they leave", &folded(&leaks.named), &leaks.without, true);
        page.leaks("Why they leave", &folded(&reasons(report)), &[], false);
        page.trend(report);
        page.times(report);
        page.breakdown(report);
    }
    page.quality(report);
    // A space that does not break is for pages; a terminal's copy and search want a plain one.
    page.text.replace('\u{a0}', " ")
}

struct Page {
    text: String,
    style: TableStyle,
}

impl Page {
    fn heading(&mut self, text: &str) {
        let bold = if self.style.colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        self.text.push_str(&format!("\n{}{text}{}\n", bold.0, bold.1));
    }

    fn wrapped(&mut self, text: &str) {
        let mut column = 0;
        for word in text.split(' ') {
            let length = word.chars().count();
            if 0 < column && self.style.width.max(20) < column + 1 + length {
                self.text.push('\n');
                column = 0;
            }
            if 0 < column {
                self.text.push(' ');
                column += 1;
            }
            self.text.push_str(word);
            column += length;
        }
        self.text.push('\n');
    }

    fn new_table(&self, header: &[&str]) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        if self.style.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        if !header.is_empty() {
            let cells = header.iter().enumerate().map(|(n, text)| {
                let cell = Cell::new(text).add_attribute(Attribute::Dim);
                if n == 0 { cell } else { cell.set_alignment(CellAlignment::Right) }
            });
            table.set_header(cells);
        }
        table
    }

    fn push(&mut self, table: &Table) {
        for line in table.lines() {
            // The preset pads every line by one space on both sides.
            self.text.push_str(line.strip_prefix(' ').unwrap_or(&line).trim_end());
            self.text.push('\n');
        }
    }

    /// As long as leaves room for the numbers.
    fn name(&self, name: &str) -> String {
        safe_text(name, (self.style.width / 3).clamp(16, 48))
    }

    fn bar(&self, value: f64, longest: f64) -> Option<String> {
        let room = self.style.width.checked_sub(BAR_FROM_WIDTH)?.clamp(8, 32);
        Some(blocks(value, longest, room))
    }

    fn totals(&mut self, report: &Report) {
        let totals = &report.totals;
        let of = |n| Rate::new(n, totals.started);
        let rows = [
            ("submitted", totals.submitted, Color::Blue),
            ("cancelled", totals.cancelled, Color::DarkYellow),
            ("lost in handover", totals.lost_in_handover, Color::Magenta),
            ("stalled", totals.stalled, Color::Grey),
            ("still open", totals.open(), Color::Grey),
            ("dropped off", totals.abandoned(), Color::Reset),
        ];
        let units = counted(totals.started, report.query.unit.plural());
        self.heading(&format!("{units} started"));
        let mut table = self.new_table(&[]);
        for (what, n, colour) in rows {
            table.add_row(
                [Cell::new(what).fg(colour), number(count(n))].into_iter().chain(rate_cells(of(n))),
            );
        }
        self.push(&table);
        let notes = [
            (totals.recovered, "recovered after cancelling"),
            (totals.left_after_submitting, "left after submitting"),
            (totals.other_document, "chose another document type"),
        ];
        let notes: Vec<_> = notes.iter().map(|(n, what)| format!("{} {what}", count(*n))).collect();
        self.wrapped(&notes.join(" · "));
    }

    fn leaks(&mut self, title: &str, named: &[Leak], without: &[Leak], hazards: bool) {
        if named.is_empty() && without.is_empty() {
            return;
        }
        self.heading(title);
        let single = named.iter().chain(without).filter(|leak| !leak.is_several());
        let longest = single.filter_map(|leak| leak.rate().value());
        let longest = longest.fold(0.0, f64::max);
        let bars = self.bar(0.0, 1.0).is_some();
        let mut header = vec!["", "left", "of started", "95 %"];
        // Without room for bars there is none for the second interval either.
        let spread = hazards && self.style.width.max(1) >= BAR_FROM_WIDTH;
        if hazards {
            header.extend(["got there", "of those"]);
        }
        if spread {
            header.push("95 %");
        }
        if bars {
            header.insert(1, "");
        }
        let mut table = self.new_table(&header);
        for (place, leak) in named.iter().chain(without).enumerate() {
            if 0 < place && place == named.len() {
                table.add_row([""]);
            }
            let mut cells = vec![Cell::new(self.name(&leak.name))];
            let value = if leak.is_several() { 0.0 } else { leak.rate().value().unwrap_or(0.0) };
            cells.extend(self.bar(value, longest).map(Cell::new));
            cells.push(number(count(leak.abandoned())));
            cells.extend(rate_cells(leak.rate()));
            if hazards {
                cells.push(number(leak.hazard.map_or("-".to_owned(), |h| count(h.whole))));
                let none = || [number("-".to_owned()), Cell::new("")];
                let rate = leak.hazard.map_or_else(none, rate_cells);
                cells.extend(rate.into_iter().take(1 + usize::from(spread)));
            }
            table.add_row(cells);
        }
        self.push(&table);
    }

    fn trend(&mut self, report: &Report) {
        if report.trend.is_empty() {
            return;
        }
        let (periods, joined) = periods(report, TREND_ROWS_MAX);
        self.heading(&format!("Drop-off by {}", step_words(report, joined)));
        let longest = periods.iter().filter_map(|p| p.totals.drop_off_rate().value());
        let longest = longest.fold(0.0, f64::max);
        let bars = self.bar(0.0, 1.0).is_some();
        let mut header = vec!["", "started", "dropped off", "of started", "95 %", ""];
        if bars {
            header.insert(1, "");
        }
        let mut table = self.new_table(&header);
        for period in &periods {
            table.add_row(self.period(period, longest));
        }
        self.push(&table);
        if 1 < joined {
            let word = bucket_word(report.query.bucket);
            self.wrapped(&format!("Every {word} by itself is in --format csv."));
        }
    }

    fn period(&self, period: &Period, longest: f64) -> Vec<Cell> {
        let totals = &period.totals;
        let rate = totals.drop_off_rate();
        let mut cells = vec![Cell::new(period.name())];
        cells.extend(self.bar(rate.value().unwrap_or(0.0), longest).map(Cell::new));
        cells.extend([number(count(totals.started)), number(count(totals.abandoned()))]);
        cells.extend(rate_cells(rate));
        let open = totals.open();
        cells.push(Cell::new(if open == 0 {
            String::new()
        } else {
            format!("{} still open", count(open))
        }));
        cells
    }

    fn times(&mut self, report: &Report) {
        let text = |us: Option<u64>| number(us.map_or("-".to_owned(), duration));
        self.heading("How long it took");
        let mut table = self.new_table(&["", "p50", "p75", "p90", "p95", "p99"]);
        for (what, times) in
            [("to submit", &report.time_to_submit), ("to abandon", &report.time_to_abandon)]
        {
            let cells = times.named_us().map(|(_, us)| text(us));
            table.add_row([Cell::new(what)].into_iter().chain(cells));
        }
        self.push(&table);
    }

    fn breakdown(&mut self, report: &Report) {
        let (Some(rows), Some(by)) = (&report.breakdown, report.query.by) else {
            return;
        };
        self.heading(&format!("By {}", dimension_word(by)));
        let header =
            ["", "started", "submitted", "conversion", "95 %", "dropped off", "of started", "95 %"];
        let mut table = self.new_table(&header);
        for row in rows {
            let totals = &row.totals;
            let mut cells = vec![Cell::new(self.name(&breakdown_name(by, &row.value)))];
            cells.extend([number(count(totals.started)), number(count(totals.submitted))]);
            cells.extend(rate_cells(totals.conversion_rate()));
            cells.push(number(count(totals.abandoned())));
            cells.extend(rate_cells(totals.drop_off_rate()));
            table.add_row(cells);
        }
        self.push(&table);
    }

    fn quality(&mut self, report: &Report) {
        self.heading("Data quality");
        let mut table = self.new_table(&[]);
        for (what, n, meaning) in quality(report) {
            let about = Cell::new(meaning).add_attribute(Attribute::Dim);
            table.add_row([Cell::new(what.to_lowercase()), number(count(n)), about]);
        }
        self.push(&table);
        let unknown = &report.data_quality.uncatalogued_states;
        if !unknown.is_empty() {
            let names: Vec<_> = unknown.iter().take(20).map(|name| safe_name(name)).collect();
            let verb = if unknown.len() == 1 { "is" } else { "are" };
            let screens = counted(unknown.len() as u64, "screens");
            self.wrapped(&format!("{screens} {verb} not in the catalogue: {}", names.join(", ")));
        }
    }
}

fn number(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// A rate and its interval; of too few the interval gives way to the warning.
fn rate_cells(rate: Rate) -> [Cell; 2] {
    if rate.whole != 0 && too_few(rate) {
        let few = |text: String| number(text).add_attribute(Attribute::Dim);
        return [few(percent(rate)), few("too few".to_owned())];
    }
    [number(percent(rate)), number(interval(rate))]
}

/// A bar of at most `room` columns, to the eighth of one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
fn blocks(value: f64, longest: f64, room: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if !(0.0 < value && value <= longest) {
        return String::new();
    }
    // At least an eighth, so that what is there is seen. `as` saturates.
    let eighths = ((value / longest * room as f64 * 8.0).round() as usize).max(1);
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

#[cfg(test)]
mod tests;
