//! The same once more: the same bytes.

use std::fs;
use std::sync::atomic::Ordering;

use weir_schedule::{Cause, RunId, RunState, render_again};

use crate::world::{World, mailed};

fn sent() -> World {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    world.tick_at("2026-05-04T08:00:00Z");
    assert_eq!(world.delivered().len(), 1);
    world
}

#[test]
fn a_run_is_made_again_from_what_was_recorded() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    // The real renderers: what is proved here is what `weir schedule again` proves.
    let text = "title = \"Pulse\"\nrange = \"previous day\"\nformats = [\"html\", \"csv\", \"svg\"]\n\
                [schedule]\nwhen = \"daily 08:00 Europe/Tallinn\"\n";
    let ledger = world.ledger.clone();
    let mut runner = weir_schedule::Runner::new(
        ledger.clone(),
        weir_schedule::Definitions::at(&world.dir.path().join("reports")),
        world.engine.clone(),
        world.post.clone(),
        world.clock.clone(),
        world.outputs(),
        "UTC",
    );
    let asked = ledger.ask("pulse", text, world.now(), world.now()).unwrap();
    assert_eq!(runner.one(asked).unwrap().summary.state, RunState::Delivered);
    let folder = world.outputs().join("1-again");
    let remade = render_again(&ledger, &*world.engine, asked, &folder).unwrap();
    let names: Vec<_> = remade.iter().map(|file| file.name.as_str()).collect();
    assert!(names.contains(&"pulse-2026-05-04.svg"), "{names:?}");
    assert!(names.contains(&"mail.html"), "{names:?}");
    for file in &remade {
        assert!(file.equal, "{}", file.name);
        let (old, new) = (world.outputs().join("1").join(&file.name), folder.join(&file.name));
        assert_eq!(fs::read(old).unwrap(), fs::read(new).unwrap(), "{}", file.name);
    }
    // Another answer is seen.
    world.engine.started.store(999, Ordering::Relaxed);
    let remade = render_again(&ledger, &*world.engine, asked, &folder).unwrap();
    assert!(remade.iter().any(|file| !file.equal));
    world.tick();
}

#[test]
fn it_is_sent_again_as_it_was_though_the_definition_is_another_by_now() {
    let mut world = sent();
    world.define("pulse", &crate::world::mailed("daily 08:00 UTC", "", &["new@example.com"]));
    world.engine.started.store(7, Ordering::Relaxed);
    let again = world.ledger.again(RunId(1), &[], world.now()).unwrap();
    world.tick();
    let run = world.run(again.0);
    assert_eq!(
        (run.summary.state, run.summary.cause),
        (RunState::Delivered, Cause::Again(RunId(1)))
    );
    assert_eq!(run.files, world.run(1).files);
    assert_eq!(run.parts, world.run(1).parts);
    assert_eq!(world.sendings(again.0), ["mail:a@example.com delivered"]);
    assert_eq!(world.engine.asked.load(Ordering::Relaxed), 1, "the recorded bytes are sent");
    let parcels = world.post.parcels.lock().unwrap();
    assert_ne!(parcels[0].id, parcels[1].id, "it is another parcel to the other side");
    assert_eq!(parcels[0].mail, parcels[1].mail);
}

#[test]
fn where_the_bytes_are_gone_proven_ones_are_sent_or_none() {
    let mut world = sent();
    fs::remove_dir_all(world.outputs().join("1")).unwrap();
    let again = world.ledger.again(RunId(1), &[], world.now()).unwrap();
    world.tick();
    assert_eq!(world.run(again.0).summary.state, RunState::Delivered);
    assert_eq!(world.run(again.0).files, world.run(1).files);
    fs::remove_dir_all(world.outputs()).unwrap();
    world.engine.started.store(7, Ordering::Relaxed);
    let again = world.ledger.again(RunId(1), &[], world.now()).unwrap();
    world.tick();
    let run = world.run(again.0);
    assert_eq!((run.summary.state, run.sendings.len()), (RunState::Failed, 0));
    let trouble = run.summary.trouble.unwrap();
    assert!(trouble.contains("no longer comes out the same"), "{trouble}");
    assert!(trouble.contains("weir schedule run pulse --as-of 2026-05-04T08:00:00Z"), "{trouble}");
}

#[test]
fn a_run_that_was_skipped_can_be_made_after_all() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    world.tick_at("2026-05-05T08:00:00Z");
    assert_eq!(world.run(1).summary.state, RunState::Skipped);
    let target = ["mail:a@example.com".to_owned()];
    let again = world.ledger.again(RunId(1), &target, world.now()).unwrap();
    world.tick();
    let run = world.run(again.0);
    assert_eq!(run.summary.state, RunState::Delivered);
    assert!(run.input.unwrap().contains("\"as_of\":\"2026-05-04T08:00:00Z\""));
    let nobody = ["mail:b@example.com".to_owned()];
    let again = world.ledger.again(RunId(1), &nobody, world.now()).unwrap();
    world.tick();
    let trouble = world.run(again.0).summary.trouble.unwrap();
    assert_eq!(trouble, "`mail:b@example.com` is none of its recipients");
}

#[test]
fn a_run_that_told_nobody_made_no_file_and_makes_none_again() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.define("pulse", &mailed("daily 08:00 UTC", "when_empty = \"skip\"", &["a@example.com"]));
    world.engine.started.store(0, Ordering::Relaxed);
    world.tick();
    world.tick_at("2026-05-04T08:00:00Z");
    assert_eq!(world.run(1).summary.state, RunState::Quiet);
    assert!(!world.outputs().join("1").exists(), "nor does a folder of it stay");
    let folder = world.outputs().join("1-again");
    let remade = render_again(&world.ledger, &*world.engine, RunId(1), &folder).unwrap();
    assert_eq!(remade, []);
    let error = world.ledger.again(RunId(1), &[], world.now()).unwrap_err().to_string();
    assert!(error.starts_with("run 1 had nothing to send: nothing came"), "{error}");
}
