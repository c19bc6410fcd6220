//! How many took how long: a column for each bin, percentiles marked over them.
//!
//! The bins are of like width whatever their length, so that seconds and days fit on one scale;
//! the edges say what each is.

use super::axis::{Axis, round_up};
use super::font::width;
use super::{Anchor, HitArea, Ink, Mark, Picture, Size};
use crate::render::number::count_f64;

const SMALL: f64 = 12.0;
const PLOT: f64 = 150.0;
const LINE: f64 = 17.0;
const LEFT: f64 = 44.0;

/// One bin.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Column {
    /// Where it begins, under the axis.
    pub(crate) edge: String,
    pub(crate) value: f64,
    /// Over the column, where there is room.
    pub(crate) count: String,
    /// What it is, in a tip.
    pub(crate) title: String,
    pub(crate) tip: Vec<String>,
    /// What is behind it.
    pub(crate) href: Option<String>,
}

/// A length that some part of all stayed within.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Percentile {
    /// Where, in columns from the left: 2.5 is the middle of the third.
    pub(crate) at: f64,
    /// `half within 3 min 12 s`.
    pub(crate) words: String,
}

/// A distribution, ready to be laid out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Histogram {
    pub(crate) columns: Vec<Column>,
    /// Where the last column ends; nothing where it has no end.
    pub(crate) last_edge: String,
    pub(crate) percentiles: Vec<Percentile>,
    pub(crate) ink: Ink,
    /// What the columns are of.
    pub(crate) count_name: String,
}

/// The chart, laid out for `size`.
pub(crate) fn distribution(chart: &Histogram, size: Size) -> Picture {
    let mut picture = Picture::new(size.width());
    if chart.columns.is_empty() {
        picture.height = 1.0;
        return picture;
    }
    #[allow(clippy::cast_precision_loss)] // there are twenty bins
    let count = chart.columns.len() as f64;
    let scale = Scale::of(chart);
    let (left, right) = (scale.room(), picture.width - 8.0);
    let x = Axis::new((0.0, count), (left, right));
    picture.text((0.0, 9.0), &chart.count_name, SMALL, Ink::Muted);
    #[allow(clippy::cast_precision_loss)] // three of them
    let lines = chart.percentiles.len() as f64;
    let top = 22.0 + lines * LINE + 16.0;
    let y = grid(&mut picture, &scale, (left, right, top));
    columns(&mut picture, chart, x, y, top);
    percentiles(&mut picture, chart, x, top);
    counts(&mut picture, chart, x, y);
    edges(&mut picture, chart, x, top + PLOT);
    picture.height = top + PLOT + 26.0;
    picture
}

/// Whole numbers up to the highest column.
struct Scale {
    end: f64,
    step: f64,
}

impl Scale {
    fn of(chart: &Histogram) -> Scale {
        let values = chart.columns.iter().map(|column| column.value).filter(|v| v.is_finite());
        let highest = values.fold(0.0, f64::max);
        // Half a session cannot be marked.
        let (end, step) = match round_up(highest) {
            (_, step) if step < 1.0 => (highest.ceil().max(1.0), 1.0),
            round => round,
        };
        Scale { end, step }
    }

    /// What the numbers need at the left; no less than the other charts give them.
    fn room(&self) -> f64 {
        LEFT.max(width(&count_f64(self.end), SMALL, false) + 8.0)
    }
}

fn grid(
    picture: &mut Picture,
    &Scale { end, step }: &Scale,
    (left, right, top): (f64, f64, f64),
) -> Axis {
    let y = Axis::new((0.0, end), (top + PLOT, top));
    let mut value = 0.0;
    while value <= end + step / 2.0 {
        let ink = if value < step / 2.0 { Ink::Muted } else { Ink::Grid };
        picture.line((left, y.at(value)), (right, y.at(value)), ink, 1.0);
        let text = count_f64(value);
        let place = (left - 6.0, y.at(value));
        picture.label(place, &text, SMALL, Ink::Muted, Anchor::End, false);
        value += step;
    }
    y
}

fn columns(picture: &mut Picture, chart: &Histogram, x: Axis, y: Axis, top: f64) {
    for (number, column) in chart.columns.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)] // there are twenty bins
        let (from, to) = (x.at(number as f64), x.at(number as f64 + 1.0));
        let high = y.at(column.value);
        if 0.0 < column.value && column.value.is_finite() {
            // A single unit must be seen, however many others there are.
            let h = (top + PLOT - high).max(1.5);
            picture.fill((from + 1.0, top + PLOT - h, to - from - 2.0, h), chart.ink);
        }
        picture.hits.push(HitArea {
            x: from,
            y: top - 16.0,
            w: to - from,
            h: PLOT + 16.0 + 24.0,
            title: column.title.clone(),
            tip: column.tip.clone(),
            href: column.href.clone(),
            // An empty bin has nothing to stop at.
            tab: 0.0 < column.value,
        });
    }
}

/// How many, over each column; a line that would cross the number makes way. None where not all of
/// them have room, because then some would seem to be nothing.
fn counts(picture: &mut Picture, chart: &Histogram, x: Axis, y: Axis) {
    let room = x.at(1.0) - x.at(0.0);
    let counted = || chart.columns.iter().enumerate().filter(|(_, column)| 0.0 < column.value);
    if counted().any(|(_, column)| room < width(&column.count, SMALL, false)) {
        return;
    }
    for (number, column) in counted() {
        let wide = width(&column.count, SMALL, false);
        #[allow(clippy::cast_precision_loss)] // there are twenty bins
        let (middle, middle_y) = (x.at(number as f64 + 0.5), y.at(column.value) - 9.0);
        picture.marks.push(Mark::Rect {
            x: middle - wide / 2.0,
            y: middle_y - 7.0,
            w: wide,
            h: 14.0,
            ink: Ink::Paper,
        });
        let place = (middle, middle_y);
        picture.label(place, &column.count, SMALL, Ink::Text, Anchor::Middle, false);
    }
}

/// A line for each, and over it its words: each on a line of its own, so that two that are close
/// to each other can be read.
fn percentiles(picture: &mut Picture, chart: &Histogram, x: Axis, top: f64) {
    let mut line = 22.0 + LINE / 2.0;
    for percentile in &chart.percentiles {
        let at = x.at(percentile.at).round();
        let mut y = line;
        // Dashed: it is no column.
        while y < top + PLOT {
            picture.line((at, y), (at, (y + 4.0).min(top + PLOT)), Ink::Text, 1.0);
            y += 8.0;
        }
        let wide = width(&percentile.words, SMALL, false) + 6.0;
        let (place, anchor) = if at + wide <= picture.width {
            ((at + 6.0, line), Anchor::Start)
        } else {
            ((at - 6.0, line), Anchor::End)
        };
        picture.marks.push(Mark::Rect {
            x: if anchor == Anchor::Start { at + 3.0 } else { (at - wide).max(0.0) },
            y: line - 8.0,
            w: (wide - 3.0).min(picture.width - 4.0),
            h: 16.0,
            ink: Ink::Paper,
        });
        picture.label(place, &percentile.words, SMALL, Ink::Text, anchor, false);
        line += LINE;
    }
}

/// The edges that have room, each under the line between two columns.
fn edges(picture: &mut Picture, chart: &Histogram, x: Axis, base: f64) {
    let texts = chart.columns.iter().map(|column| &column.edge).chain([&chart.last_edge]);
    let mut free_from = 0.0;
    for (number, text) in texts.enumerate().filter(|(_, text)| !text.is_empty()) {
        #[allow(clippy::cast_precision_loss)] // there are twenty bins
        let at = x.at(number as f64);
        picture.line((at, base), (at, base + 4.0), Ink::Muted, 1.0);
        let half = width(text, SMALL, false) / 2.0;
        let middle = at.clamp(half, (picture.width - half).max(half));
        if middle - half < free_from {
            continue;
        }
        free_from = middle + half + 8.0;
        picture.label((middle, base + 14.0), text, SMALL, Ink::Muted, Anchor::Middle, false);
    }
}
