//! What a screen and a reason are called, and where in the flow they stand.
//!
//! The shipped catalogue is embedded; an operator's file is laid over it. A value that neither
//! names is shown as it came, never dropped and never guessed into a known one.

mod overlay; // what an operator lays over it

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use overlay::Overlay;

const SHIPPED: &str = include_str!("catalogue.toml");

/// How sure we are that the provider sends this literal value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The provider's documentation names it.
    Documented,
    /// The provider's own SDK telemetry names it.
    Sdk,
    /// Built on a proven naming pattern.
    Pattern,
    /// The operator added it.
    #[default]
    Operator,
}

/// A value of `context.state`: what the end-user saw when the flow stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// The literal value.
    pub state: String,
    /// What it is called on a page.
    pub label: String,
    /// The part of the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Where in the flow it stands; none: anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<i64>,
    /// What the end-user sees.
    #[serde(default)]
    pub description: String,
    /// How sure the literal value is.
    #[serde(default)]
    pub evidence: Evidence,
}

/// A value of `context.reason`: why the flow stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The literal value.
    pub reason: String,
    /// What it is called on a page.
    pub label: String,
    /// What the end-user did.
    #[serde(default)]
    pub description: String,
    /// How sure the literal value is.
    #[serde(default)]
    pub evidence: Evidence,
}

/// A catalogue text that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the catalogue cannot be read: {0}")]
pub struct CatalogueError(#[from] toml::de::Error);

/// The screens and reasons that have a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    screens: BTreeMap<String, Screen>,
    reasons: BTreeMap<String, Reason>,
}

impl Screen {
    /// In the order of the flow; those that can come anywhere last, by their value.
    #[must_use]
    pub fn by_place(a: &Screen, b: &Screen) -> Ordering {
        let place = |screen: &Screen| (screen.order.is_none(), screen.order);
        place(a).cmp(&place(b)).then_with(|| a.state.cmp(&b.state))
    }
}

impl Catalogue {
    /// The catalogue that the product ships with.
    ///
    /// # Panics
    /// Never: the shipped text is read by a test.
    #[must_use]
    #[allow(clippy::expect_used)]
    pub fn shipped() -> Catalogue {
        Catalogue::empty().overlaid(SHIPPED).expect("the shipped catalogue is well-formed")
    }

    /// The catalogue of this TOML text alone, as [`Catalogue::to_toml`] wrote it.
    ///
    /// # Errors
    /// If the text is no catalogue; the message names the line and the key.
    pub fn read(text: &str) -> Result<Catalogue, CatalogueError> {
        Catalogue::empty().overlaid(text)
    }

    const fn empty() -> Catalogue {
        Catalogue { screens: BTreeMap::new(), reasons: BTreeMap::new() }
    }

    /// This catalogue with the TOML text `overlay` laid over it: a repeated value overrides.
    ///
    /// # Errors
    /// If the text is no catalogue; the message names the line and the key.
    pub fn overlaid(self, overlay: &str) -> Result<Catalogue, CatalogueError> {
        Ok(self.under(&Overlay::read(overlay)?))
    }

    /// This catalogue with `overlay` laid over it: a repeated value overrides.
    #[must_use]
    pub fn under(mut self, overlay: &Overlay) -> Catalogue {
        let Overlay { screens, reasons } = overlay.clone();
        self.screens.extend(screens);
        self.reasons.extend(reasons);
        self
    }

    /// All of it as TOML, which reads back to the same.
    #[must_use]
    pub fn to_toml(&self) -> String {
        Overlay { screens: self.screens.clone(), reasons: self.reasons.clone() }.to_toml()
    }

    /// The screen with this literal value.
    #[must_use]
    pub fn screen(&self, state: &str) -> Option<&Screen> {
        self.screens.get(state)
    }

    /// The reason with this literal value.
    #[must_use]
    pub fn reason(&self, reason: &str) -> Option<&Reason> {
        self.reasons.get(reason)
    }

    /// The screen's label, or the raw value.
    #[must_use]
    pub fn screen_label<'a>(&'a self, state: &'a str) -> &'a str {
        self.screen(state).map_or(state, |screen| &screen.label)
    }

    /// The reason's label, or the raw value.
    #[must_use]
    pub fn reason_label<'a>(&'a self, reason: &'a str) -> &'a str {
        self.reason(reason).map_or(reason, |reason| &reason.label)
    }

    /// Every screen, by its literal value.
    pub fn screens(&self) -> impl Iterator<Item = &Screen> {
        self.screens.values()
    }

    /// Every reason, by its literal value.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.values()
    }
}

#[cfg(test)]
mod tests {
    use super::Catalogue;

    #[test]
    fn the_shipped_catalogue_orders_all_but_the_error_screen() {
        let shipped = Catalogue::shipped();
        let unordered: Vec<_> =
            shipped.screens().filter(|s| s.order.is_none()).map(|s| s.state.as_str()).collect();
        assert_eq!(unordered, ["error_screen_shown"]);
        assert_eq!(shipped.screens().count(), 29);
        assert_eq!(shipped.reasons().count(), 8);
        assert_eq!(
            shipped.screen("camera_access_blocked_screen_shown").and_then(|s| s.order),
            Some(70)
        );
    }

    #[test]
    fn an_overlay_overrides_and_adds() {
        let catalogue = Catalogue::shipped()
            .overlaid(
                "[[screen]]\nstate = \"client_started\"\nlabel = \"Opened\"\norder = 5\n\
                 [[screen]]\nstate = \"otp_screen\"\nlabel = \"One-time password\"\n",
            )
            .unwrap();
        assert_eq!(catalogue.screen_label("client_started"), "Opened");
        assert_eq!(catalogue.screen_label("otp_screen"), "One-time password");
        assert_eq!(catalogue.screen_label("never_seen"), "never_seen");
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let error = Catalogue::shipped()
            .overlaid("[[screen]]\nstate = \"x\"\nlabel = \"X\"\nordre = 5\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("ordre"), "{error}");
    }
}
