//! What every store has: a write-ahead journal, switched on for certain, and durable before anything is
//! built on what an earlier process left in it; a schema with its migrations; and a stamp that says which
//! Weir wrote it.
//!
//! Where a sync fails, Linux forgets that the pages were never written, and keeps showing them: a
//! later sync says yes and writes nothing of them. A process that is started again after such a
//! failure would find a transaction of which it is unknown whether it is on the disk, write behind
//! it, and promise; after a power cut the journal would end before that transaction, and what was
//! promised would be gone. Written once more, byte for byte, the pages are written and synced.
//!
//! All stores do so when they open their file. Nothing here knows what stands in one.

mod error; // what can go wrong with a store's file
mod held; // a store's connection, or why there is none
mod look; // a store's file as it is found
mod schema; // whose file it is, and what stands in it
mod stamp; // which Weir wrote a store last

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, ffi};

pub use error::StoreError;
pub use held::{Held, Lost};
pub use schema::{Marks, Schema, create_private};
pub use stamp::{VERSION, stamp, stamped, writer_of};

/// How much is written again at a time.
const STEP_BYTES: usize = 1024 * 1024;

/// How often somebody else may be in the way of switching the journal on.
const SWITCH_ATTEMPTS: usize = 10;

/// Switches the write-ahead journal on. With the journal that SQLite keeps where that fails, a commit
/// may be lost when the power goes.
///
/// # Errors
/// If it is not on now.
pub fn switch_on(conn: &Connection) -> Result<(), rusqlite::Error> {
    for _ in 1..SWITCH_ATTEMPTS {
        match try_switch_on(conn) {
            // Another process makes the same file. SQLite does not wait for it here, as it does where
            // a transaction begins.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                conn.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
            }
            switched => return switched,
        }
    }
    try_switch_on(conn)
}

fn try_switch_on(conn: &Connection) -> Result<(), rusqlite::Error> {
    // SQLite names the new journal first and writes it into the file then: only the end of the
    // statement tells whether that went well, and for that all its rows must be asked for.
    let mut statement = conn.prepare("PRAGMA journal_mode = WAL")?;
    let modes = statement.query_map([], |row| row.get(0))?;
    let mode = modes.collect::<Result<Vec<String>, _>>()?.concat();
    if mode.eq_ignore_ascii_case("wal") {
        return Ok(());
    }
    let why = format!("the write-ahead journal cannot be switched on, it stays `{mode}`");
    Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), Some(why)))
}

/// Writes the journal of the SQLite database at `path` again, in its place, and syncs it.
///
/// The caller sees to it that nobody writes it meanwhile: it is in a write transaction
/// (`BEGIN IMMEDIATE`) that has written nothing yet, or no other process may have the database open
/// for writing. Readers are not in the way. SQLite locks the database and never its journal, so that
/// to open and to close it here takes no lock away.
///
/// # Errors
/// If it cannot be read, written or synced. Then nothing may be built on it.
pub fn settle(path: &Path) -> io::Result<()> {
    let journal = of(path);
    let file = match OpenOptions::new().read(true).write(true).open(&journal) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    write_again(&file)
}

/// Where the journal of the database at `path` lies.
#[must_use]
pub fn of(path: &Path) -> PathBuf {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-wal");
    journal.into()
}

fn write_again(file: &File) -> io::Result<()> {
    let mut bytes = vec![0; STEP_BYTES];
    let mut offset = 0;
    loop {
        let count = file.read_at(&mut bytes, offset)?;
        if count == 0 {
            break;
        }
        file.write_all_at(&bytes[..count], offset)?;
        offset += count as u64;
    }
    if offset == 0 { Ok(()) } else { file.sync_all() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;

    use super::{STEP_BYTES, settle, switch_on};

    #[test]
    fn a_journal_that_is_not_switched_on_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let conn = Connection::open(dir.path().join("store.db")).unwrap();
        switch_on(&conn).unwrap();
        switch_on(&conn).unwrap();
        // A database in memory has none, and SQLite calls that a success.
        let error = switch_on(&Connection::open_in_memory().unwrap()).unwrap_err().to_string();
        assert!(error.contains("cannot be switched on, it stays `memory`"), "{error}");
    }

    #[test]
    fn a_journal_is_written_again_byte_for_byte() {
        let dir = tempfile::tempdir().unwrap();
        let (log, journal) = (dir.path().join("log.db"), dir.path().join("log.db-wal"));
        settle(&log).unwrap();
        assert!(!journal.exists());
        for len in [0, 1, STEP_BYTES - 1, STEP_BYTES, 2 * STEP_BYTES + 7] {
            let bytes: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            fs::write(&journal, &bytes).unwrap();
            let long_ago = std::time::SystemTime::UNIX_EPOCH;
            let file = fs::File::options().append(true).open(&journal).unwrap();
            file.set_modified(long_ago).unwrap();
            settle(&log).unwrap();
            assert_eq!(fs::read(&journal).unwrap(), bytes);
            let was_written = fs::metadata(&journal).unwrap().modified().unwrap() != long_ago;
            assert_eq!(was_written, 0 < len);
        }
    }
}
