//! Exact percentiles of many lengths of time, without sorting them.
//!
//! Each length is counted in a bucket of a histogram whose buckets grow with the length. The
//! bucket that holds a rank is then known, and only its members need to be sorted.

use crate::Percentiles;

/// Each power of two is cut into this many buckets.
const STEP_BITS: u32 = 8;
const BUCKETS: usize = (64 - STEP_BITS as usize + 1) << STEP_BITS;

/// Lengths of time, in microseconds.
pub(super) struct Times {
    values_us: Vec<Vec<u64>>,
    histogram: Vec<u64>,
}

impl Times {
    pub(super) fn new() -> Times {
        Times { values_us: vec![Vec::new()], histogram: vec![0; BUCKETS] }
    }

    #[inline]
    pub(super) fn push(&mut self, us: i64) {
        // A first fact is never later than another.
        let us = us.max(0).unsigned_abs();
        self.histogram[bucket(us)] += 1;
        if let Some(last) = self.values_us.last_mut() {
            last.push(us);
        }
    }

    pub(super) fn join(mut self, other: Times) -> Times {
        for (count, more) in self.histogram.iter_mut().zip(other.histogram) {
            *count += more;
        }
        self.values_us.extend(other.values_us);
        self
    }

    pub(super) fn percentiles(&self) -> Percentiles {
        let count: u64 = self.histogram.iter().sum();
        if count == 0 {
            return Percentiles::default();
        }
        named(self.at_ranks(ranks(count)))
    }

    /// The values at these ranks, counted from 1.
    fn at_ranks<const N: usize>(&self, ranks: [u64; N]) -> [u64; N] {
        let places = ranks.map(|rank| self.place(rank));
        let mut wanted = vec![false; BUCKETS];
        for (bucket, _) in places {
            wanted[bucket] = true;
        }
        let mut members = self.members(&wanted);
        // Buckets are in order of length, so the members of each stand together.
        members.sort_unstable();
        places.map(|(wanted, offset)| {
            let start = members.partition_point(|&us| bucket(us) < wanted);
            members[start + offset]
        })
    }

    /// The values in the wanted buckets; each thread's share is looked through by one again.
    fn members(&self, wanted: &[bool]) -> Vec<u64> {
        let of = |values: &Vec<u64>| -> Vec<u64> {
            values.iter().copied().filter(|&us| wanted[bucket(us)]).collect()
        };
        std::thread::scope(|scope| {
            let running: Vec<_> =
                self.values_us.iter().map(|values| scope.spawn(move || of(values))).collect();
            let joined = running.into_iter().flat_map(|thread| match thread.join() {
                Ok(members) => members,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.collect()
        })
    }

    /// The bucket that holds the value of this rank, and its place within it.
    fn place(&self, rank: u64) -> (usize, usize) {
        let mut below = 0;
        for (bucket, &count) in self.histogram.iter().enumerate() {
            if rank <= below + count {
                return (bucket, usize::try_from(rank - below - 1).unwrap_or(0));
            }
            below += count;
        }
        (BUCKETS - 1, 0)
    }
}

/// The percentiles of lengths, in microseconds, that are in order.
pub(super) fn percentiles_of_sorted(us: &[u64]) -> Percentiles {
    if us.is_empty() {
        return Percentiles::default();
    }
    let at = |rank: u64| us[usize::try_from(rank - 1).unwrap_or(0)];
    named(ranks(us.len() as u64).map(at))
}

/// Nearest rank: the smallest value with at least p % of all at or below it.
fn ranks(count: u64) -> [u64; 5] {
    [50, 75, 90, 95, 99].map(|p: u64| (p * count).div_ceil(100))
}

fn named(at_ranks: [u64; 5]) -> Percentiles {
    let [p50_us, p75_us, p90_us, p95_us, p99_us] = at_ranks.map(Some);
    Percentiles { p50_us, p75_us, p90_us, p95_us, p99_us }
}

#[inline]
fn bucket(us: u64) -> usize {
    let high_bit = 63 - (us | 1).leading_zeros();
    let number = if high_bit < STEP_BITS {
        us
    } else {
        let shift = high_bit - STEP_BITS;
        (u64::from(shift + 1) << STEP_BITS) + (us >> shift) - (1 << STEP_BITS)
    };
    usize::try_from(number).unwrap_or(BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Times, bucket};
    use proptest::prelude::*;

    #[test]
    fn buckets_are_in_order_of_length() {
        let edges: Vec<u64> =
            (0..63).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1 << bit) + 1]).collect();
        assert!(
            edges.windows(2).all(|pair| pair[0] > pair[1] || bucket(pair[0]) <= bucket(pair[1]))
        );
        assert!(bucket(u64::MAX) < BUCKETS);
    }

    proptest! {
        #[test]
        fn they_are_those_of_the_sorted_values(
            mut values in prop::collection::vec((0..31_u32, any::<u32>()), 1..300)
                .prop_map(|values| values.into_iter().map(|(shift, n)| i64::from(n) << shift >> 12).collect::<Vec<_>>()),
            split in 0..300_usize,
        ) {
            let (mut a, mut b) = (Times::new(), Times::new());
            for (n, &us) in values.iter().enumerate() {
                if n < split { a.push(us) } else { b.push(us) }
            }
            let got = a.join(b).percentiles();
            values.sort_unstable();
            let want = |p: usize| Some(values[(p * values.len()).div_ceil(100) - 1].unsigned_abs());
            prop_assert_eq!(got.named_us().map(|(_, us)| us), [50, 75, 90, 95, 99].map(want));
        }
    }

    #[test]
    fn there_are_none_of_nothing() {
        assert_eq!(Times::new().percentiles().p50_us, None);
    }
}
