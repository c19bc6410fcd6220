//! A part of the log as a store keeps it: a log without its beginning, packed.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use weir_domain::Seq;
use weir_log::{DataDir, LogCopy, LogReader, Seal};

use super::objects::{Objects, fetched};
use crate::{BackupError, files};

/// Deliveries in one part, unless a single group has more.
const DELIVERIES: u64 = 250_000;

/// Of zstd: a tenth of the size, at the speed of a disk.
const PACKING_LEVEL: i32 = 6;

/// A part of the log in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its first delivery.
    pub first: u64,
    /// Its last delivery.
    pub last: u64,
    /// The log's seal there, in hexadecimal.
    pub seal: String,
    /// How many bytes it has, packed.
    pub bytes: u64,
    /// SHA-256 of these, in hexadecimal.
    pub sha256: String,
}

impl Segment {
    /// Where it lies. The same part has the same key, so that one which was cut off is put again.
    pub(super) fn key(&self) -> String {
        let seal: String = self.seal.chars().take(16).collect();
        format!("log/{:020}-{:020}-{seal}.db.zst", self.first, self.last)
    }

    /// Packs what the log has behind `anchor`, at most up to `head`, into a file in `scratch`. Each
    /// group is proved against its seal as it is read.
    pub(super) fn pack(
        log: &mut LogReader,
        anchor: Seal,
        head: Seal,
        scratch: &Path,
    ) -> Result<(Segment, Seal, PathBuf), BackupError> {
        let upto = Seq::new(anchor.last.get().saturating_add(DELIVERIES)).min(head.last);
        // A group is not cut: its seal is the log's.
        let upto = match log.seal_at(upto)?.last {
            same if same == anchor.last => head.last,
            end => end,
        };
        let dir = DataDir::at(&scratch.join("packing"));
        let lock = dir.lock("weir backup")?;
        let mut copy = LogCopy::after(&dir, &lock, anchor)?;
        copy.follow(log, upto, |_| {})?;
        let seal = copy.finish()?;
        let packed = scratch.join("segment.zst");
        let log = dir.log_file();
        File::open(&log)
            .and_then(|from| zstd::stream::copy_encode(from, File::create(&packed)?, PACKING_LEVEL))
            .map_err(BackupError::io(&packed))?;
        let part = files::part(&packed, String::new())?;
        let segment = Segment {
            first: anchor.last.next().get(),
            last: seal.last.get(),
            seal: hex::encode(seal.hash),
            bytes: part.bytes,
            sha256: part.sha256,
        };
        Ok((segment, seal, packed))
    }

    /// Fetches it into a file in `scratch`, and proves that it is what was put.
    pub(super) fn fetch(
        &self,
        store: &dyn Objects,
        scratch: &Path,
    ) -> Result<PathBuf, BackupError> {
        let packed = scratch.join("fetched.zst");
        fetched(store, &self.key(), &packed)?;
        let found = files::part(&packed, String::new())?;
        if (found.bytes, &found.sha256) != (self.bytes, &self.sha256) {
            let cause = format!(
                "has {} bytes and SHA-256 {}, and had {} bytes and {}",
                found.bytes, found.sha256, self.bytes, self.sha256
            );
            return Err(BackupError::Object { key: self.key(), cause });
        }
        Ok(packed)
    }

    /// Appends what is packed in the file to `copy`, each group proved against its seal.
    pub(super) fn unpack(
        packed: &Path,
        copy: &mut LogCopy,
        scratch: &Path,
    ) -> Result<(), BackupError> {
        let dir = DataDir::at(&scratch.join("unpacking"));
        let _lock = dir.lock("weir backup")?;
        let log = dir.log_file();
        let _ = std::fs::remove_file(&log);
        let mut unpacked = files::create(&log)?;
        File::open(packed)
            .and_then(|from| zstd::stream::copy_decode(from, &mut unpacked))
            .map_err(BackupError::io(packed))?;
        let mut part = LogReader::open(&dir)?;
        let end = part.head()?;
        copy.follow(&mut part, end, |_| {})?;
        Ok(())
    }
}
