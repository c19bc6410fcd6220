//! A part of a whole, with its interval.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};

/// The quantile of the standard normal distribution that a two-sided 95 % interval takes.
pub const Z_95: f64 = 1.959_964;

/// A part of a whole. Kept as two counts; it becomes a percentage when it is shown, so that
/// nought of nought is never "0 %".
///
/// Serialises as `{"value", "low", "high"}` (fractions of 1), or null where the whole is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    /// How many of the whole.
    pub part: u64,
    /// How many in all.
    pub whole: u64,
}

/// A 95 % confidence interval, as fractions of 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Rate {
    /// `part` of `whole`.
    #[must_use]
    pub const fn new(part: u64, whole: u64) -> Rate {
        Rate { part, whole }
    }

    /// The fraction, from 0 to 1; none where the whole is 0.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // counts stay far below 2^53
    pub fn value(self) -> Option<f64> {
        (self.whole != 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// The Wilson score interval at 95 % (E. B. Wilson, JASA 22, 1927); none where the whole is 0.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // counts stay far below 2^53
    pub fn interval(self) -> Option<Interval> {
        let p = self.value()?;
        let n = self.whole as f64;
        let z2 = Z_95 * Z_95;
        let centre = p + z2 / (2.0 * n);
        let spread = Z_95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z2 / n;
        // At the ends the formula gives 0 and 1 exactly, but for rounding.
        let low = if self.part == 0 { 0.0 } else { ((centre - spread) / scale).max(0.0) };
        let high = if self.part == self.whole { 1.0 } else { ((centre + spread) / scale).min(1.0) };
        Some(Interval { low, high })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value() {
            None => f.write_str("n/a"),
            Some(value) => write!(f, "{:.1} %", 100.0 * value),
        }
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (Some(value), Some(Interval { low, high })) = (self.value(), self.interval()) else {
            return serializer.serialize_none();
        };
        let mut rate = serializer.serialize_struct("Rate", 3)?;
        rate.serialize_field("value", &value)?;
        rate.serialize_field("low", &low)?;
        rate.serialize_field("high", &high)?;
        rate.end()
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[track_caller]
    fn check(part: u64, whole: u64, low: f64, high: f64) {
        let got = Rate::new(part, whole).interval().unwrap();
        assert!((got.low - low).abs() < 5e-5, "{got:?}");
        assert!((got.high - high).abs() < 5e-5, "{got:?}");
    }

    // The published example: Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    #[test]
    fn the_interval_agrees_with_newcombes_table() {
        check(81, 263, 0.2553, 0.3662);
        check(15, 148, 0.0624, 0.1605);
        check(0, 20, 0.0, 0.1611);
        check(1, 29, 0.0061, 0.1718);
    }

    #[test]
    fn nothing_of_nothing_is_no_rate() {
        assert_eq!(Rate::new(0, 0).value(), None);
        assert_eq!(serde_json::to_string(&Rate::new(0, 0)).unwrap(), "null");
    }

    #[test]
    fn the_ends_are_exact() {
        assert_eq!(Rate::new(0, 7).interval().unwrap().low.to_bits(), 0.0_f64.to_bits());
        assert_eq!(Rate::new(7, 7).interval().unwrap().high.to_bits(), 1.0_f64.to_bits());
    }
}
