//! Where each alert stands.

use rusqlite::{Connection, OptionalExtension};
use weir_domain::Timestamp;

use super::{Ledger, LedgerError};
use crate::alert::Standing;

/// An alert, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertStanding {
    /// The definition's name.
    pub name: String,
    /// Where it stands.
    pub standing: Standing,
}

impl Ledger {
    /// Every alert that was ever judged, by name.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn alerts(&self) -> Result<Vec<AlertStanding>, LedgerError> {
        let rows = self.with(|conn| {
            conn.prepare_cached("SELECT name, standing FROM alert ORDER BY name")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<Vec<(String, String)>, _>>()
        })?;
        rows.into_iter()
            .map(|(name, text)| Ok(AlertStanding { name, standing: read(&text)? }))
            .collect()
    }

    /// Notes that `by` knows that the alert fires: until it is over, it is not told again.
    ///
    /// # Errors
    /// If it does not fire, or the ledger cannot be written.
    pub fn acknowledge(&self, name: &str, by: &str, now: Timestamp) -> Result<(), LedgerError> {
        self.change(|conn| {
            let store = self.store();
            let mut standing = stored(conn, name, &store)?.unwrap_or_default();
            if !standing.acknowledge(by, now) {
                return Err(LedgerError::NotFiring(name.to_owned()));
            }
            write(conn, name, &standing).map_err(&store)
        })
    }

    /// Where the alert stands.
    pub(crate) fn standing(&self, name: &str) -> Result<Standing, LedgerError> {
        let text = self.with(|conn| text_of(conn, name))?;
        text.map_or(Ok(Standing::default()), |text| read(&text))
    }
}

/// Notes where the alert stands after a judgement.
pub(super) fn put(
    conn: &Connection,
    name: &str,
    mut standing: Standing,
    store: &impl Fn(rusqlite::Error) -> LedgerError,
) -> Result<(), LedgerError> {
    // Somebody may have acknowledged it while it was judged.
    if standing.state.is_firing() && standing.acknowledged.is_none() {
        let before = stored(conn, name, store)?.unwrap_or_default();
        standing.acknowledged = before.acknowledged.filter(|_| before.since == standing.since);
    }
    write(conn, name, &standing).map_err(store)
}

fn stored(
    conn: &Connection,
    name: &str,
    store: &impl Fn(rusqlite::Error) -> LedgerError,
) -> Result<Option<Standing>, LedgerError> {
    text_of(conn, name).map_err(store)?.map(|text| read(&text)).transpose()
}

fn text_of(conn: &Connection, name: &str) -> Result<Option<String>, rusqlite::Error> {
    conn.prepare_cached("SELECT standing FROM alert WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

fn read(text: &str) -> Result<Standing, LedgerError> {
    serde_json::from_str(text).map_err(|_| LedgerError::Damaged { column: "standing" })
}

fn write(conn: &Connection, name: &str, standing: &Standing) -> Result<(), rusqlite::Error> {
    // Plain values cannot fail to be written.
    let standing = serde_json::to_string(standing).unwrap_or_default();
    conn.prepare_cached(
        "INSERT INTO alert (name, standing) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET standing = excluded.standing",
    )?
    .execute((name, standing))
    .map(drop)
}
