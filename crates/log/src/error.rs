//! What can go wrong, and what to do next.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use weir_domain::Seq;

/// A log that cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The folder or a file in it cannot be reached.
    #[error("{path}: {source}; {advice}", path = path.display(), advice = io_advice(source))]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process holds the folder.
    #[error(
        "the data directory {path} is in use by {holder}; stop it, or name another with --data-dir",
        path = path.display()
    )]
    Locked {
        /// The folder.
        path: PathBuf,
        /// What the lock file says of its holder.
        holder: String,
    },
    /// The folder is a file.
    #[error("{path} is a file, not a folder; name a folder with --data-dir", path = path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// The folder is not ours.
    #[error(
        "{path} holds files of another program (`{found}`) and no Weir log; name an empty folder with --data-dir",
        path = path.display()
    )]
    ForeignDir {
        /// The folder.
        path: PathBuf,
        /// One of the files.
        found: String,
    },
    /// A restore was cut off.
    #[error(
        "a restore into {path} did not come to its end, and there is no log; run `weir restore` \
         again (what was there before, if anything, lies in a folder before-restore-… in it)",
        path = path.display()
    )]
    Unrestored {
        /// The folder.
        path: PathBuf,
    },
    /// The file is a database of another program.
    #[error("{path} is a database of another program; name another folder with --data-dir", path = path.display())]
    ForeignFile {
        /// The file.
        path: PathBuf,
    },
    /// A newer Weir wrote it.
    #[error(
        "{path} was written by {by} (log schema {found}, this one knows {known}); run that version or a later one",
        path = path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
        /// Who wrote it last, so that it can open it.
        by: String,
    },
    /// There is no log.
    #[error(
        "there is no log in {path}; `weir serve` or `weir import` makes one, or name another folder with --data-dir",
        path = path.display()
    )]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// SQLite said no.
    #[error("{path}: {source}; {advice}", path = path.display(), advice = store_advice(source))]
    Store {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// A row that we wrote does not read back. Trying again will not help.
    #[error(
        "log row {seq} is damaged in column `{column}`; run `weir log verify` and restore a backup"
    )]
    Damaged {
        /// The row.
        seq: Seq,
        /// The column.
        column: &'static str,
    },
    /// The last rows are not sealed: someone else wrote to the file.
    #[error(
        "the log's last seal ends at {sealed} but its last delivery is {head}; run `weir log verify`"
    )]
    Unsealed {
        /// Where the last seal ends.
        sealed: Seq,
        /// The last delivery.
        head: Seq,
    },
    /// The SQLite that is linked in has a known bug.
    #[error(
        "SQLite {found} is linked in, but 3.51.3 or later is needed (a bug can reset its write-ahead log)"
    )]
    OldSqlite {
        /// The version.
        found: &'static str,
    },
}

impl LogError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> LogError + '_ {
        move |source| LogError::Io { path: path.to_owned(), source }
    }

    pub(crate) fn store(path: &Path) -> impl Fn(rusqlite::Error) -> LogError + '_ {
        move |source| match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => LogError::ForeignFile { path: path.to_owned() },
            _ => LogError::Store { path: path.to_owned(), source },
        }
    }
}

fn io_advice(source: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match source.kind() {
        ErrorKind::PermissionDenied => {
            "give this user the right to it, or name another folder with --data-dir"
        }
        ErrorKind::StorageFull => "free some space on that disk and start again",
        ErrorKind::ReadOnlyFilesystem => {
            "mount it writable, or name another folder with --data-dir"
        }
        ErrorKind::NotFound => "create it, or name another folder with --data-dir",
        _ => "mend that, or name another folder with --data-dir",
    }
}

/// What to do about an error of SQLite's.
fn store_advice(source: &rusqlite::Error) -> &'static str {
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "free some space on that disk and start again",
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "the folder must be writable for this user; mend that, or name another with --data-dir"
        }
        Some(ErrorCode::DatabaseCorrupt) => "the file is damaged; restore a backup",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process holds the file; stop it and start again"
        }
        _ => "look at the disk that it is on; nothing that was acknowledged has been changed",
    }
}
