//! A seed that is printed, so that what chance did can be done again.

use std::env;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A generator with the seed that the environment variable `name` gives, or else with a fresh one.
/// Either is printed.
pub fn seeded(name: &str) -> ChaCha8Rng {
    let seed = number(name).unwrap_or_else(|| rand::rng().random_range(0..1_000_000));
    println!("seed {seed}; to repeat: {name}={seed}");
    ChaCha8Rng::seed_from_u64(seed)
}

/// The number in the environment variable `name`, if it is set.
pub fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")))
}
