//! Files that are read again when they change, or when somebody says so.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender};

use crate::failure::Outcome;

/// How often they are looked at. A look asks the system about a few files and opens none.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Something that is made of files.
pub(crate) trait Watched: Send {
    /// The files, and the folders whose entries count.
    fn files(&self) -> Vec<PathBuf>;

    /// Reads them again, and keeps what there is where they cannot be.
    fn read_again(&mut self);

    /// Is called at each look, whether they changed or not.
    fn look(&mut self) {}
}

/// Looks at files for as long as it lives.
#[derive(Clone)]
pub(crate) struct Watch {
    told: Sender<()>,
}

impl Watch {
    /// Looks at the files of each of `watched`.
    pub(crate) fn start(watched: Vec<Box<dyn Watched>>) -> Outcome<Watch> {
        let (told, tell) = crossbeam_channel::bounded(1);
        let mut looked: Vec<_> = watched.into_iter().map(Looked::at).collect();
        std::thread::Builder::new().name("weir-files".to_owned()).spawn(move || {
            loop {
                let asked = match tell.recv_timeout(LOOK_EVERY) {
                    Ok(()) => true,
                    Err(RecvTimeoutError::Timeout) => false,
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                looked.iter_mut().for_each(|one| one.look(asked));
            }
        })?;
        Ok(Watch { told })
    }

    /// Reads all of them again now.
    pub(crate) fn read_now(&self) {
        // A full channel: they are about to be.
        let _ = self.told.try_send(());
    }
}

struct Looked {
    watched: Box<dyn Watched>,
    stamps: Vec<Stamp>,
    /// Read once more at the next look: the clock of a file's times is coarser than a write takes.
    settling: bool,
}

impl Looked {
    fn at(watched: Box<dyn Watched>) -> Looked {
        // They were read a moment ago, and may be others since.
        Looked { stamps: stamps(&watched.files()), watched, settling: true }
    }

    fn look(&mut self, asked: bool) {
        // Before they are read: what changes meanwhile is seen at the next look.
        let stamps = stamps(&self.watched.files());
        let changed = stamps != self.stamps;
        if changed || asked || self.settling {
            self.watched.read_again();
        }
        self.watched.look();
        self.settling = changed;
        self.stamps = stamps;
    }
}

/// What tells a file from what it was: also where it is another one behind the same link.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    path: PathBuf,
    of: Option<[i64; 8]>,
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    files.iter().map(|path| Stamp { path: path.clone(), of: stamp(path) }).collect()
}

/// None where it is not there or cannot be looked at.
fn stamp(path: &Path) -> Option<[i64; 8]> {
    let of = fs::metadata(path).ok()?;
    Some([
        of.dev().cast_signed(),
        of.ino().cast_signed(),
        of.size().cast_signed(),
        of.mtime(),
        of.mtime_nsec(),
        of.ctime(),
        of.ctime_nsec(),
        i64::from(of.mode()),
    ])
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{Looked, Watched};

    struct Counted(PathBuf, Arc<AtomicUsize>);

    impl Watched for Counted {
        fn files(&self) -> Vec<PathBuf> {
            vec![self.0.clone()]
        }

        fn read_again(&mut self) {
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn files_are_read_when_they_change_and_once_more_after() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, "a").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let mut looked = Looked::at(Box::new(Counted(link.clone(), Arc::clone(&count))));
        let mut reads = |asked: bool| {
            count.store(0, Ordering::Relaxed);
            looked.look(asked);
            count.load(Ordering::Relaxed)
        };
        assert_eq!([reads(false), reads(false), reads(true), reads(false)], [1, 0, 1, 0]);
        // Another file behind the same link, of the same size.
        let other = folder.path().join("other");
        fs::write(&other, "b").unwrap();
        let swap = folder.path().join("swap");
        std::os::unix::fs::symlink(&other, &swap).unwrap();
        fs::rename(&swap, &link).unwrap();
        assert_eq!([reads(false), reads(false), reads(false)], [1, 1, 0]);
        fs::remove_file(&other).unwrap();
        assert_eq!([reads(false), reads(false), reads(false)], [1, 1, 0]);
    }
}
