//! A copy, and the way back.

use std::path::Path;

use rusqlite::Connection;
use weir_backup::{Upto, restore, take};
use weir_domain::{Delivery, Timestamp};
use weir_faults::{Disk, Ended, Scene, campaign};
use weir_log::DataDir;
use weir_tests::event::event;

use crate::held::{delivery, logged, opened};

/// Brings a backup up to date, and makes a data directory of it.
struct Backup;

/// How many deliveries the backup has before, and how many the log.
const BACKED_UP: usize = 12;
const LOGGED: usize = 30;

#[derive(Default)]
struct Told {
    is_taken: bool,
    is_restored: bool,
}

const NOW: Timestamp = Timestamp::from_micros(1_780_000_000_000_000);

fn deliveries() -> Vec<Delivery> {
    let body = |number: usize| format!("{} {number}", event(number as u64 % 5, 7001));
    (0..LOGGED).map(|number| delivery(number, body(number))).collect()
}

fn data(dir: &Path) -> DataDir {
    DataDir::at(&dir.join("data"))
}

fn backed_up(dir: &Path, is_quick: bool) -> Result<(), String> {
    let backup = dir.join("backup");
    take((&data(dir), None), &backup, ("test", NOW), is_quick, 2, &mut |_, _, _| ())
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Restores the backup into a folder of this name.
fn restored(dir: &Path, name: &str) -> Result<DataDir, String> {
    let target = DataDir::at(&dir.join(name));
    restore(
        &dir.join("backup"),
        (&target, &target.keys_file()),
        Upto::End,
        (false, NOW),
        false,
        2,
        &mut |_, _, _| (),
    )
    .map(|_| target)
    .map_err(|error| error.to_string())
}

/// What is in the small store beside the log.
fn rows(dir: &DataDir) -> Result<u64, rusqlite::Error> {
    let conn = Connection::open(dir.access_file())?;
    conn.query_row("SELECT count(*) FROM people", [], |row| row.get(0))
}

/// Tries once more where it failed and nothing will fail any more.
fn twice<T>(disk: &Disk, work: impl Fn() -> Result<T, String>) -> Result<T, String> {
    let is_well = disk.is_well();
    work().or_else(|error| {
        assert!(!is_well, "nothing fails any more, but: {error}");
        let is_well = disk.is_well();
        work().inspect_err(|error| assert!(!is_well, "nothing fails any more, but: {error}"))
    })
}

impl Scene for Backup {
    type Told = Told;

    fn name(&self) -> &'static str {
        "backup and restore"
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn loses_power(&self) -> bool {
        false
    }

    fn prepare(&self, dir: &Path) {
        let all = deliveries();
        let (data, _lock, mut log) = opened(data(dir).path()).expect("nothing fails yet");
        log.append(&all[..BACKED_UP]).expect("nothing fails yet");
        let conn = Connection::open(data.access_file()).expect("nothing fails yet");
        conn.execute_batch("CREATE TABLE people (name); INSERT INTO people VALUES ('Olga')")
            .expect("nothing fails yet");
        backed_up(dir, true).expect("nothing fails yet");
        log.append(&all[BACKED_UP..]).expect("nothing fails yet");
        conn.execute_batch("INSERT INTO people VALUES ('Ann')").expect("nothing fails yet");
    }

    fn act(&self, dir: &Path, disk: &Disk, told: &mut Told) {
        told.is_taken = twice(disk, || backed_up(dir, false)).is_ok();
        if told.is_taken {
            told.is_restored = twice(disk, || restored(dir, "restored")).is_ok();
        }
    }

    fn check(&self, dir: &Path, told: &Told, _: u64, _: Ended) {
        let all = deliveries();
        assert_eq!(logged(&data(dir)), all, "what is backed up is left as it is");
        assert_eq!(rows(&data(dir)).expect("it opens"), 2);
        let kept = logged(&DataDir::at(&dir.join("backup")));
        assert!(all.starts_with(&kept), "the backup holds a beginning of the log");
        assert!(BACKED_UP <= kept.len(), "the backup holds what it held before");
        if told.is_taken {
            let again = restored(dir, "from what was taken").expect("it was said to be finished");
            assert_eq!(logged(&again), all);
            assert_eq!(rows(&again).expect("it opens"), 2);
        }
        if told.is_restored {
            let made = DataDir::at(&dir.join("restored"));
            assert_eq!(logged(&made), all, "it was said to be restored");
            assert_eq!(rows(&made).expect("it opens"), 2);
        }
        backed_up(dir, true).expect("it goes on the next time");
        let again = restored(dir, "restored at last").expect("it can be restored");
        assert_eq!(logged(&again), all);
        assert_eq!(rows(&again).expect("it opens"), 2);
    }
}

#[test]
fn a_backup_and_the_way_back() {
    campaign(&Backup);
}
