//! What makes a changed, missing or moved entry visible.
//!
//! ```text
//! hash = SHA-256( hash before | seq | at | text who_kind | who_id | text who | text source
//!                 | text did | text what | text outcome | of )
//! ```
//!
//! A text is its length and its bytes, a number eight bytes, little-endian; what may be missing is
//! preceded by a byte, 0 where it is and 1 where it is not. The hash before the first is 32 zero bytes.

use rusqlite::Row;
use sha2::{Digest, Sha256};

/// A row as it is sealed.
pub(crate) struct Sealed<'a> {
    pub(crate) seq: i64,
    pub(crate) at_us: i64,
    pub(crate) who_kind: &'a str,
    pub(crate) who_id: Option<i64>,
    pub(crate) who: &'a str,
    pub(crate) source: Option<&'a str>,
    pub(crate) did: &'a str,
    pub(crate) what: &'a str,
    pub(crate) outcome: &'a str,
    pub(crate) of: Option<i64>,
}

/// SHA-256 over what was before and this row.
pub(crate) type Hash = [u8; 32];

/// What the first entry is chained to.
pub(crate) const GENESIS: Hash = [0; 32];

impl Sealed<'_> {
    pub(crate) fn hash(&self, before: &Hash) -> Hash {
        // Every field is named, so that a new one does not compile until it is sealed.
        let Sealed { seq, at_us, who_kind, who_id, who, source, did, what, outcome, of } = self;
        let mut sha = Sha256::new();
        sha.update(before);
        sha.update(seq.to_le_bytes());
        sha.update(at_us.to_le_bytes());
        text(&mut sha, who_kind);
        maybe(&mut sha, *who_id);
        text(&mut sha, who);
        sha.update([u8::from(source.is_some())]);
        text(&mut sha, source.unwrap_or_default());
        text(&mut sha, did);
        text(&mut sha, what);
        text(&mut sha, outcome);
        maybe(&mut sha, *of);
        sha.finalize().into()
    }
}

/// Reads a row of `seq, at, who_kind, who_id, who, source, did, what, outcome, of, hash` and says
/// what its hash must be and what it is.
pub(crate) fn of_row(
    row: &Row<'_>,
    before: &Hash,
) -> Result<(i64, Hash, Vec<u8>), rusqlite::Error> {
    let text = |at: usize| row.get_ref(at)?.as_str().map_err(rusqlite::Error::from);
    let sealed = Sealed {
        seq: row.get(0)?,
        at_us: row.get(1)?,
        who_kind: text(2)?,
        who_id: row.get(3)?,
        who: text(4)?,
        source: row.get_ref(5)?.as_str_or_null()?,
        did: text(6)?,
        what: text(7)?,
        outcome: text(8)?,
        of: row.get(9)?,
    };
    Ok((sealed.seq, sealed.hash(before), row.get(10)?))
}

fn text(sha: &mut Sha256, text: &str) {
    sha.update((text.len() as u64).to_le_bytes());
    sha.update(text);
}

fn maybe(sha: &mut Sha256, number: Option<i64>) {
    sha.update([u8::from(number.is_some())]);
    sha.update(number.unwrap_or_default().to_le_bytes());
}
