//! A log in which personal values stand in plain becomes one in which they are sealed: it is made
//! beside the other, proved to be the same, and only then put in its place.

mod error; // what can go wrong, and what to do next
mod group; // deliveries of the log, some at a time
mod make; // the sealed log
mod prove; // the two held against each other
mod swap; // the one in the place of the other

use std::path::Path;

use weir_domain::{Seq, Timestamp};
use weir_log::{DataDir, Lock, LogReader, Seal};
use weir_privacy::{Keyring, Vault};

use crate::stage::Progress;
use make::Making;

pub use error::SealError;

/// What a log was sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Its last delivery.
    pub head: Seq,
    /// How many deliveries were sealed now; the others had been, or have nothing to seal.
    pub sealed: u64,
    /// How many have a value of somebody who is erased, or of a month that is not kept: it is gone.
    pub dropped: u64,
    /// Where the old log ended.
    pub old: Seal,
    /// Where the new one ends; it is the old one where nothing was sealed.
    pub new: Seal,
}

/// Seals the personal values of the log in `dir` with the keys of the vault at `keys`, which is made
/// where there is none. Every delivery of the sealed log is opened and held against the original,
/// every seal is read again, and both give the same reports, before it takes the old one's place. That
/// is kept in the folder `keep_old`, if one is named, and else deleted. A log in which nothing stands in
/// plain stays as it is.
///
/// # Errors
/// If anything cannot be read, written or proved. The one log or the other is there then, and the same
/// again goes on.
pub fn seal(
    (dir, lock): (&DataDir, &Lock),
    keys: &Path,
    keep_old: Option<&Path>,
    now: Timestamp,
    threads: usize,
    progress: Progress<'_>,
) -> Result<Sealed, SealError> {
    let making = Making::begin(dir)?;
    let mut ring = Keyring::of(Vault::open(keys)?)?;
    let sealed = making.fill(dir, &mut ring, now, progress)?;
    let old = end(dir)?;
    let (dropped, new) = if 0 < sealed {
        let kept = keep_old.map(|folder| swap::place_to_keep(folder, dir, lock)).transpose()?;
        let dropped = prove::prove(dir, &making.dir, ring.vault(), threads, progress)?;
        let new = end(&making.dir)?;
        swap::swap(dir, lock, &making, kept.flatten().as_ref())?;
        (dropped, new)
    } else {
        (0, old)
    };
    making.remove()?;
    Ok(Sealed { head: old.last, sealed, dropped, old, new })
}

fn end(dir: &DataDir) -> Result<Seal, SealError> {
    let reader = LogReader::open(dir)?;
    Ok(reader.seal_at(reader.head()?)?)
}
