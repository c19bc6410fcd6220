//! Through plotters to a backend: one painter for SVG and for pixels.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor, ShapeStyle, TextStyle};

use super::font::font;
use super::{Anchor, Ink, Mark, Picture, Theme};
use crate::render::RenderError;

/// Paints `picture` onto `backend`, each length multiplied by `scale`.
pub(crate) fn paint<B: DrawingBackend>(
    picture: &Picture,
    backend: &mut B,
    scale: f64,
    theme: Theme,
) -> Result<(), RenderError> {
    for mark in &picture.marks {
        paint_mark(mark, backend, scale, theme)?;
    }
    backend.present().map_err(draw_error)
}

fn paint_mark<B: DrawingBackend>(
    mark: &Mark,
    backend: &mut B,
    scale: f64,
    theme: Theme,
) -> Result<(), RenderError> {
    let shape = |ink: Ink, stroke: f64| shape(rgb(ink, theme), stroke);
    let place = |(x, y): (f64, f64)| (pixel(x * scale), pixel(y * scale));
    match mark {
        Mark::Rect { x, y, w, h, ink } => {
            let (low, high) = (place((*x, *y)), place((x + w, y + h)));
            backend.draw_rect(low, high, &shape(*ink, 1.0), true)
        }
        Mark::Path { points, ink, stroke } => {
            backend.draw_path(points.iter().copied().map(place), &shape(*ink, stroke * scale))
        }
        Mark::Area { points, ink } => {
            backend.fill_polygon(points.iter().copied().map(place), &shape(*ink, 1.0))
        }
        Mark::Dot { x, y, r, ink } => {
            let radius = pixel(r * scale).unsigned_abs();
            backend.draw_circle(place((*x, *y)), radius, &shape(*ink, 1.0), true)
        }
        Mark::Text { x, y, text, size, bold, ink, anchor } => {
            let style = TextStyle {
                font: font(size * scale, *bold),
                color: rgb(*ink, theme).to_backend_color(),
                pos: Pos::new(horizontal(*anchor), VPos::Center),
            };
            backend.draw_text(text, &style, place((*x, *y)))
        }
    }
    .map_err(draw_error)
}

fn shape(color: RGBColor, stroke: f64) -> ShapeStyle {
    let stroke_width = pixel(stroke).unsigned_abs().max(1);
    ShapeStyle { color: color.to_rgba(), filled: true, stroke_width }
}

fn rgb(ink: Ink, theme: Theme) -> RGBColor {
    let (r, g, b) = ink.on(theme);
    RGBColor(r, g, b)
}

const fn horizontal(anchor: Anchor) -> HPos {
    match anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    }
}

/// The nearest pixel; no number is 0, and what is too large is held at the ends.
#[allow(clippy::cast_possible_truncation)] // `as` saturates, which is what is wanted
pub(crate) fn pixel(at: f64) -> i32 {
    at.round() as i32
}

fn draw_error(error: impl std::error::Error) -> RenderError {
    RenderError::Draw(error.to_string())
}
