//! `GET /reasons`: why they leave, ranked; and one reason by itself.

use maud::Markup;
use weir_report::render::ExitKind;

use crate::analysis::{Analysis, Ask};
use crate::exits;
use crate::page::Page;
use crate::problem::Problem;

/// The page. `reason` is the filter that every page has, so the one that is opened is the `cause`.
pub(crate) const ANALYSIS: Analysis =
    Analysis { page: Page::Reasons, own: &["cause", "sort", "show"], body };

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    exits::body(ask, ExitKind::Reason)
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG};

    #[actix_web::test]
    async fn reason_filters_and_cause_opens() {
        let fixture = Fixture::of(LOG);
        let range = "from=2026-03-01&to=2026-04-01";
        let opened = fixture.get(&format!("/reasons?{range}&cause=quit")).await;
        assert!(opened.body.contains("2 of 5 sessions left"), "{}", opened.body);
        assert!(
            opened
                .body
                .contains(&format!("/screens?{}&amp;screen=camera", range.replace('&', "&amp;")))
        );
        let filtered = fixture.get(&format!("/reasons?{range}&reason=quit")).await;
        assert!(filtered.body.contains("2 of 2 sessions left for 1 reason"), "{}", filtered.body);
    }
}
