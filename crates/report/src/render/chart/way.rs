//! The way through a flow: one bar for each step, as long as those who got there, with those who
//! left at its end, and the words beside it.

use super::axis::Axis;
use super::font::{fit, width, wrap};
use super::{Anchor, HitArea, Ink, Part, Picture, Size};

const TYPE: f64 = 13.0;
const SMALL: f64 = 12.0;
const BAR: f64 = 16.0;
/// Where a line of text stands under the top of a row that has several.
const LINE: f64 = 18.0;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum WayRow {
    /// The rows until the next heading belong together; only a rule where it has no name.
    Heading {
        name: String,
        words: String,
    },
    Step(Step),
}

/// A step of the way. Names and words are safe to show.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Step {
    pub(crate) name: String,
    /// Those who went on, then those who left, from zero on.
    pub(crate) parts: Vec<Part>,
    /// Count, rate and base of those who left.
    pub(crate) words: String,
    /// Too few to judge.
    pub(crate) faint: bool,
    pub(crate) tip: Vec<String>,
    /// Those who left.
    pub(crate) href: Option<String>,
    /// All who got there: what the bar leads to, and what its tip says.
    pub(crate) all: Option<(String, String)>,
}

/// Where things stand across a row.
struct Columns {
    size: Size,
    name: f64,
    start: f64,
    end: f64,
    words: f64,
    row: f64,
}

/// The chart, laid out for `size`.
pub(crate) fn way(rows: &[WayRow], size: Size) -> Picture {
    let steps = || {
        rows.iter().filter_map(|row| match row {
            WayRow::Step(step) => Some(step),
            WayRow::Heading { .. } => None,
        })
    };
    let longest = steps().map(Step::total).filter(|v| v.is_finite()).fold(0.0, f64::max);
    let columns = Columns::new(&steps().collect::<Vec<_>>(), size);
    let axis = Axis::new((0.0, longest), (columns.start, columns.end));
    let mut picture = Picture::new(size.width());
    let mut y = 0.0;
    for row in rows {
        y += match row {
            WayRow::Heading { name, words } => heading(&mut picture, name, words, &columns, y),
            WayRow::Step(step) => {
                draw(&mut picture, step, &columns, axis, y);
                columns.row
            }
        };
    }
    picture.height = y + 2.0;
    picture
}

impl Step {
    fn total(&self) -> f64 {
        self.parts.iter().map(|part| part.value).filter(|v| v.is_finite()).sum()
    }
}

impl Columns {
    fn new(steps: &[&Step], size: Size) -> Columns {
        let all = size.width();
        let widest = |text: fn(&Step) -> &str, most: f64| {
            let widest = steps.iter().map(|step| width(text(step), TYPE, false));
            widest.fold(0.0, f64::max).min(most).ceil()
        };
        if size != Size::Wide {
            let lines = steps.iter().map(|step| wrap(&step.words, TYPE, false, all).len());
            let lines = f64::from(u32::try_from(lines.max().unwrap_or(1)).unwrap_or(1));
            let row = if size == Size::Middle { 44.0 } else { 42.0 + LINE * lines };
            return Columns { size, name: all, start: 0.0, end: all, words: 0.0, row };
        }
        let name = widest(|step| &step.name, all * 0.24);
        let words = widest(|step| &step.words, all * 0.42);
        let start = name + 12.0;
        let end = (all - words - 16.0).max(start + 40.0);
        Columns { size, name, start, end, words: end + 16.0, row: 26.0 }
    }
}

/// How high it is.
fn heading(picture: &mut Picture, name: &str, words: &str, columns: &Columns, y: f64) -> f64 {
    if name.is_empty() {
        picture.line((0.0, y + 6.0), (picture.width, y + 6.0), Ink::Grid, 1.0);
        return 10.0;
    }
    let gap = if y < 1.0 { 0.0 } else { 10.0 };
    let middle = y + gap + 10.0;
    let all = picture.width;
    let (place, anchor, room, high) = match columns.size {
        Size::Wide => ((columns.words, middle), Anchor::Start, columns.start, 24.0),
        Size::Middle => ((all, middle), Anchor::End, all * 0.4, 24.0),
        Size::Narrow | Size::Letter => ((0.0, middle + LINE), Anchor::Start, all, 24.0 + LINE),
    };
    let name = fit(name, TYPE, true, room);
    picture.label((0.0, middle), &name, TYPE, Ink::Text, Anchor::Start, true);
    let words_room = if anchor == Anchor::End { all - room } else { all - place.0 };
    let words = fit(words, SMALL, false, words_room);
    picture.label(place, &words, SMALL, Ink::Muted, anchor, false);
    let rule = y + gap + high - 2.0;
    picture.line((0.0, rule), (all, rule), Ink::Grid, 1.0);
    gap + high
}

fn draw(picture: &mut Picture, step: &Step, columns: &Columns, axis: Axis, y: f64) {
    let all = picture.width;
    let (ink, quiet) = if step.faint { (Ink::Muted, Ink::Faint) } else { (Ink::Text, Ink::Muted) };
    let middle = y + columns.row / 2.0;
    // The name, the words, and the middle of the bar.
    let (name_room, name_y, bar) = match columns.size {
        Size::Wide => (columns.name, middle, middle),
        Size::Middle => (all - width(&step.words, TYPE, false) - 16.0, y + 11.0, y + 30.0),
        Size::Narrow | Size::Letter => (all, y + 10.0, y + 10.0 + LINE),
    };
    let name = fit(&step.name, TYPE, false, name_room.max(all * 0.2) + 1.0);
    picture.text((0.0, name_y), &name, TYPE, ink);
    match columns.size {
        Size::Wide => {
            let words = fit(&step.words, TYPE, false, all - columns.words);
            picture.text((columns.words, middle), &words, TYPE, quiet);
        }
        Size::Middle => {
            let words = fit(&step.words, TYPE, false, all * 0.8 - 8.0);
            picture.label((all, name_y), &words, TYPE, quiet, Anchor::End, false);
        }
        Size::Narrow | Size::Letter => {
            for (line, text) in (2u32..).zip(wrap(&step.words, TYPE, false, all)) {
                picture.text((0.0, name_y + f64::from(line) * LINE), &text, TYPE, quiet);
            }
        }
    }
    let end = parts(picture, step, axis, bar - BAR / 2.0);
    picture.hits.push(HitArea {
        x: 0.0,
        y,
        w: all,
        h: columns.row,
        title: step.name.clone(),
        tip: std::iter::once(step.words.clone()).chain(step.tip.iter().cloned()).collect(),
        href: step.href.clone(),
        tab: true,
    });
    // Over the row, so that the bar leads to all of those that it is as long as; a finger would not
    // tell the two apart.
    let by_pointer = columns.size == Size::Wide && axis.at(0.0) + 4.0 < end;
    if let Some((says, href)) = step.all.clone().filter(|_| by_pointer) {
        picture.hits.push(HitArea {
            x: columns.start,
            y: bar - BAR / 2.0,
            w: end - columns.start,
            h: BAR,
            title: says,
            tip: Vec::new(),
            href: Some(href),
            tab: false,
        });
    }
}

/// The bar; and where those who went on end.
fn parts(picture: &mut Picture, step: &Step, axis: Axis, top: f64) -> f64 {
    let mut from = 0.0;
    let mut went_on = axis.at(0.0);
    for (n, part) in step.parts.iter().filter(|part| part.value.is_finite()).enumerate() {
        let (left, right) = (axis.at(from), axis.at(from + part.value));
        from += part.value;
        if n == 0 {
            went_on = right;
        }
        if 0.0 < part.value {
            // A single unit must be seen, however many others there are.
            picture.fill((left, top, (right - left).max(1.5), BAR), part.ink);
        }
    }
    went_on
}
