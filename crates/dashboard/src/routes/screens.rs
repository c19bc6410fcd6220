//! `GET /screens`: where they leave, ranked; and one screen by itself.

use maud::Markup;
use weir_report::render::ExitKind;

use crate::analysis::{Analysis, Ask};
use crate::exits;
use crate::page::Page;
use crate::problem::Problem;

/// The page.
pub(crate) const ANALYSIS: Analysis =
    Analysis { page: Page::Screens, own: &["screen", "sort", "show"], body };

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    exits::body(ask, ExitKind::Screen)
}
