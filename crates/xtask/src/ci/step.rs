//! The steps of the gate: what is checked, in this order.

use anyhow::Result;
use clap::ValueEnum;

use super::{scripts, tools};
use crate::process::{cargo, run};
use crate::sbom::sbom;
use crate::under_test::{
    BINARY, CHROMIUM, DIFFERENTIAL_SEEDS, FAULTS, GOLDEN, KILL_CYCLES, OVERLOAD_MINUTES, PYTHON,
    SCHEMATHESIS, SHUTTLE, SHUTTLE_SCHEDULES, SHUTTLE_SEED, SIMULATION_SEED, SIMULATION_SEEDS,
    built_weir,
};

/// One check. The order here is the order of the gate: what fails quickly comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Step {
    Compiler,
    Browser,
    Node,
    Python,
    Proxies,
    Fmt,
    Clippy,
    Doc,
    Deny,
    Sbom,
    Build,
    Test,
    Shuttle,
}

impl Step {
    /// What `--from` and `--only` call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Step::Compiler => "compiler",
            Step::Browser => "browser",
            Step::Node => "node",
            Step::Python => "python",
            Step::Proxies => "proxies",
            Step::Fmt => "fmt",
            Step::Clippy => "clippy",
            Step::Doc => "doc",
            Step::Deny => "deny",
            Step::Sbom => "sbom",
            Step::Build => "build",
            Step::Test => "test",
            Step::Shuttle => "shuttle",
        }
    }

    /// What it is about, for a reader of the output.
    pub(super) fn title(self) -> &'static str {
        match self {
            Step::Compiler => "a C compiler, for the bundled SQLite and zstd",
            Step::Browser => "a Chromium and its typeface, for the tests of the pages",
            Step::Node => "Node.js and the packages that drive the browser",
            Step::Python => {
                "Python, with schemathesis for the API and the real parts that reports are sent to"
            }
            Step::Proxies => "nginx and Caddy, which docs/deploy says how to put before Weir",
            Step::Fmt => "the code is formatted",
            Step::Clippy => "the linter has nothing to say",
            Step::Doc => "the documentation builds, and its links lead somewhere",
            Step::Deny => "licences, banned crates and sources of what we depend on",
            Step::Sbom => "the bill of materials names each crate that is built in",
            Step::Build => "the binary",
            Step::Test => "the tests",
            Step::Shuttle => "the append queue, its threads in orders that chance gives",
        }
    }

    /// Does it, with its output on ours.
    pub(super) fn run(self) -> Result<()> {
        match self {
            Step::Compiler => tools::compiler(),
            Step::Browser => browser(),
            Step::Node => scripts::packages(),
            Step::Python => python(),
            Step::Proxies => tools::proxies(),
            Step::Fmt => run(&mut cargo("fmt --all --check")),
            Step::Clippy => clippy(),
            Step::Doc => doc(),
            Step::Deny => deny(),
            Step::Sbom => sbom(),
            Step::Build => built_weir().map(drop),
            Step::Test => test(),
            Step::Shuttle => shuttle(),
        }
    }
}

fn browser() -> Result<()> {
    tools::typeface()?;
    tools::browser().map(drop)
}

fn python() -> Result<()> {
    scripts::schemathesis()?;
    scripts::parts().map(drop)
}

fn clippy() -> Result<()> {
    run(&mut cargo("clippy --workspace --all-targets --locked -- -D warnings"))?;
    run(&mut cargo(
        "clippy -p weir-ingest --features shuttle --test shuttle --locked -- -D warnings",
    ))?;
    run(&mut cargo(
        "clippy -p weir-dashboard -p weir-cli --features weir-cli/oidc --all-targets --locked -- -D warnings",
    ))
}

fn doc() -> Result<()> {
    let mut doc = cargo("doc --workspace --no-deps --document-private-items --locked");
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn deny() -> Result<()> {
    tools::cargo_deny()?;
    run(&mut cargo("deny --locked check licenses bans sources"))
}

fn test() -> Result<()> {
    let chromium = tools::browser()?;
    scripts::packages()?;
    let schemathesis = scripts::schemathesis()?;
    let python = scripts::parts()?;
    let weir = built_weir()?;
    let mut test = cargo("test --workspace --locked");
    // The gate means the same for everyone: a shell's own numbers do not shorten it.
    test.env_remove(KILL_CYCLES).env_remove(DIFFERENTIAL_SEEDS);
    test.env_remove(GOLDEN).env_remove(FAULTS).env_remove(OVERLOAD_MINUTES);
    test.env_remove(SIMULATION_SEEDS).env_remove(SIMULATION_SEED);
    test.env(BINARY, weir).env(CHROMIUM, chromium).env(SCHEMATHESIS, schemathesis);
    test.env(PYTHON, python);
    run(&mut test)?;
    run(&mut cargo(
        "test -p weir-dashboard -p weir-cli --features weir-cli/oidc --lib --bins --locked -- oidc identity_provider no_route every_route",
    ))
}

fn shuttle() -> Result<()> {
    let mut test = cargo(SHUTTLE);
    run(test.env_remove(SHUTTLE_SCHEDULES).env_remove(SHUTTLE_SEED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_one_name() {
        for step in Step::value_variants() {
            let flag = step.to_possible_value().expect("no step is hidden");
            assert_eq!(flag.get_name(), step.name());
        }
    }
}
