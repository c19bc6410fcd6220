//! A picture on a page: SVG that follows the theme, with links over it.
//!
//! plotters paints it once, with classes that the style sheet colours ([`super::themed`]), so that
//! light, dark and print need no second drawing. Over the marks lie the hit areas: transparent,
//! focusable, each with its own tip. No script and no inline style.

use std::fmt::Write as _;

use super::font::width;
use super::paint::{paint, pixel};
use super::themed::Themed;
use super::{HitArea, Picture, Size, Theme};
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
    let marks = themed(picture, 1.0)?;
    let mut text = format!(
        "<svg class=\"chart {}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"group\" aria-label=\"{}\"><g aria-hidden=\"true\">{marks}</g>",
        size.name(),
        escaped(title),
    );
    for hit in &picture.hits {
        write_hit(&mut text, hit, picture);
    }
    text.push_str("</svg>");
    Ok(text)
}

/// What plotters paints, with classes for colours.
pub(super) fn themed(picture: &Picture, scale: f64) -> Result<String, RenderError> {
    let mut backend = Themed::new(picture);
    paint(picture, &mut backend, scale, Theme::Light)?;
    Ok(backend.finish())
}

fn write_hit(text: &mut String, hit: &HitArea, picture: &Picture) {
    let HitArea { x, y, w, h, title, tip, href, tab } = hit;
    // What the keyboard does not stop at is said elsewhere: a legend, a table.
    let reach = match (href, tab) {
        (Some(_), false) => " tabindex=\"-1\" aria-hidden=\"true\"".to_owned(),
        (None, false) => " aria-hidden=\"true\"".to_owned(),
        (href, true) => {
            let name = escaped(&format!("{title}: {}", tip.join(", ")));
            let role = if href.is_some() { "" } else { " role=\"img\" tabindex=\"0\"" };
            format!("{role} aria-label=\"{name}\"")
        }
    };
    let open = href.as_ref().map_or("<g class=\"hit\"".to_owned(), |href| {
        format!("<a class=\"hit\" href=\"{}\"", escaped(href))
    });
    let [x, y, w, h] = [x, y, w, h].map(|length| short(*length));
    let _ = write!(
        text,
        "{open}{reach}><rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"/>{}{}",
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
    let w = (widest + 2.0 * PAD).min(picture.width - 2.0).ceil();
    let h = f64::from(u32::try_from(lines.len()).unwrap_or(1)) * TIP_LINE + PAD;
    let x = (hit.x + hit.w / 2.0 - w / 2.0).min(picture.width - w - 1.0).max(1.0).round();
    // Under the mark, else over it: never on the number that it explains.
    let below = hit.y + hit.h + 4.0;
    let y = if below + h <= picture.height { below } else { (hit.y - h - 4.0).max(1.0) };
    let mut text = format!(
        "<g class=\"tip\" transform=\"translate({x} {})\"><rect width=\"{w}\" height=\"{h}\"/>\
         <text x=\"{PAD}\" y=\"16\">",
        short(y)
    );
    for (n, line) in lines.iter().enumerate() {
        let line = escaped(&super::fit(line, TIP_SIZE, n == 0, w - 2.0 * PAD));
        let _ = match n {
            0 => write!(text, "{line}"),
            _ => write!(text, "<tspan x=\"{PAD}\" dy=\"{TIP_LINE}\">{line}</tspan>"),
        };
    }
    text.push_str("</text></g>");
    text
}

/// A length with a decimal where it has one.
fn short(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A text as it may stand in an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
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
