//! Where deliveries came from, each distinct origin once.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use weir_domain::{Origin, Seq};

use crate::LogError;
use crate::seal::{OriginDigest, origin_digest};

/// The origins that the writer has met, with their row ids and digests.
#[derive(Default)]
pub(crate) struct OriginIds {
    known: BTreeMap<Arc<Origin>, (i64, OriginDigest)>,
    last: Option<(Arc<Origin>, (i64, OriginDigest))>,
}

impl OriginIds {
    /// The row id and digest of `origin`, inserting it where it is new.
    pub(crate) fn resolve(
        &mut self,
        conn: &Connection,
        origin: &Arc<Origin>,
    ) -> Result<(i64, OriginDigest), rusqlite::Error> {
        // Nearly always the one before: the same integration, secret and sender.
        if let Some((last, found)) = &self.last
            && Arc::ptr_eq(last, origin)
        {
            return Ok(*found);
        }
        let found = match self.known.get(origin) {
            Some(found) => *found,
            None => {
                let found = find_or_insert(conn, origin)?;
                self.known.insert(Arc::clone(origin), found);
                found
            }
        };
        self.last = Some((Arc::clone(origin), found));
        Ok(found)
    }

    /// Forgets all: after a rollback, an id may not exist.
    pub(crate) fn forget(&mut self) {
        *self = OriginIds::default();
    }
}

fn find_or_insert(
    conn: &Connection,
    origin: &Origin,
) -> Result<(i64, OriginDigest), rusqlite::Error> {
    let headers = headers_text(origin);
    let Origin { integration, secret, headers: _ } = origin;
    let digest = origin_digest(integration, secret.as_deref(), &headers);
    let found: Option<i64> = conn
        .prepare_cached(
            "SELECT id FROM origin WHERE integration = ?1 AND secret IS ?2 AND headers = ?3",
        )?
        .query_row(params![integration, secret, headers], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok((id, digest));
    }
    conn.prepare_cached("INSERT INTO origin (integration, secret, headers) VALUES (?1, ?2, ?3)")?
        .execute(params![integration, secret, headers])?;
    Ok((conn.last_insert_rowid(), digest))
}

fn headers_text(origin: &Origin) -> String {
    serde_json::to_string(&origin.headers).unwrap_or_else(|_| "[]".to_owned())
}

/// The origins that a reader has met, by row id.
#[derive(Default)]
pub(crate) struct OriginTable {
    by_id: BTreeMap<i64, (Arc<Origin>, OriginDigest)>,
}

impl OriginTable {
    /// The origin with row id `id`, which delivery `seq` names.
    pub(crate) fn get(
        &mut self,
        conn: &Connection,
        id: i64,
        seq: Seq,
    ) -> Result<&(Arc<Origin>, OriginDigest), LogError> {
        let damaged = LogError::Damaged { seq, column: "origin" };
        if !self.by_id.contains_key(&id) {
            self.load(conn).map_err(|_| LogError::Damaged { seq, column: "origin" })?;
        }
        self.by_id.get(&id).ok_or(damaged)
    }

    fn load(&mut self, conn: &Connection) -> Result<(), rusqlite::Error> {
        let mut statement = conn.prepare("SELECT id, integration, secret, headers FROM origin")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (integration, secret, text): (String, Option<String>, String) =
                (row.get(1)?, row.get(2)?, row.get(3)?);
            let digest = origin_digest(&integration, secret.as_deref(), &text);
            let headers = serde_json::from_str(&text).unwrap_or_default();
            let origin = Arc::new(Origin { integration, secret, headers });
            self.by_id.insert(row.get(0)?, (origin, digest));
        }
        Ok(())
    }
}
