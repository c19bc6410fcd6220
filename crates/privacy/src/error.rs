//! What can go wrong with the vault, and what to do next.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why something was not done with the vault.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file cannot be made, or its journal cannot be read.
    #[error("the vault {path}: {source}; its folder must be there and writable for this user", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite said no, and nothing was changed. Trying again may help.
    #[error("the vault {path} cannot be read or written: {source}; look at the disk that it is on", path = path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// Whether a change is in the vault is not known. The process must stop: only opening it again
    /// tells.
    #[error(
        "whether the last keys are in the vault {path} is unknown, so this process must stop: {source}; look at the \
         disk, then start again (the provider sends again what was not acknowledged)",
        path = path.display()
    )]
    Unknown {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file is a database of another program.
    #[error("{path} is a database of another program; name another with `privacy.keys_file`", path = path.display())]
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
    /// Somebody reads it and does not end.
    #[error(
        "the journal of the vault {path} still has what was erased, as another program reads the vault; \
         end that program and run the same again",
        path = path.display()
    )]
    JournalKept {
        /// The file.
        path: PathBuf,
    },
}

impl VaultError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> VaultError + '_ {
        move |source| VaultError::Io { path: path.to_owned(), source }
    }

    pub(crate) fn store(path: &Path) -> impl Fn(rusqlite::Error) -> VaultError + '_ {
        move |source| match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => VaultError::ForeignFile { path: path.to_owned() },
            _ => VaultError::Store { path: path.to_owned(), source },
        }
    }

    /// Whether what was asked may have been done nevertheless.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, VaultError::Unknown { .. })
    }
}
