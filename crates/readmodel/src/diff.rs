//! Where two models differ.

use crate::chunk::{CHUNK_SESSIONS, Chunk};
use crate::{Model, Row};

impl Model {
    /// Where `other`, called `rebuilt`, differs from this one, called `live`: up to `count_max`
    /// sentences. None if they are equal.
    #[must_use]
    pub fn differences(&self, other: &Model, count_max: usize) -> Vec<String> {
        if self == other {
            return Vec::new();
        }
        let mut found = Vec::new();
        if self.position != other.position {
            let (live, rebuilt) = (self.position, other.position);
            found.push(format!(
                "the live model has read up to {live}, the rebuilt one to {rebuilt}"
            ));
        }
        if self.sessions() != other.sessions() {
            let (live, rebuilt) = (self.sessions(), other.sessions());
            found.push(format!("the live model has {live} sessions, the rebuilt one {rebuilt}"));
        }
        found.extend(self.differing_blocks(other));
        found.extend(self.differing_sessions(other).take(count_max));
        if found.is_empty() {
            found.push("a dictionary or a column that follows from others differs".to_owned());
        }
        found.truncate(count_max);
        found
    }

    fn differing_blocks<'a>(&'a self, other: &'a Model) -> impl Iterator<Item = String> + 'a {
        let blocks = self.deliveries.blocks.iter().zip(&other.deliveries.blocks).enumerate();
        blocks.filter(|(_, (live, rebuilt))| live != rebuilt).map(|(number, _)| {
            let first = number * crate::deliveries::BLOCK_DELIVERIES + 1;
            format!("deliveries from {first} on were judged otherwise")
        })
    }

    fn differing_sessions<'a>(&'a self, other: &'a Model) -> impl Iterator<Item = String> + 'a {
        let chunks = self.sessions.chunks.iter().zip(&other.sessions.chunks).enumerate();
        chunks
            .filter(|(_, (live, rebuilt))| live != rebuilt)
            .flat_map(|(number, (live, rebuilt))| {
                let rows = 0..live.len().min(rebuilt.len());
                rows.filter(|&at| differ(live, rebuilt, at))
                    .map(move |at| Row(u32::try_from(number * CHUNK_SESSIONS + at).unwrap_or(0)))
            })
            .map(|row| {
                let (live, rebuilt) = (self.view(row), other.view(row));
                format!(
                    "session {} of {}: live {live:?}, rebuilt {rebuilt:?}",
                    live.id, live.integration
                )
            })
    }
}

fn differ(live: &Chunk, rebuilt: &Chunk, at: usize) -> bool {
    live.summary(at) != rebuilt.summary(at)
        || live.id[at] != rebuilt.id[at]
        || live.attempt_ids(at) != rebuilt.attempt_ids(at)
        || live.last_seq[at] != rebuilt.last_seq[at]
        || live.feature[at] != rebuilt.feature[at]
        || live.feature_seq[at] != rebuilt.feature_seq[at]
        || live.end_user_next[at] != rebuilt.end_user_next[at]
        || live.end_user[at] != rebuilt.end_user[at]
        || live.vendor_data[at] != rebuilt.vendor_data[at]
        || !live.facts(at).eq(rebuilt.facts(at))
}
