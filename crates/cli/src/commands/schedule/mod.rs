//! `weir schedule`: what is due when, what became of it, and doing it now or again.

mod again; // the same run once more, byte for byte
mod check; // what is wrong with definitions
mod desk; // what every one of these commands works with
mod dry_run; // what would be sent
mod list; // what is due when, and how the last runs went
mod outcome; // what became of a run, in lines
mod run; // one run, now
pub(crate) mod words; // instants and tables

use std::path::PathBuf;

pub(crate) use desk::{Desk, place};
pub(crate) use run::does_runs;

use crate::args::Common;
use crate::failure::Outcome;

/// What to do.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum Command {
    /// What is due when, how the last run went, and what is wrong, with what to do about it
    List(ListArgs),
    /// Say what is wrong with definitions, with file and line; exits with 1 if anything is
    Check(CheckArgs),
    /// Run a definition now and wait until it is sent; or only show what would be sent
    ///
    /// Beside a running `weir serve` the server does it; without one, this process does.
    Run(RunArgs),
    /// Render a run again from the log as it was then, and prove that the bytes are the same
    ///
    /// The recorded definition, catalogue, log position and instant are taken, not those of today.
    /// With --send it is sent again too: to all of its recipients, or to those that are named.
    Again(AgainArgs),
}

/// What to list.
#[derive(clap::Args, Debug)]
pub(crate) struct ListArgs {
    /// Only this definition, with its last runs and what became of each recipient
    name: Option<String>,
    /// How many of its last runs
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    runs: usize,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// What to check.
#[derive(clap::Args, Debug)]
pub(crate) struct CheckArgs {
    /// Names of definitions, or files anywhere [default: every definition of the data directory]
    #[arg(value_name = "NAME|FILE")]
    what: Vec<String>,
}

/// What to run.
#[derive(clap::Args, Debug)]
pub(crate) struct RunArgs {
    /// The definition
    name: String,
    /// The instant that its range is relative to, and after which nothing is counted: RFC 3339, a
    /// date, or relative such as -1d [default: now]
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    as_of: Option<String>,
    /// Render into a folder, and send and record nothing
    #[arg(long)]
    dry_run: bool,
    /// Where to render to with --dry-run [default: a new temporary folder]
    #[arg(long, value_name = "DIR", requires = "dry_run")]
    out: Option<PathBuf>,
}

/// What to do again.
#[derive(clap::Args, Debug)]
pub(crate) struct AgainArgs {
    /// The run's number, as `weir schedule list NAME` tells it
    run: u64,
    /// Where to render to [default: outputs/RUN-again in the data directory]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Send it again too, to all of its recipients or to those named, such as mail:ann@example.com
    #[arg(long, value_name = "TARGET", num_args = 0..)]
    send: Option<Vec<String>>,
}

/// Does it.
pub(crate) fn run(common: &Common, command: &Command) -> Outcome {
    let desk = Desk::open(common)?;
    match command {
        Command::List(args) => list::run(&desk, args),
        Command::Check(args) => check::run(&desk, args),
        Command::Run(args) if args.dry_run => dry_run::run(&desk, args),
        Command::Run(args) => run::run(&desk, args),
        Command::Again(args) => again::run(&desk, args),
    }
}
