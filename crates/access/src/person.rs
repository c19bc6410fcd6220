//! People: who may sign in, and as what.

use rusqlite::{Connection, OptionalExtension, Row, params};
use weir_domain::Timestamp;

use crate::{Access, AccessError, Refusal, Role, Secret, name, password};

/// How long a one-time password works: whoever it is for is back from a week's leave.
pub const ONE_TIME_US: i64 = 8 * 24 * 60 * 60 * 1_000_000;

/// Whose row it is. A number, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonId(pub(crate) i64);

impl PersonId {
    /// The number in an address; whether there is such a person is seen when one asks.
    #[must_use]
    pub const fn new(number: i64) -> PersonId {
        PersonId(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Which row.
    pub id: PersonId,
    /// What they are called, and sign in as.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may not sign in.
    pub disabled: bool,
    /// Until when the password works that somebody else knows too.
    pub one_time_until: Option<Timestamp>,
    /// Whether they have no password here, but an identity provider vouches for them.
    pub elsewhere: bool,
    /// When they were made.
    pub created_at: Timestamp,
    /// When they last asked for something, to the minute.
    pub seen_at: Option<Timestamp>,
}

/// Somebody to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewPerson<'a> {
    /// What to call them.
    pub name: &'a str,
    /// What they may do.
    pub role: Role,
}

const COLUMNS: &str =
    "id, name, role, disabled, one_time_until, password IS NULL, created_at, seen_at";

impl Access {
    /// Whether anybody is known, who may sign in or not.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn has_people(&self) -> Result<bool, AccessError> {
        self.with(|conn| {
            conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM person)")?
                .query_row([], |row| row.get(0))
        })
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn people(&self) -> Result<Vec<Person>, AccessError> {
        let rows = self.with(|conn| {
            conn.prepare(&format!("SELECT {COLUMNS} FROM person ORDER BY name_key"))?
                .query_map([], PersonRow::read)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(Person::try_from).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// If there is no such person.
    pub fn person(&self, id: PersonId) -> Result<Person, AccessError> {
        self.find(&format!("SELECT {COLUMNS} FROM person WHERE id = ?1"), id.0)
    }

    /// The one of this name, in whatever letter case.
    ///
    /// # Errors
    /// If there is no such person.
    pub fn person_named(&self, name: &str) -> Result<Person, AccessError> {
        self.find(&format!("SELECT {COLUMNS} FROM person WHERE name_key = ?1"), name::key(name))
    }

    /// Makes the first person, who is the owner, with a password of their own.
    ///
    /// # Errors
    /// If there is somebody, or the name or the password cannot be taken.
    pub fn add_owner(
        &self,
        name: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<Person, AccessError> {
        password::check(password, name)?;
        let new = NewPerson { name, role: Role::Owner };
        let phc = self.passwords.hash(password)?;
        let id = self.change(|conn| {
            let anybody =
                conn.query_row("SELECT EXISTS (SELECT 1 FROM person)", [], |row| row.get(0));
            if anybody.map_err(self.store())? {
                return Err(Refusal::OwnerExists.into());
            }
            self.insert(conn, new, Some(&phc), None, None, now)
        })?;
        self.person(id)
    }

    /// Makes somebody, with a one-time password that they must replace.
    ///
    /// # Errors
    /// If the name cannot be taken.
    pub fn add_person(
        &self,
        new: NewPerson<'_>,
        now: Timestamp,
    ) -> Result<(Person, Secret), AccessError> {
        name::checked(new.name)?;
        let once = Secret::readable();
        let phc = self.passwords.hash(once.reveal())?;
        let until = now.plus_us(ONE_TIME_US);
        let id = self.change(|conn| self.insert(conn, new, Some(&phc), Some(until), None, now))?;
        Ok((self.person(id)?, once))
    }

    /// Gives somebody a one-time password in place of theirs, and ends their sessions.
    ///
    /// # Errors
    /// If there is no such person, or they have no password here.
    pub fn reset_password(&self, id: PersonId, now: Timestamp) -> Result<Secret, AccessError> {
        if self.person(id)?.elsewhere {
            return Err(Refusal::NoPassword.into());
        }
        let once = Secret::readable();
        let phc = self.passwords.hash(once.reveal())?;
        let until = now.plus_us(ONE_TIME_US);
        self.change(|conn| self.put_password(conn, id, &phc, Some(until)))?;
        Ok(once)
    }

    /// Puts a password of their own in place of the present one, ends all their sessions, and begins
    /// the one in which they go on: the token for its cookie.
    ///
    /// # Errors
    /// If `present` is not right, or `password` cannot be taken.
    pub fn change_password(
        &self,
        id: PersonId,
        present: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<Secret, AccessError> {
        let before: Option<String> = self.with(|conn| {
            conn.query_row("SELECT password FROM person WHERE id = ?1", [id.0], |row| row.get(0))
                .optional()
                .map(Option::flatten)
        })?;
        let fits = self.passwords.verify(present, before.as_deref())?;
        let before = before.filter(|_| fits).ok_or(Refusal::PasswordWrong)?;
        password::check(password, &self.person(id)?.name)?;
        let phc = self.passwords.hash(password)?;
        self.replace_password(id, &before, &phc, now)
    }

    /// Puts one hash in place of the one that was judged, if that is still theirs.
    fn replace_password(
        &self,
        id: PersonId,
        before: &str,
        phc: &str,
        now: Timestamp,
    ) -> Result<Secret, AccessError> {
        self.change(|conn| {
            if !self.still_has(conn, id, before)? {
                return Err(Refusal::PasswordWrong.into());
            }
            self.put_password(conn, id, phc, None)?;
            self.insert_session(conn, id, now)
        })
    }

    /// Whether somebody may sign in, with the password of this hash: while it was judged, another may
    /// have come in its place, or an owner may have locked them out.
    pub(crate) fn still_has(
        &self,
        conn: &Connection,
        id: PersonId,
        phc: &str,
    ) -> Result<bool, AccessError> {
        let sql = "SELECT EXISTS
                   (SELECT 1 FROM person WHERE id = ?1 AND password = ?2 AND NOT disabled)";
        conn.query_row(sql, params![id.0, phc], |row| row.get(0)).map_err(self.store())
    }

    /// Gives somebody another role, and ends their sessions if it is another.
    ///
    /// # Errors
    /// If there is no such person, or nobody would be owner.
    pub fn set_role(&self, id: PersonId, role: Role) -> Result<(), AccessError> {
        self.change(|conn| {
            let changed = self.update(
                conn,
                "UPDATE person SET role = ?2 WHERE id = ?1 AND role <> ?2",
                params![id.0, role.name()],
            )?;
            if changed {
                self.end_sessions(conn, id)?;
            }
            self.keep_an_owner(conn)
        })?;
        self.person(id).map(drop)
    }

    /// Lets somebody sign in no more, or again; ends their sessions. Their tokens stop with them.
    ///
    /// # Errors
    /// If there is no such person, or nobody would be owner.
    pub fn set_disabled(&self, id: PersonId, disabled: bool) -> Result<(), AccessError> {
        self.change(|conn| {
            self.update(
                conn,
                "UPDATE person SET disabled = ?2 WHERE id = ?1",
                params![id.0, disabled],
            )?;
            self.end_sessions(conn, id)?;
            self.keep_an_owner(conn)
        })?;
        self.person(id).map(drop)
    }

    /// Whether there is somebody whom an identity provider calls `subject`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_known_elsewhere(&self, subject: &str) -> Result<bool, AccessError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM person WHERE subject = ?1)";
        self.with(|conn| conn.query_row(sql, [subject], |row| row.get(0)))
    }

    /// The person whom an identity provider calls `subject`: the one it was before, or a new one.
    ///
    /// # Errors
    /// If a new one cannot have the name.
    pub fn person_elsewhere(
        &self,
        subject: &str,
        new: NewPerson<'_>,
        now: Timestamp,
    ) -> Result<Person, AccessError> {
        let id = self.change(|conn| {
            let found = conn
                .query_row("SELECT id FROM person WHERE subject = ?1", [subject], |row| row.get(0))
                .optional()
                .map_err(self.store())?;
            match found {
                Some(id) => Ok(PersonId(id)),
                None => self.insert(conn, new, None, None, Some(subject), now),
            }
        })?;
        self.person(id)
    }

    fn insert(
        &self,
        conn: &Connection,
        NewPerson { name, role }: NewPerson<'_>,
        phc: Option<&str>,
        one_time_until: Option<Timestamp>,
        subject: Option<&str>,
        now: Timestamp,
    ) -> Result<PersonId, AccessError> {
        let name = name::checked(name)?;
        let added = conn
            .execute(
                "INSERT INTO person (name, name_key, password, one_time_until, role, subject, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name_key) DO NOTHING",
                params![
                    name,
                    name::key(name),
                    phc,
                    one_time_until.map(Timestamp::as_micros),
                    role.name(),
                    subject,
                    now.as_micros()
                ],
            )
            .map_err(self.store())?;
        if added == 0 {
            return Err(Refusal::NameTaken.into());
        }
        Ok(PersonId(conn.last_insert_rowid()))
    }

    fn put_password(
        &self,
        conn: &Connection,
        id: PersonId,
        phc: &str,
        one_time_until: Option<Timestamp>,
    ) -> Result<(), AccessError> {
        self.update(
            conn,
            "UPDATE person SET password = ?2, one_time_until = ?3 WHERE id = ?1",
            params![id.0, phc, one_time_until.map(Timestamp::as_micros)],
        )?;
        self.end_sessions(conn, id)
    }

    /// Whether the statement changed anything.
    fn update(
        &self,
        conn: &Connection,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> Result<bool, AccessError> {
        conn.execute(sql, values).map(|rows| 0 < rows).map_err(self.store())
    }

    fn keep_an_owner(&self, conn: &Connection) -> Result<(), AccessError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM person WHERE role = 'owner' AND NOT disabled)";
        let kept = conn.query_row(sql, [], |row| row.get(0)).map_err(self.store())?;
        if kept { Ok(()) } else { Err(Refusal::LastOwner.into()) }
    }

    fn find(&self, sql: &str, by: impl rusqlite::ToSql) -> Result<Person, AccessError> {
        let row = self
            .with(|conn| conn.prepare_cached(sql)?.query_row([by], PersonRow::read).optional())?;
        row.ok_or(Refusal::NoPerson)?.try_into()
    }
}

/// A row as SQLite gives it.
struct PersonRow {
    id: i64,
    name: String,
    role: String,
    disabled: bool,
    one_time_until: Option<i64>,
    elsewhere: bool,
    created_at: i64,
    seen_at: Option<i64>,
}

impl PersonRow {
    fn read(row: &Row<'_>) -> Result<PersonRow, rusqlite::Error> {
        Ok(PersonRow {
            id: row.get(0)?,
            name: row.get(1)?,
            role: row.get(2)?,
            disabled: row.get(3)?,
            one_time_until: row.get(4)?,
            elsewhere: row.get(5)?,
            created_at: row.get(6)?,
            seen_at: row.get(7)?,
        })
    }
}

impl TryFrom<PersonRow> for Person {
    type Error = AccessError;

    fn try_from(row: PersonRow) -> Result<Person, AccessError> {
        Ok(Person {
            id: PersonId(row.id),
            name: row.name,
            role: role_of(&row.role)?,
            disabled: row.disabled,
            one_time_until: row.one_time_until.map(Timestamp::from_micros),
            elsewhere: row.elsewhere,
            created_at: Timestamp::from_micros(row.created_at),
            seen_at: row.seen_at.map(Timestamp::from_micros),
        })
    }
}

pub(crate) fn role_of(text: &str) -> Result<Role, AccessError> {
    text.parse().map_err(|()| AccessError::Damaged { column: "role" })
}

#[cfg(test)]
mod tests {
    use weir_domain::Timestamp;

    use crate::{Access, AccessError, Cost, Refusal};

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn a_password_is_not_put_in_the_place_of_another_than_was_judged() {
        let dir = tempfile::tempdir().unwrap();
        let access = Access::open_at_cost(&dir.path().join("access.db"), Cost::LEAST).unwrap();
        let olga = access.add_owner("Olga", "correct horse battery", NOW).unwrap().id;
        let hash = || {
            let sql = "SELECT password FROM person WHERE id = ?1";
            access
                .with(|conn| conn.query_row(sql, [olga.0], |row| row.get::<_, String>(0)))
                .unwrap()
        };
        let before = hash();
        let once = access.reset_password(olga, NOW).unwrap();
        let got = access.replace_password(olga, &before, "another", NOW);
        assert!(matches!(got, Err(AccessError::Refused(Refusal::PasswordWrong))), "{got:?}");
        assert_ne!(hash(), "another");
        assert!(access.sign_in("Olga", once.reveal(), NOW).unwrap().is_some());
    }
}
