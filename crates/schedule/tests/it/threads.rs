//! The thread: a slow recipient is in nobody's way, requests are found, what breaks is tried again,
//! and it ends when it is told.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};

use weir_channel::{Handing, Parcel, Post, Receipt, Refusal, Target};
use weir_domain::Clock;
use weir_schedule::{Definitions, RunId, RunState, Runner};

use crate::world::{QuickPaint, World, mailed};

/// Takes everything at once but what goes to the webhook, which waits to be let go.
struct Stuck {
    held: Mutex<mpsc::Receiver<()>>,
    told: Mutex<mpsc::Sender<String>>,
}

impl Post for Stuck {
    fn check(&self, _: &Target) -> Result<(), String> {
        Ok(())
    }

    fn send(
        &self,
        target: &Target,
        _: &Parcel,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, Refusal> {
        handing().unwrap();
        if matches!(target, Target::Webhook(_)) {
            self.held.lock().unwrap().recv().unwrap();
        }
        self.told.lock().unwrap().send(target.to_string()).unwrap();
        assert!(target.to_string() != "mail:breaks@example.com", "this channel was told to break");
        Ok(Receipt { detail: "250".to_owned() })
    }
}

fn runner(world: &World, post: Arc<dyn Post>) -> Runner {
    Runner::new(
        Arc::clone(&world.ledger),
        Definitions::at(&world.dir.path().join("reports")),
        world.engine.clone(),
        post,
        world.clock.clone(),
        world.outputs(),
        "UTC",
    )
    .painting(Arc::new(QuickPaint))
}

/// Waits until it is so: what is waited for happens on another thread.
fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn a_slow_recipient_is_in_nobodys_way_and_one_that_breaks_the_channel_neither() {
    let world = World::at("2026-05-04T07:30:00Z");
    let (release, held) = mpsc::channel();
    let (told, arrived) = mpsc::channel();
    let post = Arc::new(Stuck { held: Mutex::new(held), told: Mutex::new(told) });
    let runner = runner(&world, post);
    let (stop, stopped) = crossbeam_channel::bounded(1);
    let thread = std::thread::spawn(move || runner.run(&stopped));
    let state = |id: RunId| world.ledger.run(id).unwrap().unwrap().summary.state;
    let ask = |text: &str| world.ledger.ask("pulse", text, world.clock.now(), world.clock.now());
    let stuck = ask("title = \"Stuck\"\n[[recipient]]\nwebhook = \"stuck\"\n").unwrap();
    until(|| world.ledger.run(stuck).unwrap().unwrap().sendings.len() == 1);
    let to = ["breaks@example.com", "a@example.com"];
    let other = ask(&mailed("daily 08:00 UTC", "", &to)).unwrap();
    until(|| state(other).is_over());
    assert_eq!(arrived.iter().take(2).count(), 2);
    assert_eq!(
        world.sendings(other.0),
        ["mail:breaks@example.com unknown", "mail:a@example.com delivered"]
    );
    assert_eq!(state(stuck), RunState::Delivering);
    release.send(()).unwrap();
    until(|| state(stuck) == RunState::Delivered);
    stop.send(()).unwrap();
    thread.join().unwrap();
}

#[test]
fn an_engine_that_breaks_is_tried_again_and_the_thread_lives() {
    let world = World::at("2026-05-04T07:30:00Z");
    let runner = runner(&world, world.post.clone());
    world.engine.panics.store(true, Ordering::Relaxed);
    let text = mailed("daily 08:00 UTC", "", &["a@example.com"]);
    let asked = world.ledger.ask("pulse", &text, world.clock.now(), world.clock.now()).unwrap();
    let (stop, stopped) = crossbeam_channel::bounded(1);
    let thread = std::thread::spawn(move || runner.run(&stopped));
    until(|| 2 <= world.engine.asked.load(Ordering::Relaxed));
    until(|| world.ledger.run(asked).unwrap().unwrap().summary.trouble.is_some());
    world.engine.panics.store(false, Ordering::Relaxed);
    world.clock.set(world.clock.now().plus_us(crate::world::DAY_US));
    until(|| world.ledger.run(asked).unwrap().unwrap().summary.state == RunState::Delivered);
    drop(stop);
    thread.join().unwrap();
}
