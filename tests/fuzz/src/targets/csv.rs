//! Cells, written and read again: they come back, and no spreadsheet takes one for a formula.
//!
//! The input is rows of three cells, divided by `\x1f`; each row ends with `\x1e`.

use weir_report::render::csv_rows;

use crate::text;

pub(super) fn run(data: &[u8]) {
    let Some(text) = text::of(data) else { return };
    // A mark of the byte order at the beginning of a file is not of its first cell: like every file
    // of ours this one begins with names.
    let names = ["a", "b", "c"].map(str::to_owned);
    let rows: Vec<[String; 3]> =
        std::iter::once(names).chain(text.split('\u{1e}').map(row)).collect();
    let written = csv_rows(rows.clone());
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_bytes());
    let read: Vec<::csv::StringRecord> =
        reader.records().map(|row| row.expect("what is written is CSV")).collect();
    assert_eq!(read.len(), rows.len(), "{written:?}");
    for (read, row) in read.iter().zip(&rows) {
        assert_eq!(read.len(), 3, "{written:?}");
        for (cell, wanted) in read.iter().zip(row) {
            check_cell(cell);
            // An apostrophe that leads a cell is ours; one of its own was doubled.
            assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), wanted, "{written:?}");
        }
    }
}

fn row(text: &str) -> [String; 3] {
    let mut cells = text.splitn(3, '\u{1f}').map(str::to_owned);
    [(); 3].map(|()| cells.next().unwrap_or_default())
}

/// What OWASP's "CSV Injection" says a cell must not begin with; programs trim what is blank.
pub(super) fn check_cell(cell: &str) {
    let seen = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    let acts = seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    assert!(!acts, "a formula: {cell:?}");
    assert!(!cell.starts_with(['\t', '\r', '\n']), "a formula: {cell:?}");
}
