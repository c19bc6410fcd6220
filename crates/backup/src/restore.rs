//! A data directory made from a backup.

use std::fs;
use std::path::{Path, PathBuf};

use weir_domain::{Seq, Timestamp};
use weir_log::{DataDir, Lock, LogCopy, LogReader};

use crate::stage::Progress;
use crate::take::prove_seals;
use crate::{BackupError, Manifest, Stage, files, proof, stores};

/// Where the new data directory is made and proved, within the one that it is to be: a folder that
/// is mounted cannot be renamed, and what lies in it can.
const MAKING_DIR: &str = ".restoring";

/// What is kept of the folder beside what a restore puts there.
const LOCK_FILE: &str = "lock";

/// Up to where a backup is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upto {
    /// All of it.
    End,
    /// Up to and with this delivery.
    Seq(Seq),
    /// Up to the first delivery, in log order, that was received after this instant.
    Time(Timestamp),
}

/// What is done with a log that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// It stays, and nothing is restored.
    Never,
    /// It is moved into a folder of this name beside what is restored, and not removed.
    Into(Timestamp),
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup said of itself.
    pub manifest: Manifest,
    /// The last delivery that was restored.
    pub head: Seq,
    /// When it was received; none of an empty log.
    pub last_received_at: Option<Timestamp>,
    /// Where what was there before lies now; none if nothing was there.
    pub aside: Option<PathBuf>,
    /// Whether the report was compared with the backup's.
    pub is_report_compared: bool,
}

/// Makes `target` from the backup in `from`, up to `upto`. All of it is made beside and proved
/// before anything in `target` is touched: every seal, every file against its SHA-256, and, where
/// all of the backup is restored, the report that it gave.
///
/// `is_unfinished_taken` says that a backup that did not come to its end will do.
///
/// # Errors
/// If `target` is in use, or has a log that is not to be replaced; if anything of the backup does
/// not hold; if anything cannot be read or written. What was there stays then.
pub fn restore(
    from: &Path,
    target: &DataDir,
    upto: Upto,
    replaced: Replaced,
    is_unfinished_taken: bool,
    threads: usize,
    progress: Progress<'_>,
) -> Result<Restored, BackupError> {
    let manifest = whole_manifest(from, is_unfinished_taken)?;
    let source = DataDir::at(from);
    let mut log = LogReader::open(&source)?;
    refuse_shorter(&manifest, &log)?;
    let end = end(&log, upto)?;
    // Asked before anything is put in its place: after that, nothing may fail.
    let last = log.get(end)?.map(|last| last.delivery.received_at);
    let _lock = target.lock("weir restore")?;
    refuse_occupied(target, replaced)?;
    let making = DataDir::at(&target.path().join(MAKING_DIR));
    clear(making.path())?;
    copy_log(&mut log, &making, end, progress)?;
    copy_files(&manifest, from, &making)?;
    let is_report_compared = prove(&manifest, &making, threads, progress)?;
    let aside = swap(&making, target, replaced)?;
    Ok(Restored { manifest, head: end, last_received_at: last, aside, is_report_compared })
}

fn whole_manifest(from: &Path, is_unfinished_taken: bool) -> Result<Manifest, BackupError> {
    let manifest =
        Manifest::read(from)?.ok_or_else(|| BackupError::NoBackup { path: from.to_owned() })?;
    if !manifest.is_finished && !is_unfinished_taken {
        return Err(BackupError::Unfinished { path: from.to_owned() });
    }
    Ok(manifest)
}

/// Fails if the log does not hold what the manifest speaks of: its end may have been cut off.
fn refuse_shorter(manifest: &Manifest, log: &LogReader) -> Result<(), BackupError> {
    let wanted = Seq::new(manifest.deliveries);
    let found = log.seal_at(wanted)?;
    if manifest.ends_with(&found) {
        return Ok(());
    }
    Err(BackupError::Head { found: log.head()?, wanted })
}

fn end(log: &LogReader, upto: Upto) -> Result<Seq, BackupError> {
    let head = log.head()?;
    match upto {
        Upto::End => Ok(head),
        Upto::Seq(asked) if head < asked => Err(BackupError::Beyond { asked, head }),
        Upto::Seq(asked) => Ok(asked),
        Upto::Time(at) => Ok(log.seq_at(at)?),
    }
}

fn refuse_occupied(target: &DataDir, replaced: Replaced) -> Result<(), BackupError> {
    if replaced != Replaced::Never || !target.log_file().exists() {
        return Ok(());
    }
    // Whatever is wrong with what is there is no reason to move it without being asked.
    let head = LogReader::open(target)
        .and_then(|log| log.head())
        .map_or_else(|_| "an unknown place".to_owned(), |head| head.to_string());
    Err(BackupError::Occupied { path: target.path().to_owned(), head })
}

/// What a restore left that did not come to its end.
fn clear(folder: &Path) -> Result<(), BackupError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(BackupError::io(folder)(error))
        }
        _ => Ok(()),
    }
}

fn copy_log(
    log: &mut LogReader,
    making: &DataDir,
    end: Seq,
    progress: Progress<'_>,
) -> Result<(), BackupError> {
    let lock: Lock = making.lock("weir restore")?;
    LogCopy::open(making, &lock)?.follow(log, end, |at| {
        progress(Stage::Copying, at.get(), end.get());
    })?;
    Ok(())
}

fn copy_files(manifest: &Manifest, from: &Path, making: &DataDir) -> Result<(), BackupError> {
    for part in &manifest.files {
        let (from, to) = (from.join(&part.name), making.path().join(&part.name));
        files::prove(&from, part)?;
        files::make_folder_of(&to)?;
        fs::copy(&from, &to).map_err(BackupError::io(&to))?;
        fs::File::open(&to).and_then(|file| file.sync_all()).map_err(BackupError::io(&to))?;
        files::prove(&to, part)?;
        if to.extension().is_some_and(|extension| extension == "db") {
            stores::check(&to)?;
        }
    }
    Ok(())
}

/// Whether the report was compared: it can be where all that the manifest speaks of is there.
fn prove(
    manifest: &Manifest,
    making: &DataDir,
    threads: usize,
    progress: Progress<'_>,
) -> Result<bool, BackupError> {
    let log = LogReader::open(making)?;
    let head = log.seal_at(log.head()?)?;
    drop(log);
    prove_seals(making, head, progress)?;
    let Some(wanted) = manifest.report_sha256.as_ref().filter(|_| manifest.ends_with(&head)) else {
        return Ok(false);
    };
    if proof::folded(making, head.last, threads, progress)? != *wanted {
        return Err(BackupError::Report { than: "the backup's manifest says" });
    }
    Ok(true)
}

/// Moves what is there aside and what was made into its place, the log last: until it is there, no
/// server takes the folder for a data directory that is whole.
fn swap(
    making: &DataDir,
    target: &DataDir,
    replaced: Replaced,
) -> Result<Option<PathBuf>, BackupError> {
    let folder = target.path();
    let aside = match replaced {
        Replaced::Into(now) => move_aside(target, now)?,
        Replaced::Never => None,
    };
    // Whatever it was folded from, it was another log.
    for stale in entries(folder)?.into_iter().filter(|name| name.starts_with("read.db")) {
        let stale = folder.join(stale);
        fs::remove_file(&stale).map_err(BackupError::io(&stale))?;
    }
    let log = making.log_file();
    let mut names = entries(making.path())?;
    names.retain(|name| name != LOCK_FILE && making.path().join(name) != log);
    for name in names {
        let to = folder.join(&name);
        if to.is_dir() {
            // Definitions that were there before anything was received.
            merge(&making.path().join(&name), &to)?;
        } else {
            rename(&making.path().join(&name), &to)?;
        }
    }
    files::sync_folder(folder)?;
    files::put(&log, &target.log_file())?;
    clear(making.path())?;
    Ok(aside)
}

/// Moves everything but the lock into a folder of its own, the log first.
fn move_aside(target: &DataDir, now: Timestamp) -> Result<Option<PathBuf>, BackupError> {
    let folder = target.path();
    let mut names = entries(folder)?;
    names.retain(|name| {
        ![LOCK_FILE, MAKING_DIR, "lost+found"].contains(&name.as_str())
            && !name.starts_with("before-restore-")
    });
    if names.is_empty() {
        return Ok(None);
    }
    names.sort_by_key(|name| !name.starts_with("log.db"));
    let stamp: String = now.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    let aside = folder.join(format!("before-restore-{stamp}"));
    files::make_folder_of(&aside.join("x"))?;
    for name in names {
        rename(&folder.join(&name), &aside.join(&name))?;
    }
    files::sync_folder(&aside)?;
    files::sync_folder(folder)?;
    Ok(Some(aside))
}

fn merge(from: &Path, to: &Path) -> Result<(), BackupError> {
    for name in entries(from)? {
        rename(&from.join(&name), &to.join(&name))?;
    }
    files::sync_folder(to)
}

fn rename(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(from, to).map_err(BackupError::io(from))
}

fn entries(folder: &Path) -> Result<Vec<String>, BackupError> {
    let read = fs::read_dir(folder).map_err(BackupError::io(folder))?;
    read.map(|entry| {
        let entry = entry.map_err(BackupError::io(folder))?;
        Ok(entry.file_name().to_string_lossy().into_owned())
    })
    .collect()
}
