//! What the checks need that is no Rust: packages of Node.js and of Python, at pinned versions.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::tools::install;
use crate::process::{command, run, version_of};
use crate::under_test::target_dir;

/// The first Node.js that Playwright runs on.
const NODE_MAJOR_MIN: u32 = 18;

/// The pinned packages of Python that ask the API.
const SCHEMATHESIS_REQUIREMENTS: &str = "tests/schemathesis/requirements.txt";

/// Those that take what a report is sent as.
const PARTS_REQUIREMENTS: &str = "tests/parts/requirements.txt";

/// Sees to Node.js and to the packages that `tests/browser/package-lock.json` names.
pub(super) fn packages() -> Result<()> {
    if !node_runs() {
        install("nodejs npm", &format!("no Node.js of at least {NODE_MAJOR_MIN} runs with npm"))?;
    }
    run(&mut command("npm", "ci --prefix tests/browser --no-audit --no-fund --loglevel=error"))
}

/// Whether a Node.js that is new enough runs here, and npm beside it.
fn node_runs() -> bool {
    let node = version_of(&mut command("node", "--version"));
    let npm = version_of(&mut command("npm", "--version"));
    let new_enough = node.as_deref().and_then(major).is_some_and(|major| NODE_MAJOR_MIN <= major);
    if let (Some(node), Some(npm)) = (node, npm) {
        println!("Node.js {node}, npm {npm}");
        return new_enough;
    }
    false
}

/// The first number of a version such as `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Sees to schemathesis in an environment of its own under the target folder, and says where it is.
pub(super) fn schemathesis() -> Result<PathBuf> {
    let programs = environment("schemathesis", SCHEMATHESIS_REQUIREMENTS)?;
    let schemathesis = programs.join("schemathesis");
    let version = version_of(std::process::Command::new(&schemathesis).arg("--version"));
    println!("{}", version.context("schemathesis does not run, though it is installed")?);
    Ok(schemathesis)
}

/// Sees to the mail server, the object store and the readers of files that tests are held against,
/// and says which Python has them.
///
/// Their environment is not that of schemathesis: the pins of the one must not decide over the other.
pub(super) fn parts() -> Result<PathBuf> {
    let python = environment("parts", PARTS_REQUIREMENTS)?.join("python");
    let version = version_of(std::process::Command::new(&python).arg("--version"));
    println!("{}", version.context("Python does not run in its environment")?);
    Ok(python)
}

/// Sees to an environment of Python with pinned packages, under the target folder, and says where
/// its programs are.
fn environment(name: &str, requirements: &str) -> Result<PathBuf> {
    let environment = target_dir()?.join(name);
    let programs = environment.join("bin");
    let pip = programs.join("pip");
    if version_of(std::process::Command::new(&pip).arg("--version")).is_none() {
        let missing = "Python cannot make an environment of its own";
        let create = format!("-m venv --clear {}", environment.display());
        if run(&mut command("python3", &create)).is_err() {
            install("python3 python3-venv", missing)?;
            run(&mut command("/usr/bin/python3", &create)).context(missing)?;
        }
    }
    let pip = pip.display().to_string();
    let pinned = format!("install --quiet --disable-pip-version-check -r {requirements}");
    run(&mut command(&pip, &pinned))?;
    Ok(programs)
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn a_version_has_a_first_number() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("v18.0.0-pre"), Some(18));
        assert_eq!(major("20.1"), None);
        assert_eq!(major("v"), None);
    }
}
