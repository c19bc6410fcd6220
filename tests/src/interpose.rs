//! What stands between the binary under test and the kernel: `crates/interpose` says how it is told.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::Home;
use crate::bin_path::target_dir;

/// A plan that the binary is run under.
pub struct Interposer {
    plan: PathBuf,
    said: PathBuf,
}

impl Interposer {
    /// One without a plan so far, which lies in a folder beside the data.
    pub fn at(home: &Home) -> Interposer {
        Interposer { plan: home.path("interposed.plan"), said: home.path("interposed.said") }
    }

    /// Lets `command` be run under this plan.
    pub fn over(&self, mut command: Command) -> Command {
        command
            .env("LD_PRELOAD", library())
            .env("INTERPOSE_PLAN", &self.plan)
            .env("INTERPOSE_SAID", &self.said);
        command
    }

    /// What is to happen from now on, counted anew, in the place of what was before.
    pub fn plan(&self, rules: &str) {
        let beside = self.plan.with_extension("new");
        fs::write(&beside, rules).expect("there is room");
        fs::rename(&beside, &self.plan).expect("there is room");
    }

    /// Nothing is to happen any more, and nothing was met.
    pub fn lift(&self) {
        self.plan("");
        let _ = fs::remove_file(&self.said);
    }

    /// The rules that were met since the last time that they were lifted.
    pub fn met(&self) -> Vec<String> {
        let said = fs::read_to_string(&self.said).unwrap_or_default();
        let met: Vec<String> = said.lines().map(str::to_owned).collect();
        assert!(!said.contains("no rule: "), "{met:?}");
        met
    }
}

/// Lets what `command` does to files below a folder be noted in the file `trace`, which lies elsewhere.
pub fn traced(mut command: Command, below: &Path, trace: &Path) -> Command {
    command
        .env("LD_PRELOAD", library())
        .env("INTERPOSE_BELOW", below)
        .env("INTERPOSE_TRACE", trace);
    command
}

/// The library: `WEIR_INTERPOSE` if set, else built once in this process.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| env::var_os("WEIR_INTERPOSE").map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    let target_dir = target_dir();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--package", "weir-interpose", "--target-dir"])
        .arg(&target_dir)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status()
        .expect("cargo can be started");
    assert!(status.success(), "`cargo build -p weir-interpose` failed");
    target_dir.join("debug").join("libweir_interpose.so")
}
