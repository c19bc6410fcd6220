//! The log read again a little at a time.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use weir_domain::{Delivery, Origin, Seq, Timestamp};
use weir_log::{DataDir, Finding, Head, Log, LogReader, Scrub, ScrubRecord, Scrubbed};

use common::{all, tamper};

struct Fixture {
    dir: DataDir,
    _temp: tempfile::TempDir,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_000_000 * second)
}

/// Groups of one, two, three … deliveries of a hundred bytes.
fn filled(groups: i64) -> Fixture {
    let temp = tempfile::tempdir().unwrap();
    let dir = DataDir::at(&temp.path().join("data"));
    let lock = dir.lock("test").unwrap();
    let mut log = Log::open(&dir, &lock).unwrap();
    let origin = Arc::new(Origin::imported("main"));
    for group in 1..=groups {
        let delivery =
            |n| Delivery { received_at: at(n), origin: Arc::clone(&origin), body: vec![b'x'; 100] };
        log.append(&(0..group).map(delivery).collect::<Vec<_>>()).unwrap();
    }
    Fixture { dir, _temp: temp }
}

fn seq(n: u64) -> Seq {
    Seq::new(n)
}

/// All that a pass says from where `record` is.
fn pass(dir: &DataDir, record: &ScrubRecord) -> Vec<Scrubbed> {
    let mut scrub = Scrub::of(dir, record).unwrap();
    let mut said = Vec::new();
    while said.last() != Some(&Scrubbed::End) {
        said.push(scrub.step().unwrap());
    }
    said
}

#[track_caller]
fn check(sql: &str, want: &[Scrubbed]) {
    let fixture = filled(4);
    tamper(&fixture.dir, sql);
    assert_eq!(pass(&fixture.dir, &ScrubRecord::new(at(0))), want);
}

#[test]
fn every_group_is_read_and_a_damage_keeps_none_of_them_from_it() {
    use Scrubbed::{Damage, End, Group};
    check("SELECT 1", &[Group(100), Group(200), Group(300), Group(400), End]);
    let changed = |first, last| Damage(Finding::Changed { first: seq(first), last: seq(last) });
    check(
        "UPDATE delivery SET body = x'00' WHERE seq IN (2, 7)",
        &[Group(100), changed(2, 3), Group(300), changed(7, 10), End],
    );
    let gap = Damage(Finding::Gap { missing: seq(5), last: seq(6) });
    check("DELETE FROM delivery WHERE seq = 5", &[Group(100), Group(200), gap, Group(400), End]);
    let unchained = Finding::Unchained { first: seq(4), last: seq(6), before: seq(1) };
    check("DELETE FROM seal WHERE last_seq = 3", &[Group(100), Damage(unchained), Group(400), End]);
    // Its own seal does not hold, nor does the one that is chained to it.
    check(
        "UPDATE seal SET hash = zeroblob(32) WHERE last_seq = 3",
        &[Group(100), changed(2, 3), changed(4, 6), Group(400), End],
    );
    let unsealed = Damage(Finding::Unsealed { sealed: seq(10), count: 1 });
    check(
        "INSERT INTO delivery (seq, received_at, origin, body) VALUES (11, 0, 1, x'00')",
        &[Group(100), Group(200), Group(300), Group(400), unsealed, End],
    );
}

/// Flips a bit in each byte of the file in turn: what changes an answer is found, and nothing panics.
#[test]
fn a_flipped_bit_is_found_or_does_no_harm() {
    let fixture = filled(4);
    // Everything in the one file.
    rusqlite::Connection::open(fixture.dir.log_file())
        .unwrap()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let file = fixture.dir.log_file();
    let whole = std::fs::read(&file).unwrap();
    let want = all(&mut LogReader::open(&fixture.dir).unwrap());
    let (mut found, mut harmless) = (0, 0);
    for place in (0..whole.len()).step_by(29) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (place % 8);
        std::fs::write(&file, &bytes).unwrap();
        let said = Scrub::of(&fixture.dir, &ScrubRecord::new(at(0))).and_then(|mut scrub| {
            let mut wrong = false;
            loop {
                match scrub.step()? {
                    Scrubbed::Group(_) => {}
                    Scrubbed::Damage(_) => wrong = true,
                    Scrubbed::End => return Ok(wrong),
                }
            }
        });
        if said.unwrap_or(true) {
            found += 1;
        } else {
            let got = all(&mut LogReader::open(&fixture.dir).unwrap());
            assert_eq!(got, want, "byte {place} was flipped and nothing was said");
            harmless += 1;
        }
    }
    eprintln!("{found} of {} flipped bits were found", found + harmless);
    // Bodies are about a kilobyte of the file, the rest is mostly empty pages.
    assert!(40 < found && 40 < harmless, "{found} found, {harmless} harmless");
}

#[test]
fn it_goes_on_where_it_was() {
    let fixture = filled(4);
    let mut record = ScrubRecord::new(at(0));
    let mut scrub = Scrub::of(&fixture.dir, &record).unwrap();
    scrub.step().unwrap();
    scrub.step().unwrap();
    record.place = Head::new(at(1), scrub.place());
    record.save(&fixture.dir).unwrap();
    let kept = ScrubRecord::load(&fixture.dir).unwrap().unwrap();
    assert_eq!(kept, record);
    assert_eq!(
        pass(&fixture.dir, &kept),
        [Scrubbed::Group(300), Scrubbed::Group(400), Scrubbed::End]
    );
    // Of another log nothing was read yet.
    assert_eq!(pass(&filled(5).dir, &kept).len(), 4, "these two begin alike");
    tamper(&fixture.dir, "UPDATE seal SET hash = zeroblob(32) WHERE last_seq = 3");
    assert_eq!(pass(&fixture.dir, &kept).len(), 5);
    std::fs::write(fixture.dir.scrub_file(), "{").unwrap();
    assert_eq!(ScrubRecord::load(&fixture.dir).unwrap(), None);
}

#[test]
fn what_is_found_is_news_once_and_forgotten_when_a_whole_pass_did_not_see_it() {
    let finding = Finding::Gap { missing: seq(5), last: seq(6) };
    let mut record = ScrubRecord::new(at(0));
    assert!(record.found(&finding, at(1)));
    assert!(!record.is_over());
    record.ended(at(2));
    assert!(record.is_over());
    record.begin(at(2));
    assert!(!record.is_over());
    let wrong = record.wrong().unwrap();
    assert!(wrong.contains("delivery 5 is missing, in the group up to 6"), "{wrong}");
    assert!(!record.found(&finding, at(3)));
    record.ended(at(4));
    record.begin(at(5));
    assert_eq!((record.damage[0].found_at, record.damage[0].seen_at), (at(1), at(3)));
    record.ended(at(6));
    assert_eq!((record.wrong(), record.whole_at), (None, Some(at(6))));
    for n in 0..200 {
        record.found(&Finding::Damaged(n.to_string()), at(6));
    }
    assert_eq!(record.damage.len(), 100);
}
