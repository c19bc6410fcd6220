//! A rate over time: a line with its interval as a band, and beneath it how many there were.
//!
//! Buckets that still hold open units are dashed and pale, because their rate will rise.

use super::axis::{Axis, every, round_up};
use super::font::width;
use super::{Anchor, HitArea, Ink, Mark, Picture, Size};

const SMALL: f64 = 12.0;
const PLOT: f64 = 190.0;
const STRIP: f64 = 44.0;
/// Nearer to each other, points are only the line.
const DOTS_STEP_MIN: f64 = 14.0;
const HIT_STEP_MIN: f64 = 8.0;
/// A month by the day can be walked through by keyboard; a longer way has no end.
const TAB_STOPS_MAX: usize = 31;

/// One period.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TrendPoint {
    /// Under the axis, short.
    pub(crate) tick: String,
    /// What it is, in a tip.
    pub(crate) title: String,
    pub(crate) tip: Vec<String>,
    /// None where nothing started.
    pub(crate) rate: Option<f64>,
    pub(crate) interval: Option<(f64, f64)>,
    pub(crate) started: f64,
    /// Of those started.
    pub(crate) open: f64,
    /// Its numbers will change.
    pub(crate) provisional: bool,
    /// Too few to judge.
    pub(crate) faint: bool,
    /// What is behind it.
    pub(crate) href: Option<String>,
}

/// A trend, ready to be laid out.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Trend {
    pub(crate) points: Vec<TrendPoint>,
    /// What the line is.
    pub(crate) rate_name: String,
    /// What the columns beneath are.
    pub(crate) count_name: String,
}

/// How many periods can be told apart at `size`; the caller joins neighbours until they fit.
pub(crate) const fn points_max(size: Size) -> usize {
    match size {
        Size::Narrow | Size::Letter => 45,
        Size::Middle => 80,
        Size::Wide => 92,
    }
}

struct Plot {
    x: Axis,
    y: Axis,
    left: f64,
    right: f64,
    top: f64,
    step: f64,
}

/// The chart, laid out for `size`.
pub(crate) fn trend(chart: &Trend, size: Size) -> Picture {
    let mut picture = Picture::new(size.width());
    if chart.points.is_empty() {
        picture.height = 1.0;
        return picture;
    }
    let (top_value, tick) = round_up(highest(&chart.points));
    let most = super::super::number::count_f64(most_started(&chart.points));
    let left = (width(&most, SMALL, false) + 8.0).max(44.0);
    let (right, top) = (picture.width - 8.0, 26.0);
    #[allow(clippy::cast_precision_loss)] // a chart has some hundred points
    let count = chart.points.len() as f64;
    let plot = Plot {
        x: Axis::new((0.0, count), (left, right)),
        y: Axis::new((0.0, top_value), (top + PLOT, top)),
        left,
        right,
        top,
        step: (right - left) / count,
    };
    picture.text((0.0, 9.0), &chart.rate_name, SMALL, Ink::Muted);
    grid(&mut picture, &plot, top_value, tick);
    band(&mut picture, &plot, &chart.points);
    still_open(&mut picture, &plot, &chart.points);
    line(&mut picture, &plot, &chart.points);
    let strip_top = top + PLOT + 34.0;
    columns(&mut picture, &plot, chart, strip_top);
    ticks(&mut picture, &plot, &chart.points, size, strip_top + STRIP);
    picture.height = strip_top + STRIP + 24.0;
    hits(&mut picture, &plot, &chart.points);
    picture
}

/// The top of what must be seen: every rate, and every interval that can be judged.
fn highest(points: &[TrendPoint]) -> f64 {
    let ends = points.iter().filter_map(|point| {
        let high = point.interval.filter(|_| !point.faint).map(|(_, high)| high);
        high.or(point.rate)
    });
    ends.filter(|v| v.is_finite()).fold(0.0, f64::max).min(1.0)
}

fn most_started(points: &[TrendPoint]) -> f64 {
    points.iter().map(|point| point.started).filter(|v| v.is_finite()).fold(0.0, f64::max)
}

fn grid(picture: &mut Picture, plot: &Plot, top: f64, step: f64) {
    let mut values = Vec::new();
    while values.last().is_none_or(|value| value + step <= top + step / 2.0) {
        values.push(values.last().map_or(0.0, |value| value + step));
    }
    for &value in values.iter().rev() {
        let ink = if value < step / 2.0 { Ink::Muted } else { Ink::Grid };
        let y = plot.y.at(value);
        picture.line((plot.left, y), (plot.right, y), ink, 1.0);
    }
    for value in values {
        let place = (plot.left - 6.0, plot.y.at(value));
        let text = percent_tick(value, step);
        picture.label(place, &text, SMALL, Ink::Muted, Anchor::End, false);
    }
}

fn percent_tick(value: f64, step: f64) -> String {
    let digits = if step < 0.001 { 2 } else { usize::from(step < 0.0099) };
    format!("{:.digits$}\u{a0}%", value * 100.0)
}

impl Plot {
    /// The middle of the period's column.
    #[allow(clippy::cast_precision_loss)] // a chart has some hundred points
    fn middle(&self, number: usize) -> f64 {
        self.x.at(number as f64 + 0.5)
    }
}

/// The runs of neighbouring periods that have a rate.
fn runs(points: &[TrendPoint]) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for number in (0..points.len()).filter(|&number| points[number].rate.is_some()) {
        match runs.last_mut() {
            Some(run) if run.end == number => run.end += 1,
            _ => runs.push(number..number + 1),
        }
    }
    runs
}

/// The interval: full where all is decided, pale in the tail whose numbers will change.
fn band(picture: &mut Picture, plot: &Plot, points: &[TrendPoint]) {
    let young_from = tail(points).unwrap_or(points.len());
    for run in runs(points) {
        let cut = young_from.clamp(run.start, run.end);
        let young =
            if cut < run.end { cut.saturating_sub(1).max(run.start)..run.end } else { 0..0 };
        if run.start < cut && (young.is_empty() || run.start + 1 < cut) {
            stretch(picture, plot, points, run.start..cut, Ink::Band);
        }
        if !young.is_empty() {
            stretch(picture, plot, points, young, Ink::OpenSoft);
        }
    }
}

fn stretch(
    picture: &mut Picture,
    plot: &Plot,
    points: &[TrendPoint],
    run: std::ops::Range<usize>,
    ink: Ink,
) {
    let end = |number: usize, of: fn((f64, f64)) -> f64| {
        let value = points[number].interval.map(of).or(points[number].rate).unwrap_or(0.0);
        (plot.middle(number), plot.y.at(value))
    };
    let upper = run.clone().map(|number| end(number, |(_, high)| high));
    let lower = run.clone().rev().map(|number| end(number, |(low, _)| low));
    let outline: Vec<_> = upper.chain(lower).collect();
    if let ([(x, high), (_, low)], true) = (outline.as_slice(), run.len() == 1) {
        // One period alone has no area: its interval is a bar.
        picture.marks.push(Mark::Rect { x: x - 3.0, y: *high, w: 6.0, h: low - high, ink });
    } else {
        picture.marks.push(Mark::Area { points: outline, ink });
    }
}

/// The line: solid where all is decided, dashed where units are still open.
fn line(picture: &mut Picture, plot: &Plot, points: &[TrendPoint]) {
    let place =
        |number: usize| (plot.middle(number), plot.y.at(points[number].rate.unwrap_or(0.0)));
    for run in runs(points) {
        let mut solid: Vec<(f64, f64)> = Vec::new();
        for number in run.clone() {
            let young = |number: usize| points[number].provisional;
            if number != run.start && (young(number) || young(number - 1)) {
                flush(picture, &mut solid);
                dashed(picture, place(number - 1), place(number));
            }
            solid.push(place(number));
        }
        flush(picture, &mut solid);
    }
    dots(picture, plot, points);
}

/// A point for each period where there is room, and where its neighbours have none: by the layer,
/// so that each layer is one path.
fn dots(picture: &mut Picture, plot: &Plot, points: &[TrendPoint]) {
    let has_rate = |number: usize| points.get(number).is_some_and(|point| point.rate.is_some());
    let shown = |number: &usize| {
        let alone = !number.checked_sub(1).is_some_and(has_rate) && !has_rate(number + 1);
        has_rate(*number) && (alone || DOTS_STEP_MIN <= plot.step)
    };
    let shown: Vec<usize> = (0..points.len()).filter(shown).collect();
    let mut layer = |r: f64, ink: Ink, keep: &dyn Fn(&TrendPoint) -> bool| {
        for &number in shown.iter().filter(|&&number| keep(&points[number])) {
            let y = plot.y.at(points[number].rate.unwrap_or(0.0));
            picture.marks.push(Mark::Dot { x: plot.middle(number), y, r, ink });
        }
    };
    layer(4.0, Ink::Paper, &|_| true);
    layer(3.0, Ink::Data, &|point| !point.faint);
    layer(3.0, Ink::Faint, &|point| point.faint);
    layer(2.0, Ink::Paper, &|point| point.provisional);
}

fn flush(picture: &mut Picture, solid: &mut Vec<(f64, f64)>) {
    let points = std::mem::take(solid);
    if 1 < points.len() {
        picture.marks.push(Mark::Path { points, ink: Ink::Data, stroke: 2.0 });
    }
}

fn dashed(picture: &mut Picture, from: (f64, f64), to: (f64, f64)) {
    const DASH: f64 = 4.0;
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    let at = |done: f64| (from.0 + dx * done / length, from.1 + dy * done / length);
    let mut done = 0.0;
    while done < length {
        picture.line(at(done), at((done + DASH).min(length)), Ink::Data, 2.0);
        done += 2.0 * DASH;
    }
}

/// The first point of the tail whose numbers will change.
fn tail(points: &[TrendPoint]) -> Option<usize> {
    let tail = points.iter().rev().take_while(|p| p.provisional || p.rate.is_none()).count();
    (points.len() - tail..points.len()).find(|&number| points[number].provisional)
}

/// Where the young tail begins, said in words over it.
fn still_open(picture: &mut Picture, plot: &Plot, points: &[TrendPoint]) {
    const WORDS: &str = "still open";
    let Some(first) = tail(points) else { return };
    let x = plot.middle(first) - plot.step / 2.0;
    let y = plot.top - 8.0;
    picture.line((x, y - 6.0), (x, plot.top + PLOT), Ink::Open, 1.0);
    let words_px = width(WORDS, SMALL, false) + 6.0;
    if x + words_px <= picture.width {
        picture.text((x + 5.0, y), WORDS, SMALL, Ink::Muted);
    } else {
        picture.label((x - 5.0, y), WORDS, SMALL, Ink::Muted, Anchor::End, false);
    }
}

/// How many started in each period, those still open hatched.
fn columns(picture: &mut Picture, plot: &Plot, chart: &Trend, top: f64) {
    let most = most_started(&chart.points);
    let y = Axis::new((0.0, most), (top + STRIP, top));
    picture.text((0.0, top - 11.0), &chart.count_name, SMALL, Ink::Muted);
    let most_text = super::super::number::count_f64(most);
    picture.label((plot.left - 6.0, top + 5.0), &most_text, SMALL, Ink::Muted, Anchor::End, false);
    let w = (plot.step - 1.0).clamp(1.0, 40.0);
    let columns: Vec<[f64; 3]> = (chart.points.iter().enumerate())
        .map(|(number, point)| {
            let decided = point.started - point.open;
            [plot.middle(number) - w / 2.0, y.at(point.started), y.at(decided)]
        })
        .collect();
    for &[x, _, decided] in columns.iter().filter(|[_, _, decided]| *decided < top + STRIP) {
        let h = top + STRIP - decided;
        picture.marks.push(Mark::Rect { x, y: decided, w, h, ink: Ink::Data });
    }
    let open = columns.iter().zip(&chart.points).filter(|(_, point)| 0.0 < point.open);
    let open = open.map(|(&[x, all, decided], _)| (x, all, w, (decided - all).max(1.5)));
    picture.fill_all(&open.collect::<Vec<_>>(), Ink::Open);
    let base = top + STRIP;
    picture.line((plot.left, base), (plot.right, base), Ink::Muted, 1.0);
}

fn ticks(picture: &mut Picture, plot: &Plot, points: &[TrendPoint], size: Size, y: f64) {
    let most = match size {
        Size::Narrow | Size::Letter => 4,
        Size::Middle => 6,
        Size::Wide => 9,
    };
    let mut free_from = 0.0;
    for number in every(points.len(), most) {
        let (x, text) = (plot.middle(number), &points[number].tick);
        let half = width(text, SMALL, false) / 2.0;
        let x = x.clamp(half, (picture.width - half).max(half));
        if x - half < free_from {
            continue;
        }
        free_from = x + half + 8.0;
        picture.line((plot.middle(number), y), (plot.middle(number), y + 4.0), Ink::Muted, 1.0);
        picture.label((x, y + 14.0), text, SMALL, Ink::Muted, Anchor::Middle, false);
    }
}

/// None where they would be too narrow to be aimed at; the table leads to the same.
fn hits(picture: &mut Picture, plot: &Plot, points: &[TrendPoint]) {
    if plot.step < HIT_STEP_MIN {
        return;
    }
    for (number, point) in points.iter().enumerate() {
        picture.hits.push(HitArea {
            x: plot.middle(number) - plot.step / 2.0,
            y: plot.top,
            w: plot.step,
            h: picture.height - plot.top - 24.0,
            title: point.title.clone(),
            tip: point.tip.clone(),
            href: point.href.clone(),
            tab: points.len() <= TAB_STOPS_MAX,
        });
    }
}
