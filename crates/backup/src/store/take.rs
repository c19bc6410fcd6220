//! A backup in a store made, or brought up to date.

use std::path::Path;

use weir_domain::{Seq, Timestamp};
use weir_log::{CopyError, DataDir, LogReader, Seal};

use super::fetch::{fetch, key, manifest};
use super::objects::{Objects, refused};
use super::segment::Segment;
use crate::stage::Progress;
use crate::take::{Taken, prove_seals, served};
use crate::{BackupError, MANIFEST_FILE, Manifest, Stage, files, proof, stores};

/// More than the log's own bytes: what is proved is also folded.
const ROOM_PERCENT: u64 = 125;

/// Makes a backup of `source` in `store`, or brings the one that is there up to date, while a server
/// may be at work. Before it is called finished all of it is fetched into `scratch` again, every seal
/// is read, and the copy, folded from zero, gives the report that `source` gives.
///
/// `keys` is the vault with the keys of sealed personal values, if it is to be in the backup.
///
/// With `is_quick` only what was added is fetched again and compared.
///
/// # Errors
/// If anything cannot be read, put or proved. What the backup held before, it holds.
pub fn take_to_store(
    (source, keys): (&DataDir, Option<&Path>),
    store: &dyn Objects,
    scratch: &Path,
    (weir, now): (&str, Timestamp),
    is_quick: bool,
    threads: usize,
    progress: Progress<'_>,
) -> Result<Taken, BackupError> {
    let mut log = LogReader::open(source)?;
    if !is_quick {
        refuse_small(source, scratch)?;
    }
    let before = manifest(store, scratch)?;
    let mut at = before.as_ref().map_or(Ok(Seal::GENESIS), |before| goes_on(before, &log))?;
    let begun = at.last;
    let (head, wanted) = served(source, &log, is_quick, threads, progress)?;
    let mut made = Manifest::begun(weir, now, at);
    made.segments = before.as_ref().map_or_else(Vec::new, |before| before.segments.clone());
    made.files = before.as_ref().map_or_else(Vec::new, |before| before.files.clone());
    while at.last < head.last {
        let (segment, end, packed) = Segment::pack(&mut log, at, head, scratch)?;
        store.put(&segment.key(), &packed).map_err(refused)?;
        segment.fetch(store, scratch)?;
        at = end;
        made.segments.push(segment);
        made = Manifest { deliveries: at.last.get(), seal: hex::encode(at.hash), ..made };
        // What is there is known, also if the rest is cut off.
        put(store, &made, scratch)?;
        progress(Stage::Copying, at.last.get(), head.last.get());
    }
    if at != head {
        return Err(BackupError::Head { found: at.last, wanted: head.last });
    }
    copy_files((source, keys), store, &mut made, scratch)?;
    let same = before.filter(|before| before.ends_with(&head));
    made.report_sha256 = match &wanted {
        Some(wanted) => Some(prove(store, &made, wanted, scratch, threads, progress)?),
        // Where nothing has been added since, what was proved then still is.
        None => same.and_then(|same| same.report_sha256),
    };
    made.is_finished = true;
    put(store, &made, scratch)?;
    Ok(Taken { manifest: made, added: head.last.since(begun) })
}

/// Fails if the copy would not fit where it is proved.
fn refuse_small(source: &DataDir, scratch: &Path) -> Result<(), BackupError> {
    let log = source.log_file();
    let bytes = std::fs::metadata(&log).map_err(BackupError::io(&log))?.len();
    let wanted = bytes / 100 * ROOM_PERCENT;
    match DataDir::at(scratch).free_bytes() {
        Some(free) if free < wanted => Err(BackupError::NoRoom {
            path: scratch.to_owned(),
            free: free >> 20,
            wanted: wanted >> 20,
        }),
        _ => Ok(()),
    }
}

/// Where the backup ends, if `log` goes on from there.
fn goes_on(before: &Manifest, log: &LogReader) -> Result<Seal, BackupError> {
    let (copy, head) = (Seq::new(before.deliveries), log.head()?);
    if head < copy {
        return Err(CopyError::Ahead { copy, log: head }.into());
    }
    let seal = log.seal_at(copy)?;
    if before.head() != Some(seal) {
        return Err(CopyError::Other { at: copy }.into());
    }
    Ok(seal)
}

/// Puts those small databases and files that the store has not, and notes all of them.
fn copy_files(
    (source, keys): (&DataDir, Option<&Path>),
    store: &dyn Objects,
    made: &mut Manifest,
    scratch: &Path,
) -> Result<(), BackupError> {
    let beside = DataDir::at(&scratch.join("files"));
    beside.create()?;
    let mut parts = stores::copy(source, keys, &beside)?;
    parts.extend(files::copy(source, &beside)?);
    for part in &parts {
        if made.files.iter().all(|there| there.sha256 != part.sha256) {
            store.put(&key(part), &beside.path().join(&part.name)).map_err(refused)?;
        }
    }
    made.files = parts;
    Ok(())
}

/// Makes a folder of what the store has, and proves that: its seals, and its report, which is
/// returned.
fn prove(
    store: &dyn Objects,
    made: &Manifest,
    wanted: &str,
    scratch: &Path,
    threads: usize,
    progress: Progress<'_>,
) -> Result<String, BackupError> {
    put(store, made, scratch)?;
    let copy = DataDir::at(&scratch.join("proved"));
    let head = fetch(store, copy.path(), scratch, progress)?.head();
    let head = head.ok_or(BackupError::NoneStored)?;
    prove_seals(&copy, head, progress)?;
    let report = proof::folded(&copy, head.last, threads, progress)?;
    if report != wanted {
        return Err(BackupError::Report { than: "what is served" });
    }
    Ok(report)
}

fn put(store: &dyn Objects, made: &Manifest, scratch: &Path) -> Result<(), BackupError> {
    made.write(scratch)?;
    store.put(MANIFEST_FILE, &scratch.join(MANIFEST_FILE)).map_err(refused)
}
