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
    let back = read(&written, b',');
    assert_eq!(back.len(), rows.len(), "{written:?}");
    for (read, row) in back.iter().zip(&rows) {
        assert_eq!(read.len(), 3, "{written:?}");
        for (cell, wanted) in read.iter().zip(row) {
            check_cell(cell);
            assert_eq!(own(cell), *wanted, "{written:?}");
        }
    }
    // Spreadsheets ask what divides the cells, or guess.
    for divider in [b';', b'\t'] {
        read(&written, divider).iter().flatten().for_each(check_sign);
    }
}

fn read(written: &str, divider: u8) -> Vec<::csv::StringRecord> {
    let mut reader = ::csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(divider);
    let mut reader = reader.from_reader(written.as_bytes());
    reader.records().map(|row| row.expect("what is written is CSV")).collect()
}

/// The text of a cell. An apostrophe that leads it, or what follows a place where it may be divided,
/// is ours; one of its own was doubled.
fn own(cell: &str) -> String {
    let pieces = cell.split_inclusive([';', '\t', '\r', '\n']);
    pieces.map(|piece| piece.strip_prefix('\'').unwrap_or(piece)).collect()
}

fn row(text: &str) -> [String; 3] {
    let mut cells = text.splitn(3, '\u{1f}').map(str::to_owned);
    [(); 3].map(|()| cells.next().unwrap_or_default())
}

/// What OWASP's "CSV Injection" says a cell must not begin with.
pub(super) fn check_cell(cell: &str) {
    check_sign(cell);
    assert!(!cell.starts_with(['\t', '\r', '\n']), "a formula: {cell:?}");
}

/// The sign of a formula does not come first, also where programs trim what is blank.
fn check_sign(cell: &str) {
    let seen = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    let acts = seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    assert!(!acts, "a formula: {cell:?}");
}
