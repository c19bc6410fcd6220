//! A backend of plotters that writes the SVG of a page.
//!
//! Colours are classes, which the style sheet sets for light, dark and print. Neighbours of one
//! manner are joined into one path: a page holds each chart in three widths, and a hatched bar is
//! some hundred lines.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle,
};

use super::font::LINE_PER_SIZE;
use super::overlay::escaped;
use super::{Ink, Picture};

/// The size of the type that a text has where it names none.
const TYPE: f64 = 13.0;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// What has been painted so far.
pub(super) struct Themed {
    size: (u32, u32),
    text: String,
    run: Option<(Manner, String)>,
}

/// How the elements of a path are painted.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Filled(Ink),
    Stroked(Ink, u32),
    /// Round points of this width.
    Dots(Ink, u32),
}

impl Themed {
    pub(super) fn new(picture: &Picture) -> Themed {
        let side = |length: f64| super::paint::pixel(length).unsigned_abs();
        Themed { size: (side(picture.width), side(picture.height)), text: String::new(), run: None }
    }

    /// All of it, as one element.
    pub(super) fn finish(mut self) -> String {
        self.flush();
        format!("<g font-size=\"{TYPE}\">{}</g>", self.text)
    }

    /// Adds to the path that is being written, or begins another.
    fn add(&mut self, manner: Manner, path: &str) {
        match &mut self.run {
            Some((known, run)) if *known == manner => run.push_str(path),
            _ => {
                self.flush();
                self.run = Some((manner, path.to_owned()));
            }
        }
    }

    fn flush(&mut self) {
        let Some((manner, path)) = self.run.take() else { return };
        let width = |px: u32| match px {
            1 => String::new(),
            _ => format!(" stroke-width=\"{px}\""),
        };
        let how = match manner {
            Manner::Filled(ink) => format!("class=\"f-{}\"", ink.name()),
            Manner::Stroked(ink, px) => {
                format!("class=\"s-{}\" fill=\"none\"{}", ink.name(), width(px))
            }
            Manner::Dots(ink, px) => {
                format!("class=\"s-{}\" stroke-linecap=\"round\"{}", ink.name(), width(px))
            }
        };
        let _ = write!(self.text, "<path {how} d=\"{path}\"/>");
    }
}

/// The ink of a colour: each has its own.
fn ink(color: BackendColor) -> Ink {
    Ink::ALL.into_iter().find(|ink| ink.rgb() == color.rgb).unwrap_or(Ink::Text)
}

fn along(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut path = String::new();
    for (n, (x, y)) in points.into_iter().enumerate() {
        let to = if n == 0 { "M" } else { "L" };
        let _ = write!(path, "{to}{x} {y}");
    }
    path
}

impl DrawingBackend for Themed {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        self.add(Manner::Filled(ink(color)), &format!("M{} {}h1v1h-1z", at.0, at.1));
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        _filled: bool,
    ) -> Drawn {
        let (w, h) = (right - left, bottom - top);
        if w != 0 && h != 0 {
            let path = format!("M{left} {top}h{w}v{h}h{}z", -w);
            self.add(Manner::Filled(ink(style.color())), &path);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        self.add(Manner::Stroked(ink(style.color()), style.stroke_width()), &along(points));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        // By itself: where areas of opposite directions overlap, one path would have a hole.
        self.flush();
        self.add(Manner::Filled(ink(style.color())), &along(points));
        self.flush();
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        _filled: bool,
    ) -> Drawn {
        self.add(Manner::Dots(ink(style.color()), 2 * radius), &format!("M{x} {y}h0"));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        self.flush();
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let bold = match style.style() {
            FontStyle::Bold => " font-weight=\"bold\"",
            _ => "",
        };
        let size = (style.size() / LINE_PER_SIZE * 10.0).round() / 10.0;
        let size = if (size - TYPE).abs() < 0.05 {
            String::new()
        } else {
            format!(" font-size=\"{size}\"")
        };
        let _ = write!(
            self.text,
            "<text class=\"f-{}\" x=\"{x}\" y=\"{y}\" dy=\".5ex\"{anchor}{size}{bold}>{}</text>",
            ink(style.color()).name(),
            escaped(text),
        );
        Ok(())
    }
}
