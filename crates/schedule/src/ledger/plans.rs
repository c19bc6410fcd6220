//! When each definition is due next.

use rusqlite::{Connection, Row};
use weir_domain::Timestamp;

use super::runs::{SUMMARY, at, summary};
use super::{Ledger, LedgerError, texts};
use crate::{RunState, RunSummary};

/// A definition, as the scheduler knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The definition's name.
    pub name: String,
    /// When it is due next; none if it never is by itself.
    pub next_at: Option<Timestamp>,
    /// Its last run.
    pub last: Option<RunSummary>,
    /// What is wrong with the definition, and what to do; a sentence.
    pub trouble: Option<String>,
}

/// A plan as the executor keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) name: String,
    /// The `when` that `next_at` was reckoned by.
    pub(crate) schedule: Option<String>,
    pub(crate) next_at: Option<Timestamp>,
    /// What `next_at` was when the definition broke.
    pub(crate) held_at: Option<Timestamp>,
    pub(crate) trouble: Option<String>,
}

/// An instant that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instant {
    pub(crate) at: Timestamp,
    pub(crate) state: RunState,
    pub(crate) note: Option<String>,
}

impl Ledger {
    /// Every definition that the scheduler knows, by name.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn plans(&self) -> Result<Vec<Plan>, LedgerError> {
        let sql = format!(
            "SELECT plan.name, plan.next_at, plan.trouble, run.id IS NOT NULL, {SUMMARY}
             FROM plan LEFT JOIN run ON run.id =
                 (SELECT max(other.id) FROM run AS other WHERE other.name = plan.name)
             ORDER BY plan.name"
        );
        self.with(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let plans = statement.query_map([], |row| {
                let last = row.get(3)?;
                Ok(Plan {
                    name: row.get(0)?,
                    next_at: at(row, 1)?,
                    trouble: row.get(2)?,
                    last: if last { Some(summary(row, 4)?) } else { None },
                })
            })?;
            plans.collect()
        })
    }

    /// Every plan, by name.
    pub(crate) fn planned(&self) -> Result<Vec<Planned>, LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "SELECT name, schedule, next_at, held_at, trouble FROM plan ORDER BY name",
            )?
            .query_map([], planned)?
            .collect()
        })
    }

    /// The plans that are due at `now`, the longest due first.
    pub(crate) fn come_due(&self, now: Timestamp) -> Result<Vec<Planned>, LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "SELECT name, schedule, next_at, held_at, trouble FROM plan
                 WHERE next_at <= ?1 ORDER BY next_at, name",
            )?
            .query_map([now.as_micros()], planned)?
            .collect()
        })
    }

    /// Puts these plans in the place of those of the same name, and takes those away whose
    /// definition is gone.
    pub(crate) fn replan(
        &self,
        changed: &[Planned],
        gone: &[String],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.change(|conn| {
            let store = self.store();
            for plan in changed {
                put(conn, plan, now).map_err(&store)?;
            }
            for name in gone {
                conn.prepare_cached("DELETE FROM plan WHERE name = ?1")
                    .and_then(|mut delete| delete.execute([name]))
                    .map_err(&store)?;
            }
            Ok(())
        })
    }

    /// The last instant of this definition that was run or skipped: what is due next lies after it,
    /// whatever the clock says.
    pub(crate) fn last_scheduled(&self, name: &str) -> Result<Option<Timestamp>, LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "SELECT max(scheduled_at) FROM run WHERE name = ?1 AND cause = 'scheduled'",
            )?
            .query_row([name], |row| at(row, 0))
        })
    }

    /// Makes runs of instants that have come, and moves the plan on: both or neither. An instant
    /// that the ledger knows already is left as it is.
    pub(crate) fn make_due(
        &self,
        name: &str,
        definition: &str,
        instants: &[Instant],
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.change(|conn| {
            let store = self.store();
            let text = texts::keep(conn, definition).map_err(&store)?;
            for Instant { at, state, note } in instants {
                let next_try = (*state == RunState::Due).then_some(now.as_micros());
                conn.prepare_cached(
                    "INSERT INTO run (name, cause, scheduled_at, definition, version, state,
                                      next_try_at, note, created_at, changed_at)
                     VALUES (?1, 'scheduled', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
                     ON CONFLICT (name, scheduled_at) WHERE cause = 'scheduled' DO NOTHING",
                )
                .and_then(|mut insert| {
                    insert.execute((
                        name,
                        at.as_micros(),
                        text,
                        crate::VERSION,
                        state.name(),
                        next_try,
                        note,
                        now.as_micros(),
                    ))
                })
                .map_err(&store)?;
            }
            conn.prepare_cached("UPDATE plan SET next_at = ?2, changed_at = ?3 WHERE name = ?1")
                .and_then(|mut update| {
                    update.execute((name, next_at.map(Timestamp::as_micros), now.as_micros()))
                })
                .map_err(&store)?;
            Ok(())
        })
    }
}

fn planned(row: &Row<'_>) -> Result<Planned, rusqlite::Error> {
    Ok(Planned {
        name: row.get(0)?,
        schedule: row.get(1)?,
        next_at: at(row, 2)?,
        held_at: at(row, 3)?,
        trouble: row.get(4)?,
    })
}

fn put(conn: &Connection, plan: &Planned, now: Timestamp) -> Result<(), rusqlite::Error> {
    let Planned { name, schedule, next_at, held_at, trouble } = plan;
    let us = |at: &Option<Timestamp>| at.map(Timestamp::as_micros);
    conn.prepare_cached(
        "INSERT INTO plan (name, schedule, next_at, held_at, trouble, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (name) DO UPDATE SET schedule = excluded.schedule, next_at = excluded.next_at,
             held_at = excluded.held_at, trouble = excluded.trouble,
             changed_at = excluded.changed_at",
    )?
    .execute((name, schedule, us(next_at), us(held_at), trouble, now.as_micros()))?;
    Ok(())
}
