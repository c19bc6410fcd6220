//! The next deliveries, copied out of the log, so that no page of it is held while they are folded.

use std::ops::Range;
use std::sync::Arc;

use weir_domain::{Origin, Seq, Timestamp};
use weir_log::{LogError, LogReader};
use weir_readmodel::Model;

use crate::fold;

/// Where a batch ends early: deliveries may be large, and several batches wait at a time. As many
/// as there may be of the usual size come to less.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Deliveries that follow each other in the log.
#[derive(Default)]
pub(crate) struct Batch {
    rows: Vec<BatchRow>,
    bytes: Vec<u8>,
    /// Whether the log may go on behind it.
    is_full: bool,
}

/// Why no more is read.
enum Stop {
    Full,
    Log(LogError),
}

impl From<LogError> for Stop {
    fn from(error: LogError) -> Stop {
        Stop::Log(error)
    }
}

struct BatchRow {
    seq: Seq,
    received_at: Timestamp,
    origin: Arc<Origin>,
    body: Range<usize>,
}

impl Batch {
    /// Up to `count_max` deliveries after `after`, and fewer where they are large.
    pub(crate) fn read(
        reader: &mut LogReader,
        after: Seq,
        count_max: u64,
    ) -> Result<Batch, LogError> {
        let mut batch = Batch::default();
        let read = reader.read(after, count_max, |row| {
            let start = batch.bytes.len();
            batch.bytes.extend_from_slice(row.body);
            batch.rows.push(BatchRow {
                seq: row.seq,
                received_at: row.received_at,
                origin: Arc::clone(row.origin),
                body: start..batch.bytes.len(),
            });
            if batch.bytes.len() < BATCH_BYTES_MAX { Ok(()) } else { Err(Stop::Full) }
        });
        batch.is_full = match read {
            Ok(count) => count == count_max,
            Err(Stop::Full) => true,
            Err(Stop::Log(error)) => return Err(error),
        };
        Ok(batch)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether the log may go on behind it.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(crate) fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// The last delivery's place, or `before` for an empty batch.
    pub(crate) fn last(&self, before: Seq) -> Seq {
        self.rows.last().map_or(before, |row| row.seq)
    }

    /// When the first of them was received.
    pub(crate) fn first_received_at(&self) -> Option<Timestamp> {
        self.rows.first().map(|row| row.received_at)
    }

    /// Folds all of them into the model, in order.
    pub(crate) fn fold_into(&self, model: &mut Model) {
        for BatchRow { seq, received_at, origin, body } in &self.rows {
            fold(model, *seq, *received_at, &origin.integration, &self.bytes[body.clone()]);
        }
    }
}
