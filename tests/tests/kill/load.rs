//! Clients that post as fast as they are answered.

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use weir_tests::event::{cancelled_at, event};
use weir_tests::home::MAIN;
use weir_tests::http::Connection;
use weir_tests::server::post_over;

const CLIENTS: u32 = 4;

/// Sessions that all clients tell of, over and over.
const SESSIONS: u64 = 400;

/// What one client did.
#[derive(Debug, Default)]
pub(crate) struct Posted {
    /// Every body that it sent; no two clients ever send the same.
    pub(crate) sent: Vec<String>,
    /// Those that were answered with 200, in order.
    pub(crate) taken: Vec<String>,
}

/// Clients that post until nobody answers any more. `cycle` makes their bodies unlike any before,
/// `filler` makes them longer.
pub(crate) fn start(
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
        let body = body(&format!("{who}/{number}{filler}"), rng);
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

/// A body that nobody else sends.
fn body(tag: &str, rng: &mut ChaCha8Rng) -> String {
    let session = rng.random_range(0..SESSIONS);
    let event = match rng.random_range(0..20) {
        0..8 => event(session, 7001),
        8..12 => event(session, 7002),
        12..16 => cancelled_at(session, "document_front_screen_shown"),
        16 => cancelled_at(session, "a_screen_that_is_new"),
        17 => event(session, 7009),
        18 => event(session, 9999),
        _ => return format!("no JSON, {tag}"),
    };
    let open = event.strip_suffix('}').expect("an event is an object");
    format!("{open},\"tag\":\"{tag}\"}}")
}
