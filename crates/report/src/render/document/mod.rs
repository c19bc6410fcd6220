//! A report as it reaches its readers: the same value becomes a page, a PDF, a workbook, a mail.

mod csv; // its parts in long form
mod html; // a file of its own
mod letter; // what a message says, as plain values
mod links; // where its numbers lead
mod mail; // a message's two parts and its picture
mod pdf; // pages of paper
mod picture; // the charts of its parts, one under the other
mod slack; // the short form, in blocks
mod words; // what was asked, what the numbers mean, which will change
mod xlsx; // a sheet for each of its parts

pub(crate) use links::DashboardLinks;
#[cfg(test)]
pub(crate) use pdf::text_of as pdf_text;
pub use words::Provisional;
#[cfg(test)]
pub(crate) use xlsx::parts_of as xlsx_parts;

use weir_domain::Catalogue;

use super::chart::{png, svg};
use super::{Before, RenderError};
use crate::{Output, Profile, Report, Section};

/// A report with all that its renderings say: plain values, and the same bytes for the same ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The definition's name.
    pub name: String,
    /// What it is called on paper.
    pub title: String,
    /// The answer.
    pub report: Report,
    /// The period before, where it is held against it.
    pub before: Option<Before>,
    /// What lies below the report's rows; [`Section::Funnel`] needs it.
    pub profile: Option<Profile>,
    /// Its parts, in this order.
    pub sections: Vec<Section>,
    /// What screens and reasons are called.
    pub catalogue: Catalogue,
    /// Where the dashboard is reached, without a slash at its end; none, and nothing leads on.
    pub base_url: Option<String>,
    /// What else the reader must know, each a sentence: runs that were skipped.
    pub notes: Vec<String>,
    /// What fired, where the document is an alert's message.
    pub alarm: Option<Alarm>,
}

/// What an alert has to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Whether it has ended; else it fires.
    pub over: bool,
    /// What changed and by how much, as one sentence; the subject of a mail.
    pub headline: String,
    /// How sure, on how many units, against what: each a sentence.
    pub detail: Vec<String>,
    /// Where the units behind it are: what the link says, and its address below
    /// [`Document::base_url`], beginning with a slash.
    pub links: Vec<(String, String)>,
}

/// A mail's parts, without its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The answer in a line.
    pub subject: String,
    /// For clients that know no modern CSS: tables and inlined styles.
    pub html: String,
    /// The same numbers as text.
    pub text: String,
    /// The pictures of the HTML, by content id.
    pub images: Vec<MailImage>,
}

/// A picture within a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailImage {
    /// `src="cid:…"` names it so.
    pub content_id: String,
    /// A PNG.
    pub bytes: Vec<u8>,
}

impl Document {
    /// The document as a file of this kind. The same document gives the same bytes.
    ///
    /// JSON is the report's object alone, as `--format json` writes it.
    ///
    /// # Errors
    /// If a painter refuses, and for kinds of file that are made of something else: Parquet is made
    /// of sessions.
    pub fn render(&self, output: Output) -> Result<Vec<u8>, RenderError> {
        match output {
            Output::Html => Ok(self.html().into_bytes()),
            Output::Svg => Ok(svg(&self.picture())?.into_bytes()),
            Output::Png => png(&self.picture()),
            Output::Csv => Ok(self.csv().into_bytes()),
            Output::Json => Ok(super::json(&self.report).into_bytes()),
            Output::Parquet => {
                Err(RenderError::NotOfDocument(output, "ask for it where the sessions are read"))
            }
            Output::Xlsx => self.xlsx(),
            Output::Pdf => self.pdf(),
        }
    }
}
