//! What the log holds.

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

impl LogReader {
    /// Counts what the log holds, in one reading of it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn stats(&self) -> Result<LogStats, LogError> {
        let file_bytes = [self.path.clone(), self.path.with_extension("db-wal")]
            .iter()
            .filter_map(|path| path.metadata().ok())
            .map(|metadata| metadata.len())
            .sum();
        let seals = self.count_seals().map_err(LogError::store(&self.path))?;
        let (integrations, body_bytes) =
            self.by_integration().map_err(LogError::store(&self.path))?;
        Ok(LogStats {
            deliveries: integrations.iter().map(|one| one.deliveries).sum(),
            body_bytes,
            file_bytes,
            seals,
            first_received_at: integrations.iter().map(|one| one.first_received_at).min(),
            last_received_at: integrations.iter().map(|one| one.last_received_at).max(),
            integrations,
        })
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
                .map_err(LogError::store(&self.path)),
        }
    }

    fn count_seals(&self) -> Result<u64, rusqlite::Error> {
        self.conn.query_row("SELECT count(*) FROM seal", [], |row| row.get(0))
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
