//! What is known of each delivery, by its place in the log.

use weir_domain::{Seq, Timestamp};

/// How many deliveries one block holds.
pub(crate) const BLOCK_DELIVERIES: usize = 65_536;

/// What reading a delivery showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeliveryFlags(pub(crate) u8);

impl DeliveryFlags {
    /// It brought no fact that its attempt did not have already.
    pub const REPEAT: DeliveryFlags = DeliveryFlags(1);
    /// It could not be read as an event.
    pub const QUARANTINED: DeliveryFlags = DeliveryFlags(2);
    /// Its code is not one that Weir knows.
    pub const UNKNOWN_CODE: DeliveryFlags = DeliveryFlags(4);
    /// Its action is not the one of its code.
    pub const ACTION_MISMATCH: DeliveryFlags = DeliveryFlags(8);

    /// These flags and, if `is`, also `flag`.
    #[must_use]
    pub const fn with(self, flag: DeliveryFlags, is: bool) -> DeliveryFlags {
        if is { DeliveryFlags(self.0 | flag.0) } else { self }
    }

    /// Whether `flag` is among them.
    #[must_use]
    pub const fn has(self, flag: DeliveryFlags) -> bool {
        self.0 & flag.0 != 0
    }
}

/// How many deliveries there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)] // the names are those of semantics.md
pub struct DeliveryTally {
    pub deliveries: u64,
    pub repeats: u64,
    pub quarantined: u64,
    pub unknown_codes: u64,
    pub action_mismatches: u64,
}

impl DeliveryTally {
    fn count(&mut self, flags: DeliveryFlags) {
        self.deliveries += 1;
        self.repeats += u64::from(flags.has(DeliveryFlags::REPEAT));
        self.quarantined += u64::from(flags.has(DeliveryFlags::QUARANTINED));
        self.unknown_codes += u64::from(flags.has(DeliveryFlags::UNKNOWN_CODE));
        self.action_mismatches += u64::from(flags.has(DeliveryFlags::ACTION_MISMATCH));
    }

    fn add(&mut self, other: &DeliveryTally) {
        let DeliveryTally { deliveries, repeats, quarantined, unknown_codes, action_mismatches } =
            other;
        self.deliveries += deliveries;
        self.repeats += repeats;
        self.quarantined += quarantined;
        self.unknown_codes += unknown_codes;
        self.action_mismatches += action_mismatches;
    }
}

/// The columns of some thousand deliveries that follow each other in the log.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Block {
    /// Times of receipt, in microseconds.
    pub(crate) at_us: Vec<i64>,
    /// How far back the session's delivery before lies; 0 if this is its first.
    pub(crate) back: Vec<u32>,
    /// [`DeliveryFlags`].
    pub(crate) flags: Vec<u8>,
    /// Sums over all of the block, for reports that take it whole.
    pub(crate) tally: DeliveryTally,
    pub(crate) earliest_us: i64,
    pub(crate) latest_us: i64,
}

/// Every delivery that was read, in log order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deliveries {
    pub(crate) blocks: Vec<Block>,
    /// Blocks from here on changed since the last checkpoint.
    pub(crate) clean: usize,
}

impl PartialEq for Deliveries {
    fn eq(&self, other: &Deliveries) -> bool {
        let Deliveries { blocks, clean: _ } = other; // what is saved is a matter of the store
        self.blocks == *blocks
    }
}

impl Deliveries {
    pub(crate) fn push(&mut self, at: Timestamp, back: u32, flags: DeliveryFlags) {
        if self.blocks.last().is_none_or(|block| block.at_us.len() == BLOCK_DELIVERIES) {
            self.blocks.push(Block::default());
        }
        let number = self.blocks.len() - 1;
        self.clean = self.clean.min(number);
        self.blocks[number].push(at.as_micros(), back, flags.0);
    }

    /// How far back the session's delivery before `seq` lies, and what reading `seq` showed.
    pub(crate) fn get(&self, seq: Seq) -> Option<(u32, DeliveryFlags)> {
        let at = usize::try_from(seq.get().checked_sub(1)?).ok()?;
        let block = self.blocks.get(at / BLOCK_DELIVERIES)?;
        let row = at % BLOCK_DELIVERIES;
        Some((*block.back.get(row)?, DeliveryFlags(*block.flags.get(row)?)))
    }

    /// Counts the deliveries with `from <= received_at < to` and `received_at <= as_of`.
    pub(crate) fn tally(&self, from: Timestamp, to: Timestamp, as_of: Timestamp) -> DeliveryTally {
        let from = from.as_micros();
        let end = to.as_micros().min(as_of.as_micros().saturating_add(1));
        let mut sum = DeliveryTally::default();
        for block in &self.blocks {
            if from <= block.earliest_us && block.latest_us < end {
                sum.add(&block.tally);
            } else if block.earliest_us < end && from <= block.latest_us {
                let rows = block.at_us.iter().zip(&block.flags);
                for (_, &flags) in rows.filter(|&(&at, _)| from <= at && at < end) {
                    sum.count(DeliveryFlags(flags));
                }
            }
        }
        sum
    }

    /// The quarantined deliveries before `before`, newest first.
    pub(crate) fn quarantined(&self, before: Seq) -> impl Iterator<Item = Seq> {
        let blocks = self.blocks.iter().enumerate().rev();
        blocks.filter(|(_, block)| 0 < block.tally.quarantined).flat_map(move |(number, block)| {
            let first = (number * BLOCK_DELIVERIES) as u64 + 1;
            let rows = block.flags.iter().enumerate().rev();
            rows.filter(|(_, flags)| DeliveryFlags(**flags).has(DeliveryFlags::QUARANTINED))
                .map(move |(row, _)| Seq::new(first + row as u64))
                .filter(move |&seq| seq < before)
        })
    }
}

impl Block {
    pub(crate) fn push(&mut self, at_us: i64, back: u32, flags: u8) {
        if self.at_us.is_empty() {
            (self.earliest_us, self.latest_us) = (at_us, at_us);
        }
        self.earliest_us = self.earliest_us.min(at_us);
        self.latest_us = self.latest_us.max(at_us);
        self.tally.count(DeliveryFlags(flags));
        self.at_us.push(at_us);
        self.back.push(back);
        self.flags.push(flags);
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_DELIVERIES, Deliveries, DeliveryFlags};
    use weir_domain::{Seq, Timestamp};

    #[test]
    fn a_tally_of_whole_blocks_is_that_of_their_rows() {
        let count = BLOCK_DELIVERIES + BLOCK_DELIVERIES / 2;
        let mut deliveries = Deliveries::default();
        for n in 0..count as i64 {
            let flags = DeliveryFlags::default()
                .with(DeliveryFlags::REPEAT, n % 3 == 0)
                .with(DeliveryFlags::QUARANTINED, n % 1_000 == 1);
            deliveries.push(Timestamp::from_micros(n ^ 1), 0, flags);
        }
        let at = Timestamp::from_micros;
        for (from, to, as_of) in [(0, i64::MAX, i64::MAX), (5, 70_000, 66_000), (9, 9, 99)] {
            let tally = deliveries.tally(at(from), at(to), at(as_of));
            let inside = |n: &i64| from <= *n && *n < to && *n <= as_of;
            let times = (0..count as i64).map(|n| n ^ 1).filter(inside).count() as u64;
            assert_eq!(tally.deliveries, times);
        }
        let all = deliveries.tally(at(0), Timestamp::MAX, Timestamp::MAX);
        assert_eq!(all.quarantined, deliveries.quarantined(Seq::new(u64::MAX)).count() as u64);
        assert_eq!(deliveries.quarantined(Seq::new(2_003)).next(), Some(Seq::new(2_002)));
    }
}
