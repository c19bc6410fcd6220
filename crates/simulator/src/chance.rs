//! Seeded chance, the same on every machine.
//!
//! The platform's `ln` and `exp` may differ in the last bit between systems, and one bit is another
//! byte in a body. So the two are computed here with the operations that IEEE 754 fixes.

use std::f64::consts::{LN_2, SQRT_2};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use uuid::Uuid;

/// A seeded source of draws. Streams of one seed are independent of each other.
#[derive(Debug, Clone)]
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream numbered `stream` of `seed`.
    pub(crate) fn new(seed: u64, stream: u64) -> Chance {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Chance(rng)
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with probability `share`.
    pub(crate) fn hits(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// Uniform in `0..n`.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        (((self.0.next_u64() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// One of `choices`, each as often as its weight says.
    ///
    /// # Panics
    /// If there are none: the tables are ours.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[(T, f64)]) -> T {
        let total: f64 = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.unit() * total;
        for (choice, weight) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        choices[choices.len() - 1].0
    }

    /// Exponential with this mean, in the mean's unit.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        // 1 - u is in (0, 1], so the logarithm is finite.
        -ln(1.0 - self.unit()) * mean
    }

    /// Log-normal with this median, in the median's unit; `sigma` is that of the logarithm.
    pub(crate) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exp(sigma * self.normal())
    }

    /// Close to standard normal, within 4.9 of 0: eight 16-bit uniforms, added.
    fn normal(&mut self) -> f64 {
        let (mut a, mut b, mut sum) = (self.0.next_u64(), self.0.next_u64(), 0_u64);
        for _ in 0..4 {
            sum += (a & 0xffff) + (b & 0xffff);
            a >>= 16;
            b >>= 16;
        }
        // The sum of eight uniforms has mean 4 and variance 8/12.
        (sum as f64 / 65_536.0 - 4.0) * 1.5_f64.sqrt()
    }

    /// A UUID of version 4, as the provider makes them.
    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// The natural logarithm of a positive normal number, to about 1e-13.
fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as i64 - 1023;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | (1023 << 52));
    if mantissa > SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    // ln m = 2 artanh((m - 1) / (m + 1)), and |s| <= 0.172 here.
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let mut series = 0.0;
    for odd in [15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        series = series * s * s + 1.0 / odd;
    }
    exponent as f64 * LN_2 + 2.0 * s * series
}

/// The exponential of a number within 700 of 0, to about 1e-13.
fn exp(x: f64) -> f64 {
    let twos = (x / LN_2).round();
    let rest = x - twos * LN_2;
    let mut series = 1.0;
    for n in (1..=13).rev() {
        series = 1.0 + rest / f64::from(n) * series;
    }
    series * f64::from_bits(((twos as i64 + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::{Chance, exp, ln};

    #[test]
    fn our_logarithm_and_exponential_are_the_usual_ones() {
        for x in [1e-15, 0.001, 0.5, 0.999, 1.0, 1.5, 2.0, 10.0, 12_345.678] {
            assert!((ln(x) - x.ln()).abs() < 1e-12, "ln {x}");
        }
        for x in [-10.0, -1.0, -0.3, 0.0, 0.3, 1.0, 3.7, 9.9] {
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-12, "exp {x}");
        }
    }

    #[test]
    fn a_log_normal_has_its_median_and_spread() {
        let mut chance = Chance::new(1, 0);
        let mut draws: Vec<f64> = (0..20_001).map(|_| chance.log_normal(180.0, 0.7)).collect();
        draws.sort_by(f64::total_cmp);
        assert!((draws[10_000] / 180.0 - 1.0).abs() < 0.03, "median {}", draws[10_000]);
        // One standard deviation above the median: 180 * e^0.7 = 362.
        assert!((draws[16_827] / 362.5 - 1.0).abs() < 0.05, "p84 {}", draws[16_827]);
    }

    #[test]
    fn streams_of_one_seed_differ() {
        assert_ne!(Chance::new(1, 0).uuid(), Chance::new(1, 1).uuid());
        assert_eq!(Chance::new(1, 0).uuid(), Chance::new(1, 0).uuid());
        assert_eq!(Chance::new(1, 0).uuid().get_version_num(), 4);
    }
}
