//! Who gets a report, as it is written in its definition.

use serde::{Deserialize, Serialize};

use crate::Output;

/// Somebody or something that gets a report. Exactly one of `mail`, `file`, `slack`, `webhook` and
/// `s3` is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipient {
    /// Addresses; each gets a mail of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mail: Vec<String>,
    /// A path below the folder of outputs, with `{name}`, `{date}`, `{time}`, `{run}`, `{format}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// How many runs' files are kept there; all of them where this is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<u32>,
    /// The name of an incoming webhook of Slack in the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slack: Option<String>,
    /// The name of a webhook in the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    /// The name of an object store in the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3: Option<String>,
    /// The object's key there, with the same words as `file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The files that it gets; the definition's where none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<Output>,
}
