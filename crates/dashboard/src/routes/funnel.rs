//! `GET /funnel`: the way through the flow.

use maud::Markup;
use weir_report::render::funnel;

use crate::analysis::{Analysis, Ask};
use crate::page::Page;
use crate::problem::Problem;

/// The page.
pub(crate) const ANALYSIS: Analysis = Analysis { page: Page::Funnel, own: &[], body };

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    let report = ask.state.report(&ask.query)?;
    Ok(funnel(&report, &ask.catalogue, &ask.links()))
}
