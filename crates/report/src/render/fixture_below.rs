//! What lies below a made-up report: made up too, and adding up to it.

use crate::{Buckets, Distribution, ExitProfile, HourCell, Percentiles, Profile, Report, Trend};

/// The profile of this report.
pub(crate) fn profile(report: &Report) -> Profile {
    let query = report.query.clone();
    let labels: Vec<String> = report.trend.iter().map(|row| row.bucket.clone()).collect();
    let buckets = Buckets::cover(query.bucket, &query.zone, query.from, query.to)
        .unwrap_or(Buckets { starts_us: Vec::new(), labels });
    let exit = |value: &Option<String>, label: &str, abandoned: u64| ExitProfile {
        value: value.clone(),
        label: label.to_owned(),
        abandoned,
        trend: spread(abandoned, report.trend.len()),
        time_to_exit: Percentiles {
            p50_us: us(abandoned),
            p90_us: us(9 * abandoned),
            ..report.time_to_abandon
        },
        times: times(abandoned),
    };
    let totals = &report.totals;
    let mut week = vec![[HourCell::default(); 24]; 7];
    for n in 0..totals.started {
        let cell = &mut week[usize::try_from(n % 7).unwrap()][usize::try_from(n * 5 % 24).unwrap()];
        cell.started += 1;
        cell.submitted += u64::from(n < totals.submitted);
        cell.abandoned +=
            u64::from(totals.submitted <= n && n < totals.submitted + totals.abandoned());
    }
    Profile {
        by_state: report
            .by_state
            .iter()
            .map(|row| exit(&row.state, &row.label, row.abandoned))
            .collect(),
        by_reason: report
            .by_reason
            .iter()
            .map(|row| exit(&row.reason, &row.label, row.abandoned))
            .collect(),
        time_to_submit: times(totals.submitted),
        time_to_abandon: times(totals.cancelled),
        week,
        buckets,
        query,
    }
}

fn us(seconds: u64) -> Option<u64> {
    Some(seconds * 1_000_000)
}

/// Over the first buckets, the more the earlier.
fn spread(total: u64, buckets: usize) -> Trend {
    let mut left = total;
    let mut trend = Vec::new();
    for bucket in 0..buckets {
        let n = if bucket + 1 == buckets { left } else { left.div_ceil(2) };
        left -= n;
        if 0 < n {
            trend.push((bucket, n));
        }
    }
    Trend(trend)
}

/// Around a minute, with some far out.
fn times(total: u64) -> Distribution {
    let mut distribution = Distribution::default();
    let mut left = total;
    for bin in [7, 6, 8, 5, 9, 2, 13] {
        let n = left.div_ceil(2);
        distribution.0[bin] = n;
        left -= n;
    }
    distribution.0[19] += left;
    distribution
}
