//! The sealed log in the place of the old one. At every instant one of the two is there.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use weir_log::{DataDir, Lock, Log};

use super::SealError;
use super::make::Making;

/// The folder that the old log is kept in, if it has room for one.
pub(super) fn place_to_keep(folder: &Path) -> Result<DataDir, SealError> {
    let kept = DataDir::at(folder);
    let path = kept.log_file();
    if path.exists() { Err(SealError::Taken { path }) } else { Ok(kept) }
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
        fs::copy(&old, &path).map_err(SealError::io(&path))?;
        sync(&path)?;
        sync(kept.path())?;
    }
    weir_durable::put(&new, &old).map_err(SealError::io(&old))?;
    // It was folded from the old one, and has end-users by their names.
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

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Makes a file, or the names in a folder, durable.
fn sync(path: &Path) -> Result<(), SealError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(SealError::io(path))
}
