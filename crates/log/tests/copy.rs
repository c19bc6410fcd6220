//! A copy of a log: the same bytes, the same seals, and nothing that was not proved.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use proptest::prelude::*;
use weir_domain::{Delivery, Origin, Seq, Timestamp};
use weir_log::{CopyError, DataDir, Finding, Log, LogCopy, LogReader};

use common::{all, tamper};

fn delivery(n: u64) -> Delivery {
    let origin = match n % 3 {
        0 => Origin::imported("main"),
        other => Origin {
            integration: "test".into(),
            secret: Some(format!("secret {other}")),
            headers: vec![("content-type".into(), "application/json".into())],
        },
    };
    let received_at = Timestamp::from_micros(1_000_000 * i64::try_from(n).unwrap());
    Delivery { received_at, origin: Arc::new(origin), body: format!("body {n}").into_bytes() }
}

/// A log of groups of these sizes, to be appended to.
struct Source {
    temp: tempfile::TempDir,
    log: Log,
}

impl Source {
    fn of(groups: &[usize]) -> Source {
        let temp = tempfile::tempdir().unwrap();
        let dir = DataDir::at(&temp.path().join("data"));
        let lock = dir.lock("test").unwrap();
        let log = Log::open(&dir, &lock).unwrap();
        let mut source = Source { temp, log };
        source.append(groups);
        source
    }

    fn append(&mut self, groups: &[usize]) {
        for &size in groups {
            let next = self.log.head().get() + 1;
            let group: Vec<_> = (next..next + size as u64).map(delivery).collect();
            self.log.append(&group).unwrap();
        }
    }

    fn dir(&self) -> DataDir {
        DataDir::at(&self.temp.path().join("data"))
    }

    fn reader(&self) -> LogReader {
        LogReader::open(&self.dir()).unwrap()
    }

    fn copy_dir(&self) -> DataDir {
        DataDir::at(&self.temp.path().join("copy"))
    }

    /// Brings the copy up to `upto`.
    fn copy(&self, upto: u64) -> Result<u64, CopyError> {
        let dir = self.copy_dir();
        let lock = dir.lock("test").unwrap();
        LogCopy::open(&dir, &lock)?.follow(&mut self.reader(), Seq::new(upto), |_| ())
    }

    fn copied(&self) -> LogReader {
        LogReader::open(&self.copy_dir()).unwrap()
    }
}

#[test]
fn a_copy_has_the_same_bytes_and_the_same_seals() {
    let source = Source::of(&[1, 5, 4]);
    assert_eq!(source.copy(10).unwrap(), 10);
    assert_eq!(all(&mut source.copied()), all(&mut source.reader()));
    let (log, copy) = (source.reader().verify(|_| ()), source.copied().verify(|_| ()));
    assert_eq!(copy.unwrap(), log.unwrap());
}

#[test]
fn a_copy_takes_what_it_lacks_and_goes_on_as_a_log() {
    let mut source = Source::of(&[1, 5, 4]);
    source.copy(10).unwrap();
    source.append(&[3, 300]);
    assert_eq!(source.copy(313).unwrap(), 303);
    assert_eq!(source.copy(313).unwrap(), 0);
    assert_eq!(all(&mut source.copied()), all(&mut source.reader()));
    // Beyond the end there is nothing to copy.
    assert_eq!(source.copy(1_000).unwrap(), 0);
    let dir = source.copy_dir();
    let lock = dir.lock("test").unwrap();
    Log::open(&dir, &lock).unwrap().append(&[delivery(314)]).unwrap();
    let verified = source.copied().verify(|_| ()).unwrap();
    assert_eq!((verified.deliveries, verified.finding), (314, None));
}

#[test]
fn a_group_that_is_cut_is_proved_as_a_whole_and_sealed_anew() {
    let source = Source::of(&[1, 5, 4]);
    assert_eq!(source.copy(4).unwrap(), 4);
    let verified = source.copied().verify(|_| ()).unwrap();
    assert_eq!((verified.deliveries, verified.finding), (4, None));
    assert_eq!(all(&mut source.copied()), all(&mut source.reader())[..4]);
    // It is another log from there on: it does not follow the first any more.
    let error = source.copy(10).unwrap_err();
    assert!(matches!(error, CopyError::Other { at } if at == Seq::new(4)), "{error}");
    // What lies behind the cut is proved too.
    let source = Source::of(&[1, 5, 4]);
    tamper(&source.dir(), "UPDATE delivery SET body = x'00' WHERE seq = 6");
    let error = source.copy(4).unwrap_err();
    assert!(matches!(error, CopyError::Damaged(Finding::Changed { .. })), "{error}");
}

#[test]
fn a_log_that_lost_its_end_does_not_shorten_its_copy() {
    let source = Source::of(&[1, 5, 4]);
    source.copy(10).unwrap();
    tamper(
        &source.dir(),
        "DELETE FROM delivery WHERE 6 < seq; DELETE FROM seal WHERE 6 < last_seq",
    );
    let error = source.copy(6).unwrap_err();
    assert!(
        matches!(error, CopyError::Ahead { copy, log } if (copy, log) == (Seq::new(10), Seq::new(6))),
        "{error}"
    );
    assert_eq!(source.copied().head().unwrap(), Seq::new(10));
}

#[test]
fn a_copy_of_another_log_is_left_alone() {
    let source = Source::of(&[1, 5, 4]);
    source.copy(10).unwrap();
    let other = Source::of(&[2, 5, 9]);
    let dir = source.copy_dir();
    let lock = dir.lock("test").unwrap();
    let mut copy = LogCopy::open(&dir, &lock).unwrap();
    let error = copy.follow(&mut other.reader(), Seq::new(16), |_| ()).unwrap_err();
    assert!(matches!(error, CopyError::Other { at } if at == Seq::new(10)), "{error}");
    drop(copy);
    assert_eq!(all(&mut source.copied()), all(&mut source.reader()));
}

#[test]
fn what_is_not_whole_is_not_copied() {
    for (sql, want) in [
        (
            "UPDATE delivery SET body = x'00' WHERE seq = 8",
            Finding::Changed { first: Seq::new(7), last: Seq::new(10) },
        ),
        (
            "UPDATE delivery SET received_at = 0 WHERE seq = 7",
            Finding::Changed { first: Seq::new(7), last: Seq::new(10) },
        ),
        (
            "DELETE FROM delivery WHERE seq = 9",
            Finding::Gap { missing: Seq::new(9), last: Seq::new(10) },
        ),
        (
            "UPDATE seal SET first_seq = 8 WHERE last_seq = 10",
            Finding::Unchained { first: Seq::new(8), last: Seq::new(10), before: Seq::new(6) },
        ),
    ] {
        let source = Source::of(&[1, 5, 4]);
        source.copy(6).unwrap();
        tamper(&source.dir(), sql);
        match source.copy(10).unwrap_err() {
            CopyError::Damaged(found) => assert_eq!(found, want, "{sql}"),
            other => panic!("{sql}: {other}"),
        }
        assert_eq!(source.copied().head().unwrap(), Seq::new(6), "{sql}");
        assert_eq!(source.copied().verify(|_| ()).unwrap().finding, None, "{sql}");
    }
}

#[test]
fn a_verification_beside_a_server_that_appends_finds_nothing() {
    let mut source = Source::of(&[1, 5, 4]);
    let mut reader = source.reader();
    let mut left = 3;
    let verified = reader
        .verify(|at| {
            if at == source.log.head() && 0 < left {
                left -= 1;
                source.append(&[7]);
            }
        })
        .unwrap();
    assert_eq!((verified.deliveries, verified.finding), (31, None));
}

#[test]
fn the_log_as_it_was_at_an_instant() {
    let source = Source::of(&[1, 5, 4]);
    let reader = source.reader();
    let at = |us| reader.seq_at(Timestamp::from_micros(us)).unwrap().get();
    assert_eq!(
        [at(0), at(999_999), at(1_000_000), at(4_500_000), at(10_000_000)],
        [0, 0, 1, 4, 10]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_way_of_copying_gives_the_same_copy(
        groups in prop::collection::vec(1_usize..40, 1..20),
        stops in prop::collection::vec(0_usize..20, 0..6),
    ) {
        let ends: Vec<u64> = groups
            .iter()
            .scan(0, |end, &size| {
                *end += size as u64;
                Some(*end)
            })
            .collect();
        let source = Source::of(&groups);
        let mut stops: Vec<u64> = stops.iter().map(|stop| ends[stop % ends.len()]).collect();
        stops.sort_unstable();
        for stop in stops {
            source.copy(stop).unwrap();
            prop_assert_eq!(source.copied().head().unwrap(), Seq::new(stop));
        }
        source.copy(u64::MAX).unwrap();
        prop_assert_eq!(all(&mut source.copied()), all(&mut source.reader()));
        let (log, copy) = (source.reader().verify(|_| ()), source.copied().verify(|_| ()));
        prop_assert_eq!(copy.unwrap(), log.unwrap());
    }
}
