//! The report as a workbook: what it is about, and a sheet for each part.
//!
//! Cells are typed: a count is a number, a rate a fraction that is shown as a percentage, a length
//! a duration, an instant a date in the report's zone. Every number is the JSON's. A name from
//! outside is always written as a text, so that nothing in it is taken for a formula or a link.

mod about; // the first sheet: what it is, of when, and what the numbers mean
mod parts; // a sheet for each part
mod sheet; // typed cells under a frozen head

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::parts_of;

use rust_xlsxwriter::{DocProperties, Workbook, XlsxError};

use super::Document;
use crate::render::RenderError;
use crate::render::text::safe_text;
use sheet::Sheet;

/// A property of a file is for lists of files: a title of 10,000 characters is none.
const PROPERTY_CHARS_MAX: usize = 200;

impl Document {
    /// The workbook.
    ///
    /// # Errors
    /// If it cannot be written, such as with more rows than a sheet holds.
    pub(super) fn xlsx(&self) -> Result<Vec<u8>, RenderError> {
        self.workbook().map_err(|error| RenderError::Workbook(error.to_string()))
    }

    fn workbook(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_properties(&self.properties());
        workbook.push_worksheet(about::about(self)?);
        for sheet in self.sheets()? {
            workbook.push_worksheet(sheet.finish()?);
        }
        workbook.save_to_buffer()
    }

    /// The sheets of the parts that were asked for; of nothing there is none.
    fn sheets(&self) -> Result<Vec<Sheet>, XlsxError> {
        let mut sheets = Vec::new();
        for section in self.shown_sections() {
            sheets.extend(parts::part(self, section)?);
        }
        Ok(sheets)
    }

    /// Written as of the report, not of today: the same report is the same file.
    fn properties(&self) -> DocProperties {
        let properties = DocProperties::new()
            .set_title(safe_text(&self.title, PROPERTY_CHARS_MAX))
            .set_author("Weir");
        let as_of = self.report.query.as_of.as_micros().div_euclid(1_000_000);
        // What lies beyond the calendar of workbooks is written as their first day.
        let at = rust_xlsxwriter::ExcelDateTime::from_timestamp(as_of).unwrap_or_default();
        properties.set_creation_datetime(&at)
    }
}
