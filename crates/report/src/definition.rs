//! A report with a name: a question that ships with the product, as TOML in `reports/`.

use serde::Deserialize;

use crate::Asked;

/// The definitions that ship, by name.
const SHIPPED: &[(&str, &str)] = &[
    ("abandonment", include_str!("../../../reports/abandonment.toml")),
    ("weekly-abandonment", include_str!("../../../reports/weekly-abandonment.toml")),
];

/// A report with a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What it is called on paper.
    pub title: String,
    /// What it asks; what is left out takes its default.
    #[serde(default)]
    pub ask: Asked,
}

impl Definition {
    /// The shipped definition of this name.
    #[must_use]
    pub fn shipped(name: &str) -> Option<Definition> {
        let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
        // What ships is read by a test.
        toml::from_str(text).ok()
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
            definition.ask.query("2026-03-31T12:00:00Z".parse().unwrap()).unwrap();
        }
    }
}
