//! What the executor writes, a step of a run at a time.

use rusqlite::{Connection, OptionalExtension, Row};
use weir_domain::{Seq, Timestamp};

use super::runs::{self, at};
use super::{Ledger, LedgerError, texts};
use crate::alert::Standing;
use crate::{Run, RunId, RunState, Said, SendingState};

/// No pause is longer than this: a next try that lies further ahead was reckoned by a clock that
/// has been set back since.
pub(crate) const PAUSE_US_MAX: i64 = 3 * 86_400_000_000;

/// A sending that may be tried now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) id: i64,
    pub(crate) run: RunId,
    pub(crate) target: String,
    pub(crate) parcel: String,
    pub(crate) formats: String,
    pub(crate) tries: u32,
    pub(crate) first_try_at: Option<Timestamp>,
}

/// A run that was computed and rendered.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) input: String,
    pub(crate) position: Seq,
    pub(crate) catalogue: String,
    pub(crate) said: Said,
    pub(crate) files: Vec<Filed>,
    /// Target, parcel, formats.
    pub(crate) sendings: Vec<(String, String, String)>,
    /// Why nobody is told, where nobody is.
    pub(crate) quiet: Option<String>,
    /// Where its alert stands now, where it has one.
    pub(crate) standing: Option<Standing>,
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filed {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) format: String,
    pub(crate) media_type: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) state: SendingState,
    pub(crate) tries: u32,
    pub(crate) first_try_at: Timestamp,
    pub(crate) next_try_at: Option<Timestamp>,
    pub(crate) trouble: Option<String>,
    pub(crate) receipt: Option<String>,
}

impl Ledger {
    /// The run that has been due the longest, if one may be rendered at `now`.
    pub(crate) fn due_run(&self, now: Timestamp) -> Result<Option<Run>, LedgerError> {
        self.with(|conn| {
            let id = conn
                .prepare_cached(
                    "SELECT id FROM run
                     WHERE state = 'due' AND (next_try_at <= ?1 OR ?2 < next_try_at)
                     ORDER BY next_try_at, scheduled_at, id LIMIT 1",
                )?
                .query_row((now.as_micros(), now.plus_us(PAUSE_US_MAX).as_micros()), |row| {
                    row.get(0)
                })
                .optional()?;
            id.map_or(Ok(None), |id| runs::read(conn, RunId(id)))
        })
    }

    /// To whom a run that was asked for again goes; all of them, where this is none.
    pub(crate) fn chosen(&self, run: RunId) -> Result<Option<Vec<String>>, LedgerError> {
        let text: Option<String> = self.with(|conn| {
            conn.prepare_cached("SELECT targets FROM run WHERE id = ?1")?
                .query_row([run.0], |row| row.get(0))
        })?;
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|_| LedgerError::Damaged { column: "targets" })
    }

    /// How often the run was begun, and when first.
    pub(crate) fn tries(&self, run: RunId) -> Result<(u32, Option<Timestamp>), LedgerError> {
        self.with(|conn| {
            conn.prepare_cached("SELECT tries, first_try_at FROM run WHERE id = ?1")?
                .query_row([run.0], |row| Ok((row.get(0)?, at(row, 1)?)))
        })
    }

    /// The run is being rendered from here on.
    pub(crate) fn begin(&self, run: RunId, now: Timestamp) -> Result<(), LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "UPDATE run SET state = 'rendering', tries = tries + 1, version = ?3,
                     first_try_at = coalesce(first_try_at, ?2), next_try_at = NULL, changed_at = ?2
                 WHERE id = ?1",
            )?
            .execute((run.0, now.as_micros(), crate::VERSION))
            .map(drop)
        })
    }

    /// The run could not be rendered, and is tried again at `next_try_at`.
    pub(crate) fn put_off(
        &self,
        run: RunId,
        trouble: &str,
        next_try_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "UPDATE run SET state = 'due', trouble = ?2, next_try_at = ?3, changed_at = ?4
                 WHERE id = ?1",
            )?
            .execute((run.0, trouble, next_try_at.as_micros(), now.as_micros()))
            .map(drop)
        })
    }

    /// The run's alert fires in quiet hours: it is judged once more when they end.
    pub(crate) fn hold_back(
        &self,
        run: RunId,
        name: &str,
        standing: Standing,
        note: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.change(|conn| {
            let store = self.store();
            super::alerts::put(conn, name, standing, &store)?;
            conn.prepare_cached(
                "UPDATE run SET state = 'due', trouble = NULL, note = ?2, next_try_at = ?3,
                     tries = 0, first_try_at = NULL, changed_at = ?4
                 WHERE id = ?1",
            )
            .and_then(|mut update| {
                update.execute((run.0, note, until.as_micros(), now.as_micros()))
            })
            .map(drop)
            .map_err(&store)
        })
    }

    /// The files of a run, with what each is for.
    pub(crate) fn filed(&self, run: RunId) -> Result<Vec<Filed>, LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "SELECT name, role, format, media_type, bytes, sha256 FROM file
                 WHERE run = ?1 ORDER BY name",
            )?
            .query_map([run.0], |row| {
                Ok(Filed {
                    name: row.get(0)?,
                    role: row.get(1)?,
                    format: row.get(2)?,
                    media_type: row.get(3)?,
                    bytes: row.get(4)?,
                    sha256: row.get(5)?,
                })
            })?
            .collect()
        })
    }

    /// The recipients of a run with the formats that each gets.
    pub(crate) fn addressed(&self, run: RunId) -> Result<Vec<(String, String)>, LedgerError> {
        self.with(|conn| {
            conn.prepare_cached("SELECT target, formats FROM sending WHERE run = ?1 ORDER BY id")?
                .query_map([run.0], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// The run will never be rendered by itself.
    pub(crate) fn fail(
        &self,
        run: RunId,
        trouble: &str,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "UPDATE run SET state = 'failed', trouble = ?2, next_try_at = NULL, changed_at = ?3
                 WHERE id = ?1",
            )?
            .execute((run.0, trouble, now.as_micros()))
            .map(drop)
        })
    }

    /// The run is rendered: what it was made from, its files, and to whom they go.
    pub(crate) fn rendered(
        &self,
        run: RunId,
        name: &str,
        rendered: &Rendered,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.change(|conn| {
            let store = self.store();
            record(conn, run, rendered, now).map_err(&store)?;
            for (target, parcel, formats) in &rendered.sendings {
                conn.prepare_cached(
                    "INSERT INTO sending (run, target, parcel, formats, state, next_try_at, changed_at)
                     VALUES (?1, ?2, ?3, ?4, 'waiting', ?5, ?5)",
                )
                .and_then(|mut insert| {
                    insert.execute((run.0, target, parcel, formats, now.as_micros()))
                })
                .map_err(&store)?;
            }
            if let Some(standing) = &rendered.standing {
                super::alerts::put(conn, name, standing.clone(), &store)?;
            }
            match &rendered.quiet {
                Some(_) => Ok(()),
                None => finish(conn, run, now).map_err(&store),
            }
        })
    }

    /// The sendings that may be tried at `now`, the longest waiting first.
    pub(crate) fn waiting(&self, now: Timestamp) -> Result<Vec<Open>, LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "SELECT id, run, target, parcel, formats, tries, first_try_at FROM sending
                 WHERE state = 'waiting' AND (next_try_at <= ?1 OR ?2 < next_try_at)
                 ORDER BY next_try_at, id",
            )?
            .query_map((now.as_micros(), now.plus_us(PAUSE_US_MAX).as_micros()), open)?
            .collect()
        })
    }

    /// The parcel may have arrived from here on.
    pub(crate) fn handing(&self, sending: i64, now: Timestamp) -> Result<(), LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "UPDATE sending SET state = 'handing', tries = tries + 1,
                     first_try_at = coalesce(first_try_at, ?2), next_try_at = NULL, changed_at = ?2
                 WHERE id = ?1",
            )?
            .execute((sending, now.as_micros()))
            .map(drop)
        })
    }

    /// What became of a try; and of the run, where it was the last.
    pub(crate) fn settle(
        &self,
        sending: &Open,
        settled: &Settled,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.change(|conn| {
            update(conn, sending.id, settled, now)
                .and_then(|()| finish(conn, sending.run, now))
                .map_err(self.store())
        })
    }

    /// When there is something to do next; none if only a request or an edit can bring something.
    pub(crate) fn next_wake(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "SELECT min(at) FROM (
                     SELECT min(next_at) AS at FROM plan WHERE next_at IS NOT NULL
                     UNION ALL SELECT min(next_try_at) FROM run WHERE state = 'due'
                     UNION ALL SELECT min(next_try_at) FROM sending WHERE state = 'waiting')",
            )?
            .query_row([], |row| at(row, 0))
        })
    }

    /// Puts right what a process left that ended in the middle of it. Only the executor may call
    /// this, before it does anything else: nobody is at work then.
    pub(crate) fn recover(
        &self,
        pause_us: impl Fn(u32) -> i64,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.change(|conn| {
            recover_runs(conn, &pause_us, now)
                .and_then(|()| recover_sendings(conn, now))
                .map_err(self.store())
        })
    }

    /// Puts right what a rendering left that did not come to its end, in this very process.
    pub(crate) fn recover_rendering(
        &self,
        pause_us: impl Fn(u32) -> i64,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.change(|conn| recover_runs(conn, &pause_us, now).map_err(self.store()))
    }

    /// When the run was last changed, if it is over: what was kept of it may be removed some time
    /// later.
    pub(crate) fn over_since(&self, run: RunId) -> Result<Option<Timestamp>, LedgerError> {
        self.with(|conn| {
            conn.prepare_cached(
                "SELECT changed_at FROM run
                 WHERE id = ?1 AND state NOT IN ('due', 'rendering', 'delivering')",
            )?
            .query_row([run.0], |row| at(row, 0))
            .optional()
            .map(Option::flatten)
        })
    }
}

fn open(row: &Row<'_>) -> Result<Open, rusqlite::Error> {
    Ok(Open {
        id: row.get(0)?,
        run: RunId(row.get(1)?),
        target: row.get(2)?,
        parcel: row.get(3)?,
        formats: row.get(4)?,
        tries: row.get(5)?,
        first_try_at: at(row, 6)?,
    })
}

/// What the run was made from, and its files.
fn record(
    conn: &Connection,
    run: RunId,
    rendered: &Rendered,
    now: Timestamp,
) -> Result<(), rusqlite::Error> {
    let catalogue = texts::keep(conn, &rendered.catalogue)?;
    // Texts and lists of texts cannot fail to be written.
    let said = serde_json::to_string(&rendered.said).unwrap_or_default();
    let state = if rendered.quiet.is_some() { RunState::Quiet } else { RunState::Delivering };
    conn.prepare_cached(
        "UPDATE run SET state = ?2, input = ?3, position = ?4, catalogue = ?5, said = ?6,
             note = coalesce(?7, note), trouble = NULL, next_try_at = NULL, changed_at = ?8
         WHERE id = ?1",
    )?
    .execute((
        run.0,
        state.name(),
        &rendered.input,
        rendered.position.get(),
        catalogue,
        said,
        &rendered.quiet,
        now.as_micros(),
    ))?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO file (run, name, role, format, media_type, bytes, sha256)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for Filed { name, role, format, media_type, bytes, sha256 } in &rendered.files {
        insert.execute((run.0, name, role, format, media_type, bytes, sha256))?;
    }
    Ok(())
}

fn update(
    conn: &Connection,
    sending: i64,
    settled: &Settled,
    now: Timestamp,
) -> Result<(), rusqlite::Error> {
    conn.prepare_cached(
        "UPDATE sending SET state = ?2, tries = ?3, first_try_at = ?4, next_try_at = ?5,
             trouble = ?6, receipt = ?7, changed_at = ?8
         WHERE id = ?1",
    )?
    .execute((
        sending,
        settled.state.name(),
        settled.tries,
        settled.first_try_at.as_micros(),
        settled.next_try_at.map(Timestamp::as_micros),
        &settled.trouble,
        &settled.receipt,
        now.as_micros(),
    ))
    .map(drop)
}

/// Ends the run whose sendings are all over; of another, says who has to wait.
fn finish(conn: &Connection, run: RunId, now: Timestamp) -> Result<(), rusqlite::Error> {
    let count = |states: &str| {
        conn.prepare_cached(&format!(
            "SELECT count(*) FROM sending WHERE run = ?1 AND state IN ({states})"
        ))?
        .query_row([run.0], |row| row.get::<_, u64>(0))
    };
    let open = count("'waiting', 'handing'")?;
    let (failed, unknown) = (count("'failed'")?, count("'unknown'")?);
    let all = open + failed + unknown + count("'delivered'")?;
    if 0 < open {
        return wait(conn, run, failed + unknown, all);
    }
    let state = if failed + unknown == 0 { RunState::Delivered } else { RunState::Failed };
    conn.prepare_cached(
        "UPDATE run SET state = ?2, trouble = ?3, changed_at = ?4
         WHERE id = ?1 AND state = 'delivering'",
    )?
    .execute((run.0, state.name(), missing(failed, unknown, all), now.as_micros()))
    .map(drop)
}

/// Says who of the run's recipients has to wait, and why the first of them does.
fn wait(conn: &Connection, run: RunId, missing: u64, all: u64) -> Result<(), rusqlite::Error> {
    let waiting = conn
        .prepare_cached(
            "SELECT target, trouble FROM sending
             WHERE run = ?1 AND state = 'waiting' AND trouble IS NOT NULL ORDER BY id",
        )?
        .query_map([run.0], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(String, String)>, _>>()?;
    let trouble = waiting.first().map(|(target, trouble)| {
        let have = if waiting.len() == 1 { "has" } else { "have" };
        let recipients = if all == 1 { "recipient" } else { "recipients" };
        let others = match missing {
            0 => String::new(),
            missing => format!(", and {missing} did not get it"),
        };
        let count = waiting.len();
        format!("{count} of {all} {recipients} {have} to wait{others}; {target}: {trouble}")
    });
    conn.prepare_cached("UPDATE run SET trouble = ?2 WHERE id = ?1 AND state = 'delivering'")?
        .execute((run.0, trouble))
        .map(drop)
}

/// Who did not get it, in a sentence; the recipients say why.
fn missing(failed: u64, unknown: u64, all: u64) -> Option<String> {
    let recipients = if all == 1 { "recipient" } else { "recipients" };
    match (failed, unknown) {
        (0, 0) => None,
        (failed, 0) => Some(format!("{failed} of {all} {recipients} did not get it")),
        (0, unknown) => {
            Some(format!("of {unknown} of {all} {recipients} nobody knows whether they got it"))
        }
        (failed, unknown) => Some(format!(
            "{failed} of {all} {recipients} did not get it, and of {unknown} nobody knows whether they did"
        )),
    }
}

/// What was being rendered is rendered again: nobody has got anything of it yet.
fn recover_runs(
    conn: &Connection,
    pause_us: &impl Fn(u32) -> i64,
    now: Timestamp,
) -> Result<(), rusqlite::Error> {
    let runs = conn
        .prepare_cached("SELECT id, tries FROM run WHERE state = 'rendering'")?
        .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    for (run, tries) in runs {
        // Once is an accident. A run that ends the process each time must not do so at once again.
        let (pause_us, trouble) = match tries {
            0 | 1 => (0, None),
            tries => (
                pause_us(tries - 1),
                Some(format!(
                    "it was cut off {tries} times while it was rendered; look at what Weir printed, and whether it has memory and room on the disk"
                )),
            ),
        };
        conn.prepare_cached(
            "UPDATE run SET state = 'due', next_try_at = ?2, trouble = ?3, changed_at = ?4
             WHERE id = ?1",
        )?
        .execute((run, now.plus_us(pause_us).as_micros(), trouble, now.as_micros()))?;
    }
    Ok(())
}

/// What was being handed over may have arrived: it is for people to find out.
fn recover_sendings(conn: &Connection, now: Timestamp) -> Result<(), rusqlite::Error> {
    let handing = conn
        .prepare_cached("SELECT id, run, target FROM sending WHERE state = 'handing'")?
        .query_map([], |row| Ok((row.get(0)?, RunId(row.get(1)?), row.get(2)?)))?
        .collect::<Result<Vec<(i64, RunId, String)>, _>>()?;
    for (sending, run, target) in handing {
        conn.prepare_cached(
            "UPDATE sending SET state = 'unknown', trouble = ?2, changed_at = ?3 WHERE id = ?1",
        )?
        .execute((sending, unknown(run, &target), now.as_micros()))?;
        finish(conn, run, now)?;
    }
    Ok(())
}

/// What to do about a sending of which nobody knows whether it arrived.
fn unknown(run: RunId, target: &str) -> String {
    format!(
        "Weir ended while it was handed over, so nobody knows whether it arrived; ask the \
         recipient, and if it did not: weir schedule again {run} --send {target}"
    )
}
