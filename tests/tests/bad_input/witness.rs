//! A log that nothing may change.

use std::ffi::OsStr;
use std::process::Command;

use weir_tests::event::{cancelled_at, event};
use weir_tests::{Home, Run};

/// A folder whose log holds what was accepted before.
pub(crate) struct Witness {
    pub(crate) home: Home,
    before: String,
}

impl Witness {
    pub(crate) fn new() -> Witness {
        let home = Home::new();
        home.import(&(line(&event(1, 7001)) + &line(&cancelled_at(1, "intro_screen_shown"))));
        let before = home.exported();
        Witness { home, before }
    }

    /// Runs the binary, which fails with this exit status and a sentence with all of these parts.
    #[track_caller]
    pub(crate) fn check<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        status: i32,
        fragments: &[&str],
    ) {
        self.check_command(&mut self.home.command(args), status, fragments);
    }

    /// The same for a command that was prepared.
    #[track_caller]
    pub(crate) fn check_command(&self, command: &mut Command, status: i32, fragments: &[&str]) {
        Run::of(command).failed(status, fragments);
        self.is_unchanged();
    }

    /// What was accepted before is there, byte for byte, and nothing else; and it is whole.
    #[track_caller]
    pub(crate) fn is_unchanged(&self) {
        assert_eq!(self.exported(), self.before);
        self.plainly(["log", "verify"]);
    }

    /// The log as lines.
    #[track_caller]
    pub(crate) fn exported(&self) -> String {
        self.plainly(["log", "export"])
    }

    /// What the binary prints where nothing is configured, so that nothing can be wrong with that.
    #[track_caller]
    fn plainly<const N: usize>(&self, args: [&str; N]) -> String {
        Run::of(self.home.command(args).env("WEIR_CONFIG", "/dev/null")).ok().text()
    }
}

/// A body as a line of `weir import`, with its line end.
pub(crate) fn line(body: &str) -> String {
    format!("{{\"received_at\":\"2026-01-05T09:14:02Z\",\"payload\":{body}}}\n")
}
