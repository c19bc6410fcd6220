//! Engines and disks that do not answer, and reports with nothing in them.

use std::fs;
use std::sync::atomic::Ordering;

use weir_schedule::{EngineError, RunState};

use crate::world::{World, at, mailed};

#[test]
fn an_engine_that_cannot_yet_is_asked_again_and_the_run_says_the_same_as_a_punctual_one() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    *world.engine.fails.lock().unwrap() =
        Some(EngineError::Later("the projector is behind".into()));
    world.tick_at("2026-05-04T08:00:00Z");
    let run = world.run(1).summary;
    assert_eq!(
        (run.state, run.trouble.as_deref()),
        (RunState::Due, Some("the projector is behind"))
    );
    assert_eq!(run.next_try_at, Some(at("2026-05-04T08:01:00Z")));
    world.live_until("2026-05-05T03:00:00Z");
    *world.engine.fails.lock().unwrap() = None;
    world.live_until("2026-05-05T07:59:00Z");
    assert_eq!(world.delivered(), ["2026-05-04T08:00:00Z"]);
    let input = world.run(1).input.unwrap();
    assert!(input.contains("\"as_of\":\"2026-05-04T08:00:00Z\""), "{input}");
    assert!(input.contains("\"to\":\"2026-05-04T00:00:00Z\""), "{input}");
}

#[test]
fn an_engine_that_never_will_fails_the_run_at_once_with_its_words() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    *world.engine.fails.lock().unwrap() = Some(EngineError::Never("too many buckets".into()));
    world.tick_at("2026-05-04T08:00:00Z");
    let run = world.run(1).summary;
    assert_eq!((run.state, run.trouble.as_deref()), (RunState::Failed, Some("too many buckets")));
}

#[test]
fn an_engine_that_stays_behind_is_given_up_after_three_days() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "0 8 4 5 * UTC");
    world.tick();
    *world.engine.fails.lock().unwrap() = Some(EngineError::Later("it is behind".into()));
    world.live_until("2026-05-08T07:30:00Z");
    let run = world.run(1).summary;
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(run.trouble.as_deref(), Some("given up after 13 tries: it is behind"));
}

#[test]
fn a_disk_that_cannot_be_written_is_told_and_tried_again() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    fs::write(world.outputs(), "a file where the folder should be").unwrap();
    world.tick();
    world.tick_at("2026-05-04T08:00:00Z");
    let run = world.run(1).summary;
    assert_eq!(run.state, RunState::Due);
    let trouble = run.trouble.unwrap();
    assert!(trouble.contains("outputs/1 could not be written"), "{trouble}");
    fs::remove_file(world.outputs()).unwrap();
    world.live_until("2026-05-04T08:01:00Z");
    assert_eq!(world.delivered(), ["2026-05-04T08:00:00Z"]);
    assert_eq!(world.run(1).summary.trouble, None);
}

#[test]
fn a_report_with_nothing_in_it_is_sent_or_not_as_defined() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.engine.started.store(0, Ordering::Relaxed);
    world.schedule("sent", "daily 08:00 UTC");
    let skip = mailed("daily 08:00 UTC", "when_empty = \"skip\"", &["a@example.com"]);
    world.define("skipped", &skip);
    world.tick();
    world.tick_at("2026-05-04T08:00:00Z");
    assert_eq!(world.arrived(), [(1, "mail:a@example.com".to_owned())]);
    let quiet = world.run(2);
    assert_eq!(quiet.summary.state, RunState::Quiet);
    assert!(quiet.summary.note.unwrap().starts_with("nothing came in its range"));
    assert_eq!((quiet.sendings.len(), quiet.files.len()), (0, 0));
    let error = world.ledger.again(quiet.summary.id, &[], world.now()).unwrap_err().to_string();
    assert!(error.contains("had nothing to send: nothing came"), "{error}");
}

#[test]
fn everything_that_a_run_is_made_of_is_recorded() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    let text = "title = \"Pulse\"\nrange = \"previous day\"\nformats = [\"csv\", \"json\"]\n\
                [schedule]\nwhen = \"daily 08:00 Europe/Tallinn\"\n\
                [[recipient]]\nmail = [\"a@example.com\", \"A@example.com\"]\n\
                [[recipient]]\nwebhook = \"warehouse\"\nformats = [\"parquet\"]\n";
    world.define("pulse", text);
    world.tick();
    world.tick_at("2026-05-05T05:00:00Z");
    let run = world.run(1);
    assert_eq!(run.definition, text);
    assert_eq!(run.position.unwrap().get(), 48_113);
    assert!(run.input.unwrap().contains("\"timezone\":\"Europe/Tallinn\""));
    assert_eq!(run.catalogue.unwrap(), weir_domain::Catalogue::shipped().to_toml());
    assert_eq!(run.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(run.said.unwrap().base_url.as_deref(), Some("https://weir.example.com"));
    let names = |files: &[(String, String, u64, String)]| {
        files.iter().map(|file| file.0.clone()).collect::<Vec<_>>().join(" ")
    };
    let files = "pulse-2026-05-05.csv pulse-2026-05-05.json pulse-2026-05-05.parquet";
    assert_eq!(names(&run.files), files);
    let parts = "mail-subject.txt mail.html mail.txt report.json slack.json";
    assert_eq!(names(&run.parts), parts);
    assert_eq!(world.sendings(1), ["mail:a@example.com delivered", "webhook:warehouse delivered"]);
    let parcels = world.post.parcels.lock().unwrap();
    let given =
        |n: usize| parcels[n].files.iter().map(|file| file.format.clone()).collect::<Vec<_>>();
    assert_eq!(
        (given(0), given(1)),
        (vec!["csv".to_owned(), "json".to_owned()], vec!["parquet".to_owned()])
    );
    for (name, _, bytes, _) in run.files.iter().chain(&run.parts) {
        let metadata = fs::metadata(world.outputs().join("1").join(name)).unwrap();
        assert_eq!(metadata.len(), *bytes, "{name}");
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o77, 0);
    }
}

#[test]
fn a_file_that_somebody_changed_is_not_sent() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    world.post.rule(|_, _| crate::world::Does::Later(None));
    world.tick_at("2026-05-04T08:00:00Z");
    fs::write(world.outputs().join("1/pulse-2026-05-04.csv"), "other numbers").unwrap();
    world.post.rule(|_, _| crate::world::Does::Take);
    world.live_until("2026-05-04T09:00:00Z");
    assert_eq!(world.arrived(), []);
    let trouble = world.run(1).sendings[0].trouble.clone().unwrap();
    assert!(trouble.contains("is not what was rendered"), "{trouble}");
    assert!(trouble.contains("weir schedule again 1 --send mail:a@example.com"), "{trouble}");
}

#[test]
fn what_is_asked_for_runs_at_once_as_of_the_instant_that_was_said() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    let text = mailed("daily 08:00 UTC", "", &["a@example.com"]);
    let then = at("2026-04-01T08:00:00Z");
    let asked = world.ledger.ask("pulse", &text, then, world.now()).unwrap();
    world.tick();
    let run = world.run(asked.0);
    assert_eq!(run.summary.state, RunState::Delivered);
    assert!(run.input.unwrap().contains("\"to\":\"2026-04-01T00:00:00Z\""));
}

#[test]
fn one_run_can_be_done_without_what_else_is_due() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    world.clock.set(at("2026-05-04T08:00:00Z"));
    world.restart();
    let text = mailed("daily 08:00 UTC", "", &["b@example.com"]);
    let asked = world.ledger.ask("other", &text, world.now(), world.now()).unwrap();
    assert_eq!(world.runner.one(asked).unwrap().summary.state, RunState::Delivered);
    assert_eq!(world.arrived(), [(1, "mail:b@example.com".to_owned())]);
    world.tick();
    assert_eq!(world.arrived().len(), 2);
}

#[test]
fn folders_of_old_runs_go_and_their_records_stay() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "monthly 5 08:00 UTC");
    world.live_until("2026-12-06T00:00:00Z");
    let mut kept: Vec<u64> = fs::read_dir(world.outputs())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().parse().unwrap())
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, [6, 7, 8], "October, November, December");
    assert_eq!(world.runs().len(), 8);
    assert_eq!(world.run(1).files.len(), 1);
}

#[test]
fn what_was_made_again_goes_as_what_was_made_first() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    world.tick_at("2026-05-04T08:00:00Z");
    let names = ["1-again", "files", "1-again-2", "9999-again", "x-again"];
    for name in names {
        fs::create_dir(world.outputs().join(name)).unwrap();
    }
    // Made in August, long after the run was over.
    let made = std::time::SystemTime::UNIX_EPOCH
        + std::time::Duration::from_secs(
            at("2026-08-01T00:00:00Z").as_micros().unsigned_abs() / 1_000_000,
        );
    for name in ["1-again", "9999-again"] {
        fs::File::open(world.outputs().join(name)).unwrap().set_modified(made).unwrap();
    }
    let there = |world: &World| names.map(|name| world.outputs().join(name).exists());
    world.live_until("2026-10-29T00:00:00Z");
    assert!(!world.outputs().join("1").exists(), "the run's own folder went in August");
    assert_eq!(there(&world), [true; 5]);
    world.live_until("2026-10-31T00:00:00Z");
    // Nobody knows what the other folders are.
    assert_eq!(there(&world), [false, true, true, true, true]);
}

/// Lets the ledger refuse what this trigger refuses, as a full disk would.
fn refusing(world: &World, trigger: &str) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open(world.dir.path().join("schedule.db")).unwrap();
    let sql = format!("CREATE TRIGGER full {trigger} BEGIN SELECT RAISE(FAIL, 'disk full'); END");
    conn.execute_batch(&sql).unwrap();
    conn
}

#[test]
fn a_ledger_that_cannot_be_written_after_rendering_loses_nothing() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    let ledger = refusing(&world, "BEFORE INSERT ON file");
    world.clock.set(at("2026-05-04T08:00:00Z"));
    let error = world.runner.tick().unwrap_err().to_string();
    assert!(error.contains("disk full; look at the disk"), "{error}");
    ledger.execute_batch("DROP TRIGGER full").unwrap();
    world.tick();
    assert_eq!(world.delivered(), ["2026-05-04T08:00:00Z"]);
    world.assert_nobody_got_it_twice();
}

#[test]
fn a_ledger_that_cannot_be_written_after_sending_is_told_later_or_nobody_knows() {
    for restarts in [false, true] {
        let mut world = World::at("2026-05-04T07:30:00Z");
        world.schedule("pulse", "daily 08:00 UTC");
        world.tick();
        let trigger = "BEFORE UPDATE ON sending WHEN NEW.state = 'delivered'";
        let ledger = refusing(&world, trigger);
        world.clock.set(at("2026-05-04T08:00:00Z"));
        world.runner.tick().unwrap_err();
        world.runner.tick().unwrap_err();
        ledger.execute_batch("DROP TRIGGER full").unwrap();
        if restarts {
            world.restart();
        }
        world.live_until("2026-05-04T09:00:00Z");
        let want = if restarts { "unknown" } else { "delivered" };
        assert_eq!(world.sendings(1), [format!("mail:a@example.com {want}")]);
        assert_eq!(world.arrived().len(), 1);
        world.assert_all_is_over();
    }
}
