//! Charts, in two steps: what is to be seen (a [`Picture`], plain values), and its painting
//! through plotters as SVG or as pixels.
//!
//! A chart is a pure function from rows and a width to a picture. The marks and the hit areas
//! over them come from the same coordinate mapping, so they cannot drift apart.

mod axis; // values to pixels, and round numbers for ticks
mod bars; // horizontal bars, labelled at both ends
mod distribution; // how many took how long
mod dumbbell; // two rates of the same thing on one line
mod file; // a picture as a file: SVG or PNG
mod fuzzing; // any names and numbers, for the fuzz target
mod font; // the embedded typeface, and how wide a text is
mod ink; // what each colour means
mod overlay; // a picture on a page: SVG that follows the theme, with links over it
mod paint; // through plotters to a backend
mod picture; // marks, hit areas, plain values
mod small; // a picture in a row of a table
mod spark; // a bar, and a trend, each in a row of a table
mod stack; // one bar that is the whole cohort
mod themed; // a backend of plotters for a page
mod trend; // a rate over time, with its interval
mod way; // the way through a flow, step by step

pub use fuzzing::{Painted, charts};

pub(crate) use bars::{BARS_MAX, Bar, Bars, Part, bars};
pub(crate) use distribution::{Column, Histogram, Percentile, distribution};
pub(crate) use dumbbell::{Dumbbell, Dumbbells, dumbbells};
pub(crate) use file::{png, png_of_width, svg, svg_of_width};
pub(crate) use font::{fit, wrap};
pub(crate) use ink::{Ink, Theme};
pub(crate) use overlay::figure_svg;
pub(crate) use picture::{Anchor, HitArea, Mark, Picture, Size};
pub(crate) use small::small_svg;
pub(crate) use spark::{SparkPoint, row_bar, spark};
pub(crate) use stack::stack;
pub(crate) use trend::{Trend, TrendPoint, points_max, trend};
pub(crate) use way::{Step, WayRow, way};

#[cfg(test)]
mod tests;
