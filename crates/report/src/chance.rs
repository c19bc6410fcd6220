//! What chance alone would explain: the statistics of two proportions.
//!
//! Written out from the sources that are named, because a few lines of them are less to trust
//! than a library of all statistics.

use std::f64::consts::{FRAC_2_SQRT_PI, PI, SQRT_2};

use weir_domain::{Interval, Rate};

/// A result this improbable or less is not put down to chance.
pub(crate) const LEVEL: f64 = 0.05;
/// Where fewer are expected than this of either kind in either group, the normal distribution is
/// too rough (W. G. Cochran, Biometrics 10, 1954).
const EXPECTED_MIN: f64 = 5.0;

/// The 95 % interval of `b - a`: R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890,
/// method 10, from the Wilson intervals of both; none where a group is empty.
pub(crate) fn interval_of_difference(a: Rate, b: Rate) -> Option<(f64, f64)> {
    let difference = b.value()? - a.value()?;
    let below = (gap(b)?.0.powi(2) + gap(a)?.1.powi(2)).sqrt();
    let above = (gap(b)?.1.powi(2) + gap(a)?.0.powi(2)).sqrt();
    Some((difference - below, difference + above))
}

/// How far the ends of a rate's own interval are below and above it.
fn gap(rate: Rate) -> Option<(f64, f64)> {
    let (value, Interval { low, high }) = (rate.value()?, rate.interval()?);
    Some((value - low, high - value))
}

/// How probable a difference at least as large is where both groups have one and the same rate,
/// two-sided; none where both have nought or all of a kind, or a group is empty.
pub(crate) fn p_value(a: Rate, b: Rate) -> Option<f64> {
    let pooled = Rate::new(a.part + b.part, a.whole + b.whole);
    if a.whole == 0 || b.whole == 0 || pooled.part == 0 || pooled.part == pooled.whole {
        return None;
    }
    let rarer = pooled.part.min(pooled.whole - pooled.part);
    let expected_min = float(a.whole.min(b.whole)) * float(rarer) / float(pooled.whole);
    Some(if expected_min < EXPECTED_MIN { fisher(a, b) } else { z_test(a, b, pooled) })
}

/// The two-proportion z-test with the pooled rate.
fn z_test(a: Rate, b: Rate, pooled: Rate) -> f64 {
    let p = float(pooled.part) / float(pooled.whole);
    let variance = p * (1.0 - p) * (1.0 / float(a.whole) + 1.0 / float(b.whole));
    let difference = float(b.part) / float(b.whole) - float(a.part) / float(a.whole);
    erfc(difference.abs() / variance.sqrt() / SQRT_2)
}

/// Fisher's exact test: of all tables with the same margins, the share of those that are no more
/// probable than this one (R. A. Fisher, Statistical Methods for Research Workers, 1934, §21.02).
fn fisher(a: Rate, b: Rate) -> f64 {
    // Each table differs from the next by one unit; probabilities follow from their ratios, this
    // table's own taken as 1.
    let (parts, others) = (a.part + b.part, a.whole + b.whole - a.part - b.part);
    let ratio_up = |x: u64| {
        // Of `x` among the first group to `x + 1` among it.
        float(a.whole - x) * float(parts - x)
            / (float(x + 1) * float((others + x + 1).saturating_sub(a.whole)))
    };
    let (least, most) = (a.whole.saturating_sub(others), a.whole.min(parts));
    let upward = (a.part..most).scan(1.0, |weight, x| {
        *weight *= ratio_up(x);
        Some(*weight)
    });
    let downward = (least..a.part).rev().scan(1.0, |weight, x| {
        *weight /= ratio_up(x);
        Some(*weight)
    });
    // What is as probable is so to within rounding.
    let is_no_more_probable = |weight: f64| weight <= 1.0 + 1e-7;
    let (mut all, mut extreme) = (1.0, 1.0);
    for weight in upward.chain(downward) {
        all += weight;
        extreme += if is_no_more_probable(weight) { weight } else { 0.0 };
    }
    // Where a table is too far off to be weighed against the others, infinity gives 0.
    extreme / all
}

/// Which of several p-values stay below [`LEVEL`] together: S. Holm, Scandinavian Journal of
/// Statistics 6 (1979), 65-70. The smallest is held against the level divided by their number,
/// the next against the level divided by one less, and so on until one fails.
pub(crate) fn holm(p_values: &[f64]) -> Vec<bool> {
    let mut ranked: Vec<usize> = (0..p_values.len()).collect();
    ranked.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut is_below = vec![false; p_values.len()];
    for (rank, &at) in ranked.iter().enumerate() {
        if LEVEL <= p_values[at] * float((p_values.len() - rank) as u64) {
            break;
        }
        is_below[at] = true;
    }
    is_below
}

/// The complementary error function of `x >= 0`: the series 7.1.6 and the continued fraction
/// 7.1.14 of Abramowitz and Stegun, Handbook of Mathematical Functions (1964), each where it
/// converges fast. Twice the upper tail of the normal distribution at `x * sqrt(2)`.
fn erfc(x: f64) -> f64 {
    const SERIES_BELOW: f64 = 2.0;
    const TERMS: u32 = 120;
    let squared = x * x;
    if x < SERIES_BELOW {
        let terms = (0..TERMS).scan(x, |term, n| {
            let this = *term;
            *term *= 2.0 * squared / f64::from(2 * n + 3);
            Some(this)
        });
        1.0 - FRAC_2_SQRT_PI * (-squared).exp() * terms.sum::<f64>()
    } else {
        let fraction = (1..=TERMS).rev().fold(x, |below, n| x + f64::from(n) / 2.0 / below);
        (-squared).exp() / (PI.sqrt() * fraction)
    }
}

#[allow(clippy::cast_precision_loss)] // counts stay far below 2^53
const fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{erfc, fisher, holm, interval_of_difference, p_value};
    use proptest::prelude::*;
    use weir_domain::Rate;

    #[track_caller]
    fn near(got: f64, want: f64, within: f64) {
        assert!((got - want).abs() <= within, "{got} is not {want}");
    }

    /// Newcombe's table II, method 10: the interval of `p1 - p2`, to its four decimals.
    #[track_caller]
    fn check(first: (u64, u64), second: (u64, u64), low: f64, high: f64) {
        let rate = |(part, whole)| Rate::new(part, whole);
        let got = interval_of_difference(rate(second), rate(first)).unwrap();
        near(got.0, low, 5.1e-5);
        near(got.1, high, 5.1e-5);
    }

    #[test]
    fn the_interval_agrees_with_newcombes_table() {
        check((56, 70), (48, 80), 0.0524, 0.3339);
        check((9, 10), (3, 10), 0.1705, 0.8090);
        check((6, 7), (2, 7), 0.0582, 0.8062);
        check((5, 56), (0, 29), -0.0381, 0.1926);
        check((0, 10), (0, 20), -0.1611, 0.2775);
        check((0, 10), (0, 10), -0.2775, 0.2775);
        check((10, 10), (0, 20), 0.6791, 1.0000);
        check((10, 10), (0, 10), 0.6075, 1.0000);
    }

    // Abramowitz and Stegun, tables 7.1 and 7.3; at 2 both ways meet.
    #[test]
    fn the_complementary_error_function_agrees_with_the_tables() {
        near(erfc(0.0), 1.0, 0.0);
        near(erfc(0.5), 1.0 - 0.520_499_877_8, 1e-10);
        near(erfc(1.0), 1.0 - 0.842_700_792_9, 1e-10);
        near(erfc(1.999_999_999_999), erfc(2.0), 1e-12);
        near(erfc(2.0), 1.0 - 0.995_322_265_0, 1e-10);
        near(erfc(3.0) / 2.209_049_699_9e-5, 1.0, 1e-9);
        near(erfc(5.0) / 1.537_459_794_4e-12, 1.0, 1e-9);
        near(erfc(1.959_963_984_540_054 / std::f64::consts::SQRT_2), 0.05, 1e-14);
    }

    // OpenStax, Introductory Statistics, example 10.8 (two medications for hives); and the
    // aspirin of the Physicians' Health Study in Agresti, Categorical Data Analysis: z is 5.00.
    #[test]
    fn the_test_agrees_with_published_examples() {
        near(p_value(Rate::new(12, 200), Rate::new(20, 200)).unwrap(), 0.1404, 5e-5);
        let aspirin = p_value(Rate::new(189, 11_034), Rate::new(104, 11_037)).unwrap();
        near(aspirin / erfc(5.001_4 / std::f64::consts::SQRT_2), 1.0, 1e-3);
    }

    // The lady who tasted tea, Fisher, The Design of Experiments (1935): 34 of 70 tables.
    #[test]
    fn where_few_are_expected_the_test_is_exact() {
        near(p_value(Rate::new(3, 4), Rate::new(1, 4)).unwrap(), 34.0 / 70.0, 1e-12);
        near(p_value(Rate::new(4, 4), Rate::new(0, 4)).unwrap(), 2.0 / 70.0, 1e-12);
        near(p_value(Rate::new(0, 100), Rate::new(4, 100)).unwrap(), 0.121_2, 5e-5);
        near(fisher(Rate::new(2_900, 3_000), Rate::new(0, 4_000_000)), 0.0, 1e-12);
    }

    #[test]
    fn the_test_says_nothing_where_there_is_nothing_to_say() {
        assert_eq!(p_value(Rate::new(0, 40), Rate::new(0, 50)), None);
        assert_eq!(p_value(Rate::new(40, 40), Rate::new(50, 50)), None);
        assert_eq!(p_value(Rate::new(0, 0), Rate::new(1, 50)), None);
    }

    // 0.01 x 4 and 0.012 x 3 stay below 5 %; 0.03 x 2 does not, and ends it for 0.04 too.
    #[test]
    fn of_many_p_values_the_smallest_must_be_smaller() {
        assert_eq!(holm(&[0.03, 0.01, 0.04, 0.012]), [false, true, false, true]);
        assert_eq!(holm(&[0.04]), [true]);
        assert_eq!(holm(&[0.026, 0.026]), [false, false]);
        assert_eq!(holm(&[]), [false; 0]);
    }

    /// A group of up to 60 units.
    fn rate() -> impl Strategy<Value = Rate> {
        (1..60_u64)
            .prop_flat_map(|whole| (0..=whole, Just(whole)))
            .prop_map(|(part, whole)| Rate::new(part, whole))
    }

    /// Binomial coefficients, exactly.
    fn choose(n: u64, k: u64) -> u128 {
        (0..u128::from(k)).fold(1, |product, i| product * (u128::from(n) - i) / (i + 1))
    }

    proptest! {
        #[test]
        fn which_group_is_the_first_changes_only_the_sign(a in rate(), b in rate()) {
            let (low, high) = interval_of_difference(a, b).unwrap();
            let (back_low, back_high) = interval_of_difference(b, a).unwrap();
            prop_assert!((low + back_high).abs() < 1e-12 && (high + back_low).abs() < 1e-12);
            let difference = b.value().unwrap() - a.value().unwrap();
            prop_assert!(-1.0 - 1e-12 <= low && low <= difference && difference <= high && high <= 1.0 + 1e-12);
            prop_assert_eq!(p_value(a, b).is_some(), p_value(b, a).is_some());
            let (p, back) = (p_value(a, b).unwrap_or(1.0), p_value(b, a).unwrap_or(1.0));
            prop_assert!((p - back).abs() < 1e-9 && (0.0..=1.0 + 1e-12).contains(&p), "{p} {back}");
        }

        #[test]
        fn fishers_test_is_the_sum_over_all_tables(a in rate(), b in rate()) {
            let (parts, others) = (a.part + b.part, a.whole + b.whole - a.part - b.part);
            let tables = |x: u64| choose(parts, x) * choose(others, a.whole - x);
            let possible = || (0..=a.whole.min(parts)).filter(|x| a.whole - x <= others);
            let all: u128 = possible().map(tables).sum();
            let own = tables(a.part);
            let extreme: u128 = possible().map(tables).filter(|ways| *ways <= own).sum();
            #[allow(clippy::cast_precision_loss)]
            let want = extreme as f64 / all as f64;
            prop_assert!((fisher(a, b) - want).abs() < 1e-6, "{} is not {want}", fisher(a, b));
        }
    }
}
