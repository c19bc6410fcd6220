//! What can go wrong, and what to do next.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the record could not be written or read. What was to be recorded must not be done then.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The file cannot be made.
    #[error("{path}: {source}; the data directory must be writable for this user", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite said no.
    #[error("{path}: {source}; look at the disk that it is on", path = path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// The file is damaged.
    #[error(
        "{path} is damaged: {source}; move it aside and keep it, restore it from a backup, or have a \
         new one begun by the next start",
        path = path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file is a database of another program.
    #[error("{path} is a database of another program; name another folder with --data-dir", path = path.display())]
    ForeignFile {
        /// The file.
        path: PathBuf,
    },
    /// A newer Weir wrote it.
    #[error(
        "{path} was written by {by} (schema {found}, this one knows {known}); run that version or a later one",
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
}

impl AuditError {
    pub(crate) fn io(path: &Path) -> impl Fn(std::io::Error) -> AuditError + '_ {
        move |source| AuditError::Io { path: path.to_owned(), source }
    }

    pub(crate) fn store(path: &Path) -> impl Fn(rusqlite::Error) -> AuditError + '_ {
        move |source| {
            let path = path.to_owned();
            match source.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => AuditError::ForeignFile { path },
                Some(ErrorCode::DatabaseCorrupt) => AuditError::Damaged { path, source },
                _ => AuditError::Store { path, source },
            }
        }
    }
}
