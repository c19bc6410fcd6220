//! Groups of deliveries.

use std::path::Path;

use weir_domain::{Delivery, Seq};
use weir_faults::{Disk, Ended, Scene, campaign};
use weir_log::{AppendError, DataDir, Log, LogReader};
use weir_tests::event::event;

use crate::held::{Sent, delivery, opened};

/// Opens a log, new or not, appends, closes it and opens it again: twice.
struct Append {
    name: &'static str,
    /// How many deliveries each group has, and how many bytes each body has at least.
    groups: &'static [(usize, usize)],
    /// How many groups are in the journal before, which is as long as the process left it.
    before: usize,
}

impl Append {
    fn group(&self, sent: &Sent, (count, bytes): (usize, usize)) -> Vec<Delivery> {
        let first = sent.count();
        let body = |number: usize| {
            let event =
                event(number as u64 % 7, if number.is_multiple_of(2) { 7001 } else { 7002 });
            format!("{event} {number} {}", "x".repeat(bytes))
        };
        (first..first + count).map(|number| delivery(number, body(number))).collect()
    }

    /// Appends all groups; false if the process must stop.
    fn append_all(&self, dir: &DataDir, log: &mut Log, disk: &Disk, sent: &mut Sent) -> bool {
        let mut reader = LogReader::open(dir).ok();
        for &shape in self.groups {
            let group = self.group(sent, shape);
            let was_well = disk.is_well();
            let done = log.append(&group);
            if done.is_ok() {
                disk.mark();
            }
            if let Err(error) = &done {
                assert!(!was_well, "nothing fails any more, but: {error}");
            }
            sent.appended(group, &done, disk.marks());
            if let Err(AppendError::Unknown { .. }) = done {
                return false;
            }
            if let Some(reader) = &mut reader {
                self.read(reader, log, was_well);
            }
        }
        true
    }

    /// A reader beside it, such as the projector, sees what was committed or is told of an error.
    fn read(&self, reader: &mut LogReader, log: &Log, is_well: bool) {
        let head = reader.head();
        assert!(!is_well || head.is_ok(), "nothing fails any more, but: {head:?}");
        let Ok(head) = head else { return };
        assert_eq!(head, log.head(), "a reader sees what was acknowledged and nothing else");
        let last = reader.get(head);
        assert!(!is_well || last.is_ok(), "nothing fails any more, but: {last:?}");
        assert!(head == Seq::START || !matches!(last, Ok(None)), "the last delivery is missing");
    }
}

impl Scene for Append {
    type Told = Sent;

    fn name(&self) -> &'static str {
        self.name
    }

    fn is_slow(&self) -> bool {
        let bytes: usize = self.groups.iter().map(|(count, bytes)| count * bytes).sum();
        1_000_000 < bytes || 100 < self.before
    }

    fn prepare(&self, dir: &Path) {
        if self.before == 0 {
            return;
        }
        // As a process leaves it that is killed: the journal is not yet in the log's file.
        let lived = tempfile::tempdir().expect("there is room");
        let (_, _lock, mut log) = opened(lived.path()).expect("nothing fails yet");
        let sent = before(self);
        for (group, _) in &sent.groups {
            log.append(group).expect("nothing fails yet");
        }
        for name in ["log.db", "log.db-wal"] {
            std::fs::copy(lived.path().join(name), dir.join(name)).expect("there is room");
        }
    }

    fn act(&self, dir: &Path, disk: &Disk, sent: &mut Sent) {
        if sent.groups.is_empty() {
            *sent = before(self);
        }
        for _ in 0..2 {
            let Some((dir, _lock, mut log)) = opened(dir) else { continue };
            if !self.append_all(&dir, &mut log, disk, sent) {
                return;
            }
        }
    }

    fn check(&self, dir: &Path, sent: &Sent, marks: u64, _: Ended) {
        sent.is_held_by(&DataDir::at(dir), marks);
        // And it goes on.
        let (_, _lock, mut log) = opened(dir).expect("the log opens");
        log.append(&[delivery(0, "another".to_owned())]).expect("it takes more");
    }
}

/// What is in the log before.
fn before(scene: &Append) -> Sent {
    let mut sent = Sent::default();
    for _ in 0..scene.before {
        let group = scene.group(&sent, (1, 0));
        sent.appended(group, &Ok(()), 0);
    }
    sent
}

#[test]
fn small_groups_to_a_new_log() {
    campaign(&Append {
        name: "append to a new log",
        groups: &[(1, 0), (3, 0), (1, 9_000), (12, 3_000), (1, 0)],
        before: 0,
    });
}

#[test]
fn small_groups_behind_a_long_journal_that_is_moved_into_the_log() {
    campaign(&Append {
        name: "append behind a long journal",
        groups: &[(1, 0), (2, 0), (1, 0), (1, 0)],
        before: 660,
    });
}

#[test]
fn a_group_that_does_not_fit_in_memory() {
    campaign(&Append {
        name: "append a large group",
        groups: &[(1, 0), (25, 100_000), (1, 0)],
        before: 0,
    });
}
