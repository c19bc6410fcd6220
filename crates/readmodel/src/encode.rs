//! Columns as bytes: each a count of elements and the elements, little-endian.

use bytemuck::{NoUninit, Pod};

use crate::chunk::Chunk;
use crate::deliveries::Block;

#[cfg(target_endian = "big")]
compile_error!("the checkpoint keeps columns as they lie in memory, which must be little-endian");

fn put<T: NoUninit>(bytes: &mut Vec<u8>, column: &[T]) {
    bytes.extend_from_slice(&(column.len() as u64).to_le_bytes());
    bytes.extend_from_slice(bytemuck::cast_slice(column));
}

fn take<T: Pod>(bytes: &mut &[u8]) -> Option<Vec<T>> {
    let (count, rest) = bytes.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*count)).ok()?.checked_mul(size_of::<T>())?;
    let (column, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(bytemuck::pod_collect_to_vec(column))
}

/// A chunk's columns as bytes.
pub(crate) fn chunk_bytes(chunk: &Chunk) -> Vec<u8> {
    // Every field is named, so that a new one does not compile until it is saved here.
    let Chunk {
        id,
        integration,
        attempt_id,
        more_attempts,
        feature,
        feature_seq,
        end_user,
        end_user_next,
        vendor_data,
        last_seq,
        first_at_us,
        submitted_at_us,
        exit_at_us,
        exit,
        other_exit,
        marks,
        facts_from,
        facts,
        latest_us,
    } = chunk;
    let mut bytes = Vec::with_capacity(id.len() * 168);
    put(&mut bytes, id);
    put(&mut bytes, integration);
    put(&mut bytes, attempt_id);
    let more = || more_attempts.iter().flat_map(|(row, ids)| ids.iter().map(move |id| (*row, *id)));
    put(&mut bytes, &more().map(|(row, _)| row).collect::<Vec<_>>());
    put(&mut bytes, &more().map(|(_, id)| id).collect::<Vec<_>>());
    put(&mut bytes, feature);
    put(&mut bytes, feature_seq);
    put(&mut bytes, end_user);
    put(&mut bytes, end_user_next);
    put(&mut bytes, vendor_data);
    put(&mut bytes, last_seq);
    put(&mut bytes, first_at_us);
    put(&mut bytes, submitted_at_us);
    put(&mut bytes, exit_at_us);
    put(&mut bytes, exit);
    put(&mut bytes, other_exit);
    put(&mut bytes, marks);
    put(&mut bytes, facts_from);
    put(&mut bytes, facts);
    put(&mut bytes, &[*latest_us]);
    bytes
}

/// The chunk of these bytes, if they are whole.
pub(crate) fn chunk_of(mut bytes: &[u8]) -> Option<Chunk> {
    let bytes = &mut bytes;
    let mut chunk = Chunk {
        id: take(bytes)?,
        integration: take(bytes)?,
        attempt_id: take(bytes)?,
        ..Chunk::default()
    };
    let (rows, ids): (Vec<u32>, Vec<[u8; 16]>) = (take(bytes)?, take(bytes)?);
    for (row, id) in rows.into_iter().zip(ids) {
        chunk.more_attempts.entry(row).or_default().push(id);
    }
    chunk.feature = take(bytes)?;
    chunk.feature_seq = take(bytes)?;
    chunk.end_user = take(bytes)?;
    chunk.end_user_next = take(bytes)?;
    chunk.vendor_data = take(bytes)?;
    chunk.last_seq = take(bytes)?;
    chunk.first_at_us = take(bytes)?;
    chunk.submitted_at_us = take(bytes)?;
    chunk.exit_at_us = take(bytes)?;
    chunk.exit = take(bytes)?;
    chunk.other_exit = take(bytes)?;
    chunk.marks = take(bytes)?;
    chunk.facts_from = take(bytes)?;
    chunk.facts = take(bytes)?;
    chunk.latest_us = *take(bytes)?.first()?;
    bytes.is_empty().then_some(chunk)
}

/// A block's columns as bytes; its sums follow from them.
pub(crate) fn block_bytes(block: &Block) -> Vec<u8> {
    let Block { at_us, back, flags, tally: _, earliest_us: _, latest_us: _ } = block;
    let mut bytes = Vec::with_capacity(at_us.len() * 13 + 24);
    put(&mut bytes, at_us);
    put(&mut bytes, back);
    put(&mut bytes, flags);
    bytes
}

/// The block of these bytes, if they are whole.
pub(crate) fn block_of(mut bytes: &[u8]) -> Option<Block> {
    let bytes = &mut bytes;
    let (at_us, back, flags): (Vec<i64>, Vec<u32>, Vec<u8>) =
        (take(bytes)?, take(bytes)?, take(bytes)?);
    if back.len() != at_us.len() || flags.len() != at_us.len() || !bytes.is_empty() {
        return None;
    }
    let mut block = Block::default();
    for ((at_us, back), flags) in at_us.into_iter().zip(back).zip(flags) {
        block.push(at_us, back, flags);
    }
    Some(block)
}

/// Texts as bytes: where each ends, and the texts.
pub(crate) fn names_bytes(ends: &[u64], texts: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ends.len() * 8 + texts.len() + 16);
    put(&mut bytes, ends);
    put(&mut bytes, texts);
    bytes
}

/// The texts of these bytes, if they are whole.
pub(crate) fn names_of(mut bytes: &[u8]) -> Option<(Vec<u64>, Vec<u8>)> {
    let bytes = &mut bytes;
    let found = (take(bytes)?, take(bytes)?);
    bytes.is_empty().then_some(found)
}
