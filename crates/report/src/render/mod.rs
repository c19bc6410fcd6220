//! A report as bytes: pure functions, one file for each output.
//!
//! | output | for |
//! |---|---|
//! | [`table()`] | a terminal |
//! | [`json()`] | programs, and the API |
//! | [`csv()`] | spreadsheets |
//! | [`html()`] | one file to send or print |
//! | [`svg()`], [`png()`] | one picture |
//! | [`parquet()`] | DuckDB, Polars and their like: the units themselves |
//! | [`overview()`] | the dashboard's first page |
//! | [`funnel()`] | the page of the way through the flow |
//! | [`sections()`] | the whole report as parts of a page |
//! | [`Document::render`] | a scheduled report as any file: PDF, workbook, and the files above |
//! | [`Document::mail`], [`Document::slack`] | a scheduled report as a message |
//!
//! All of them say the same numbers in the same words and order (`words`, `rows`, `number`);
//! every chart is drawn once (`chart`).

mod address; // the addresses of the dashboard
mod before; // the period before, and what it is called
mod chart; // rows to pictures, through plotters
mod csv; // long form, safe to open in a spreadsheet
mod document; // a report as it reaches its readers
mod embedded; // one chart, to be put into another page
mod flow; // the screens in the order of the flow
mod html; // a document of its own
mod json; // one line
mod links; // where a number leads
mod number; // counts, percentages, durations, instants as they are read
mod parquet; // the cohort itself, a row a unit
mod periods; // the trend, joined until it can be shown
mod picture; // the answer as one picture
mod rows; // the report's rows, named, grouped and folded as they are shown
mod sections; // the answer as parts of a page
mod table; // the answer on a terminal
mod text; // names from outside, made safe to show
mod verdict; // whether two groups differ, in words
mod words; // the sentences

#[doc(hidden)]
pub use chart::{Painted, charts};

pub use address::{AddressQuery, Addressed, address};
pub use before::Before;
pub use csv::{csv, csv_rows};
pub use document::{Alarm, Document, Mail, MailImage, Provisional};
pub use embedded::{Embedded, EmbeddedChart};
pub use html::html;
pub use json::json;
pub use links::{Behind, Links, NoLinks, Place};
pub use number::{bytes, count, counted, duration, instant, interval, percent};
pub use parquet::parquet;
pub use picture::{png, svg};
pub use sections::{
    COMPARED_MAX, CompareView, EXITS_MAX, ExitKind, ExitSort, ExitWays, ExitsView, MATRIX_MAX,
    compare, exit, exits, funnel, matrix, overview, sections, time,
};
pub use table::{TableStyle, table};
pub use text::{NAME_CHARS_MAX, safe_text};
pub use verdict::{change, spread};

/// The style sheet of [`sections()`]: their layout, and the one colour of each outcome in light,
/// dark and print. A page serves it, [`html()`] carries it inside.
pub const STYLE_SHEET: &str = include_str!("report.css");

/// A picture that could not be painted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The painter refused.
    #[error("the picture could not be painted: {0}")]
    Draw(String),
    /// The workbook has no room for it.
    #[error("the workbook could not be written: {0}")]
    Workbook(String),
    /// The PDF could not be put together.
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
    /// This kind of file is made of something else.
    #[error("a {0} file is not made of a document: {1}")]
    NotOfDocument(crate::Output, &'static str),
    /// What it is written to refused, such as a full disk.
    #[error("the file could not be written: {0}")]
    Write(String),
}

/// What the fixture is made of; the examples that include it bring the same names.
#[cfg(test)]
mod prelude {
    pub(crate) use weir_domain::{Catalogue, Rate, Unit};

    pub(crate) use crate::{
        BreakdownRow, BreakdownValue, Bucket, DataQuality, Dimension, Filters, PairRow,
        Percentiles, Profile, Query, ReasonRow, Report, Section, StateRow, Totals, TrendRow, Zone,
    };

    pub(crate) use super::{Alarm, Before, Document};

    /// What lies below it.
    pub(crate) fn below(report: &Report) -> Option<Profile> {
        Some(super::fixture_below::profile(report))
    }
}

#[cfg(test)]
mod fixture; // a report as a customer would have it, and odd ones
#[cfg(test)]
mod fixture_below; // and what lies below it
#[cfg(test)]
mod fixture_document; // documents of them
#[cfg(test)]
mod golden; // each output as it was
