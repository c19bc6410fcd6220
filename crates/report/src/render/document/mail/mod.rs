//! The report as a mail: the short form, then the parts that were asked for as tables. The HTML and
//! the text part are written from the same [`Letter`], so they tell the same numbers.

mod html; // for clients that know no modern CSS
mod text; // for those that show text only, and for those who prefer it

#[cfg(test)]
mod tests;

use super::letter::{Letter, ROWS_MAX};
use super::{Document, Mail, MailImage};
use crate::render::RenderError;

/// Clients clip what is longer: Gmail at 102 KiB, of which the encoding for the wire takes some.
pub(super) const HTML_BYTES_MAX: usize = 90_000;
/// How few rows a table is folded to, where names are so long that the mail would be clipped.
const ROWS_MAX_LESS: [usize; 2] = [5, 2];

/// The picture's content id: of the form that RFC 2392 wants, and of no host.
const CHART_ID: &str = "chart@weir.invalid";

impl Document {
    /// The mail's parts, without its envelope.
    ///
    /// # Errors
    /// If a picture cannot be painted, which happens only without the typeface.
    pub fn mail(&self) -> Result<Mail, RenderError> {
        let (mut letter, mut html) = self.written(ROWS_MAX);
        for rows_max in ROWS_MAX_LESS {
            if html.len() <= HTML_BYTES_MAX {
                break;
            }
            (letter, html) = self.written(rows_max);
        }
        let mut images = Vec::new();
        if let Some(chart) = &letter.chart {
            images.push(MailImage { content_id: CHART_ID.to_owned(), bytes: chart.png()? });
        }
        let text = text::text(&letter);
        Ok(Mail { subject: letter.subject, html, text, images })
    }

    fn written(&self, rows_max: usize) -> (Letter, String) {
        let letter = Letter::of(self, rows_max);
        let html = html::html(&letter);
        (letter, html)
    }
}
