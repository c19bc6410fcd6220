//! One script of `tests/browser`, run to its end by Node.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::world::World;

/// A script, and what it is told.
pub(crate) struct Script {
    name: &'static str,
    variables: Vec<(&'static str, String)>,
}

impl Script {
    /// The script `checks/{name}.js`.
    pub(crate) fn of(name: &'static str) -> Script {
        Script { name, variables: Vec::new() }
    }

    /// The same, told one thing more.
    pub(crate) fn told(mut self, variable: &'static str, value: &str) -> Script {
        self.variables.push((variable, value.to_owned()));
        self
    }

    /// Runs it on a world; what it finds fails the test.
    #[track_caller]
    pub(crate) fn on(self, world: &World) {
        let folder = folder();
        assert!(
            folder.join("node_modules").is_dir(),
            "tests/browser has no packages yet: run `cargo xtask ci --only node`, or `npm ci` there"
        );
        let run = Command::new("node")
            .arg(format!("checks/{}.js", self.name))
            .current_dir(&folder)
            .env("WEIR_CHROMIUM", chromium())
            .env("WEIR_URL", world.url())
            .env("WEIR_RANGE", world.range())
            .envs(self.variables)
            .output()
            .unwrap_or_else(|error| panic!("no Node.js can be started as `node`: {error}"));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        println!("{}", text(&run.stdout));
        assert!(run.status.success(), "{} found:\n{}", self.name, text(&run.stderr));
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}

/// The browser, as a path: Playwright does not look for one.
fn chromium() -> PathBuf {
    let named = env::var_os("WEIR_CHROMIUM").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&path).map(|folder| folder.join("chromium"));
    named.or_else(|| found.find(|file| file.is_file())).expect(
        "no browser is on PATH as `chromium`: install Debian's chromium, or set WEIR_CHROMIUM to \
         the path of a Chromium",
    )
}
