//! What is known of runs, to read.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};
use weir_domain::{Seq, Timestamp};

use super::{Ledger, LedgerError};
use crate::{Cause, Run, RunId, RunState, RunSummary, Sending, SendingState};

/// The columns of [`summary`].
pub(super) const SUMMARY: &str = "run.id, run.name, run.cause, run.again_of, run.scheduled_at,
    run.state, run.trouble, run.note, run.next_try_at, run.changed_at";
const SUMMARY_COLUMNS: usize = 10;

/// The role of a file that is a file for recipients, and no part of a message.
pub(super) const FILE_ROLE: &str = "file";

impl Ledger {
    /// The last runs, of one definition or of all, the newest first: at most `count_max`, and only
    /// those before the run `before`, where one is given.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn runs(
        &self,
        name: Option<&str>,
        before: Option<RunId>,
        count_max: usize,
    ) -> Result<Vec<RunSummary>, LedgerError> {
        let sql = format!(
            "SELECT {SUMMARY} FROM run WHERE (?1 IS NULL OR run.name = ?1) AND run.id < ?2
             ORDER BY run.id DESC LIMIT ?3"
        );
        let before = before.map_or(i64::MAX, |RunId(id)| i64::try_from(id).unwrap_or(i64::MAX));
        self.with(|conn| {
            conn.prepare_cached(&sql)?
                .query_map((name, before, count_max), |row| summary(row, 0))?
                .collect()
        })
    }

    /// One run, with all that was recorded of it.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn run(&self, id: RunId) -> Result<Option<Run>, LedgerError> {
        self.with(|conn| read(conn, id))
    }
}

/// One run, with all that was recorded of it.
pub(super) fn read(conn: &Connection, id: RunId) -> Result<Option<Run>, rusqlite::Error> {
    let sql = format!(
        "SELECT {SUMMARY}, definition.text, run.input, run.position, catalogue.text, run.version,
                run.said
         FROM run JOIN text AS definition ON definition.id = run.definition
         LEFT JOIN text AS catalogue ON catalogue.id = run.catalogue
         WHERE run.id = ?1"
    );
    let run = conn.prepare_cached(&sql)?.query_row([id.0], recorded).optional()?;
    let Some(mut run) = run else { return Ok(None) };
    let mut files = conn.prepare_cached(
        "SELECT role, name, media_type, bytes, sha256 FROM file WHERE run = ?1 ORDER BY name",
    )?;
    let files = files.query_map([id.0], |row| {
        Ok((row.get::<_, String>(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
    })?;
    for file in files {
        let (role, file) = file?;
        if role == FILE_ROLE { run.files.push(file) } else { run.parts.push(file) }
    }
    run.sendings = conn
        .prepare_cached(
            "SELECT target, state, tries, trouble, receipt, next_try_at, changed_at
             FROM sending WHERE run = ?1 ORDER BY id",
        )?
        .query_map([id.0], sending)?
        .collect::<Result<_, _>>()?;
    Ok(Some(run))
}

/// A run without its files and sendings.
fn recorded(row: &Row<'_>) -> Result<Run, rusqlite::Error> {
    let n = SUMMARY_COLUMNS;
    let said: Option<String> = row.get(n + 5)?;
    let said = said.map(|text| serde_json::from_str(&text)).transpose();
    Ok(Run {
        summary: summary(row, 0)?,
        definition: row.get(n)?,
        input: row.get(n + 1)?,
        position: row.get::<_, Option<u64>>(n + 2)?.map(Seq::new),
        catalogue: row.get(n + 3)?,
        version: row.get(n + 4)?,
        said: said.map_err(|error| damaged(n + 5, error))?,
        files: Vec::new(),
        parts: Vec::new(),
        sendings: Vec::new(),
    })
}

/// Reads the columns of [`SUMMARY`], which begin at `first`.
pub(super) fn summary(row: &Row<'_>, first: usize) -> Result<RunSummary, rusqlite::Error> {
    let state: String = row.get(first + 5)?;
    let cause: String = row.get(first + 2)?;
    let again_of: Option<u64> = row.get(first + 3)?;
    let cause = match (cause.as_str(), again_of) {
        (_, Some(id)) => Cause::Again(RunId(id)),
        ("asked", None) => Cause::Asked,
        _ => Cause::Scheduled,
    };
    Ok(RunSummary {
        id: RunId(row.get(first)?),
        name: row.get(first + 1)?,
        cause,
        scheduled_at: Timestamp::from_micros(row.get(first + 4)?),
        state: RunState::named(&state).ok_or_else(|| damaged(first + 5, "state"))?,
        trouble: row.get(first + 6)?,
        note: row.get(first + 7)?,
        next_try_at: at(row, first + 8)?,
        changed_at: Timestamp::from_micros(row.get(first + 9)?),
    })
}

fn sending(row: &Row<'_>) -> Result<Sending, rusqlite::Error> {
    let state: String = row.get(1)?;
    Ok(Sending {
        target: row.get(0)?,
        state: SendingState::named(&state).ok_or_else(|| damaged(1, "state"))?,
        tries: row.get(2)?,
        trouble: row.get(3)?,
        receipt: row.get(4)?,
        next_try_at: at(row, 5)?,
        changed_at: Timestamp::from_micros(row.get(6)?),
    })
}

/// An instant that may be none.
pub(super) fn at(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, rusqlite::Error> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_micros))
}

/// A text of ours that does not read back.
fn damaged(
    column: usize,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
}
