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
