//! What is left of a file after the power went.
//!
//! A write that no sync followed may be there, or not, or be garbled; each sector of 512 bytes for
//! itself, but never a byte that was not written: SQLite relies on that (`POWERSAFE_OVERWRITE`). A
//! file may be cut or not cut, longer or shorter, as long as what was synced is there. What waited for a
//! sync that failed is lost for later syncs too, unless it is written again: that is how Linux does it.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

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

/// A file that was written to, and may be left by a power cut at any time.
#[derive(Debug, Clone, Default)]
pub struct DiskFile {
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

impl DiskFile {
    /// A file whose bytes are all on the disk.
    #[must_use]
    pub fn of(disk: Vec<u8>) -> DiskFile {
        DiskFile { disk, waiting: Vec::new() }
    }

    /// Bytes are written.
    pub fn write(&mut self, mut offset: usize, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(bytes.len().min(SECTOR - offset % SECTOR));
            let what = What::Bytes { offset, bytes: piece.to_vec() };
            self.waiting.push(Change { what, given_up: false });
            offset += piece.len();
            bytes = rest;
        }
    }

    /// It has this length now.
    pub fn cut(&mut self, len: usize) {
        self.waiting.push(Change { what: What::Length(len), given_up: false });
    }

    /// A sync of it fails: that is, of bytes. Lengths are not forgotten.
    pub(crate) fn give_up(&mut self) {
        for change in &mut self.waiting {
            change.given_up = matches!(change.what, What::Bytes { .. });
        }
    }

    /// All that waits is on the disk now, but for what an earlier sync gave up. Where a sector of
    /// that was written again, the system writes it as a whole.
    pub fn sync(&mut self) {
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

    /// What is left of it.
    #[must_use]
    pub fn left(&self, fate: Fate, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let mut left = self.disk.clone();
        for Change { what, .. } in &self.waiting {
            match fate {
                Fate::Kept => what.apply(&mut left),
                Fate::Lost => {}
                Fate::Mixed => match rng.random_range(0..20) {
                    0..9 => what.apply(&mut left),
                    9..18 => {}
                    // Written over itself, a sector is what it was, however far that went.
                    _ if what.is_in(&left) => {}
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

    /// Whether the file would be the same with it.
    fn is_in(&self, file: &[u8]) -> bool {
        match self {
            What::Bytes { offset, bytes } => {
                file.get(*offset..offset + bytes.len()) == Some(bytes.as_slice())
            }
            What::Length(len) => *len == file.len(),
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
