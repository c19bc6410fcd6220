//! The runs of a report, as `weir schedule list` tells them.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{Home, Server};

/// Longer than a server takes to bring runs to their end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The runs of the definition `name`, the newest first.
#[track_caller]
pub fn told(home: &Home, name: &str) -> Vec<Value> {
    let told = home.prints(["schedule", "list", name, "--json", "--runs", "1000"]);
    let told: Value = serde_json::from_str(&told).expect("it is JSON");
    told["runs"].as_array().expect("a list").clone()
}

/// Lets a server bring every run of the definition to its end, and expects all to be delivered.
#[track_caller]
pub fn delivered(home: &Home, name: &str) -> Vec<Value> {
    let server = Server::start(home);
    let began = Instant::now();
    loop {
        let runs = told(home, name);
        if runs.iter().all(|run| run["state"] == "delivered") {
            server.kill();
            return runs;
        }
        assert!(began.elapsed() < PATIENCE, "{runs:#?}");
        thread::sleep(Duration::from_millis(50));
    }
}
