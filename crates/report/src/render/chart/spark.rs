//! A bar, and a trend, each in a row of a table: no text, because the row has the numbers.

use super::axis::Axis;
use super::bars::whisker;
use super::{Ink, Mark, Part, Picture};

const BAR_W: f64 = 168.0;
const BAR_H: f64 = 16.0;
const SPARK_W: f64 = 120.0;
const SPARK_H: f64 = 24.0;
/// Room for the last dot.
const EDGE: f64 = 3.0;

/// One period of a row's trend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SparkPoint {
    /// None where nothing started.
    pub(crate) rate: Option<f64>,
    /// Some are not decided yet: the rate will rise.
    pub(crate) open: bool,
}

/// A bar with its interval, on the axis from 0 to `top` that all rows share.
pub(crate) fn row_bar(parts: &[Part], interval: Option<(f64, f64)>, top: f64) -> Picture {
    let mut picture = Picture::new(BAR_W);
    picture.height = BAR_H;
    let axis = Axis::new((0.0, top), (1.0, BAR_W - 2.0));
    let mut from = 0.0;
    for part in parts.iter().filter(|part| part.value.is_finite() && 0.0 < part.value) {
        let (left, right) = (axis.at(from), axis.at(from + part.value));
        from += part.value;
        // A single unit must be seen, however many others there are.
        picture.fill((left, 2.0, (right - left).max(1.5), BAR_H - 4.0), part.ink);
    }
    if let Some((low, high)) = interval.filter(|(low, high)| low <= high) {
        whisker(&mut picture, (axis.at(low), axis.at(high)), BAR_H / 2.0);
    }
    picture.line((0.5, 0.0), (0.5, BAR_H), Ink::Muted, 1.0);
    picture
}

/// A rate over time, from 0 to its own highest; what is still open is paler and dotted.
pub(crate) fn spark(points: &[SparkPoint]) -> Picture {
    let mut picture = Picture::new(SPARK_W);
    picture.height = SPARK_H;
    picture.line((0.0, SPARK_H - 0.5), (SPARK_W, SPARK_H - 0.5), Ink::Grid, 1.0);
    let rates = || points.iter().filter_map(|point| point.rate).filter(|rate| rate.is_finite());
    let top = rates().fold(0.0, f64::max);
    #[allow(clippy::cast_precision_loss)] // a row has some ten points
    let x = Axis::new((0.0, points.len().saturating_sub(1) as f64), (EDGE, SPARK_W - EDGE));
    let y = Axis::new((0.0, top), (SPARK_H - EDGE, EDGE));
    #[allow(clippy::cast_precision_loss)]
    let place = |n: usize| (x.at(n as f64), y.at(points[n].rate.unwrap_or(0.0)));
    for n in 1..points.len() {
        if points[n - 1].rate.is_none() || points[n].rate.is_none() {
            continue;
        }
        let open = points[n - 1].open || points[n].open;
        let (ink, stroke) = if open { (Ink::Open, 1.0) } else { (Ink::Data, 1.5) };
        picture.marks.push(Mark::Path { points: vec![place(n - 1), place(n)], ink, stroke });
    }
    if let Some(last) = (0..points.len()).rev().find(|&n| points[n].rate.is_some()) {
        let (x, y) = place(last);
        let ink = if points[last].open { Ink::Open } else { Ink::Data };
        picture.marks.push(Mark::Dot { x, y, r: 2.5, ink });
        if points[last].open {
            picture.marks.push(Mark::Dot { x, y, r: 1.5, ink: Ink::Paper });
        }
    }
    picture
}
