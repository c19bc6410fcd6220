//! `GET /time`: how long it took, and in which hours of the week they began.

use maud::Markup;
use weir_report::render::time;

use crate::analysis::{Analysis, Ask};
use crate::exits::report_and_profile;
use crate::page::Page;
use crate::problem::Problem;

/// The page.
pub(crate) const ANALYSIS: Analysis = Analysis { page: Page::Time, own: &[], body };

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    let (report, profile) = report_and_profile(ask.state, &ask.query)?;
    Ok(time(&report, &profile, &ask.links()))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG};

    #[actix_web::test]
    async fn bins_and_hours_are_those_of_the_model_and_lead_to_their_sessions() {
        let fixture = Fixture::of(LOG);
        let page = fixture.get("/time?from=2026-03-01&to=2026-04-01&tz=Europe/Tallinn").await;
        assert_eq!(page.status, 200);
        // Ann submitted after five minutes; she began on a Tuesday at 09:00 UTC, 11:00 in Tallinn.
        for want in [
            "outcome=submitted&amp;time_to=submit&amp;seconds_min=300&amp;seconds_below=600\">1</a>",
            "&amp;weekday=2&amp;hour=11\">1</a><span class=\"rate\" title=\"too few to judge\">–</span>",
            "in each hour of the week (Europe/Tallinn)",
        ] {
            assert!(page.body.contains(want), "{want} in {}", page.body);
        }
    }
}
