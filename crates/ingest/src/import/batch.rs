//! Lines to batches of deliveries.

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::sync::Arc;

use weir_domain::{Delivery, Origin, Timestamp};

use super::ImportOptions;
use super::line::{ImportedLine, LineError, parse_line};
use super::lines::{Line, Lines};

/// Deliveries in one commit. From here on a larger group gains little.
const BATCH_DELIVERIES_MAX: usize = 4_096;
/// Bytes of bodies after which a batch is closed.
pub(super) const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Deliveries that are appended together, and how far the reading had come then.
pub(super) struct Batch {
    pub(super) deliveries: Vec<Delivery>,
    pub(super) lines: u64,
    pub(super) bytes_read: u64,
    pub(super) skipped: u64,
    pub(super) first_skipped: Option<Skipped>,
}

/// A line that was not of the form, and was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: LineError,
}

/// Why reading ended early.
pub(super) enum Stop {
    Line { line: u64, problem: LineError },
    Read { line: u64, source: io::Error },
}

/// The batches of a source, in order; after an error none.
pub(super) struct Batches<R> {
    lines: Lines<R>,
    origins: Origins,
    skip_bad_lines: bool,
    now: Timestamp,
    skipped: u64,
    first_skipped: Option<Skipped>,
    ended: bool,
}

impl<R: BufRead> Batches<R> {
    pub(super) fn new(reader: R, options: &ImportOptions) -> Batches<R> {
        let ImportOptions { file: _, default_integration, skip_bad_lines, now } = options;
        Batches {
            lines: Lines::new(reader),
            origins: Origins::new(default_integration),
            skip_bad_lines: *skip_bad_lines,
            now: *now,
            skipped: 0,
            first_skipped: None,
            ended: false,
        }
    }

    fn next_batch(&mut self) -> Result<Vec<Delivery>, Stop> {
        let mut deliveries = Vec::with_capacity(BATCH_DELIVERIES_MAX);
        let mut bytes = 0;
        while deliveries.len() < BATCH_DELIVERIES_MAX && bytes < BATCH_BYTES_MAX {
            let line = match self.lines.next_line() {
                Ok(Some(Line::Text(text))) if text.trim_ascii().is_empty() => continue,
                Ok(Some(Line::Text(text))) => parse_line(text, self.now),
                Ok(Some(Line::TooLong)) => Err(LineError::TooLong),
                Ok(None) => {
                    self.ended = true;
                    break;
                }
                Err(source) => return Err(Stop::Read { line: self.lines.number(), source }),
            };
            match line {
                Ok(ImportedLine { received_at, integration, body }) => {
                    let origin = self.origins.get(integration.as_deref());
                    bytes += body.len();
                    deliveries.push(Delivery { received_at, origin, body });
                }
                Err(problem) => self.skip(problem)?,
            }
        }
        Ok(deliveries)
    }

    fn skip(&mut self, problem: LineError) -> Result<(), Stop> {
        let line = self.lines.number();
        if !self.skip_bad_lines {
            return Err(Stop::Line { line, problem });
        }
        self.skipped += 1;
        self.first_skipped.get_or_insert(Skipped { line, problem });
        Ok(())
    }
}

impl<R: BufRead> Iterator for Batches<R> {
    type Item = Result<Batch, Stop>;

    fn next(&mut self) -> Option<Result<Batch, Stop>> {
        if self.ended {
            return None;
        }
        let deliveries = match self.next_batch() {
            Ok(deliveries) => deliveries,
            Err(stop) => {
                self.ended = true;
                return Some(Err(stop));
            }
        };
        let (lines, bytes_read) = (self.lines.number(), self.lines.bytes_read());
        let (skipped, first_skipped) = (self.skipped, self.first_skipped.clone());
        Some(Ok(Batch { deliveries, lines, bytes_read, skipped, first_skipped }))
    }
}

/// One origin per integration, so that the log recognises the pointer.
struct Origins {
    default: Arc<Origin>,
    last: Arc<Origin>,
    by_name: BTreeMap<String, Arc<Origin>>,
}

impl Origins {
    fn new(default_integration: &str) -> Origins {
        let default = Arc::new(Origin::imported(default_integration));
        let by_name = BTreeMap::from([(default_integration.to_owned(), Arc::clone(&default))]);
        Origins { last: Arc::clone(&default), default, by_name }
    }

    fn get(&mut self, integration: Option<&str>) -> Arc<Origin> {
        let Some(name) = integration else { return Arc::clone(&self.default) };
        if self.last.integration != name {
            self.last = match self.by_name.get(name) {
                Some(known) => Arc::clone(known),
                None => self.remember(name),
            };
        }
        Arc::clone(&self.last)
    }

    fn remember(&mut self, name: &str) -> Arc<Origin> {
        let origin = Arc::new(Origin::imported(name));
        self.by_name.insert(name.to_owned(), Arc::clone(&origin));
        origin
    }
}
