//! What lies below one screen or reason: the pieces of its bar, and how it went over time.

use maud::{Markup, PreEscaped, html};
use weir_domain::{Rate, Timestamp};

use super::ExitsView;
use super::rank::Exit;
use crate::render::chart::{
    Ink, Part, Size, SparkPoint, Trend, TrendPoint, points_max, small_svg, spark,
};
use crate::render::links::Behind;
use crate::render::number::{count, interval, percent, too_few};
use crate::render::periods::{Period, periods, spans, step_words, ticks};

/// More points than this are not told apart in a row.
const SPARK_POINTS_MAX: usize = 31;

/// Its losses by outcome, as parts of all started.
pub(super) fn parts(row: &Exit<'_>) -> Vec<Part> {
    let part =
        |n: u64, ink| Part { value: Rate::new(n, row.rate.whole).value().unwrap_or(0.0), ink };
    vec![part(row.left - row.lost, Ink::Cancelled), part(row.lost, Ink::Lost)]
}

/// How many left so of those who began in one period.
pub(super) struct Span<'a> {
    pub(super) period: &'a Period,
    pub(super) left: u64,
    /// Of those who began in it; none where the report's question has no such period.
    pub(super) within: Option<(Timestamp, Timestamp)>,
}

impl Span<'_> {
    pub(super) const fn rate(&self) -> Rate {
        Rate::new(self.left, self.period.totals.started)
    }

    const fn open(&self) -> bool {
        0 < self.period.totals.open()
    }
}

/// The report's trend joined to periods that can be shown: the same for all rows of a page.
pub(super) struct Periods {
    periods: Vec<Period>,
    joined: usize,
    within: Vec<(Timestamp, Timestamp)>,
}

impl Periods {
    /// At most `max` of them.
    pub(super) fn of(view: &ExitsView<'_>, max: usize) -> Periods {
        let (periods, joined) = periods(view.report, max);
        let within = spans(&view.profile.buckets, &view.report.query, joined);
        Periods { periods, joined, within }
    }

    /// So many that a row's small picture can tell them apart.
    pub(super) fn small(view: &ExitsView<'_>) -> Periods {
        Periods::of(view, SPARK_POINTS_MAX)
    }

    /// How many of them left so.
    pub(super) fn spans(&self, row: &Exit<'_>) -> Vec<Span<'_>> {
        let mut left = vec![0; self.periods.len()];
        for &(bucket, n) in row.below.map_or(&[][..], |below| &below.trend.0) {
            if let Some(left) = left.get_mut(bucket / self.joined) {
                *left += n;
            }
        }
        let mut within = self.within.iter().copied();
        self.periods
            .iter()
            .zip(left)
            .map(|(period, left)| Span { period, left, within: within.next() })
            .collect()
    }
}

/// Its trend as a small picture.
pub(super) fn spark_svg(view: &ExitsView<'_>, row: &Exit<'_>, periods: &Periods) -> Markup {
    let spans = periods.spans(row);
    let point = |span: &Span<'_>| SparkPoint { rate: span.rate().value(), open: span.open() };
    let points: Vec<SparkPoint> = spans.iter().map(point).collect();
    let title = format!("{} by {}", row.name, step_words(view.report, periods.joined));
    let svg = small_svg(&spark(&points), "spark", &title, &highest(&spans));
    html! { @if let Ok(svg) = svg { (PreEscaped(svg)) } }
}

/// The trend in a sentence.
fn highest(spans: &[Span<'_>]) -> String {
    let value = |span: &&Span<'_>| span.rate().value().unwrap_or(0.0);
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
pub(super) fn trend_of(view: &ExitsView<'_>, row: &Exit<'_>, rate_name: &str, size: Size) -> Trend {
    let report = view.report;
    let periods = Periods::of(view, points_max(size));
    let ticks = ticks(report, &periods.periods, periods.joined);
    let spans = periods.spans(row);
    let href = |span: &Span<'_>| {
        let within = span.within.filter(|_| 0 < span.left);
        within?;
        view.ways.units(&Behind { within, ..row.kind.behind(row.value) })
    };
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
            provisional: span.period.is_provisional(report.query.as_of),
            href: href(span),
            faint: too_few(rate),
        }
    });
    Trend {
        points: points.collect(),
        rate_name: rate_name.to_owned(),
        count_name: format!("{} started", report.query.unit.plural()),
    }
}

fn tip(span: &Span<'_>, units: &str) -> Vec<String> {
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
