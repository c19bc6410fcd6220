//! Two reports side by side, and whether they differ by more than chance would explain.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeMap};
use weir_domain::{Catalogue, Rate};

use crate::chance::{self, LEVEL};
use crate::compute::{reason_label, state_label};
use crate::{Report, Totals};

/// Below this many units in either group nothing is said about a difference.
pub const GROUP_MIN: u64 = 30;

/// Two groups, and how each of their rates differs: always the second, `b`, minus the first, `a`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Submitted of started.
    pub conversion: Difference,
    /// Abandoned of started.
    pub drop_off: Difference,
    /// Stalled of started.
    pub stalled: Difference,
    /// Still open, of started.
    pub open: Difference,
    /// For each screen of either: abandoned there, of started; the largest loss in either first.
    pub by_state: Vec<RowDifference>,
    /// For each reason of either, likewise.
    pub by_reason: Vec<RowDifference>,
}

/// One screen or reason in both groups.
#[derive(Debug, Clone, PartialEq)]
pub struct RowDifference {
    /// The literal value; none where the exit had none.
    pub value: Option<String>,
    /// The catalogue's label, or the raw value.
    pub label: String,
    /// Its verdict is corrected for the number of rows that were looked at (Holm 1979).
    pub difference: Difference,
}

/// How a rate differs between two groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The first group's.
    pub a: Rate,
    /// The second group's.
    pub b: Rate,
    /// `b - a`, as a fraction of 1; none where a group is empty.
    pub value: Option<f64>,
    /// The ends of its 95 % interval (Newcombe 1998, method 10: from the Wilson intervals of
    /// both); none where a group is empty.
    pub interval: Option<(f64, f64)>,
    /// Of the two-proportion z-test with the pooled rate, two-sided; of Fisher's exact test where
    /// fewer than 5 are expected of either kind in a group. None where it says nothing: a group is
    /// empty, or both have nought or all of a kind.
    pub p_value: Option<f64>,
    /// What to make of it.
    pub verdict: Verdict,
}

/// What to make of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A group has fewer than [`GROUP_MIN`] units: nothing is said.
    TooFew,
    /// Chance alone would often explain as much: p is at least 5 %.
    Chance,
    /// More than chance would explain: p is below 5 %.
    Real,
}

/// How the second report differs from the first.
#[must_use]
pub fn comparison(a: &Report, b: &Report, catalogue: &Catalogue) -> Comparison {
    let of = |rate: fn(&Totals) -> Rate| Difference::between(rate(&a.totals), rate(&b.totals));
    let states = |report: &Report| -> Vec<Row> {
        let rows = report.by_state.iter();
        rows.map(|row| (row.state.clone(), row.abandoned)).collect()
    };
    let reasons = |report: &Report| -> Vec<Row> {
        let rows = report.by_reason.iter();
        rows.map(|row| (row.reason.clone(), row.abandoned)).collect()
    };
    let started = (a.totals.started, b.totals.started);
    Comparison {
        conversion: of(Totals::conversion_rate),
        drop_off: of(Totals::drop_off_rate),
        stalled: of(|totals| Rate::new(totals.stalled, totals.started)),
        open: of(|totals| Rate::new(totals.open(), totals.started)),
        by_state: family(states(a), states(b), started, |state| state_label(catalogue, state)),
        by_reason: family(reasons(a), reasons(b), started, |value| reason_label(catalogue, value)),
    }
}

/// A screen or reason, and how many were abandoned there.
type Row = (Option<String>, u64);

/// The rows of either group, each of all that started in its group.
fn family(
    a: Vec<Row>,
    b: Vec<Row>,
    started: (u64, u64),
    label: impl Fn(Option<&str>) -> String,
) -> Vec<RowDifference> {
    let mut counts: BTreeMap<Option<String>, (u64, u64)> = BTreeMap::new();
    a.into_iter().for_each(|(value, count)| counts.entry(value).or_default().0 += count);
    b.into_iter().for_each(|(value, count)| counts.entry(value).or_default().1 += count);
    let mut rows: Vec<RowDifference> = counts
        .into_iter()
        .map(|(value, (a, b))| RowDifference {
            label: label(value.as_deref()),
            difference: Difference::between(Rate::new(a, started.0), Rate::new(b, started.1)),
            value,
        })
        .collect();
    correct(&mut rows);
    rows.sort_by(|a, b| {
        let by_loss = b.loss().total_cmp(&a.loss());
        by_loss.then_with(|| (a.value.is_none(), &a.value).cmp(&(b.value.is_none(), &b.value)))
    });
    rows
}

/// Judges the rows together: the more of them are looked at, the likelier one differs by chance.
fn correct(rows: &mut [RowDifference]) {
    let judged = || rows.iter().filter(|row| row.difference.verdict != Verdict::TooFew);
    let p_values: Vec<f64> = judged().filter_map(|row| row.difference.p_value).collect();
    let mut is_real = chance::holm(&p_values).into_iter();
    for RowDifference { difference, .. } in rows {
        let judged = difference.verdict != Verdict::TooFew && difference.p_value.is_some();
        if judged && is_real.next() == Some(false) {
            difference.verdict = Verdict::Chance;
        }
    }
}

impl RowDifference {
    /// The larger of the two rates.
    fn loss(&self) -> f64 {
        let value = |rate: Rate| rate.value().unwrap_or(0.0);
        value(self.difference.a).max(value(self.difference.b))
    }
}

impl Difference {
    /// How `b` differs from `a`, looked at alone.
    #[must_use]
    pub fn between(a: Rate, b: Rate) -> Difference {
        let p_value = chance::p_value(a, b);
        let verdict = if a.whole.min(b.whole) < GROUP_MIN {
            Verdict::TooFew
        } else if p_value.is_some_and(|p| p < LEVEL) {
            Verdict::Real
        } else {
            Verdict::Chance
        };
        let value = a.value().zip(b.value()).map(|(a, b)| b - a);
        let interval = chance::interval_of_difference(a, b);
        Difference { a, b, value, interval, p_value, verdict }
    }
}

impl Verdict {
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::TooFew => "too_few",
            Verdict::Chance => "chance",
            Verdict::Real => "real",
        }
    }
}

impl Serialize for Comparison {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Comparison { conversion, drop_off, stalled, open, by_state, by_reason } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("conversion", conversion)?;
        map.serialize_entry("drop_off", drop_off)?;
        map.serialize_entry("stalled", stalled)?;
        map.serialize_entry("open", open)?;
        map.serialize_entry("by_state", &Named::all("state", by_state))?;
        map.serialize_entry("by_reason", &Named::all("reason", by_reason))?;
        map.end()
    }
}

/// A row whose value goes by the name of its family.
struct Named<'a>(&'static str, &'a RowDifference);

impl Named<'_> {
    fn all<'a>(name: &'static str, rows: &'a [RowDifference]) -> Vec<Named<'a>> {
        rows.iter().map(|row| Named(name, row)).collect()
    }
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Named(name, RowDifference { value, label, difference }) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(name, value)?;
        map.serialize_entry("label", label)?;
        difference.write(&mut map)?;
        map.end()
    }
}

impl Difference {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let Difference { a, b, value, interval, p_value, verdict } = self;
        for (name, rate) in [("a", a), ("b", b)] {
            map.serialize_entry(name, &Part { count: rate.part, of: rate.whole, rate: *rate })?;
        }
        map.serialize_entry("value", value)?;
        map.serialize_entry("low", &interval.map(|(low, _)| low))?;
        map.serialize_entry("high", &interval.map(|(_, high)| high))?;
        map.serialize_entry("p_value", p_value)?;
        map.serialize_entry("verdict", verdict.name())
    }
}

impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map)?;
        map.end()
    }
}

/// A rate with its two counts.
#[derive(Serialize)]
struct Part {
    count: u64,
    of: u64,
    rate: Rate,
}

#[cfg(test)]
mod tests {
    use super::{Difference, RowDifference, Verdict, family};
    use weir_domain::Rate;

    #[track_caller]
    fn check(a: (u64, u64), b: (u64, u64), want: Verdict) {
        let got = Difference::between(Rate::new(a.0, a.1), Rate::new(b.0, b.1));
        assert_eq!(got.verdict, want, "{got:?}");
    }

    #[test]
    fn a_difference_is_judged_where_there_are_enough_to_judge() {
        check((0, 29), (400, 400), Verdict::TooFew);
        check((0, 30), (400, 400), Verdict::Real);
        check((0, 0), (400, 400), Verdict::TooFew);
        check((121, 1_000), (149, 1_000), Verdict::Chance);
        check((242, 2_000), (298, 2_000), Verdict::Real);
        check((0, 2_000), (0, 3_000), Verdict::Chance);
    }

    #[test]
    fn the_second_is_held_against_the_first() {
        let got = Difference::between(Rate::new(242, 2_000), Rate::new(298, 2_000));
        assert!((got.value.unwrap() - 0.028).abs() < 1e-12);
        let (low, high) = got.interval.unwrap();
        assert!(0.0 < low && low < 0.028 && 0.028 < high, "{low} {high}");
        assert_eq!(Difference::between(Rate::new(0, 0), Rate::new(1, 2)).interval, None);
    }

    fn rows(a: &[(&str, u64)], b: &[(&str, u64)]) -> Vec<RowDifference> {
        let named = |rows: &[(&str, u64)]| {
            let value = |name: &str| (!name.is_empty()).then(|| name.to_owned());
            rows.iter().map(|(name, count)| (value(name), *count)).collect()
        };
        family(named(a), named(b), (1_000, 1_000), |value| value.unwrap_or("none").to_owned())
    }

    #[test]
    fn rows_of_either_stand_side_by_side_the_largest_loss_first() {
        let got = rows(&[("a", 10), ("", 50), ("gone", 30)], &[("new", 80), ("a", 10)]);
        let listed = got
            .iter()
            .map(|row| (row.label.as_str(), row.difference.a.part, row.difference.b.part));
        let want = [("new", 0, 80), ("none", 50, 0), ("gone", 30, 0), ("a", 10, 10)];
        assert_eq!(listed.collect::<Vec<_>>(), want);
    }

    // 40 against 60 of 1,000 alone: p is 0.040. Among others it is what chance brings.
    #[test]
    fn among_many_rows_a_difference_must_be_larger() {
        assert_eq!(rows(&[("a", 40)], &[("a", 60)])[0].difference.verdict, Verdict::Real);
        let many = rows(&[("a", 40), ("b", 20), ("c", 20)], &[("a", 60), ("b", 20), ("c", 20)]);
        assert_eq!(many[0].difference.verdict, Verdict::Chance);
        assert!(many[0].difference.p_value.unwrap() < 0.05);
    }
}
