//! What a process did to the files of a folder, in order, as `crates/interpose` noted it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use weir_tests::Home;
use weir_tests::interpose::traced;

/// The line that stands for a promise.
const PROMISED: &str = "promised";

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Record {
    Written {
        inode: u64,
        offset: usize,
        bytes: Vec<u8>,
    },
    Cut {
        inode: u64,
        length: usize,
    },
    /// A file, or the names in a folder.
    Synced {
        inode: u64,
    },
    File {
        inode: u64,
        path: String,
    },
    Folder {
        inode: u64,
        path: String,
    },
    Renamed {
        from: String,
        to: String,
    },
    Removed {
        path: String,
    },
}

/// All that was done, and how many promises were made before each of it.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    records: Vec<(Record, u64)>,
    promises: u64,
}

/// Notes what is done to the files of a folder.
pub(crate) struct Recorder {
    dir: TempDir,
    below: PathBuf,
}

impl Recorder {
    pub(crate) fn of(home: &Home) -> Recorder {
        let below = fs::canonicalize(home).expect("it is there");
        Recorder { dir: weir_faults::folder(), below }
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("trace")
    }

    /// Lets what `command` does be noted.
    pub(crate) fn over(&self, command: Command) -> Command {
        traced(command, &self.below, &self.file())
    }

    /// Something was promised: what was done until now must be enough for it.
    pub(crate) fn promised(&self) {
        let file = OpenOptions::new().create(true).append(true).open(self.file());
        let line = format!("{PROMISED}\n");
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("there is room");
    }

    pub(crate) fn read(&self) -> Trace {
        Trace::read(&fs::read(self.file()).expect("something was done"))
    }
}

impl Trace {
    fn read(mut bytes: &[u8]) -> Trace {
        let mut trace = Trace::default();
        while !bytes.is_empty() {
            let end = bytes.iter().position(|byte| *byte == b'\n').expect("a line ends");
            let (line, rest) = bytes.split_at(end);
            bytes = &rest[1..];
            let line = std::str::from_utf8(line).expect("a line is text");
            if line == PROMISED {
                trace.promises += 1;
                continue;
            }
            let mut record = Record::read(line);
            if let Record::Written { bytes: written, .. } = &mut record {
                let (taken, rest) = bytes.split_at(written.len());
                written.copy_from_slice(taken);
                bytes = rest.strip_prefix(b"\n").expect("a line ends");
            }
            trace.records.push((record, trace.promises));
        }
        trace
    }

    /// What was done, in order.
    pub(crate) fn records(&self) -> impl ExactSizeIterator<Item = &Record> {
        self.records.iter().map(|(record, _)| record)
    }

    /// How many promises were made when the power goes after so many records.
    pub(crate) fn promises_at(&self, point: usize) -> u64 {
        self.records.get(point).map_or(self.promises, |(_, promises)| *promises)
    }

    /// What was done up to there, a line each, without the bytes: for whoever looks for a cause.
    pub(crate) fn story(&self, point: usize) -> String {
        let lines = self.records[..point].iter().enumerate().map(|(number, (record, promises))| {
            let what = match record {
                Record::Written { inode, offset, bytes } => {
                    format!("written {inode} at {offset}: {} bytes", bytes.len())
                }
                other => format!("{other:?}"),
            };
            format!("{number} ({promises} promises) {what}\n")
        });
        lines.collect()
    }
}

impl Record {
    /// What a line says. Where bytes follow, there are so many of them.
    fn read(line: &str) -> Record {
        let number = |word: &str| word.parse::<u64>().expect("a number");
        let size = |word: &str| word.parse::<usize>().expect("a number that fits");
        let path = |word: &str| word.trim_end_matches('/').to_owned();
        let words: Vec<&str> = line.split('\t').collect();
        match words[..] {
            ["written", inode, offset, length] => Record::Written {
                inode: number(inode),
                offset: size(offset),
                bytes: vec![0; size(length)],
            },
            ["cut", inode, length] => Record::Cut { inode: number(inode), length: size(length) },
            ["synced", inode] => Record::Synced { inode: number(inode) },
            ["file", inode, name] => Record::File { inode: number(inode), path: path(name) },
            ["folder", inode, name] => Record::Folder { inode: number(inode), path: path(name) },
            ["renamed", from, to] => Record::Renamed { from: path(from), to: path(to) },
            ["removed", name] => Record::Removed { path: path(name) },
            _ => panic!("no record: {line}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, Trace};

    #[test]
    fn a_trace_reads_with_the_bytes_and_the_promises_in_it() {
        let trace = Trace::read(b"file\t7\ta/b\nwritten\t7\t3\t4\n1\n\t2\npromised\nsynced\t7\n");
        let records: Vec<_> = trace.records().cloned().collect();
        let bytes = b"1\n\t2".to_vec();
        assert_eq!(
            records,
            [
                Record::File { inode: 7, path: "a/b".to_owned() },
                Record::Written { inode: 7, offset: 3, bytes },
                Record::Synced { inode: 7 },
            ]
        );
        assert_eq!([0, 1, 2, 3].map(|point| trace.promises_at(point)), [0, 0, 1, 1]);
    }
}
