//! The first sheet: what the workbook is, of when, and what its numbers mean.

use rust_xlsxwriter::{Worksheet, XlsxError};
use weir_domain::Timestamp;

use super::super::Document;
use super::sheet::{Cell, Sheet};
use crate::Query;
use crate::render::words::plain;

type Row = (String, Cell);

/// A row for each thing to know; several of a kind stand under each other.
pub(super) fn about(document: &Document) -> Result<Worksheet, XlsxError> {
    let mut sheet = Sheet::new("About", &[("About this workbook", 24.0), ("", 100.0)])?;
    for (what, cell) in rows(document) {
        sheet.push([Cell::Text(what), cell])?;
    }
    sheet.finish_unfiltered()
}

fn rows(document: &Document) -> Vec<Row> {
    let mut rows = vec![said("Title", &document.title), said("Report", &document.name)];
    if let Some(alarm) = &document.alarm {
        rows.push(said(if alarm.over { "Alert, over" } else { "Alert" }, &alarm.headline));
        rows.extend(alarm.detail.iter().map(|detail| said("", detail)));
    }
    rows.push(said("The answer", &plain(&document.answer())));
    rows.extend(document.provisional().map(|it| said("Not final", &it.words)));
    rows.extend(document.notes.iter().map(|note| said("Note", note)));
    rows.extend(instants("", &document.report.query));
    if let Some(before) = &document.before {
        rows.extend(instants("Period before: ", &before.report.query));
    }
    rows.extend(document.base_url.iter().map(|url| said("Dashboard", url)));
    rows.push(said("What was asked", ""));
    rows.extend(document.filters_in_words().iter().map(|(name, words)| said(name, words)));
    rows.push(said("What the numbers mean", ""));
    rows.extend(document.meanings().iter().map(|(name, words)| said(name, words)));
    rows
}

fn said(what: &str, words: &str) -> Row {
    // A space that does not break is for pages.
    (what.to_owned(), Cell::Text(words.replace('\u{a0}', " ")))
}

/// As cells that can be counted with; in words they stand below.
fn instants(of: &str, query: &Query) -> Vec<Row> {
    let at = |what: &str, at: Timestamp| (format!("{of}{what}"), Cell::instant(at, &query.zone));
    vec![
        at("from", query.from),
        at("until before", query.to),
        at("as of", query.as_of),
        said(&format!("{of}time zone"), query.zone.name()),
    ]
}
