//! The disk does fail, and does lose what was not synced: else the tests that use it prove nothing.

#![allow(missing_docs, clippy::unwrap_used)] // a helper of a test fails as the test does

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;
use weir_faults::{Call, Crash, Disk, Ended, Fate, Fault, How, Scene, Trace};

/// Counts in a table, one transaction a number.
struct Counting {
    journal: &'static str,
    synchronous: &'static str,
}

impl Counting {
    fn open(&self, dir: &Path) -> Result<Connection, rusqlite::Error> {
        let conn = Connection::open(dir.join("count.db"))?;
        conn.pragma_update(None, "journal_mode", self.journal)?;
        conn.pragma_update(None, "synchronous", self.synchronous)?;
        conn.execute_batch(
            "CREATE TABLE IF NOT EXISTS count (number INTEGER PRIMARY KEY, pad BLOB)",
        )?;
        Ok(conn)
    }
}

impl Scene for Counting {
    type Told = ();

    fn name(&self) -> &'static str {
        "counting"
    }

    fn act(&self, dir: &Path, disk: &Disk, (): &mut ()) {
        let Ok(conn) = self.open(dir) else { return };
        for _ in 0..6 {
            let counted = conn.execute_batch("INSERT INTO count (pad) VALUES (zeroblob(9000))");
            if counted.is_err() {
                return;
            }
            disk.mark();
        }
    }

    fn check(&self, dir: &Path, (): &(), marks: u64, _: Ended) {
        let conn = self.open(dir).expect("it opens");
        let sound: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
        let found: u64 =
            conn.query_row("SELECT count(*) FROM count", [], |row| row.get(0)).unwrap();
        assert!(marks <= found, "{marks} were promised, {found} are there");
    }
}

/// Whether what it promises is there, whenever the power goes.
fn is_kept(scene: &Counting, fate: Fate) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let disk = Disk::at(dir.path());
    disk.record();
    scene.act(dir.path(), &disk, &mut ());
    let trace = disk.trace();
    assert!(20 < trace.points(), "{} points", trace.points());
    assert_eq!(trace.marks_at(trace.points() - 1), 6);
    is_kept_from(scene, fate, &trace, 0)
}

fn is_kept_from(scene: &Counting, fate: Fate, trace: &Trace, first: usize) -> bool {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut crash = Crash::of(trace);
    (first..trace.points()).all(|point| {
        crash.go_to(point);
        let image = tempfile::tempdir().unwrap();
        crash.write(image.path(), fate, &mut rng);
        let marks = trace.marks_at(point);
        let checking = || scene.check(image.path(), &(), marks, Ended::Power);
        catch_unwind(AssertUnwindSafe(checking)).is_ok()
    })
}

#[test]
fn what_was_synced_is_there_and_what_was_not_can_be_lost_or_garbled() {
    // In DELETE mode it takes EXTRA until the folder, too, is synced with each commit.
    for (journal, synchronous) in [("WAL", "FULL"), ("DELETE", "EXTRA")] {
        let synced = Counting { journal, synchronous };
        let trusting = Counting { journal, synchronous: "OFF" };
        for fate in [Fate::Kept, Fate::Lost, Fate::Mixed] {
            assert!(is_kept(&synced, fate), "{journal}, synced, {fate:?}");
            let kept = is_kept(&trusting, fate);
            assert_eq!(kept, fate == Fate::Kept, "{journal}, not synced, {fate:?}");
        }
    }
}

#[test]
fn a_promise_can_be_broken_where_a_commit_does_not_sync_all_that_it_needs() {
    for (journal, synchronous) in [("WAL", "NORMAL"), ("DELETE", "FULL")] {
        let lazy = Counting { journal, synchronous };
        assert!(is_kept(&lazy, Fate::Kept));
        assert!(!is_kept(&lazy, Fate::Lost), "{journal}");
    }
}

/// SQLite alone cannot know: the next process believes a journal whose sync had failed.
#[test]
fn what_a_restarted_process_builds_on_a_failed_sync_is_lost() {
    let scene = Counting { journal: "WAL", synchronous: "FULL" };
    let mut lost = 0;
    for nth in 1.. {
        let dir = tempfile::tempdir().unwrap();
        let disk = Disk::at(dir.path());
        disk.record();
        disk.fail(Fault { call: Call::Sync, how: How::Error, lasting: true, nth });
        scene.act(dir.path(), &disk, &mut ());
        if disk.met() == 0 {
            break;
        }
        disk.mend();
        let first = disk.trace().points();
        scene.act(dir.path(), &disk, &mut ());
        lost += u64::from(!is_kept_from(&scene, Fate::Lost, &disk.trace(), first));
    }
    assert!(0 < lost);
}

#[test]
fn a_fault_is_met_at_its_call_once_or_from_then_on() {
    for fault in Fault::kinds() {
        let dir = tempfile::tempdir().unwrap();
        let disk = Disk::at(dir.path());
        let scene = Counting { journal: "WAL", synchronous: "FULL" };
        disk.fail(fault);
        for _ in 0..3 {
            scene.act(dir.path(), &disk, &mut ());
        }
        assert!(0 < disk.met(), "{fault} is not met");
        assert!(fault.lasting || disk.met() == 1, "{fault} is met {} times", disk.met());
        assert_eq!(disk.is_well(), !fault.lasting);
        disk.mend();
        assert!(disk.is_well());
        scene.check(dir.path(), &(), disk.marks(), Ended::Process);
    }
}

#[test]
fn a_short_write_leaves_its_first_half() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Disk::at(dir.path());
    let conn = Connection::open(dir.path().join("count.db")).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    conn.execute_batch("CREATE TABLE t (a)").unwrap();
    let journal = || std::fs::metadata(dir.path().join("count.db-wal")).unwrap().len();
    let before = journal();
    // The head of the first page's frame, and then the page.
    disk.fail(Fault { call: Call::Write, how: How::Short, lasting: false, nth: 2 });
    let full = conn.execute_batch("CREATE TABLE u (a)").unwrap_err();
    assert_eq!(full.sqlite_error_code(), Some(rusqlite::ErrorCode::DiskFull));
    assert_eq!(disk.met(), 1);
    assert_eq!(journal(), before + 24 + 2_048);
}

#[test]
fn files_elsewhere_are_left_alone() {
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = Disk::at(dir.path());
    disk.fail(Fault { call: Call::Write, how: How::Error, lasting: true, nth: 1 });
    let scene = Counting { journal: "WAL", synchronous: "FULL" };
    scene.act(elsewhere.path(), &disk, &mut ());
    assert_eq!((disk.met(), disk.marks()), (0, 6));
}
