//! `weir audit`: who saw, took along, changed and erased what.

use std::io::Write;
use std::path::{Path, PathBuf};

use weir_audit::{Deed, Did, ENTRIES_MAX, Filter, Finding, Head, Record};
use weir_domain::{Clock, Timestamp};
use weir_log::DataDir;
use weir_report::Asked;
use weir_report::render::safe_text;

use crate::args::Common;
use crate::audited::record;
use crate::clock::SystemClock;
use crate::commands::{counted, output};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::heads;

/// Which deeds, or what to do with the record.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only from this instant on: RFC 3339, a date, or relative to now, such as -7d
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    since: Option<String>,
    /// Only before this instant
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    until: Option<String>,
    /// Only by somebody whose name has this in it
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// Only deeds of this kind, such as saw-session or exported
    #[arg(long, value_name = "VERB", value_parser = did)]
    did: Option<Did>,
    /// Only to what has this in its name or number
    #[arg(long, value_name = "TEXT")]
    what: Option<String>,
    /// As JSON, a line each
    #[arg(long)]
    json: bool,
}

/// What to do with the record.
#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Read every entry again
    Verify {
        /// Heads that were noted elsewhere, a line each: the record must go on from every one of them
        #[arg(long, value_name = "FILE")]
        heads: Option<PathBuf>,
        /// The public key that signed them [default: that of the data directory]
        #[arg(long, value_name = "HEX", requires = "heads")]
        key: Option<String>,
    },
    /// Print where the record ends, signed: kept elsewhere, it shows whether the end was cut off
    Head {
        /// Append it to this file as a line [default: stdout]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Does it.
pub(crate) fn run(common: &Common, args: &Args) -> Outcome {
    let config = Config::read(common)?;
    let dir = config.data_dir();
    match &args.command {
        None => list(&dir, args, &config.report.timezone),
        Some(Command::Verify { heads, key }) => verify(&dir, heads.as_deref(), key.as_deref()),
        Some(Command::Head { out }) => heads::tell::<Head>(&dir, out.as_deref()),
    }
}

/// Prints the deeds, the newest first.
fn list(dir: &DataDir, args: &Args, timezone: &str) -> Outcome {
    let filter = Filter {
        since: instant("since", args.since.as_deref(), timezone)?,
        until: instant("until", args.until.as_deref(), timezone)?,
        who: args.who.clone(),
        did: args.did,
        what: args.what.clone(),
    };
    let Some(record) = Record::open(&dir.audit_file())? else {
        eprintln!("weir: nothing has been recorded in {} yet", dir.path().display());
        return Ok(());
    };
    let mut output = output::open(None)?;
    let mut before = None;
    loop {
        let page = record.entries(&filter, before, ENTRIES_MAX)?;
        for deed in &page.deeds {
            let line = if args.json { serde_json::to_string(deed)? } else { line(deed) };
            writeln!(output, "{line}").map_err(|error| output::wrong(None, error))?;
        }
        before = page.before;
        if before.is_none() {
            break;
        }
    }
    output.finish().map_err(|error| output::wrong(None, error))
}

fn line(deed: &Deed) -> String {
    let shown = |text: &str| safe_text(text, 200);
    let from =
        deed.from.as_deref().map_or_else(String::new, |from| format!(" from {}", shown(from)));
    let what =
        if deed.what.is_empty() { String::new() } else { format!(": {}", shown(&deed.what)) };
    format!(
        "{:>6}  {}  {:8} {}  {} {}{from}{what}",
        deed.seq,
        deed.at,
        deed.outcome,
        deed.did,
        deed.who_kind,
        shown(&deed.who)
    )
}

/// An instant as reports take it.
fn instant(flag: &str, text: Option<&str>, timezone: &str) -> Outcome<Option<Timestamp>> {
    let Some(text) = text else { return Ok(None) };
    let asked = Asked {
        from: Some(text.to_owned()),
        // After everything, so that only `from` can be wrong.
        to: Some("9999-01-01T00:00:00Z".to_owned()),
        tz: Some(timezone.to_owned()),
        ..Asked::default()
    };
    match asked.query(SystemClock.now()) {
        Ok(query) => Ok(Some(query.from)),
        Err(error) => Err(Failure::call(error.as_flag().replace("--from", &format!("--{flag}")))),
    }
}

fn verify(dir: &DataDir, heads: Option<&Path>, key: Option<&str>) -> Outcome {
    let record = record(dir)?;
    let noted = heads::noted(dir, heads, key)?;
    let verified = record.verify()?;
    let holds =
        format!("{} of the audit record hold", counted(verified.entries, "entry", "entries"));
    let finding = match verified.finding {
        None => first_wrong(&record, &noted)?,
        found => found,
    };
    if let Some(finding) = finding {
        let keep = "keep the file as it is, and compare it with that of a backup";
        return Err(Failure::work(format!("{finding}; {holds}; {keep}")));
    }
    println!("{holds}; the last hash is {}", verified.hash);
    if !noted.is_empty() {
        println!("it goes on from {}", counted(noted.len() as u64, "noted head", "noted heads"));
    }
    Ok(())
}

/// What the first head says that the record does not go on from.
fn first_wrong(record: &Record, noted: &[Head]) -> Outcome<Option<Finding>> {
    for head in noted {
        if let Some(finding) = record.judge(head)? {
            return Ok(Some(finding));
        }
    }
    Ok(None)
}

fn did(name: &str) -> Result<Did, String> {
    name.parse().map_err(|()| {
        let names: Vec<_> = Did::ALL.iter().map(|did| did.name()).collect();
        format!("the kinds are {}", names.join(", "))
    })
}
