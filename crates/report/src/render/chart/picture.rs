//! What is to be seen, as plain values.

use super::Ink;

/// The widths for which a chart is laid out. A page holds three of them and shows the one that
/// fits, so that text is never scaled to where it cannot be read. A mail can hold only one, which
/// is scaled up at a desk and down on a telephone: [`Size::Letter`] is readable on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    Narrow,
    Letter,
    Middle,
    Wide,
}

/// Which end of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// One thing to paint. Lengths are in pixels of a picture at scale 1, from the upper left.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    Rect {
        x: f64,
        y: f64,
        w: f64,
        h: f64,
        ink: Ink,
    },
    Path {
        points: Vec<(f64, f64)>,
        ink: Ink,
        stroke: f64,
    },
    Area {
        points: Vec<(f64, f64)>,
        ink: Ink,
    },
    Dot {
        x: f64,
        y: f64,
        r: f64,
        ink: Ink,
    },
    /// `y` is the middle of the line.
    Text {
        x: f64,
        y: f64,
        text: String,
        size: f64,
        bold: bool,
        ink: Ink,
        anchor: Anchor,
    },
}

/// A place that answers to the pointer and to the keyboard.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HitArea {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) w: f64,
    pub(crate) h: f64,
    /// What it is.
    pub(crate) title: String,
    /// What there is to say about it, a line each.
    pub(crate) tip: Vec<String>,
    /// What is behind it.
    pub(crate) href: Option<String>,
    /// Whether the keyboard stops here. It must not stop at the same thing twice, nor at each of
    /// so many that there is no way past them; the table has the numbers.
    pub(crate) tab: bool,
}

/// A chart, ready to be painted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) marks: Vec<Mark>,
    pub(crate) hits: Vec<HitArea>,
}

impl Size {
    /// Those of a page.
    pub(crate) const ALL: [Size; 3] = [Size::Wide, Size::Middle, Size::Narrow];

    pub(crate) const fn width(self) -> f64 {
        match self {
            Size::Narrow => 358.0,
            Size::Letter => 420.0,
            Size::Middle => 640.0,
            Size::Wide => 1040.0,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Size::Narrow => "narrow",
            Size::Letter => "letter",
            Size::Middle => "middle",
            Size::Wide => "wide",
        }
    }
}

impl Picture {
    pub(crate) fn new(width: f64) -> Picture {
        Picture { width, height: 0.0, marks: Vec::new(), hits: Vec::new() }
    }

    /// A rectangle in an outcome's manner: full, or hatched on its pale ground.
    pub(crate) fn fill(&mut self, place: (f64, f64, f64, f64), ink: Ink) {
        self.fill_all(&[place], ink);
    }

    /// Several that do not overlap, by the layer, so that each layer is one path.
    pub(crate) fn fill_all(&mut self, places: &[(f64, f64, f64, f64)], ink: Ink) {
        let ground = ink.hatched_on();
        for &(x, y, w, h) in places {
            self.marks.push(Mark::Rect { x, y, w, h, ink: ground.unwrap_or(ink) });
        }
        if ground.is_some() {
            places.iter().for_each(|&place| self.hatch(place, ink));
            places.iter().for_each(|&place| self.outline(place, ink));
        }
    }

    /// A line. One along an axis is a thin rectangle, which lies on whole pixels: a stroke of one
    /// pixel would be smeared over two.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink, stroke: f64) {
        let (x, y) = (from.0.min(to.0), from.1.min(to.1));
        let (w, h) = ((from.0 - to.0).abs(), (from.1 - to.1).abs());
        if w < f64::EPSILON {
            self.marks.push(Mark::Rect { x: x - stroke / 2.0, y, w: stroke, h, ink });
            return;
        }
        if h < f64::EPSILON {
            self.marks.push(Mark::Rect { x, y: y - stroke / 2.0, w, h: stroke, ink });
            return;
        }
        self.marks.push(Mark::Path { points: vec![from, to], ink, stroke });
    }

    pub(crate) fn text(&mut self, (x, y): (f64, f64), text: &str, size: f64, ink: Ink) {
        self.label((x, y), text, size, ink, Anchor::Start, false);
    }

    pub(crate) fn label(
        &mut self,
        (x, y): (f64, f64),
        text: &str,
        size: f64,
        ink: Ink,
        anchor: Anchor,
        bold: bool,
    ) {
        if !text.is_empty() {
            self.marks.push(Mark::Text { x, y, text: text.to_owned(), size, bold, ink, anchor });
        }
    }

    /// The same picture, every length of it multiplied.
    pub(crate) fn scaled(self, by: f64) -> Picture {
        Picture {
            width: self.width * by,
            height: self.height * by,
            marks: self.marks.into_iter().map(|mark| mark.scaled(by)).collect(),
            hits: self
                .hits
                .into_iter()
                .map(|hit| HitArea {
                    x: hit.x * by,
                    y: hit.y * by,
                    w: hit.w * by,
                    h: hit.h * by,
                    ..hit
                })
                .collect(),
        }
    }

    /// The part above `y` and the part below it. Nothing may cross `y`.
    pub(crate) fn cut(self, y: f64) -> (Picture, Picture) {
        let (width, height) = (self.width, self.height);
        let (mut above, mut below) = (Picture::new(width), Picture::new(width));
        above.height = y;
        below.height = height - y;
        for mark in self.marks {
            // A line of a hair's width on the cut belongs to what is above it.
            if mark.top() < y - 0.5 {
                above.marks.push(mark);
            } else {
                below.marks.push(mark.moved(0.0, -y));
            }
        }
        for hit in self.hits {
            if hit.y < y - 0.5 {
                above.hits.push(hit);
            } else {
                below.hits.push(HitArea { y: hit.y - y, ..hit });
            }
        }
        (above, below)
    }

    /// Lays `other` on this picture with its upper left at `(dx, dy)`; hit areas too.
    pub(crate) fn place(&mut self, other: Picture, dx: f64, dy: f64) {
        self.marks.extend(other.marks.into_iter().map(|mark| mark.moved(dx, dy)));
        self.hits.extend(other.hits.into_iter().map(|hit| HitArea {
            x: hit.x + dx,
            y: hit.y + dy,
            ..hit
        }));
    }

    fn outline(&mut self, (x, y, w, h): (f64, f64, f64, f64), ink: Ink) {
        let (left, right, top, bottom) = (x + 0.5, x + w - 0.5, y + 0.5, y + h - 0.5);
        for (from, to) in [
            ((x, top), (x + w, top)),
            ((x, bottom), (x + w, bottom)),
            ((left, y), (left, y + h)),
            ((right, y), (right, y + h)),
        ] {
            self.line(from, to, ink, 1.0);
        }
    }

    /// Diagonals, cut at the rectangle's edges.
    fn hatch(&mut self, (x, y, w, h): (f64, f64, f64, f64), ink: Ink) {
        const GAP: f64 = 6.0;
        let mut start = GAP - h;
        // `start` is where a rising diagonal would meet the lower edge, from the left one.
        while start < w {
            let (left, right) = (start.max(0.0), (start + h).min(w));
            if left < right {
                let rise = |at: f64| y + h - (at - start);
                self.line((x + left, rise(left)), (x + right, rise(right)), ink, 1.0);
            }
            start += GAP;
        }
    }
}

impl Mark {
    fn scaled(self, by: f64) -> Mark {
        let along = |points: Vec<(f64, f64)>| {
            points.into_iter().map(|(x, y)| (x * by, y * by)).collect::<Vec<_>>()
        };
        match self {
            Mark::Rect { x, y, w, h, ink } => {
                Mark::Rect { x: x * by, y: y * by, w: w * by, h: h * by, ink }
            }
            Mark::Path { points, ink, stroke } => {
                Mark::Path { points: along(points), ink, stroke: stroke * by }
            }
            Mark::Area { points, ink } => Mark::Area { points: along(points), ink },
            Mark::Dot { x, y, r, ink } => Mark::Dot { x: x * by, y: y * by, r: r * by, ink },
            Mark::Text { x, y, text, size, bold, ink, anchor } => {
                Mark::Text { x: x * by, y: y * by, text, size: size * by, bold, ink, anchor }
            }
        }
    }

    /// Where it begins, from above; of a text, its middle.
    fn top(&self) -> f64 {
        let highest = |points: &[(f64, f64)]| {
            points.iter().map(|point| point.1).fold(f64::INFINITY, f64::min)
        };
        match self {
            Mark::Rect { y, .. } | Mark::Text { y, .. } => *y,
            Mark::Path { points, .. } | Mark::Area { points, .. } => highest(points),
            Mark::Dot { y, r, .. } => y - r,
        }
    }

    fn moved(self, dx: f64, dy: f64) -> Mark {
        let along = |points: Vec<(f64, f64)>| {
            points.into_iter().map(|(x, y)| (x + dx, y + dy)).collect::<Vec<_>>()
        };
        match self {
            Mark::Rect { x, y, w, h, ink } => Mark::Rect { x: x + dx, y: y + dy, w, h, ink },
            Mark::Path { points, ink, stroke } => Mark::Path { points: along(points), ink, stroke },
            Mark::Area { points, ink } => Mark::Area { points: along(points), ink },
            Mark::Dot { x, y, r, ink } => Mark::Dot { x: x + dx, y: y + dy, r, ink },
            Mark::Text { x, y, text, size, bold, ink, anchor } => {
                Mark::Text { x: x + dx, y: y + dy, text, size, bold, ink, anchor }
            }
        }
    }
}
