//! What can be called.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::commands::{
    audit, backup, doctor, erase, import, log, people, report, schedule, seal, secrets, serve,
    sign, simulate,
};

/// Weir: from signed webhooks to where and why people leave a verification flow.
#[derive(Parser, Debug)]
#[command(name = "weir", version, about, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(ClapArgs, Debug, Clone)]
pub(crate) struct Common {
    /// The configuration [default: weir.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "WEIR_CONFIG")]
    pub config: Option<PathBuf>,
    /// Where the log and all that is folded from it lives [default: ./weir-data]
    #[arg(long, global = true, value_name = "DIR", env = "WEIR_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Receive webhooks, fold them, and serve the dashboard and the API
    Serve(serve::Args),
    /// Append a backlog to the log
    Import(import::Args),
    /// Print a report
    Report(Box<report::Args>),
    /// Reports that are sent: what is due when, what became of it, and doing it now or again
    #[command(subcommand)]
    Schedule(schedule::Command),
    /// Fold the whole log again, prove it equal to what is served, and swap
    Rebuild,
    /// What the log holds, whether it is whole, and a copy of it as lines
    #[command(subcommand)]
    Log(log::Command),
    /// Copy the data directory while it is at work, and prove the copy; again, it takes what is new
    Backup(backup::TakeArgs),
    /// Make a data directory from a backup, proved before it replaces anything
    Restore(backup::RestoreArgs),
    /// Who may see the dashboard: list them, let somebody in, rescue a lost owner
    #[command(subcommand)]
    People(people::Command),
    /// Who saw, took along, changed and erased what; whether the record is whole, and where it ends
    Audit(audit::Args),
    /// Seal the personal values of what came before `seal = true`, and prove that the log is the same
    Seal(seal::Args),
    /// Erase somebody's sealed values for ever, and prove that nothing gives them
    Erase(erase::Args),
    /// Which secrets are active, when each last matched, and which may be retired
    Secrets(secrets::Args),
    /// Act as the provider: post signed, simulated traffic
    Simulate(simulate::Args),
    /// Print the signature of a body, for trying things with curl
    Sign(sign::Args),
    /// Say what is wrong with this installation, if anything
    Doctor(doctor::Args),
}
