//! The gate: every check there is, in order, up to the first failure.
//!
//! It passes or fails; it never skips. What a check needs and a machine lacks is installed where we
//! may, and named where we may not.

mod scripts; // what the checks need that is no Rust: packages of Node.js and of Python
mod step; // what is checked
mod summary; // what was checked, and how long it took
mod tools; // what the checks need of the machine

use std::time::Instant;

use anyhow::{Context, Result};
use clap::ValueEnum;

use step::Step;
use summary::{Ending, Summary, seconds};

/// Which steps to run: without a flag, all.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Begin with this step.
    #[arg(long, value_name = "STEP", conflicts_with = "only")]
    from: Option<Step>,
    /// Run this step alone.
    #[arg(long, value_name = "STEP")]
    only: Option<Step>,
}

impl Args {
    fn wants(&self, step: Step) -> bool {
        self.from.is_none_or(|from| from <= step) && self.only.is_none_or(|only| only == step)
    }
}

/// `cargo xtask ci`
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut summary = Summary::default();
    let mut first_failure = Ok(());
    for &step in Step::value_variants() {
        let ending = if args.wants(step) && first_failure.is_ok() {
            let started = Instant::now();
            first_failure = announced(step, started);
            Ending::after(started.elapsed(), &first_failure)
        } else {
            Ending::NotRun
        };
        summary.push(step.name(), ending);
    }
    println!("\n{summary}");
    first_failure?;
    println!("{}", verdict(args));
    Ok(())
}

/// Runs one step between two lines that name it.
fn announced(step: Step, started: Instant) -> Result<()> {
    let name = step.name();
    println!("\n==> {name}: {}", step.title());
    let outcome = step.run();
    println!("<== {name}: {}", seconds(started.elapsed()));
    outcome.with_context(|| {
        format!("the gate failed at step {name}, to repeat with `cargo xtask ci --only {name}`")
    })
}

/// The last line of a run that met no failure.
fn verdict(args: &Args) -> &'static str {
    if Step::value_variants().iter().all(|&step| args.wants(step)) {
        "The gate passed."
    } else {
        "What was run passed, but it was only a part of the gate: `cargo xtask ci` runs all of it."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(from: Option<Step>, only: Option<Step>) -> Vec<&'static str> {
        let args = Args { from, only };
        let steps = Step::value_variants().iter().filter(|step| args.wants(**step));
        steps.map(|step| step.name()).collect()
    }

    #[test]
    fn all_steps_run_in_order() {
        let all = [
            "compiler", "browser", "node", "python", "proxies", "fmt", "clippy", "doc", "deny",
            "sbom", "build", "test", "shuttle",
        ];
        assert_eq!(wanted(None, None), all);
    }

    #[test]
    fn a_part_can_be_asked_for() {
        assert_eq!(wanted(Some(Step::Deny), None), ["deny", "sbom", "build", "test", "shuttle"]);
        assert_eq!(wanted(None, Some(Step::Fmt)), ["fmt"]);
    }

    #[test]
    fn a_part_does_not_pass_for_the_whole() {
        let whole = Args { from: None, only: None };
        let part = Args { from: Some(Step::Browser), only: None };
        assert_eq!(verdict(&whole), "The gate passed.");
        assert!(verdict(&part).contains("only a part of the gate"));
    }
}
