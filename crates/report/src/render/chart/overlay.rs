//! A picture on a page: SVG that follows the theme, with links over it.
//!
//! plotters paints it once, with the fixed values of [`Ink`]; those become classes that the
//! style sheet colours, so that light, dark and print need no second drawing. Over the marks lie
//! the hit areas: transparent, focusable, each with its own tip. No script and no inline style.

use std::fmt::Write as _;

use plotters::prelude::SVGBackend;

use super::font::{FAMILY, width};
use super::paint::{paint, pixel};
use super::{HitArea, Ink, Picture, Size};
use crate::render::RenderError;

const TIP_SIZE: f64 = 12.0;
const TIP_LINE: f64 = 17.0;

/// The chart as an `<svg>` element, to be shown at `size`.
pub(crate) fn figure_svg(
    picture: &Picture,
    size: Size,
    title: &str,
) -> Result<String, RenderError> {
    let (width, height) = (pixel(picture.width.ceil()), pixel(picture.height.ceil()));
    let marks = themed(picture)?;
    let mut text = format!(
        "<svg class=\"chart {}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"group\" aria-label=\"{}\">\n<g aria-hidden=\"true\">\n{marks}</g>\n",
        size.name(),
        escaped(title),
    );
    for hit in &picture.hits {
        write_hit(&mut text, hit, picture);
    }
    text.push_str("</svg>");
    Ok(text)
}

/// What plotters paints, without its outer element, with classes for colours.
fn themed(picture: &Picture) -> Result<String, RenderError> {
    let mut svg = String::new();
    let size = (pixel(picture.width).unsigned_abs(), pixel(picture.height).unsigned_abs());
    paint(picture, &mut SVGBackend::with_string(&mut svg, size), 1.0)?;
    let inner = svg.split_once(">\n").map_or("", |(_, inner)| inner);
    let mut text = inner.trim_end().trim_end_matches("</svg>").to_owned();
    for ink in Ink::ALL {
        let (hex, name) = (ink.hex(), ink.name());
        // plotters escapes quotes in texts, so what is quoted here is always an attribute.
        for (attribute, class) in [("fill", "f"), ("stroke", "s")] {
            text = text.replace(
                &format!("{attribute}=\"{hex}\""),
                &format!("{attribute}=\"{hex}\" class=\"{class}-{name}\""),
            );
        }
    }
    for noise in [&format!(" font-family=\"{FAMILY}\""), " opacity=\"1\"", " stroke=\"none\""] {
        text = text.replace(noise, "");
    }
    Ok(text.replace("\n</text>", "</text>"))
}

fn write_hit(text: &mut String, hit: &HitArea, picture: &Picture) {
    let HitArea { x, y, w, h, title, tip, href, tab } = hit;
    let name = escaped(&format!("{title}: {}", tip.join(", ")));
    let open = match href {
        Some(href) => format!("<a class=\"hit\" href=\"{}\" aria-label=\"{name}\"", escaped(href)),
        None => format!("<g class=\"hit\" role=\"img\" aria-label=\"{name}\""),
    };
    let tab = match (href, tab) {
        (Some(_), true) => "",
        (None, true) => " tabindex=\"0\"",
        (Some(_), false) => " tabindex=\"-1\"",
        (None, false) => "",
    };
    let _ = writeln!(
        text,
        "{open}{tab}><rect class=\"area\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" \
         height=\"{h:.1}\" fill-opacity=\"0\"/>{}{}",
        tip_box(hit, picture),
        if href.is_some() { "</a>" } else { "</g>" },
    );
}

/// The tip as a small box that the style sheet shows on hover and focus, held inside the chart.
fn tip_box(hit: &HitArea, picture: &Picture) -> String {
    const PAD: f64 = 8.0;
    let lines: Vec<&str> =
        std::iter::once(hit.title.as_str()).chain(hit.tip.iter().map(String::as_str)).collect();
    let widest =
        lines.iter().enumerate().map(|(n, line)| width(line, TIP_SIZE, n == 0)).fold(0.0, f64::max);
    let w = (widest + 2.0 * PAD).min(picture.width - 2.0);
    let h = f64::from(u32::try_from(lines.len()).unwrap_or(1)) * TIP_LINE + PAD;
    let x = (hit.x + hit.w / 2.0 - w / 2.0).min(picture.width - w - 1.0).max(1.0);
    // Under the mark, else over it: never on the number that it explains.
    let below = hit.y + hit.h + 4.0;
    let y = if below + h <= picture.height { below } else { (hit.y - h - 4.0).max(1.0) };
    let mut text = format!(
        "<g class=\"tip\" aria-hidden=\"true\"><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" \
         height=\"{h:.1}\" rx=\"4\"/>"
    );
    for (n, line) in (0u32..).zip(&lines) {
        let bold = if n == 0 { " font-weight=\"bold\"" } else { "" };
        let (at_x, at_y) = (x + PAD, y + PAD / 2.0 + TIP_LINE * (f64::from(n) + 0.72));
        let line = escaped(&super::fit(line, TIP_SIZE, n == 0, w - 2.0 * PAD));
        let _ = write!(
            text,
            "<text x=\"{at_x:.1}\" y=\"{at_y:.1}\" font-size=\"{TIP_SIZE}\"{bold}>{line}</text>"
        );
    }
    text.push_str("</g>");
    text
}

/// A text as it may stand in an element or an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
