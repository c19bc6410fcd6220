//! Definitions and catalogues, each kept once however many runs share it.

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

/// The number of `text`, which is kept if it was not yet.
pub(super) fn keep(conn: &Connection, text: &str) -> Result<i64, rusqlite::Error> {
    let digest = Sha256::digest(text.as_bytes());
    let known = conn
        .prepare_cached("SELECT id FROM text WHERE digest = ?1")?
        .query_row([digest.as_slice()], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    conn.prepare_cached("INSERT INTO text (digest, text) VALUES (?1, ?2)")?
        .insert((digest.as_slice(), text))
}
