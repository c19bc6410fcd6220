//! `weir log`: what the log holds, whether it is whole, and a copy of it as lines.

use std::io::Write;
use std::path::{Path, PathBuf};

use weir_audit::Did;
use weir_domain::Seq;
use weir_ingest::import::{export_line, export_redacted_line};
use weir_log::{DataDir, Finding, Head, LogReader};
use weir_privacy::Vault;

use crate::args::Common;
use crate::audited::audited;
use crate::commands::{counted, output};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::heads;
use crate::progress::Progress;

/// What to do with the log.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum Command {
    /// Print what the log holds
    Stats {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Read every row and seal again
    Verify {
        /// Heads that were noted elsewhere, a line each: the log must go on from every one of them
        #[arg(long, value_name = "FILE")]
        heads: Option<PathBuf>,
        /// The public key that signed them [default: that of the data directory]
        #[arg(long, value_name = "HEX", requires = "heads")]
        key: Option<String>,
    },
    /// Print where the log ends, signed: kept elsewhere, it shows whether the end was cut off
    Head {
        /// Append it to this file as a line [default: stdout]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Print every delivery as a line that `weir import` reads back to the same bytes
    Export {
        /// Where to write them; packed where the name ends in .zst or .gz [default: stdout]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Does it.
pub(crate) fn run(common: &Common, command: &Command) -> Outcome {
    let config = Config::read(common)?;
    let dir = config.data_dir();
    match command {
        Command::Stats { json } => stats(&dir, *json),
        Command::Verify { heads, key } => verify(&dir, heads.as_deref(), key.as_deref()),
        Command::Head { out } => heads::tell::<Head>(&dir, out.as_deref()),
        Command::Export { out } => export(&dir, config.vault().reading()?.as_ref(), out.as_ref()),
    }
}

fn stats(dir: &DataDir, json: bool) -> Outcome {
    let stats = LogReader::open(dir)?.stats()?;
    if json {
        println!("{}", serde_json::to_string(&stats)?);
        return Ok(());
    }
    println!("deliveries      {}", stats.deliveries);
    println!("sealed groups   {}", stats.seals);
    println!("body bytes      {}", stats.body_bytes);
    println!("file bytes      {}", stats.file_bytes);
    if let (Some(first), Some(last)) = (stats.first_received_at, stats.last_received_at) {
        println!("received        {first} to {last}");
    }
    for one in &stats.integrations {
        println!(
            "integration     {}: {} deliveries, {} to {}",
            one.integration, one.deliveries, one.first_received_at, one.last_received_at
        );
    }
    Ok(())
}

fn verify(dir: &DataDir, heads: Option<&Path>, key: Option<&str>) -> Outcome {
    let mut reader = LogReader::open(dir)?;
    let noted = heads::noted(dir, heads, key)?;
    let head = reader.head()?;
    let mut progress = Progress::start("verifying deliveries", head.get());
    let verified = reader.verify(|at| progress.at(at.get(), head.get()));
    progress.finish();
    let verified = verified?;
    let holds = format!(
        "{} deliveries in {} sealed groups hold, up to delivery {}",
        verified.deliveries, verified.seals, verified.head.last
    );
    let finding = match verified.finding {
        None => first_wrong(&reader, &noted)?,
        found => found,
    };
    match finding {
        None => {
            let seal: String =
                verified.head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
            println!("{holds}; the last seal is {seal}");
            if !noted.is_empty() {
                println!(
                    "it goes on from {}",
                    counted(noted.len() as u64, "noted head", "noted heads")
                );
            }
            Ok(())
        }
        Some(finding) => {
            Err(Failure::work(format!("{finding}; {holds}; restore a backup of the rest")))
        }
    }
}

/// What the first head says that the log does not go on from.
fn first_wrong(reader: &LogReader, noted: &[Head]) -> Outcome<Option<Finding>> {
    for head in noted {
        if let Some(finding) = reader.judge(head)? {
            return Ok(Some(finding));
        }
    }
    Ok(None)
}

fn export(dir: &DataDir, vault: Option<&Vault>, out: Option<&PathBuf>) -> Outcome {
    let mut reader = LogReader::open(dir)?;
    let head = reader.head()?;
    let what = format!("log, up to delivery {head}");
    let path = out.map(PathBuf::as_path);
    audited(dir, Did::Exported, &what, || write(&mut reader, head, vault, path))
}

fn write(reader: &mut LogReader, head: Seq, vault: Option<&Vault>, path: Option<&Path>) -> Outcome {
    let mut output = output::open(path)?;
    let mut progress = path.map(|_| Progress::start("exporting deliveries", head.get()));
    let mut redacted = 0;
    reader.read(Seq::START, head.get(), |row| -> Outcome {
        if let Some(progress) = &mut progress {
            progress.at(row.seq.get(), head.get());
        }
        let opened = weir_privacy::opened(vault, row.body)?;
        let (at, integration) = (row.received_at, &row.origin.integration);
        let line = if opened.withheld.is_empty() {
            export_line(at, integration, &opened.body)
        } else {
            redacted += 1;
            export_redacted_line(at, integration, &opened.body)
        };
        output
            .write_all(line.as_bytes())
            .and_then(|()| if line.ends_with('\n') { Ok(()) } else { output.write_all(b"\n") })
            .map_err(|error| output::wrong(path, error))
    })?;
    output.finish().map_err(|error| output::wrong(path, error))?;
    if let Some(progress) = progress {
        progress.finish();
    }
    if 0 < redacted {
        eprintln!(
            "weir: {} marked `redacted`: personal values whose keys are gone are pseudonyms there",
            counted(redacted, "line is", "lines are")
        );
    }
    Ok(())
}
