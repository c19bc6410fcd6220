//! What programs identify themselves by.

use rusqlite::{Connection, OptionalExtension, Row, params};
use weir_domain::Timestamp;

use crate::person::role_of;
use crate::secret::digest;
use crate::session::{SEEN_EVERY_US, seen};
use crate::{Access, AccessError, PersonId, Refusal, Role, Secret, name};

/// So that a token is known for one wherever it turns up.
pub const TOKEN_PREFIX: &str = "weir_";
/// A token that nobody renews within a year is one that nobody remembers.
pub const TOKEN_DAYS_MAX: u32 = 366;
/// Tokens that one person may have which are neither over nor revoked.
const TOKENS_MAX: u32 = 100;
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// Which token. A number, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenId(i64);

impl TokenId {
    /// The number in an address; whether there is such a token is seen when one asks.
    #[must_use]
    pub const fn new(number: i64) -> TokenId {
        TokenId(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// A token as it can be shown: all but the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Which one.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Whose it is.
    pub person: PersonId,
    /// What they are called.
    pub person_name: String,
    /// What it may do, as long as its maker may.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// Whether it still opens anything, as far as it itself is concerned.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// A token to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// What it is for.
    pub name: &'a str,
    /// Whose it is.
    pub person: PersonId,
    /// What it may do.
    pub role: Role,
    /// For how long it is good.
    pub days: u32,
    /// What its maker may do.
    pub maker: Role,
    /// The token that makes it, where one does. It ends with that one.
    pub made_by: Option<TokenId>,
}

/// Who uses a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// Which one.
    pub token: TokenId,
    /// What it is for.
    pub token_name: String,
    /// Whose it is.
    pub person: PersonId,
    /// What they are called.
    pub name: String,
    /// What may be done with it: the lesser of its role and its maker's.
    pub role: Role,
}

const COLUMNS: &str =
    "t.id, t.name, t.person, p.name, t.role, t.created_at, t.expires_at, t.used_at,
    t.revoked_at, p.role FROM token t JOIN person p ON p.id = t.person";

impl Access {
    /// Makes a token: its row, and the text that is never seen again.
    ///
    /// # Errors
    /// If it would be more than its maker may give.
    pub fn add_token(
        &self,
        new: NewToken<'_>,
        now: Timestamp,
    ) -> Result<(Token, Secret), AccessError> {
        let name = name::checked(new.name)?;
        if new.maker < new.role {
            return Err(Refusal::RoleTooGreat.into());
        }
        if !(1..=TOKEN_DAYS_MAX).contains(&new.days) {
            return Err(Refusal::TokenDays.into());
        }
        let expires_at = now.plus_us(i64::from(new.days) * DAY_US);
        let secret = Secret::token(TOKEN_PREFIX);
        let id = self.change(|conn| {
            let good: u32 = conn
                .query_row(
                    "SELECT count(*) FROM token
                     WHERE person = ?1 AND revoked_at IS NULL AND ?2 < expires_at",
                    [new.person.0, now.as_micros()],
                    |row| row.get(0),
                )
                .map_err(self.store())?;
            if TOKENS_MAX <= good {
                return Err(Refusal::TooManyTokens.into());
            }
            let expires_at = match new.made_by {
                Some(maker) => expires_at.min(self.good_until(conn, maker, now)?),
                None => expires_at,
            };
            conn.execute(
                "INSERT INTO token (digest, person, name, role, created_at, expires_at, made_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    digest(secret.reveal()),
                    new.person.0,
                    name,
                    new.role.name(),
                    now.as_micros(),
                    expires_at.as_micros(),
                    new.made_by.map(TokenId::get)
                ],
            )
            .map_err(self.store())?;
            Ok(TokenId(conn.last_insert_rowid()))
        })?;
        Ok((self.token(id)?, secret))
    }

    /// When a token ends that is good: it may have been revoked since whoever asks was let in.
    fn good_until(
        &self,
        conn: &Connection,
        id: TokenId,
        now: Timestamp,
    ) -> Result<Timestamp, AccessError> {
        let sql = "SELECT expires_at FROM token
                   WHERE id = ?1 AND revoked_at IS NULL AND ?2 < expires_at";
        let until: Option<i64> = conn
            .query_row(sql, [id.0, now.as_micros()], |row| row.get(0))
            .optional()
            .map_err(self.store())?;
        Ok(until.map(Timestamp::from_micros).ok_or(Refusal::NoToken)?)
    }

    /// Somebody's tokens, or everybody's, the latest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn tokens(&self, of: Option<PersonId>) -> Result<Vec<Token>, AccessError> {
        let rows = self.with(|conn| {
            let sql =
                format!("SELECT {COLUMNS} WHERE ?1 IS NULL OR t.person = ?1 ORDER BY t.id DESC");
            conn.prepare(&sql)?
                .query_map([of.map(PersonId::get)], read)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(|(token, _)| token).collect()
    }

    /// One token.
    ///
    /// # Errors
    /// If there is none.
    pub fn token(&self, id: TokenId) -> Result<Token, AccessError> {
        let row = self.with(|conn| {
            conn.query_row(&format!("SELECT {COLUMNS} WHERE t.id = ?1"), [id.0], read).optional()
        })?;
        row.ok_or(Refusal::NoToken)?.0
    }

    /// Who uses the token, if it is good at `now`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn use_token(&self, text: &str, now: Timestamp) -> Result<Option<Used>, AccessError> {
        let digest = digest(text);
        let found = self.with(|conn| {
            let sql = format!(
                "SELECT {COLUMNS} WHERE t.digest = ?1 AND t.revoked_at IS NULL AND ?2 < t.expires_at
                   AND NOT p.disabled"
            );
            conn.prepare_cached(&sql)?.query_row(params![digest, now.as_micros()], read).optional()
        })?;
        let Some((token, maker)) = found else { return Ok(None) };
        let (token, maker) = (token?, role_of(&maker)?);
        if token.used_at.is_none_or(|used_at| SEEN_EVERY_US <= now.since_us(used_at)) {
            self.with(|conn| {
                conn.execute(
                    "UPDATE token SET used_at = ?2 WHERE id = ?1",
                    [token.id.0, now.as_micros()],
                )?;
                seen(conn, token.person, now)
            })?;
        }
        Ok(Some(Used {
            token: token.id,
            token_name: token.name,
            person: token.person,
            name: token.person_name,
            role: token.role.min(maker),
        }))
    }

    /// Ends a token at once, and all that came of it. `by` may end their own; nobody in particular may end any.
    ///
    /// # Errors
    /// If there is none of theirs.
    pub fn revoke_token(
        &self,
        id: TokenId,
        by: Option<PersonId>,
        now: Timestamp,
    ) -> Result<Token, AccessError> {
        let changed = self.with(|conn| {
            conn.execute(
                "WITH RECURSIVE ended (id) AS (
                     SELECT id FROM token WHERE id = ?1 AND (?2 IS NULL OR person = ?2)
                     UNION SELECT t.id FROM token t JOIN ended ON t.made_by = ended.id
                 )
                 UPDATE token SET revoked_at = coalesce(revoked_at, ?3)
                 WHERE id IN (SELECT id FROM ended)",
                params![id.0, by.map(PersonId::get), now.as_micros()],
            )
        })?;
        if changed == 0 { Err(Refusal::NoToken.into()) } else { self.token(id) }
    }
}

/// A token, and what its maker may do.
fn read(row: &Row<'_>) -> Result<(Result<Token, AccessError>, String), rusqlite::Error> {
    let role: String = row.get(4)?;
    let at = |column| row.get(column).map(|at: Option<i64>| at.map(Timestamp::from_micros));
    let token = Token {
        id: TokenId(row.get(0)?),
        name: row.get(1)?,
        person: PersonId(row.get(2)?),
        person_name: row.get(3)?,
        role: Role::Viewer,
        created_at: Timestamp::from_micros(row.get(5)?),
        expires_at: Timestamp::from_micros(row.get(6)?),
        used_at: at(7)?,
        revoked_at: at(8)?,
    };
    Ok((role_of(&role).map(|role| Token { role, ..token }), row.get(9)?))
}
