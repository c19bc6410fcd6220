//! A delivery as a line that reads back to the same bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;
use weir_domain::Timestamp;

/// The line, without a newline, from which [`super::parse_line`] reads the same instant,
/// integration and body.
#[must_use]
pub fn export_line(received_at: Timestamp, integration: &str, body: &[u8]) -> String {
    line(received_at, integration, false, body)
}

/// The same of a body in which something stands instead of what was there: the line says so.
#[must_use]
pub fn export_redacted_line(received_at: Timestamp, integration: &str, body: &[u8]) -> String {
    line(received_at, integration, true, body)
}

fn line(received_at: Timestamp, integration: &str, redacted: bool, body: &[u8]) -> String {
    let mut line = String::with_capacity(body.len() + integration.len() + 96);
    line.push_str("{\"received_at\":\"");
    line.push_str(&received_at.to_string());
    line.push_str("\",\"integration\":");
    line.push_str(&quoted(integration));
    if redacted {
        line.push_str(",\"redacted\":true");
    }
    match std::str::from_utf8(body) {
        Ok(text) if reads_back_as_it_is(text) => {
            line.push_str(",\"payload\":");
            line.push_str(text);
        }
        Ok(text) => {
            line.push_str(",\"payload\":");
            line.push_str(&quoted(text));
        }
        Err(_) => {
            line.push_str(",\"payload_base64\":\"");
            STANDARD.encode_string(body, &mut line);
            line.push('"');
        }
    }
    line.push('}');
    line
}

/// Whether the text is one line of JSON whose first and last byte a reader keeps. Other values
/// than objects go as strings: a string's text would be read as its content.
fn reads_back_as_it_is(text: &str) -> bool {
    text.starts_with('{')
        && text.ends_with('}')
        && !text.bytes().any(|byte| matches!(byte, b'\r' | b'\n'))
        && serde_json::from_str::<&RawValue>(text).is_ok()
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
