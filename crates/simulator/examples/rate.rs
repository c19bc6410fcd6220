//! How fast deliveries are made: `cargo run --release -p weir-simulator --example rate [DELIVERIES]`.

use std::time::Instant;

use weir_domain::Timestamp;
use weir_simulator::Scenario;

fn main() {
    let wanted = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(10_000_000);
    let from = Timestamp::from_micros(1_767_225_600_000_000); // 2026-01-01T00:00:00Z
    let scenario = Scenario::realistic(1, from, Timestamp::MAX, 33_000.0);
    let started = Instant::now();
    let (mut made, mut bytes) = (0_u64, 0_u64);
    for sent in scenario.deliveries().take(wanted) {
        made += 1;
        bytes += sent.body.len() as u64;
    }
    let took_s = started.elapsed().as_secs_f64();
    println!(
        "{made} deliveries of {:.0} bytes in {took_s:.2} s: {:.0}/s",
        bytes as f64 / made as f64,
        made as f64 / took_s
    );
}
