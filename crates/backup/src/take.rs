//! A backup made, or brought up to date.

use std::fs;
use std::path::Path;

use weir_domain::{Seq, Timestamp};
use weir_log::{DataDir, Lock, LogCopy, LogReader, Seal};

use crate::stage::Progress;
use crate::{BackupError, MANIFEST_FILE, Manifest, Stage, files, proof, stores};

/// What was backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What the backup says of itself now.
    pub manifest: Manifest,
    /// How many deliveries were added to it; all of them, where it was made.
    pub added: u64,
}

/// Makes a backup of `source` in the folder `to`, or brings the one that is there up to date, while
/// a server may be at work. It is proved before it is called finished: every seal is read again from
/// the copy's file, and the copy, folded from zero, gives the report that `source` gives.
///
/// `keys` is the vault with the keys of sealed personal values, if it is to be in the backup.
///
/// With `is_quick` only what was added is proved, on the way.
///
/// # Errors
/// If anything cannot be read, written or proved. What the backup held before, it holds.
pub fn take(
    (source, keys): (&DataDir, Option<&Path>),
    to: &Path,
    (weir, now): (&str, Timestamp),
    is_quick: bool,
    threads: usize,
    progress: Progress<'_>,
) -> Result<Taken, BackupError> {
    let mut log = LogReader::open(source)?;
    let target = DataDir::at(to);
    let lock = claim(source, &target)?;
    let (head, wanted) = served(source, &log, is_quick, threads, progress)?;
    if Manifest::read(to)?.is_none() {
        // First of all: what is cut off in the making is known for a backup.
        Manifest::begun(weir, now, Seal::GENESIS).write(to)?;
    }
    let mut copy = LogCopy::open(&target, &lock)?;
    // A backup of another log stays as it is, and finished.
    copy.recognise(&log)?;
    // Where nothing has been added since, what was proved then still is.
    let before = Manifest::read(to)?.filter(|before| before.ends_with(&head));
    Manifest::begun(weir, now, copy.head()).write(to)?;
    let added = copy.follow(&mut log, head.last, |at| {
        progress(Stage::Copying, at.get(), head.last.get());
    })?;
    let copied = copy.head();
    drop(copy);
    if copied != head {
        return Err(BackupError::Head { found: copied.last, wanted: head.last });
    }
    let mut manifest = Manifest::begun(weir, now, head);
    manifest.files = stores::copy(source, keys, &target)?;
    manifest.files.extend(files::copy(source, &target)?);
    if let Some(wanted) = wanted {
        prove_seals(&target, head, progress)?;
        if proof::folded(&target, head.last, threads, progress)? != wanted {
            return Err(BackupError::Report { than: "what is served" });
        }
        manifest.report_sha256 = Some(wanted);
    } else {
        manifest.report_sha256 = before.and_then(|before| before.report_sha256);
    }
    manifest.is_finished = true;
    manifest.write(to)?;
    Ok(Taken { manifest, added })
}

/// Takes the folder for this backup alone, if it is one for backups.
fn claim(source: &DataDir, target: &DataDir) -> Result<Lock, BackupError> {
    let folder = target.path();
    if source.holds(folder).map_err(BackupError::io(folder))? {
        return Err(BackupError::Itself { path: folder.to_owned() });
    }
    refuse_other(folder)?;
    Ok(target.lock_to_back_up("weir backup")?)
}

/// Fails if the folder holds what is no backup.
fn refuse_other(folder: &Path) -> Result<(), BackupError> {
    if Manifest::read(folder)?.is_some() || !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(BackupError::io(folder))? {
        let entry = entry.map_err(BackupError::io(folder))?;
        let found = entry.file_name().to_string_lossy().into_owned();
        // What a backup that ended at once has left, and what a disk brings.
        if !["lock", "lost+found", &format!(".{MANIFEST_FILE}.new")].contains(&found.as_str()) {
            return Err(BackupError::NotOurs { path: folder.to_owned(), found });
        }
    }
    Ok(())
}

/// Up to where the backup goes, and the report that it must give then; none if that is left out.
pub(crate) fn served(
    source: &DataDir,
    log: &LogReader,
    is_quick: bool,
    threads: usize,
    progress: Progress<'_>,
) -> Result<(Seal, Option<String>), BackupError> {
    if is_quick {
        return Ok((log.seal_at(log.head()?)?, None));
    }
    let opened = weir_projector::open(source, threads, |at, head| {
        progress(Stage::Asking, at.get(), head.get());
    })?;
    let report = proof::report(&opened.model, threads);
    Ok((log.seal_at(opened.model.position())?, Some(report)))
}

/// Reads every seal of the log in `dir` again; it must end with `head`.
pub(crate) fn prove_seals(
    dir: &DataDir,
    head: Seal,
    progress: Progress<'_>,
) -> Result<(), BackupError> {
    let verified = LogReader::open(dir)?.verify(|at: Seq| {
        progress(Stage::Proving, at.get(), head.last.get());
    })?;
    if let Some(finding) = verified.finding {
        return Err(BackupError::Damaged(finding));
    }
    if verified.head != head {
        return Err(BackupError::Head { found: verified.head.last, wanted: head.last });
    }
    Ok(())
}
