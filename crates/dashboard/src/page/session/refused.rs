//! Where there is no one session to tell of.

use maud::{Markup, html};

use super::address;
use crate::page::{Form, Page, outcome};

/// Several integrations have a session of this id: which is meant?
pub(crate) fn choice(id: &str, integrations: &[String], form: &Form) -> Markup {
    html! {
        main #main {
            section.empty {
                h1 { "Several integrations have a session of this id" }
                p { code { (id) } }
                ul {
                    @for integration in integrations {
                        li { a href=(address(id, Some(integration), form)) { (outcome::name(integration)) } }
                    }
                }
            }
        }
    }
}

/// What is wrong with the address, and where to go on.
pub(crate) fn refused(title: &str, detail: &str) -> Markup {
    html! {
        main #main {
            section.empty {
                h1 { (title) }
                p { (sentence(detail)) }
                p { a href=(Page::Sessions.path()) { "The list of sessions" } " finds one by its id, its end-user or its reference." }
            }
        }
    }
}

/// A problem's detail, which is a fragment, as a sentence.
fn sentence(detail: &str) -> String {
    let mut rest = detail.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", rest.as_str())
}
