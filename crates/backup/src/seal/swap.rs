//! The sealed log in the place of the old one. At every instant one of the two is there.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use weir_durable::{beside, put};
use weir_log::{DataDir, Lock, Log};

use super::SealError;
use super::make::Making;

/// The folder that the log of `dir` is to be put into. None if it lies there already: one that was cut
/// off later had put it there.
pub(super) fn place_to_keep(
    folder: &Path,
    dir: &DataDir,
    lock: &Lock,
) -> Result<Option<DataDir>, SealError> {
    let kept = DataDir::at(folder);
    let path = kept.log_file();
    if !path.exists() {
        return Ok(Some(kept));
    }
    settle(dir, lock)?;
    if is_same(&dir.log_file(), &path)? { Ok(None) } else { Err(SealError::Taken { path }) }
}

/// Puts the log that was made in the place of that of `dir`.
pub(super) fn swap(
    dir: &DataDir,
    lock: &Lock,
    making: &Making,
    kept: Option<&DataDir>,
) -> Result<(), SealError> {
    settle(dir, lock)?;
    settle(&making.dir, &making.lock)?;
    let (old, new) = (dir.log_file(), making.dir.log_file());
    // A journal that came back would be taken for the new log's.
    sync(dir.path())?;
    sync(&new)?;
    if let Some(kept) = kept {
        kept.create()?;
        let path = kept.log_file();
        let beside = beside(&path);
        fs::copy(&old, &beside).map_err(SealError::io(&beside))?;
        sync(&beside)?;
        put(&beside, &path).map_err(SealError::io(&path))?;
    }
    remove_read_model(dir)?;
    put(&new, &old).map_err(SealError::io(&old))
}

/// It was folded from the old log, and has end-users by their names: nobody may find it beside the new one,
/// even where this is cut off.
fn remove_read_model(dir: &DataDir) -> Result<(), SealError> {
    for suffix in SUFFIXES {
        let path = with(&dir.read_file(), suffix);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(SealError::io(&path)(error));
            }
            _ => {}
        }
    }
    sync(dir.path())
}

/// What a database of SQLite's has beside it, and nothing.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// Moves the journal of a log into it. What is left beside a log when its last user ends would be
/// taken for the other log's: whoever has it open must end.
fn settle(dir: &DataDir, lock: &Lock) -> Result<(), SealError> {
    drop(Log::open(dir, lock)?);
    let left = SUFFIXES[1..].iter().map(|suffix| with(&dir.log_file(), suffix));
    match left.into_iter().find(|path| path.exists()) {
        Some(path) => Err(SealError::InUse { path }),
        None => Ok(()),
    }
}

/// Whether two files have the same bytes.
fn is_same(one: &Path, other: &Path) -> Result<bool, SealError> {
    let open = |path| File::open(path).map(BufReader::new).map_err(SealError::io(path));
    let (mut left, mut right) = (open(one)?, open(other)?);
    loop {
        let (from, to) = (
            left.fill_buf().map_err(SealError::io(one))?,
            right.fill_buf().map_err(SealError::io(other))?,
        );
        let length = from.len().min(to.len());
        if from[..length] != to[..length] || from.is_empty() != to.is_empty() {
            return Ok(false);
        }
        if length == 0 {
            return Ok(true);
        }
        left.consume(length);
        right.consume(length);
    }
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Makes a file, or the names in a folder, durable.
fn sync(path: &Path) -> Result<(), SealError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(SealError::io(path))
}
