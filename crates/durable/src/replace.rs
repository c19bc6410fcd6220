//! A small file replaced as a whole: whoever reads it, and whenever the power goes, finds the old
//! one or the new one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::sync_folder_of;

/// Puts `bytes` in the place of the file at `path`, readable for its owner only.
///
/// # Errors
/// If it cannot be written; the old one stays then.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    let _ = fs::remove_file(&beside);
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&beside)?;
    file.write_all(bytes).and_then(|()| file.sync_all())?;
    put(&beside, path)
}

/// Moves what was written beside, and synced, into its place.
///
/// # Errors
/// If it cannot be moved, or the folder cannot be synced.
pub fn put(beside: &Path, path: &Path) -> io::Result<()> {
    fs::rename(beside, path)?;
    // The rename itself is durable once the folder is.
    sync_folder_of(path)
}

/// The name that a file has until it is whole.
#[must_use]
pub fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{beside, replace};

    #[test]
    fn a_reader_finds_the_old_file_or_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let texts = [vec![b'a'; 300_000], vec![b'b'; 200_000]];
        replace(&path, &texts[0]).unwrap();
        let done = AtomicBool::new(false);
        let seen = std::thread::scope(|scope| {
            let reading = scope.spawn(|| {
                let mut seen = 0;
                while !done.load(Ordering::Relaxed) {
                    assert!(texts.contains(&fs::read(&path).unwrap()), "a part of a file");
                    seen += 1;
                }
                seen
            });
            for n in 0..100 {
                replace(&path, &texts[n % 2]).unwrap();
            }
            done.store(true, Ordering::Relaxed);
            reading.join().unwrap()
        });
        assert!(0 < seen);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_a_crash_left_beside_it_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        replace(&path, b"old").unwrap();
        fs::write(beside(&path), b"hal").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn where_it_cannot_be_written_the_old_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        replace(&path, b"old").unwrap();
        fs::create_dir(beside(&path)).unwrap();
        assert!(replace(&path, b"new").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }
}
