//! A folder, and what was promised about it, from one kill to the next.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::load::Posted;
use weir_tests::{Home, Interposer, Server};

use crate::check::report_from_any_start;
use crate::scene;

/// The folder that backups are taken to.
pub(crate) const BACKUP: &str = "backup";

/// A report that goes to a file.
const LATELY: &str = r#"
title = "What came lately"
formats = ["json"]

[ask]
from = "-1d"
to = "now"

[[recipient]]
file = "{name}/{run}.{format}"
"#;

/// What was promised, and what was sent.
pub(crate) struct Life {
    pub(crate) home: Home,
    pub(crate) interposer: Interposer,
    /// Every body that was sent, whatever became of it.
    sent: BTreeSet<String>,
    /// Every body that was acknowledged, by who sent it, in order.
    taken: Vec<Vec<String>>,
    /// Every screen that was named, and said to be.
    named: Vec<String>,
    /// Makes bodies unlike any before.
    tags: u64,
}

impl Life {
    pub(crate) fn begin() -> Life {
        let home = Home::with("[log]\nheads_file = \"heads.ndjson\"\nheads_every_minutes = 1\n");
        home.define("lately", LATELY);
        let interposer = Interposer::at(&home);
        interposer.lift();
        let (sent, taken, named) = (BTreeSet::new(), Vec::new(), Vec::new());
        let mut life = Life { home, interposer, sent, taken, named, tags: 0 };
        life.goes_on();
        life
    }

    /// A word that nobody has used before.
    pub(crate) fn tag(&mut self) -> u64 {
        self.tags += 1;
        self.tags
    }

    /// How many deliveries were acknowledged.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.taken.iter().map(|taken| taken.len() as u64).sum()
    }

    /// Notes what was sent, and what of it was acknowledged.
    pub(crate) fn note(&mut self, posted: Vec<Posted>) {
        for Posted { sent, taken } in posted {
            self.sent.extend(sent);
            self.taken.push(taken);
        }
    }

    /// Notes that a screen was named.
    pub(crate) fn name(&mut self, name: String) {
        self.named.push(name);
    }

    /// A few more deliveries.
    #[track_caller]
    pub(crate) fn grow(&mut self) {
        let tag = self.tag();
        let bodies: Vec<String> = (0..40)
            .map(|n| format!("{{\"grown\":\"{tag}/{n}\",{}", &event(n, 7002)[1..]))
            .collect();
        let args = scene::import(&self.home, &bodies);
        self.home.weir(args).ok();
        self.note(vec![Posted { sent: bodies.clone(), taken: bodies }]);
    }

    /// A backup is taken, whatever became of the last one, and restored to the same bytes.
    #[track_caller]
    pub(crate) fn is_backed_up(&mut self) {
        self.interposer.plan("");
        self.home.weir(["backup", BACKUP]).ok();
        self.home.weir(["restore", BACKUP, "--data-dir", "restored"]).ok();
        assert_eq!(self.home.bodies_in("restored"), self.home.bodies());
        std::fs::remove_dir_all(self.home.path("restored")).expect("it was restored");
    }

    /// All that was promised holds, and it goes on without anybody's help.
    #[track_caller]
    pub(crate) fn check(&mut self, rng: &mut ChaCha8Rng) {
        self.goes_on();
        self.log_is_whole();
        self.names_are_kept();
        // The log goes on from every head that was written.
        self.home.weir(["log", "verify", "--heads", "heads.ndjson"]).ok();
        report_from_any_start(&self.home, rng.random_bool(0.3));
        if rng.random_bool(0.2) {
            let said = self.home.prints(["rebuild"]);
            assert!(!said.contains("differs"), "{said}");
        }
    }

    /// A server starts and takes a delivery, and is killed again.
    #[track_caller]
    pub(crate) fn goes_on(&mut self) {
        let body = format!("{{\"again\":{},{}", self.tag(), &event(1, 7001)[1..]);
        let server = Server::start(&self.home);
        server.takes(MAIN, &[&body]);
        server.kill();
        self.note(vec![Posted { sent: vec![body.clone()], taken: vec![body] }]);
    }

    /// Every screen is named as somebody was told.
    #[track_caller]
    fn names_are_kept(&self) {
        let catalogue = std::fs::read_to_string(self.home.data().join("catalogue.toml"));
        let catalogue = catalogue.unwrap_or_default();
        let labels = catalogue.parse::<toml::Table>().expect("the catalogue is whole").to_string();
        for name in &self.named {
            assert!(labels.contains(name), "{name} is not in: {catalogue}");
        }
    }

    /// The log is dense and sealed, has every delivery that was acknowledged, each once and in its
    /// sender's order, and none that nobody sent.
    #[track_caller]
    fn log_is_whole(&self) {
        let logged = self.home.bodies();
        assert_eq!(self.home.verified(), logged.len() as u64);
        let places: BTreeMap<&str, usize> =
            logged.iter().enumerate().map(|(place, body)| (body.as_str(), place)).collect();
        assert_eq!(places.len(), logged.len(), "no body was sent twice, so none is there twice");
        for taken in &self.taken {
            let mut last = None;
            for body in taken {
                let place = places.get(body.as_str());
                assert!(place.is_some(), "acknowledged but not in the log: {body}");
                assert!(last < place, "out of its sender's order: {body}");
                last = place;
            }
        }
        for body in places.keys() {
            assert!(self.sent.contains(*body), "nobody sent this: {body}");
        }
    }
}
