//! A picture in a row of a table: small, of one piece, with a name and no hit areas of its own.

use super::Picture;
use super::overlay::{escaped, themed};
use super::paint::pixel;
use crate::render::RenderError;

/// Painted so many times larger than it is shown: plotters draws on whole pixels, and a line of
/// some twenty pixels' height would go up in steps.
const SCALE: f64 = 4.0;

/// The picture as an `<svg>` element. `title` names it, `desc` says in a sentence what is to be
/// seen.
pub(crate) fn small_svg(
    picture: &Picture,
    class: &str,
    title: &str,
    desc: &str,
) -> Result<String, RenderError> {
    let marks = themed(picture, SCALE)?;
    let side = |length: f64| pixel(length * SCALE);
    let (title, desc) = (escaped(title), escaped(desc));
    Ok(format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\" \
         aria-label=\"{title}: {desc}\"><title>{title}</title><desc>{desc}</desc>{marks}</svg>",
        side(picture.width),
        side(picture.height),
        pixel(picture.width),
        pixel(picture.height),
    ))
}
