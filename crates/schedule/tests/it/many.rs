//! A thousand at once, and a thousand that are not due.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use weir_domain::Clock;

use crate::world::World;

const MANY: usize = 1_000;

fn world_of_many() -> World {
    let world = World::at("2026-05-04T07:30:00Z");
    for n in 0..MANY {
        world.schedule(&format!("pulse-{n}"), "daily 08:00 UTC");
    }
    world
}

#[test]
fn a_thousand_that_are_due_at_once_are_done_each_once() {
    let mut world = world_of_many();
    world.tick();
    assert_eq!(world.ledger.plans().unwrap().len(), MANY);
    world.tick_at("2026-05-04T08:00:00Z");
    assert_eq!(world.delivered().len(), MANY);
    assert_eq!(world.arrived().len(), MANY);
    world.assert_all_is_over();
    world.assert_nobody_got_it_twice();
    let plans = world.ledger.plans().unwrap();
    assert!(plans.iter().all(|plan| plan.last.is_some()));
    assert!(plans.iter().all(|plan| plan.next_at.unwrap().to_string() == "2026-05-05T08:00:00Z"));
}

#[test]
fn a_thousand_that_are_not_due_cost_nothing() {
    let mut world = world_of_many();
    let steps = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&steps);
    world.observer = Some(Arc::new(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    }));
    world.restart();
    world.tick();
    // The first tick wrote plans; the second finds that it was itself.
    world.tick();
    let (before, version) = (steps.load(Ordering::Relaxed), world.ledger.version().unwrap());
    for _ in 0..29 {
        world.clock.set(world.clock.now().plus_us(1_000_000));
        assert_eq!(world.tick().unwrap().to_string(), "2026-05-04T08:00:00Z");
    }
    assert_eq!(steps.load(Ordering::Relaxed), before, "a tick with nothing to do takes no step");
    // And a look at the files each half minute, which writes nothing.
    world.clock.set(world.clock.now().plus_us(1_000_000));
    world.tick();
    assert_eq!(steps.load(Ordering::Relaxed), before + 2);
    assert_eq!(world.ledger.version().unwrap(), version);
}

#[test]
fn a_definition_that_comes_or_goes_is_seen_at_once_and_one_written_in_place_within_half_a_minute() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("first", "daily 08:00 UTC");
    world.tick();
    world.tick();
    let next = |world: &World, name: &str| {
        let plans = world.ledger.plans().unwrap();
        plans
            .into_iter()
            .find(|plan| plan.name == name)
            .map(|plan| plan.next_at.unwrap().to_string())
    };
    let folder = world.dir.path().join("reports");
    let text = std::fs::read_to_string(folder.join("first.toml")).unwrap();
    world.schedule("first", "daily 09:00 UTC");
    world.schedule("second", "daily 10:00 UTC");
    world.tick_at("2026-05-04T07:30:01Z");
    assert_eq!(next(&world, "first").as_deref(), Some("2026-05-04T09:00:00Z"));
    assert_eq!(next(&world, "second").as_deref(), Some("2026-05-04T10:00:00Z"));
    std::fs::remove_file(folder.join("second.toml")).unwrap();
    world.tick_at("2026-05-04T07:30:02Z");
    assert_eq!(next(&world, "second"), None);
    std::fs::write(folder.join("first.toml"), text.replace("08:00", "11:00")).unwrap();
    world.tick_at("2026-05-04T07:30:32Z");
    assert_eq!(next(&world, "first").as_deref(), Some("2026-05-04T11:00:00Z"));
}
