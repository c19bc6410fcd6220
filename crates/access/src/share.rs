//! Share links: one page with its filters, for whoever has the link, until it ends.

use rusqlite::{OptionalExtension, Row, params};
use weir_domain::Timestamp;

use crate::secret::digest;
use crate::view::check_query;
use crate::{Access, AccessError, Refusal, Secret, ViewId, name};

/// A link that lasts longer should be an account.
pub const SHARE_DAYS_MAX: i64 = 366;
/// Links that may be open at once.
const SHARES_MAX: u32 = 1_000;
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// Which link. A number, never reused; it is not what opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShareId(i64);

impl ShareId {
    /// The number in an address; whether there is such a link is seen when one asks.
    #[must_use]
    pub const fn new(number: i64) -> ShareId {
        ShareId(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// A link as it can be listed: all but its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Which one.
    pub id: ShareId,
    /// What is written above what it shows.
    pub title: String,
    /// The page's name.
    pub page: String,
    /// The filters, as in the page's address.
    pub query: String,
    /// The view that it was made of, if that is still there.
    pub view: Option<ViewId>,
    /// Who made it; none at a machine that is open to all.
    pub maker: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was ended before its time.
    pub revoked_at: Option<Timestamp>,
    /// When it was last opened.
    pub used_at: Option<Timestamp>,
    /// How often it was opened.
    pub uses: u64,
}

impl Share {
    /// Whether it opens at `now`.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// A link to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewShare<'a> {
    /// What is written above what it shows.
    pub title: &'a str,
    /// The page's name.
    pub page: &'a str,
    /// The filters, as in the page's address.
    pub query: &'a str,
    /// The view that it is made of.
    pub view: Option<ViewId>,
    /// Who makes it.
    pub maker: Option<&'a str>,
    /// When it ends.
    pub expires_at: Timestamp,
}

const COLUMNS: &str = "id, title, page, query, view, maker, created_at, expires_at, revoked_at,
    used_at, uses FROM share";

impl Access {
    /// Every link, those of old too, the latest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn shares(&self) -> Result<Vec<Share>, AccessError> {
        self.with(|conn| {
            conn.prepare_cached(&format!("SELECT {COLUMNS} ORDER BY id DESC"))?
                .query_map([], read)?
                .collect()
        })
    }

    /// One of them.
    ///
    /// # Errors
    /// If there is none.
    pub fn share(&self, id: ShareId) -> Result<Share, AccessError> {
        let sql = format!("SELECT {COLUMNS} WHERE id = ?1");
        let found = self.with(|conn| conn.query_row(&sql, [id.0], read).optional())?;
        found.ok_or_else(|| Refusal::NoShare.into())
    }

    /// Makes a link: its row, and the token that is never seen again.
    ///
    /// # Errors
    /// If it ends too late or has ended already, its title cannot be taken, or there are too many.
    pub fn add_share(
        &self,
        new: NewShare<'_>,
        now: Timestamp,
    ) -> Result<(Share, Secret), AccessError> {
        let title = name::checked(new.title)?;
        check_query(new.query)?;
        let lasts_us = new.expires_at.since_us(now);
        if !(1..=SHARE_DAYS_MAX * DAY_US).contains(&lasts_us) {
            return Err(Refusal::ShareEnds.into());
        }
        let secret = Secret::token("");
        let id = self.change(|conn| {
            let open: u32 = conn
                .query_row(
                    "SELECT count(*) FROM share WHERE revoked_at IS NULL AND ?1 < expires_at",
                    [now.as_micros()],
                    |row| row.get(0),
                )
                .map_err(self.store())?;
            if SHARES_MAX <= open {
                return Err(Refusal::TooManyShares.into());
            }
            conn.execute(
                "INSERT INTO share (digest, title, page, query, view, maker, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    digest(secret.reveal()),
                    title,
                    new.page,
                    new.query,
                    new.view.map(ViewId::get),
                    new.maker,
                    now.as_micros(),
                    new.expires_at.as_micros()
                ],
            )
            .map_err(self.store())?;
            Ok(ShareId(conn.last_insert_rowid()))
        })?;
        Ok((self.share(id)?, secret))
    }

    /// What the token opens at `now`, if anything: no word on whether there was such a link. The
    /// use is counted.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open_share(&self, token: &str, now: Timestamp) -> Result<Option<Share>, AccessError> {
        // Looked up by its digest: how far a guess agrees with a token shows in no time taken.
        let digest = digest(token);
        let sql = format!("SELECT {COLUMNS} WHERE digest = ?1");
        let found =
            self.with(|conn| conn.prepare_cached(&sql)?.query_row([digest], read).optional())?;
        let Some(share) = found.filter(|share| share.is_open(now)) else { return Ok(None) };
        self.with(|conn| {
            conn.prepare_cached("UPDATE share SET uses = uses + 1, used_at = ?2 WHERE id = ?1")?
                .execute([share.id.0, now.as_micros()])
        })?;
        Ok(Some(share))
    }

    /// Ends a link at once.
    ///
    /// # Errors
    /// If there is no such link.
    pub fn revoke_share(&self, id: ShareId, now: Timestamp) -> Result<Share, AccessError> {
        self.with(|conn| {
            conn.execute(
                "UPDATE share SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1",
                [id.0, now.as_micros()],
            )
        })?;
        self.share(id)
    }
}

fn read(row: &Row<'_>) -> Result<Share, rusqlite::Error> {
    let at = |column| row.get(column).map(|at: Option<i64>| at.map(Timestamp::from_micros));
    Ok(Share {
        id: ShareId(row.get(0)?),
        title: row.get(1)?,
        page: row.get(2)?,
        query: row.get(3)?,
        view: row.get::<_, Option<i64>>(4)?.map(ViewId),
        maker: row.get(5)?,
        created_at: Timestamp::from_micros(row.get(6)?),
        expires_at: Timestamp::from_micros(row.get(7)?),
        revoked_at: at(8)?,
        used_at: at(9)?,
        uses: row.get(10)?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use tempfile::TempDir;
    use weir_domain::Timestamp;

    use super::{DAY_US, NewShare, SHARE_DAYS_MAX, Share};
    use crate::{Access, AccessError, Cost, NewView, Refusal, Secret};

    pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_774_958_400_000_000);

    pub(crate) fn opened() -> (TempDir, Access) {
        let folder = tempfile::tempdir().unwrap();
        let access = Access::open_at_cost(&folder.path().join("access.db"), Cost::LEAST).unwrap();
        (folder, access)
    }

    fn new(days: i64) -> NewShare<'static> {
        NewShare {
            title: "Weekly",
            page: "screens",
            query: "from=-7d",
            view: None,
            maker: None,
            expires_at: NOW.plus_us(days * DAY_US),
        }
    }

    fn opens(access: &Access, secret: &Secret, now: Timestamp) -> Option<Share> {
        access.open_share(secret.reveal(), now).unwrap()
    }

    #[test]
    fn a_link_opens_until_it_ends() {
        let (_folder, access) = opened();
        let (share, secret) = access.add_share(new(7), NOW).unwrap();
        assert_eq!(secret.reveal().len(), 64, "256 bits");
        assert_eq!(opens(&access, &secret, NOW).unwrap().id, share.id);
        let end = share.expires_at;
        assert!(opens(&access, &secret, end.plus_us(-1)).is_some());
        assert!(opens(&access, &secret, end).is_none());
        let listed = access.share(share.id).unwrap();
        assert_eq!((listed.uses, listed.used_at), (2, Some(end.plus_us(-1))));
    }

    #[test]
    fn a_link_that_is_revoked_opens_no_more() {
        let (_folder, access) = opened();
        let (one, secret) = access.add_share(new(7), NOW).unwrap();
        let (_, other) = access.add_share(new(7), NOW).unwrap();
        let revoked = access.revoke_share(one.id, NOW).unwrap();
        assert_eq!(revoked.revoked_at, Some(NOW));
        assert!(opens(&access, &secret, NOW).is_none());
        assert!(opens(&access, &other, NOW).is_some());
        let again = access.revoke_share(one.id, NOW.plus_us(1)).unwrap();
        assert_eq!(again.revoked_at, Some(NOW), "the first time is kept");
    }

    #[test]
    fn nothing_but_the_token_opens_it() {
        let (folder, access) = opened();
        let (share, secret) = access.add_share(new(7), NOW).unwrap();
        let token = secret.reveal();
        let digest = hex::encode(crate::secret::digest(token));
        for guess in ["", &token[1..], &token.to_uppercase(), &digest, &share.id.get().to_string()]
        {
            assert_eq!(access.open_share(guess, NOW).unwrap(), None, "{guess}");
        }
        drop(access);
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let found = bytes.windows(token.len()).any(|window| window == token.as_bytes());
            assert!(!found, "the token is nowhere in the file");
        }
    }

    #[test]
    fn a_link_must_end_within_a_year() {
        let (_folder, access) = opened();
        for days in [-1, 0, SHARE_DAYS_MAX + 1] {
            let error = access.add_share(new(days), NOW).unwrap_err();
            assert!(matches!(error, AccessError::Refused(Refusal::ShareEnds)), "{error}");
        }
        access.add_share(new(SHARE_DAYS_MAX), NOW).unwrap();
    }

    #[test]
    fn the_links_of_a_view_go_with_it() {
        let (_folder, access) = opened();
        let view = NewView { name: "Weekly", page: "screens", query: "", maker: None };
        let view = access.add_view(view, NOW).unwrap();
        let (of_view, secret) =
            access.add_share(NewShare { view: Some(view.id), ..new(7) }, NOW).unwrap();
        let (_, other) = access.add_share(new(7), NOW).unwrap();
        access.remove_view(view.id, NOW).unwrap();
        assert!(opens(&access, &secret, NOW).is_none());
        assert!(opens(&access, &other, NOW).is_some());
        let listed = access.share(of_view.id).unwrap();
        assert_eq!((listed.view, listed.revoked_at), (None, Some(NOW)));
    }
}
