//! One entry of the catalogue, as a form or a program writes it.

use weir_domain::{Catalogue, Evidence, Overlay, Reason, Screen};

use crate::fields::Fault;
use crate::page::form::{Query, address};

/// What an entry is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Screen,
    Reason,
}

/// An entry as it was written, not yet judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Draft {
    pub(crate) label: String,
    pub(crate) stage: String,
    pub(crate) order: String,
    pub(crate) description: String,
}

/// An entry that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    Screen(Screen),
    Reason(Reason),
}

/// A body may hold a value of 64 KiB; nobody names one longer than this.
pub(crate) const VALUE_CHARS_MAX: usize = 2_000;
const LABEL_CHARS_MAX: usize = 200;
const STAGE_CHARS_MAX: usize = 60;
const DESCRIPTION_CHARS_MAX: usize = 1_000;
/// Far more places than a flow has, and exact in every program that reads JSON.
const ORDER_MAX: i64 = 1_000_000;

impl Kind {
    /// The word for one.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Kind::Screen => "screen",
            Kind::Reason => "reason",
        }
    }

    /// What the literal value is called in an address.
    pub(crate) const fn parameter(self) -> &'static str {
        match self {
            Kind::Screen => "state",
            Kind::Reason => "reason",
        }
    }

    /// Where entries are edited.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Kind::Screen => "/catalogue/screen",
            Kind::Reason => "/catalogue/reason",
        }
    }

    /// Where this value's entry is edited.
    pub(crate) fn href(self, value: &str) -> String {
        let mut query = Query::default();
        query.push(self.parameter(), value);
        address(self.path(), &query.0)
    }

    /// Whether operators have an entry of their own for this value.
    pub(crate) fn is_in(self, own: &Overlay, value: &str) -> bool {
        match self {
            Kind::Screen => own.has_screen(value),
            Kind::Reason => own.has_reason(value),
        }
    }

    /// Whether `catalogue` names this value.
    pub(crate) fn is_named(self, catalogue: &Catalogue, value: &str) -> bool {
        match self {
            Kind::Screen => catalogue.screen(value).is_some(),
            Kind::Reason => catalogue.reason(value).is_some(),
        }
    }

    /// Takes the operators' entry for this value off; whether there was one.
    pub(crate) fn remove(self, own: &mut Overlay, value: &str) -> bool {
        match self {
            Kind::Screen => own.remove_screen(value),
            Kind::Reason => own.remove_reason(value),
        }
    }
}

impl Draft {
    /// What the catalogue says of this value; empty where it says nothing.
    pub(crate) fn of(catalogue: &Catalogue, kind: Kind, value: &str) -> Draft {
        match kind {
            Kind::Screen => catalogue.screen(value).map(Draft::of_screen),
            Kind::Reason => catalogue.reason(value).map(Draft::of_reason),
        }
        .unwrap_or_default()
    }

    fn of_screen(screen: &Screen) -> Draft {
        Draft {
            label: screen.label.clone(),
            stage: screen.stage.clone().unwrap_or_default(),
            order: screen.order.map(|order| order.to_string()).unwrap_or_default(),
            description: screen.description.clone(),
        }
    }

    fn of_reason(reason: &Reason) -> Draft {
        let (label, description) = (reason.label.clone(), reason.description.clone());
        Draft { label, description, ..Draft::default() }
    }

    /// The entry, or everything that is wrong with it. How sure the literal value is stays what
    /// `base` says of it.
    pub(crate) fn entry(
        &self,
        kind: Kind,
        value: &str,
        base: &Catalogue,
    ) -> Result<Entry, Vec<Fault>> {
        let mut faults = Vec::new();
        let label = text("label", &self.label, LABEL_CHARS_MAX, &mut faults);
        if label.is_empty() {
            faults.push(fault("label", "write what it is called on a page"));
        }
        let stage = text("stage", &self.stage, STAGE_CHARS_MAX, &mut faults);
        let order = order(&self.order).unwrap_or_else(|wrong| {
            faults.push(wrong);
            None
        });
        let description =
            text("description", &self.description, DESCRIPTION_CHARS_MAX, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let own = Evidence::Operator;
        Ok(match kind {
            Kind::Screen => Entry::Screen(Screen {
                state: value.to_owned(),
                label,
                stage: (!stage.is_empty()).then_some(stage),
                order,
                description,
                evidence: base.screen(value).map_or(own, |below| below.evidence),
            }),
            Kind::Reason => Entry::Reason(Reason {
                reason: value.to_owned(),
                label,
                description,
                evidence: base.reason(value).map_or(own, |below| below.evidence),
            }),
        })
    }
}

impl Entry {
    /// Lays it over `base`.
    pub(crate) fn put(self, base: &Catalogue, own: &mut Overlay) {
        match self {
            Entry::Screen(screen) => own.put_screen(base, screen),
            Entry::Reason(reason) => own.put_reason(base, reason),
        }
    }
}

fn fault(name: &'static str, sentence: impl Into<String>) -> Fault {
    Fault { name, sentence: sentence.into() }
}

/// A text without the space around it, with the line ends of a form made plain.
fn text(name: &'static str, raw: &str, chars_max: usize, faults: &mut Vec<Fault>) -> String {
    let text = raw.trim().replace("\r\n", "\n");
    let chars = text.chars().count();
    if chars_max < chars {
        let sentence = format!("it has {chars} characters; it may have {chars_max}");
        faults.push(fault(name, sentence));
    }
    text
}

fn order(raw: &str) -> Result<Option<i64>, Fault> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Ok(None);
    }
    let order = raw.parse().ok().filter(|order| (-ORDER_MAX..=ORDER_MAX).contains(order));
    order.map(Some).ok_or_else(|| {
        let raw = crate::problem::echo(raw);
        let sentence = format!(
            "`{raw}` is no place in the flow: write a whole number, such as 75, or leave it empty"
        );
        fault("order", sentence)
    })
}

#[cfg(test)]
mod tests {
    use weir_domain::{Catalogue, Evidence};

    use super::{Draft, Entry, Kind};

    fn draft(label: &str, stage: &str, order: &str) -> Draft {
        Draft {
            label: label.to_owned(),
            stage: stage.to_owned(),
            order: order.to_owned(),
            description: " a\r\nb ".to_owned(),
        }
    }

    fn screen(value: &str, draft: &Draft) -> weir_domain::Screen {
        match draft.entry(Kind::Screen, value, &Catalogue::shipped()).unwrap() {
            Entry::Screen(screen) => screen,
            Entry::Reason(_) => unreachable!(),
        }
    }

    #[test]
    fn what_is_written_becomes_an_entry() {
        let got = screen("otp", &draft(" One-time password ", "", " 75 "));
        assert_eq!(
            (got.label.as_str(), got.stage, got.order),
            ("One-time password", None, Some(75))
        );
        assert_eq!((got.description.as_str(), got.evidence), ("a\nb", Evidence::Operator));
        let known = screen("client_started", &draft("Opened", "intro", ""));
        assert_eq!((known.order, known.evidence), (None, Evidence::Documented));
    }

    #[test]
    fn a_shipped_entry_that_is_written_again_is_the_same() {
        let shipped = Catalogue::shipped();
        for entry in shipped.screens() {
            let draft = Draft::of(&shipped, Kind::Screen, &entry.state);
            assert_eq!(screen(&entry.state, &draft), *entry);
        }
        for entry in shipped.reasons() {
            let draft = Draft::of(&shipped, Kind::Reason, &entry.reason);
            let again = draft.entry(Kind::Reason, &entry.reason, &shipped).unwrap();
            assert_eq!(again, Entry::Reason(entry.clone()));
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let wrong = draft(" ", &"s".repeat(61), "7.5");
        let faults = wrong.entry(Kind::Screen, "otp", &Catalogue::shipped()).unwrap_err();
        let names: Vec<_> = faults.iter().map(|fault| fault.name).collect();
        assert_eq!(names, ["label", "stage", "order"]);
        assert!(faults[1].sentence.contains("61 characters; it may have 60"));
        for order in ["1000001", "-1000001", "1e3", "٣", "99999999999999999999"] {
            let faults = draft("x", "", order).entry(Kind::Screen, "otp", &Catalogue::shipped());
            assert_eq!(faults.unwrap_err()[0].name, "order", "{order}");
        }
    }
}
