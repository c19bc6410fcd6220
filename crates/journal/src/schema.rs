//! Whose file a store is, and what stands in it: one migration a version.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use rustix::fs::{Access, access};

use crate::{StoreError, of, settle, stamp, switch_on, writer_of};

static OPENING: Mutex<()> = Mutex::new(());

/// What a store's file says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Four letters: whose file it is.
    pub application_id: i64,
    /// SQL that makes each version of the one before, beginning with nothing.
    pub migrations: &'static [&'static str],
}

impl Schema {
    /// Opens the file at `path` to be written, creating or migrating it; other processes may have it
    /// open, and are waited for. Every commit is durable. `tune` sets what this store wants besides.
    ///
    /// # Errors
    /// If it cannot be made, is damaged, another program's, or a newer Weir's.
    pub fn open(
        &self,
        path: &Path,
        busy_timeout: Duration,
        tune: impl FnOnce(&Connection) -> Result<(), rusqlite::Error>,
    ) -> Result<Connection, StoreError> {
        let sqlite = StoreError::sqlite(path);
        // One at a time in this process: another might hold locks on the file that we have just made,
        // and close (see `create_private`).
        let _alone = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        create_private(path)?;
        let mut conn = Connection::open(path).map_err(&sqlite)?;
        conn.busy_timeout(busy_timeout).map_err(&sqlite)?;
        // Before anything is written to a file that is not ours.
        self.version(&conn, path)?;
        switch_on(&conn).map_err(&sqlite)?;
        conn.pragma_update(None, "synchronous", "FULL").map_err(&sqlite)?;
        tune(&conn).map_err(&sqlite)?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&sqlite)?;
        // Nobody else writes or migrates now.
        settle(path).map_err(StoreError::io(&of(path)))?;
        let found = self.version(&tx, path)?;
        self.migrate(&tx, found).map_err(&sqlite)?;
        tx.commit().map_err(&sqlite)?;
        Ok(conn)
    }

    /// Brings a store of version `found` up to the newest, and stamps it. The caller holds a write
    /// transaction.
    ///
    /// # Errors
    /// If SQLite says no.
    pub fn migrate(&self, conn: &Connection, found: i64) -> Result<(), rusqlite::Error> {
        let from = usize::try_from(found).unwrap_or(0);
        for (version, sql) in self.migrations.iter().enumerate().skip(from) {
            conn.execute_batch(sql)?;
            conn.pragma_update(None, "application_id", self.application_id)?;
            conn.pragma_update(None, "user_version", version + 1)?;
        }
        stamp(conn)
    }

    /// The version of what stands in the file at `path`, 0 for a fresh file.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, another program's, or a newer Weir's.
    pub fn version(&self, conn: &Connection, path: &Path) -> Result<i64, StoreError> {
        let sqlite = StoreError::sqlite(path);
        let marks = Marks::of(conn).map_err(&sqlite)?;
        if marks.application_id != self.application_id && !marks.is_fresh() {
            return Err(StoreError::Foreign { path: path.to_owned() });
        }
        let (known, found) = (self.known(), marks.version);
        if known < found {
            let by = writer_of(conn);
            return Err(StoreError::Newer { path: path.to_owned(), found, known, by });
        }
        Ok(found)
    }

    /// The newest version that this program knows.
    #[must_use]
    pub fn known(&self) -> i64 {
        i64::try_from(self.migrations.len()).unwrap_or(i64::MAX)
    }
}

/// What tells a store's file from others, as of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Whose file it is; 0 says nobody's.
    pub application_id: i64,
    /// The version of what stands in it.
    pub version: i64,
    tables: i64,
}

impl Marks {
    /// Reads them.
    ///
    /// # Errors
    /// If SQLite says no.
    pub fn of(conn: &Connection) -> Result<Marks, rusqlite::Error> {
        // One statement, so that another process that makes the file meanwhile is seen wholly or not
        // at all: its tables without their marks would look like another program's.
        let sql = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) \
                   FROM pragma_application_id, pragma_user_version";
        conn.query_row(sql, [], |row| {
            let (application_id, version, tables) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Marks { application_id, version, tables })
        })
    }

    /// Whether nobody has written the file yet.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        *self == Marks { application_id: 0, version: 0, tables: 0 }
    }
}

/// Makes the file at `path` if it is not there, or says why it cannot be written, which SQLite tells no
/// more of than that. What a store holds is nobody else's business: the file, and the journals that
/// inherit its mode, is the owner's only.
///
/// A file that is there is not opened: to close it would let go of every lock on it that SQLite holds
/// for this process, and whoever came next could take the journal away from under its writer.
///
/// # Errors
/// If it cannot be made or written.
pub fn create_private(path: &Path) -> Result<(), StoreError> {
    match OpenOptions::new().create_new(true).write(true).mode(0o600).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            access(path, Access::READ_OK | Access::WRITE_OK).map_err(std::io::Error::from)
        }
        made => made.map(drop),
    }
    .map_err(StoreError::io(path))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::time::Duration;

    use rusqlite::Connection;

    use super::Schema;
    use crate::{StoreError, VERSION};

    const SCHEMA: Schema = Schema {
        application_id: 0x5754_5354,
        migrations: &["CREATE TABLE a (n)", "CREATE TABLE b (n)"],
    };

    fn open(path: &std::path::Path) -> Result<Connection, StoreError> {
        SCHEMA.open(path, Duration::ZERO, |_| Ok(()))
    }

    #[test]
    fn the_file_is_its_owners_only_and_opens_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        for _ in 0..2 {
            let conn = open(&path).unwrap();
            assert_eq!(SCHEMA.version(&conn, &path).unwrap(), 2);
            for file in std::fs::read_dir(dir.path()).unwrap() {
                let mode = file.unwrap().metadata().unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
        }
    }

    #[test]
    fn many_may_open_a_file_that_is_not_there_yet() {
        for _ in 0..100 {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("store.db");
            std::thread::scope(|scope| {
                let opened = || SCHEMA.open(&path, Duration::from_secs(60), |_| Ok(()));
                let openers = [(); 8].map(|()| scope.spawn(opened));
                let _ = openers.map(|opener| opener.join().unwrap().unwrap());
            });
        }
    }

    #[test]
    fn to_open_a_file_again_keeps_the_locks_on_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let locks = || {
            let inode = format!(":{} ", std::fs::metadata(&path).unwrap().ino());
            let locks = std::fs::read_to_string("/proc/locks").unwrap();
            locks.lines().filter(|line| line.contains(&inode)).count()
        };
        let conn = open(&path).unwrap();
        conn.execute_batch("BEGIN; SELECT * FROM a").unwrap();
        let held = locks();
        assert_ne!(held, 0);
        drop(open(&path).unwrap());
        assert_eq!(locks(), held);
    }

    #[test]
    fn an_older_file_is_brought_up_and_keeps_what_it_has() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let older = Schema { migrations: &SCHEMA.migrations[..1], ..SCHEMA };
        let conn = older.open(&path, Duration::ZERO, |_| Ok(())).unwrap();
        conn.execute("INSERT INTO a VALUES (7)", []).unwrap();
        drop(conn);
        let sql = "SELECT (SELECT sum(n) FROM a) + (SELECT count(*) FROM b)";
        let kept: i64 = open(&path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 7);
    }

    #[test]
    fn another_programs_file_and_a_newer_weirs_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        std::fs::write(&path, "a text, and a long one, of another program's").unwrap();
        assert!(matches!(open(&path), Err(StoreError::Foreign { .. })));
        std::fs::remove_file(&path).unwrap();
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(matches!(open(&path), Err(StoreError::Foreign { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), before);
        std::fs::remove_file(&path).unwrap();
        drop(open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let error = open(&path).unwrap_err().to_string();
        let by = format!("was written by Weir {VERSION} (schema 99, this one knows 2); run that");
        assert!(error.contains(&by), "{error}");
    }
}
