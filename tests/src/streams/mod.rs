//! Random logs and random questions, seeded.
//!
//! A log is small and crowded on purpose: few sessions, few instants, few names, so that everything
//! collides with everything. The same seed gives the same log; every use prints it, and a test that
//! fails shows what it printed.

mod body; // one event's body, written in one of the many ways that mean the same
mod malformed; // bodies that cannot be read
mod question; // random queries over a log
mod times; // instants that are likely to matter
mod world; // who is there: integrations, sessions, attempts, end-users

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::oracle::{Query, RawDelivery};
use times::Times;
use world::World;

/// More would not find more, only later.
const DELIVERIES_MAX: usize = 400;

/// A random log.
pub fn stream(seed: u64) -> Vec<RawDelivery> {
    println!("stream seed {seed}");
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    let world = World::new(rng);
    let mut times = Times::new(rng);
    let mut deliveries: Vec<RawDelivery> = Vec::new();
    for _ in 0..rng.random_range(1..=DELIVERIES_MAX) {
        let received_at_us = times.next(rng);
        let (integration, body) = match earlier(rng, &deliveries) {
            Some(sent) => (sent.integration.clone(), sent.body.clone()),
            None => world.delivery(rng),
        };
        deliveries.push(RawDelivery { seq: 0, received_at_us, integration, body });
    }
    in_log_order(rng, deliveries)
}

/// Random questions about a log. The first asks for everything, so that no log goes unread.
pub fn queries(seed: u64, log: &[RawDelivery], count: usize) -> Vec<Query> {
    println!("query seed {seed}");
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    let everything = std::iter::once(question::everything(rng, log));
    let some = (1..count).map(|_| question::something(rng, log));
    everything.chain(some.collect::<Vec<_>>()).take(count).collect()
}

/// Sometimes a delivery that was sent before, to be sent again.
fn earlier<'a>(rng: &mut ChaCha8Rng, sent: &'a [RawDelivery]) -> Option<&'a RawDelivery> {
    if sent.is_empty() || rng.random_bool(0.75) {
        return None;
    }
    sent.get(rng.random_range(0..sent.len()))
}

/// Live logs follow the clock; imported ones follow nothing.
fn in_log_order(rng: &mut ChaCha8Rng, mut deliveries: Vec<RawDelivery>) -> Vec<RawDelivery> {
    match rng.random_range(0..3) {
        0 => deliveries.sort_by_key(|delivery| delivery.received_at_us),
        1 => {
            deliveries.sort_by_key(|delivery| delivery.received_at_us);
            deliveries.chunks_mut(7).for_each(|few| few.shuffle(rng));
        }
        _ => deliveries.shuffle(rng),
    }
    for (delivery, seq) in deliveries.iter_mut().zip(1..) {
        delivery.seq = seq;
    }
    deliveries
}

/// One of some, each as likely as the others.
fn one_of<T: Clone>(rng: &mut ChaCha8Rng, some: &[T]) -> T {
    some[rng.random_range(0..some.len())].clone()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::oracle::abandonment;

    const SEEDS: std::ops::Range<u64> = 0..60;

    #[test]
    fn a_seed_gives_the_same_log_and_the_same_questions_twice() {
        let log = stream(7);
        assert_eq!(log, stream(7));
        assert_eq!(queries(7, &log, 6), queries(7, &log, 6));
        assert_ne!(log, stream(8));
    }

    /// A figure that is always nothing would be compared with nothing.
    #[test]
    fn every_figure_of_the_report_is_put_to_use() {
        let mut used = BTreeSet::new();
        for seed in SEEDS {
            let log = stream(seed);
            for query in queries(seed, &log, 6) {
                note_used("", &abandonment(&log, &query), &mut used);
            }
        }
        let unused: Vec<&str> =
            ALL_FIGURES.split_whitespace().filter(|path| !used.contains(*path)).collect();
        assert!(unused.is_empty(), "always nothing: {unused:?}");
    }

    const ALL_FIGURES: &str = "
        /totals/started /totals/submitted /totals/cancelled /totals/lost_in_handover
        /totals/stalled /totals/handed_over /totals/in_progress /totals/recovered
        /totals/left_after_submitting /totals/other_document
        /totals/conversion_rate/value /totals/drop_off_rate/value
        /by_state/state /by_state/stage /by_state/recovered /by_state/at_risk /by_state/hazard/low
        /by_reason/reason /by_reason/recovered
        /by_state_and_reason/state /by_state_and_reason/reason
        /trend/started /time_to_submit_seconds/p50 /time_to_abandon_seconds/p99
        /breakdown/value /breakdown/started
        /data_quality/deliveries /data_quality/repeats /data_quality/quarantined
        /data_quality/unknown_codes /data_quality/action_mismatches
        /data_quality/implied_submitted /data_quality/missing_started
        /data_quality/uncatalogued_states
    ";

    /// Notes the paths, without places in arrays, where the report says more than nothing.
    fn note_used(path: &str, value: &serde_json::Value, used: &mut BTreeSet<String>) {
        use serde_json::Value;
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, v)| note_used(&format!("{path}/{name}"), v, used));
            }
            Value::Array(rows) => rows.iter().for_each(|row| note_used(path, row, used)),
            Value::Null => {}
            Value::Number(number) if number.as_f64() == Some(0.0) => {}
            _ => drop(used.insert(path.to_owned())),
        }
    }
}
