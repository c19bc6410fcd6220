//! Charts of any names and numbers, for the fuzz target.

use super::{
    Bar, Bars, Column, Dumbbell, Dumbbells, Histogram, HitArea, Ink, Mark, Part, Percentile,
    Picture, Size, SparkPoint, Step, Theme, Trend, TrendPoint, WayRow, bars, distribution,
    dumbbells, figure_svg, png_of_width, row_bar, small_svg, spark, stack, svg_of_width, trend,
    way,
};
use crate::render::text::safe_name;
use crate::render::{RenderError, number};

/// What was painted.
pub struct Painted {
    /// As documents, and as elements of a page.
    pub svg: Vec<String>,
    /// One of them as an image.
    pub png: Vec<u8>,
    /// Every length in the pictures.
    pub lengths: Vec<f64>,
}

/// Every kind of chart of these names, which are made safe as the report's are, and these numbers,
/// laid out for the size that is next to `width_px` and painted so wide.
///
/// # Errors
/// If a painter refuses.
pub fn charts(names: &[&str], numbers: &[f64], width_px: f64) -> Result<Painted, RenderError> {
    let rows = Rows { names: names.iter().map(|name| safe_name(name)).collect(), numbers };
    let sizes = [Size::Narrow, Size::Letter, Size::Middle];
    let size = sizes.into_iter().find(|size| width_px <= size.width()).unwrap_or(Size::Wide);
    let mut painted = Painted { svg: Vec::new(), png: Vec::new(), lengths: Vec::new() };
    for picture in rows.pictures(size) {
        painted.lengths.extend(lengths(&picture));
        painted.svg.push(figure_svg(&picture, size, &rows.name(0))?);
        painted.svg.push(svg_of_width(&picture, width_px, Theme::Dark)?);
    }
    for picture in rows.small() {
        painted.lengths.extend(lengths(&picture));
        painted.svg.push(small_svg(&picture, "spark", &rows.name(0), &rows.name(1))?);
        // Pixels take long, and small pictures have few.
        painted.png = png_of_width(&picture, width_px / 10.0, Theme::Light)?;
    }
    Ok(painted)
}

fn lengths(picture: &Picture) -> Vec<f64> {
    let mut all = vec![picture.width, picture.height];
    for mark in &picture.marks {
        match mark {
            Mark::Rect { x, y, w, h, .. } => all.extend([x, y, w, h]),
            Mark::Path { points, stroke, .. } => {
                all.push(*stroke);
                all.extend(points.iter().flat_map(|(x, y)| [x, y]));
            }
            Mark::Area { points, .. } => all.extend(points.iter().flat_map(|(x, y)| [x, y])),
            Mark::Dot { x, y, r, .. } => all.extend([x, y, r]),
            Mark::Text { x, y, size, .. } => all.extend([x, y, size]),
        }
    }
    for HitArea { x, y, w, h, .. } in &picture.hits {
        all.extend([x, y, w, h]);
    }
    all
}

/// Names and numbers, a row each; the shorter list begins again.
struct Rows<'a> {
    names: Vec<String>,
    numbers: &'a [f64],
}

impl Rows<'_> {
    fn name(&self, row: usize) -> String {
        self.names.get(row % self.names.len().max(1)).cloned().unwrap_or_default()
    }

    fn number(&self, row: usize) -> f64 {
        self.numbers.get(row % self.numbers.len().max(1)).copied().unwrap_or(0.0)
    }

    fn all<T>(&self, of: impl FnMut(usize) -> T) -> Vec<T> {
        (0..self.names.len().max(self.numbers.len())).map(of).collect()
    }

    fn pictures(&self, size: Size) -> Vec<Picture> {
        let bars_of = || self.all(|row| self.bar(row));
        let (left, right) = (self.name(0), self.name(1));
        vec![
            trend(&self.trend(), size),
            bars(&Bars { groups: vec![bars_of()], note_heading: self.name(2) }, size),
            stack(&bars_of(), size),
            distribution(&self.histogram(), size),
            dumbbells(
                &Dumbbells { rows: self.all(|row| self.dumbbell(row)), names: (left, right) },
                size,
            ),
            way(&self.way(), size),
        ]
    }

    fn small(&self) -> [Picture; 2] {
        let parts = self.all(|row| Part { value: self.number(row), ink: Ink::Cancelled });
        let points = self.all(|row| SparkPoint {
            rate: (row % 3 != 2).then(|| self.number(row)),
            open: row % 2 == 1,
        });
        [row_bar(&parts, Some((self.number(0), self.number(1))), self.number(2)), spark(&points)]
    }

    fn bar(&self, row: usize) -> Bar {
        Bar {
            name: self.name(row),
            parts: vec![
                Part { value: self.number(row), ink: Ink::Cancelled },
                Part { value: self.number(row + 1), ink: Ink::Open },
            ],
            interval: Some((self.number(row + 1), self.number(row + 2))),
            count: number::count_f64(self.number(row)),
            rate: self.name(row + 1),
            note: self.name(row + 2),
            faint: row % 2 == 1,
            tip: vec![self.name(row + 3)],
            href: Some(self.name(row + 1)),
        }
    }

    fn trend(&self) -> Trend {
        let points = self.all(|row| TrendPoint {
            tick: self.name(row),
            title: self.name(row + 1),
            tip: vec![self.name(row + 2)],
            rate: (row % 5 != 4).then(|| self.number(row)),
            interval: Some((self.number(row + 1), self.number(row + 2))),
            started: self.number(row + 1),
            open: self.number(row + 2),
            provisional: row % 3 == 2,
            faint: row % 2 == 1,
            href: Some(self.name(row)),
        });
        Trend { points, rate_name: self.name(0), count_name: self.name(1) }
    }

    fn histogram(&self) -> Histogram {
        Histogram {
            columns: self.all(|row| Column {
                edge: self.name(row),
                value: self.number(row),
                count: number::count_f64(self.number(row)),
                title: self.name(row + 1),
                tip: vec![self.name(row + 2)],
                href: None,
            }),
            last_edge: self.name(1),
            percentiles: (0..3)
                .map(|row| Percentile { at: self.number(row), words: self.name(row) })
                .collect(),
            ink: Ink::Submitted,
            count_name: self.name(2),
        }
    }

    fn dumbbell(&self, row: usize) -> Dumbbell {
        Dumbbell {
            name: self.name(row),
            a: (row % 4 != 3).then(|| self.number(row)),
            b: (row % 3 != 2).then(|| self.number(row + 1)),
            label: self.name(row + 1),
            ..Dumbbell::default()
        }
    }

    fn way(&self) -> Vec<WayRow> {
        self.all(|row| match row % 4 {
            3 => WayRow::Heading { name: self.name(row), words: self.name(row + 1) },
            _ => WayRow::Step(Step {
                name: self.name(row),
                parts: self.bar(row).parts,
                words: self.name(row + 1),
                faint: row % 2 == 1,
                tip: vec![self.name(row + 2)],
                href: Some(self.name(row)),
                all: Some((self.name(row), self.name(row + 1))),
            }),
        })
    }
}
