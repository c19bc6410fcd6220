//! A backup in a folder, made from one in a store.

use std::path::Path;

use weir_domain::Seq;
use weir_log::{DataDir, LogCopy};

use super::objects::{Objects, fetched, refused};
use super::segment::Segment;
use crate::stage::Progress;
use crate::{BackupError, FilePart, MANIFEST_FILE, Manifest, Stage, files};

/// Makes the folder `to` from the backup in `store`, as [`take`](crate::take()) would have made it.
/// Each object is proved against its SHA-256, each group against its seal. Called again, it goes on
/// where it was cut off.
///
/// # Errors
/// If there is no backup, an object is not what was put, or anything cannot be read or written.
pub fn fetch(
    store: &dyn Objects,
    to: &Path,
    scratch: &Path,
    progress: Progress<'_>,
) -> Result<Manifest, BackupError> {
    let manifest = manifest(store, scratch)?.ok_or(BackupError::NoneStored)?;
    let target = DataDir::at(to);
    let lock = target.lock("weir backup")?;
    let mut copy = LogCopy::open(&target, &lock)?;
    for segment in &manifest.segments {
        if copy.head().last < Seq::new(segment.last) {
            let packed = segment.fetch(store, scratch)?;
            Segment::unpack(&packed, &mut copy, scratch)?;
        }
        progress(Stage::Fetching, copy.head().last.get(), manifest.deliveries);
    }
    let head = copy.finish()?;
    if !manifest.ends_with(&head) {
        let wanted = Seq::new(manifest.deliveries);
        return Err(BackupError::Head { found: head.last, wanted });
    }
    for part in &manifest.files {
        let path = to.join(&part.name);
        files::make_folder_of(&path)?;
        fetched(store, &key(part), &path)?;
        files::keep_private(&path)?;
        files::prove(&path, part)?;
    }
    manifest.write(to)?;
    Ok(manifest)
}

/// What the backup in `store` says of itself; none, if there is none.
pub(super) fn manifest(
    store: &dyn Objects,
    scratch: &Path,
) -> Result<Option<Manifest>, BackupError> {
    let path = scratch.join(MANIFEST_FILE);
    match store.fetch(MANIFEST_FILE, &path).map_err(refused)? {
        true => Manifest::read(scratch),
        false => Ok(None),
    }
}

/// Where a file lies: what is the same is put once. Vaults lie apart, so that those which have keys
/// that were erased since can be found, and removed.
pub(super) fn key(part: &FilePart) -> String {
    let is_vault = Path::new(&part.name) == DataDir::at(Path::new("")).keys_file();
    format!("{}/{}", if is_vault { "keys" } else { "files" }, part.sha256)
}
