//! What can go wrong, and what to do next.

use std::path::{Path, PathBuf};

use weir_domain::Seq;
use weir_journal::StoreError;

/// A log that cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The folder, or a file in it, cannot be opened, read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
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
    /// There is no log.
    #[error(
        "there is no log in {path}; `weir serve` or `weir import` makes one, or name another folder with --data-dir",
        path = path.display()
    )]
    Missing {
        /// The folder.
        path: PathBuf,
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
    pub(crate) fn io(path: &Path) -> impl Fn(std::io::Error) -> LogError + '_ {
        |source| StoreError::io(path)(source).into()
    }

    pub(crate) fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> LogError + '_ {
        |source| StoreError::sqlite(path)(source).into()
    }
}
