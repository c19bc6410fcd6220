//! The read model: saved, folded again and swapped, made anew.

use std::path::Path;

use weir_domain::{Catalogue, Delivery, Seq};
use weir_faults::{Disk, Ended, Scene, campaign};
use weir_log::{DataDir, Lock, Log, LogReader};
use weir_projector::{Live, Projector, ProjectorError, RebuildRequest, catch_up, open, rebuild};
use weir_readmodel::Model;
use weir_report::{Asked, compute, render};
use weir_tests::event::{cancelled_at, event};

use crate::held::{Sent, delivery, opened};

/// What a process does with the read model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// It follows the log and saves, as `weir serve` does.
    Follow,
    /// It folds the log again and swaps, as `weir rebuild` does.
    Rebuild,
    /// The same, but the server is asked to.
    ServedRebuild,
}

/// What it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// What an earlier process saved.
    Saved,
    /// The same, damaged in the middle.
    Damaged,
    /// What a Weir saved whose columns meant something else.
    OtherLayout,
    /// What a Weir saved that folded otherwise.
    OtherFold,
}

struct ReadModel {
    name: &'static str,
    work: Work,
    found: Found,
}

#[derive(Debug, Default)]
struct Told {
    sent: Sent,
    /// The last delivery of which it was said that the saved model has it.
    saved: u64,
}

/// How many deliveries the saved model has, and how many the log.
const SAVED: usize = 24;
const LOGGED: usize = 40;

/// So many groups come while it works, of so many deliveries.
const GROUPS: usize = 3;
const GROUP: usize = 8;

fn group(first: usize, count: usize) -> Vec<Delivery> {
    let body = |number: usize| {
        let session = number as u64 * 7 % 13;
        let event = match number % 4 {
            0 => event(session, 7001),
            1 => event(session, 7002),
            2 => cancelled_at(session, &format!("a_screen_{}", number % 9)),
            _ => return format!("no event, {number}"),
        };
        let open = event.strip_suffix('}').expect("an event is an object");
        format!("{open},\"tag\":{number}}}")
    };
    (first..first + count).map(|number| delivery(number, body(number))).collect()
}

/// The whole log, folded from zero.
fn from_zero(dir: &DataDir) -> Model {
    let mut reader = LogReader::open(dir).expect("the log opens");
    let head = reader.head().expect("the log can be read");
    let mut model = Model::default();
    catch_up(&mut model, &mut reader, head, |_| ()).expect("the log can be read");
    model
}

fn report(model: &Model) -> String {
    let asked = Asked {
        from: Some("2020-01-01".into()),
        to: Some("2028-01-01".into()),
        as_of: Some("2028-01-01T00:00:00Z".into()),
        bucket: Some("month".into()),
        by: Some("integration".into()),
        ..Asked::default()
    };
    let now = "2028-01-01T00:00:00Z".parse().expect("an instant");
    let query = asked.query(now).expect("a question");
    render::json(&compute(model, &Catalogue::shipped(), &query, 2).expect("a report"))
}

#[track_caller]
fn assert_is_from_zero(model: &Model, zero: &Model) {
    assert_eq!(model.differences(zero, 3), Vec::<String>::new());
}

/// Tries once more where it failed and nothing will fail any more.
fn twice<T>(
    disk: &Disk,
    mut work: impl FnMut() -> Result<T, ProjectorError>,
) -> Result<T, ProjectorError> {
    for _ in 0..2 {
        let is_well = disk.is_well();
        match work() {
            Err(error) => assert!(!is_well, "nothing fails any more, but: {error}"),
            done => return done,
        }
        if !disk.is_well() {
            break;
        }
    }
    work()
}

impl ReadModel {
    fn append(log: &mut Log, disk: &Disk, told: &mut Told) -> bool {
        let group = group(told.sent.count(), GROUP);
        let done = log.append(&group);
        if done.is_ok() {
            disk.mark();
        }
        told.sent.appended(group, &done, disk.marks());
        !matches!(done, Err(weir_log::AppendError::Unknown { .. }))
    }

    fn follow(&self, dir: &DataDir, lock: &Lock, log: &mut Log, disk: &Disk, told: &mut Told) {
        let Ok(mut projector) = twice(disk, || Projector::open(dir, lock, 2)) else { return };
        let live = projector.live();
        for _ in 0..GROUPS {
            if !Self::append(log, disk, told) {
                return;
            }
            if twice(disk, || projector.catch_up(|_, _| ())).is_ok() {
                assert_eq!(live.saved(), log.head(), "it was saved, so it says");
                told.saved = live.saved().get();
            }
            if disk.is_well() {
                assert_is_served(&live, dir);
            }
        }
    }

    fn rebuild(&self, dir: &DataDir, lock: &Lock, log: &mut Log, disk: &Disk, told: &mut Told) {
        if !Self::append(log, disk, told) {
            return;
        }
        if let Ok(rebuilt) = twice(disk, || rebuild(dir, lock, 2, |_, _| ())) {
            assert_eq!(rebuilt.differences, Vec::<String>::new());
            assert_eq!(rebuilt.deliveries, log.head().get());
            told.saved = rebuilt.deliveries;
        }
    }

    fn served_rebuild(
        &self,
        dir: &DataDir,
        lock: &Lock,
        log: &mut Log,
        disk: &Disk,
        told: &mut Told,
    ) {
        let Ok(projector) = twice(disk, || Projector::open(dir, lock, 2)) else { return };
        if !Self::append(log, disk, told) {
            return;
        }
        let is_well = disk.is_well();
        let live = projector.live();
        let request = RebuildRequest::leave(dir, "a request").expect("a file can be written");
        // Nobody appends any more: it looks once for what there is to do, and ends.
        let (_, committed) = crossbeam_channel::bounded(1);
        let done = projector.run(&committed);
        assert!(!is_well || done.is_ok(), "nothing fails any more, but: {done:?}");
        assert_eq!(live.lag().failure.is_some(), done.is_err(), "it says that it stopped");
        let answer = request.answer().expect("a file can be read");
        match (&done, answer) {
            (Ok(()), Some(Ok(rebuilt))) => {
                assert_eq!(rebuilt.differences, Vec::<String>::new());
            }
            (_, Some(Err(why))) => assert!(!is_well, "nothing fails any more, but: {why}"),
            (Ok(()), None) => panic!("nobody answered"),
            // It may have been asked, or not, before it stopped.
            (Err(_), Some(Ok(_)) | None) => {}
        }
        if done.is_ok() {
            assert_eq!(live.saved(), log.head(), "it was saved, so it says");
            told.saved = live.saved().get();
        }
        if disk.is_well() && done.is_ok() {
            assert_is_served(&live, dir);
        }
    }
}

#[track_caller]
fn assert_is_served(live: &Live, dir: &DataDir) {
    let zero = from_zero(dir);
    if live.position() == zero.position() {
        assert_is_from_zero(&live.model(), &zero);
    }
}

impl Scene for ReadModel {
    type Told = Told;

    fn name(&self) -> &'static str {
        self.name
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn prepare(&self, dir: &Path) {
        let (dir, lock, mut log) = opened(dir).expect("nothing fails yet");
        log.append(&group(0, SAVED)).expect("nothing fails yet");
        let mut projector = Projector::open(&dir, &lock, 2).expect("nothing fails yet");
        projector.catch_up(|_, _| ()).expect("nothing fails yet");
        drop(projector);
        log.append(&group(SAVED, LOGGED - SAVED)).expect("nothing fails yet");
        let sql = match self.found {
            Found::Saved => return,
            Found::Damaged => {
                let mut bytes = std::fs::read(dir.read_file()).expect("it is there");
                // Behind the schema: the file opens, and its content does not read back.
                let half = bytes.len() / 2;
                bytes[half..].fill(0xA5);
                std::fs::write(dir.read_file(), bytes).expect("there is room");
                "PRAGMA user_version"
            }
            Found::OtherLayout => "PRAGMA user_version = 1",
            Found::OtherFold => "UPDATE checkpoint SET fold_version = 1",
        };
        let conn = rusqlite::Connection::open(dir.read_file()).expect("it opens");
        conn.execute_batch(sql).expect("it can be changed");
        drop(conn);
        let read = open(&dir, 2, |_, _| ()).expect("a report can be made");
        assert_eq!(read.from_checkpoint, Seq::START, "it is of no use now");
    }

    fn act(&self, dir: &Path, disk: &Disk, told: &mut Told) {
        if told.sent.groups.is_empty() {
            told.sent.appended(group(0, SAVED), &Ok(()), 0);
            told.sent.appended(group(SAVED, LOGGED - SAVED), &Ok(()), 0);
            if self.found == Found::Saved {
                told.saved = SAVED as u64;
            }
        }
        let Some((dir, lock, mut log)) = opened(dir) else { return };
        match self.work {
            Work::Follow => self.follow(&dir, &lock, &mut log, disk, told),
            Work::Rebuild => self.rebuild(&dir, &lock, &mut log, disk, told),
            Work::ServedRebuild => self.served_rebuild(&dir, &lock, &mut log, disk, told),
        }
    }

    fn check(&self, dir: &Path, told: &Told, marks: u64, ended: Ended) {
        let dir = DataDir::at(dir);
        told.sent.is_held_by(&dir, marks);
        let zero = from_zero(&dir);
        let read = open(&dir, 2, |_, _| ()).expect("a report can be made");
        assert_is_from_zero(&read.model, &zero);
        assert_eq!(report(&read.model), report(&zero));
        if ended == Ended::Process {
            // After a power cut it may be older, never inconsistent.
            let saved = Seq::new(told.saved);
            assert!(saved <= read.from_checkpoint, "it was said to be saved up to {saved}");
        }
        // A server starts, follows and saves; the next start has nothing to do.
        let lock = dir.lock("check").expect("nobody holds it");
        let projector = Projector::open(&dir, &lock, 2).expect("a server starts");
        let (_, committed) = crossbeam_channel::bounded(1);
        projector.run(&committed).expect("it follows");
        let read = open(&dir, 2, |_, _| ()).expect("a report can be made");
        assert_is_from_zero(&read.model, &zero);
        assert_eq!(read.from_checkpoint, zero.position(), "and it is saved");
    }
}

#[test]
fn a_checkpoint() {
    campaign(&ReadModel { name: "checkpoint", work: Work::Follow, found: Found::Saved });
}

#[test]
fn a_checkpoint_in_the_place_of_a_damaged_one() {
    let name = "checkpoint in the place of a damaged one";
    campaign(&ReadModel { name, work: Work::Follow, found: Found::Damaged });
}

#[test]
fn a_checkpoint_in_the_place_of_one_of_another_layout() {
    let name = "checkpoint in the place of one of another layout";
    campaign(&ReadModel { name, work: Work::Follow, found: Found::OtherLayout });
}

#[test]
fn a_rebuild_with_its_swap() {
    campaign(&ReadModel { name: "rebuild", work: Work::Rebuild, found: Found::Saved });
}

#[test]
fn a_rebuild_beside_a_server() {
    let name = "rebuild beside a server";
    campaign(&ReadModel { name, work: Work::ServedRebuild, found: Found::Saved });
}

#[test]
fn a_model_of_another_fold_that_is_folded_again() {
    let name = "fold again what another fold made";
    campaign(&ReadModel { name, work: Work::ServedRebuild, found: Found::OtherFold });
}
