//! Pages: a pure function from what is known to markup.
//!
//! No page has an inline script or style, so that the content security policy can forbid both;
//! every filter is in the address, and everything works with scripts off.

mod filters; // the line of filters, and those that apply
mod form; // what the reader asked for, and its address
mod links; // where the numbers lead
mod start; // before the first delivery
mod status; // the foot

use maud::{DOCTYPE, Markup, html};
use weir_domain::Catalogue;
use weir_report::Report;
use weir_report::render::{safe_text, sections};

use crate::assets;

pub use form::Form;
pub use links::SessionLinks;

/// What the pages are served with: nothing from outside, nothing inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; \
    script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// All that the overview shows.
pub struct View<'a> {
    /// The report, or one sentence that says what is wrong with the form and what would be right.
    pub answer: Result<&'a Report, &'a str>,
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

/// The first page: the answer, and what it rests on.
#[must_use]
pub fn overview(view: &View<'_>) -> Markup {
    let problem = view.answer.err();
    // A page that waits for its first delivery refreshes too; one with a problem does not.
    let live = problem.is_none() && (view.form.is_live() || view.deliveries_total == 0);
    frame(
        &html! {
            @if 0 < view.deliveries_total || problem.is_some() {
                (filters::filters(view.form, view.choices, view.catalogue, problem))
            }
            main #main data-live[live] {
                @match view.answer {
                    _ if view.deliveries_total == 0 => { (start::start(view.endpoint_url)) },
                    Ok(report) => { (sections(report, view.catalogue, &SessionLinks(&view.form.pinned(&report.query)))) },
                    Err(_) => { (unanswered()) },
                }
                (status::status(view))
            }
        },
        view.demo,
    )
}

fn unanswered() -> Markup {
    html! {
        section.empty {
            h2 { "No report for these filters" }
            p { "What you entered is still in the form above. Correct it and choose Show." }
        }
    }
}

/// What stands around every page.
fn frame(content: &Markup, demo: bool) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { "Overview · Weir" }
                link rel="icon" type="image/svg+xml" href=(assets::href("weir.svg"));
                link rel="stylesheet" href=(assets::href("weir.css"));
                script src=(assets::href("weir.js")) defer {}
            }
            body {
                a.skip href="#main" { "Skip to the answer" }
                header.top {
                    a.brand href="/" {
                        img src=(assets::href("weir.svg")) width="24" height="24" alt="";
                        "Weir"
                    }
                    nav aria-label="Pages" { a href="/" aria-current="page" { "Overview" } }
                    @if demo { span.demo { "Demo: simulated traffic" } }
                }
                (content)
            }
        }
    }
}

#[cfg(test)]
mod tests;
