//! What a store has to be able to do.

use std::path::Path;

use crate::BackupError;

/// A place in an object store. What is put replaces what was at the key: all of it or nothing.
pub trait Objects {
    /// Puts the file at `path` at `key`.
    ///
    /// # Errors
    /// A sentence that says why it could not, and what to do.
    fn put(&self, key: &str, path: &Path) -> Result<(), String>;

    /// Writes what is at `key` into the file at `into`. False, if nothing is there.
    ///
    /// # Errors
    /// A sentence that says why it could not, and what to do.
    fn fetch(&self, key: &str, into: &Path) -> Result<bool, String>;
}

/// Fetches what must be there.
pub(super) fn fetched(store: &dyn Objects, key: &str, into: &Path) -> Result<(), BackupError> {
    match store.fetch(key, into).map_err(refused)? {
        true => Ok(()),
        false => Err(BackupError::Object { key: key.to_owned(), cause: "is not there".to_owned() }),
    }
}

/// The store's own sentence.
pub(super) fn refused(cause: String) -> BackupError {
    BackupError::Refused { cause }
}
