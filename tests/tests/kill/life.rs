//! A folder, and what was promised about it, from one kill to the next.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::{Home, Interposer, Server};

use crate::check::report_from_any_start;
use crate::load::Posted;

/// What was promised, and what was sent.
pub(crate) struct Life {
    pub(crate) home: Home,
    pub(crate) interposer: Interposer,
    /// Every body that was sent, whatever became of it.
    sent: BTreeSet<String>,
    /// Every body that was acknowledged, by who sent it, in order.
    taken: Vec<Vec<String>>,
    /// Makes bodies unlike any before.
    tags: u64,
}

impl Life {
    pub(crate) fn begin() -> Life {
        let home = Home::new();
        let interposer = Interposer::at(&home);
        interposer.lift();
        Life { home, interposer, sent: BTreeSet::new(), taken: Vec::new(), tags: 0 }
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
        for Posted { mut sent, taken } in posted {
            self.sent.extend(sent.iter().cloned());
            sent.truncate(taken);
            self.taken.push(sent);
        }
    }

    /// All that was promised holds, and it goes on without anybody's help.
    #[track_caller]
    pub(crate) fn check(&mut self, rng: &mut ChaCha8Rng) {
        self.goes_on();
        self.log_is_whole();
        report_from_any_start(&self.home, rng.random_bool(0.3));
        if rng.random_bool(0.2) {
            let said = self.home.prints(["rebuild"]);
            assert!(!said.contains("differs"), "{said}");
        }
    }

    /// A server starts and takes a delivery, and is killed again.
    #[track_caller]
    fn goes_on(&mut self) {
        let body = format!("{{\"again\":{},{}", self.tag(), &event(1, 7001)[1..]);
        let server = Server::start(&self.home);
        server.takes(MAIN, &[&body]);
        server.kill();
        self.note(vec![Posted { sent: vec![body], taken: 1 }]);
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
