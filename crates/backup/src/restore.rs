//! A data directory made from a backup.

use std::fs;
use std::path::{Path, PathBuf};

use weir_domain::{Seq, Timestamp};
use weir_log::{DataDir, Lock, LogCopy, LogReader};

use crate::aside::{ASIDE_FILE, Aside, LOCK_FILE};
use crate::stage::Progress;
use crate::take::prove_seals;
use crate::{BackupError, Manifest, Stage, files, keys, proof, stores};

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
/// `keys` is where the vault with the keys of sealed personal values belongs. What is known to be
/// erased there stays so; a vault that is elsewhere stays as it is.
///
/// `is_unfinished_taken` says that a backup that did not come to its end will do.
///
/// # Errors
/// If `target` is in use, or has a log that is not to be replaced; if anything of the backup does
/// not hold; if anything cannot be read or written. What was there stays then.
pub fn restore(
    from: &Path,
    (target, keys): (&DataDir, &Path),
    upto: Upto,
    (is_replacing, now): (bool, Timestamp),
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
    let _lock = target.lock_to_restore("weir restore")?;
    if !is_replacing {
        refuse_occupied(target)?;
    }
    // What was there before lies together before it is asked for anything.
    if let Some(aside) = Aside::begun(target)? {
        aside.fill(target, now)?;
    }
    let making = DataDir::at(&target.restoring_dir());
    empty(&making)?;
    copy_log(&mut log, &making, end, progress)?;
    copy_files(&manifest, from, &making)?;
    let is_report_compared = prove(&manifest, &making, threads, progress)?;
    keys::take_over(target, keys, &making)?;
    let aside = swap(&making, target, now)?;
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

fn refuse_occupied(target: &DataDir) -> Result<(), BackupError> {
    if !target.log_file().exists() {
        return Ok(());
    }
    // Whatever is wrong with what is there is no reason to move it without being asked.
    let head = LogReader::open(target)
        .and_then(|log| log.head())
        .map_or_else(|_| "an unknown place".to_owned(), |head| head.to_string());
    Err(BackupError::Occupied { path: target.path().to_owned(), head })
}

/// Empties the folder that it is made in. The folder itself stays: without a log beside it, it says
/// that a restore did not come to its end; and so does what it says of what was there before.
fn empty(making: &DataDir) -> Result<(), BackupError> {
    making.create()?;
    for name in files::entries(making.path())?.into_iter().filter(|name| name != ASIDE_FILE) {
        let path = making.path().join(name);
        let removed =
            if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(BackupError::io(&path))?;
    }
    Ok(())
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
        fs::File::open(&to)
            .and_then(|file| weir_durable::sync_new(&file, &to))
            .map_err(BackupError::io(&to))?;
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
/// server takes the folder for a data directory.
fn swap(
    making: &DataDir,
    target: &DataDir,
    now: Timestamp,
) -> Result<Option<PathBuf>, BackupError> {
    let folder = target.path();
    let aside = match Aside::begun(target)? {
        Some(begun) => begun,
        None => Aside::begin(target, now)?,
    };
    let aside = aside.fill(target, now)?;
    let log = making.log_file();
    let mut names = files::entries(making.path())?;
    names.retain(|name| {
        ![LOCK_FILE, ASIDE_FILE].contains(&name.as_str()) && making.path().join(name) != log
    });
    // What was done here stays written down: it knows of all that the backup's does, or is another's.
    if target.audit_file().exists() {
        names.retain(|name| making.path().join(name) != making.audit_file());
    }
    for name in names {
        rename(&making.path().join(&name), &folder.join(&name))?;
    }
    files::sync_folder(folder)?;
    files::put(&log, &target.log_file())?;
    fs::remove_dir_all(making.path()).map_err(BackupError::io(making.path()))?;
    Ok(aside)
}

fn rename(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(from, to).map_err(BackupError::io(from))
}
