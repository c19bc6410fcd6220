//! Clients that post as fast as they are answered.

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::event::{cancelled_at, event, of_end_user};
use crate::home::MAIN;
use crate::http::Connection;
use crate::server::post_over;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const CLIENTS: u32 = 4;

/// Sessions that all clients tell of, over and over.
const SESSIONS: u64 = 400;

/// End-users whom the sessions are of; there are new ones besides.
const END_USERS: u64 = 50;

/// What one client did.
#[derive(Debug, Default)]
pub struct Posted {
    /// Every body that it sent; no two clients ever send the same.
    pub sent: Vec<String>,
    /// Those that were answered with 200, in order.
    pub taken: Vec<String>,
}

/// Clients that post until nobody answers any more. `cycle` makes their bodies unlike any before,
/// `filler` makes them longer.
pub fn start(
    address: SocketAddr,
    cycle: u64,
    filler: &str,
    rng: &mut ChaCha8Rng,
) -> Vec<JoinHandle<Posted>> {
    (0..CLIENTS)
        .map(|client| {
            let mut rng = ChaCha8Rng::seed_from_u64(rng.random());
            let filler = filler.to_owned();
            thread::spawn(move || post(address, &format!("{cycle}/{client}"), &filler, &mut rng))
        })
        .collect()
}

fn post(address: SocketAddr, who: &str, filler: &str, rng: &mut ChaCha8Rng) -> Posted {
    let mut posted = Posted::default();
    let Ok(mut connection) = Connection::open(address) else { return posted };
    for number in 0_u64.. {
        let body = body(&format!("{who}/{number}"), filler, rng);
        let status = post_over(&mut connection, MAIN, &body);
        posted.sent.push(body.clone());
        match status {
            Ok(200) => posted.taken.push(body),
            // The disk is slow, or it was told to end.
            Ok(503) => thread::sleep(Duration::from_millis(5)),
            Err(_) => break,
            Ok(other) => panic!("answered with {other}"),
        }
    }
    posted
}

/// What all clients did, once nobody answers them any more.
pub fn join(posting: Vec<JoinHandle<Posted>>) -> Vec<Posted> {
    posting.into_iter().map(|client| client.join().expect("it posts")).collect()
}

/// A body that nobody else sends: of an end-user who is known, of a new one, or of nobody.
fn body(tag: &str, filler: &str, rng: &mut ChaCha8Rng) -> String {
    let session = rng.random_range(0..SESSIONS);
    let event = match rng.random_range(0..20) {
        0..8 => event(session, 7001),
        8..12 => event(session, 7002),
        12..16 => cancelled_at(session, "document_front_screen_shown"),
        16 => cancelled_at(session, "a_screen_that_is_new"),
        17 => event(session, 7009),
        18 => event(session, 9999),
        _ => return format!("no JSON, {tag}{filler}"),
    };
    let event = match rng.random_range(0..3) {
        0 => of_end_user(&event, &format!("end-user {}", session % END_USERS)),
        1 => of_end_user(&event, &format!("end-user {tag}")),
        _ => event,
    };
    let open = event.strip_suffix('}').expect("an event is an object");
    format!("{open},\"tag\":\"{tag}{filler}\"}}")
}
