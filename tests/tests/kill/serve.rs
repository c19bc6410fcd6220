//! A server that is killed while it starts.

use std::thread;
use std::time::Duration;

use rand::Rng;
use weir_tests::chance::seeded;
use weir_tests::{Home, Server};

use crate::SEED;

#[test]
fn a_server_that_is_killed_while_it_starts_starts_again() {
    let rng = &mut seeded(SEED);
    for _ in 0..8 {
        let home = Home::new();
        for _ in 0..3 {
            let mut child = home
                .command(["serve", "--listen", "127.0.0.1:0"])
                .stderr(std::process::Stdio::null())
                .spawn()
                .expect("the binary can be started");
            thread::sleep(Duration::from_micros(rng.random_range(0..60_000)));
            child.kill().expect("it is our child");
            child.wait().expect("it is our child");
        }
        let server = Server::start(&home);
        assert_eq!(server.get("/readyz").status, 200);
    }
}
