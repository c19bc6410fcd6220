//! The journal that an earlier process left, made durable before anything is built on it.
//!
//! Where a sync fails, Linux forgets that the pages were never written, and keeps showing them: a
//! later sync says yes and writes nothing of them. A process that is started again after such a
//! failure would find the group of which it is unknown whether it is on the disk, append behind it,
//! and acknowledge; after a power cut the journal would end before that group, and what was
//! acknowledged would be gone. Written once more, byte for byte, the pages are written and synced.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::LogError;

/// How much is written again at a time.
const STEP_BYTES: usize = 1024 * 1024;

/// Writes the journal of the database at `path` again, in its place, and syncs it. Nobody else
/// writes it meanwhile: the caller holds the data directory's lock, and SQLite locks the database
/// and never its journal.
pub(crate) fn settle(path: &Path) -> Result<(), LogError> {
    let journal = of(path);
    let file = match OpenOptions::new().read(true).write(true).open(&journal) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(LogError::io(&journal))?,
    };
    write_again(&file).map_err(LogError::io(&journal))
}

fn of(path: &Path) -> PathBuf {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-wal");
    journal.into()
}

fn write_again(file: &File) -> io::Result<()> {
    let mut bytes = vec![0; STEP_BYTES];
    let mut offset = 0;
    loop {
        let count = file.read_at(&mut bytes, offset)?;
        if count == 0 {
            break;
        }
        file.write_all_at(&bytes[..count], offset)?;
        offset += count as u64;
    }
    if offset == 0 { Ok(()) } else { file.sync_all() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{STEP_BYTES, settle};

    #[test]
    fn a_journal_is_written_again_byte_for_byte() {
        let dir = tempfile::tempdir().unwrap();
        let (log, journal) = (dir.path().join("log.db"), dir.path().join("log.db-wal"));
        settle(&log).unwrap();
        assert!(!journal.exists());
        for len in [0, 1, STEP_BYTES - 1, STEP_BYTES, 2 * STEP_BYTES + 7] {
            let bytes: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            fs::write(&journal, &bytes).unwrap();
            let long_ago = std::time::SystemTime::UNIX_EPOCH;
            let file = fs::File::options().append(true).open(&journal).unwrap();
            file.set_modified(long_ago).unwrap();
            settle(&log).unwrap();
            assert_eq!(fs::read(&journal).unwrap(), bytes);
            let was_written = fs::metadata(&journal).unwrap().modified().unwrap() != long_ago;
            assert_eq!(was_written, 0 < len);
        }
    }
}
