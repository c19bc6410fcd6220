//! Browsers in which somebody signed in.

use rusqlite::{Connection, OptionalExtension, params};
use weir_domain::Timestamp;

use crate::person::role_of;
use crate::secret::{derived, digest};
use crate::{Access, AccessError, PersonId, Role, Secret};

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;
/// A session ends after so long without a request …
pub const SESSION_IDLE_US_MAX: i64 = 14 * DAY_US;
/// … and after so long in any case.
pub const SESSION_US_MAX: i64 = 90 * DAY_US;
/// A request within the same minute as the one before writes nothing.
pub(crate) const SEEN_EVERY_US: i64 = 60 * 1_000_000;
/// Browsers that one person is signed in with; the one that was seen least lately goes first.
const SESSIONS_MAX: u32 = 50;

const _: () = assert!(SESSION_IDLE_US_MAX < SESSION_US_MAX);

/// Whom a session's or a token's holder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Whose it is.
    pub person: PersonId,
    /// What they are called.
    pub name: String,
    /// What they may do here.
    pub role: Role,
    /// Whether they must choose a password of their own first.
    pub one_time: bool,
    /// What stands in the forms of this session; nobody else can know it.
    pub csrf: String,
}

impl Access {
    /// Begins a session: the token for the cookie.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_session(&self, person: PersonId, now: Timestamp) -> Result<Secret, AccessError> {
        self.change(|conn| self.insert_session(conn, person, now))
    }

    /// The same, within a change.
    pub(crate) fn insert_session(
        &self,
        conn: &Connection,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Secret, AccessError> {
        let (token, store) = (Secret::random(), self.store());
        conn.execute(
            "INSERT INTO session (digest, person, created_at, seen_at) VALUES (?1, ?2, ?3, ?3)",
            params![digest(token.reveal()), person.0, now.as_micros()],
        )
        .map_err(&store)?;
        seen(conn, person, now).map_err(&store)?;
        self.tidy_sessions(conn, person, now)?;
        Ok(token)
    }

    /// Whose session the token is of, if it is good at `now`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn session(&self, token: &str, now: Timestamp) -> Result<Option<Known>, AccessError> {
        let found = self.found_session(token, now)?;
        let Some(((id, seen_at, person, name, role), one_time)) = found else { return Ok(None) };
        let person = PersonId(person);
        if SEEN_EVERY_US <= now.since_us(Timestamp::from_micros(seen_at)) {
            self.with(|conn| {
                conn.execute(
                    "UPDATE session SET seen_at = ?2 WHERE id = ?1",
                    [id, now.as_micros()],
                )?;
                seen(conn, person, now)
            })?;
        }
        let csrf = derived("csrf", token);
        Ok(Some(Known { person, name, role: role_of(&role)?, one_time, csrf }))
    }

    /// The session's number, when it was seen, whose it is, and whether their password is a one-time one.
    #[expect(clippy::type_complexity, reason = "read here, and named by its one caller")]
    fn found_session(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<((i64, i64, i64, String, String), bool)>, AccessError> {
        let digest = digest(token);
        self.with(|conn| {
            let sql = "SELECT s.id, s.seen_at, p.id, p.name, p.role, p.one_time_until
                       FROM session s JOIN person p ON p.id = s.person
                       WHERE s.digest = ?1 AND NOT p.disabled AND ?2 < s.seen_at AND ?3 < s.created_at
                         AND (p.one_time_until IS NULL OR ?4 < p.one_time_until)";
            let idle_since = now.plus_us(-SESSION_IDLE_US_MAX).as_micros();
            let begun_since = now.plus_us(-SESSION_US_MAX).as_micros();
            conn.prepare_cached(sql)?
                .query_row(params![digest, idle_since, begun_since, now.as_micros()], |row| {
                    let one_time: Option<i64> = row.get(5)?;
                    let found: (i64, i64, i64, String, String) =
                        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
                    Ok((found, one_time.is_some()))
                })
                .optional()
        })
    }

    /// Whether the session of this token is still good at `now`. Nobody counts as seen by it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn session_lasts(&self, token: &str, now: Timestamp) -> Result<bool, AccessError> {
        Ok(self.found_session(token, now)?.is_some())
    }

    /// Ends the session of this token.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_session(&self, token: &str) -> Result<(), AccessError> {
        let digest = digest(token);
        self.with(|conn| conn.execute("DELETE FROM session WHERE digest = ?1", [digest]).map(drop))
    }

    /// Ends all sessions of somebody.
    pub(crate) fn end_sessions(&self, conn: &Connection, of: PersonId) -> Result<(), AccessError> {
        conn.execute("DELETE FROM session WHERE person = ?1", [of.0])
            .map(drop)
            .map_err(self.store())
    }

    /// Removes what has ended by time, and what is too much for one person.
    fn tidy_sessions(
        &self,
        conn: &Connection,
        of: PersonId,
        now: Timestamp,
    ) -> Result<(), AccessError> {
        let store = self.store();
        let idle_since = now.plus_us(-SESSION_IDLE_US_MAX).as_micros();
        let begun_since = now.plus_us(-SESSION_US_MAX).as_micros();
        conn.execute(
            "DELETE FROM session WHERE seen_at <= ?1 OR created_at <= ?2",
            [idle_since, begun_since],
        )
        .map_err(&store)?;
        conn.execute(
            "DELETE FROM session WHERE person = ?1 AND id NOT IN
             (SELECT id FROM session WHERE person = ?1 ORDER BY seen_at DESC, id DESC LIMIT ?2)",
            params![of.0, SESSIONS_MAX],
        )
        .map(drop)
        .map_err(&store)
    }
}

/// Notes that somebody asked for something.
pub(crate) fn seen(
    conn: &Connection,
    person: PersonId,
    now: Timestamp,
) -> Result<(), rusqlite::Error> {
    conn.execute("UPDATE person SET seen_at = ?2 WHERE id = ?1", [person.0, now.as_micros()])
        .map(drop)
}
