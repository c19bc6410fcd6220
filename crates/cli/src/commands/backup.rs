//! `weir backup` and `weir restore`: a copy of the data directory that is proved, and the way back.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

use weir_audit::Did;
use weir_backup::{Restored, Taken, Upto};
use weir_domain::{Clock, Seq, Timestamp};
use weir_log::LogReader;

use crate::args::Common;
use crate::audited::{audited, caller, note};
use crate::clock::SystemClock;
use crate::commands::{counted, threads};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::progress::Stages;
use crate::vault;

/// How the audit record begins what it says of a backup that has the keys of sealed values.
pub(crate) const WITH_KEYS: &str = "with keys, ";
/// How places in object stores begin.
pub(crate) const STORE: &str = "s3:";

/// What to back up to.
#[derive(clap::Args, Debug)]
pub(crate) struct TakeArgs {
    /// The backup's place: a new or empty folder, or a path in a [[channels.s3]] of the
    /// configuration; one that has a backup is brought up to date
    #[arg(value_name = "DIR|s3:STORE/PATH")]
    place: Place,
    /// Prove only what is added, and compare no report
    #[arg(long)]
    quick: bool,
    /// Leave the keys of sealed personal values out, and out of what is there
    #[arg(long)]
    without_keys: bool,
    /// Print what the backup holds as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    scratch: ScratchArgs,
}

/// What to restore.
#[derive(clap::Args, Debug)]
pub(crate) struct RestoreArgs {
    /// The backup's place: a folder, or a path in a [[channels.s3]] of the configuration
    #[arg(value_name = "DIR|s3:STORE/PATH")]
    place: Place,
    /// Only up to here: the number of a delivery, or an instant (RFC 3339) after which nothing was
    /// received [default: all of it]
    #[arg(long, value_name = "SEQ|T")]
    to: Option<String>,
    /// Move what is in the data directory aside, into a folder in it
    #[arg(long)]
    replace: bool,
    /// Take a backup that did not come to its end: what it has is proved all the same
    #[arg(long)]
    unfinished: bool,
    #[command(flatten)]
    scratch: ScratchArgs,
}

/// Where there is room for a copy.
#[derive(clap::Args, Debug)]
struct ScratchArgs {
    /// With a store: where what is fetched from it is put meanwhile; it takes as much room as the log
    /// [default: the folder for temporary files]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

/// Where a backup lies.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Folder(PathBuf),
    Store { name: String, below: String },
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Place, String> {
        let Some(place) = text.strip_prefix(STORE) else {
            return Ok(Place::Folder(PathBuf::from(text)));
        };
        match place.split_once('/') {
            Some((name, below)) if !name.is_empty() && !below.is_empty() => {
                Ok(Place::Store { name: name.to_owned(), below: below.to_owned() })
            }
            _ => Err("write the name of a [[channels.s3]] and a path in it, such as \
                      s3:archive/weir"
                .to_owned()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => write!(f, "{}", folder.display()),
            Place::Store { name, below } => write!(f, "{STORE}{name}/{below}"),
        }
    }
}

impl ScratchArgs {
    /// A folder of its own, its owner's only, gone when this is.
    fn folder(&self) -> Outcome<tempfile::TempDir> {
        let within = self.scratch.clone().unwrap_or_else(std::env::temp_dir);
        tempfile::Builder::new().prefix("weir-backup-").tempdir_in(&within).map_err(|error| {
            Failure::work(format!(
                "no folder can be made in {}: {error}; name another one by --scratch",
                within.display()
            ))
        })
    }
}

/// What speaks to a store for reports speaks to it for backups.
struct Stored(weir_channel::Objects);

impl weir_backup::Objects for Stored {
    fn put(&self, key: &str, path: &Path) -> Result<(), String> {
        self.0.put(key, path)
    }

    fn fetch(&self, key: &str, into: &Path) -> Result<bool, String> {
        self.0.fetch(key, into)
    }
}

/// Makes a backup, or brings one up to date.
pub(crate) fn take(common: &Common, args: &TakeArgs) -> Outcome {
    let config = Config::read(common)?;
    let (source, keys) = (config.data_dir(), config.vault().path);
    let keys = (config.backup.keys && !args.without_keys).then_some(keys.as_path());
    let from = (&source, keys);
    let began = Instant::now();
    let mut stages = Stages::default();
    let made = (env!("CARGO_PKG_VERSION"), SystemClock.now());
    let mut progress = |stage, at, all| stages.at(stage, at, all);
    // Fails with the right words where there is no log; the record alone would make the folder.
    drop(LogReader::open(&source)?);
    let with_keys = if keys.is_some_and(Path::exists) { WITH_KEYS } else { "" };
    let taken = audited(&source, Did::BackedUp, &format!("{with_keys}{}", args.place), || {
        Ok(match &args.place {
            Place::Folder(folder) => {
                weir_backup::take(from, folder, made, args.quick, threads(), &mut progress)
            }
            Place::Store { name, below } => {
                let store = Stored(config.objects(name, below)?);
                let scratch = args.scratch.folder()?;
                let scratch = scratch.path();
                weir_backup::take_to_store(
                    from,
                    &store,
                    scratch,
                    made,
                    args.quick,
                    threads(),
                    &mut progress,
                )
            }
        }?)
    });
    stages.finish();
    let Taken { manifest, added } = taken?;
    if args.json {
        println!("{}", serde_json::to_string(&manifest)?);
        return Ok(());
    }
    println!(
        "{} holds {}, {} of them new, and {}",
        args.place,
        counted(manifest.deliveries, "delivery", "deliveries"),
        added,
        counted(manifest.files.len() as u64, "other file", "other files"),
    );
    println!("the last seal is {}", manifest.seal);
    println!(
        "{}, in {:.2} s",
        if args.quick {
            "what was added was proved on the way; without --quick all of it is"
        } else {
            "every seal was read again, and the copy gives the report that is served"
        },
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Makes a data directory from a backup.
pub(crate) fn restore(common: &Common, args: &RestoreArgs) -> Outcome {
    let config = Config::read(common)?;
    let (target, place) = (config.data_dir(), config.vault());
    let began = Instant::now();
    let upto = args.to.as_deref().map_or(Ok(Upto::End), upto)?;
    let mut stages = Stages::default();
    let mut progress = |stage, at, all| stages.at(stage, at, all);
    // A folder that was made from a store is gone when this is.
    let (_scratch, from) = match &args.place {
        Place::Folder(folder) => (None, folder.clone()),
        Place::Store { name, below } => {
            let (store, scratch) = (Stored(config.objects(name, below)?), args.scratch.folder()?);
            let folder = scratch.path().join("backup");
            weir_backup::fetch(&store, &folder, scratch.path(), &mut progress)?;
            (Some(scratch), folder)
        }
    };
    let mut restoring = || -> Outcome<Restored> {
        Ok(weir_backup::restore(
            &from,
            (&target, &place.path),
            upto,
            (args.replace, SystemClock.now()),
            args.unfinished,
            threads(),
            &mut progress,
        )?)
    };
    let what = args.place.to_string();
    let restored = if target.audit_file().exists() {
        audited(&target, Did::Restored, &what, restoring)
    } else {
        // The record comes out of the backup, too; what is begun before would stand in its place.
        restoring().inspect(|_| note(&target, caller(), Did::Restored, &what))
    };
    stages.finish();
    let restored = restored?;
    println!(
        "{} holds the backup of {}: {}{}",
        target.path().display(),
        restored.manifest.taken_at,
        counted(restored.head.get(), "delivery", "deliveries"),
        restored.last_received_at.map_or_else(String::new, |at| format!(", the last of {at}")),
    );
    println!(
        "every seal was read again{}, in {:.2} s",
        if restored.is_report_compared {
            ", and it gives the report that was backed up"
        } else {
            "; there is no report of this point to compare"
        },
        began.elapsed().as_secs_f64()
    );
    if let Some(aside) = restored.aside {
        println!("what was there before lies in {}; remove it when you are sure", aside.display());
    }
    tell_keys(&place)?;
    println!("the read model is folded at the next start of `weir serve`");
    Ok(())
}

/// Says where the keys of sealed values are, where that takes a thought.
fn tell_keys(place: &vault::Place) -> Outcome {
    let (wanted, restored) = (&place.path, place.dir.keys_file());
    let is_elsewhere = *wanted != restored;
    if is_elsewhere && wanted.exists() {
        println!("the keys of sealed values, {}, were left as they are", wanted.display());
    } else if is_elsewhere && restored.exists() {
        println!(
            "the keys of sealed values lie in {}; move them to {}, where the configuration says they are",
            restored.display(),
            wanted.display()
        );
    } else if !wanted.exists() && place.has_sealed_lately()? {
        println!(
            "the backup has no keys of its sealed values: pseudonyms are shown until the vault is at {}",
            wanted.display()
        );
    }
    Ok(())
}

fn upto(text: &str) -> Outcome<Upto> {
    if let Ok(seq) = text.parse::<u64>() {
        return Ok(Upto::Seq(Seq::new(seq)));
    }
    text.parse::<Timestamp>().map(Upto::Time).map_err(|_| {
        Failure::call(format!(
            "--to {text}: write the number of a delivery, or an instant such as 2026-03-01T12:00:00Z"
        ))
    })
}
