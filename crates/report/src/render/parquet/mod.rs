//! The cohort itself as Parquet: a row for each unit, for DuckDB, Polars and their like.
//!
//! Rows stand in the order in which their sessions were first seen, in groups of about
//! [`GROUP_ROWS`]: only one group is held at a time. What is packed does not depend on how many
//! threads pack it, so the same question has the same bytes for an answer.
//!
//! What identifies a person (`vendorData`, `endUserId`) is not in it.

mod column; // what stands in each column
mod encode; // one column of one group as bytes
mod schema; // the columns' names and types, and what is said of the whole

use std::collections::VecDeque;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::parquet::errors::ParquetError;
use ::parquet::file::writer::SerializedFileWriter;
use weir_domain::Catalogue;
use weir_readmodel::Model;

use super::RenderError;
use crate::compute::Parts;
use crate::{CohortUnit, Query};
use column::{Column, Texts};
use encode::Encoded;

/// A group ends with the part of the model in which it reaches this many rows: large enough to
/// pack and scan well, small enough to hold.
const GROUP_ROWS: usize = 250_000;

/// Writes a row for each unit that `query` counts, and says how many there were.
///
/// # Errors
/// If `out` cannot be written.
pub fn parquet(
    model: &Model,
    catalogue: &Catalogue,
    query: &Query,
    threads: usize,
    out: impl Write + Send,
) -> Result<u64, RenderError> {
    let texts = Texts::new(model, catalogue);
    let properties = schema::properties(query);
    let mut file = SerializedFileWriter::new(out, schema::schema()?, properties.clone())?;
    let mut groups = Groups::new(model, query, threads);
    let mut rows = 0;
    while let Some(units) = groups.next() {
        let encode = |number: usize| {
            let column = &Column::ALL[number];
            encode::encode(column, number, &properties, &texts, &units)
        };
        let columns = side_by_side(Column::ALL.len(), threads, encode);
        let mut group = file.next_row_group()?;
        for encoded in columns {
            let Encoded { bytes, close } = encoded?;
            group.append_column(&bytes, close)?;
        }
        group.close()?;
        rows += units.len() as u64;
    }
    file.close()?;
    Ok(rows)
}

/// The cohort's units in the model's order, a group at a time.
struct Groups<'a> {
    parts: Parts<'a>,
    threads: usize,
    /// The first part that was not looked at yet.
    next: usize,
    /// Of parts that were, units that no group has yet.
    waiting: VecDeque<Vec<CohortUnit>>,
}

impl<'a> Groups<'a> {
    fn new(model: &'a Model, query: &'a Query, threads: usize) -> Groups<'a> {
        Groups { parts: Parts::new(model, query), threads, next: 0, waiting: VecDeque::new() }
    }

    /// The next group: whole parts, until there are enough rows. None at the end.
    fn next(&mut self) -> Option<Vec<CohortUnit>> {
        let mut units = Vec::new();
        while units.len() < GROUP_ROWS {
            if self.waiting.is_empty() && !self.look() {
                break;
            }
            units.append(&mut self.waiting.pop_front()?);
        }
        (!units.is_empty()).then_some(units)
    }

    /// Looks at some more parts, each thread at one at a time. False where there are none.
    fn look(&mut self) -> bool {
        let first = self.next;
        let count = self.threads.clamp(1, 16).min(self.parts.len() - first);
        self.waiting.extend(side_by_side(count, self.threads, |at| self.parts.units(first + at)));
        self.next += count;
        0 < count
    }
}

/// `work` of each number below `count`, in their order, on `threads` threads.
fn side_by_side<T: Send>(count: usize, threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if count <= number {
                return done;
            }
            done.push((number, work(number)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let helpers = threads.clamp(1, count.max(1)) - 1;
        let running: Vec<_> = (0..helpers).map(|_| scope.spawn(take)).collect();
        let mut done = take();
        for thread in running {
            done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

impl From<ParquetError> for RenderError {
    fn from(error: ParquetError) -> RenderError {
        RenderError::Write(match error {
            // What the disk said, without the library's words around it.
            ParquetError::External(error) => error.to_string(),
            error => error.to_string(),
        })
    }
}

#[cfg(test)]
pub(super) mod tests;
