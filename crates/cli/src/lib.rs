//! The binary `weir`: wiring, and nothing else.
//!
//! A file per command; `config` reads what an operator wrote, `clock` is the one place that asks
//! the real time. It is a library of one function, so that the fuzz targets reach `config`.

mod args; // what can be called
mod audited; // what a command does, written down
mod clock; // the real time
mod commands; // a file per command
mod config; // `weir.toml`, the environment, flags
mod edge; // connections that nobody may hold for ever
mod engine; // answers the runs of scheduled reports
mod heads; // where log and audit record end, written to where they are not
mod failure; // what went wrong, as one sentence
mod progress; // a bar on a terminal, lines elsewhere
mod rotation; // secrets that change while the server runs
mod retention; // keys that are not retained any more
mod vault; // the keys of personal values
mod scheduler; // sends reports when they are due
mod scrub; // reads the log again, slowly, for ever
mod watch; // files that are read again when they change

#[doc(hidden)]
pub use config::configuration;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

/// Does what the command line says; gives the exit status.
#[must_use]
pub fn run() -> ExitCode {
    let args = args::Args::parse();
    start_log_lines();
    match commands::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// What the process says of itself goes to stderr; `RUST_LOG` chooses how much.
fn start_log_lines() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,actix_server=warn"));
    let asked = std::env::var("RUST_LOG").unwrap_or_default();
    // To the HTTP server whatever a stranger sends is an error, so that strangers would fill the log.
    let strangers = (!["actix_http", "trace"].iter().any(|word| asked.contains(word)))
        .then_some("actix_http::h1::dispatcher=off");
    // Below that the HTTP client would print whole addresses, and some of them are secrets.
    let filter = ["ureq=info", "ureq_proto=info"]
        .into_iter()
        .chain(strangers)
        .filter_map(|cap| cap.parse().ok())
        .fold(filter, tracing_subscriber::EnvFilter::add_directive);
    let colour = std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colour)
        .init();
}
