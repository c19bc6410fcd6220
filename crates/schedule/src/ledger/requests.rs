//! What people ask for. A request is a run that is due: whoever executes runs finds it.

use rusqlite::Connection;
use weir_domain::Timestamp;

use super::{Ledger, LedgerError, runs, texts};
use crate::{Run, RunId, RunState};

impl Ledger {
    /// Asks for a run of this definition now, relative to `as_of`. The executor finds it within a
    /// second; [`Ledger::run`] tells what became of it.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub fn ask(
        &self,
        name: &str,
        definition: &str,
        as_of: Timestamp,
        now: Timestamp,
    ) -> Result<RunId, LedgerError> {
        self.change(|conn| {
            texts::keep(conn, definition)
                .and_then(|text| {
                    conn.prepare_cached(
                        "INSERT INTO run (name, cause, scheduled_at, definition, version, state,
                                          next_try_at, created_at, changed_at)
                         VALUES (?1, 'asked', ?2, ?3, ?4, 'due', ?5, ?5, ?5)",
                    )?
                    .insert((
                        name,
                        as_of.as_micros(),
                        text,
                        crate::VERSION,
                        now.as_micros(),
                    ))
                })
                .map(id_of)
                .map_err(self.store())
        })
    }

    /// Asks for the same as `run` once more: to these of its recipients, or to all of them where
    /// none is named. What was recorded is sent, not what the definition says today.
    ///
    /// # Errors
    /// If there is no such run or recipient, the run is not over or had nothing to send, or the
    /// ledger cannot be written.
    pub fn again(
        &self,
        run: RunId,
        targets: &[String],
        now: Timestamp,
    ) -> Result<RunId, LedgerError> {
        self.change(|conn| {
            let store = self.store();
            let of = runs::read(conn, run).map_err(&store)?.ok_or(LedgerError::NoRun(run))?;
            refuse(&of, targets)?;
            insert_again(conn, &of, targets, now).map(id_of).map_err(&store)
        })
    }
}

/// Sending again is a person's wish, but never a way to make two of what is still under way.
fn refuse(of: &Run, targets: &[String]) -> Result<(), LedgerError> {
    let run = of.summary.id;
    match of.summary.state {
        state if !state.is_over() => return Err(LedgerError::NotOver { run, state }),
        RunState::Quiet => {
            let why = of.summary.note.clone().unwrap_or_else(|| "it told nobody".to_owned());
            return Err(LedgerError::NothingToSend(run, why));
        }
        _ => {}
    }
    let known = || of.sendings.iter().map(|sending| sending.target.as_str());
    // A run that was never rendered has no recipients yet: those of its definition are asked later.
    let missing = targets.iter().find(|target| !known().any(|known| known == **target));
    match missing {
        Some(target) if of.position.is_some() => {
            let known = known().collect::<Vec<_>>().join(", ");
            let known = if known.is_empty() { "none".to_owned() } else { known };
            Err(LedgerError::NoTarget { run, target: target.clone(), known })
        }
        _ => Ok(()),
    }
}

fn insert_again(
    conn: &Connection,
    of: &Run,
    targets: &[String],
    now: Timestamp,
) -> Result<i64, rusqlite::Error> {
    // A JSON list of texts cannot fail to be written.
    let targets = (!targets.is_empty()).then(|| serde_json::Value::from(targets).to_string());
    let definition = texts::keep(conn, &of.definition)?;
    let summary = &of.summary;
    // What was skipped is not skipped now.
    let note = summary.note.as_ref().filter(|_| summary.state != RunState::Skipped);
    conn.prepare_cached(
        "INSERT INTO run (name, cause, again_of, targets, scheduled_at, definition, version, state,
                          next_try_at, note, created_at, changed_at)
         VALUES (?1, 'again', ?2, ?3, ?4, ?5, ?6, 'due', ?7, ?8, ?7, ?7)",
    )?
    .insert((
        &summary.name,
        summary.id.0,
        targets,
        summary.scheduled_at.as_micros(),
        definition,
        crate::VERSION,
        now.as_micros(),
        note,
    ))
}

fn id_of(row: i64) -> RunId {
    RunId(row.unsigned_abs())
}
