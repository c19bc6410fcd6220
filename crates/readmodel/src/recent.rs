//! What came lately, and from whom.

use weir_domain::{Seq, Timestamp};

use crate::deliveries::BLOCK_DELIVERIES;
use crate::{Code, DeliveryFlags, Model};

/// Which deliveries to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only those that this was noted of.
    pub flag: Option<DeliveryFlags>,
    /// Received at this instant or later …
    pub from: Timestamp,
    /// … and before this one.
    pub to: Timestamp,
}

impl DeliveryFilter {
    fn holds(&self, at_us: i64, flags: u8) -> bool {
        self.from.as_micros() <= at_us
            && at_us < self.to.as_micros()
            && self.flag.is_none_or(|flag| DeliveryFlags(flags).has(flag))
    }
}

impl Model {
    /// Hands the deliveries after `after` that were read as events to `visit`, with the code of
    /// their integration: those of each session from its last one back, until `visit` says that
    /// the rest is too old. Sessions that began lately come first.
    pub fn visit_after(&self, after: Seq, mut visit: impl FnMut(Code, Seq, Timestamp) -> bool) {
        for chunk in self.sessions.chunks.iter().rev() {
            for (at, &last) in chunk.last_seq.iter().enumerate().rev() {
                let mut seq = Seq::new(last);
                while after < seq
                    && let Some((back, _)) = self.deliveries.get(seq)
                    && let Some(received_at) = self.received_at(seq)
                    && visit(chunk.integration[at], seq, received_at)
                    && 0 < back
                {
                    seq = Seq::new(seq.get() - u64::from(back));
                }
            }
        }
    }

    /// When the delivery at `seq` was received, if it was folded in.
    #[must_use]
    pub fn received_at(&self, seq: Seq) -> Option<Timestamp> {
        let at = usize::try_from(seq.get().checked_sub(1)?).ok()?;
        let block = self.deliveries.blocks.get(at / BLOCK_DELIVERIES)?;
        block.at_us.get(at % BLOCK_DELIVERIES).copied().map(Timestamp::from_micros)
    }

    /// The deliveries before `before` that `filter` keeps, the last in the log first.
    pub fn find_deliveries(
        &self,
        filter: DeliveryFilter,
        before: Seq,
    ) -> impl Iterator<Item = Seq> + '_ {
        let range = (filter.from.as_micros(), filter.to.as_micros());
        let blocks = self.deliveries.blocks.iter().enumerate().rev();
        blocks
            .filter(move |(_, block)| range.0 <= block.latest_us && block.earliest_us < range.1)
            .flat_map(move |(number, block)| {
                let first = (number * BLOCK_DELIVERIES) as u64 + 1;
                let rows = block.at_us.iter().zip(&block.flags).enumerate().rev();
                rows.filter(move |(_, (at_us, flags))| filter.holds(**at_us, **flags))
                    .map(move |(row, _)| Seq::new(first + row as u64))
            })
            .filter(move |&seq| seq < before)
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::{Seq, Timestamp};

    use super::DeliveryFilter;
    use crate::{DeliveryFlags, Model};

    /// Deliveries at the second of their place: of sessions 1 and 2 in turn, the second being of
    /// another integration; the fifth could not be read.
    fn model() -> Model {
        let mut model = Model::default();
        let codes = [model.integration("main"), model.integration("test")];
        for n in 1..=8 {
            let (seq, at) = (Seq::new(n), Timestamp::from_micros(n as i64 * 1_000_000));
            if n == 5 {
                model.quarantine(seq, at);
                continue;
            }
            let code = codes[(n % 2) as usize];
            let row = model.session(code, [code as u8; 16], [9; 16]);
            model.record(seq, at, row, DeliveryFlags::default());
        }
        model
    }

    fn visited(after: u64, oldest_s: i64) -> Vec<(String, u64)> {
        let model = model();
        let mut seen = Vec::new();
        model.visit_after(Seq::new(after), |code, seq, at| {
            seen.push((model.integrations().text(code).to_owned(), seq.get()));
            oldest_s * 1_000_000 <= at.as_micros()
        });
        seen
    }

    #[test]
    fn every_delivery_that_was_read_is_visited_with_its_integration() {
        let mut seen = visited(0, 0);
        seen.sort_by_key(|(_, seq)| *seq);
        let places: Vec<_> = seen.iter().map(|(_, seq)| *seq).collect();
        assert_eq!(places, [1, 2, 3, 4, 6, 7, 8]);
        assert!(seen.iter().all(|(name, seq)| (name == "main") == seq.is_multiple_of(2)));
    }

    #[test]
    fn only_what_is_new_is_visited_and_nothing_behind_what_is_too_old() {
        let mut places: Vec<_> = visited(6, 0).into_iter().map(|(_, seq)| seq).collect();
        places.sort_unstable();
        assert_eq!(places, [7, 8]);
        // Each session's walk ends at the first that is too old: 8 and 6, 7 and 3.
        assert_eq!(visited(0, 7).len(), 4);
    }

    #[test]
    fn deliveries_are_found_by_time_and_by_what_was_noted() {
        let model = model();
        let at = |s: i64| Timestamp::from_micros(s * 1_000_000);
        let find = |flag, from, to, before| -> Vec<u64> {
            let filter = DeliveryFilter { flag, from: at(from), to: at(to) };
            model.find_deliveries(filter, Seq::new(before)).map(Seq::get).collect()
        };
        assert_eq!(find(None, 3, 7, 100), [6, 5, 4, 3]);
        assert_eq!(find(None, 0, 99, 3), [2, 1]);
        assert_eq!(find(Some(DeliveryFlags::QUARANTINED), 0, 99, 100), [5]);
        assert!(find(Some(DeliveryFlags::REPEAT), 0, 99, 100).is_empty());
    }
}
