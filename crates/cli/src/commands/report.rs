//! `weir report`: print a report.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::ValueEnum;
use weir_domain::{Catalogue, Clock, Timestamp};
use weir_log::DataDir;
use weir_readmodel::Model;
use weir_report::{AskError, Asked, Definition, Query, Report, compute, render};

use crate::args::Common;
use crate::clock::SystemClock;
use crate::commands::{output, threads};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;

/// A tail of this length is worth saving, so that the next report need not fold it again.
const TAIL_WORTH_SAVING: u64 = 20_000;

/// The width of a table where there is no terminal to ask.
const TABLE_COLUMNS: usize = 100;

/// What to report.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The report: `abandonment`, or a definition that ships with Weir
    #[arg(default_value = "abandonment")]
    name: String,
    /// The first instant: RFC 3339, a date, or relative to now [default: -30d]
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    from: Option<String>,
    /// The instant after the last [default: now]
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    to: Option<String>,
    /// Where days begin: the name of an IANA time zone [default: UTC, or as configured]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Only what was received up to this instant exists [default: now]
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
    /// How to print it
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
}

/// Prints the report.
pub(crate) fn run(common: &Common, args: &Args) -> Outcome {
    let config = Config::read(common)?;
    let definition = args.definition()?;
    let query = args.query(definition, SystemClock.now(), &config.report.timezone)?;
    let catalogue = config.catalogue()?;
    if args.format == Format::Png && args.out.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::call("a PNG is not for a terminal: name a file with --out"));
    }
    let model = open_model(&config.data_dir())?;
    let report = compute(&model, &catalogue, &query, threads())
        .map_err(|error| Failure::call(error.to_string()))?;
    output::write(args.out.as_deref(), &args.render(&report, &catalogue)?)
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

impl Args {
    fn definition(&self) -> Outcome<Definition> {
        Definition::shipped(&self.name).ok_or_else(|| {
            let names: Vec<_> = Definition::shipped_names().collect();
            Failure::call(format!(
                "there is no report `{}`; there are {}",
                self.name,
                names.join(", ")
            ))
        })
    }

    /// The definition's question with the flags laid over it. Where its range is in words, it is
    /// the one around `--as-of`; `--from` and `--to` go in its place.
    fn query(&self, mut definition: Definition, now: Timestamp, tz: &str) -> Outcome<Query> {
        let wrong = |error: AskError| Failure::call(error.as_flag());
        if self.from.is_some() || self.to.is_some() {
            definition.range = None;
        }
        self.lay_over(&mut definition.ask);
        let mut at = now;
        if definition.range.is_some() && self.as_of.is_some() {
            let (as_of, tz) = (definition.ask.as_of.take(), definition.ask.tz.clone());
            at = Asked { as_of, tz, ..Asked::default() }.query(now).map_err(wrong)?.as_of;
        }
        definition.query(at, tz).map_err(wrong)
    }

    fn lay_over(&self, asked: &mut Asked) {
        let Args { from, to, tz, as_of, unit, window, bucket, by, .. } = self;
        for (flag, field) in [
            (from, &mut asked.from),
            (to, &mut asked.to),
            (tz, &mut asked.tz),
            (as_of, &mut asked.as_of),
            (unit, &mut asked.unit),
            (window, &mut asked.window),
            (bucket, &mut asked.bucket),
            (by, &mut asked.by),
        ] {
            if flag.is_some() {
                field.clone_from(flag);
            }
        }
        let Args { integration, feature, state, reason, outcome, .. } = self;
        for (flags, field) in [
            (integration, &mut asked.integration),
            (feature, &mut asked.feature),
            (state, &mut asked.state),
            (reason, &mut asked.reason),
            (outcome, &mut asked.outcome),
        ] {
            if !flags.is_empty() {
                field.clone_from(flags);
            }
        }
    }

    fn render(&self, report: &Report, catalogue: &Catalogue) -> Outcome<Vec<u8>> {
        Ok(match self.format {
            Format::Table => render::table(report, catalogue, &self.style()).into_bytes(),
            Format::Json => render::json(report).into_bytes(),
            Format::Csv => render::csv(report).into_bytes(),
            Format::Html => render::html(report, catalogue).into_bytes(),
            Format::Svg => render::svg(report, catalogue)?.into_bytes(),
            Format::Png => render::png(report, catalogue)?,
        })
    }

    fn style(&self) -> render::TableStyle {
        let terminal = self.out.is_none() && std::io::stdout().is_terminal();
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let asked = || Some(usize::from(console::Term::stdout().size_checked()?.1));
        render::TableStyle {
            width: columns.or_else(asked).unwrap_or(TABLE_COLUMNS),
            colour: terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}
