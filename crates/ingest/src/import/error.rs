//! What stops an import, and how to go on.

use std::io;

use super::batch::Stop;
use super::line::LineError;
use crate::IntakeError;
use crate::name::NameError;

/// An import that did not come to its end. What was appended before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A line is not of the form.
    #[error(
        "{file}, line {line}: {problem}; {before}, nothing of this line's batch was; mend the line and import the file \
         again (repeats do no harm), or pass --skip-bad-lines",
        before = before(*appended)
    )]
    Line {
        /// The source.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        problem: LineError,
        /// Deliveries appended before.
        appended: u64,
    },
    /// The source cannot be read on.
    #[error(
        "{file}, after line {line}: {source}; {before}; mend the file and import it again (repeats do no harm)",
        before = before(*appended)
    )]
    Read {
        /// The source.
        file: String,
        /// The last line that was read.
        line: u64,
        /// Deliveries appended before.
        appended: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The log did not take a batch.
    #[error(
        "{file}, batch up to line {line}: {source}; {before}; import the file again afterwards (repeats do no harm)",
        before = before(*appended)
    )]
    Append {
        /// The source.
        file: String,
        /// The batch's last line.
        line: u64,
        /// Deliveries appended before.
        appended: u64,
        /// What the log or the vault said.
        source: IntakeError,
    },
    /// The default integration is no name.
    #[error("the integration name `{name}` {problem}; give another with --integration")]
    Integration {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: NameError,
    },
}

impl ImportError {
    pub(super) fn stopped(file: &str, stop: Stop, appended: u64) -> ImportError {
        let file = file.to_owned();
        match stop {
            Stop::Line { line, problem } => ImportError::Line { file, line, problem, appended },
            Stop::Read { line, source } => ImportError::Read { file, line, appended, source },
        }
    }
}

fn before(appended: u64) -> String {
    match appended {
        0 => "nothing was appended before".to_owned(),
        1 => "1 delivery was appended before".to_owned(),
        more => format!("{more} deliveries were appended before"),
    }
}
