//! Charts with any names and numbers, in any width: the pictures are XML, and every length in them
//! is a number.
//!
//! The input is a line with the width, and rows: a number, a tab, a name.

use weir_report::render::charts;

use crate::text;
use crate::xml;

/// More rows than any chart is given.
const ROWS_MAX: usize = 32;

pub(super) fn run(data: &[u8]) {
    let Some(input) = text::of(data) else { return };
    let (width, rows) = input.split_once('\n').unwrap_or((input, ""));
    let width = width.parse().unwrap_or(400.0_f64);
    let width = if width.is_finite() { width.clamp(1.0, 1_200.0) } else { 400.0 };
    let rows: Vec<(&str, &str)> =
        rows.lines().take(ROWS_MAX).map(|row| row.split_once('\t').unwrap_or((row, ""))).collect();
    let numbers: Vec<f64> = rows.iter().filter_map(|(number, _)| number.parse().ok()).collect();
    let names: Vec<&str> = rows.iter().map(|(_, name)| *name).collect();
    let painted = charts(&names, &numbers, width).expect("the painter has its typeface");
    for length in painted.lengths {
        assert!(length.is_finite(), "a length is {length}");
    }
    for svg in &painted.svg {
        xml::check(svg, "svg");
    }
    assert!(
        painted.png.starts_with(b"\x89PNG\r\n\x1a\n") && painted.png.ends_with(b"IEND\xaeB`\x82")
    );
}
