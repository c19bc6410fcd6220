//! A backlog of lines, and an export that it reads back.
//!
//! One thread reads and parses, the caller's appends: a batch is one commit group. A line that is
//! not of the form stops the import before its batch; what was appended before stays.

mod batch; // lines to batches of deliveries
mod error; // what stops an import, and how to go on
mod export; // a delivery as a line that reads back to the same bytes
mod line; // one line to one delivery
mod lines; // lines of any length, in bounded memory
mod source; // a file, packed or not, or stdin

use std::io::BufRead;

use crossbeam_channel::{Receiver, bounded};
use weir_domain::Timestamp;

use crate::GroupLog;

use batch::{Batch, Batches};

pub use batch::Skipped;
pub use error::ImportError;
pub use export::{export_line, export_redacted_line};
pub use line::{ImportedLine, LineError, PAYLOAD_BYTES_MAX, parse_line};
pub use source::{Source, SourceError, open};

/// What deliveries are filed under whose line does not say.
pub const INTEGRATION_DEFAULT: &str = "main";

/// Batches that may wait for the writer: enough that neither thread waits for the other's hiccup.
const BATCHES_AHEAD: usize = 2;

// Lines parsed ahead, and those being parsed and appended, stay within the memory that we promise.
const _: () = assert!((BATCHES_AHEAD + 2) * batch::BATCH_BYTES_MAX <= 32 * 1024 * 1024);

/// How to import.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// What messages call the source.
    pub file: String,
    /// What deliveries are filed under whose line does not say.
    pub default_integration: String,
    /// Count a line that is not of the form, and go on.
    pub skip_bad_lines: bool,
    /// The current instant: a time far after it is refused.
    pub now: Timestamp,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Lines read, with empty ones.
    pub lines: u64,
    /// Bytes read, unpacked.
    pub bytes_read: u64,
    /// Deliveries that are on the disk.
    pub appended: u64,
    /// Lines that were not of the form.
    pub skipped: u64,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Deliveries appended.
    pub appended: u64,
    /// Lines that were not of the form.
    pub skipped: u64,
    /// The first of these.
    pub first_skipped: Option<Skipped>,
}

/// Appends every line of `reader` to `log`, telling `progress` after each batch.
///
/// # Errors
/// If the source cannot be read, a line is not of the form, or the log does not take a batch. The
/// batches before that are appended and stay.
pub fn import(
    reader: impl BufRead + Send,
    log: &mut impl GroupLog,
    options: &ImportOptions,
    mut progress: impl FnMut(Progress),
) -> Result<Imported, ImportError> {
    options.check()?;
    let batches = Batches::new(reader, options);
    std::thread::scope(|scope| {
        let (sender, receiver) = bounded(BATCHES_AHEAD);
        scope.spawn(move || {
            for batch in batches {
                // The writer has ended, and says itself why.
                if sender.send(batch).is_err() {
                    break;
                }
            }
        });
        append_all(receiver, log, &options.file, &mut progress)
    })
}

/// Takes the receiver, so that the reading thread ends when the writer does.
fn append_all(
    batches: Receiver<Result<Batch, batch::Stop>>,
    log: &mut impl GroupLog,
    file: &str,
    progress: &mut impl FnMut(Progress),
) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    for batch in batches {
        let appended = imported.appended;
        let batch = batch.map_err(|stop| ImportError::stopped(file, stop, appended))?;
        log.append(&batch.deliveries).map_err(|source| {
            let file = file.to_owned();
            ImportError::Append { file, line: batch.lines, appended, source }
        })?;
        let Batch { deliveries, lines, bytes_read, skipped, first_skipped } = batch;
        let appended = appended + deliveries.len() as u64;
        imported = Imported { appended, skipped, first_skipped };
        progress(Progress { lines, bytes_read, appended, skipped });
    }
    Ok(imported)
}

impl ImportOptions {
    fn check(&self) -> Result<(), ImportError> {
        let name = &self.default_integration;
        crate::check_name(name)
            .map_err(|problem| ImportError::Integration { name: name.clone(), problem })
    }
}
