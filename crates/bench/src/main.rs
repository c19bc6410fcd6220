//! Benchmarks of the release binary, each beside a baseline of the same run.
//!
//! Absolute figures drift with the machine; the ratio to the baseline is what to compare. Every
//! figure is the median of several runs, and every input is made from a seed that is printed.

mod backlog; // a log and a backlog of simulated sessions
mod baseline; // the same HTTP server without any work
mod figures; // medians, and lines that say what was measured
mod import; // a backlog into the log
mod ingest; // signed webhooks over HTTP
mod load; // clients that post as fast as they are answered
mod machine; // what it was measured on
mod process; // a process from outside: time, memory
mod rebuild; // the log into the read model
mod report; // the read model into a report
mod dashboard; // a report into a page
mod schedule; // a report into files
mod sealing; // personal values that are sealed, and erased
mod not_due; // a thousand definitions that wait

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures Weir beside a baseline of the same run.
#[derive(Parser, Debug)]
#[command(name = "weir-bench")]
enum Command {
    /// Run the benchmarks
    Run(Args),
    /// A server that reads a body and answers 200: the baseline of `ingest`
    #[command(hide = true)]
    BaselineServer,
    /// What `schedule` measures, in a process of its own
    #[command(hide = true)]
    Probe(schedule::Probe),
}

/// What to measure.
#[derive(clap::Args, Debug)]
struct Args {
    /// The release binary
    #[arg(long, value_name = "FILE")]
    weir: PathBuf,
    /// Only these
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Deliveries in the log for rebuild, report, dashboard and schedule
    #[arg(long, default_value_t = 10_000_000)]
    deliveries: u64,
    /// Deliveries in the backlog for import and sealing
    #[arg(long, default_value_t = 2_000_000)]
    import_deliveries: u64,
    /// Runs of each; the median counts
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// The same seed simulates the same people
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// A log to use again for rebuild, report, dashboard and schedule; made, and kept, where it is missing
    #[arg(long, value_name = "DIR")]
    log_dir: Option<PathBuf>,
    /// Where to work: on the disk that is to be measured
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    work_dir: PathBuf,
}

/// A benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Ingest,
    Import,
    Sealing,
    Rebuild,
    Report,
    Dashboard,
    Schedule,
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::BaselineServer => baseline::serve(),
        Command::Probe(probe) => schedule::work(&probe),
        Command::Run(args) => run(&args),
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    std::fs::create_dir_all(&args.work_dir)?;
    let temp = tempfile::Builder::new().prefix("run-").tempdir_in(&args.work_dir)?;
    let wanted = |part| args.only.is_empty() || args.only.contains(&part);
    println!("{}", machine::describe());
    println!("seed {}, {} runs of each, medians", args.seed, args.runs);
    if wanted(Part::Ingest) {
        ingest::measure(args, temp.path())?;
    }
    if wanted(Part::Import) {
        import::measure(args, temp.path())?;
    }
    if wanted(Part::Sealing) {
        sealing::measure(args, temp.path())?;
    }
    if [Part::Rebuild, Part::Report, Part::Dashboard, Part::Schedule].into_iter().any(wanted) {
        let dir = args.log_dir.clone().unwrap_or_else(|| temp.path().join("log"));
        backlog::log(&dir, args.seed, args.deliveries)?;
        if wanted(Part::Rebuild) {
            rebuild::measure(args, &dir)?;
        }
        if wanted(Part::Report) {
            report::measure(args, &dir)?;
        }
        if wanted(Part::Dashboard) {
            dashboard::measure(args, temp.path(), &dir)?;
        }
        if wanted(Part::Schedule) {
            schedule::measure(args, &dir)?;
        }
    }
    Ok(())
}
