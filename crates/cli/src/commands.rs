//! A file per command.

pub(crate) mod audit; // who did what
pub(crate) mod backup; // a proved copy, and the way back
pub(crate) mod demo; // `serve --demo`
pub(crate) mod demo_reports; // what the demo sends
pub(crate) mod doctor;
pub(crate) mod erase; // the keys of somebody's values, gone
pub(crate) mod import;
pub(crate) mod log;
pub(crate) mod output; // where results go
pub(crate) mod people; // who may see the dashboard
pub(crate) mod provider; // posts signed deliveries
pub(crate) mod rebuild;
pub(crate) mod report;
pub(crate) mod schedule; // reports that are sent
pub(crate) mod seal; // what came in plain, sealed afterwards
pub(crate) mod secrets; // which are active, and when each last matched
pub(crate) mod serve;
pub(crate) mod sign;
pub(crate) mod simulate;

use crate::args::{Args, Command};
use crate::failure::Outcome;

/// Runs the command.
pub(crate) fn run(args: Args) -> Outcome {
    let Args { common, command } = args;
    match command {
        Command::Serve(args) => serve::run(&common, &args),
        Command::Import(args) => import::run(&common, &args),
        Command::Report(args) => report::run(&common, &args),
        Command::Schedule(command) => schedule::run(&common, &command),
        Command::Rebuild => rebuild::run(&common),
        Command::Log(command) => log::run(&common, &command),
        Command::People(command) => people::run(&common, &command),
        Command::Audit(args) => audit::run(&common, &args),
        Command::Secrets(args) => secrets::run(&common, &args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Backup(args) => backup::take(&common, &args),
        Command::Restore(args) => backup::restore(&common, &args),
        Command::Seal(args) => seal::run(&common, &args),
        Command::Erase(args) => erase::run(&common, &args),
        Command::Sign(args) => sign::run(&args),
        Command::Doctor(args) => doctor::run(&common, &args),
    }
}

/// A count with the word for one or for several.
pub(crate) fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// How many threads a computation may take: all cores.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
