//! What can go wrong with a store's file, and what to do next.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::Lost;

/// Why a store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file, its journal or its folder cannot be reached.
    #[error("{path}: {source}; {advice}", path = path.display(), advice = io_advice(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite said no. Trying again may help.
    #[error("{path}: {source}; {advice}", path = path.display(), advice = sqlite_advice(source))]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// The file is not what SQLite left. Trying again will not help.
    #[error(
        "{path} is damaged: {what}; stop `weir serve`, keep the file, and restore a backup of it",
        path = path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The file is another program's, or does not begin as ours do.
    #[error(
        "{path} is a database of another program, or its beginning is damaged; restore a backup of \
         it, move it away, or name another folder with --data-dir",
        path = path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A newer Weir wrote it.
    #[error(
        "{path} was written by {by} (schema {found}, this one knows {known}); run that version or a \
         later one",
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
    /// The file could not be opened when the process started.
    #[error(transparent)]
    Lost(#[from] Lost),
}

impl StoreError {
    /// What an error of the system's is, where `path` was reached for.
    pub fn io(path: &Path) -> impl Fn(std::io::Error) -> StoreError + '_ {
        move |source| StoreError::Io { path: path.to_owned(), source }
    }

    /// What an error of SQLite's is, of the file at `path`.
    pub fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> StoreError + '_ {
        move |source| {
            let path = path.to_owned();
            match source.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => StoreError::Foreign { path },
                Some(ErrorCode::DatabaseCorrupt) => {
                    StoreError::Damaged { path, what: source.to_string() }
                }
                _ => StoreError::Sqlite { path, source },
            }
        }
    }

    /// Whether the file is not what can be worked with, and will not be before somebody mends it.
    #[must_use]
    pub const fn is_lasting(&self) -> bool {
        match self {
            StoreError::Damaged { .. }
            | StoreError::Foreign { .. }
            | StoreError::Newer { .. }
            | StoreError::Lost(_) => true,
            StoreError::Io { .. } | StoreError::Sqlite { .. } => false,
        }
    }

    /// The same for whoever need not know where on this machine the file is.
    #[must_use]
    pub fn without_folder(&self) -> String {
        let said = self.to_string();
        let path = match self {
            StoreError::Io { path, .. }
            | StoreError::Sqlite { path, .. }
            | StoreError::Damaged { path, .. }
            | StoreError::Foreign { path }
            | StoreError::Newer { path, .. } => path,
            StoreError::Lost(lost) => return lost.without_folder.clone(),
        };
        let folder = path.parent().map(|folder| format!("{}/", folder.display()));
        folder.map_or(said.clone(), |folder| said.replace(&folder, ""))
    }

    /// What is wrong with the file's pages, or why the disk does not give them, if that is it.
    #[must_use]
    pub fn unreadable(&self) -> Option<String> {
        match self {
            StoreError::Damaged { what, .. } => Some(what.clone()),
            StoreError::Sqlite { source, .. } => (source.sqlite_error_code()
                == Some(ErrorCode::SystemIoFailure))
            .then(|| source.to_string()),
            _ => None,
        }
    }
}

fn io_advice(source: &std::io::Error) -> &'static str {
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

fn sqlite_advice(source: &rusqlite::Error) -> &'static str {
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "free some space on that disk and start again",
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "the folder must be writable for this user; mend that, or name another with --data-dir"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process holds the file; stop it and start again"
        }
        _ => "look at the disk that it is on; nothing that was acknowledged has been changed",
    }
}
