//! `weir import`: append a backlog to the log.

use std::path::PathBuf;

use weir_audit::Did;
use weir_domain::Clock;
use weir_ingest::Intake;
use weir_ingest::import::{self, INTEGRATION_DEFAULT, ImportOptions};
use weir_log::Log;

use crate::args::Common;
use crate::audited::audited;
use crate::clock::SystemClock;
use crate::commands::counted;
use crate::config::Config;
use crate::failure::Outcome;
use crate::progress::Progress;

/// What to import.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// What deliveries are filed under whose line does not say
    #[arg(long, value_name = "NAME", default_value = INTEGRATION_DEFAULT)]
    integration: String,
    /// Count a line that is not of the form and go on, instead of stopping there
    #[arg(long)]
    skip_bad_lines: bool,
    /// Files of JSON lines, plain, .gz or .zst; `-` is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Appends every file, in order.
pub(crate) fn run(common: &Common, args: &Args) -> Outcome {
    let config = Config::read(common)?;
    let dir = config.data_dir();
    let lock = dir.lock("weir import")?;
    let mut log = config.vault().intake(Log::open(&dir, &lock)?)?;
    let what = counted(args.files.len() as u64, "file", "files");
    audited(&dir, Did::Imported, &what, || append(&mut log, args))
}

fn append(log: &mut Intake, args: &Args) -> Outcome {
    for file in &args.files {
        let source = import::open(file)?;
        let total = source.bytes_total.unwrap_or(0);
        let bytes_read = source.bytes_read();
        let mut progress = Progress::start("importing (bytes)", total);
        let options = ImportOptions {
            file: source.name,
            default_integration: args.integration.clone(),
            skip_bad_lines: args.skip_bad_lines,
            now: SystemClock.now(),
        };
        let imported = import::import(source.reader, log, &options, |at| {
            progress.at(if total == 0 { at.bytes_read } else { bytes_read() }, total);
        });
        progress.finish();
        let imported = imported?;
        println!(
            "{}: {} appended",
            options.file,
            counted(imported.appended, "delivery", "deliveries")
        );
        if let Some(first) = &imported.first_skipped {
            eprintln!(
                "weir: {}: {} skipped, the first is line {}: {}",
                options.file,
                counted(imported.skipped, "line", "lines"),
                first.line,
                first.problem
            );
        }
    }
    Ok(())
}
