//! What an operator lays over a catalogue: whole entries, by their literal value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Catalogue, CatalogueError, Reason, Screen};

/// The head of every catalogue that is written: the next reader knows what it is.
const HEAD: &str = "# A catalogue of screens and reasons for Weir; an entry here overrides the one \
                    below it.\n\n";

/// Entries that override those of the catalogue below, or add to them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    pub(super) screens: BTreeMap<String, Screen>,
    pub(super) reasons: BTreeMap<String, Reason>,
}

/// An overlay as its TOML has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    screen: Vec<Screen>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reason: Vec<Reason>,
}

impl Overlay {
    /// Reads TOML; the later of two entries for one value holds.
    ///
    /// # Errors
    /// If the text is no catalogue; the message names the line and the key.
    pub fn read(text: &str) -> Result<Overlay, CatalogueError> {
        let File { screen, reason } = toml::from_str(text)?;
        Ok(Overlay {
            screens: screen.into_iter().map(|screen| (screen.state.clone(), screen)).collect(),
            reasons: reason.into_iter().map(|reason| (reason.reason.clone(), reason)).collect(),
        })
    }

    /// As TOML: screens in the order of the flow, then reasons by value.
    ///
    /// # Panics
    /// Never: texts and whole numbers can be written in any TOML.
    #[must_use]
    #[allow(clippy::expect_used)]
    pub fn to_toml(&self) -> String {
        let mut screen: Vec<_> = self.screens.values().cloned().collect();
        screen.sort_by(Screen::by_place);
        let file = File { screen, reason: self.reasons.values().cloned().collect() };
        HEAD.to_owned() + &toml::to_string(&file).expect("texts and numbers are TOML")
    }

    /// Whether nothing is laid over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.screens.is_empty() && self.reasons.is_empty()
    }

    /// Whether it has an entry for this screen.
    #[must_use]
    pub fn has_screen(&self, state: &str) -> bool {
        self.screens.contains_key(state)
    }

    /// Whether it has an entry for this reason.
    #[must_use]
    pub fn has_reason(&self, reason: &str) -> bool {
        self.reasons.contains_key(reason)
    }

    /// Lays `screen` over `base`; an entry that says what `base` says anyway is not kept.
    pub fn put_screen(&mut self, base: &Catalogue, screen: Screen) {
        if base.screen(&screen.state) == Some(&screen) {
            self.screens.remove(&screen.state);
        } else {
            self.screens.insert(screen.state.clone(), screen);
        }
    }

    /// Lays `reason` over `base`, likewise.
    pub fn put_reason(&mut self, base: &Catalogue, reason: Reason) {
        if base.reason(&reason.reason) == Some(&reason) {
            self.reasons.remove(&reason.reason);
        } else {
            self.reasons.insert(reason.reason.clone(), reason);
        }
    }

    /// Takes the entry for this screen off; whether there was one.
    pub fn remove_screen(&mut self, state: &str) -> bool {
        self.screens.remove(state).is_some()
    }

    /// Takes the entry for this reason off; whether there was one.
    pub fn remove_reason(&mut self, reason: &str) -> bool {
        self.reasons.remove(reason).is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Overlay;
    use crate::{Catalogue, Evidence, Reason, Screen};

    fn screen(state: &str, order: Option<i64>) -> Screen {
        Screen {
            state: state.to_owned(),
            label: format!("{state}!"),
            stage: None,
            order,
            description: String::new(),
            evidence: Evidence::Operator,
        }
    }

    #[test]
    fn only_what_differs_is_kept() {
        let base = Catalogue::shipped();
        let shipped = base.screen("client_started").unwrap().clone();
        let mut overlay = Overlay::default();
        overlay.put_screen(&base, shipped.clone());
        assert!(overlay.is_empty());
        overlay.put_screen(&base, Screen { order: Some(5), ..shipped.clone() });
        assert!(overlay.has_screen("client_started"));
        let catalogue = base.clone().under(&overlay);
        assert_eq!(catalogue.screen("client_started").unwrap().order, Some(5));
        overlay.put_screen(&base, shipped);
        assert!(overlay.is_empty(), "back to what was shipped");
    }

    #[test]
    fn what_is_taken_off_shows_what_was_below() {
        let base = Catalogue::shipped();
        let mut overlay = Overlay::default();
        overlay.put_screen(&base, screen("client_started", None));
        overlay.put_screen(&base, screen("otp_screen", None));
        assert!(overlay.remove_screen("client_started") && overlay.remove_screen("otp_screen"));
        assert!(!overlay.remove_screen("otp_screen"));
        assert_eq!(base.clone().under(&overlay), base);
    }

    #[test]
    fn it_is_written_in_the_order_of_the_flow_in_the_form_of_the_catalogue_file() {
        let base = Catalogue::shipped();
        let mut overlay = Overlay::default();
        for (state, order) in [("a", None), ("c", Some(20)), ("b", Some(100))] {
            overlay.put_screen(&base, screen(state, order));
        }
        let text = overlay.to_toml();
        let places = ["[[screen]]\nstate = \"c\"", "state = \"b\"", "state = \"a\""];
        let found: Vec<_> = places.iter().map(|place| text.find(place).unwrap()).collect();
        assert!(found.is_sorted(), "{text}");
        assert_eq!(Overlay::default().to_toml(), super::HEAD);
    }

    #[test]
    fn the_whole_catalogue_reads_back() {
        let shipped = Catalogue::shipped();
        let overlay = Overlay::read(&shipped.to_toml()).unwrap();
        assert_eq!(Catalogue::empty().under(&overlay), shipped);
    }

    proptest! {
        #[test]
        fn whatever_the_texts_are_they_come_back(
            texts in proptest::collection::vec(any::<String>(), 5),
            order in any::<Option<i64>>(),
        ) {
            let base = Catalogue::shipped();
            let mut overlay = Overlay::default();
            let [state, label, stage, description, value] = <[String; 5]>::try_from(texts).unwrap();
            let evidence = Evidence::Pattern;
            overlay.put_screen(&base, Screen {
                state, label: label.clone(), stage: Some(stage), order,
                description: description.clone(), evidence,
            });
            overlay.put_reason(&base, Reason { reason: value, label, description, evidence });
            prop_assert_eq!(Overlay::read(&overlay.to_toml()).unwrap(), overlay);
        }
    }

    #[test]
    fn hostile_texts_come_back() {
        let base = Catalogue::shipped();
        let mut overlay = Overlay::default();
        for text in [
            "\"]\n[[screen]]\nstate = \"x\"",
            "'''\"\"\"\\",
            "\0\u{1b}[31m\r\n\u{7f}",
            "\u{202e}<script>alert(1)</script>\u{feff}",
            "# no comment\u{2028}",
        ] {
            overlay.put_screen(&base, screen(text, Some(i64::MIN)));
        }
        let again = Overlay::read(&overlay.to_toml()).unwrap();
        assert_eq!(again, overlay);
        assert_eq!(again.screens.len(), 5);
    }
}
