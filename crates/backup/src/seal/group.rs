//! Deliveries of the log, some at a time.

use weir_domain::{Recorded, Seq};
use weir_log::{LogError, LogReader};

/// Deliveries in one group, and one commit.
const DELIVERIES_MAX: u64 = 4_096;
/// Bytes of bodies in one: bodies of a mebibyte are allowed.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why no more is read.
enum Stop {
    Full,
    Failed(LogError),
}

impl From<LogError> for Stop {
    fn from(error: LogError) -> Stop {
        Stop::Failed(error)
    }
}

/// What the log has after `at`, as much as is held at a time; nothing at its end.
pub(super) fn group(reader: &mut LogReader, at: Seq) -> Result<Vec<Recorded>, LogError> {
    let (mut group, mut bytes) = (Vec::new(), 0);
    let read = reader.read(at, DELIVERIES_MAX, |row| {
        bytes += row.body.len();
        group.push(row.to_recorded());
        if bytes < BYTES_MAX { Ok(()) } else { Err(Stop::Full) }
    });
    match read {
        Ok(_) | Err(Stop::Full) => Ok(group),
        Err(Stop::Failed(error)) => Err(error),
    }
}
