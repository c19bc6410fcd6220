//! `weir report`: print a report.

mod file; // as a table or as a file
mod question; // what is asked: a definition with the flags laid over it

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::ValueEnum;
use weir_audit::Did;
use weir_domain::Clock;
use weir_log::DataDir;
use weir_readmodel::Model;

use crate::args::Common;
use crate::audited::audited;
use crate::clock::SystemClock;
use crate::commands::threads;
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;

/// A tail of this length is worth saving, so that the next report need not fold it again.
const TAIL_WORTH_SAVING: u64 = 20_000;

/// What to report.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The report: a definition in the data directory's `reports`, or one that ships with Weir:
    /// abandonment, daily-pulse, weekly-abandonment, monthly-review
    #[arg(default_value = "abandonment")]
    name: String,
    /// The first instant: RFC 3339, a date, or relative to now; in place of the definition's range
    /// [default: the definition's, or -30d]
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    from: Option<String>,
    /// The instant after the last [default: the definition's, or now]
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    to: Option<String>,
    /// Where days begin: the name of an IANA time zone [default: the definition's, that of its
    /// schedule, as configured, or UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Only what was received up to this instant exists; a range in words, such as `previous week`,
    /// is the one before it [default: now]
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    as_of: Option<String>,
    /// What is counted: session, attempt or end_user [default: session]
    #[arg(long)]
    unit: Option<String>,
    /// How long silence lasts until it counts as leaving [default: 7d]
    #[arg(long, value_name = "LENGTH", allow_hyphen_values = true)]
    window: Option<String>,
    /// The periods of the trend: hour, day, week or month [default: day]
    #[arg(long)]
    bucket: Option<String>,
    /// Keep only this integration (may be repeated)
    #[arg(long, value_name = "NAME")]
    integration: Vec<String>,
    /// Keep only this feature (may be repeated; an empty one stands for none)
    #[arg(long)]
    feature: Vec<String>,
    /// Keep only those that ended at this screen (may be repeated; an empty one stands for none)
    #[arg(long)]
    state: Vec<String>,
    /// Keep only those that ended for this reason (may be repeated; an empty one stands for none)
    #[arg(long)]
    reason: Vec<String>,
    /// Keep only this outcome (may be repeated)
    #[arg(long)]
    outcome: Vec<String>,
    /// Break down by integration, feature, outcome, attempts, weekday or hour
    #[arg(long, value_name = "DIMENSION")]
    by: Option<String>,
    /// How to print it; parquet is a row for each session (or attempt, or end-user) and not the
    /// report's numbers
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Where to write it [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// How to print a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
    Html,
    Svg,
    Png,
    Pdf,
    Xlsx,
    Parquet,
}

/// Prints the report.
pub(crate) fn run(common: &Common, args: &Args) -> Outcome {
    let config = Config::read(common)?;
    let dir = config.data_dir();
    let asked = args.question(&dir, SystemClock.now(), &config.report.timezone)?;
    let catalogue = config.catalogue()?;
    if args.format.is_binary() && args.out.is_none() && std::io::stdout().is_terminal() {
        let format = args.format.name().to_ascii_uppercase();
        return Err(Failure::call(format!(
            "{format} is not for a terminal: name a file with --out"
        )));
    }
    let model = open_model(&dir)?;
    let write = || args.write(&asked, &model, &catalogue, config.server.public_url.as_deref());
    if args.format != Format::Parquet {
        // Numbers of many are for whoever has the files.
        return write();
    }
    audited(&dir, Did::Exported, "sessions as parquet", write)
}

/// The model at the log's head. A long tail is saved, where no other process is at work.
fn open_model(dir: &DataDir) -> Outcome<Model> {
    let mut progress = Progress::start("folding deliveries", 0);
    let opened = weir_projector::open(dir, threads(), |at, head| {
        progress.at(at.get(), head.get());
    });
    progress.finish();
    let mut opened = opened?;
    let tail = opened.model.position().since(opened.from_checkpoint);
    if TAIL_WORTH_SAVING <= tail
        && let Ok(lock) = dir.lock("weir report")
        && let Err(error) = opened.save(dir, &lock)
    {
        tracing::warn!(
            "the read model could not be saved, so the next report folds again: {error}"
        );
    }
    Ok(opened.model)
}

impl Format {
    /// Whether it is nothing that a person could read.
    fn is_binary(self) -> bool {
        matches!(self, Format::Png | Format::Pdf | Format::Xlsx | Format::Parquet)
    }

    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}
