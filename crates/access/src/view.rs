//! Saved views: a page with its filters, under a name.

use rusqlite::{Connection, OptionalExtension, Row, params};
use weir_domain::Timestamp;

use crate::{Access, AccessError, Refusal, name};

/// Views that one installation keeps: more than this nobody finds anything in.
pub const VIEWS_MAX: u32 = 1_000;
/// The longest query that is kept: hundreds of filters.
pub const QUERY_BYTES_MAX: usize = 16 * 1024;

/// Which view. A number, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ViewId(pub(crate) i64);

impl ViewId {
    /// The number in an address; whether there is such a view is seen when one asks.
    #[must_use]
    pub const fn new(number: i64) -> ViewId {
        ViewId(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// A page with its filters, under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Which one.
    pub id: ViewId,
    /// What it is called.
    pub name: String,
    /// The page's name.
    pub page: String,
    /// The filters, as in the page's address.
    pub query: String,
    /// Who saved it; none at a machine that is open to all.
    pub maker: Option<String>,
    /// When it was saved.
    pub created_at: Timestamp,
}

/// A view to be saved.
#[derive(Debug, Clone, Copy)]
pub struct NewView<'a> {
    /// What to call it.
    pub name: &'a str,
    /// The page's name.
    pub page: &'a str,
    /// The filters, as in the page's address.
    pub query: &'a str,
    /// Who saves it.
    pub maker: Option<&'a str>,
}

const COLUMNS: &str = "id, name, page, query, maker, created_at FROM view";

impl Access {
    /// Every view, by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn views(&self) -> Result<Vec<View>, AccessError> {
        self.with(|conn| {
            conn.prepare_cached(&format!("SELECT {COLUMNS} ORDER BY name_key"))?
                .query_map([], read)?
                .collect()
        })
    }

    /// One of them.
    ///
    /// # Errors
    /// If there is none.
    pub fn view(&self, id: ViewId) -> Result<View, AccessError> {
        let sql = format!("SELECT {COLUMNS} WHERE id = ?1");
        let found = self.with(|conn| conn.query_row(&sql, [id.0], read).optional())?;
        found.ok_or_else(|| Refusal::NoView.into())
    }

    /// Saves a view.
    ///
    /// # Errors
    /// If the name cannot be taken or there are too many.
    pub fn add_view(&self, new: NewView<'_>, now: Timestamp) -> Result<View, AccessError> {
        let name = name::checked(new.name)?;
        check_query(new.query)?;
        let id = self.change(|conn| {
            let count: u32 = conn
                .query_row("SELECT count(*) FROM view", [], |row| row.get(0))
                .map_err(self.store())?;
            if VIEWS_MAX <= count {
                return Err(Refusal::TooManyViews.into());
            }
            let added = conn.execute(
                "INSERT INTO view (name, name_key, page, query, maker, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name_key) DO NOTHING",
                params![name, name::key(name), new.page, new.query, new.maker, now.as_micros()],
            );
            match added.map_err(self.store())? {
                0 => Err(Refusal::ViewNameTaken.into()),
                _ => Ok(ViewId(conn.last_insert_rowid())),
            }
        })?;
        self.view(id)
    }

    /// Gives a view another name.
    ///
    /// # Errors
    /// If there is no such view, or the name cannot be taken.
    pub fn rename_view(&self, id: ViewId, name: &str) -> Result<View, AccessError> {
        let name = name::checked(name)?;
        self.change(|conn| {
            if self.is_taken(conn, id, &name::key(name))? {
                return Err(Refusal::ViewNameTaken.into());
            }
            conn.execute(
                "UPDATE view SET name = ?2, name_key = ?3 WHERE id = ?1",
                params![id.0, name, name::key(name)],
            )
            .map_err(self.store())
        })?;
        self.view(id)
    }

    /// Takes a view away, and revokes the links that were made of it.
    ///
    /// # Errors
    /// If there is no such view.
    pub fn remove_view(&self, id: ViewId, now: Timestamp) -> Result<(), AccessError> {
        self.change(|conn| {
            conn.execute(
                "UPDATE share SET revoked_at = ?2 WHERE view = ?1 AND revoked_at IS NULL",
                params![id.0, now.as_micros()],
            )
            .map_err(self.store())?;
            let removed = conn.execute("DELETE FROM view WHERE id = ?1", [id.0]);
            match removed.map_err(self.store())? {
                0 => Err(Refusal::NoView.into()),
                _ => Ok(()),
            }
        })
    }

    /// Whether another view than `id` has the name.
    fn is_taken(&self, conn: &Connection, id: ViewId, key: &str) -> Result<bool, AccessError> {
        conn.query_row(
            "SELECT EXISTS (SELECT 1 FROM view WHERE name_key = ?2 AND id <> ?1)",
            params![id.0, key],
            |row| row.get(0),
        )
        .map_err(self.store())
    }
}

/// Whether a query can be kept.
pub(crate) fn check_query(query: &str) -> Result<(), Refusal> {
    if QUERY_BYTES_MAX < query.len() { Err(Refusal::QueryLong) } else { Ok(()) }
}

fn read(row: &Row<'_>) -> Result<View, rusqlite::Error> {
    Ok(View {
        id: ViewId(row.get(0)?),
        name: row.get(1)?,
        page: row.get(2)?,
        query: row.get(3)?,
        maker: row.get(4)?,
        created_at: Timestamp::from_micros(row.get(5)?),
    })
}

#[cfg(test)]
mod tests {
    use weir_domain::Timestamp;

    use super::{NewView, QUERY_BYTES_MAX, ViewId};
    use crate::share::tests::{NOW, opened};
    use crate::{Access, AccessError, Refusal};

    fn add(access: &Access, name: &str) -> Result<ViewId, AccessError> {
        let new = NewView { name, page: "screens", query: "from=-7d", maker: Some("Ann") };
        access.add_view(new, NOW).map(|view| view.id)
    }

    #[track_caller]
    fn refused<T: std::fmt::Debug>(got: Result<T, AccessError>, want: Refusal) {
        let error = got.unwrap_err();
        assert!(matches!(error, AccessError::Refused(refusal) if refusal == want), "{error}");
    }

    #[test]
    fn a_view_is_kept_as_it_was_saved() {
        let (_folder, access) = opened();
        let id = add(&access, "  Camera <b>&\"õ\"  ").unwrap();
        let view = access.view(id).unwrap();
        assert_eq!((view.name.as_str(), view.page.as_str()), ("Camera <b>&\"õ\"", "screens"));
        assert_eq!((view.query.as_str(), view.maker.as_deref()), ("from=-7d", Some("Ann")));
        assert_eq!(view.created_at, NOW);
        add(&access, "alpha").unwrap();
        let names: Vec<_> = access.views().unwrap().into_iter().map(|view| view.name).collect();
        assert_eq!(names, ["alpha", "Camera <b>&\"õ\""]);
    }

    #[test]
    fn a_name_is_of_one_view() {
        let (_folder, access) = opened();
        let one = add(&access, "Weekly").unwrap();
        let other = add(&access, "Other").unwrap();
        refused(add(&access, "weekly "), Refusal::ViewNameTaken);
        refused(access.rename_view(other, "WEEKLY"), Refusal::ViewNameTaken);
        assert_eq!(access.rename_view(one, "WEEKLY").unwrap().name, "WEEKLY");
        for name in ["", " ", "a\nb", "a\u{202e}b"] {
            assert!(add(&access, name).is_err(), "{name:?}");
            assert!(access.rename_view(one, name).is_err(), "{name:?}");
        }
        assert_eq!(access.views().unwrap().len(), 2);
    }

    #[test]
    fn what_is_gone_is_gone() {
        let (_folder, access) = opened();
        let id = add(&access, "Weekly").unwrap();
        access.remove_view(id, NOW).unwrap();
        refused(access.view(id), Refusal::NoView);
        refused(access.remove_view(id, NOW), Refusal::NoView);
        refused(access.rename_view(id, "x"), Refusal::NoView);
        assert_ne!(add(&access, "Weekly").unwrap(), id, "a number is never reused");
    }

    #[test]
    fn a_query_has_a_limit() {
        let (_folder, access) = opened();
        let query = "x".repeat(QUERY_BYTES_MAX + 1);
        let new = NewView { name: "x", page: "screens", query: &query, maker: None };
        refused(access.add_view(new, Timestamp::MIN), Refusal::QueryLong);
    }
}
