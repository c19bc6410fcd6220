//! The file: `schedule.db`.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use weir_journal::{Held, Lost, Schema};

use super::LedgerError;

pub(super) const SCHEMA: Schema = Schema {
    application_id: 0x5753_4348, // "WSCH"
    migrations: &[include_str!("../../../../migrations/schedule/0001_ledger.sql")],
};

/// `weir schedule` may be at work beside a server.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What is to be sent, what was sent, and what became of it: `schedule.db`.
///
/// Several processes may have it open; one of them, the holder of the data directory's lock,
/// executes what stands in it (see `Runner`).
#[derive(Debug)]
pub struct Ledger {
    held: Held,
}

impl Ledger {
    /// Opens the file at `path`, creating or migrating it.
    ///
    /// # Errors
    /// If it cannot be made, is another program's, or a newer Weir's.
    pub fn open(path: &Path) -> Result<Ledger, LedgerError> {
        // A commit is durable: what is about to be handed over is known to be so after a power cut.
        let conn = SCHEMA.open(path, BUSY_TIMEOUT, tune)?;
        Ok(Ledger { held: Held::of(path, conn) })
    }

    /// The same for a server, after a look at all of the file: one that cannot be worked with is left as
    /// it is, and the ledger answers everything with why.
    #[must_use]
    pub fn of_a_server(path: &Path) -> Ledger {
        let opened = SCHEMA.open_whole(path, BUSY_TIMEOUT, tune);
        Ledger { held: Held::opened(path, opened) }
    }

    /// Why it answers nothing, if so.
    #[must_use]
    pub const fn lost(&self) -> Option<&Lost> {
        self.held.lost()
    }

    /// Two numbers of which one changes whenever anybody writes into the ledger: what other
    /// connections did, and what this one did.
    ///
    /// # Errors
    /// If SQLite says no.
    pub fn version(&self) -> Result<(i64, u64), LedgerError> {
        self.with(|conn| {
            let others = conn.pragma_query_value(None, "data_version", |row| row.get(0))?;
            Ok((others, conn.total_changes()))
        })
    }

    /// Reads, or does what one statement does.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, LedgerError> {
        self.held.with(work)
    }

    /// Does all of `work` or nothing of it, and nobody else writes meanwhile.
    pub(crate) fn change<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        self.held.change(work)
    }

    /// What an error of SQLite's is, within [`Ledger::change`].
    pub(crate) fn store(&self) -> impl Fn(rusqlite::Error) -> LedgerError + '_ {
        self.held.error()
    }
}

/// What every connection is told.
fn tune(conn: &Connection) -> Result<(), rusqlite::Error> {
    conn.pragma_update(None, "foreign_keys", "ON")?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Ledger;

    #[test]
    fn whoever_writes_changes_the_version() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("schedule.db");
        let (one, other) = (Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap());
        let at = "2026-03-30T05:00:00Z".parse().unwrap();
        let before = one.version().unwrap();
        assert_eq!(before, one.version().unwrap());
        other.ask("pulse", "title = \"Pulse\"", at, at).unwrap();
        let between = one.version().unwrap();
        assert_ne!(before, between);
        one.ask("pulse", "title = \"Pulse\"", at, at).unwrap();
        assert_ne!(between, one.version().unwrap());
    }
}
