//! A folder, and what was promised about it, from one kill to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use weir_tests::event::{event, of_end_user};
use weir_tests::home::MAIN;
use weir_tests::load::Posted;
use weir_tests::{Home, Interposer, Server};

use crate::check::report_from_any_start;
use crate::scene;
use crate::somebody::{Somebody, keys};

/// The folder that backups are taken to.
pub(crate) const BACKUP: &str = "backup";

/// The heads that are written outside of the data directory.
const HEADS: &str = "heads.ndjson";

/// What the configuration says of personal values, but where a scene says otherwise.
pub(crate) const SEALED: &str = "seal = true\n";

/// When lines of imports were received, but where a scene says otherwise.
pub(crate) const RECEIVED_AT: &str = "2026-01-05T00:00:00Z";

/// For how many months personal values are kept at first: more than the other scenes have.
const MONTHS: u16 = 300;

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
    /// What was answered and is to stand in the audit record, and how often.
    deeds: BTreeMap<String, u32>,
    /// Makes bodies unlike any before.
    tags: u64,
    /// For how many months personal values were kept when that was last said.
    months: u16,
}

impl Life {
    pub(crate) fn begin() -> Life {
        let home = Home::with(&format!(
            "[log]\nheads_file = \"{HEADS}\"\nheads_every_minutes = 1\n\n[privacy]\n{SEALED}"
        ));
        home.define("lately", LATELY);
        let interposer = Interposer::at(&home);
        interposer.lift();
        let (sent, taken) = (BTreeSet::new(), Vec::new());
        let (named, deeds) = (Vec::new(), BTreeMap::new());
        let mut life =
            Life { home, interposer, sent, taken, named, deeds, tags: 0, months: MONTHS };
        life.goes_on();
        life
    }

    /// A word that nobody has used before.
    pub(crate) fn tag(&mut self) -> u64 {
        self.tags += 1;
        self.tags
    }

    /// Months that personal values are kept for: fewer than ever before, so that there is one that is
    /// not kept any more.
    pub(crate) fn months_fewer(&mut self) -> u16 {
        self.months -= 2;
        self.months
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

    /// Notes what was answered and is to stand in the audit record: what was done, to what, and what
    /// became of it.
    pub(crate) fn deed(&mut self, deed: String) {
        *self.deeds.entry(deed).or_default() += 1;
    }

    /// A few more deliveries.
    #[track_caller]
    pub(crate) fn grow(&mut self) {
        let tag = self.tag();
        let bodies: Vec<String> = (0..40)
            .map(|n| format!("{{\"grown\":\"{tag}/{n}\",{}", &event(n, 7002)[1..]))
            .collect();
        self.import(bodies, RECEIVED_AT);
    }

    /// Deliveries of somebody new, three of each of these instants.
    #[track_caller]
    pub(crate) fn meet(&mut self, received_at: &[&str]) -> Somebody {
        let tag = self.tag();
        let name = format!("somebody {tag:06}");
        let before = keys(&self.home);
        for (at, instant) in received_at.iter().enumerate() {
            let bodies = (0..3).map(|n| {
                let event = of_end_user(&event(1_000 + n, 7001), &name);
                format!("{{\"met\":\"{tag}/{at}/{n}\",{}", &event[1..])
            });
            self.import(bodies.collect(), instant);
        }
        let keys = keys(&self.home).difference(&before).cloned().collect();
        Somebody { name, mark: format!("\"met\":\"{tag}/"), keys }
    }

    fn import(&mut self, bodies: Vec<String>, received_at: &str) {
        let args = scene::import(&self.home, &bodies, received_at);
        self.home.weir(args).ok();
        self.note(vec![Posted { sent: bodies.clone(), taken: bodies }]);
    }

    /// From now on the configuration says this of personal values.
    pub(crate) fn configure(&self, privacy: &str) {
        let config = fs::read_to_string(self.home.path("weir.toml")).expect("it was written");
        let (before, _) = config.split_once("[privacy]\n").expect("it has the section");
        self.home.write("weir.toml", format!("{before}[privacy]\n{privacy}"));
    }

    /// Nothing in the data directory tells any more how somebody is called; their deliveries are there
    /// all the same, with one pseudonym in the place of the name, which it gives back.
    #[track_caller]
    pub(crate) fn is_forgotten(&mut self, somebody: &Somebody) -> String {
        assert_eq!(somebody.places(&self.home), Vec::<String>::new(), "{}", somebody.name);
        let logged = self.home.bodies();
        let theirs = logged.iter().find(|body| body.contains(&somebody.mark)).expect("it is there");
        let theirs: Value = serde_json::from_str(theirs).expect("it is JSON");
        let pseudonym = theirs["endUserId"].as_str().expect("a pseudonym").to_owned();
        assert!(pseudonym.starts_with('~'), "{theirs}");
        let without = |body: &String| body.replace(&somebody.name, &pseudonym);
        self.sent = self.sent.iter().map(without).collect();
        for taken in &mut self.taken {
            *taken = taken.iter().map(without).collect();
        }
        pseudonym
    }

    /// It is another log, of the same deliveries: what was noted of the old one elsewhere is over.
    #[track_caller]
    pub(crate) fn begins_anew(&self) {
        self.home.write(HEADS, self.home.prints(["log", "head"]));
        let _ = fs::remove_dir_all(self.home.path(BACKUP));
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
        self.record_is_whole();
        // The log goes on from every head that was written.
        self.home.weir(["log", "verify", "--heads", HEADS]).ok();
        report_from_any_start(&self.home, rng.random_bool(0.3));
        if rng.random_bool(0.2) {
            let said = self.home.prints(["rebuild"]);
            assert!(!said.contains("differs"), "{said}");
        }
    }

    /// A server starts and takes a delivery, and is killed again.
    #[track_caller]
    pub(crate) fn goes_on(&mut self) {
        let server = Server::start(&self.home);
        self.is_taken_by(&server);
        server.kill();
    }

    /// A server takes a delivery, of somebody new.
    #[track_caller]
    pub(crate) fn is_taken_by(&mut self, server: &Server) {
        let tag = self.tag();
        let event = of_end_user(&event(1, 7001), &format!("again {tag}"));
        let body = format!("{{\"again\":{tag},{}", &event[1..]);
        server.takes(MAIN, &[&body]);
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

    /// What stands in the audit record, as [`Life::deed`] notes it, and how often.
    #[track_caller]
    pub(crate) fn recorded(&self) -> BTreeMap<String, u32> {
        let mut recorded = BTreeMap::<String, u32>::new();
        for line in self.home.prints(["audit", "--json"]).lines() {
            let deed: Value = serde_json::from_str(line).expect("a line of JSON");
            let part = |name: &str| deed[name].as_str().expect("a text").to_owned();
            let deed = format!("{} {} {}", part("did"), part("what"), part("outcome"));
            *recorded.entry(deed).or_default() += 1;
        }
        recorded
    }

    /// The audit record holds, and everything that was answered stands in it.
    #[track_caller]
    fn record_is_whole(&self) {
        self.home.weir(["audit", "verify"]).ok();
        let recorded = self.recorded();
        for (deed, answered) in &self.deeds {
            let stands = recorded.get(deed).copied().unwrap_or_default();
            assert!(*answered <= stands, "{deed}: answered {answered} times, recorded {stands}");
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
