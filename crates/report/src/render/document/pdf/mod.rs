//! A document on paper: A4 in PDF, with bookmarks, page numbers and text that can be selected.
//!
//! First every sheet is laid out as a [`Picture`], as charts are; then one painter brings them to
//! the PDF. Nothing in the file comes from a clock or from chance: its date is the report's instant.

mod face; // how wide a text is, and its glyphs
mod paint; // a picture onto a page
mod sheet; // sheets that are filled from the top
mod table; // rows that may be parted
mod words; // paragraphs, lists, the few numbers

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::text_of;

use krilla::SerializeSettings;
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use weir_domain::Timestamp;

use self::face::Typeface;
use self::paint::{paint, pt};
use self::sheet::{Block, Bookmark, HEIGHT, ROOM, Sheets, WIDTH, has_boxes};
use self::words::{Manner, Number, QUIET, lines, list, noted, paragraph, strip};
use super::letter::{figures, table_on_paper};
use super::{DashboardLinks, Document};
use crate::Section;
use crate::render::RenderError;
use crate::render::chart::{Ink, Picture, Size};
use crate::render::links::{Links, Place};
use crate::render::number::{JUDGED_MIN, count, counted, duration, instant};
use crate::render::text::{safe_name, safe_text, short_name};
use crate::render::words::{Piece, bucket_word, dimension_word, plain, range, side_counts};

/// Rows of a table on paper; the rest is in the CSV and on the dashboard.
const ROWS_MAX: usize = 40;
/// Six weeks by the day; a quarter is read by the week.
const PERIODS_MAX: usize = 45;
/// The longest sentence that came from elsewhere.
const SENTENCE_CHARS_MAX: usize = 600;

impl Document {
    /// The document as a PDF.
    pub(super) fn pdf(&self) -> Result<Vec<u8>, RenderError> {
        let face = Typeface::embedded()?;
        let (pages, bookmarks) = self.pages(&face);
        let mut pdf = krilla::Document::new_with(SerializeSettings::default());
        for picture in &pages {
            let settings = PageSettings::from_wh(pt(WIDTH), pt(HEIGHT))
                .ok_or_else(|| RenderError::Pdf("its sheets have no size".to_owned()))?;
            let mut page = pdf.start_page_with(settings);
            paint(&mut page, picture, &face);
            page.finish();
        }
        pdf.set_outline(outline(bookmarks));
        pdf.set_metadata(self.metadata());
        pdf.finish().map_err(|error| RenderError::Pdf(format!("{error:?}")))
    }

    fn metadata(&self) -> Metadata {
        let metadata = Metadata::new()
            .title(self.shown_title())
            .description(plain(&self.answer()))
            .creator("Weir".to_owned())
            .producer("Weir".to_owned())
            .language("en".to_owned());
        match date(self.report.query.as_of) {
            Some(date) => metadata.creation_date(date),
            None => metadata,
        }
    }

    /// Every sheet, and where its parts begin.
    fn pages(&self, face: &Typeface) -> (Vec<Picture>, Vec<Bookmark>) {
        let links = DashboardLinks::of(self);
        let mut sheets = Sheets::new(face);
        self.opening(&mut sheets, &links);
        let nothing = self.report.totals.started == 0;
        for section in self.shown_sections() {
            // Of nothing there is only how far the deliveries can be trusted.
            if nothing && section != Section::Quality {
                continue;
            }
            self.section(&mut sheets, section, &links);
        }
        self.closing(&mut sheets);
        let query = &self.report.query;
        let as_of = format!("As of {}, {}", instant(query.as_of, &query.zone), query.zone.name());
        sheets.finish(&self.shown_title(), &range(&self.report), &as_of)
    }

    /// What the reader sees first: what it is, what fired, the answer.
    fn opening(&self, sheets: &mut Sheets<'_>, links: &DashboardLinks) {
        let face = sheets.face;
        let text = |size, bold, gap| Manner { size, ink: Ink::Text, bold, gap };
        let quiet = |gap| Manner { gap, ..QUIET };
        let title = safe_text(&self.title, 120);
        sheets.block(paragraph(face, &title, text(11.0, true, 1.0)));
        sheets.block(paragraph(face, &range(&self.report), quiet(12.0)));
        if let Some(alarm) = &self.alarm {
            let ink = if alarm.over { Ink::Submitted } else { Ink::Cancelled };
            let said = |text: &str| safe_text(text, SENTENCE_CHARS_MAX);
            let state = Manner { size: 9.0, ink, bold: true, gap: 0.0 };
            sheets.block(noted(face, alarm.state(), state, ink));
            let headline = text(15.0, true, 0.0);
            sheets.block(noted(face, &said(&alarm.headline), headline, ink));
            for line in &alarm.detail {
                sheets.block(noted(face, &said(line), text(9.0, false, 0.0), ink));
            }
            for (words, path) in &alarm.links {
                let Some(href) = links.at(path) else { continue };
                let number = sheets.note(href.clone());
                let words = format!("{} [{number}]", safe_name(words));
                let manner = Manner { ink: Ink::Accent, ..text(9.0, false, 0.0) };
                if let Block::Whole(mut line) = noted(face, &words, manner, ink) {
                    let place = (0.0, 0.0, ROOM, line.height);
                    line.hits.push(sheet::link(place, href, &words));
                    sheets.block(Block::Whole(line));
                }
            }
            sheets.block(gap(14.0));
        }
        sheets.block(paragraph(face, &self.sentence(), text(15.0, true, 10.0)));
        for note in &self.notes {
            let note = safe_text(note, SENTENCE_CHARS_MAX);
            sheets.block(noted(face, &note, quiet(6.0), Ink::Faint));
        }
        if let Some(provisional) = self.provisional() {
            sheets.block(noted(face, &provisional.words, quiet(6.0), Ink::Open));
        }
    }

    /// The answer; the end of a long name is left to the tables.
    fn sentence(&self) -> String {
        let pieces: Vec<Piece> = self
            .answer()
            .into_iter()
            .map(|piece| match piece {
                Piece::Name(name) => Piece::Name(short_name(&name)),
                plain => plain,
            })
            .collect();
        plain(&pieces)
    }

    fn section(&self, sheets: &mut Sheets<'_>, section: Section, links: &DashboardLinks) {
        let face = sheets.face;
        let mut blocks = Vec::new();
        let mut title = self.title_of(section);
        if section == Section::Summary {
            blocks.push(strip(face, &self.numbers()));
            if let Some(before) = &self.before {
                let query = &before.report.query;
                let words = format!(
                    "Each change is from the {}, {} to {}, judged when it was as old as this period is now.",
                    before.name(),
                    instant(query.from, &query.zone),
                    instant(query.to, &query.zone)
                );
                blocks.push(paragraph(face, &words, QUIET));
            }
        }
        for (n, (heading, chart)) in
            self.charts(section, links, Size::Middle).into_iter().enumerate()
        {
            if n == 0 && section != Section::Summary {
                title.clone_from(&heading);
                if let Some(about) = self.about_chart(section) {
                    blocks.push(paragraph(face, &about, QUIET));
                }
            }
            let mut chart = chart.scaled(ROOM / Size::Middle.width());
            if 0 < n || section == Section::Summary {
                chart = under(face, &heading, chart);
            }
            chart.height += 12.0;
            blocks.push(Block::Whole(chart));
        }
        if section == Section::Summary {
            let said = side_counts(&self.report).map(|(what, n, meaning)| {
                format!("{} {} ({meaning})", count(n), what.to_lowercase())
            });
            blocks.push(paragraph(face, &format!("{}.", said.join(" · ")), QUIET));
        }
        // The few numbers and their bar are the summary's table.
        let table = (section != Section::Summary)
            .then(|| table_on_paper(self, links, section, (ROWS_MAX, PERIODS_MAX)))
            .flatten();
        if let Some(table) = &table {
            if !table.about.is_empty() {
                blocks.push(paragraph(face, &table.about, QUIET));
            }
            blocks.push(table::table(face, table));
        }
        if blocks.is_empty() {
            let words = if section == Section::Screens {
                "Nobody left."
            } else {
                "There is nothing to show."
            };
            blocks.push(paragraph(face, words, QUIET));
        }
        sheets.part(&title, links.place(place(section)), blocks);
    }

    /// The table of a part as one picture, as large as the charts of an image; with its title.
    pub(super) fn table_picture(&self, section: Section) -> Option<(String, Picture)> {
        const ROWS_MAX: usize = 12;
        let face = Typeface::embedded().ok()?;
        let links = DashboardLinks::of(self);
        let table = table_on_paper(self, &links, section, (ROWS_MAX, PERIODS_MAX))?;
        let Block::Rows { head, rows } = table::table(&face, &table) else { return None };
        let mut picture = Picture::new(ROOM);
        for row in std::iter::once(head).chain(rows) {
            let (height, y) = (row.height, picture.height);
            picture.place(row, 0.0, y);
            picture.height += height;
        }
        Some((table.title, picture.scaled(1.5)))
    }

    fn title_of(&self, section: Section) -> String {
        let query = &self.report.query;
        match section {
            Section::Summary => "Summary".to_owned(),
            Section::Screens => "Where they leave".to_owned(),
            Section::Trend => format!("Drop-off by {}", bucket_word(query.bucket)),
            Section::Funnel => "The way through the flow".to_owned(),
            Section::Reasons => "Why they leave".to_owned(),
            Section::Matrix => "Screen and reason".to_owned(),
            Section::Times => "How long it took".to_owned(),
            Section::Breakdown => {
                format!("By {}", query.by.map_or("group", dimension_word))
            }
            Section::Quality => "Data quality".to_owned(),
        }
    }

    /// What is to be seen in the chart.
    fn about_chart(&self, section: Section) -> Option<String> {
        let all = counted(self.report.totals.started, self.report.query.unit.plural());
        Some(match section {
            Section::Screens => format!(
                "Each bar is the part of {all} that ended at a screen, the costliest first; the whisker is the 95 % interval."
            ),
            Section::Trend => format!(
                "The part that dropped off, by when they began ({}), with its 95 % interval as a band; beneath it how many began. Where some are still open the line is dashed and the band pale: the rate there will rise.",
                self.report.query.zone.name()
            ),
            Section::Funnel => "Each bar is as long as those who got there, with those who left there at its end.".to_owned(),
            Section::Reasons => "The reason that came with the exit, as a part of all started.".to_owned(),
            Section::Breakdown => "The part of those started that dropped off, in each group, in its outcomes; the whisker is the 95 % interval.".to_owned(),
            Section::Times | Section::Summary | Section::Matrix | Section::Quality => return None,
        })
    }

    /// The three rates and the median.
    fn numbers(&self) -> Vec<Number> {
        if self.report.totals.started == 0 {
            return Vec::new();
        }
        let rates = figures(self).into_iter().map(|figure| Number {
            name: figure.name.to_owned(),
            value: figure.value,
            lines: vec![figure.base, figure.spread],
            change: figure.change,
            few: figure.few,
        });
        let (totals, times) = (&self.report.totals, &self.report.time_to_submit);
        let few = totals.submitted < JUDGED_MIN;
        let far = match times.p90_us {
            _ if few => "too few to judge".to_owned(),
            Some(p90) => format!("9 of 10 within {}", duration(p90)),
            None => String::new(),
        };
        let median = Number {
            name: "Median time to submit".to_owned(),
            value: times.p50_us.map_or("n/a".to_owned(), duration),
            lines: vec![
                format!("{} submitted", counted(totals.submitted, self.report.query.unit.plural())),
                far,
            ],
            change: None,
            few,
        };
        rates.chain([median]).collect()
    }

    /// What was asked and what the numbers mean.
    fn closing(&self, sheets: &mut Sheets<'_>) {
        let face = sheets.face;
        sheets.part("What was asked", None, list(face, &self.filters_in_words()));
        let mut meanings = self.meanings();
        if self.base_url.is_some() {
            meanings.push((
                "Links",
                "Bars and names lead to the dashboard; a small number at a title names the address at the foot of the page.".to_owned(),
            ));
        }
        if has_boxes(&sheets.done, face) {
            meanings.push((
                "Boxes",
                "Stand for letters that this file's typeface does not have. Copied from here, they are the letters that were sent.".to_owned(),
            ));
        }
        sheets.part("What the numbers mean", None, list(face, &meanings));
    }
}

/// The page of the dashboard that says more about a part.
const fn place(section: Section) -> Place<'static> {
    match section {
        Section::Summary | Section::Trend | Section::Breakdown => Place::Overview,
        Section::Screens => Place::Screens,
        Section::Funnel => Place::Funnel,
        Section::Reasons => Place::Reasons,
        Section::Matrix => Place::Matrix,
        Section::Times => Place::Time,
        Section::Quality => Place::Health,
    }
}

/// A chart under its heading, so that no end of a sheet parts them.
fn under(face: &Typeface, heading: &str, chart: Picture) -> Picture {
    let manner = Manner { size: 9.5, ink: Ink::Text, bold: true, gap: 4.0 };
    let mut picture = lines(face, heading, manner);
    let top = picture.height;
    picture.height += chart.height;
    picture.place(chart, 0.0, top);
    picture
}

fn gap(height: f64) -> Block {
    let mut picture = Picture::new(ROOM);
    picture.height = height;
    Block::Whole(picture)
}

fn outline(bookmarks: Vec<Bookmark>) -> Outline {
    let mut outline = Outline::new();
    for Bookmark { title, sheet, y } in bookmarks {
        let place = XyzDestination::new(sheet, Point::from_xy(0.0, pt(y - 8.0)));
        outline.push_child(OutlineNode::new(title, place));
    }
    outline
}

/// In UTC; none outside the calendar.
fn date(at: Timestamp) -> Option<DateTime> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let small = |n: i8| u8::try_from(n).unwrap_or(0);
    Some(
        DateTime::new(u16::try_from(at.year()).ok()?)
            .month(small(at.month()))
            .day(small(at.day()))
            .hour(small(at.hour()))
            .minute(small(at.minute()))
            .second(small(at.second()))
            .utc_offset_hour(0)
            .utc_offset_minute(0),
    )
}
