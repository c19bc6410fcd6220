//! Somebody who is to be forgotten.

use std::collections::BTreeSet;
use std::fs;

use rusqlite::Connection;
use weir_tests::{Home, files_with};

/// How an end-user is called, and what opens that in the log.
pub(crate) struct Somebody {
    pub(crate) name: String,
    /// What stands in each of their deliveries and in no other.
    pub(crate) mark: String,
    /// One of each month; none where they stand in plain.
    pub(crate) keys: BTreeSet<Vec<u8>>,
}

impl Somebody {
    /// The files of the data directory that tell how they are called, or have a key that does.
    pub(crate) fn places(&self, home: &Home) -> Vec<String> {
        let name = std::iter::once(self.name.as_bytes());
        let all = name.chain(self.keys.iter().map(Vec::as_slice));
        all.flat_map(|bytes| files_with(&home.data(), bytes)).collect()
    }
}

/// The keys in the vault, read from a copy: whoever opens a store puts it in order.
#[track_caller]
pub(crate) fn keys(home: &Home) -> BTreeSet<Vec<u8>> {
    let copy = home.path("vault");
    fs::create_dir_all(&copy).expect("there is room");
    for name in ["keys.db", "keys.db-wal"] {
        // The journal need not be there.
        let _ = fs::copy(home.data().join(name), copy.join(name));
    }
    let vault = Connection::open(copy.join("keys.db")).expect("a vault");
    let keys = {
        let sql = "SELECT key FROM key WHERE key <> zeroblob(32)";
        let mut keys = vault.prepare(sql).expect("it is SQL");
        let keys = keys.query_map([], |row| row.get(0)).expect("keys");
        keys.collect::<Result<_, _>>().expect("keys")
    };
    drop(vault);
    fs::remove_dir_all(&copy).expect("it is ours");
    keys
}
