//! The small databases: who may see what, what was sent, and who did what.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use weir_log::DataDir;

use crate::{BackupError, FilePart, files};

/// Copies the databases of `from` to `to`, each as it is at one instant, beside whoever writes it,
/// and says what there is. The vault is at `keys`, where it is wanted: copied after the log was, it
/// has all keys that the copy of the log needs.
pub(crate) fn copy(
    from: &DataDir,
    keys: Option<&Path>,
    to: &DataDir,
) -> Result<Vec<FilePart>, BackupError> {
    // What is not there is not copied, and what a backup had of it goes.
    let nowhere = to.path().join(".no-keys");
    let pairs = [
        (from.access_file(), to.access_file()),
        (from.schedule_file(), to.schedule_file()),
        (from.audit_file(), to.audit_file()),
        (keys.unwrap_or(&nowhere).to_owned(), to.keys_file()),
    ];
    let mut parts = Vec::new();
    for (from, to) in pairs {
        if from.exists() {
            copy_one(&from, &to)?;
            let name = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
            parts.push(files::part(&to, name)?);
        } else if to.exists() {
            fs::remove_file(&to).map_err(BackupError::io(&to))?;
        }
    }
    Ok(parts)
}

pub(crate) fn copy_one(from: &Path, to: &Path) -> Result<(), BackupError> {
    let store = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::Store { path, source }
    };
    let beside = weir_durable::beside(to);
    let _ = fs::remove_file(&beside);
    // It is for its owner only from the beginning; SQLite fills an empty file.
    drop(files::create(&beside)?);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(from, flags).map_err(store(from))?;
    conn.busy_timeout(std::time::Duration::from_secs(10)).map_err(store(from))?;
    conn.execute("VACUUM INTO ?1", [beside.to_string_lossy()]).map_err(store(from))?;
    check(&beside)?;
    fs::File::open(&beside).and_then(|file| file.sync_all()).map_err(BackupError::io(&beside))?;
    files::put(&beside, to)
}

/// Fails if the database at `path` is not sound.
pub(crate) fn check(path: &Path) -> Result<(), BackupError> {
    let store = |source| BackupError::Store { path: path.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(store)?;
    let said: String =
        conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(store)?;
    if said == "ok" {
        return Ok(());
    }
    Err(BackupError::File { path: path.to_owned(), cause: said })
}
