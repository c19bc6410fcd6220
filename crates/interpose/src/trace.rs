//! What was done to the files below a folder, in order.
//!
//! Whoever does something there and notes it holds up everybody else meanwhile, so that the order in
//! the trace is the order in which it was done.

use std::sync::{Mutex, MutexGuard, PoisonError};

use libc::c_long;

use crate::system;

static ORDER: Mutex<()> = Mutex::new(());

/// Something that was done. A file is told by its inode, a name by its path.
pub(crate) enum Record<'a> {
    Written {
        inode: u64,
        offset: i64,
        bytes: &'a [u8],
    },
    Cut {
        inode: u64,
        length: i64,
    },
    /// A file, or the names in a folder.
    Synced {
        inode: u64,
    },
    /// A new, empty file.
    File {
        inode: u64,
        path: &'a str,
    },
    /// A new, empty folder.
    Folder {
        inode: u64,
        path: &'a str,
    },
    Renamed {
        from: &'a str,
        to: &'a str,
    },
    Removed {
        path: &'a str,
    },
}

/// A call that may be traced: others wait until it is over.
pub(crate) struct Tracing(Option<MutexGuard<'static, ()>>);

impl Tracing {
    /// A call on what is at `path`, which begins now.
    pub(crate) fn of(path: Option<&str>) -> Tracing {
        let is_traced = path.is_some_and(|path| below(path).is_some());
        Tracing(is_traced.then(|| ORDER.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// It is over and gave this; if that is no error, what was done is noted.
    pub(crate) fn ended<'a>(
        self,
        given: c_long,
        what: impl FnOnce() -> Option<Record<'a>>,
    ) -> c_long {
        if self.is_on() && 0 <= given {
            what().iter().for_each(|record| system::note(&record.bytes()));
        }
        given
    }
}

/// The path below the folder that is traced, if it is there; empty for the folder itself.
fn below(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(system::traced()?)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

impl Record<'_> {
    /// A line of words with tabs between them; bytes that were written follow as they are.
    fn bytes(&self) -> Vec<u8> {
        let name = |path| below(path).unwrap_or(path);
        let line = match self {
            Record::Written { inode, offset, bytes } => {
                let head = format!("written\t{inode}\t{offset}\t{}\n", bytes.len());
                return [head.as_bytes(), bytes, b"\n"].concat();
            }
            Record::Cut { inode, length } => format!("cut\t{inode}\t{length}\n"),
            Record::Synced { inode } => format!("synced\t{inode}\n"),
            Record::File { inode, path } => format!("file\t{inode}\t{}\n", name(path)),
            Record::Folder { inode, path } => format!("folder\t{inode}\t{}\n", name(path)),
            Record::Renamed { from, to } => format!("renamed\t{}\t{}\n", name(from), name(to)),
            Record::Removed { path } => format!("removed\t{}\n", name(path)),
        };
        line.into_bytes()
    }
}
