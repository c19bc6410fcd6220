//! The real parts that tests are held against, which are packages of Python.
//!
//! `WEIR_PYTHON=PATH` names the Python that has those of `tests/parts/requirements.txt`; the gate
//! installs them under the target folder, where they are looked for else.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bin_path::target_dir;

/// Runs a script to its end, and gives what it printed; a script that fails fails the test with
/// what it said.
#[track_caller]
pub fn python<A: AsRef<OsStr>>(script: &str, args: impl IntoIterator<Item = A>) -> String {
    let run = command().arg("-c").arg(script).args(args).output();
    let run = run.expect("Python can be started");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "the script failed: {said}\n{script}");
    String::from_utf8(run.stdout).expect("it prints text")
}

/// That Python, about to be started, with nothing of the tester's own environment in its way.
#[track_caller]
pub fn command() -> Command {
    program_command("python")
}

/// A program of those packages, about to be started in the same way.
#[track_caller]
pub fn program_command(name: &str) -> Command {
    let mut command = Command::new(program(name));
    command.env_remove("PYTHONPATH").env_remove("PYTHONHOME").env("PYTHONIOENCODING", "utf-8");
    command
}

/// A program of those packages: `weed`, say.
#[track_caller]
pub fn program(name: &str) -> PathBuf {
    let installed = target_dir().join("parts/bin/python");
    let python = env::var_os("WEIR_PYTHON").map_or(installed, PathBuf::from);
    let program = python.parent().unwrap_or(Path::new("")).join(name);
    assert!(
        program.is_file(),
        "the packages of tests/parts/requirements.txt are not at {}: `cargo xtask ci --only python` \
         installs them",
        program.display()
    );
    program
}

#[cfg(test)]
mod tests {
    use super::python;

    #[test]
    fn a_script_has_its_packages() {
        let script =
            "import sys, openpyxl, polars, duckdb, pypdfium2, aiosmtpd; print(sys.argv[1])";
        assert_eq!(python(script, ["told"]), "told\n");
    }
}
