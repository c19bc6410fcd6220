//! `weir seal`: a log in which personal values stand in plain becomes one in which they are sealed.

use std::fs::{self, File};
use std::io::{BufRead, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use weir_audit::Did;
use weir_domain::{Clock, Delivery, Seq, Timestamp};
use weir_log::{DataDir, Lock, Log, LogReader};
use weir_privacy::{Keyring, Stored, Vault};
use weir_projector::fold;
use weir_readmodel::Model;

use crate::args::Common;
use crate::audited::audited;
use crate::clock::SystemClock;
use crate::commands::counted;
use crate::commands::erase::reports;
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;

/// Deliveries in one commit.
const GROUP_DELIVERIES: u64 = 4_096;

/// The folder that the sealed log is made in, within the data directory.
const MAKING: &str = ".sealing";

/// How to seal what is there.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Keep the old log, with its values in plain, in this folder [default: it is deleted]
    #[arg(long, value_name = "DIR")]
    keep_old: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// What a sealed copy of a log came to.
struct Made {
    head: Seq,
    /// Deliveries that were sealed now.
    sealed: u64,
    old_seal: String,
    new_seal: String,
}

/// Seals, proves, and swaps.
pub(crate) fn run(common: &Common, args: &Args) -> Outcome {
    let config = Config::read(common)?;
    let (dir, place) = (config.data_dir(), config.vault());
    if !place.seal {
        return Err(Failure::call(
            "what is received would still come in plain: set `seal = true` in [privacy] first",
        ));
    }
    let lock = dir.lock("weir seal")?;
    place.refuse_lost()?;
    confirm(args)?;
    let making = DataDir::at(&dir.path().join(MAKING));
    remove_folder(making.path())?;
    let head = LogReader::open(&dir)?.head()?;
    let what = format!("log, up to delivery {head}");
    let made = audited(&dir, Did::Sealed, &what, || {
        let made = make(&dir, &making, Vault::open(&place.path)?)?;
        let vault = Vault::open(&place.path)?;
        prove(&dir, &making, &vault, &made)?;
        swap(&dir, &lock, &making, args.keep_old.as_deref())?;
        Ok(made)
    })?;
    remove_folder(making.path())?;
    tell(&made, args.keep_old.as_deref());
    Ok(())
}

/// Copies the log, each plain body sealed; what is sealed already stays as it is.
fn make(dir: &DataDir, making: &DataDir, vault: Vault) -> Outcome<Made> {
    let mut reader = LogReader::open(dir)?;
    let head = reader.head()?;
    let lock: Lock = making.lock("weir seal")?;
    let mut log = Log::open(making, &lock)?;
    let mut ring = Keyring::of(vault)?;
    let mut progress = Progress::start("sealing deliveries", head.get());
    let (mut at, mut sealed) = (Seq::START, 0);
    while at < head {
        let mut group = Vec::new();
        reader.read(at, GROUP_DELIVERIES.min(head.since(at)), |row| -> Outcome {
            at = row.seq;
            group.push(row.to_recorded().delivery);
            Ok(())
        })?;
        if group.is_empty() {
            break;
        }
        let (group, count) = sealed_group(&mut ring, group, SystemClock.now())?;
        sealed += count;
        log.append(&group)?;
        progress.at(at.get(), head.get());
    }
    progress.finish();
    drop(log);
    let seal = |dir: &DataDir| -> Outcome<String> {
        let reader = LogReader::open(dir)?;
        Ok(hex::encode(reader.seal_at(reader.head()?)?.hash))
    };
    Ok(Made { head, sealed, old_seal: seal(dir)?, new_seal: seal(making)? })
}

/// The group with its plain bodies sealed, and how many these were.
fn sealed_group(
    ring: &mut Keyring,
    group: Vec<Delivery>,
    now: Timestamp,
) -> Outcome<(Vec<Delivery>, u64)> {
    let plain = |delivery: &Delivery| match Stored::read(&delivery.body) {
        Stored::Plain(body) => Some(Delivery { body: body.to_vec(), ..delivery.clone() }),
        Stored::Sealed(_) | Stored::Whole(_) => None,
    };
    let plains: Vec<_> = group.iter().filter_map(plain).collect();
    let mut sealed = ring.seal(&plains, now)?.into_iter();
    let mut count = 0;
    let mut all = Vec::with_capacity(group.len());
    for delivery in group {
        match Stored::read(&delivery.body) {
            Stored::Plain(_) => {
                let made = sealed.next().unwrap_or(delivery);
                count += u64::from(!matches!(Stored::read(&made.body), Stored::Plain(_)));
                all.push(made);
            }
            Stored::Sealed(_) | Stored::Whole(_) => all.push(delivery),
        }
    }
    Ok((all, count))
}

/// Holds every delivery of the copy against the original, and the reports of the two.
fn prove(dir: &DataDir, making: &DataDir, vault: &Vault, made: &Made) -> Outcome {
    let (mut old, mut new) = (LogReader::open(dir)?, LogReader::open(making)?);
    let (mut before, mut after) = (Model::default(), Model::default());
    let mut dropped = 0;
    let mut progress = Progress::start("proving deliveries", made.head.get());
    let mut at = Seq::START;
    while at < made.head {
        let mut group = Vec::new();
        old.read(at, GROUP_DELIVERIES, |row| -> Outcome {
            group.push(row.to_recorded());
            Ok(())
        })?;
        let mut originals = group.iter();
        new.read(at, GROUP_DELIVERIES, |row| -> Outcome {
            let differs = || {
                Failure::work(format!(
                    "delivery {} of the sealed log is not the original: nothing was replaced; \
                     report this",
                    row.seq
                ))
            };
            let original = originals.next().ok_or_else(differs)?;
            let wanted = weir_privacy::opened(Some(vault), &original.delivery.body)?;
            let found = vault.open_body(row.body)?;
            let is_same = original.delivery.received_at == row.received_at
                && original.delivery.origin == *row.origin
                && original.seq == row.seq;
            let is_dropped = found.withheld.len() > wanted.withheld.len();
            dropped += u64::from(is_dropped);
            if !is_same || (!is_dropped && wanted.body != found.body) {
                return Err(differs());
            }
            let integration = &row.origin.integration;
            fold(&mut before, row.seq, row.received_at, integration, &wanted.body);
            fold(&mut after, row.seq, row.received_at, integration, row.body);
            Ok(())
        })?;
        let Some(last) = group.last() else { break };
        at = last.seq;
        progress.at(at.get(), made.head.get());
    }
    progress.finish();
    if let Some(finding) = new.verify(|_| ())?.finding {
        return Err(Failure::work(format!("the sealed log does not hold: {finding}")));
    }
    // Whoever was erased and stood in plain since was two end-users, and is one now.
    let units = if dropped == 0 { 3 } else { 2 };
    if reports(&before)?[..units] != reports(&after)?[..units] {
        return Err(Failure::work(
            "the sealed log gives another report: nothing was replaced; report this",
        ));
    }
    if 0 < dropped {
        println!(
            "{} of somebody who is erased, or of months that are not kept: not kept now",
            counted(dropped, "delivery has a value", "deliveries have values")
        );
    }
    Ok(())
}

/// Puts the sealed log in the place of the old one. At every instant one of the two is there.
fn swap(dir: &DataDir, lock: &Lock, making: &DataDir, keep_old: Option<&Path>) -> Outcome {
    let (log, new) = (dir.log_file(), making.log_file());
    // Its last connection moves the journal into it.
    drop(Log::open(dir, lock)?);
    refuse_journal(&log)?;
    refuse_journal(&new)?;
    File::open(&new)?.sync_all()?;
    if let Some(folder) = keep_old {
        fs::create_dir_all(folder)?;
        let kept = folder.join("log.db");
        if kept.exists() {
            return Err(Failure::call(format!(
                "{} is there already; name another folder with --keep-old",
                kept.display()
            )));
        }
        fs::copy(&log, &kept)?;
        File::open(&kept)?.sync_all()?;
        File::open(folder)?.sync_all()?;
    }
    fs::rename(&new, &log)?;
    File::open(dir.path())?.sync_all()?;
    // It was folded from the old one, and has end-users by their names.
    for suffix in ["", "-wal", "-shm"] {
        let mut path = dir.read_file().into_os_string();
        path.push(suffix);
        remove_file(Path::new(&path))?;
    }
    Ok(())
}

/// A journal that is left would be taken for the other log's.
fn refuse_journal(log: &Path) -> Outcome {
    let mut journal = log.as_os_str().to_owned();
    journal.push("-wal");
    let journal = PathBuf::from(journal);
    match fs::metadata(&journal) {
        Ok(there) if 0 < there.len() => Err(Failure::work(format!(
            "{} is in use: end whoever reads the log, and run the same again",
            journal.display()
        ))),
        _ => remove_file(&journal),
    }
}

fn remove_file(path: &Path) -> Outcome {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn remove_folder(path: &Path) -> Outcome {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn confirm(args: &Args) -> Outcome {
    if args.yes {
        return Ok(());
    }
    let consequence = match &args.keep_old {
        Some(_) => "the log is replaced",
        None => "the log is replaced, and the old one deleted",
    };
    if !std::io::stdin().is_terminal() {
        return Err(Failure::call(format!("{consequence}; say so with --yes")));
    }
    eprint!("{consequence}; seal? (yes/no) ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::call("nothing was sealed"))
}

fn tell(made: &Made, keep_old: Option<&Path>) {
    let Made { head, sealed, old_seal, new_seal } = made;
    println!("{} of {head} sealed", counted(*sealed, "delivery", "deliveries"));
    println!("every one opens to the same bytes, every seal holds, and the reports are equal");
    println!("the last seal was {old_seal}");
    println!("the last seal is  {new_seal}");
    println!(
        "heads that were noted elsewhere, and backups, are of the old log: note a head, and begin a new backup"
    );
    if let Some(folder) = keep_old {
        println!("the old log, in plain, lies in {}", folder.display());
    }
    println!("the read model is folded at the next start of `weir serve`");
}
