//! Horizontal bars: the name at the left, the numbers at the bar's end, the interval as a whisker.

use super::axis::Axis;
use super::font::{fit, width};
use super::{Anchor, HitArea, Ink, Picture, Size};

/// More bars than this are folded by the caller into "and 483 more".
pub(crate) const BARS_MAX: usize = 20;

const TYPE: f64 = 13.0;
const SMALL: f64 = 12.0;
const GAP: f64 = 8.0;

/// A piece of a bar, in an outcome's manner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Part {
    pub(crate) value: f64,
    pub(crate) ink: Ink,
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Bar {
    /// At the left; safe to show.
    pub(crate) name: String,
    /// From zero on, one after the other.
    pub(crate) parts: Vec<Part>,
    /// Of the whole bar.
    pub(crate) interval: Option<(f64, f64)>,
    /// At the bar's end: the count.
    pub(crate) count: String,
    /// After it: the rate and its base.
    pub(crate) rate: String,
    /// At the right edge, where there is room.
    pub(crate) note: String,
    /// Too few to judge.
    pub(crate) faint: bool,
    /// What a tip says beyond the labels.
    pub(crate) tip: Vec<String>,
    /// What is behind it.
    pub(crate) href: Option<String>,
}

/// A chart of bars, in groups with some space between them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Bars {
    pub(crate) groups: Vec<Vec<Bar>>,
    /// The heading over the notes, where there is room for them.
    pub(crate) note_heading: String,
}

/// Where things stand across a row.
struct Columns {
    name_px: f64,
    start: f64,
    end: f64,
    row: f64,
    bar: f64,
    stacked: bool,
    notes: bool,
    width: f64,
}

/// The chart, laid out for `size`.
pub(crate) fn bars(chart: &Bars, size: Size) -> Picture {
    let rows = || chart.groups.iter().flatten();
    let columns = Columns::new(chart, size);
    let longest = rows().map(Bar::reach).filter(|v| v.is_finite()).fold(0.0, f64::max);
    let axis = Axis::new((0.0, longest), (columns.start, columns.end));

    let mut picture = Picture::new(columns.width);
    let mut y = 0.0;
    if columns.notes && !chart.note_heading.is_empty() && rows().next().is_some() {
        let place = (columns.width, 9.0);
        picture.label(place, &chart.note_heading, SMALL, Ink::Muted, Anchor::End, false);
        y += 22.0;
    }
    for group in chart.groups.iter().filter(|group| !group.is_empty()) {
        if 0.0 < y {
            y += if y < 30.0 { 0.0 } else { 12.0 };
        }
        let top = y;
        for bar in group {
            draw(&mut picture, bar, &columns, axis, y);
            y += columns.row;
        }
        if !columns.stacked {
            picture.line((columns.start, top), (columns.start, y), Ink::Muted, 1.0);
        }
    }
    picture.height = y + 2.0;
    picture
}

impl Bar {
    fn total(&self) -> f64 {
        self.parts.iter().map(|part| part.value).filter(|v| v.is_finite()).sum()
    }

    /// How far to the right it needs the axis.
    fn reach(&self) -> f64 {
        self.interval.map_or(0.0, |(_, high)| high).max(self.total())
    }

    fn label(&self) -> String {
        match (self.count.is_empty(), self.rate.is_empty()) {
            (false, false) => format!("{} · {}", self.count, self.rate),
            (_, true) => self.count.clone(),
            (true, false) => self.rate.clone(),
        }
    }
}

impl Columns {
    fn new(chart: &Bars, size: Size) -> Columns {
        let rows = || chart.groups.iter().flatten();
        let widest = |text: fn(&Bar) -> String, size| {
            rows().map(|bar| width(&text(bar), size, false)).fold(0.0, f64::max)
        };
        let all = size.width();
        let label_px = widest(Bar::label, TYPE) + 2.0 * GAP;
        let stacked = matches!(size, Size::Narrow | Size::Letter);
        let note_px = widest(|bar| bar.note.clone(), SMALL);
        let notes = size == Size::Wide && 0.0 < note_px;
        let name_max = match size {
            Size::Narrow | Size::Letter => all,
            Size::Middle => all * 0.36,
            Size::Wide => all * 0.3,
        };
        let name_px = widest(|bar| bar.name.clone(), TYPE).min(name_max).ceil();
        let start = if stacked { 0.0 } else { name_px + 12.0 };
        let note_px =
            if notes { note_px.max(width(&chart.note_heading, SMALL, false)) } else { 0.0 };
        let end = (all - label_px - note_px - if notes { 24.0 } else { 0.0 }).max(start + 40.0);
        let (row, bar) = if stacked { (46.0, 16.0) } else { (28.0, 16.0) };
        Columns { name_px, start, end, row, bar, stacked, notes, width: all }
    }
}

fn draw(picture: &mut Picture, bar: &Bar, columns: &Columns, axis: Axis, y: f64) {
    let middle = if columns.stacked { y + 32.0 } else { y + columns.row / 2.0 };
    let ink = if bar.faint { Ink::Faint } else { Ink::Text };
    let name = fit(&bar.name, TYPE, false, columns.name_px.max(24.0) + 1.0);
    let name_y = if columns.stacked { y + 12.0 } else { middle };
    picture.text((0.0, name_y), &name, TYPE, if bar.faint { Ink::Muted } else { ink });

    let mut from = 0.0;
    for part in bar.parts.iter().filter(|part| part.value.is_finite()) {
        let (left, right) = (axis.at(from), axis.at(from + part.value));
        from += part.value;
        if 0.0 < part.value {
            // A single unit must be seen, however many others there are.
            let place = (left, middle - columns.bar / 2.0, (right - left).max(1.5), columns.bar);
            picture.fill(place, part.ink);
        }
    }
    let mut end = axis.at(from);
    if let Some((low, high)) = bar.interval.filter(|(low, high)| low <= high) {
        whisker(picture, (axis.at(low), axis.at(high)), middle);
        end = end.max(axis.at(high));
    }
    label(picture, bar, (end + GAP, middle), ink, columns);
    if columns.notes {
        let place = (columns.width, middle);
        picture.label(place, &bar.note, SMALL, Ink::Muted, Anchor::End, false);
    }
    picture.hits.push(HitArea {
        x: 0.0,
        y,
        w: columns.width,
        h: columns.row,
        title: bar.name.clone(),
        tip: std::iter::once(bar.label()).chain(bar.tip.iter().cloned()).collect(),
        href: bar.href.clone(),
        tab: true,
    });
}

/// The count in the text's colour, the rate beside it in a quieter one.
fn label(picture: &mut Picture, bar: &Bar, (x, y): (f64, f64), ink: Ink, columns: &Columns) {
    let room = columns.width - x;
    let quiet = if bar.faint { Ink::Faint } else { Ink::Muted };
    if bar.count.is_empty() {
        picture.text((x, y), &fit(&bar.rate, TYPE, false, room), TYPE, quiet);
        return;
    }
    picture.label((x, y), &bar.count, TYPE, ink, Anchor::Start, true);
    if !bar.rate.is_empty() {
        let x = x + width(&bar.count, TYPE, true) + 6.0;
        picture.text((x, y), &format!("· {}", bar.rate), TYPE, quiet);
    }
}

/// A line from `low` to `high` with ends, haloed so that it is seen on a bar of any colour.
pub(super) fn whisker(picture: &mut Picture, (low, high): (f64, f64), y: f64) {
    for (ink, stroke, grow) in [(Ink::Paper, 3.0, 1.0), (Ink::Text, 1.0, 0.0)] {
        let cap = 3.0 + grow;
        picture.line((low - grow, y), (high + grow, y), ink, stroke);
        for x in [low, high] {
            picture.line((x, y - cap), (x, y + cap), ink, stroke);
        }
    }
}
