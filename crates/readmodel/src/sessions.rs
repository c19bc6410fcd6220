//! Every session, found by its id.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use weir_domain::{Fact, Seq};

use crate::chunk::{CHUNK_SESSIONS, Chunk, Joined, NOWHERE};
use crate::vendor_data::vendor_data_hash;
use crate::{Code, Names};

/// A session's place in the model, in order of first sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(pub(crate) u32);

/// The sessions of one end-user, as a list through their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(crate) struct EndUser {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// Every session, in chunks in order of first sight: recent ones are the ones that change.
#[derive(Clone, Default)]
pub(crate) struct Sessions {
    /// Shared with whoever still looks at them as they were: a chunk that changes meanwhile is
    /// copied first.
    pub(crate) chunks: Vec<Arc<Chunk>>,
    /// Which chunks changed since the last checkpoint.
    pub(crate) dirty: Vec<bool>,
    /// By the code of their name, less one.
    pub(crate) end_users: Vec<EndUser>,
    /// Rows by integration and id; built when first needed, and never saved.
    index: Option<HashTable<u32>>,
    hasher: RandomState,
}

impl Row {
    pub(crate) fn split(self) -> (usize, usize) {
        (self.0 as usize / CHUNK_SESSIONS, self.0 as usize % CHUNK_SESSIONS)
    }
}

impl Sessions {
    pub(crate) fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK_SESSIONS + last.len())
    }

    pub(crate) fn chunk(&self, row: Row) -> (&Chunk, usize) {
        let (chunk, at) = row.split();
        (&self.chunks[chunk], at)
    }

    fn chunk_mut(&mut self, row: Row) -> (&mut Chunk, usize) {
        let (chunk, at) = row.split();
        self.dirty[chunk] = true;
        (Arc::make_mut(&mut self.chunks[chunk]), at)
    }

    /// The same sessions, which stay as they are. They are found by their rows only.
    pub(crate) fn shared(&self) -> Sessions {
        Sessions {
            chunks: self.chunks.clone(),
            dirty: vec![false; self.chunks.len()],
            end_users: self.end_users.clone(),
            index: None,
            hasher: self.hasher.clone(),
        }
    }

    /// The session's row, if there is one. Without an index it looks at every session.
    pub(crate) fn find(&self, integration: Code, id: &[u8; 16]) -> Option<Row> {
        let is_it = |&row: &u32| {
            let (chunk, at) = self.chunk(Row(row));
            chunk.id[at] == *id && chunk.integration[at] == integration
        };
        match &self.index {
            Some(index) => {
                index.find(self.hasher.hash_one((integration, id)), is_it).copied().map(Row)
            }
            None => (0..u32::try_from(self.len()).unwrap_or(NOWHERE)).find(is_it).map(Row),
        }
    }

    /// The session's row, a new one if it was never seen; `attempt_id` is then its first attempt.
    pub(crate) fn find_or_add(
        &mut self,
        integration: Code,
        id: [u8; 16],
        attempt_id: [u8; 16],
    ) -> Row {
        self.ensure_index();
        if let Some(row) = self.find(integration, &id) {
            return row;
        }
        if self.chunks.last().is_none_or(|last| last.len() == CHUNK_SESSIONS) {
            self.chunks.push(Arc::default());
            self.dirty.push(true);
        }
        let row = Row(u32::try_from(self.len()).unwrap_or(NOWHERE));
        assert!(row.0 != NOWHERE, "a read model holds at most 2^32 - 1 sessions");
        let last = self.chunks.len() - 1;
        self.dirty[last] = true;
        Arc::make_mut(&mut self.chunks[last]).push(integration, id, attempt_id);
        let Sessions { chunks, index, hasher, .. } = self;
        if let Some(index) = index {
            let hash = hasher.hash_one((integration, &id));
            index.insert_unique(hash, row.0, |&row| hash_of(chunks, hasher, row));
        }
        row
    }

    /// Builds the index, if it is not there.
    pub(crate) fn ensure_index(&mut self) {
        if self.index.is_some() {
            return;
        }
        let mut index = HashTable::with_capacity(self.len());
        for row in 0..u32::try_from(self.len()).unwrap_or(NOWHERE) {
            let hash = hash_of(&self.chunks, &self.hasher, row);
            index.insert_unique(hash, row, |&row| hash_of(&self.chunks, &self.hasher, row));
        }
        self.index = Some(index);
    }

    pub(crate) fn attempt(&mut self, row: Row, id: [u8; 16]) -> u16 {
        let (chunk, at) = self.chunk_mut(row);
        chunk.attempt(at, id)
    }

    pub(crate) fn join(&mut self, row: Row, fact: &Fact) -> Joined {
        let (chunk, at) = self.chunk_mut(row);
        chunk.join(at, fact)
    }

    /// Sets the session's feature, if it has none yet.
    pub(crate) fn set_feature(&mut self, row: Row, feature: Code, seq: Seq) {
        if self.chunk(row).0.feature[row.split().1] == Names::NONE {
            let (chunk, at) = self.chunk_mut(row);
            chunk.feature[at] = feature;
            chunk.feature_seq[at] = seq.get();
        }
    }

    pub(crate) fn has_end_user(&self, row: Row) -> bool {
        let (chunk, at) = self.chunk(row);
        chunk.end_user[at] != Names::NONE
    }

    /// Sets the end-user of a session that has none yet.
    pub(crate) fn set_end_user(&mut self, row: Row, end_user: Code) {
        let (chunk, at) = self.chunk_mut(row);
        chunk.end_user[at] = end_user;
        let number = end_user as usize - 1;
        match self.end_users.get_mut(number) {
            None => self.end_users.push(EndUser { first: row.0, last: row.0 }),
            Some(known) => {
                let before = Row(std::mem::replace(&mut known.last, row.0));
                let (chunk, at) = self.chunk_mut(before);
                chunk.end_user_next[at] = row.0;
            }
        }
    }

    /// Sets the hash of the session's `vendorData`, if it has none yet.
    pub(crate) fn set_vendor_data(&mut self, row: Row, vendor_data: &str) {
        if self.chunk(row).0.vendor_data[row.split().1] == 0 {
            let (chunk, at) = self.chunk_mut(row);
            chunk.vendor_data[at] = vendor_data_hash(vendor_data);
        }
    }

    /// Notes the session's newest delivery and returns the one before; [`Seq::START`] for none.
    pub(crate) fn set_last(&mut self, row: Row, seq: Seq) -> Seq {
        let (chunk, at) = self.chunk_mut(row);
        Seq::new(std::mem::replace(&mut chunk.last_seq[at], seq.get()))
    }

    /// The rows of an end-user's sessions.
    pub(crate) fn of_end_user(&self, end_user: Code) -> impl Iterator<Item = Row> + '_ {
        let mut next = self.end_users[end_user as usize - 1].first;
        std::iter::from_fn(move || {
            if next == NOWHERE {
                return None;
            }
            let row = Row(next);
            let (chunk, at) = self.chunk(row);
            next = chunk.end_user_next[at];
            Some(row)
        })
    }
}

fn hash_of(chunks: &[Arc<Chunk>], hasher: &RandomState, row: u32) -> u64 {
    let (chunk, at) = Row(row).split();
    hasher.hash_one((chunks[chunk].integration[at], &chunks[chunk].id[at]))
}

impl PartialEq for Sessions {
    fn eq(&self, other: &Sessions) -> bool {
        // The index follows from the rows; what is dirty is a matter of the store.
        let Sessions { chunks, dirty: _, end_users, index: _, hasher: _ } = other;
        self.chunks == *chunks && self.end_users == *end_users
    }
}
