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
        let Some(Candidate { id, password: Some(phc), .. }) = found.filter(may) else {
            return Ok(None);
        };
        self.admit(PersonId(id), &phc, now)
    }

    /// Begins a session of somebody whose password was right, if it still is theirs.
    fn admit(
        &self,
        person: PersonId,
        phc: &str,
        now: Timestamp,
    ) -> Result<Option<SignedIn>, AccessError> {
        self.change(|conn| {
            if !self.still_has(conn, person, phc)? {
                return Ok(None);
            }
            let token = self.insert_session(conn, person, now)?;
            Ok(Some(SignedIn { person, token }))
        })
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::Timestamp;

    use crate::{Access, Cost, PersonId};

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
    const PASSWORD: &str = "correct horse battery";

    fn hash_of(access: &Access, person: PersonId) -> String {
        let sql = "SELECT password FROM person WHERE id = ?1";
        access.with(|conn| conn.query_row(sql, [person.0], |row| row.get(0))).unwrap()
    }

    #[test]
    fn a_password_that_was_replaced_while_it_was_judged_opens_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let access = Access::open_at_cost(&dir.path().join("access.db"), Cost::LEAST).unwrap();
        let olga = access.add_owner("Olga", PASSWORD, NOW).unwrap().id;
        let before = hash_of(&access, olga);
        assert!(access.admit(olga, &before, NOW).unwrap().is_some());
        access.reset_password(olga, NOW).unwrap();
        assert!(access.admit(olga, &before, NOW).unwrap().is_none());
    }

    #[test]
    fn whoever_was_locked_out_while_their_password_was_judged_stays_out() {
        let dir = tempfile::tempdir().unwrap();
        let access = Access::open_at_cost(&dir.path().join("access.db"), Cost::LEAST).unwrap();
        access.add_owner("Olga", PASSWORD, NOW).unwrap();
        let new = crate::NewPerson { name: "Ann", role: crate::Role::Viewer };
        let ann = access.add_person(new, NOW).unwrap().0.id;
        access.set_disabled(ann, true).unwrap();
        assert!(access.admit(ann, &hash_of(&access, ann), NOW).unwrap().is_none());
    }
}
