//! Some thousand simulated sessions, and the report of them.

use std::path::PathBuf;

use serde_json::Value;
use weir_tests::Home;

/// A log, and one question about it.
pub(crate) struct World {
    pub(crate) home: Home,
    /// Flags of the one question: its range, and as of when.
    question: Vec<String>,
}

impl World {
    /// The same people each time, some days of them, up to now.
    pub(crate) fn new() -> World {
        let home = Home::new();
        let args = ["simulate", "--days=12", "--sessions-per-day=150", "--seed=11", "--out"];
        home.prints(args.into_iter().chain(["backlog.ndjson.zst"]));
        home.weir(["import", "backlog.ndjson.zst"]).ok();
        let input = &home.report(["--from=-20d"])["input"];
        let flag = |flag: &str, name: &str| {
            format!("--{flag}={}", input[name].as_str().expect("an instant"))
        };
        let question = vec![flag("from", "from"), flag("to", "to"), flag("as-of", "as_of")];
        World { home, question }
    }

    /// The report as JSON.
    #[track_caller]
    pub(crate) fn report(&self, flags: &[&str]) -> Value {
        self.home.report(self.flags(flags))
    }

    /// The answer as a file of this format.
    #[track_caller]
    pub(crate) fn file(&self, format: &str, flags: &[&str]) -> PathBuf {
        let path = self.home.path(&format!("report.{format}"));
        let out = path.to_str().expect("a path of ours is text");
        let args = ["report", "abandonment", "--format", format, "--out", out].map(str::to_owned);
        self.home.weir(args.into_iter().chain(self.flags(flags))).ok();
        path
    }

    fn flags(&self, more: &[&str]) -> Vec<String> {
        self.question.iter().cloned().chain(more.iter().map(|&flag| flag.to_owned())).collect()
    }
}
