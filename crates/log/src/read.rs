//! Deliveries in log order.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use weir_domain::{Delivery, Origin, Recorded, Seq, Timestamp};

use crate::origin::OriginTable;
use crate::seal::OriginDigest;
use crate::{DataDir, LogError, Seal, store};

/// The log, open for reading. Sees what was committed; holds the writer up in nothing.
pub struct LogReader {
    pub(crate) conn: Connection,
    pub(crate) path: PathBuf,
    origins: OriginTable,
}

/// A delivery as it stands in the log, borrowed from the page that holds it.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Its place.
    pub seq: Seq,
    /// When it was received.
    pub received_at: Timestamp,
    /// Where it came from.
    pub origin: &'a Arc<Origin>,
    /// The body, byte for byte.
    pub body: &'a [u8],
    pub(crate) digest: &'a OriginDigest,
}

impl Row<'_> {
    /// The same, owned.
    #[must_use]
    pub fn to_recorded(&self) -> Recorded {
        let Row { seq, received_at, origin, body, digest: _ } = *self;
        let delivery = Delivery { received_at, origin: Arc::clone(origin), body: body.to_vec() };
        Recorded { seq, delivery }
    }
}

impl LogReader {
    /// Opens the log of `dir` for reading.
    ///
    /// # Errors
    /// If there is none, it is another program's, a newer Weir's, or cannot be read.
    pub fn open(dir: &DataDir) -> Result<LogReader, LogError> {
        let path = dir.log_file();
        if !path.exists() {
            return Err(LogError::Missing { path: dir.path().to_owned() });
        }
        let conn = store::open_reader(&path)?;
        Ok(LogReader { conn, path, origins: OriginTable::default() })
    }

    /// The last delivery's place; [`Seq::START`] in an empty log.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn head(&self) -> Result<Seq, LogError> {
        self.conn
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM delivery")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map(Seq::new)
            .map_err(LogError::sqlite(&self.path))
    }

    /// Hands up to `count_max` deliveries after `after` to `visit`, in log order, and returns how
    /// many there were.
    ///
    /// # Errors
    /// If the file cannot be read, a row is damaged, or `visit` fails.
    pub fn read<E: From<LogError>>(
        &mut self,
        after: Seq,
        count_max: u64,
        mut visit: impl FnMut(Row<'_>) -> Result<(), E>,
    ) -> Result<u64, E> {
        let LogReader { conn, path, origins } = self;
        let store = LogError::sqlite(path);
        let mut statement = conn
            .prepare_cached(
                "SELECT seq, received_at, origin, body FROM delivery \
                 WHERE ?1 < seq ORDER BY seq LIMIT ?2",
            )
            .map_err(&store)?;
        let mut rows = statement
            .query([after.get(), count_max.min(i64::MAX.unsigned_abs())])
            .map_err(&store)?;
        let mut count = 0;
        while let Some(row) = rows.next().map_err(&store)? {
            let seq = Seq::new(row.get(0).map_err(&store)?);
            let damaged = |column| move |_| LogError::Damaged { seq, column };
            let received_at = row.get(1).map_err(damaged("received_at"))?;
            let origin = row.get(2).map_err(damaged("origin"))?;
            let body = row.get_ref(3).map_err(&store)?;
            let body = body.as_blob().map_err(|_| LogError::Damaged { seq, column: "body" })?;
            let (origin, digest) = origins.get(conn, origin, seq)?;
            let received_at = Timestamp::from_micros(received_at);
            visit(Row { seq, received_at, origin, body, digest })?;
            count += 1;
        }
        Ok(count)
    }

    /// The delivery at `seq`, if the log reaches that far.
    ///
    /// # Errors
    /// If the file cannot be read or the row is damaged.
    pub fn get(&mut self, seq: Seq) -> Result<Option<Recorded>, LogError> {
        let mut found = None;
        self.read(Seq::new(seq.get().saturating_sub(1)), 1, |row| {
            if row.seq == seq {
                found = Some(row.to_recorded());
            }
            Ok::<_, LogError>(())
        })?;
        Ok(found)
    }

    /// The last seal that ends at `seq` or before: it names everything the log held up to there.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn seal_at(&self, seq: Seq) -> Result<Seal, LogError> {
        let sql = "SELECT last_seq, hash FROM seal WHERE last_seq <= ?1 \
                   ORDER BY last_seq DESC LIMIT 1";
        self.conn
            .prepare_cached(sql)
            .and_then(|mut statement| {
                statement
                    .query_row([seq.get()], |row| {
                        Ok(Seal { last: Seq::new(row.get(0)?), hash: row.get(1)? })
                    })
                    .optional()
            })
            .map(|found| found.unwrap_or(Seal::GENESIS))
            .map_err(LogError::sqlite(&self.path))
    }

    /// The seals that end after `after` with where their groups begin, up to `count_max` of them,
    /// in order.
    pub(crate) fn seals_from(
        &self,
        after: Seq,
        count_max: u64,
    ) -> Result<Vec<(Seq, Seal)>, LogError> {
        let read = || -> Result<Vec<(Seq, Seal)>, rusqlite::Error> {
            self.conn
                .prepare_cached(
                    "SELECT first_seq, last_seq, hash FROM seal WHERE ?1 < last_seq \
                     ORDER BY last_seq LIMIT ?2",
                )?
                .query_map([after.get(), count_max], |row| {
                    // A hash of another length cannot hold; zeros say so without stopping here.
                    let hash = row.get(2).unwrap_or([0; 32]);
                    Ok((Seq::new(row.get(0)?), Seal { last: Seq::new(row.get(1)?), hash }))
                })?
                .collect()
        };
        read().map_err(LogError::sqlite(&self.path))
    }

    /// The last delivery before the first, in log order, that was received after `at`: the log as it
    /// was then, but for backlogs that were imported since.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn seq_at(&self, at: Timestamp) -> Result<Seq, LogError> {
        let first: Option<u64> = self
            .conn
            .query_row(
                "SELECT min(seq) FROM delivery WHERE ?1 < received_at",
                [at.as_micros()],
                |row| row.get(0),
            )
            .map_err(LogError::sqlite(&self.path))?;
        first.map_or_else(|| self.head(), |first| Ok(Seq::new(first - 1)))
    }
}
