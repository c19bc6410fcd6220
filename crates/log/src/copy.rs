//! A copy of a log that grows by what it lacks, group by group, each proved on the way.

use weir_domain::Seq;

use crate::origin::OriginIds;
use crate::seal::Sealer;
use crate::{DataDir, Finding, LogError, LogReader, Row, Seal, store};

/// Seals that are read ahead at once.
const SEALS_AT_ONCE: u64 = 1_024;

/// Deliveries in one transaction of the copy, unless a single group has more.
const TRANSACTION_DELIVERIES: u64 = 50_000;

/// A copy of a log, open to be brought up to it.
///
/// What has been copied is never changed: it is a log itself, with the same seals.
pub struct LogCopy {
    conn: rusqlite::Connection,
    dir: DataDir,
    head: Seal,
    origins: OriginIds,
}

/// Why a copy does not go on. It holds what was proved before, and nothing else.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A file cannot be read or written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log that is copied is not whole.
    #[error("the log that is copied is not whole: {0}; run `weir log verify`")]
    Damaged(Finding),
    /// The copy holds more than the log: deliveries were cut off there, or it is an older state.
    #[error(
        "the copy goes up to delivery {copy}, but the log ends at {log}: deliveries were cut off \
         from the log, or it was restored to an earlier state; keep this copy, and make the next \
         one in an empty folder"
    )]
    Ahead {
        /// The copy's last delivery.
        copy: Seq,
        /// The log's.
        log: Seq,
    },
    /// The copy is of another log.
    #[error(
        "the copy was made from another log: at delivery {at} their seals differ; keep this copy, \
         and make the next one in an empty folder"
    )]
    Other {
        /// Where they differ.
        at: Seq,
    },
}

impl LogCopy {
    /// Opens the copy in `dir`, creating it. The caller holds the folder's lock.
    ///
    /// # Errors
    /// If what lies there is another program's, a newer Weir's, damaged, or cannot be written.
    pub fn open(dir: &DataDir, lock: &crate::Lock) -> Result<LogCopy, LogError> {
        let log = crate::Log::open(dir, lock)?;
        let head = log.sealed();
        drop(log);
        let conn = store::open_writer(&dir.log_file())?;
        Ok(LogCopy { conn, dir: dir.clone(), head, origins: OriginIds::default() })
    }

    /// Makes a copy that begins behind `anchor`, in the place of what lies in `dir`: a part of a log,
    /// which [`LogCopy::follow`] fills, and from which another copy that ends there can go on. It is
    /// no log to work with. The caller holds the folder's lock.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn after(dir: &DataDir, lock: &crate::Lock, anchor: Seal) -> Result<LogCopy, LogError> {
        let path = dir.log_file();
        store::remove(&path)?;
        let mut copy = LogCopy::open(dir, lock)?;
        if anchor != Seal::GENESIS {
            let sql = "INSERT INTO seal (last_seq, first_seq, hash) VALUES (?1, ?1, ?2)";
            let anchored = copy.conn.execute(sql, (anchor.last.get(), anchor.hash));
            anchored.map_err(LogError::sqlite(&path))?;
        }
        copy.head = anchor;
        Ok(copy)
    }

    /// Ends the copy: all of it stands in the one file then, and nothing in a journal.
    ///
    /// # Errors
    /// If the file cannot be written, or somebody reads it at the moment.
    pub fn finish(self) -> Result<Seal, LogError> {
        let path = self.dir.log_file();
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy = self.conn.query_row(sql, [], |row| row.get::<_, bool>(0));
        if busy.map_err(LogError::sqlite(&path))? {
            return Err(LogError::io(&path)(std::io::ErrorKind::ResourceBusy.into()));
        }
        Ok(self.head)
    }

    /// The seal of the last delivery that was copied.
    #[must_use]
    pub fn head(&self) -> Seal {
        self.head
    }

    /// Copies what `source` has after the copy's head, up to and with `upto`, and returns how many
    /// deliveries that were. Each group's seal is proved against its rows as they are read; where
    /// `upto` lies within a group, its part up to there gets a seal of its own. `progress` is told
    /// how far it is after each transaction.
    ///
    /// # Errors
    /// If the copy is not of this log or holds more than it, if the log is not whole, or a file
    /// cannot be read or written. What was copied before stays.
    pub fn follow(
        &mut self,
        source: &mut LogReader,
        upto: Seq,
        mut progress: impl FnMut(Seq),
    ) -> Result<u64, CopyError> {
        self.recognise(source)?;
        let before = self.head.last;
        let mut proved = self.head;
        while self.head.last < upto {
            let seals = source.seals_from(proved.last, SEALS_AT_ONCE)?;
            if seals.is_empty() {
                break;
            }
            for chunk in chunks(proved.last, &seals) {
                self.transaction(source, &mut proved, chunk, upto)?;
                progress(self.head.last);
                if upto <= self.head.last {
                    break;
                }
            }
        }
        Ok(self.head.last.since(before))
    }

    /// Fails if the copy's last seal is not one of the log's.
    ///
    /// # Errors
    /// If the copy is not of this log or holds more than it, or the log cannot be read.
    pub fn recognise(&self, source: &LogReader) -> Result<(), CopyError> {
        let (copy, log) = (self.head.last, source.head()?);
        if log < copy {
            return Err(CopyError::Ahead { copy, log });
        }
        if source.seal_at(copy)? != self.head {
            return Err(CopyError::Other { at: copy });
        }
        Ok(())
    }

    /// Copies these groups: all of them or nothing.
    fn transaction(
        &mut self,
        source: &mut LogReader,
        proved: &mut Seal,
        groups: &[(Seq, Seal)],
        upto: Seq,
    ) -> Result<(), CopyError> {
        let path = self.dir.log_file();
        let store = LogError::sqlite(&path);
        self.conn.execute_batch("BEGIN IMMEDIATE").map_err(&store)?;
        let mut ahead = *proved;
        let copied = self.groups(source, &mut ahead, groups, upto).and_then(|head| {
            self.conn.execute_batch("COMMIT").map_err(&store)?;
            Ok(head)
        });
        match copied {
            Ok(head) => {
                (*proved, self.head) = (ahead, head);
                Ok(())
            }
            Err(error) => {
                self.origins.forget();
                if !self.conn.is_autocommit() {
                    self.conn.execute_batch("ROLLBACK").map_err(&store)?;
                }
                Err(error)
            }
        }
    }

    fn groups(
        &mut self,
        source: &mut LogReader,
        proved: &mut Seal,
        groups: &[(Seq, Seal)],
        upto: Seq,
    ) -> Result<Seal, CopyError> {
        let mut head = self.head;
        for &(first, seal) in groups {
            if upto <= head.last {
                break;
            }
            head = self.group(source, *proved, (first, seal), upto)?;
            *proved = seal;
        }
        Ok(head)
    }

    /// Copies one group, or its part up to `upto`, and returns the seal that it has in the copy.
    fn group(
        &mut self,
        source: &mut LogReader,
        before: Seal,
        (first, seal): (Seq, Seal),
        upto: Seq,
    ) -> Result<Seal, CopyError> {
        let LogCopy { conn, dir, origins, .. } = self;
        let path = dir.log_file();
        let store = LogError::sqlite(&path);
        if first != before.last.next() || seal.last < first {
            let unchained = Finding::Unchained { first, last: seal.last, before: before.last };
            return Err(CopyError::Damaged(unchained));
        }
        let gap = |missing| CopyError::Damaged(Finding::Gap { missing, last: seal.last });
        let mut whole = Sealer::after(&before);
        // The part that is copied has a seal of its own only where the group is cut.
        let mut part = (upto < seal.last).then(|| Sealer::after(&before));
        let mut next = first;
        let mut statement = conn
            .prepare_cached(
                "INSERT INTO delivery (seq, received_at, origin, body) VALUES (?1, ?2, ?3, ?4)",
            )
            .map_err(&store)?;
        source.read(before.last, seal.last.since(before.last), |row: Row<'_>| {
            if row.seq != next {
                return Err(gap(next));
            }
            next = next.next();
            whole.row(row.seq, row.received_at, row.digest, row.body);
            if upto < row.seq {
                return Ok(());
            }
            if let Some(part) = &mut part {
                part.row(row.seq, row.received_at, row.digest, row.body);
            }
            let (id, _) = origins.resolve(conn, row.origin).map_err(&store)?;
            statement
                .execute(rusqlite::params![
                    row.seq.get(),
                    row.received_at.as_micros(),
                    id,
                    row.body
                ])
                .map_err(&store)?;
            Ok(())
        })?;
        if next != seal.last.next() {
            return Err(gap(next));
        }
        if whole.seal() != seal {
            return Err(CopyError::Damaged(Finding::Changed { first, last: seal.last }));
        }
        let kept = part.map_or(seal, Sealer::seal);
        conn.prepare_cached("INSERT INTO seal (last_seq, first_seq, hash) VALUES (?1, ?2, ?3)")
            .and_then(|mut insert| insert.execute((kept.last.get(), first.get(), kept.hash)))
            .map_err(&store)?;
        Ok(kept)
    }
}

/// Groups in parts of about [`TRANSACTION_DELIVERIES`].
fn chunks(before: Seq, seals: &[(Seq, Seal)]) -> Vec<&[(Seq, Seal)]> {
    let mut begin = before;
    seals
        .chunk_by(|_, (_, next)| {
            let goes_on = next.last.since(begin) <= TRANSACTION_DELIVERIES;
            if !goes_on {
                begin = next.last;
            }
            goes_on
        })
        .collect()
}
