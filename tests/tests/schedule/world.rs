//! A definition, recipients, and what the ledger says of them.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use weir_tests::event::{cancelled_at, event};
use weir_tests::home::MAIN;
use weir_tests::mailbox::Mailbox;
use weir_tests::receiver::{self, Receiver};
use weir_tests::{Home, Server};

/// Longer than anything takes that is waited for here.
pub(crate) const PATIENCE: Duration = Duration::from_secs(100);

/// Asks for what came lately, and goes to everybody there is.
pub(crate) const EVERYBODY: &str = r#"
title = "What came lately"
formats = ["json"]

[ask]
from = "-1d"
to = "now"

[[recipient]]
mail = ["ann@example.com", "ben@example.com"]

[[recipient]]
webhook = "ops"

[[recipient]]
file = "{name}/{run}.{format}"
"#;

/// A folder with a mailbox and a receiver configured.
pub(crate) struct World {
    pub(crate) home: Home,
    pub(crate) mailbox: Mailbox,
    pub(crate) receiver: Receiver,
}

impl World {
    pub(crate) fn new() -> World {
        World::configured(|config| config)
    }

    /// The same, and a slow mail server is waited for.
    pub(crate) fn patient() -> World {
        World::configured(|config| config.replace("timeout_s = 2", "timeout_s = 60"))
    }

    /// The same with another configuration of the ways out.
    pub(crate) fn configured(change: impl FnOnce(String) -> String) -> World {
        let (mailbox, receiver) = (Mailbox::start(), Receiver::start());
        let home = Home::with(&change(format!("{}{}", mailbox.config(), receiver.config())));
        home.write_secret("receiver-secret", receiver::SECRET);
        World { home, mailbox, receiver }
    }

    /// Everything that is known of a definition and its last runs.
    #[track_caller]
    pub(crate) fn told(&self, name: &str) -> Value {
        let told = self.home.prints(["schedule", "list", name, "--json", "--runs", "100000"]);
        serde_json::from_str(&told).expect("it is JSON")
    }

    /// Its runs, the newest first.
    #[track_caller]
    pub(crate) fn runs(&self, name: &str) -> Vec<Value> {
        self.told(name)["runs"].as_array().expect("there is a list").clone()
    }

    /// Waits until it is so of what is known of a definition: what that is.
    #[track_caller]
    pub(crate) fn until(&self, name: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let told = self.told(name);
            if is_so(&told) {
                return told;
            }
            assert!(began.elapsed() < PATIENCE, "{told:#}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Asks for a run, as somebody at another terminal would: it waits there.
    pub(crate) fn ask(&self, name: &str) -> Child {
        self.home
            .command(["schedule", "run", name])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary can be started")
    }

    /// Waits until its newest run, other than run `before`, is over.
    #[track_caller]
    pub(crate) fn newest_over(&self, name: &str, before: u64) -> Value {
        let began = Instant::now();
        loop {
            if let Some(run) = self.runs(name).into_iter().next()
                && run["run"].as_u64() != Some(before)
                && is_over(&run)
            {
                return run;
            }
            assert!(began.elapsed() < PATIENCE, "{:#}", self.told(name));
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Lets a pause be over, as if the time had passed.
    pub(crate) fn pauses_are_over(&self) {
        let ledger = self.home.data().join("schedule.db");
        let ledger = rusqlite::Connection::open(ledger).expect("the ledger opens");
        ledger.busy_timeout(Duration::from_secs(5)).expect("it can wait");
        for table in ["sending", "run"] {
            let sql = format!("UPDATE {table} SET next_try_at = 0 WHERE next_try_at IS NOT NULL");
            ledger.execute(&sql, []).expect("the ledger can be written");
        }
    }
}

pub(crate) fn is_over(run: &Value) -> bool {
    !["due", "rendering", "delivering"].contains(&run["state"].as_str().expect("a state"))
}

/// Each recipient with what became of it.
pub(crate) fn recipients(run: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let all = run["recipients"].as_array().expect("there is a list");
    all.iter().map(|one| (text(&one["target"]), text(&one["state"]))).collect()
}

/// Three begin, one submits, one leaves.
pub(crate) fn three_sessions(server: &Server) {
    server.takes(
        MAIN,
        &[
            event(1, 7001),
            event(2, 7001),
            event(3, 7001),
            event(2, 7002),
            cancelled_at(3, "camera_access_blocked_screen_shown"),
        ],
    );
}

/// Ends a command that waits for a server that is gone; what it asked for stands in the ledger.
pub(crate) fn end(mut child: Child) {
    let _ = child.kill();
    child.wait().expect("it is our child");
}
