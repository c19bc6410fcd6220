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
    for _ in 0..4 {
        world.clock.set(world.clock.now().plus_us(1_000_000));
        assert_eq!(world.tick().unwrap().to_string(), "2026-05-04T08:00:00Z");
    }
    assert_eq!(steps.load(Ordering::Relaxed), before, "a tick with nothing to do takes no step");
    // And a look into the folder each five seconds, which writes nothing.
    world.clock.set(world.clock.now().plus_us(1_000_000));
    world.tick();
    assert_eq!(steps.load(Ordering::Relaxed), before + 2);
    assert_eq!(world.ledger.version().unwrap(), version);
}
