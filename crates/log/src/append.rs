//! A group of deliveries in one durable transaction.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use weir_domain::{Delivery, Seq};

use crate::origin::OriginIds;
use crate::seal::Sealer;
use crate::{DataDir, LogError, Seal, store};

/// The log, open for its one writer.
pub struct Log {
    conn: Connection,
    path: PathBuf,
    seal: Seal,
    origins: OriginIds,
}

/// An append that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The group was rolled back: nothing of it is in the log. Trying again may help.
    #[error("the log refused a group of {count}, which is not in it: {source}")]
    Refused {
        /// How many.
        count: usize,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Whether the group is in the log is not known. The process must stop: only opening the log
    /// again tells.
    #[error(
        "whether the last group, of {count}, is in the log is unknown, so this process must stop: {source}; \
         look at the disk, then start again (the provider sends again what was not acknowledged)"
    )]
    Unknown {
        /// How many.
        count: usize,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl Log {
    /// Opens the log of `dir` for writing, creating or migrating it. The caller holds the lock.
    ///
    /// # Errors
    /// If it is another program's, a newer Weir's, damaged, or cannot be written.
    pub fn open(dir: &DataDir, _lock: &crate::Lock) -> Result<Log, LogError> {
        let path = dir.log_file();
        let conn = store::open_writer(&path)?;
        let seal = last_seal(&conn, &path)?;
        let head = head(&conn, &path)?;
        if seal.last != head {
            return Err(LogError::Unsealed { sealed: seal.last, head });
        }
        Ok(Log { conn, path, seal, origins: OriginIds::default() })
    }

    /// The last delivery's place; [`Seq::START`] in an empty log.
    #[must_use]
    pub fn head(&self) -> Seq {
        self.seal.last
    }

    /// The last seal.
    pub(crate) fn sealed(&self) -> Seal {
        self.seal
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends `group` in order, sealed, in one transaction that is on the disk when this returns.
    /// The first of them gets the place after [`Log::head`]. An empty group does nothing.
    ///
    /// # Errors
    /// [`AppendError::Refused`] if nothing was appended, [`AppendError::Unknown`] if that is not
    /// known and the process must stop.
    pub fn append(&mut self, group: &[Delivery]) -> Result<(), AppendError> {
        if group.is_empty() {
            return Ok(());
        }
        let count = group.len();
        match self.insert(group) {
            Ok(seal) => {
                self.conn
                    .execute_batch("COMMIT")
                    .map_err(|source| AppendError::Unknown { count, source })?;
                self.seal = seal;
                Ok(())
            }
            Err(source) => {
                self.origins.forget();
                // SQLite may have rolled back by itself, where the disk was full.
                if !self.conn.is_autocommit() {
                    self.conn
                        .execute_batch("ROLLBACK")
                        .map_err(|source| AppendError::Unknown { count, source })?;
                }
                Err(AppendError::Refused { count, source })
            }
        }
    }

    fn insert(&mut self, group: &[Delivery]) -> Result<Seal, rusqlite::Error> {
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let mut sealer = Sealer::after(&self.seal);
        let mut seq = self.seal.last;
        let mut statement = self.conn.prepare_cached(
            "INSERT INTO delivery (seq, received_at, origin, body) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for Delivery { received_at, origin, body } in group {
            seq = seq.next();
            let (id, digest) = self.origins.resolve(&self.conn, origin)?;
            statement.execute(params![seq.get(), received_at.as_micros(), id, body])?;
            sealer.row(seq, *received_at, &digest, body);
        }
        let seal = sealer.seal();
        self.conn
            .prepare_cached("INSERT INTO seal (last_seq, first_seq, hash) VALUES (?1, ?2, ?3)")?
            .execute(params![seq.get(), self.seal.last.next().get(), seal.hash])?;
        Ok(seal)
    }
}

fn last_seal(conn: &Connection, path: &Path) -> Result<Seal, LogError> {
    let sql = "SELECT last_seq, hash FROM seal ORDER BY last_seq DESC LIMIT 1";
    let found =
        conn.query_row(sql, [], |row| Ok(Seal { last: Seq::new(row.get(0)?), hash: row.get(1)? }));
    match found {
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(Seal::GENESIS),
        found => found.map_err(LogError::sqlite(path)),
    }
}

fn head(conn: &Connection, path: &Path) -> Result<Seq, LogError> {
    conn.query_row("SELECT coalesce(max(seq), 0) FROM delivery", [], |row| row.get(0))
        .map(Seq::new)
        .map_err(LogError::sqlite(path))
}
