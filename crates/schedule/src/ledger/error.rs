//! What can go wrong with the ledger, and what to do next.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::{RunId, RunState};

/// Why the ledger did not do something.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be made.
    #[error("{path}: {source}; the data directory must be writable for this user", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite said no. Trying again may help.
    #[error("{path}: {source}; look at the disk that it is on", path = path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// The file is another program's, or does not begin as ours do.
    #[error(
        "{path} is a database of another program, or its beginning is damaged; restore a backup of \
         it, or move it away to begin anew",
        path = path.display()
    )]
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
    /// The file is not what SQLite left. Trying again will not help.
    #[error(
        "{path} is damaged: {what}; stop `weir serve` and restore a backup of it",
        path = path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// What SQLite finds wrong.
        what: String,
    },
    /// A row that we wrote does not read back. Trying again will not help.
    #[error("a row of schedule.db is damaged in column `{column}`; restore a backup")]
    Damaged {
        /// The column.
        column: &'static str,
    },
    /// There is no run of this number.
    #[error("there is no run {0}; `weir schedule list` names the last ones")]
    NoRun(RunId),
    /// The run is not over, so that sending it again could make two of one.
    #[error(
        "run {run} is {state}; wait until it is over, else somebody could get it twice",
        state = state.name()
    )]
    NotOver {
        /// The run.
        run: RunId,
        /// How far it is.
        state: RunState,
    },
    /// The run told nobody anything, so there is nothing to send again.
    #[error("run {0} had nothing to send: {1}")]
    NothingToSend(RunId, String),
    /// The run has no such recipient.
    #[error("run {run} has no recipient `{target}`; it has {known}")]
    NoTarget {
        /// The run.
        run: RunId,
        /// What was asked for.
        target: String,
        /// Its recipients.
        known: String,
    },
    /// No alert of this name fires.
    #[error("the alert `{0}` does not fire, so there is nothing to acknowledge")]
    NotFiring(String),
}

impl LedgerError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> LedgerError + '_ {
        move |source| LedgerError::Io { path: path.to_owned(), source }
    }

    pub(crate) fn store(path: &Path) -> impl Fn(rusqlite::Error) -> LedgerError + '_ {
        move |source| match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => LedgerError::ForeignFile { path: path.to_owned() },
            Some(ErrorCode::DatabaseCorrupt) => {
                LedgerError::Broken { path: path.to_owned(), what: source.to_string() }
            }
            _ => LedgerError::Store { path: path.to_owned(), source },
        }
    }
}
