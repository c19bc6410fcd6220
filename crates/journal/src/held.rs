//! A store's connection for as long as a process runs, or why there is none.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

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

/// One connection, one user at a time; or why there is none, which is the answer to everything then.
#[derive(Debug)]
pub struct Held(Result<Mutex<Connection>, Lost>);

impl Held {
    /// This one.
    #[must_use]
    pub fn of(conn: Connection) -> Held {
        Held(Ok(Mutex::new(conn)))
    }

    /// What came of opening a file.
    #[must_use]
    pub fn opened(opened: Result<Connection, StoreError>) -> Held {
        Held(opened.map(Mutex::new).map_err(Lost::from))
    }

    /// The connection, once nobody else has it.
    ///
    /// # Errors
    /// If there is none.
    pub fn get(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        match &self.0 {
            Ok(conn) => Ok(conn.lock().unwrap_or_else(PoisonError::into_inner)),
            Err(lost) => Err(lost.clone().into()),
        }
    }

    /// Why there is none.
    #[must_use]
    pub const fn lost(&self) -> Option<&Lost> {
        match &self.0 {
            Ok(_) => None,
            Err(lost) => Some(lost),
        }
    }
}
