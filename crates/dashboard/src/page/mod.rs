//! Pages: a pure function from what is known to markup.
//!
//! No page has an inline script or style, so that the content security policy can forbid both;
//! every filter is in the address, and everything works with scripts off.

mod audit; // who did what
mod actions; // what can be done with a view
mod entrance; // the first start, and signing in
mod entry; // one field of a form
mod people; // who may see what
mod catalogue; // what has a name, and the form for one entry
mod filters; // the line of filters, and those that apply
pub(crate) mod form; // what the reader asked for, and its address
mod groups; // how the two groups of a comparison are chosen
mod in_words; // the filters of a view in words
mod links; // where the numbers lead
mod health; // is all well, and if not, what to do
mod deliveries; // what was received
mod docs; // the API's description
mod place; // the pages, and where they are
pub(crate) mod reports; // scheduled reports, alerts and their runs
mod when; // instants and ranges, in words
mod outcome; // an outcome and its names
mod sessions; // the list behind a number
mod session; // one session's story
mod shared; // a page as a link shows it
mod start; // before the first delivery
mod status; // the foot
mod views; // saved views and share links

use maud::{DOCTYPE, Markup, html};
use weir_access::Role;
use weir_domain::Catalogue;
use weir_report::Query;
use weir_report::render::safe_text;

use crate::assets;
use crate::reader::Reader;

pub(crate) use audit::AuditView;
pub(crate) use catalogue::{CataloguePage, EntryPage};
pub(crate) use deliveries::{DeliveriesPage, QuarantineView};
pub(crate) use docs::DocsPage;
pub(crate) use entrance::{SetupPage, SignInPage, forbidden, nobody_is_let_in};
pub(crate) use filters::{COMPARE, COMPARE_NONE, COMPARE_PREVIOUS};
pub use form::Form;
pub(crate) use groups::chooser;
pub(crate) use health::HealthPage;
pub(crate) use in_words::{in_text, in_words, lists_in_words};
pub(crate) use links::Narrowed;
pub use links::{SessionLinks, ViewLinks};
pub(crate) use people::{OnePage, PasswordPage, PeoplePage, TokenForm};
pub use place::Page;
pub(crate) use session::{
    SessionView, address as session_address, choice as session_choice, refused as session_refused,
    session,
};
pub(crate) use sessions::{SessionsView, sessions};
pub(crate) use shared::SharedPage;
pub(crate) use views::{Around, Way, made, new_share, new_view, view, views};

/// What the pages are served with: nothing from outside, nothing inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; \
    script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// All that a page with the line of filters shows.
pub struct View<'a> {
    /// Which page.
    pub page: Page,
    /// Who looks.
    pub reader: &'a Reader,
    /// What the page is about, or one sentence that says what is wrong with the form and what would
    /// be right.
    pub body: Result<&'a Markup, &'a str>,
    /// The question, where it could be asked.
    pub query: Option<&'a Query>,
    /// What screens and reasons are called.
    pub catalogue: &'a Catalogue,
    /// What was asked for, as it was written.
    pub form: &'a Form,
    /// What could be asked for.
    pub choices: &'a Choices,
    /// How far the report is behind the log.
    pub lag: Lag,
    /// How many deliveries the log has.
    pub deliveries_total: u64,
    /// Where the provider should send to.
    pub endpoint_url: &'a str,
    /// Whether the traffic is simulated.
    pub demo: bool,
    /// The instant of asking, for reading.
    pub clock: &'a str,
}

/// How far the read model is behind the log.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lag {
    /// Deliveries that are not folded yet.
    pub deliveries: u64,
    /// The age of the oldest of them, in seconds.
    pub seconds: f64,
}

/// What the form offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choices {
    /// Integrations, by name.
    pub integrations: Vec<String>,
    /// Features that were seen.
    pub features: Vec<String>,
    /// IANA time zones.
    pub zones: Vec<String>,
    /// Screens of the catalogue and screens that were seen.
    pub screens: Vec<Choice>,
    /// Reasons, likewise.
    pub reasons: Vec<Choice>,
}

/// A literal value and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What stands in a query.
    pub value: String,
    /// What a reader sees.
    pub label: String,
}

impl Choice {
    /// `value`, called `label`.
    #[must_use]
    pub fn new(value: &str, label: &str) -> Choice {
        Choice { value: value.to_owned(), label: label.to_owned() }
    }

    fn shown(&self) -> String {
        if self.label.is_empty() { "none given".to_owned() } else { safe_text(&self.label, 60) }
    }
}

/// A page with the line of filters: its body, and the foot that says how far it can be trusted.
#[must_use]
pub fn analysis(view: &View<'_>) -> Markup {
    let problem = view.body.err();
    let waits = view.deliveries_total == 0;
    // A page that waits for its first delivery refreshes too; one with a problem does not.
    let live = problem.is_none() && (view.form.is_live() || waits);
    let frame = Frame {
        title: view.page.title(),
        page: Some(view.page),
        form: Some(view.form),
        reader: view.reader,
        demo: view.demo,
    };
    frame.around(&html! {
        @if !waits || problem.is_some() {
            (filters::filters(view, problem))
        }
        main #main data-live=[live.then(|| view.deliveries_total.saturating_sub(view.lag.deliveries))] {
            @match view.body {
                _ if waits => { (start::start(view.endpoint_url)) },
                Ok(body) => { (body) },
                Err(_) => {
                    (unanswered())
                    @if view.page == Page::Compare { (groups::first_group(view.form, view.choices, true)) }
                },
            }
            (status::status(view))
        }
    })
}

/// In place of what could not be computed, through no fault of the reader's.
pub(crate) fn not_now(why: &str) -> Markup {
    html! {
        section.empty {
            h1 { "These numbers cannot be shown now" }
            p { "The reason: " (why) "." }
        }
    }
}

fn unanswered() -> Markup {
    html! {
        section.empty {
            h1 { "No answer for these filters" }
            p { "What you entered is still in the form above. Correct it and choose Show." }
        }
    }
}

/// A whole document around what its body holds.
pub(crate) fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="same-origin";
                title { (title) " · Weir" }
                link rel="icon" type="image/svg+xml" href=(assets::href("weir.svg"));
                link rel="stylesheet" href=(assets::href("weir.css"));
                script src=(assets::href("weir.js")) defer {}
            }
            body { (body) }
        }
    }
}

/// What stands around every page.
pub struct Frame<'a> {
    /// What the page is called in the browser's title.
    pub title: &'a str,
    /// Which of the pages it is, or belongs to.
    pub page: Option<Page>,
    /// The view whose filters the other pages keep.
    pub form: Option<&'a Form>,
    /// Who looks.
    pub reader: &'a Reader,
    /// Whether the traffic is simulated.
    pub demo: bool,
}

impl Frame<'_> {
    /// The whole document. `content` brings its own `<main id="main">`.
    #[must_use]
    pub fn around(&self, content: &Markup) -> Markup {
        document(
            self.title,
            &html! {
                a.skip href="#main" { "Skip to the answer" }
                (self.top())
                (content)
            },
        )
    }

    fn top(&self) -> Markup {
        html! {
            header.top {
                a.brand href=(self.leads_to(Page::Overview)) {
                    img src=(assets::href("weir.svg")) width="24" height="24" alt="";
                    "Weir"
                }
                nav aria-label="Pages" {
                    @for page in Page::ANALYSES.into_iter().chain([Page::Reports, Page::Health]) {
                        (self.to(page))
                    }
                }
                @if self.demo { span.demo title="The traffic is simulated" { "Demo data" } }
                (self.person())
            }
        }
    }

    /// What is of the reader's own, and of few readers' business.
    fn person(&self) -> Markup {
        html! {
            details.person {
                summary { (safe_text(self.reader.name.as_deref().unwrap_or("This machine"), 40)) }
                ul {
                    @for page in [Page::Views, Page::Catalogue, Page::People, Page::Audit, Page::Docs] {
                        @if page != Page::Audit || self.reader.role == Role::Owner {
                            li { (self.to(page)) }
                        }
                    }
                    @if self.reader.name.is_some() {
                        li {
                            form method="post" action="/sign-out" {
                                input type="hidden" name="csrf" value=(self.reader.csrf);
                                button.quiet type="submit" { "Sign out" }
                            }
                        }
                    }
                }
            }
        }
    }

    fn to(&self, page: Page) -> Markup {
        let current = (self.page == Some(page)).then_some("page");
        html! { a href=(self.leads_to(page)) aria-current=[current] { (page.title()) } }
    }

    fn leads_to(&self, page: Page) -> String {
        match self.form.filter(|_| page.has_filters()) {
            Some(form) => form.leads_to(page),
            None => page.path().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
