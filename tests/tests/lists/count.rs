//! A list's count is its number: whoever follows a number finds exactly the units that it counts.

use std::collections::BTreeSet;

use weir_domain::Unit;
use weir_report::{
    BreakdownValue, CohortUnit, Dimension, Narrow, Percentiles, Query, compute, compute_narrowed,
    profile,
};
use weir_tests::streams::{queries, stream};

use crate::numbers::{Number, of_profile, of_report};
use crate::product::{catalogue, folded, listed, question};

const SEEDS: u64 = 30;
const QUERIES_PER_STREAM: usize = 6;
/// Of the very many numbers of buckets, bins and hours that are nothing, one of so many is looked at.
const NOTHINGS_STEP: usize = 97;

#[test]
fn every_number_counts_the_units_of_its_list() {
    let catalogue = catalogue();
    let mut followed = BTreeSet::new();
    for seed in 0..SEEDS {
        let log = stream(seed);
        let model = folded(&log);
        for asked in queries(seed, &log, QUERIES_PER_STREAM) {
            let query = question(&asked);
            let report = compute(&model, &catalogue, &query, 1).expect("a report");
            let below = profile(&model, &catalogue, &query, 1).expect("a profile");
            let numbers = of_report(&report).into_iter().chain(of_profile(&below));
            let looked_at = numbers.enumerate().filter(|(n, number)| {
                0 < number.count || number.place.starts_with("by_") || n % NOTHINGS_STEP == 0
            });
            for (_, Number { place, count, list }) in looked_at {
                let got = list
                    .map_or(0, |(query, narrow)| listed(&model, &query, &narrow, 1).len() as u64);
                assert_eq!(got, count, "seed {seed}, {place}: {asked:#?}");
                if 0 < count {
                    followed.insert(place.split(' ').next_back().unwrap_or_default().to_owned());
                }
            }
        }
    }
    // A number that is always nothing would lead to nothing.
    for what in [
        "abandoned",
        "recovered",
        "at_risk",
        "open",
        "implied_submitted",
        "submit",
        "abandon",
        "exit",
    ] {
        assert!(followed.contains(what), "{what} in {followed:?}");
    }
}

#[test]
fn the_rows_of_a_profile_are_those_of_the_report() {
    let catalogue = catalogue();
    for seed in 0..SEEDS {
        let log = stream(seed);
        let model = folded(&log);
        for asked in queries(seed, &log, QUERIES_PER_STREAM) {
            let query = question(&asked);
            let report = compute(&model, &catalogue, &query, 1).expect("a report");
            let below = profile(&model, &catalogue, &query, 1).expect("a profile");
            let states = report.by_state.iter().map(|row| (&row.state, &row.label, row.abandoned));
            let reasons =
                report.by_reason.iter().map(|row| (&row.reason, &row.label, row.abandoned));
            let of = |rows: &'_ [weir_report::ExitProfile]| -> Vec<_> {
                rows.iter()
                    .map(|row| (row.value.clone(), row.label.clone(), row.abandoned))
                    .collect()
            };
            let owned = |(value, label, count): (&Option<String>, &String, u64)| {
                (value.clone(), label.clone(), count)
            };
            assert_eq!(of(&below.by_state), states.map(owned).collect::<Vec<_>>());
            assert_eq!(of(&below.by_reason), reasons.map(owned).collect::<Vec<_>>());
            let labels: Vec<_> = report.trend.iter().map(|row| &row.bucket).collect();
            assert_eq!(below.buckets.labels.iter().collect::<Vec<_>>(), labels);
        }
    }
}

/// A report of one value of a dimension is that row of the breakdown.
#[test]
fn a_report_can_keep_what_a_row_of_its_breakdown_counts() {
    let catalogue = catalogue();
    let mut kept = 0;
    for seed in 0..SEEDS {
        let log = stream(seed);
        let model = folded(&log);
        for asked in queries(seed, &log, QUERIES_PER_STREAM) {
            for by in [Dimension::Attempts, Dimension::Weekday, Dimension::Hour] {
                let query = Query { by: Some(by), ..question(&asked) };
                let report = compute(&model, &catalogue, &query, 1).expect("a report");
                for row in report.breakdown.expect("a breakdown") {
                    let BreakdownValue::Number(n) = row.value else { panic!("{:?}", row.value) };
                    let small = u8::try_from(n).ok();
                    let narrow = match by {
                        Dimension::Attempts => Narrow { attempts: Some(n), ..Narrow::default() },
                        Dimension::Weekday => Narrow { weekday: small, ..Narrow::default() },
                        _ => Narrow { hour: small, ..Narrow::default() },
                    };
                    let only = compute_narrowed(&model, &catalogue, &query, &narrow, 1);
                    let only = only.expect("a report");
                    assert_eq!(only.totals, row.totals);
                    assert_eq!(only.breakdown, Some(vec![row]));
                    kept += 1;
                }
            }
        }
    }
    assert!(100 < kept);
}

/// What a list shows of its units is what the report says of them together.
#[test]
fn the_units_of_a_list_say_what_the_report_says() {
    let catalogue = catalogue();
    for seed in 0..SEEDS {
        let log = stream(seed);
        let model = folded(&log);
        for asked in queries(seed, &log, QUERIES_PER_STREAM) {
            let query = question(&asked);
            let report = compute(&model, &catalogue, &query, 1).expect("a report");
            let units = listed(&model, &query, &Narrow::default(), 1);
            assert!(units.is_sorted_by(|a, b| b.first_at() <= a.first_at()));
            let places: BTreeSet<_> =
                units.iter().map(|unit| (unit.session, unit.attempt)).collect();
            assert_eq!(places.len(), units.len(), "every unit once");
            assert!(
                units.iter().all(|unit| unit.attempt.is_some() == (query.unit == Unit::Attempt))
            );
            let took = |until: fn(&CohortUnit) -> Option<i64>| {
                nearest_ranks(units.iter().filter_map(until).collect())
            };
            let to_submit = took(|unit| unit.submitted_at().map(|at| at.since_us(unit.first_at())));
            let to_abandon = took(|unit| {
                let is_cancelled = unit.outcome.kind() == weir_domain::OutcomeKind::Cancelled;
                unit.exit_at().filter(|_| is_cancelled).map(|at| at.since_us(unit.first_at()))
            });
            assert_eq!(to_submit, report.time_to_submit);
            assert_eq!(to_abandon, report.time_to_abandon);
        }
    }
}

fn nearest_ranks(mut times_us: Vec<i64>) -> Percentiles {
    times_us.sort_unstable();
    let at = |percent: usize| {
        let rank = (percent * times_us.len()).div_ceil(100);
        times_us.get(rank.wrapping_sub(1)).map(|us| us.unsigned_abs())
    };
    Percentiles { p50_us: at(50), p75_us: at(75), p90_us: at(90), p95_us: at(95), p99_us: at(99) }
}
