//! Which Weir wrote a store last: in a file whose schema is too new for this one, the one thing that
//! can be read, so it stays as it is for ever.

use rusqlite::Connection;

/// This Weir's version, as a store is stamped with it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Stamps the store with this Weir's version, if it is not already.
///
/// # Errors
/// If the file cannot be written.
pub fn stamp(conn: &Connection) -> Result<(), rusqlite::Error> {
    if stamped(conn).as_deref() == Some(VERSION) {
        return Ok(());
    }
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS written_by (\n    \
             one     INTEGER PRIMARY KEY CHECK (one = 1),\n    \
             version TEXT NOT NULL -- of the Weir that opened the file for writing last\n\
         ) STRICT",
    )?;
    conn.execute("REPLACE INTO written_by (one, version) VALUES (1, ?1)", [VERSION])?;
    Ok(())
}

/// The version of the Weir that wrote the store last, if it is stamped.
#[must_use]
pub fn stamped(conn: &Connection) -> Option<String> {
    conn.query_row("SELECT version FROM written_by", [], |row| row.get(0)).ok()
}

/// Who wrote a store, in the words of an error: `Weir 1.2.0`, or `a newer Weir`.
#[must_use]
pub fn writer_of(conn: &Connection) -> String {
    stamped(conn).map_or_else(|| "a newer Weir".to_owned(), |version| format!("Weir {version}"))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{VERSION, stamp, stamped, writer_of};

    #[test]
    fn the_last_one_who_wrote_is_named() {
        let conn = Connection::open_in_memory().unwrap();
        assert_eq!((stamped(&conn), writer_of(&conn)), (None, "a newer Weir".to_owned()));
        stamp(&conn).unwrap();
        assert_eq!(stamped(&conn).as_deref(), Some(VERSION));
        conn.execute("UPDATE written_by SET version = '9.9.9'", []).unwrap();
        assert_eq!(writer_of(&conn), "Weir 9.9.9");
        stamp(&conn).unwrap();
        let before = conn.total_changes();
        stamp(&conn).unwrap();
        assert_eq!((stamped(&conn).as_deref(), conn.total_changes()), (Some(VERSION), before));
    }
}
