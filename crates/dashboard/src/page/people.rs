//! Who may see what: everybody for owners, and oneself for everybody.

use maud::{Markup, html};
use weir_access::{PASSWORD_CHARS_MIN, Person, Role, Token};
use weir_domain::Timestamp;
use weir_report::render::safe_text;

use super::entry::{Entry, Kind, whole};
use super::{Frame, Page};
use crate::entrance::Shown;
use crate::fields::Fault;
use crate::reader::Reader;

/// What an API token's form offers as its end, in days.
const DAYS: [(u32, &str); 4] =
    [(7, "in a week"), (30, "in 30 days"), (90, "in 90 days"), (365, "in a year")];

/// The page of everybody, or of oneself.
pub(crate) struct PeoplePage<'a> {
    /// Who looks.
    pub(crate) reader: &'a Reader,
    /// Whether the traffic is simulated.
    pub(crate) demo: bool,
    /// Everybody, for an owner.
    pub(crate) people: Option<&'a [Person]>,
    /// Whoever looks, if they signed in.
    pub(crate) own: Option<&'a Person>,
    /// Their tokens.
    pub(crate) tokens: &'a [Token],
    /// What was made just now.
    pub(crate) shown: Option<&'a Shown>,
    /// The name in the form for somebody new.
    pub(crate) name: &'a str,
    /// What is wrong with it.
    pub(crate) faults: &'a [Fault],
    /// The form for a new token.
    pub(crate) token: &'a TokenForm<'a>,
    /// What time it is.
    pub(crate) now: Timestamp,
}

/// The form for a new token, as it was entered.
#[derive(Debug, Default)]
pub(crate) struct TokenForm<'a> {
    /// What it is for.
    pub(crate) name: &'a str,
    /// What is wrong.
    pub(crate) faults: &'a [Fault],
}

/// One of the people, for an owner.
pub(crate) struct OnePage<'a> {
    /// Who looks.
    pub(crate) reader: &'a Reader,
    /// Whether the traffic is simulated.
    pub(crate) demo: bool,
    /// Whom they look at.
    pub(crate) person: &'a Person,
    /// That one's tokens.
    pub(crate) tokens: &'a [Token],
    /// What was made just now.
    pub(crate) shown: Option<&'a Shown>,
    /// What could not be done.
    pub(crate) faults: &'a [Fault],
    /// What time it is.
    pub(crate) now: Timestamp,
}

/// The form for one's own password.
pub(crate) struct PasswordPage<'a> {
    /// Who looks.
    pub(crate) reader: &'a Reader,
    /// Whether the traffic is simulated.
    pub(crate) demo: bool,
    /// Whether the present one is somebody else's, too.
    pub(crate) one_time: bool,
    /// What is wrong with what was entered.
    pub(crate) faults: &'a [Fault],
}

impl PeoplePage<'_> {
    pub(crate) fn page(&self) -> Markup {
        frame(
            self.reader,
            self.demo,
            if self.people.is_some() { "People" } else { "Your account" },
            &html! {
                @if let Some(people) = self.people {
                    h1 { "People" }
                    p.about {
                        @if people.is_empty() {
                            "Nobody has been made yet. Whoever is made first should be an owner."
                        } @else {
                            "Viewers see everything and keep views. Operators also name screens and share. "
                            "Owners also let people in."
                        }
                    }
                    (once(self.shown))
                    @if !people.is_empty() { (everybody(people, self.now)) }
                    (self.add())
                } @else {
                    h1 { "Your account" }
                    (once(self.shown))
                }
                @match self.own {
                    Some(own) => (self.own(own)),
                    None => section #own {
                        h2 { "Your account" }
                        p {
                            "You are at this machine, whose dashboard is open, and not signed in. Tokens and a "
                            "password belong to a person: "
                            @if self.people.is_some_and(<[Person]>::is_empty) { "make one above." }
                            @else { a href="/sign-in" { "sign in" } " as one." }
                        }
                    }
                }
            },
        )
    }

    fn add(&self) -> Markup {
        html! {
            section #add-person {
                h2 { "Let somebody in" }
                form.entry method="post" action="/people" {
                    (csrf(self.reader))
                    (whole(self.faults))
                    (Entry { name: "name", label: "Name", kind: Kind::Other, value: self.name,
                        hint: "What they sign in with. It cannot be changed, and stays theirs." }.field(self.faults))
                    (role_choice(Role::Viewer, Role::Owner, "They may"))
                    div.buttons {
                        button type="submit" { "Let them in" }
                        span.soft { "You get a one-time password to pass on." }
                    }
                }
            }
        }
    }

    fn own(&self, own: &Person) -> Markup {
        html! {
            section #own {
                @if self.people.is_some() { h2 { "Your account" } }
                p {
                    "You are " strong { bdi { (safe_text(&own.name, 80)) } } ", " (article(own.role)) "."
                    @if !own.elsewhere { " " a href="/people/password" { "Change your password" } "." }
                }
            }
            section #tokens {
                h2 { "Your API tokens" }
                p.about {
                    "A program sends one as " code { "authorization: Bearer weir_…" } " with each request. It may do "
                    "no more than you may, and stops with you."
                }
                @if !self.tokens.is_empty() { (token_table(self.tokens, self.reader, self.now)) }
                h3 { "Make a token" }
                form.entry method="post" action="/people/tokens" {
                    (csrf(self.reader))
                    (whole(self.token.faults))
                    (Entry { name: "token", label: "What it is for", kind: Kind::Other, value: self.token.name,
                        hint: "So that you know later which one to revoke." }.field(self.token.faults))
                    (role_choice(Role::Viewer, own.role, "It may"))
                    div.entry-field {
                        label for="days" { "It ends" }
                        select #days name="days" {
                            @for (days, words) in DAYS {
                                option value=(days) selected[days == 90] { (words) }
                            }
                        }
                    }
                    div.buttons {
                        button type="submit" { "Make the token" }
                        span.soft { "It is shown once." }
                    }
                }
            }
        }
    }
}

impl OnePage<'_> {
    pub(crate) fn page(&self) -> Markup {
        let person = self.person;
        let path = format!("/people/{}", person.id.get());
        frame(
            self.reader,
            self.demo,
            "A person",
            &html! {
                p.back { a href="/people" { "People" } }
                h1 { bdi { (safe_text(&person.name, 80)) } }
                (once(self.shown))
                (whole(self.faults))
                dl.facts {
                    div { dt { "Role" } dd { (person.role) } }
                    div { dt { "Signs in" } dd { (state_of(person, self.now)) } }
                    div { dt { "Last seen" } dd { (seen(person.seen_at)) } }
                    div { dt { "Let in" } dd { (at(person.created_at)) } }
                }
                section #role {
                    h2 { "Role" }
                    form.entry method="post" action=(format!("{path}/role")) {
                        (csrf(self.reader))
                        (role_choice(person.role, Role::Owner, "They may"))
                        div.buttons {
                            button type="submit" { "Change the role" }
                            span.soft { "Signs them out wherever they are signed in." }
                        }
                    }
                }
                @if !person.elsewhere {
                    section #reset {
                        h2 { "Password" }
                        p { "A new one-time password takes the place of theirs and works for eight days; they must choose one of their own with it." }
                        (button(&format!("{path}/password"), self.reader, &[], "Make a one-time password"))
                    }
                }
                section #stop {
                    @if person.disabled {
                        h2 { "Let them in again" }
                        p { "They keep their password, and their tokens that are not over or revoked work again." }
                        (button(&format!("{path}/disabled"), self.reader, &[("disabled", "no")], "Let them in again"))
                    } @else {
                        h2 { "Lock them out" }
                        p { "They are signed out and cannot sign in, and their tokens stop. Nothing of theirs is deleted, and it can be undone." }
                        (button(&format!("{path}/disabled"), self.reader, &[("disabled", "yes")], "Lock them out"))
                    }
                }
                @if !self.tokens.is_empty() {
                    section #tokens {
                        h2 { "Their API tokens" }
                        (token_table(self.tokens, self.reader, self.now))
                    }
                }
            },
        )
    }
}

impl PasswordPage<'_> {
    pub(crate) fn page(&self) -> Markup {
        let hint = format!(
            "At least {PASSWORD_CHARS_MIN} characters. A sentence that only you would say is a good one."
        );
        frame(
            self.reader,
            self.demo,
            "Your password",
            &html! {
                h1 { @if self.one_time { "Choose a password of your own" } @else { "Change your password" } }
                p.about {
                    @if self.one_time {
                        "The one that you signed in with was made for you, and somebody else knows it. Choose another, then go on."
                    } @else {
                        "You stay signed in here, and are signed out everywhere else."
                    }
                }
                (whole(self.faults))
                form.entry method="post" action="/people/password" {
                    (csrf(self.reader))
                    (Entry { name: "present", label: "Present password", kind: Kind::Present, value: "",
                        hint: if self.one_time { "The one-time password." } else { "" } }.field(self.faults))
                    (Entry { name: "password", label: "New password", kind: Kind::New, value: "", hint: &hint }.field(self.faults))
                    (Entry { name: "again", label: "The new password again", kind: Kind::New, value: "", hint: "" }.field(self.faults))
                    div.buttons {
                        button type="submit" { "Change the password" }
                        @if !self.one_time { a href="/people" { "Leave it as it is" } }
                    }
                }
            },
        )
    }
}

fn frame(reader: &Reader, demo: bool, title: &str, content: &Markup) -> Markup {
    let frame = Frame { title, page: Some(Page::People), form: None, reader, demo };
    frame.around(&html! { main.plain.people #main { (content) } })
}

fn everybody(people: &[Person], now: Timestamp) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="People" {
            table {
                thead {
                    tr { th scope="col" { "Name" } th scope="col" { "Role" } th scope="col" { "Signs in" } th scope="col" { "Last seen" } }
                }
                tbody {
                    @for person in people {
                        tr {
                            th scope="row" { a href=(format!("/people/{}", person.id.get())) { bdi { (safe_text(&person.name, 80)) } } }
                            td { (person.role) }
                            td { (state_of(person, now)) }
                            td { (seen(person.seen_at)) }
                        }
                    }
                }
            }
        }
    }
}

fn token_table(tokens: &[Token], reader: &Reader, now: Timestamp) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="API tokens" {
            table {
                thead {
                    tr {
                        th scope="col" { "For" } th scope="col" { "Role" } th scope="col" { "Made" }
                        th scope="col" { "Ends" } th scope="col" { "Last used" }
                        th scope="col" { span.hidden { "Revoke" } }
                    }
                }
                tbody {
                    @for token in tokens {
                        tr {
                            th scope="row" { bdi { (safe_text(&token.name, 80)) } }
                            td { (token.role) }
                            td { (at(token.created_at)) }
                            td {
                                @match token.revoked_at {
                                    Some(revoked_at) => { "revoked " (at(revoked_at)) },
                                    None if token.is_good(now) => (at(token.expires_at)),
                                    None => { "ended " (at(token.expires_at)) },
                                }
                            }
                            td { (seen(token.used_at)) }
                            td {
                                @if token.is_good(now) {
                                    form method="post" action=(format!("/people/tokens/{}/revoke", token.id.get())) {
                                        (csrf(reader))
                                        button.quiet type="submit" { "Revoke" span.hidden { " the token for " (safe_text(&token.name, 80)) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What was made just now, which nobody sees again.
fn once(shown: Option<&Shown>) -> Markup {
    html! {
        @if let Some(shown) = shown {
            div.done role="status" {
                p { (safe_text(&shown.name, 160)) }
                p { code.secret { (shown.secret.reveal()) } }
                p { "Copy it now: it is shown this once, and kept nowhere." }
            }
        }
    }
}

fn role_choice(chosen: Role, most: Role, legend: &str) -> Markup {
    html! {
        fieldset.entry-field {
            legend { (legend) }
            @for role in Role::ALL.into_iter().filter(|role| *role <= most) {
                label.choice {
                    input type="radio" name="role" value=(role) checked[role == chosen] required;
                    span { strong { (role) } ": " (may(role)) }
                }
            }
        }
    }
}

fn button(action: &str, reader: &Reader, fields: &[(&str, &str)], words: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            (csrf(reader))
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button.second type="submit" { (words) }
        }
    }
}

fn csrf(reader: &Reader) -> Markup {
    html! { input type="hidden" name="csrf" value=(reader.csrf); }
}

fn state_of(person: &Person, now: Timestamp) -> &'static str {
    match person.one_time_until {
        _ if person.disabled => "no, locked out",
        _ if person.elsewhere => "yes, elsewhere",
        None => "yes",
        Some(until) if now < until => "with a one-time password",
        Some(_) => "no, the one-time password is over",
    }
}

const fn may(role: Role) -> &'static str {
    match role {
        Role::Viewer => "see reports, sessions and health, and keep views",
        Role::Operator => "also name screens and reasons, and share",
        Role::Owner => "also let people in and give them roles",
    }
}

const fn article(role: Role) -> &'static str {
    match role {
        Role::Viewer => "a viewer",
        Role::Operator => "an operator",
        Role::Owner => "an owner",
    }
}

fn seen(seen_at: Option<Timestamp>) -> Markup {
    html! { @match seen_at { Some(seen_at) => (at(seen_at)), None => span.soft { "never" } } }
}

/// To the minute, in UTC: `2026-01-05 09:14 UTC`.
fn at(at: Timestamp) -> Markup {
    let text = at.to_string();
    let short = text.get(..16).map_or_else(|| text.clone(), |short| short.replace('T', " "));
    html! { time datetime=(text) { (short) " UTC" } }
}
