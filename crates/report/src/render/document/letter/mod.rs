//! What a message says, as plain values. The two parts of a mail are written from the same one, so
//! that they cannot tell different numbers; Slack's message takes the short form of it.

mod against; // what they did since the period before
mod chart; // the one picture
mod figures; // the three numbers
mod subject; // the answer in a line
mod table; // rows, folded
mod tables; // the parts that were asked for, as tables

pub(super) use chart::{Chart, WIDTH_PX};
pub(super) use figures::Figure;
pub(super) use figures::figures;
pub(super) use table::{Row, Table};
pub(super) use tables::{CHANGE, table_on_paper};

use super::Document;
use super::links::DashboardLinks;
use crate::Section;
use crate::render::links::{Links, Place};
use crate::render::text::{safe_name, safe_text, short_name};
use crate::render::words::{Piece, range};

/// Rows of a table before it is folded. More is in the files and on the dashboard.
pub(super) const ROWS_MAX: usize = 10;

/// A sentence from elsewhere, such as an alert's: it holds names.
const SENTENCE_CHARS_MAX: usize = 600;

/// A message.
pub(super) struct Letter {
    /// The answer in a line, without line breaks.
    pub(super) subject: String,
    /// What the report is called; safe to show.
    pub(super) title: String,
    /// Of when it is, in the report's zone.
    pub(super) range: String,
    /// The answer.
    pub(super) headline: Vec<Piece>,
    /// What an alert has to say beside it, each a sentence.
    pub(super) detail: Vec<String>,
    /// What must be known before the numbers are believed, each a sentence.
    pub(super) notes: Vec<String>,
    pub(super) figures: Vec<Figure>,
    /// What the numbers did since the period before.
    pub(super) against: Option<against::Against>,
    /// The costliest screens.
    pub(super) costliest: Option<Table>,
    pub(super) chart: Option<Chart>,
    /// Where more is: what the link says, and the address.
    pub(super) links: Vec<(String, String)>,
    /// The parts that were asked for.
    pub(super) tables: Vec<Table>,
    /// What was asked, as names and words.
    pub(super) asked: Vec<(&'static str, String)>,
    /// What the numbers mean, as names and words.
    pub(super) meanings: Vec<(&'static str, String)>,
}

impl Letter {
    /// The letter of a document, its tables folded to so many rows.
    pub(super) fn of(document: &Document, rows_max: usize) -> Letter {
        let links = DashboardLinks::of(document);
        let report = &document.report;
        let nothing = report.totals.started == 0;
        let alarm = document.alarm.as_ref();
        Letter {
            subject: subject::subject(document),
            title: title(document),
            range: range(report),
            headline: headline(document),
            detail: alarm.map_or(vec![], |alarm| alarm.detail.iter().map(sentence).collect()),
            notes: notes(document),
            figures: if nothing { vec![] } else { figures(document) },
            against: against::against(document),
            costliest: tables::costliest(document, &links),
            chart: chart::chart(document),
            links: leads_on(document, &links),
            // An alert is short: what it rests on is behind its links.
            tables: match alarm {
                Some(_) => vec![],
                None => tables::tables(document, &links, rows_max),
            },
            asked: document.filters_in_words(),
            meanings: document.meanings(),
        }
    }
}

fn title(document: &Document) -> String {
    let title = document.shown_title();
    match &document.alarm {
        None => title,
        Some(alarm) if alarm.over => format!("Alert, over: {title}"),
        Some(_) => format!("Alert: {title}"),
    }
}

fn sentence(text: impl AsRef<str>) -> String {
    safe_text(text.as_ref(), SENTENCE_CHARS_MAX)
}

fn headline(document: &Document) -> Vec<Piece> {
    if let Some(alarm) = &document.alarm {
        return vec![Piece::Plain(sentence(&alarm.headline))];
    }
    // In a message the end of a long name is left to the files.
    let shortened = document.answer().into_iter().map(|piece| match piece {
        Piece::Name(name) => Piece::Name(short_name(&name)),
        plain => plain,
    });
    shortened.collect()
}

fn notes(document: &Document) -> Vec<String> {
    let provisional = document.provisional().map(|provisional| provisional.words);
    provisional.into_iter().chain(document.notes.iter().map(sentence)).collect()
}

/// The one link of a report; of an alert those to its units go before it.
fn leads_on(document: &Document, links: &DashboardLinks) -> Vec<(String, String)> {
    let alarm = document.alarm.iter().flat_map(|alarm| &alarm.links);
    let behind = alarm.filter_map(|(words, path)| Some((safe_name(words), links.at(path)?)));
    let overview = links.place(Place::Overview);
    behind.chain(overview.map(|href| ("Open the dashboard".to_owned(), href))).collect()
}

/// Whether the picture is the trend: where it was asked for, and in an alert, which is about it.
fn has_trend(document: &Document) -> bool {
    let wanted = document.shown_sections().contains(&Section::Trend) || document.alarm.is_some();
    wanted && 1 < document.report.trend.len()
}
