//! What the people who build Weir run: the gate, and its heavier tests on demand.
//!
//! It is no part of the product: nothing depends on it, and it calls cargo as a person would.

mod bench; // the release binary beside a baseline
mod ci; // every check there is, in order, up to the first failure
mod fuzz; // libFuzzer over what comes in and what goes out
mod on_demand; // one heavy test, as long as asked
mod process; // a command at the root: shown, run, its failure said
mod sbom; // what the binary is made of
mod under_test; // what the tests are told: the binary, and how long to go on

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks and longer tests of Weir.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The gate: format, lints, documentation, licences, build, tests.
    Ci(ci::Args),
    /// Measure the release binary, each figure beside a baseline of the same run.
    Bench(bench::Args),
    /// Kill the release binary at points that have names and at random, and hold everything against
    /// what was promised.
    Kill(on_demand::KillArgs),
    /// Send ten times as much as the disk takes, with 10,000 connections besides, and see what
    /// becomes of it.
    Overload(on_demand::OverloadArgs),
    /// Let the disk fail, and the power go, at any call of SQLite's, and hold every store against what
    /// was promised.
    Faults(on_demand::FaultsArgs),
    /// Look for inputs that break what is promised of each place where bytes come in or go out.
    Fuzz(fuzz::Args),
    /// Let the threads of the append queue take their steps in orders that chance gives.
    Shuttle(on_demand::ShuttleArgs),
    /// Live weeks of Weir's life, each from a seed: traffic, kills, power cuts, clocks that jump.
    Weeks(on_demand::WeeksArgs),
    /// Hold reports against the brute-force oracle on random streams.
    Differential(on_demand::DifferentialArgs),
    /// Say by statistics whether the time of a refusal tells why it was refused, and what one costs.
    Timing(on_demand::TimingArgs),
    /// Write what this version leaves in a data directory as text, to be held against all later versions:
    /// `tests/fixtures/VERSION/`. A release's is made once.
    Fixture,
    /// Write the golden files of the outputs and the golden pictures of the pages anew, to be looked
    /// at before they are committed.
    Golden,
    /// Write the software bill of materials of the binary, as CycloneDX, to target/weir.cdx.json.
    Sbom,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Ci(args) => ci::run(&args),
        Command::Bench(args) => bench::bench(&args),
        Command::Kill(args) => on_demand::kill(&args),
        Command::Overload(args) => on_demand::overload(&args),
        Command::Faults(args) => on_demand::faults(&args),
        Command::Fuzz(args) => fuzz::fuzz(&args),
        Command::Differential(args) => on_demand::differential(&args),
        Command::Timing(args) => on_demand::timing(&args),
        Command::Shuttle(args) => on_demand::shuttle(&args),
        Command::Weeks(args) => on_demand::weeks(&args),
        Command::Fixture => on_demand::fixture(),
        Command::Golden => on_demand::golden(),
        Command::Sbom => sbom::sbom(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
