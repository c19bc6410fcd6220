//! A picture onto a page of a PDF: shapes as paths, texts as text, links as annotations.

use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::page::Page;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;

use super::face::Typeface;
use crate::render::chart::{Anchor, Ink, Mark, Picture};

/// How far the middle of a line lies over the feet of its letters, for a type of size 1.
const MIDDLE: f64 = 0.36;

/// How a path is painted.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Filled(Ink),
    Stroked(Ink, f64),
}

/// Paints all of it, and adds its links.
pub(super) fn paint(page: &mut Page<'_>, picture: &Picture, face: &Typeface) {
    let mut surface = page.surface();
    let mut path = Run { surface: &mut surface, manner: None, path: PathBuilder::new() };
    for mark in &picture.marks {
        path.mark(mark, face);
    }
    path.flush();
    surface.finish();
    for hit in &picture.hits {
        let Some(href) = &hit.href else { continue };
        let Some(place) = Rect::from_xywh(pt(hit.x), pt(hit.y), pt(hit.w), pt(hit.h)) else {
            continue;
        };
        let target = Target::Action(Action::Link(LinkAction::new(href.clone())));
        let link = LinkAnnotation::new(place, target);
        let title = (!hit.title.is_empty()).then(|| hit.title.clone());
        page.add_annotation(Annotation::new_link(link, title));
    }
}

/// Neighbours of one manner, joined into one path.
struct Run<'a, 'b> {
    surface: &'a mut Surface<'b>,
    manner: Option<Manner>,
    path: PathBuilder,
}

impl Run<'_, '_> {
    fn mark(&mut self, mark: &Mark, face: &Typeface) {
        match mark {
            Mark::Rect { x, y, w, h, ink } => {
                if let Some(rect) = Rect::from_xywh(pt(*x), pt(*y), pt(*w), pt(*h)) {
                    self.begin(Manner::Filled(*ink));
                    self.path.push_rect(rect);
                }
            }
            Mark::Path { points, ink, stroke } => {
                self.begin(Manner::Stroked(*ink, *stroke));
                self.along(points);
            }
            Mark::Area { points, ink } => {
                // By itself: where areas of opposite directions overlap, one path had a hole.
                self.flush();
                self.begin(Manner::Filled(*ink));
                self.along(points);
                self.path.close();
                self.flush();
            }
            Mark::Dot { x, y, r, ink } => {
                self.begin(Manner::Filled(*ink));
                self.circle((*x, *y), *r);
            }
            Mark::Text { x, y, text, size, bold, ink, anchor } => {
                self.flush();
                let width = face.width(text, *size, *bold);
                let left = match anchor {
                    Anchor::Start => *x,
                    Anchor::Middle => x - width / 2.0,
                    Anchor::End => x - width,
                };
                self.text((left, y + MIDDLE * size), text, *size, *bold, *ink, face);
            }
        }
    }

    fn text(
        &mut self,
        (x, y): (f64, f64),
        text: &str,
        size: f64,
        bold: bool,
        ink: Ink,
        face: &Typeface,
    ) {
        let weight = face.weight(bold);
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(ink)));
        let mut x = x;
        for run in weight.runs(text) {
            let place = Point::from_xy(pt(x), pt(y));
            let font = weight.font.clone();
            self.surface.draw_glyphs(place, &run.glyphs, font, run.text, pt(size), false);
            x += f64::from(run.width) * size;
        }
    }

    fn begin(&mut self, manner: Manner) {
        if self.manner.is_some_and(|known| known != manner) {
            self.flush();
        }
        self.manner = Some(manner);
    }

    fn flush(&mut self) {
        let path: Option<Path> = std::mem::replace(&mut self.path, PathBuilder::new()).finish();
        let (Some(manner), Some(path)) = (self.manner.take(), path) else { return };
        match manner {
            Manner::Filled(ink) => {
                self.surface.set_stroke(None);
                self.surface.set_fill(Some(fill(ink)));
            }
            Manner::Stroked(ink, width) => {
                self.surface.set_fill(None);
                self.surface.set_stroke(Some(stroke(ink, width)));
            }
        }
        self.surface.draw_path(&path);
    }

    fn along(&mut self, points: &[(f64, f64)]) {
        for (n, &(x, y)) in points.iter().enumerate() {
            if n == 0 {
                self.path.move_to(pt(x), pt(y));
            } else {
                self.path.line_to(pt(x), pt(y));
            }
        }
    }

    fn circle(&mut self, (x, y): (f64, f64), r: f64) {
        // A quarter of a circle as a curve of the third degree.
        const K: f64 = 0.552_284_75;
        let path = &mut self.path;
        let k = K * r;
        path.move_to(pt(x + r), pt(y));
        path.cubic_to(pt(x + r), pt(y + k), pt(x + k), pt(y + r), pt(x), pt(y + r));
        path.cubic_to(pt(x - k), pt(y + r), pt(x - r), pt(y + k), pt(x - r), pt(y));
        path.cubic_to(pt(x - r), pt(y - k), pt(x - k), pt(y - r), pt(x), pt(y - r));
        path.cubic_to(pt(x + k), pt(y - r), pt(x + r), pt(y - k), pt(x + r), pt(y));
        path.close();
    }
}

fn color(ink: Ink) -> rgb::Color {
    let (r, g, b) = ink.rgb();
    rgb::Color::new(r, g, b)
}

fn fill(ink: Ink) -> Fill {
    Fill { paint: color(ink).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn stroke(ink: Ink, width: f64) -> Stroke {
    Stroke {
        paint: color(ink).into(),
        width: pt(width),
        line_cap: LineCap::Butt,
        line_join: LineJoin::Round,
        ..Stroke::default()
    }
}

/// A length on paper, to the hundredth of a point: finer is seen by nobody and costs bytes.
#[allow(clippy::cast_possible_truncation)] // a page is some hundred points
pub(super) fn pt(length: f64) -> f32 {
    ((length * 100.0).round() / 100.0) as f32
}
