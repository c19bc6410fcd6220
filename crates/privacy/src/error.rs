//! What can go wrong with the vault, and what to do next.

use std::path::PathBuf;

use weir_journal::StoreError;

/// Why something was not done with the vault.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file cannot be opened, read or written, and nothing was changed.
    #[error("the vault {0}")]
    Store(#[from] StoreError),
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
    /// Whether what was asked may have been done nevertheless.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, VaultError::Unknown { .. })
    }
}
