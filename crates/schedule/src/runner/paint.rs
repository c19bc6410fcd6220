//! A document as bytes: the one seam between the runner and the renderers.

use serde_json::Value;
use weir_report::Output;
use weir_report::render::{Document, Mail};

/// Renders documents. Tests put a quick one in its place: a thousand PDFs take their time.
pub trait Paint: Send + Sync {
    /// The document as a file of this kind; never asked for Parquet, which the engine writes.
    ///
    /// # Errors
    /// Why it cannot be; a sentence.
    fn file(&self, document: &Document, output: Output) -> Result<Vec<u8>, String>;

    /// The document as a mail's parts.
    ///
    /// # Errors
    /// Why it cannot be; a sentence.
    fn mail(&self, document: &Document) -> Result<Mail, String>;

    /// The document as a message of Slack.
    fn slack(&self, document: &Document) -> Value;
}

/// The renderers of `report`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renderers;

impl Paint for Renderers {
    fn file(&self, document: &Document, output: Output) -> Result<Vec<u8>, String> {
        document.render(output).map_err(|error| error.to_string())
    }

    fn mail(&self, document: &Document) -> Result<Mail, String> {
        document.mail().map_err(|error| error.to_string())
    }

    fn slack(&self, document: &Document) -> Value {
        document.slack()
    }
}
