//! What lies below one screen or reason: the pieces of its bar, and how it went over time.

use maud::{Markup, PreEscaped, html};
use weir_domain::{Rate, Timestamp};

use super::ExitsView;
use super::rank::Exit;
use crate::Report;
use crate::render::chart::{
    Ink, Part, Size, SparkPoint, Trend, TrendPoint, points_max, small_svg, spark,
};
use crate::render::number::{count, interval, percent, too_few};
use crate::render::periods::{Period, periods, spans, step_words, ticks};

/// More points than this are not told apart in a row.
const SPARK_POINTS_MAX: usize = 31;

/// Its losses by outcome, as parts of all started.
pub(super) fn parts(row: &Exit<'_>) -> Vec<Part> {
    let part = |n: u64, ink| Part {
        value: Rate::new(n, row.rate.whole).value().unwrap_or(0.0),
        ink,
    };
    vec![part(row.left - row.lost, Ink::Cancelled), part(row.lost, Ink::Lost)]
}

/// How many left so of those who began in one period.
pub(super) struct Span {
    pub(super) period: Period,
    pub(super) left: u64,
    /// Of those who began in it; none where the report's question has no such period.
    pub(super) within: Option<(Timestamp, Timestamp)>,
}

impl Span {
    pub(super) const fn rate(&self) -> Rate {
        Rate::new(self.left, self.period.totals.started)
    }

    const fn open(&self) -> bool {
        0 < self.period.totals.open()
    }
}

/// Its trend in at most `max` periods, and how many buckets each of them joins.
pub(super) fn over_time(report: &Report, row: &Exit<'_>, max: usize) -> (Vec<Span>, usize) {
    let (periods, joined) = periods(report, max);
    let trend = row.below.map_or(&[][..], |below| &below.trend);
    let mut left = trend.chunks(joined).map(|buckets| buckets.iter().sum());
    let mut within = spans(&report.query, joined).into_iter();
    let spans = periods.into_iter().map(|period| Span {
        period,
        left: left.next().unwrap_or(0),
        within: within.next(),
    });
    (spans.collect(), joined)
}

/// Its trend as a small picture.
pub(super) fn spark_svg(view: &ExitsView<'_>, row: &Exit<'_>) -> Markup {
    let (spans, joined) = over_time(view.report, row, SPARK_POINTS_MAX);
    let points: Vec<SparkPoint> =
        spans.iter().map(|span| SparkPoint { rate: span.rate().value(), open: span.open() }).collect();
    let title = format!("{} by {}", row.name, step_words(view.report, joined));
    let svg = small_svg(&spark(&points), "spark", &title, &highest(&spans));
    html! { @if let Ok(svg) = svg { (PreEscaped(svg)) } }
}

/// The trend in a sentence.
fn highest(spans: &[Span]) -> String {
    let value = |span: &&Span| span.rate().value().unwrap_or(0.0);
    let highest = spans.iter().max_by(|a, b| value(a).total_cmp(&value(b)));
    highest.map_or("nothing began".to_owned(), |span| {
        format!(
            "highest {}, {} of {} that began {}",
            percent(span.rate()),
            count(span.left),
            count(span.period.totals.started),
            span.period.name()
        )
    })
}

/// Its trend as a chart for `size`.
#[allow(clippy::cast_precision_loss)] // counts stay far below 2^53
pub(super) fn trend_of(report: &Report, row: &Exit<'_>, rate_name: &str, size: Size) -> Trend {
    let (spans, joined) = over_time(report, row, points_max(size));
    let periods: Vec<Period> = spans.iter().map(|span| span.period.clone()).collect();
    let ticks = ticks(report, &periods, joined);
    let points = spans.iter().zip(ticks).map(|(span, tick)| {
        let rate = span.rate();
        TrendPoint {
            tick,
            title: span.period.name(),
            tip: tip(span, report.query.unit.plural()),
            rate: rate.value(),
            interval: rate.interval().map(|interval| (interval.low, interval.high)),
            started: span.period.totals.started as f64,
            open: span.period.totals.open() as f64,
            faint: too_few(rate),
        }
    });
    Trend {
        points: points.collect(),
        rate_name: rate_name.to_owned(),
        count_name: format!("{} started", report.query.unit.plural()),
    }
}

fn tip(span: &Span, units: &str) -> Vec<String> {
    let rate = span.rate();
    if rate.whole == 0 {
        return vec![format!("no {units} began")];
    }
    let mut tip = vec![format!(
        "{} of {} · {} ({})",
        count(rate.part),
        count(rate.whole),
        percent(rate),
        interval(rate)
    )];
    if span.open() {
        tip.push(format!("{} still open: this may rise", count(span.period.totals.open())));
    }
    if too_few(rate) {
        tip.push("too few to judge".to_owned());
    }
    tip
}
