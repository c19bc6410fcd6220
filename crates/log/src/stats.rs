//! What the log holds.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::OptionalExtension;
use serde::Serialize;
use weir_domain::{Seq, Timestamp};

use crate::{LogError, LogReader};

/// What the log holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogStats {
    /// Deliveries.
    pub deliveries: u64,
    /// The bytes of their bodies.
    pub body_bytes: u64,
    /// The bytes of the file and of its write-ahead log.
    pub file_bytes: u64,
    /// Sealed commit groups.
    pub seals: u64,
    /// The earliest time of receipt.
    pub first_received_at: Option<Timestamp>,
    /// The latest time of receipt.
    pub last_received_at: Option<Timestamp>,
    /// The same for each integration, by name.
    pub integrations: Vec<IntegrationStats>,
}

/// What the log holds of one integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IntegrationStats {
    /// Its name.
    pub integration: String,
    /// Deliveries.
    pub deliveries: u64,
    /// The earliest time of receipt.
    pub first_received_at: Timestamp,
    /// The latest time of receipt.
    pub last_received_at: Timestamp,
}

/// The SQLite that is built in.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

impl LogReader {
    /// Counts what the log holds, in one reading of it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn stats(&self) -> Result<LogStats, LogError> {
        let seals = self.seals_after(Seq::START)?;
        let (integrations, body_bytes) =
            self.by_integration().map_err(LogError::sqlite(&self.path))?;
        Ok(LogStats {
            deliveries: integrations.iter().map(|one| one.deliveries).sum(),
            body_bytes,
            file_bytes: self.file_bytes(),
            seals,
            first_received_at: integrations.iter().map(|one| one.first_received_at).min(),
            last_received_at: integrations.iter().map(|one| one.last_received_at).max(),
            integrations,
        })
    }

    /// How many seals end after `after`: those of the groups that were committed since.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn seals_after(&self, after: Seq) -> Result<u64, LogError> {
        self.conn
            .prepare_cached("SELECT count(*) FROM seal WHERE ?1 < last_seq")
            .and_then(|mut statement| statement.query_row([after.get()], |row| row.get(0)))
            .map_err(LogError::sqlite(&self.path))
    }

    /// When each secret last matched, by integration and name, among the last `count` deliveries.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn secrets_matched(
        &self,
        count: u64,
    ) -> Result<BTreeMap<(String, String), Timestamp>, LogError> {
        // No index leads from an origin to its deliveries: the log is written too often for one.
        let sql = "SELECT integration, secret, max(at) FROM \
                   (SELECT origin, max(received_at) AS at FROM \
                    (SELECT origin, received_at FROM delivery ORDER BY seq DESC LIMIT ?1) \
                    GROUP BY origin) \
                   JOIN origin ON origin.id = origin WHERE secret IS NOT NULL \
                   GROUP BY integration, secret";
        let matched = |row: &rusqlite::Row<'_>| {
            Ok(((row.get(0)?, row.get(1)?), Timestamp::from_micros(row.get(2)?)))
        };
        self.conn
            .prepare(sql)
            .and_then(|mut statement| statement.query_map([count], matched)?.collect())
            .map_err(LogError::sqlite(&self.path))
    }

    /// The last delivery that a secret signed before `at`. Imported ones are passed over: they may be
    /// of any time.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn signed_before(&self, at: Timestamp) -> Result<Seq, LogError> {
        // From the end, which is where it is: what is older is not read.
        let sql = "SELECT seq FROM delivery CROSS JOIN origin ON origin.id = origin \
                   WHERE secret IS NOT NULL AND received_at < ?1 ORDER BY seq DESC LIMIT 1";
        let found = self.conn.query_row(sql, [at.as_micros()], |row| row.get(0)).optional();
        let found: Option<u64> = found.map_err(LogError::sqlite(&self.path))?;
        Ok(found.map_or(Seq::START, Seq::new))
    }

    /// Every secret that ever matched, by integration and name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn secrets_known(&self) -> Result<BTreeSet<(String, String)>, LogError> {
        let sql = "SELECT integration, secret FROM origin WHERE secret IS NOT NULL";
        self.conn
            .prepare(sql)
            .and_then(|mut statement| {
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })
            .map_err(LogError::sqlite(&self.path))
    }

    /// The bytes of the file and of its write-ahead log.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        [self.path.clone(), self.path.with_extension("db-wal")]
            .iter()
            .filter_map(|path| path.metadata().ok())
            .map(|metadata| metadata.len())
            .sum()
    }

    /// The time of receipt of the delivery at `seq`, if the log reaches that far.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn received_at(&self, seq: Seq) -> Result<Option<Timestamp>, LogError> {
        let found = self
            .conn
            .prepare_cached("SELECT received_at FROM delivery WHERE seq = ?1")
            .and_then(|mut statement| statement.query_row([seq.get()], |row| row.get(0)));
        match found {
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            found => found
                .map(|us| Some(Timestamp::from_micros(us)))
                .map_err(LogError::sqlite(&self.path)),
        }
    }

    fn by_integration(&self) -> Result<(Vec<IntegrationStats>, u64), rusqlite::Error> {
        let sql = "SELECT integration, count(*), sum(length(body)), min(received_at), max(received_at) \
                   FROM delivery JOIN origin ON origin.id = delivery.origin \
                   GROUP BY integration ORDER BY integration";
        let mut body_bytes = 0;
        let rows = self
            .conn
            .prepare(sql)?
            .query_map([], |row| {
                body_bytes += row.get::<_, u64>(2)?;
                Ok(IntegrationStats {
                    integration: row.get(0)?,
                    deliveries: row.get(1)?,
                    first_received_at: Timestamp::from_micros(row.get(3)?),
                    last_received_at: Timestamp::from_micros(row.get(4)?),
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok((rows, body_bytes))
    }
}
