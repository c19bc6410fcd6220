//! The file: `access.db`.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use weir_journal::{Held, Lost, Schema, StoreError};

use crate::password::Passwords;
use crate::{AccessError, Cost};

const SCHEMA: Schema = Schema {
    application_id: 0x5741_4343, // "WACC"
    migrations: &[
        include_str!("../../../migrations/access/0001_people.sql"),
        include_str!("../../../migrations/access/0002_views.sql"),
        include_str!("../../../migrations/access/0003_made_by.sql"),
    ],
};

/// `weir people` may be at work beside a server.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Who may see what, in `access.db`.
#[derive(Debug)]
pub struct Access {
    held: Held,
    pub(crate) passwords: Passwords,
}

impl Access {
    /// Opens the file at `path`, creating or migrating it.
    ///
    /// # Errors
    /// If it cannot be made, is another program's, or a newer Weir's.
    pub fn open(path: &Path) -> Result<Access, AccessError> {
        Access::open_at_cost(path, Cost::OWASP)
    }

    /// The same with other work to a password: for tests.
    ///
    /// # Errors
    /// As [`Access::open`].
    pub fn open_at_cost(path: &Path, cost: Cost) -> Result<Access, AccessError> {
        // A commit is durable: what was revoked stays revoked after a power cut.
        let conn = SCHEMA.open(path, BUSY_TIMEOUT, tune)?;
        let passwords = Passwords::new(cost);
        Ok(Access { held: Held::of(path, conn), passwords })
    }

    /// Opens the file at `path` for a server, after a look at all of it. One that cannot be worked with is
    /// left as it is, and everything that is asked is answered with why: nobody is known. That is also so
    /// for an empty file, where `had_people` says that there was somebody: to begin anew would let in
    /// whoever asks first.
    #[must_use]
    pub fn of_a_server(path: &Path, had_people: impl FnOnce() -> bool) -> Access {
        let is_empty = std::fs::metadata(path).is_ok_and(|file| file.len() == 0);
        let opened = if is_empty && had_people() {
            let what = "it is empty, and there were people in it".to_owned();
            Err(StoreError::Damaged { path: path.to_owned(), what })
        } else {
            SCHEMA.open_whole(path, BUSY_TIMEOUT, tune)
        };
        let passwords = Passwords::new(Cost::OWASP);
        Access { held: Held::opened(path, opened), passwords }
    }

    /// Whether it can be asked.
    ///
    /// # Errors
    /// If the file could not be opened.
    pub fn works(&self) -> Result<(), AccessError> {
        match self.lost() {
            None => Ok(()),
            Some(lost) => Err(StoreError::from(lost.clone()).into()),
        }
    }

    /// Why it answers nothing, if so.
    #[must_use]
    pub const fn lost(&self) -> Option<&Lost> {
        self.held.lost()
    }

    /// Reads, or does what one statement does.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, AccessError> {
        self.held.with(work)
    }

    /// Does all of `work` or nothing of it, and nobody else writes meanwhile.
    pub(crate) fn change<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, AccessError>,
    ) -> Result<T, AccessError> {
        self.held.change(work)
    }

    /// What an error of SQLite's is, within [`Access::change`].
    pub(crate) fn store(&self) -> impl Fn(rusqlite::Error) -> AccessError + '_ {
        self.held.error()
    }
}

/// What every connection is told.
fn tune(conn: &Connection) -> Result<(), rusqlite::Error> {
    conn.pragma_update(None, "foreign_keys", "ON")?;
    // A statement that was prepared is kept: each request asks the same few.
    conn.set_prepared_statement_cache_capacity(64);
    Ok(())
}
