//! Alerts: told once, held back in quiet hours, acknowledged, judged once for each instant.

use std::sync::atomic::Ordering;

use weir_schedule::{LedgerError, RunState};

use crate::world::{World, at};

fn alert(quiet: &str) -> String {
    format!(
        "title = \"Drop-off\"\nrange = \"previous day\"\n\
         [schedule]\nwhen = \"daily 02:00 UTC\"\n\
         [alert]\non = \"drop_off_rate\"\nabove = 0.3\nmargin = 0.05\nmatured = \"1h\"\n{quiet}\n\
         [[recipient]]\nmail = [\"a@example.com\"]\n"
    )
}

fn subjects(world: &World) -> Vec<String> {
    let arrived = world.post.arrived.lock().unwrap();
    arrived.iter().map(|(_, _, subject)| subject.clone()).collect()
}

fn day(world: &mut World, day: u32, abandoned: u64) {
    world.engine.abandoned.store(abandoned, Ordering::Relaxed);
    world.tick_at(&format!("2026-05-{day:02}T02:00:00Z"));
}

#[test]
fn it_is_told_when_it_fires_and_when_it_is_over_and_not_between() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define("drop-off", &alert(""));
    world.tick();
    for (n, abandoned) in [(4, 100), (5, 500), (6, 500), (7, 280), (8, 100), (9, 100)] {
        day(&mut world, n, abandoned);
    }
    let states: Vec<_> = world.runs().iter().map(|run| run.state.name()).collect();
    assert_eq!(states, ["quiet", "delivered", "quiet", "quiet", "delivered", "quiet"]);
    assert_eq!(subjects(&world).len(), 2);
    assert!(world.run(1).summary.note.unwrap().contains("within what the alert takes"));
    let standing = &world.ledger.alerts().unwrap()[0].standing;
    assert_eq!(standing.state.name(), "quiet");
    assert_eq!(standing.judged_at, Some(at("2026-05-09T02:00:00Z")));
}

#[test]
fn what_fires_in_quiet_hours_is_told_when_they_end() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define("drop-off", &alert("quiet = \"22:00-07:00\""));
    world.tick();
    day(&mut world, 4, 500);
    let run = world.run(1).summary;
    assert_eq!((run.state, run.next_try_at), (RunState::Due, Some(at("2026-05-04T07:00:00Z"))));
    assert!(run.note.unwrap().contains("quiet hours"));
    assert_eq!(world.ledger.alerts().unwrap()[0].standing.state.name(), "firing");
    world.restart();
    world.live_until("2026-05-04T06:59:00Z");
    assert_eq!(subjects(&world).len(), 0);
    world.live_until("2026-05-04T07:00:00Z");
    assert_eq!(subjects(&world).len(), 1);
    assert_eq!(world.run(1).summary.state, RunState::Delivered);
}

#[test]
fn only_what_fires_is_acknowledged_and_it_is_kept() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define("drop-off", &alert(""));
    world.tick();
    day(&mut world, 4, 100);
    let error = world.ledger.acknowledge("drop-off", "ann", world.now()).unwrap_err();
    assert!(matches!(error, LedgerError::NotFiring(_)), "{error}");
    day(&mut world, 5, 500);
    world.ledger.acknowledge("drop-off", "ann", world.now()).unwrap();
    day(&mut world, 6, 500);
    let acknowledged = world.ledger.alerts().unwrap()[0].standing.acknowledged.clone().unwrap();
    assert_eq!(acknowledged.by, "ann");
}

#[test]
fn asking_for_it_shows_what_would_be_told_and_counts_for_nothing() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define("drop-off", &alert(""));
    world.tick();
    world.engine.abandoned.store(500, Ordering::Relaxed);
    world.ledger.ask("drop-off", &alert(""), at("2026-05-04T02:00:00Z"), world.now()).unwrap();
    world.tick();
    assert_eq!(subjects(&world).len(), 1);
    assert_eq!(world.ledger.alerts().unwrap(), []);
    day(&mut world, 4, 500);
    assert_eq!(subjects(&world).len(), 2, "the scheduled one is told all the same");
}
