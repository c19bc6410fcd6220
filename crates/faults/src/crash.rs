//! What a disk may hold after the power went.
//!
//! Of each file, what a [`DiskFile`] holds. A name that was given or taken away may be so or not, until
//! the folder is synced.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::trace::{Node, Record};
use crate::{DiskFile, Fate, Trace};

/// The power goes: steps through a [`Trace`], and writes what may be left.
#[derive(Debug, Clone)]
pub struct Crash<'a> {
    trace: &'a Trace,
    point: usize,
    nodes: Vec<DiskFile>,
    /// The names that are on the disk, and those that are known.
    names: BTreeMap<String, Node>,
    names_now: BTreeMap<String, Node>,
}

impl<'a> Crash<'a> {
    /// Before the first thing that was done.
    #[must_use]
    pub fn of(trace: &'a Trace) -> Crash<'a> {
        let nodes = trace.first.iter().map(|(_, bytes)| DiskFile::of(bytes.clone())).collect();
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
                    self.nodes.resize(*node + 1, DiskFile::default());
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
            Record::Cut { node, len } => self.nodes[*node].cut(*len),
            Record::Synced { node, folder } => {
                self.nodes[*node].sync();
                if *folder {
                    self.names.clone_from(&self.names_now);
                }
            }
            Record::SyncFailed { node } => self.nodes[*node].give_up(),
            Record::Rewritten { node, bytes } => {
                self.nodes[*node] = DiskFile::of(bytes.clone());
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
