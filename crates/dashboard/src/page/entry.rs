//! One field of a form: its label, its hint, and what is wrong with what was entered.

use maud::{Markup, html};

use crate::fields::Fault;

/// A text field of a form.
pub(super) struct Entry<'a> {
    pub(super) name: &'static str,
    pub(super) label: &'a str,
    pub(super) hint: &'a str,
    pub(super) kind: Kind,
    pub(super) value: &'a str,
}

/// What stands in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name that one signs in with.
    Person,
    /// Somebody else's name.
    Other,
    /// The password that one has.
    Present,
    /// The password that one will have.
    New,
    /// What is pasted once.
    Once,
}

impl Entry<'_> {
    pub(super) fn field(&self, faults: &[Fault]) -> Markup {
        let fault = faults.iter().find(|fault| fault.name == self.name);
        let about = format!("{}-about", self.name);
        let (kind, fills) = match self.kind {
            Kind::Person => ("text", "username"),
            Kind::Other | Kind::Once => ("text", "off"),
            Kind::Present => ("password", "current-password"),
            Kind::New => ("password", "new-password"),
        };
        html! {
            div.entry-field {
                label for=(self.name) { (self.label) }
                input id=(self.name) name=(self.name) type=(kind) value=(self.value) required
                    autocomplete=(fills) autocapitalize="none" spellcheck="false" maxlength="300"
                    aria-describedby=(about) aria-invalid=[fault.map(|_| "true")]
                    autofocus[fault.is_some()];
                p id=(about) {
                    @if let Some(fault) = fault { strong.fault { (capital(&fault.sentence)) "." } " " }
                    (self.hint)
                }
            }
        }
    }
}

/// What is wrong with the whole of a form, before its fields.
pub(super) fn whole(faults: &[Fault]) -> Markup {
    html! {
        @for fault in faults.iter().filter(|fault| fault.name.is_empty()) {
            p.problem role="alert" { (capital(&fault.sentence)) "." }
        }
    }
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
