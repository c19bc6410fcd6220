//! What can go wrong, and what to do next.

use std::path::{Path, PathBuf};

use weir_domain::Seq;
use weir_log::{AppendError, Finding, LogError};
use weir_privacy::VaultError;

/// A log that was not sealed, or not to the end: the old one or the new one is there.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A log cannot be read or made.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The sealed log cannot be written.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The vault cannot be read or written.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file cannot be reached.
    #[error("{path}: {source}; look at the disk that it is on, and run the same again", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The place for the old log is taken.
    #[error(
        "{path} is there already, and is another one; name another folder with --keep-old",
        path = path.display()
    )]
    Taken {
        /// What is there.
        path: PathBuf,
    },
    /// Somebody reads a log whose file is about to be another.
    #[error("{path} is in use: end whoever reads the log, and run the same again", path = path.display())]
    InUse {
        /// What SQLite keeps beside a log that is open.
        path: PathBuf,
    },
    /// A delivery does not open to what came.
    #[error(
        "delivery {seq} of the sealed log is not the original: nothing was replaced; report this"
    )]
    Differs {
        /// Its place.
        seq: Seq,
    },
    /// A seal of the sealed log does not hold.
    #[error(
        "the sealed log does not hold: {0}; nothing was replaced: look at the disk that it is on"
    )]
    Damaged(Finding),
    /// The sealed log counts otherwise.
    #[error("the sealed log gives another report: nothing was replaced; report this")]
    Report,
}

impl SealError {
    pub(super) fn io(path: &Path) -> impl Fn(std::io::Error) -> SealError + '_ {
        move |source| SealError::Io { path: path.to_owned(), source }
    }

    /// Whether the process must stop, as only opening a store again tells what is in it.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            SealError::Vault(error) => error.is_unknown(),
            _ => false,
        }
    }
}
