//! Two rates of the same thing on one line: the first hollow, the second full, the way between them
//! drawn. The shape tells them apart, so that no colour has to.

use super::axis::{Axis, round_up};
use super::font::{fit, width};
use super::{Anchor, HitArea, Ink, Mark, Picture, Size};

const TYPE: f64 = 13.0;
const SMALL: f64 = 12.0;
const DOT: f64 = 5.0;
const GAP: f64 = 12.0;

/// One thing in both groups.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Dumbbell {
    /// At the left; safe to show.
    pub(crate) name: String,
    /// The first group's rate; none where it is empty.
    pub(crate) a: Option<f64>,
    /// The second group's.
    pub(crate) b: Option<f64>,
    /// At the right edge.
    pub(crate) label: String,
    /// More than chance would explain.
    pub(crate) real: bool,
    /// What a tip says beyond the labels.
    pub(crate) tip: Vec<String>,
    /// What is behind the second group's.
    pub(crate) href: Option<String>,
}

/// A chart of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Dumbbells {
    pub(crate) rows: Vec<Dumbbell>,
    /// What the hollow and the full points are.
    pub(crate) names: (String, String),
}

/// The chart, laid out for `size`.
pub(crate) fn dumbbells(chart: &Dumbbells, size: Size) -> Picture {
    let mut picture = Picture::new(size.width());
    if chart.rows.is_empty() {
        picture.height = 1.0;
        return picture;
    }
    let stacked = matches!(size, Size::Narrow | Size::Letter);
    let widest = |text: fn(&Dumbbell) -> &String, bold| {
        chart.rows.iter().map(|row| width(text(row), TYPE, bold)).fold(0.0, f64::max)
    };
    let name_max = if stacked { picture.width } else { picture.width * 0.32 };
    let name_px = widest(|row| &row.name, false).min(name_max).ceil();
    let start = if stacked { DOT + 1.0 } else { name_px + GAP + DOT };
    let end = (picture.width - widest(|row| &row.label, true) - GAP - DOT).max(start + 40.0);
    let rates = chart.rows.iter().flat_map(|row| [row.a, row.b]).flatten();
    let (top, step) = round_up(rates.filter(|rate| rate.is_finite()).fold(0.0, f64::max));
    let x = Axis::new((0.0, top), (start, end));
    let row_px = if stacked { 46.0 } else { 28.0 };

    let head = key(&mut picture, chart);
    #[allow(clippy::cast_precision_loss)] // some twenty rows
    let base = head + row_px * chart.rows.len() as f64;
    grid(&mut picture, x, (head, base), (top, step));
    let mut y = head;
    for row in &chart.rows {
        let middle = if stacked { y + 32.0 } else { y + row_px / 2.0 };
        let name = fit(&row.name, TYPE, false, name_px.max(24.0) + 1.0);
        picture.text((0.0, if stacked { y + 12.0 } else { middle }), &name, TYPE, Ink::Text);
        points(&mut picture, row, x, middle);
        let ink = if row.real { Ink::Text } else { Ink::Muted };
        let place = (picture.width, middle);
        picture.label(place, &row.label, TYPE, ink, Anchor::End, row.real);
        picture.hits.push(HitArea {
            x: 0.0,
            y,
            w: picture.width,
            h: row_px,
            title: row.name.clone(),
            tip: std::iter::once(row.label.clone()).chain(row.tip.iter().cloned()).collect(),
            href: row.href.clone(),
            tab: true,
        });
        y += row_px;
    }
    picture.height = base + 24.0;
    picture
}

/// What the points are, over the chart: on one line if there is room, else on two.
fn key(picture: &mut Picture, chart: &Dumbbells) -> f64 {
    let (mut x, mut y) = (0.0, 9.0);
    for (name, full) in [(&chart.names.0, false), (&chart.names.1, true)] {
        let name = fit(name, SMALL, false, picture.width - 2.0 * DOT - 8.0);
        let item_px = 2.0 * DOT + 6.0 + width(&name, SMALL, false);
        if 0.0 < x && picture.width < x + item_px {
            (x, y) = (0.0, y + 20.0);
        }
        dot(picture, x + DOT, y, full, Ink::Data);
        picture.text((x + 2.0 * DOT + 6.0, y), &name, SMALL, Ink::Muted);
        x += item_px + 24.0;
    }
    y + 16.0
}

fn grid(picture: &mut Picture, x: Axis, (top, base): (f64, f64), (end, step): (f64, f64)) {
    let mut value = 0.0;
    while value <= end + step / 2.0 {
        let ink = if value < step / 2.0 { Ink::Muted } else { Ink::Grid };
        picture.line((x.at(value), top), (x.at(value), base), ink, 1.0);
        let digits = if step < 0.001 { 2 } else { usize::from(step < 0.0099) };
        let text = format!("{:.digits$}\u{a0}%", value * 100.0);
        let place = (x.at(value), base + 12.0);
        picture.label(place, &text, SMALL, Ink::Muted, Anchor::Middle, false);
        value += step;
    }
}

fn points(picture: &mut Picture, row: &Dumbbell, x: Axis, y: f64) {
    let ink = if row.real { Ink::Data } else { Ink::Open };
    if let (Some(a), Some(b)) = (row.a, row.b) {
        let (left, right) = (x.at(a.min(b)), x.at(a.max(b)));
        if left < right {
            picture.line((left, y), (right, y), ink, if row.real { 3.0 } else { 1.0 });
        }
    }
    for (rate, full) in [(row.b, true), (row.a, false)] {
        if let Some(rate) = rate {
            dot(picture, x.at(rate), y, full, ink);
        }
    }
}

fn dot(picture: &mut Picture, x: f64, y: f64, full: bool, ink: Ink) {
    picture.marks.push(Mark::Dot { x, y, r: DOT, ink });
    if !full {
        picture.marks.push(Mark::Dot { x, y, r: DOT - 2.0, ink: Ink::Paper });
    }
}
