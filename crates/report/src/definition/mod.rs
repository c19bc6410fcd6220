//! A report with a name: what it asks and shows, when it is sent, and to whom, as TOML.
//!
//! The definitions in `reports/` ship with the product; an operator's own lie in the data
//! directory. Here a definition is read and turned into a question; when it is due and how it
//! reaches its recipients is the business of others.

mod alert; // when a report is worth a message
mod recipient; // who gets it
mod section; // the parts that a report can show
mod timing; // when it is due
mod read; // from TOML, and back
mod range; // `previous week`
mod question; // what it asks at an instant
mod document; // what it is answered

pub use alert::{Against, Alert, Measure};
pub use range::{Period, Range};
pub use read::{DefinitionError, line_of};
pub use recipient::Recipient;
pub use section::Section;
pub use timing::{Missed, Timing, WhenEmpty};

use serde::{Deserialize, Serialize};

use crate::{Asked, Output};

/// The definitions that ship, by name.
const SHIPPED: &[(&str, &str)] = &[
    ("abandonment", include_str!("../../../../reports/abandonment.toml")),
    ("daily-pulse", include_str!("../../../../reports/daily-pulse.toml")),
    ("weekly-abandonment", include_str!("../../../../reports/weekly-abandonment.toml")),
    ("monthly-review", include_str!("../../../../reports/monthly-review.toml")),
];

/// A report with a name.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What it is called on paper.
    pub title: String,
    /// The range relative to the instant of asking, such as `previous week`; in place of
    /// `ask.from` and `ask.to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// What it asks besides; what is left out takes its default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ask: Asked,
    /// Whether it is held against the period before.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub compare: bool,
    /// Its parts, in this order; all of them where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// The files that it is rendered to, for recipients that name none of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<Output>,
    /// When it is due; never by itself where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Timing>,
    /// When it is worth a message; always, where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<Alert>,
    /// Who gets it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipient: Vec<Recipient>,
}

const fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Definition {
    /// The shipped definition of this name.
    #[must_use]
    pub fn shipped(name: &str) -> Option<Definition> {
        // What ships is read by a test.
        Definition::read(Definition::shipped_text(name)?).ok()
    }

    /// The text of the shipped definition of this name.
    #[must_use]
    pub fn shipped_text(name: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// The names of the shipped definitions.
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::Definition;

    #[test]
    fn every_shipped_definition_is_a_question() {
        for name in Definition::shipped_names() {
            let definition = Definition::shipped(name).unwrap();
            definition.query("2026-03-31T12:00:00Z".parse().unwrap(), "UTC").unwrap();
        }
    }
}
