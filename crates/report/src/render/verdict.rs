//! Whether two groups differ, in words. Whoever compares says the same ones.

use super::number::percent;
use super::words::Piece;
use crate::{Difference, GROUP_MIN, Verdict};

/// What a rate did from the first group to the second, as a clause without a full stop: `went from
/// 12.1 % to 14.9 %, 2.8 points more (1.1 to 4.5), more than chance would explain`.
pub(crate) fn went(difference: &Difference, units: &str) -> String {
    let (a, b) = (percent(difference.a), percent(difference.b));
    format!("went from {a} to {b}{}", and(difference, units))
}

/// The same of two groups that do not follow each other: `is 12.1 % for main and 14.9 % for kiosk,
/// …`. Their names came from outside.
pub(crate) fn is(difference: &Difference, units: &str, (a, b): (&str, &str)) -> Vec<Piece> {
    let plain = |text: String| Piece::Plain(text);
    vec![
        plain(format!("is {} for ", percent(difference.a))),
        Piece::Name(a.to_owned()),
        plain(format!(" and {} for ", percent(difference.b))),
        Piece::Name(b.to_owned()),
        plain(and(difference, units)),
    ]
}

fn and(difference: &Difference, units: &str) -> String {
    let mut clause = String::new();
    // A change between rates of a few would be read as an answer.
    if difference.verdict != Verdict::TooFew {
        if let Some(change) = change(difference) {
            clause.push_str(&format!(", {change}"));
        }
        if let Some(spread) = spread(difference) {
            clause.push_str(&format!(" ({spread})"));
        }
    }
    format!("{clause}, {}", verdict(difference, units))
}

/// The change with its sign in words: `2.8 points more`, `0.4 points less`, `no change`; none
/// where a group is empty.
#[must_use]
pub fn change(difference: &Difference) -> Option<String> {
    let points = points(difference.value?);
    Some(match sign(points) {
        Sign::Zero => "no change".to_owned(),
        sign => format!("{} points {}", size(points), sign.word()),
    })
}

/// The same, short, for a table: `+2.8`, `−0.4`, `0.0`.
pub(crate) fn change_short(difference: &Difference) -> Option<String> {
    Some(signed(points(difference.value?)))
}

/// The ends of the change's 95 % interval: `1.1 to 4.5` where both have the change's sign, which
/// stands before it; else each with its own: `0.4 less to 4.5 more`.
#[must_use]
pub fn spread(difference: &Difference) -> Option<String> {
    let (low, high) = difference.interval?;
    let (low, high) = (points(low), points(high));
    let change = sign(points(difference.value?));
    if change != Sign::Zero && sign(low) == change && sign(high) == change {
        let (near, far) = if low.abs() < high.abs() { (low, high) } else { (high, low) };
        return Some(format!("{} to {}", size(near), size(far)));
    }
    let told = |end: f64| match sign(end) {
        Sign::Zero => size(end),
        sign => format!("{} {}", size(end), sign.word()),
    };
    Some(format!("{} to {}", told(low), told(high)))
}

/// The same, short, for a table: `+1.1 to +4.5`.
pub(crate) fn spread_short(difference: &Difference) -> Option<String> {
    let (low, high) = difference.interval?;
    Some(format!("{} to {}", signed(points(low)), signed(points(high))))
}

/// What to make of it.
pub(crate) fn verdict(difference: &Difference, units: &str) -> String {
    match difference.verdict {
        Verdict::Real => "more than chance would explain".to_owned(),
        Verdict::Chance => "no more than chance would explain".to_owned(),
        Verdict::TooFew => {
            let few = |whole: u64| whole < GROUP_MIN;
            let both = few(difference.a.whole) && few(difference.b.whole);
            let where_ = if both { "both groups" } else { "one of the groups" };
            format!("too few to judge: fewer than {GROUP_MIN} {units} in {where_}")
        }
    }
}

/// The same, short, for a table.
pub(crate) const fn verdict_short(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Real => "more than chance",
        Verdict::Chance => "may be chance",
        Verdict::TooFew => "too few to judge",
    }
}

/// Whether a difference is shown as none.
pub(crate) fn is_nothing(fraction: f64) -> bool {
    sign(points(fraction)) == Sign::Zero
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Less,
    Zero,
    More,
}

impl Sign {
    const fn word(self) -> &'static str {
        match self {
            Sign::Less => "less",
            Sign::Zero => "",
            Sign::More => "more",
        }
    }
}

/// In points, as it is shown: what rounds to nothing has no sign.
fn points(fraction: f64) -> f64 {
    (fraction * 1_000.0).round() / 10.0
}

fn sign(points: f64) -> Sign {
    match points {
        points if points < 0.0 => Sign::Less,
        points if 0.0 < points => Sign::More,
        _ => Sign::Zero,
    }
}

fn size(points: f64) -> String {
    format!("{:.1}", points.abs())
}

fn signed(points: f64) -> String {
    match sign(points) {
        Sign::Less => format!("\u{2212}{}", size(points)),
        Sign::Zero => size(points),
        Sign::More => format!("+{}", size(points)),
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::Rate;

    use super::{change, change_short, is, spread, spread_short, verdict, verdict_short, went};
    use crate::render::words::plain;
    use crate::{Difference, Verdict};

    fn difference(a: (u64, u64), b: (u64, u64), interval: (f64, f64)) -> Difference {
        let (a, b) = (Rate::new(a.0, a.1), Rate::new(b.0, b.1));
        let value = a.value().zip(b.value()).map(|(a, b)| b - a);
        let interval = value.map(|_| interval);
        Difference { a, b, value, interval, p_value: None, verdict: Verdict::Real }
    }

    #[track_caller]
    fn check(difference: &Difference, want: &str) {
        assert_eq!(went(difference, "sessions").replace('\u{a0}', " "), want);
    }

    #[test]
    fn a_change_is_told_with_its_sign_its_interval_and_what_to_make_of_it() {
        let more = difference((121, 1_000), (149, 1_000), (0.011, 0.045));
        check(
            &more,
            "went from 12.1 % to 14.9 %, 2.8 points more (1.1 to 4.5), more than chance would \
             explain",
        );
        let less = difference((149, 1_000), (121, 1_000), (-0.045, -0.011));
        check(
            &Difference { verdict: Verdict::Chance, ..less },
            "went from 14.9 % to 12.1 %, 2.8 points less (1.1 to 4.5), no more than chance would \
             explain",
        );
        assert_eq!(
            plain(&is(&more, "sessions", ("main", "kiosk"))).replace('\u{a0}', " "),
            "is 12.1 % for “main” and 14.9 % for “kiosk”, 2.8 points more (1.1 to 4.5), more than \
             chance would explain"
        );
    }

    #[test]
    fn an_interval_on_both_sides_of_nothing_says_so() {
        let wide = difference((121, 1_000), (149, 1_000), (-0.004, 0.06));
        assert_eq!(spread(&wide).unwrap(), "0.4 less to 6.0 more");
        assert_eq!(spread_short(&wide).unwrap(), "\u{2212}0.4 to +6.0");
        let none = difference((5, 100), (5, 100), (-0.0001, 0.02));
        assert_eq!(change(&none).unwrap(), "no change");
        assert_eq!(change_short(&none).unwrap(), "0.0");
        assert_eq!(spread(&none).unwrap(), "0.0 to 2.0 more");
    }

    #[test]
    fn of_too_few_and_of_nothing_there_is_no_number() {
        let few = difference((3, 20), (149, 1_000), (-0.1, 0.2));
        let few = Difference { verdict: Verdict::TooFew, ..few };
        check(
            &few,
            "went from 15.0 % to 14.9 %, too few to judge: fewer than 30 sessions in one of the \
             groups",
        );
        let nothing = difference((0, 0), (0, 0), (0.0, 0.0));
        let nothing = Difference { verdict: Verdict::TooFew, ..nothing };
        check(
            &nothing,
            "went from n/a to n/a, too few to judge: fewer than 30 sessions in both groups",
        );
        assert_eq!(change(&nothing), None);
        assert_eq!((change_short(&nothing), spread_short(&nothing)), (None, None));
    }

    #[test]
    fn a_table_says_the_same_verdicts_in_fewer_words() {
        let shown = [Verdict::Real, Verdict::Chance, Verdict::TooFew].map(verdict_short);
        assert_eq!(shown, ["more than chance", "may be chance", "too few to judge"]);
        let real = difference((121, 1_000), (149, 1_000), (0.011, 0.045));
        assert_eq!(verdict(&real, "sessions"), "more than chance would explain");
    }
}
