//! What is done when the kill comes.

use std::thread;
use std::time::Duration;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use weir_tests::Server;

use crate::life::Life;
use crate::load::{self, Posted};
use crate::point::During;

/// Does it under this rule, which kills the process.
#[track_caller]
pub(crate) fn play(life: &mut Life, during: During, rule: &str, rng: &mut ChaCha8Rng) {
    match during {
        During::Serving => serving(life, rule, rng),
    }
    assert_eq!(life.interposer.met(), [rule], "the process ended otherwise");
    life.interposer.lift();
}

/// A server at any moment, perhaps while it is doing its last work after having been told to end.
pub(crate) fn at_random(life: &mut Life, rng: &mut ChaCha8Rng) {
    let server = Server::start(&life.home);
    let posting = load::start(server.address(), life.tag(), rng);
    thread::sleep(Duration::from_millis(rng.random_range(5..300)));
    if rng.random_bool(0.3) {
        server.signal("TERM");
        thread::sleep(Duration::from_millis(rng.random_range(0..1_200)));
    }
    server.kill();
    life.note(join(posting));
}

fn serving(life: &mut Life, rule: &str, rng: &mut ChaCha8Rng) {
    let mut server = start(life);
    let posting = load::start(server.address(), life.tag(), rng);
    thread::sleep(Duration::from_millis(rng.random_range(0..100)));
    life.interposer.plan(rule);
    assert_eq!(server.wait(), None, "{}", server.said());
    life.note(join(posting));
}

#[track_caller]
fn start(life: &Life) -> Server {
    let command = life.interposer.over(Server::command(&life.home));
    Server::run(command).unwrap_or_else(|said| panic!("the server did not start: {said}"))
}

fn join(posting: Vec<thread::JoinHandle<Posted>>) -> Vec<Posted> {
    posting.into_iter().map(|client| client.join().expect("it posts")).collect()
}
