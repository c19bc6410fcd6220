//! What must hold of a log, whatever happened.

use std::path::Path;
use std::sync::Arc;

use weir_domain::{Delivery, Origin, Timestamp};
use weir_log::{AppendError, DataDir, Lock, Log, LogReader};

/// What became of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was acknowledged, with this mark.
    Taken(u64),
    /// It is not in the log.
    Refused,
    /// The process had to stop, or it was cut off.
    Unknown,
}

/// The groups that were sent, in order, and what became of them. No two bodies are alike.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) groups: Vec<(Vec<Delivery>, Outcome)>,
}

impl Sent {
    /// How many deliveries were sent so far.
    pub(crate) fn count(&self) -> usize {
        self.groups.iter().map(|(group, _)| group.len()).sum()
    }

    pub(crate) fn push(&mut self, group: Vec<Delivery>, outcome: Outcome) {
        self.groups.push((group, outcome));
    }

    /// The groups whose appending is over, where a mark stands for each acknowledged one.
    pub(crate) fn appended(
        &mut self,
        group: Vec<Delivery>,
        done: &Result<(), AppendError>,
        mark: u64,
    ) {
        let outcome = match done {
            Ok(()) => Outcome::Taken(mark),
            Err(AppendError::Refused { .. }) => Outcome::Refused,
            Err(AppendError::Unknown { .. }) => Outcome::Unknown,
        };
        self.push(group, outcome);
    }

    /// The log opens, its seals hold, its sequence is dense, and it holds what it must: every group
    /// that was acknowledged with one of the first `marks`, no group that was refused, each of the
    /// others as a whole or not at all, in the order of sending, byte for byte.
    #[track_caller]
    pub(crate) fn is_held_by(&self, dir: &DataDir, marks: u64) {
        self.is_held_as(&logged(dir), marks);
    }

    /// The same of what the log holds, as somebody read it.
    #[track_caller]
    pub(crate) fn is_held_as(&self, logged: &[Delivery], marks: u64) {
        let mut rest = logged;
        let mut ended = None;
        for (number, (group, outcome)) in self.groups.iter().enumerate() {
            let is_there = rest.first() == group.first();
            if is_there {
                assert!(group.len() <= rest.len(), "group {number} is there in part");
                let (found, after) = rest.split_at(group.len());
                assert!(found == group, "group {number} is not as it was sent");
                assert_eq!(ended, None, "group {number} is there, but one before it is not");
                rest = after;
            }
            match outcome {
                Outcome::Refused => assert!(!is_there, "group {number} was refused, and is there"),
                Outcome::Taken(mark) if !is_there => {
                    assert!(marks < *mark, "group {number} was acknowledged, and is not there");
                    ended = ended.or(Some(number));
                }
                Outcome::Taken(_) | Outcome::Unknown => {}
            }
        }
        assert!(rest.is_empty(), "{} deliveries that nobody sent are there", rest.len());
    }
}

/// All that the log holds, after it was opened for writing as a restart does, and verified.
#[track_caller]
pub(crate) fn logged(dir: &DataDir) -> Vec<Delivery> {
    let lock = dir.lock("check").expect("nobody holds it");
    let log = Log::open(dir, &lock).expect("the log opens");
    let mut reader = LogReader::open(dir).expect("the log opens");
    let verified = reader.verify(|_| ()).expect("the log can be read");
    assert_eq!(verified.finding, None, "the seals hold");
    assert_eq!(verified.head.last, log.head());
    let mut logged = Vec::new();
    reader
        .read(weir_domain::Seq::START, u64::MAX, |row| {
            logged.push(row.to_recorded());
            Ok::<_, weir_log::LogError>(())
        })
        .expect("the log can be read");
    for (recorded, seq) in logged.iter().zip(1..) {
        assert_eq!(recorded.seq.get(), seq, "the sequence is dense");
    }
    logged.into_iter().map(|recorded| recorded.delivery).collect()
}

/// The data directory and its log, open for writing, if the disk lets us.
pub(crate) fn opened(dir: &Path) -> Option<(DataDir, Lock, Log)> {
    let dir = DataDir::at(dir);
    let lock = dir.lock("test").ok()?;
    let log = Log::open(&dir, &lock).ok()?;
    Some((dir, lock, log))
}

/// A delivery that is like no other.
pub(crate) fn delivery(number: usize, body: String) -> Delivery {
    let origin = Origin {
        integration: format!("integration {}", number % 3),
        secret: Some("secret".to_owned()),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
    };
    let received_at = Timestamp::from_micros(1_770_000_000_000_000 + number as i64 * 61_000_000);
    Delivery { received_at, origin: Arc::new(origin), body: body.into_bytes() }
}
