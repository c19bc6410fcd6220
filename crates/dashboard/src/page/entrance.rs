//! The first start, and signing in: pages for whoever is nobody yet.

use maud::{Markup, html};
use weir_access::{PASSWORD_CHARS_MIN, Role};

use super::document;
use super::entry::{Entry, Kind, whole};
use super::form::Query;
use crate::assets;
use crate::fields::Fault;

/// The form that makes the owner.
pub(crate) struct SetupPage<'a> {
    /// The name as it was entered.
    pub(crate) name: &'a str,
    /// What is wrong with what was entered.
    pub(crate) faults: &'a [Fault],
}

/// The form to sign in.
pub(crate) struct SignInPage<'a> {
    /// The name as it was entered.
    pub(crate) name: &'a str,
    /// The page to look at then.
    pub(crate) next: &'a str,
    /// What is wrong with what was entered.
    pub(crate) faults: &'a [Fault],
    /// Who else says who somebody is.
    pub(crate) provider: Option<&'a str>,
}

impl SetupPage<'_> {
    pub(crate) fn page(&self) -> Markup {
        let password_hint = format!(
            "At least {PASSWORD_CHARS_MIN} characters. A sentence that only you would say is a good one."
        );
        alone(
            "Create the owner",
            &html! {
                h1 { "Create the owner" }
                p.about {
                    "This Weir has nobody yet. Its owner sees everything and can let others in. Whoever "
                    "started it knows the token: it stands on the console, in the line that begins with "
                    code { "weir: create the owner" } "."
                }
                (whole(self.faults))
                form.entry method="post" action="/setup" {
                    (Entry { name: "token", label: "Token", kind: Kind::Once, value: "",
                        hint: "64 letters and digits. It works once, and another one is made with each start." }.field(self.faults))
                    (Entry { name: "name", label: "Your name", kind: Kind::Person, value: self.name,
                        hint: "What you sign in with. Letter case makes no difference." }.field(self.faults))
                    (Entry { name: "password", label: "Password", kind: Kind::New, value: "",
                        hint: &password_hint }.field(self.faults))
                    (Entry { name: "again", label: "The password again", kind: Kind::New, value: "",
                        hint: "So that no slip of a finger locks you out." }.field(self.faults))
                    div.buttons { button type="submit" { "Create the owner" } }
                }
            },
        )
    }
}

impl SignInPage<'_> {
    pub(crate) fn page(&self) -> Markup {
        alone(
            "Sign in",
            &html! {
                h1 { "Sign in" }
                (whole(self.faults))
                form.entry method="post" action="/sign-in" {
                    input type="hidden" name="next" value=(self.next);
                    (Entry { name: "name", label: "Name", kind: Kind::Person, value: self.name,
                        hint: "" }.field(self.faults))
                    (Entry { name: "password", label: "Password", kind: Kind::Present, value: "",
                        hint: "Lost? An owner can give you a new one." }.field(self.faults))
                    div.buttons { button type="submit" { "Sign in" } }
                }
                @if let Some(provider) = self.provider {
                    p.elsewhere { a href=(self.elsewhere()) { "Sign in with " bdi { (provider) } } }
                }
            },
        )
    }
}

impl SignInPage<'_> {
    /// The way to the identity provider, which leads to the same page then.
    fn elsewhere(&self) -> String {
        let mut query = Query::default();
        if !self.next.is_empty() {
            query.push("next", self.next);
        }
        let mark = if query.0.is_empty() { "" } else { "?" };
        format!("/sign-in/oidc{mark}{}", query.0)
    }
}

/// What somebody sees who may not see what they asked for.
pub(crate) fn forbidden(has: Role, needs: Role) -> Markup {
    html! {
        main #main {
            section.empty {
                h1 { "This is not for your role" }
                p {
                    "It takes the role " strong { (needs) } ", and yours is " strong { (has) }
                    ". Nothing was changed. An owner can give you another role."
                }
                p { a href="/" { "To the overview" } }
            }
        }
    }
}

/// What everybody sees while it cannot be told who anybody is.
pub(crate) fn nobody_is_let_in(why: &str) -> Markup {
    alone(
        "Nobody is let in",
        &html! {
            h1 { "Nobody is let in" }
            p.problem role="alert" { (why) "." }
            p { "Webhooks are taken and counted meanwhile. " code { "weir doctor" } " tells the same." }
        },
    )
}

/// A page with nothing around it: there is nowhere to go yet.
fn alone(title: &str, content: &Markup) -> Markup {
    document(
        title,
        &html! {
            main.alone #main {
                p.brand { img src=(assets::href("weir.svg")) width="24" height="24" alt=""; "Weir" }
                (content)
            }
        },
    )
}
