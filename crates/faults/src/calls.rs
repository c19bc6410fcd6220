//! What SQLite asks of a disk, and how that fails.

use std::fmt;

use rusqlite::ffi;

/// A call of SQLite's that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// A file is opened.
    Open,
    /// Bytes are read.
    Read,
    /// Bytes are written.
    Write,
    /// A file is cut.
    Truncate,
    /// A file is synced.
    Sync,
    /// A file is deleted.
    Delete,
    /// A part of the shared index is mapped.
    Map,
    /// A lock in the shared index is taken.
    Lock,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Nothing is done, and an I/O error said.
    Error,
    /// Nothing is done: there is no space.
    Full,
    /// The first half is written, and there is no space for the rest.
    Short,
}

/// The Nth call of a kind fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Which call.
    pub call: Call,
    /// How it fails.
    pub how: How,
    /// Whether every one after it fails too.
    pub lasting: bool,
    /// The how-manieth, from 1.
    pub nth: u64,
}

impl Fault {
    /// Every kind of fault, each for its first call.
    #[must_use]
    pub fn kinds() -> Vec<Fault> {
        use Call::{Delete, Lock, Map, Open, Read, Sync, Truncate, Write};
        let errors = [Open, Read, Write, Truncate, Sync, Delete, Map, Lock];
        let errors = errors.map(|call| (call, How::Error));
        let all = errors.into_iter().chain([(Write, How::Full), (Write, How::Short)]);
        all.flat_map(|(call, how)| {
            [false, true].map(|lasting| Fault { call, how, lasting, nth: 1 })
        })
        .collect()
    }

    /// What SQLite is told.
    pub(crate) fn code(&self) -> i32 {
        match (self.call, self.how) {
            (_, How::Full | How::Short) => ffi::SQLITE_FULL,
            (Call::Open, How::Error) => ffi::SQLITE_CANTOPEN,
            (Call::Read, How::Error) => ffi::SQLITE_IOERR_READ,
            (Call::Write, How::Error) => ffi::SQLITE_IOERR_WRITE,
            (Call::Truncate, How::Error) => ffi::SQLITE_IOERR_TRUNCATE,
            (Call::Sync, How::Error) => ffi::SQLITE_IOERR_FSYNC,
            (Call::Delete, How::Error) => ffi::SQLITE_IOERR_DELETE,
            (Call::Map, How::Error) => ffi::SQLITE_IOERR_SHMMAP,
            (Call::Lock, How::Error) => ffi::SQLITE_IOERR_SHMLOCK,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { call, how, lasting, nth } = self;
        let lasting = if *lasting { "and every later one" } else { "alone" };
        write!(f, "{call:?} {nth} {lasting} ({how:?})")
    }
}
