//! Values to pixels, and round numbers for ticks.

/// A straight mapping from values to pixels. Total: bounds that are equal or no numbers map
/// everything to the start, and what lies outside is held at the ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Axis {
    pub(crate) fn new((from, to): (f64, f64), (start, end): (f64, f64)) -> Axis {
        Axis { from, to, start, end }
    }

    pub(crate) fn at(self, value: f64) -> f64 {
        let part = (value - self.from) / (self.to - self.from);
        // Not a number compares false with everything, so it lands at the start.
        let part = if 0.0 < part { part.min(1.0) } else { 0.0 };
        self.start + part * (self.end - self.start)
    }
}

/// A round upper end at or above `value`, and the step between at most five gridlines.
pub(crate) fn round_up(value: f64) -> (f64, f64) {
    if !value.is_finite() || value <= 0.0 {
        return (1.0, 0.5);
    }
    let power = 10f64.powf(value.log10().floor());
    let steps = [0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0];
    let step = steps.iter().map(|s| s * power).find(|step| value <= step * 4.0 * 1.000_001);
    let step = step.unwrap_or(power * 5.0);
    ((value / step - 1e-6).ceil() * step, step)
}

/// The places of at most `max` labels among `count` places, evenly spaced from the first.
pub(crate) fn every(count: usize, max: usize) -> impl Iterator<Item = usize> {
    (0..count).step_by(count.div_ceil(max.max(1)).max(1))
}

#[cfg(test)]
mod tests {
    use super::{Axis, every, round_up};

    #[test]
    fn an_axis_is_total() {
        let check = |bounds, value, want: f64| {
            let got = Axis::new(bounds, (10.0, 110.0)).at(value);
            assert!((got - want).abs() < 1e-9, "{bounds:?} {value}: {got}");
        };
        check((0.0, 4.0), 1.0, 35.0);
        check((0.0, 4.0), 9.0, 110.0);
        check((0.0, 4.0), -9.0, 10.0);
        check((2.0, 2.0), 2.0, 10.0);
        check((2.0, 2.0), 3.0, 110.0);
        check((0.0, f64::NAN), 3.0, 10.0);
        check((0.0, 4.0), f64::NAN, 10.0);
        check((0.0, 4.0), f64::INFINITY, 110.0);
    }

    #[test]
    fn ticks_are_round() {
        let check = |value: f64, top: f64, step: f64| {
            let got = round_up(value);
            assert!((got.0 - top).abs() < 1e-9 && (got.1 - step).abs() < 1e-9, "{value}: {got:?}");
        };
        check(0.349, 0.4, 0.1);
        check(0.42, 0.6, 0.2);
        check(0.07, 0.08, 0.02);
        check(1.0, 1.0, 0.25);
        check(0.0, 1.0, 0.5);
        check(f64::NAN, 1.0, 0.5);
        check(1317.0, 1500.0, 500.0);
    }

    #[test]
    fn labels_are_few_and_even() {
        assert_eq!(every(30, 6).collect::<Vec<_>>(), [0, 5, 10, 15, 20, 25]);
        assert_eq!(every(3, 6).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(every(0, 6).count(), 0);
    }
}
