//! Commands at the repository's root: shown before they run, their failure said in one sentence.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A command at the root, with our output and nothing to read: nobody is there to answer a question.
pub(crate) fn command(program: &str, args: &str) -> Command {
    let mut command = Command::new(program);
    command.args(args.split_whitespace()).current_dir(root()).stdin(Stdio::null());
    command
}

/// `cargo` with these arguments, as if called from the shell that called us.
pub(crate) fn cargo(args: &str) -> Command {
    let mut cargo = command("cargo", args);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_about_xtask) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// Whether `cargo run` set this variable to describe xtask. Build scripts that watch such a variable
/// would run again at each change between our cargo and a developer's own.
fn is_about_xtask(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// Shows the command, runs it to its end, and fails if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let text = shown(command);
    println!("$ {text}");
    let status = command.status().with_context(|| format!("`{text}` could not be started"))?;
    if !status.success() {
        bail!("`{text}` ended with {status}");
    }
    Ok(())
}

/// The first line a program says about its version; nothing if it is missing or does not run.
pub(crate) fn version_of(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let line = String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned();
    Some(line)
}

/// The command as one would type it, with the variables that are set for it.
fn shown(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        let value = value?.to_string_lossy();
        let quote = if value.contains(' ') { "\"" } else { "" };
        Some(format!("{}={quote}{value}{quote}", name.to_string_lossy()))
    });
    let words = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned());
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_typed() {
        let mut doc = command("cargo", "doc --no-deps");
        doc.env("RUSTDOCFLAGS", "-D warnings").env_remove("CARGO_PKG_NAME");
        assert_eq!(shown(&doc), r#"RUSTDOCFLAGS="-D warnings" cargo doc --no-deps"#);
    }

    #[test]
    fn a_failure_names_the_command_and_how_it_ended() {
        let error = run(&mut command("false", "")).unwrap_err();
        assert_eq!(error.to_string(), "`false` ended with exit status: 1");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut command("weir-no-such-program", "--now")).unwrap_err();
        assert_eq!(error.to_string(), "`weir-no-such-program --now` could not be started");
    }

    #[test]
    fn a_program_that_fails_has_no_version() {
        assert_eq!(version_of(&mut command("false", "")), None);
        assert_eq!(version_of(&mut command("weir-no-such-program", "")), None);
    }

    #[test]
    fn only_what_describes_xtask_is_taken_from_the_environment() {
        assert!(is_about_xtask("CARGO_PKG_NAME"));
        assert!(is_about_xtask("CARGO_MANIFEST_DIR"));
        assert!(!is_about_xtask("CARGO_HOME"));
        assert!(!is_about_xtask("CARGO_TARGET_DIR"));
    }
}
