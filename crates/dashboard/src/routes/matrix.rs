//! `GET /matrix`: screens against reasons.

use maud::Markup;
use weir_report::render::matrix;

use crate::analysis::{Analysis, Ask};
use crate::exits::{SHOW_ALL, Ways, show_all};
use crate::page::Page;
use crate::problem::Problem;

/// The page.
pub(crate) const ANALYSIS: Analysis = Analysis { page: Page::Matrix, own: &["show"], body };

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    let all = show_all(ask)?;
    let report = ask.state.report(&ask.query)?;
    let whole = ask.reader.map(|_| ask.form.with_own("show", SHOW_ALL).href(Page::Matrix));
    Ok(matrix(&report, all, &Ways::of(ask), whole))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG};

    #[actix_web::test]
    async fn every_pair_of_the_report_is_a_cell_that_leads_to_its_sessions() {
        let fixture = Fixture::of(LOG);
        let range = "from=2026-03-01&to=2026-04-01";
        let report = fixture.json(&format!("/api/v1/reports/abandonment?{range}"), 200).await;
        let page = fixture.get(&format!("/matrix?{range}")).await;
        let pairs = report["by_state_and_reason"].as_array().unwrap();
        assert_eq!(pairs.len(), 2);
        for pair in pairs {
            let (state, reason) =
                (pair["state"].as_str().unwrap(), pair["reason"].as_str().unwrap());
            let cell = format!(
                "state={state}&amp;reason={reason}&amp;outcome=cancelled&amp;\
                 outcome=lost_in_handover\">{}</a>",
                pair["abandoned"]
            );
            assert!(page.body.contains(&cell), "{cell} in {}", page.body);
        }
        assert_eq!(fixture.get("/matrix?show=some").await.status, 400);
    }
}
