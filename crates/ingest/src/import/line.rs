//! One line to one delivery.

mod fields; // the keys of a line, each at most once

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use weir_domain::Timestamp;

use self::fields::{Fields, Payload};
use super::lines::LINE_BYTES_MAX;
use crate::check_name;
use crate::name::NameError;

/// The largest payload: far beyond an event, so that nothing of another kind gets in by mistake.
pub const PAYLOAD_BYTES_MAX: usize = 1024 * 1024;

/// 2000-01-01T00:00:00Z: what is older was not received by this program's kind.
const EARLIEST: Timestamp = Timestamp::from_micros(946_684_800_000_000);
/// How far after now a time may lie, as clocks differ and demonstrations play the future.
const AHEAD_US: i64 = 366 * 24 * 60 * 60 * 1_000_000;

// A payload of which JSON escapes every byte (`\u0000`) still makes a line that is read back.
const _: () = assert!(PAYLOAD_BYTES_MAX * 6 + 4 * 1024 <= LINE_BYTES_MAX);

/// A line, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedLine<'a> {
    /// When the delivery was received.
    pub received_at: Timestamp,
    /// What it is filed under, where the line says so.
    pub integration: Option<Cow<'a, str>>,
    /// The delivery's body.
    pub body: Vec<u8>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Too long to be one.
    #[error("the line is longer than {} MiB", LINE_BYTES_MAX / (1024 * 1024))]
    TooLong,
    /// No text.
    #[error("the line is not UTF-8 from column {column} on")]
    NotUtf8 {
        /// The byte, from 1.
        column: usize,
    },
    /// No JSON.
    #[error("the line is not JSON: {0}")]
    NotJson(String),
    /// JSON of another form.
    #[error(
        "{0}; a line is {{\"received_at\": \"2026-01-05T09:14:02.113Z\", \"payload\": {{…}}}}, with an \"integration\" if you like"
    )]
    Form(String),
    /// A time that no delivery can have.
    #[error(
        "`received_at` is {at}, but must lie between {EARLIEST} and {latest}, 366 days from now"
    )]
    Time {
        /// The line's.
        at: Timestamp,
        /// The latest that would do.
        latest: Timestamp,
    },
    /// A name that is no label.
    #[error("the name in `integration` {0}")]
    Integration(NameError),
    /// Too much to be an event.
    #[error("the payload is {bytes} bytes long, more than {PAYLOAD_BYTES_MAX}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// No base64.
    #[error("`payload_base64` is not base64: {0}")]
    Base64(String),
}

/// Reads a line, without its newline.
///
/// # Errors
/// If it is not of the form.
pub fn parse_line(line: &[u8], now: Timestamp) -> Result<ImportedLine<'_>, LineError> {
    let text = std::str::from_utf8(line)
        .map_err(|error| LineError::NotUtf8 { column: error.valid_up_to() + 1 })?;
    let Fields { received_at, integration, payload } =
        serde_json::from_str(text).map_err(|error| said(&error))?;
    check_time(received_at, now)?;
    if let Some(name) = &integration {
        check_name(name).map_err(LineError::Integration)?;
    }
    Ok(ImportedLine { received_at, integration, body: body(payload)? })
}

fn check_time(at: Timestamp, now: Timestamp) -> Result<(), LineError> {
    let latest = now.plus_us(AHEAD_US);
    if at < EARLIEST || latest < at {
        return Err(LineError::Time { at, latest });
    }
    Ok(())
}

fn body(payload: Payload<'_>) -> Result<Vec<u8>, LineError> {
    let body = match payload {
        // A string's content is the body; of anything else the text is.
        Payload::Json(json) if json.starts_with('"') => {
            serde_json::from_str::<String>(json).map_err(|error| said(&error))?.into_bytes()
        }
        Payload::Json(json) if PAYLOAD_BYTES_MAX < json.len() => {
            return Err(LineError::TooLarge { bytes: json.len() });
        }
        Payload::Json(json) => json.as_bytes().to_vec(),
        Payload::Base64(text) => STANDARD
            .decode(text.as_bytes())
            .map_err(|error| LineError::Base64(error.to_string()))?,
    };
    if PAYLOAD_BYTES_MAX < body.len() {
        return Err(LineError::TooLarge { bytes: body.len() });
    }
    Ok(body)
}

/// What serde_json says, without its line number, which is always 1 and not the file's.
fn said(error: &serde_json::Error) -> LineError {
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    if error.is_data() {
        LineError::Form(said.to_owned())
    } else {
        LineError::NotJson(format!("{said} (column {})", error.column()))
    }
}
