//! What the record says, newest first.

use rusqlite::params;
use weir_domain::Timestamp;

use crate::{AuditError, Deed, Did, Record};

/// Deeds of one page.
pub const ENTRIES_MAX: u32 = 1_000;

/// Which deeds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// At this instant or later.
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// By somebody whose name has this in it, in any letter case of ASCII.
    pub who: Option<String>,
    /// Of this kind.
    pub did: Option<Did>,
    /// To something that has this in its name.
    pub what: Option<String>,
}

/// Deeds, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The deeds.
    pub deeds: Vec<Deed>,
    /// From where the next page goes on; none where there are no more.
    pub before: Option<u64>,
}

impl Record {
    /// At most `count` deeds that fit, newest first, from before the place `before`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn entries(
        &self,
        filter: &Filter,
        before: Option<u64>,
        count: u32,
    ) -> Result<Page, AuditError> {
        let count = count.clamp(1, ENTRIES_MAX);
        let before = before.and_then(|seq| i64::try_from(seq).ok()).unwrap_or(i64::MAX);
        let mut deeds = self.with(|conn| {
            let mut statement = conn.prepare_cached(
                "SELECT b.seq, b.at, b.who_kind, b.who_id, b.who, b.source,
                        coalesce(e.did, b.did), coalesce(e.what, b.what), coalesce(e.outcome, b.outcome)
                 FROM entry b LEFT JOIN entry e ON e.of = b.seq
                 WHERE b.of IS NULL AND b.seq < ?1
                   AND (?2 IS NULL OR ?2 <= b.at) AND (?3 IS NULL OR b.at < ?3)
                   AND (?4 IS NULL OR instr(lower(b.who), lower(?4)))
                   AND (?5 IS NULL OR coalesce(e.did, b.did) = ?5)
                   AND (?6 IS NULL OR instr(coalesce(e.what, b.what), ?6))
                 ORDER BY b.seq DESC LIMIT ?7",
            )?;
            let rows = statement.query_map(
                params![
                    before,
                    filter.since.map(Timestamp::as_micros),
                    filter.until.map(Timestamp::as_micros),
                    filter.who,
                    filter.did.map(Did::name),
                    filter.what,
                    count + 1,
                ],
                |row| {
                    Ok(Deed {
                        seq: row.get(0)?,
                        at: Timestamp::from_micros(row.get(1)?),
                        who_kind: row.get(2)?,
                        who_id: row.get(3)?,
                        who: row.get(4)?,
                        from: row.get(5)?,
                        did: row.get(6)?,
                        what: row.get(7)?,
                        outcome: row.get(8)?,
                    })
                },
            )?;
            rows.collect::<Result<Vec<_>, _>>()
        })?;
        let more = (count as usize) < deeds.len();
        deeds.truncate(count as usize);
        Ok(Page { before: deeds.last().filter(|_| more).map(|deed| deed.seq), deeds })
    }
}
