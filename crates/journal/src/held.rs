//! A store's connection for as long as a process runs, or why there is none.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

/// A store that is left alone until the process is started again: what is wrong with its file and what
/// to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{said}")]
pub struct Lost {
    said: String,
    /// The same for whoever need not know where on this machine the file is.
    pub without_folder: String,
}

impl From<StoreError> for Lost {
    fn from(error: StoreError) -> Lost {
        Lost { said: error.to_string(), without_folder: error.without_folder() }
    }
}

/// One connection to the file at a path, one user at a time; or why there is none, which is the answer to
/// everything then. Errors are the store's own, made of [`StoreError`].
#[derive(Debug)]
pub struct Held {
    path: PathBuf,
    conn: Result<Mutex<Connection>, Lost>,
}

impl Held {
    /// This one.
    #[must_use]
    pub fn of(path: &Path, conn: Connection) -> Held {
        Held { path: path.to_owned(), conn: Ok(Mutex::new(conn)) }
    }

    /// What came of opening the file.
    #[must_use]
    pub fn opened(path: &Path, opened: Result<Connection, StoreError>) -> Held {
        Held { path: path.to_owned(), conn: opened.map(Mutex::new).map_err(Lost::from) }
    }

    /// Why there is none.
    #[must_use]
    pub const fn lost(&self) -> Option<&Lost> {
        match &self.conn {
            Ok(_) => None,
            Err(lost) => Some(lost),
        }
    }

    /// Reads, or does what one statement does.
    ///
    /// # Errors
    /// If there is no connection, or SQLite says no.
    pub fn with<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, E> {
        work(&*self.conn()?).map_err(self.error())
    }

    /// Does all of `work` or nothing of it, and nobody else writes meanwhile.
    ///
    /// # Errors
    /// If there is no connection, SQLite says no, or `work` fails.
    pub fn change<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.conn()?;
        let begun = conn.transaction_with_behavior(TransactionBehavior::Immediate);
        let tx = begun.map_err(self.error())?;
        let done = work(&tx)?;
        tx.commit().map_err(self.error())?;
        Ok(done)
    }

    /// What an error of SQLite's is, within [`Held::change`].
    pub fn error<E: From<StoreError>>(&self) -> impl Fn(rusqlite::Error) -> E + '_ {
        |source| StoreError::sqlite(&self.path)(source).into()
    }

    /// The connection, once nobody else has it.
    fn conn(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        match &self.conn {
            Ok(conn) => Ok(conn.lock().unwrap_or_else(PoisonError::into_inner)),
            Err(lost) => Err(lost.clone().into()),
        }
    }
}
