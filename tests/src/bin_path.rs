//! Where the binary under test is.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The path of the `weir` binary: `WEIR_BIN` if set, else built once in this process.
pub fn weir_bin() -> &'static Path {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    BIN.get_or_init(|| env::var_os("WEIR_BIN").map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    let target_dir = target_dir();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--package", "weir-cli", "--target-dir"])
        .arg(&target_dir)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status()
        .expect("cargo can be started");
    assert!(
        status.success(),
        "`cargo build -p weir-cli` failed; set WEIR_BIN to test another build"
    );
    target_dir.join("debug").join(format!("weir{}", env::consts::EXE_SUFFIX))
}

/// The target directory that this test was built in, so that nothing is built twice.
pub(crate) fn target_dir() -> PathBuf {
    let test = env::current_exe().expect("a test knows where it is");
    // <target>/<profile>/deps/<test>
    test.ancestors().nth(3).expect("a test is in the target directory").to_owned()
}
