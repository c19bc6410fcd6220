//! What a disk may hold after the power went.
//!
//! A write that no sync followed may be there, or not, or be garbled; each sector of 512 bytes for
//! itself, but never a byte that was not written: SQLite relies on that (`POWERSAFE_OVERWRITE`). A
//! file may be cut or not cut, longer or shorter, as long as what was synced is there. A name that
//! was given or taken away may be so or not, until the folder is synced. What waited for a sync that
//! failed is lost for later syncs too, unless it is written again: that is how Linux does it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::Trace;
use crate::trace::{Node, Record};

const SECTOR: usize = 512;

/// What becomes of what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// All of it is there.
    Kept,
    /// Nothing of it is there.
    Lost,
    /// Each sector, each length and each name as chance has it.
    Mixed,
}

/// The power goes: steps through a [`Trace`], and writes what may be left.
#[derive(Debug, Clone)]
pub struct Crash<'a> {
    trace: &'a Trace,
    point: usize,
    nodes: Vec<File>,
    /// The names that are on the disk, and those that are known.
    names: BTreeMap<String, Node>,
    names_now: BTreeMap<String, Node>,
}

#[derive(Debug, Clone, Default)]
struct File {
    /// What is on the disk.
    disk: Vec<u8>,
    /// What is not, in order.
    waiting: Vec<Change>,
}

#[derive(Debug, Clone)]
struct Change {
    what: What,
    /// Its sync failed.
    given_up: bool,
}

#[derive(Debug, Clone)]
enum What {
    /// Bytes within one sector.
    Bytes {
        offset: usize,
        bytes: Vec<u8>,
    },
    Length(usize),
}

impl<'a> Crash<'a> {
    /// Before the first thing that was done.
    #[must_use]
    pub fn of(trace: &'a Trace) -> Crash<'a> {
        let nodes = trace.first.iter().map(|(_, bytes)| bytes.clone());
        let nodes = nodes.map(|disk| File { disk, waiting: Vec::new() }).collect();
        let names: BTreeMap<_, _> =
            trace.first.iter().map(|(name, _)| name.clone()).zip(0..).collect();
        Crash { trace, point: 0, nodes, names_now: names.clone(), names }
    }

    /// How many things have been done.
    #[must_use]
    pub fn point(&self) -> usize {
        self.point
    }

    /// Goes on to a later point.
    pub fn go_to(&mut self, point: usize) {
        let trace = self.trace;
        for (record, _) in &trace.records[self.point..point] {
            self.step(record);
        }
        self.point = point;
    }

    fn step(&mut self, record: &Record) {
        match record {
            Record::Created { node, name } => {
                if self.nodes.len() <= *node {
                    self.nodes.resize(*node + 1, File::default());
                }
                self.names_now.insert(name.clone(), *node);
            }
            Record::Deleted { name, synced } => {
                self.names_now.remove(name);
                if *synced {
                    self.names.clone_from(&self.names_now);
                }
            }
            Record::Written { node, offset, bytes } => self.nodes[*node].write(*offset, bytes),
            Record::Cut { node, len } => {
                let what = What::Length(*len);
                self.nodes[*node].waiting.push(Change { what, given_up: false });
            }
            Record::Synced { node, folder } => {
                self.nodes[*node].sync();
                if *folder {
                    self.names.clone_from(&self.names_now);
                }
            }
            Record::SyncFailed { node } => {
                // Of bytes alone: lengths and names are not forgotten.
                for change in &mut self.nodes[*node].waiting {
                    change.given_up = matches!(change.what, What::Bytes { .. });
                }
            }
            Record::Rewritten { node, bytes } => {
                self.nodes[*node] = File { disk: bytes.clone(), waiting: Vec::new() };
            }
        }
    }

    /// Writes what may be left into `folder`, which is empty.
    ///
    /// # Panics
    /// If `folder` cannot be written.
    pub fn write(&self, folder: &Path, fate: Fate, rng: &mut ChaCha8Rng) {
        let names = self.names.keys().chain(self.names_now.keys());
        let mut names = names.collect::<Vec<_>>();
        names.sort();
        names.dedup();
        for name in names {
            let (disk, now) = (self.names.get(name), self.names_now.get(name));
            let node = match fate {
                Fate::Kept => now,
                Fate::Lost => disk,
                Fate::Mixed => {
                    if rng.random_bool(0.5) {
                        now
                    } else {
                        disk
                    }
                }
            };
            let Some(node) = node else { continue };
            let bytes = self.nodes[*node].left(fate, rng);
            fs::write(folder.join(name), bytes).expect("there is room for what is left");
        }
    }
}

impl File {
    fn write(&mut self, mut offset: usize, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(bytes.len().min(SECTOR - offset % SECTOR));
            let what = What::Bytes { offset, bytes: piece.to_vec() };
            self.waiting.push(Change { what, given_up: false });
            offset += piece.len();
            bytes = rest;
        }
    }

    /// All that waits is on the disk now, but for what an earlier sync gave up. Where a sector of
    /// that was written again, the system writes it as a whole.
    fn sync(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let saved = |change: &Change, later: &[Change]| {
            !change.given_up
                || later.iter().any(|later| !later.given_up && later.what.covers(&change.what))
        };
        for (index, change) in waiting.iter().enumerate() {
            if saved(change, &waiting[index + 1..]) {
                change.what.apply(&mut self.disk);
            } else {
                self.waiting.push(change.clone());
            }
        }
    }

    fn left(&self, fate: Fate, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let mut left = self.disk.clone();
        for Change { what, .. } in &self.waiting {
            match fate {
                Fate::Kept => what.apply(&mut left),
                Fate::Lost => {}
                Fate::Mixed => match rng.random_range(0..20) {
                    0..9 => what.apply(&mut left),
                    9..18 => {}
                    18 => what.garbled(rng, false).apply(&mut left),
                    _ => what.garbled(rng, true).apply(&mut left),
                },
            }
        }
        // The length of a file that grew need not be there where its bytes are.
        if fate == Fate::Mixed && self.disk.len() < left.len() && rng.random_bool(0.3) {
            left.truncate(rng.random_range(self.disk.len()..left.len()));
        }
        left
    }
}

impl What {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            What::Bytes { offset, bytes } => {
                let end = offset + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*offset..end].copy_from_slice(bytes);
            }
            What::Length(len) => file.resize(*len, 0),
        }
    }

    /// Whether the system writes `earlier` too when it writes this.
    fn covers(&self, earlier: &What) -> bool {
        match (self, earlier) {
            (What::Bytes { offset, .. }, What::Bytes { offset: earlier, .. }) => {
                offset / SECTOR == earlier / SECTOR
            }
            (What::Length(len), What::Bytes { offset, .. }) => len <= offset,
            (_, What::Length(_)) => true,
        }
    }

    fn garbled(&self, rng: &mut ChaCha8Rng, zeros: bool) -> What {
        match self {
            What::Bytes { offset, bytes } => {
                let mut garbled = vec![0; bytes.len()];
                if !zeros {
                    rng.fill(&mut garbled[..]);
                }
                What::Bytes { offset: *offset, bytes: garbled }
            }
            What::Length(len) => What::Length(*len),
        }
    }
}
