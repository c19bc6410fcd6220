//! Adding to the record.

use rusqlite::{Connection, OptionalExtension, params};
use weir_domain::Timestamp;

use crate::entry::plain;
use crate::hash::{GENESIS, Hash, Sealed};
use crate::{Audit, AuditError, Did, Entry, Outcome};

/// Something that was let through and has not come to its end.
#[derive(Debug)]
#[must_use = "say what became of it"]
pub struct Begun {
    seq: i64,
    entry: Entry,
}

impl Audit {
    /// Writes down what is done by being written down, or seen: one entry.
    /// It is on the disk when this returns.
    ///
    /// # Errors
    /// If it cannot be written. Then it must not be done, and not be shown.
    pub fn record(&self, entry: &Entry, outcome: Outcome) -> Result<u64, AuditError> {
        let seq = self.record.change(|tx| append(tx, entry, outcome, None))?;
        Ok(seq.unsigned_abs())
    }

    /// Writes down that something is about to be done. It is on the disk when this returns.
    ///
    /// # Errors
    /// If it cannot be written. Then it must not be done.
    pub fn begin(&self, entry: Entry) -> Result<Begun, AuditError> {
        let seq = self.record.change(|tx| append(tx, &entry, Outcome::Begun, None))?;
        Ok(Begun { seq, entry })
    }

    /// Writes down what became of it; `did` and `what` say it more precisely where they are given, as
    /// the number that something has now.
    ///
    /// # Errors
    /// If it cannot be written. Then it stays begun.
    pub fn end(
        &self,
        begun: Begun,
        at: Timestamp,
        did: Option<Did>,
        what: Option<&str>,
        outcome: Outcome,
    ) -> Result<(), AuditError> {
        let Begun { seq, mut entry } = begun;
        entry.at = at;
        entry.did = did.unwrap_or(entry.did);
        if let Some(what) = what {
            what.clone_into(&mut entry.what);
        }
        self.record.change(|tx| append(tx, &entry, outcome, Some(seq)))?;
        Ok(())
    }
}

fn append(
    tx: &Connection,
    entry: &Entry,
    outcome: Outcome,
    of: Option<i64>,
) -> Result<i64, rusqlite::Error> {
    let last = tx
        .prepare_cached("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Hash>(1)?)))
        .optional()?;
    let (seq, before) = last.unwrap_or((0, GENESIS));
    let (who, what) = (plain(&entry.who.name), plain(&entry.what));
    let from = entry.from.as_deref().map(plain);
    let row = Sealed {
        seq: seq + 1,
        at_us: entry.at.as_micros(),
        who_kind: entry.who.kind.name(),
        who_id: entry.who.id,
        who: &who,
        source: from.as_deref(),
        did: entry.did.name(),
        what: &what,
        outcome: outcome.name(),
        of,
    };
    tx.prepare_cached(
        "INSERT INTO entry (seq, at, who_kind, who_id, who, source, did, what, outcome, of, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        row.seq,
        row.at_us,
        row.who_kind,
        row.who_id,
        row.who,
        row.source,
        row.did,
        row.what,
        row.outcome,
        row.of,
        row.hash(&before),
    ])?;
    Ok(row.seq)
}
