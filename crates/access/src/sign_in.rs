//! A name and a password, judged. Every refusal is the same, and takes as long.

use rusqlite::OptionalExtension;
use weir_domain::Timestamp;

use crate::{Access, AccessError, PersonId, Secret, name};

/// Somebody whose password was right.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// The token for the cookie.
    pub token: Secret,
}

/// What is held against the password.
struct Candidate {
    id: i64,
    password: Option<String>,
    disabled: bool,
    one_time_until: Option<i64>,
}

impl Access {
    /// Begins a session if there is somebody of this name who may sign in and has this password.
    /// Takes tens of milliseconds: not for a thread that others wait for.
    ///
    /// # Errors
    /// If too many are at it, or the file cannot be reached.
    pub fn sign_in(
        &self,
        name: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<Option<SignedIn>, AccessError> {
        let key = name::key(name);
        let found = self.with(|conn| {
            let sql =
                "SELECT id, password, disabled, one_time_until FROM person WHERE name_key = ?1";
            conn.query_row(sql, [key], |row| {
                Ok(Candidate {
                    id: row.get(0)?,
                    password: row.get(1)?,
                    disabled: row.get(2)?,
                    one_time_until: row.get(3)?,
                })
            })
            .optional()
        })?;
        let phc = found.as_ref().and_then(|found| found.password.as_deref());
        let fits = self.passwords.verify(password, phc)?;
        let may = |found: &Candidate| {
            let over = found.one_time_until.is_some_and(|until| until <= now.as_micros());
            fits && !found.disabled && !over
        };
        let Some(Candidate { id, .. }) = found.filter(may) else { return Ok(None) };
        let person = PersonId(id);
        Ok(Some(SignedIn { person, token: self.begin_session(person, now)? }))
    }
}
