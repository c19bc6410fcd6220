//! The trend's buckets as periods that can be shown: neighbours are joined until they fit.

use jiff::civil::Date;
use weir_domain::{OutcomeKind, Rate, Timestamp};

use super::chart::{Size, Trend, TrendPoint, points_max};
use super::links::{ABANDONED, Behind, Links};
use super::number::{JUDGED_MIN, count, interval, percent, too_few};
use super::text::safe_name;
use super::words::bucket_word;
use crate::{Bucket, Buckets, Query, Report, Totals, TrendRow};

/// Some neighbouring buckets, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Period {
    /// The first bucket's name.
    pub(crate) first: String,
    /// The last one's, where there are several.
    pub(crate) last: Option<String>,
    pub(crate) totals: Totals,
    /// The part of the range that it covers.
    pub(crate) within: Option<(Timestamp, Timestamp)>,
}

/// How many buckets make a round period, from the least on.
const fn round_periods(bucket: Bucket) -> &'static [usize] {
    match bucket {
        Bucket::Hour => &[1, 2, 3, 6, 12, 24, 48, 168, 336, 672, 1_344],
        Bucket::Day => &[1, 2, 7, 14, 28, 56, 91, 182, 364],
        Bucket::Week => &[1, 2, 4, 13, 26, 52],
        Bucket::Month => &[1, 2, 3, 6, 12],
    }
}

/// At most `max` periods, and how many buckets each of them joins.
pub(crate) fn periods(report: &Report, max: usize) -> (Vec<Period>, usize) {
    let needed = report.trend.len().div_ceil(max.max(1)).max(1);
    let round = round_periods(report.query.bucket).iter().find(|&&joined| needed <= joined);
    let joined = round.copied().unwrap_or(needed);
    (report.trend.chunks(joined).map(Period::of).collect(), joined)
}

impl Period {
    fn of(rows: &[TrendRow]) -> Period {
        let mut totals = Totals::default();
        for row in rows {
            add(&mut totals, &row.totals);
        }
        let name = |row: Option<&TrendRow>| row.map(|row| row.bucket.clone());
        Period {
            first: name(rows.first()).unwrap_or_default(),
            last: name(rows.last()).filter(|_| 1 < rows.len()),
            totals,
            within: rows.first().zip(rows.last()).map(|(first, last)| (first.from, last.to)),
        }
    }

    /// `2026-01-05`, or `2026-01-05 to 2026-01-11`.
    pub(crate) fn name(&self) -> String {
        let short = |name: &str| safe_name(name.get(..16).unwrap_or(name)).replace('T', " ");
        match &self.last {
            Some(last) => format!("{} to {}", short(&self.first), short(last)),
            None => short(&self.first),
        }
    }

    /// Whether its numbers will change: some of its units are open, or it has not ended.
    pub(crate) fn is_provisional(&self, as_of: Timestamp) -> bool {
        let began = self.within.is_some_and(|(from, _)| from < as_of);
        let runs = self.within.is_some_and(|(_, to)| as_of <= to);
        0 < self.totals.started && (0 < self.totals.open() || began && runs)
    }

    /// The units of it that came to one of these ends, any where none is named.
    pub(crate) fn units(&self, outcomes: &[OutcomeKind], links: &dyn Links) -> Option<String> {
        links.units(&Behind { outcomes, within: self.within, ..Behind::default() })
    }

    /// Under the axis: as much of the date as tells it from its neighbours.
    fn tick(&self, bucket: Bucket, years: bool, hours: bool) -> String {
        let day = self.first.get(..10).and_then(|day| day.parse::<Date>().ok());
        let Some(day) = day else {
            return safe_name(&self.first);
        };
        match (bucket, years, hours) {
            (Bucket::Hour, _, true) => {
                let time = self.first.get(11..16).unwrap_or_default();
                format!("{} {time}", day.strftime("%-d %b"))
            }
            (Bucket::Month, ..) | (_, true, _) => day.strftime("%b %Y").to_string(),
            _ => day.strftime("%-d %b").to_string(),
        }
    }

    fn tip(&self, units: &str, as_of: Timestamp) -> Vec<String> {
        let rate = self.totals.drop_off_rate();
        if self.totals.started == 0 {
            return vec![format!("no {units} began")];
        }
        let mut tip = vec![format!(
            "{} of {} dropped off · {} ({})",
            count(rate.part),
            count(rate.whole),
            percent(rate),
            interval(rate)
        )];
        if 0 < self.totals.open() {
            tip.push(format!("{} still open: the rate will rise", count(self.totals.open())));
        } else if self.is_provisional(as_of) {
            tip.push("not over yet".to_owned());
        }
        if too_few(rate) {
            tip.push("too few to judge".to_owned());
        }
        tip
    }
}

fn add(sum: &mut Totals, row: &Totals) {
    // Every field is named, so that a new one does not compile until it is added here.
    let Totals {
        started,
        submitted,
        cancelled,
        lost_in_handover,
        stalled,
        handed_over,
        in_progress,
        recovered,
        left_after_submitting,
        other_document,
    } = row;
    sum.started += started;
    sum.submitted += submitted;
    sum.cancelled += cancelled;
    sum.lost_in_handover += lost_in_handover;
    sum.stalled += stalled;
    sum.handed_over += handed_over;
    sum.in_progress += in_progress;
    sum.recovered += recovered;
    sum.left_after_submitting += left_after_submitting;
    sum.other_document += other_document;
}

/// The trend of the drop-off as a chart for `size`.
#[allow(clippy::cast_precision_loss)] // counts stay far below 2^53
pub(crate) fn trend_chart(report: &Report, links: &dyn Links, size: Size) -> Trend {
    let (periods, joined) = periods(report, points_max(size));
    let units = report.query.unit.plural();
    let ticks = ticks(report, &periods, joined);
    let points = periods.iter().zip(ticks).map(|(period, tick)| {
        let rate: Rate = period.totals.drop_off_rate();
        TrendPoint {
            tick,
            title: period.name(),
            tip: period.tip(units, report.query.as_of),
            href: period.units(ABANDONED, links).filter(|_| 0 < period.totals.abandoned()),
            rate: rate.value(),
            interval: rate.interval().map(|interval| (interval.low, interval.high)),
            started: period.totals.started as f64,
            open: period.totals.open() as f64,
            provisional: period.is_provisional(report.query.as_of),
            faint: rate.whole < JUDGED_MIN,
        }
    });
    Trend {
        points: points.collect(),
        rate_name: "dropped off, of started".to_owned(),
        count_name: format!("{units} started"),
    }
}

/// What stands under the axis for each period.
pub(crate) fn ticks(report: &Report, periods: &[Period], joined: usize) -> Vec<String> {
    let bucket = report.query.bucket;
    let years = match bucket {
        Bucket::Hour => 24 * 300 < report.trend.len(),
        Bucket::Day => 300 < report.trend.len(),
        Bucket::Week => 43 < report.trend.len(),
        Bucket::Month => true,
    };
    let hours = joined < 24 && report.trend.len() <= 24 * 14;
    periods.iter().map(|period| period.tick(bucket, years, hours)).collect()
}

/// Where each period of `joined` buckets begins and ends within the range.
pub(crate) fn spans(
    buckets: &Buckets,
    query: &Query,
    joined: usize,
) -> Vec<(Timestamp, Timestamp)> {
    let starts: Vec<i64> = buckets.starts_us.iter().copied().step_by(joined.max(1)).collect();
    let place = |n: usize| starts.get(n).map(|&us| Timestamp::from_micros(us));
    let span = |n: usize| {
        let from = place(n).map_or(query.from, |start| start.max(query.from));
        (from, place(n + 1).unwrap_or(query.to))
    };
    (0..starts.len()).map(span).collect()
}

/// What one point is: `day`, or `7 days together`.
pub(crate) fn step_words(report: &Report, joined: usize) -> String {
    let word = bucket_word(report.query.bucket);
    match (report.query.bucket, joined) {
        (_, 1) => word.to_owned(),
        (Bucket::Hour, 24) => "day".to_owned(),
        (Bucket::Hour, hours) if hours.is_multiple_of(24) => {
            format!("{} days together", hours / 24)
        }
        _ => format!("{joined} {word}s together"),
    }
}

#[cfg(test)]
mod tests {
    use super::{periods, spans};
    use crate::render::fixture;
    use crate::{Bucket, Buckets, Zone};

    #[track_caller]
    fn check(buckets: usize, bucket: Bucket, want: (usize, usize)) {
        let report = fixture::many(3, buckets, bucket);
        let (periods, joined) = periods(&report, 120);
        assert_eq!((periods.len(), joined), want);
        let sum: u64 = periods.iter().map(|period| period.totals.started).sum();
        assert_eq!(sum, report.trend.iter().map(|row| row.totals.started).sum::<u64>());
    }

    #[test]
    fn long_trends_are_joined_to_round_periods_and_lose_nothing() {
        check(0, Bucket::Day, (0, 1));
        check(1, Bucket::Day, (1, 1));
        check(120, Bucket::Day, (120, 1));
        check(121, Bucket::Day, (61, 2));
        check(1_826, Bucket::Day, (66, 28));
        check(43_824, Bucket::Hour, (66, 672));
        check(50_000, Bucket::Month, (120, 417));
    }

    #[test]
    fn each_period_has_its_part_of_the_range() {
        let mut query = fixture::many(3, 3, Bucket::Day).query;
        query.from = "2026-01-05T06:00:00Z".parse().unwrap();
        query.to = "2026-01-08T06:00:00Z".parse().unwrap();
        let buckets = Buckets::cover(Bucket::Day, &Zone::utc(), query.from, query.to).unwrap();
        let check = |joined: usize, want: &[&str]| {
            let got: Vec<String> =
                spans(&buckets, &query, joined).iter().map(|(a, b)| format!("{a} {b}")).collect();
            assert_eq!(got, want);
        };
        check(
            2,
            &[
                "2026-01-05T06:00:00Z 2026-01-07T00:00:00Z",
                "2026-01-07T00:00:00Z 2026-01-08T06:00:00Z",
            ],
        );
        check(4, &["2026-01-05T06:00:00Z 2026-01-08T06:00:00Z"]);
        assert_eq!(spans(&buckets, &query, 1).len(), 4);
    }

    #[test]
    fn a_joined_period_names_both_its_ends() {
        let report = fixture::many(3, 240, Bucket::Hour);
        assert_eq!(periods(&report, 120).0[0].name(), "2026-01-05 00:00 to 2026-01-05 01:00");
        assert_eq!(periods(&report, 500).0[0].name(), "2026-01-05 00:00");
    }

    #[test]
    fn what_is_open_or_not_over_will_change() {
        let mut report = fixture::many(3, 8, Bucket::Day);
        let last = report.trend.len() - 1;
        let ends = report.trend[last].to;
        let check = |report: &crate::Report, as_of, want: bool| {
            let (shown, _) = periods(report, 120);
            assert_eq!(shown[last].is_provisional(as_of), want);
        };
        check(&report, ends.plus_us(1), true);
        report.trend[last].totals.in_progress = 0;
        check(&report, ends.plus_us(1), false);
        check(&report, ends, true);
        report.trend[last].totals = crate::Totals::default();
        check(&report, ends, false);
    }
}
