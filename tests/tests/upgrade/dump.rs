//! A store as text, and back.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// What a store says of itself besides its tables.
const PRAGMAS: [&str; 3] = ["page_size", "application_id", "user_version"];

/// All that is in the store at `path`, as SQL.
pub(crate) fn dump(path: &Path) -> String {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .expect("the store is there");
    let mut text = String::new();
    for pragma in PRAGMAS {
        let value: i64 =
            conn.pragma_query_value(None, pragma, |row| row.get(0)).expect("SQLite knows it");
        writeln!(text, "PRAGMA {pragma} = {value};").expect("text can be written");
    }
    text.push_str("PRAGMA journal_mode = WAL;\nBEGIN;\n");
    let (tables, others): (Vec<_>, Vec<_>) =
        schema(&conn).into_iter().partition(|(kind, ..)| kind == "table");
    // SQLite makes that one by itself, and fills it with each row of the others: it comes after them.
    let (counters, tables): (Vec<_>, Vec<_>) =
        tables.into_iter().partition(|(_, name, _)| name == "sqlite_sequence");
    for (_, name, sql) in tables.iter().chain(&counters) {
        let made = if name == "sqlite_sequence" { "DELETE FROM sqlite_sequence" } else { sql };
        writeln!(text, "\n{made};").expect("text can be written");
        for row in rows(&conn, name) {
            writeln!(text, "INSERT INTO {name} VALUES ({row});").expect("text can be written");
        }
    }
    // Last, for among them are the triggers that keep everybody from writing.
    for (.., sql) in others {
        writeln!(text, "\n{sql};").expect("text can be written");
    }
    text.push_str("\nCOMMIT;\n");
    text
}

/// The store that the text tells of, at `path`.
pub(crate) fn restore(path: &Path, text: &str) {
    let conn = Connection::open(path).expect("there is room");
    conn.execute_batch(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let private = fs::set_permissions(path, PermissionsExt::from_mode(0o600));
    private.expect("it was made just now");
}

/// Kind, name and SQL of each thing, in the order in which they were made.
fn schema(conn: &Connection) -> Vec<(String, String, String)> {
    let mut statement = conn
        .prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")
        .expect("every store has a schema");
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    found.and_then(Iterator::collect).expect("a schema is text")
}

/// The rows of a table, each as the literals of an INSERT.
fn rows(conn: &Connection, table: &str) -> Vec<String> {
    let mut columns = conn.prepare(&format!("PRAGMA table_info({table})")).expect("it is there");
    let names: Vec<String> = columns
        .query_map([], |row| row.get(1))
        .and_then(Iterator::collect)
        .expect("columns have names");
    let quoted: Vec<_> = names.iter().map(|name| format!("quote({name})")).collect();
    let sql = format!(
        "SELECT {} FROM {table} ORDER BY {}",
        quoted.join(" || ', ' || "),
        names.join(", ")
    );
    let mut statement = conn.prepare(&sql).expect("columns can be quoted");
    let found = statement.query_map([], |row| row.get(0));
    found.and_then(Iterator::collect).expect("literals are text")
}
