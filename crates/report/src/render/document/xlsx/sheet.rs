//! A sheet: typed cells under a head that stays in sight.

use jiff::civil::DateTime;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Worksheet, XlsxError};
use weir_domain::{Rate, Timestamp};

use crate::Zone;
use crate::render::text::safe_text;

/// What a cell holds at most, in UTF-16 units.
const CELL_UNITS_MAX: usize = 32_767;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Count(u64),
    /// Where something stands, which is no amount.
    Place(i64),
    /// A fraction of 1.
    Share(f64),
    /// How far one fraction is from another.
    Change(f64),
    /// A test's p, which a percentage would round to nothing.
    P(f64),
    /// In microseconds; written in seconds, as in JSON.
    Seconds(u64),
    /// In microseconds; shown as hours, minutes and seconds.
    Length(u64),
    /// A day of the calendar.
    Day(DateTime),
    /// A local time.
    Instant(DateTime),
}

/// A heading with the width of its column in characters.
pub(super) type Head = (&'static str, f64);

/// The headings of a rate and its interval.
pub(super) const fn rate_heads(what: &'static str) -> [Head; 3] {
    [(what, 12.0), ("95 % low", 10.0), ("95 % high", 10.0)]
}

impl Cell {
    pub(super) fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    /// A rate and its interval; nothing where it is of nothing.
    pub(super) fn rate(rate: Option<Rate>) -> [Cell; 3] {
        let interval = rate.and_then(Rate::interval);
        let share = |share: Option<f64>| share.map_or(Cell::Empty, Cell::Share);
        [
            share(rate.and_then(Rate::value)),
            share(interval.map(|interval| interval.low)),
            share(interval.map(|interval| interval.high)),
        ]
    }

    /// An instant in the report's zone; as text where the calendar has no such day.
    pub(super) fn instant(at: Timestamp, zone: &Zone) -> Cell {
        let Ok(instant) = jiff::Timestamp::from_microsecond(at.as_micros()) else {
            return Cell::Text(at.to_string());
        };
        Cell::Instant(instant.to_zoned(zone.rules().clone()).datetime())
    }
}

/// A sheet that is filled row by row.
pub(super) struct Sheet {
    inner: Worksheet,
    formats: Formats,
    columns: u16,
    row: u32,
}

impl Sheet {
    pub(super) fn new(name: &str, heads: &[Head]) -> Result<Sheet, XlsxError> {
        let formats = Formats::new();
        let mut inner = Worksheet::new();
        inner.set_name(name)?;
        let mut columns = 0;
        for (head, width) in heads {
            inner.set_column_width(columns, *width)?;
            inner.write_string_with_format(0, columns, *head, &formats.head)?;
            columns += 1;
        }
        Ok(Sheet { inner, formats, columns, row: 0 })
    }

    pub(super) fn push(&mut self, cells: impl IntoIterator<Item = Cell>) -> Result<(), XlsxError> {
        self.row += 1;
        for (column, cell) in (0..).zip(cells) {
            self.write(column, cell)?;
        }
        Ok(())
    }

    #[allow(clippy::cast_precision_loss)] // counts and lengths stay far below 2^53
    fn write(&mut self, column: u16, cell: Cell) -> Result<(), XlsxError> {
        let formats = &self.formats;
        let (value, format) = match cell {
            Cell::Empty => return Ok(()),
            Cell::Text(text) => return self.write_text(column, &text),
            Cell::Count(n) => (n as f64, &formats.count),
            Cell::Place(n) => (n as f64, &formats.place),
            Cell::Share(share) => (share, &formats.share),
            Cell::Change(change) => (change, &formats.change),
            Cell::P(p) => (p, &formats.p),
            Cell::Seconds(us) => (us as f64 / 1e6, &formats.seconds),
            Cell::Length(us) => (us as f64 / 86_400e6, &formats.length),
            Cell::Day(at) => match serial(at) {
                Some(day) => (day, &formats.day),
                None => return self.write_text(column, &at.date().to_string()),
            },
            Cell::Instant(at) => match serial(at) {
                Some(instant) => (instant, &formats.instant),
                None => return self.write_text(column, &at.to_string()),
            },
        };
        self.inner.write_number_with_format(self.row, column, value, format)?;
        Ok(())
    }

    /// As a text, whatever it looks like.
    fn write_text(&mut self, column: u16, text: &str) -> Result<(), XlsxError> {
        if !text.is_empty() {
            let (row, text, format) = (self.row, fitting(text), &self.formats.text);
            self.inner.write_string_with_format(row, column, text, format)?;
        }
        Ok(())
    }

    /// The head stays in sight, stands on each printed page, and filters what is under it.
    pub(super) fn finish(mut self) -> Result<Worksheet, XlsxError> {
        self.inner.set_freeze_panes(1, 0)?;
        self.inner.set_repeat_rows(0, 0)?;
        self.inner.set_landscape();
        self.inner.set_print_fit_to_pages(1, 0);
        if let Some(last) = self.columns.checked_sub(1).filter(|_| 0 < self.row) {
            self.inner.autofilter(0, 0, self.row, last)?;
        }
        Ok(self.inner)
    }

    /// The same for a sheet that is read and not filtered.
    pub(super) fn finish_unfiltered(mut self) -> Result<Worksheet, XlsxError> {
        self.inner.set_freeze_panes(1, 0)?;
        self.inner.set_print_fit_to_pages(1, 0);
        Ok(self.inner)
    }
}

/// The days since the beginning of the calendar of workbooks; none before it and after it.
fn serial(at: DateTime) -> Option<f64> {
    let part = |n: i8| u8::try_from(n).ok();
    let year = u16::try_from(at.year()).ok()?;
    let day = ExcelDateTime::from_ymd(year, part(at.month())?, part(at.day())?).ok()?;
    let seconds = f64::from(at.second()) + f64::from(at.subsec_nanosecond()) / 1e9;
    let hour = u16::try_from(at.hour()).ok()?;
    Some(day.and_hms(hour, part(at.minute())?, seconds).ok()?.to_excel())
}

/// A text that a cell can hold: what acts is made visible, and what is too long ends in an
/// ellipsis.
fn fitting(text: &str) -> String {
    let safe = safe_text(text, CELL_UNITS_MAX);
    if safe.encode_utf16().count() <= CELL_UNITS_MAX {
        return safe;
    }
    let mut units = 0;
    let cut = safe.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        // One unit is left for the ellipsis.
        CELL_UNITS_MAX - 1 < units
    });
    format!("{}…", &safe[..cut.map_or(safe.len(), |(at, _)| at)])
}

struct Formats {
    head: Format,
    text: Format,
    count: Format,
    place: Format,
    share: Format,
    change: Format,
    p: Format,
    seconds: Format,
    length: Format,
    day: Format,
    instant: Format,
}

impl Formats {
    fn new() -> Formats {
        let number = |format: &str| Format::new().set_num_format(format);
        Formats {
            head: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            // A text that looks like a formula stays a text when its cell is edited.
            text: Format::new().set_quote_prefix(),
            count: number("#,##0"),
            place: number("0"),
            share: number("0.0%"),
            change: number("+0.0%;-0.0%;0.0%"),
            p: number("0.0000"),
            seconds: number("#,##0.000"),
            length: number("[h]:mm:ss"),
            day: number("yyyy-mm-dd"),
            instant: number("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CELL_UNITS_MAX, fitting, serial};

    #[test]
    fn a_cell_holds_what_a_cell_can_hold() {
        let units = |text: &str| fitting(text).encode_utf16().count();
        assert_eq!(units(&"x".repeat(CELL_UNITS_MAX)), CELL_UNITS_MAX);
        assert_eq!(units(&"x".repeat(CELL_UNITS_MAX + 1)), CELL_UNITS_MAX);
        // Two units each.
        assert!(units(&"😀".repeat(20_000)) <= CELL_UNITS_MAX);
        assert!(fitting(&"\u{7}".repeat(40_000)).ends_with('…'));
        assert_eq!(fitting("=1+1"), "=1+1");
        assert_eq!(fitting("a\u{0}b\u{ffff}"), "a\\u{0}b\\u{ffff}");
    }

    #[test]
    fn an_instant_is_a_number_of_days() {
        let check = |at: &str, want: Option<f64>| assert_eq!(serial(at.parse().unwrap()), want);
        check("2026-01-05T00:00:00", Some(46_027.0));
        check("2026-01-05T12:00:00", Some(46_027.5));
        check("1899-01-01T00:00:00", None);
        check("9999-12-31T00:00:00", Some(2_958_465.0));
    }
}
