//! A document as a page of its own: to send, to keep, to print.

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::{Alarm, DashboardLinks, Document};
use crate::Section;
use crate::render::STYLE_SHEET;
use crate::render::sections::{Of, context, empty, part};
use crate::render::text::{safe_name, safe_text};
use crate::render::words::plain;

/// The longest sentence that came from elsewhere.
const SENTENCE_CHARS_MAX: usize = 1_000;

impl Document {
    /// One file: the styles and charts are inside, there is no script; the only addresses in it are
    /// links to the dashboard.
    pub(super) fn html(&self) -> String {
        let page = markup! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="description" content=(plain(&self.answer()));
                    title { (self.shown_title()) }
                    style { (PreEscaped(STYLE_SHEET)) }
                }
                body { main.document {
                    (self.head())
                    (self.parts())
                    (self.about())
                } }
            }
        };
        page.into_string()
    }

    fn head(&self) -> Markup {
        let sections = self.shown_sections();
        markup! {
            header {
                p.title { bdi { (self.shown_title()) } }
                @if let Some(alarm) = &self.alarm { (self.alarm(alarm)) }
                @if !sections.contains(&Section::Summary) { (context(&self.report)) }
                @for note in &self.notes { p.note { (safe_text(note, SENTENCE_CHARS_MAX)) } }
                @if let Some(provisional) = self.provisional() {
                    p.note.c-open { (provisional.words) }
                }
            }
        }
    }

    fn alarm(&self, alarm: &Alarm) -> Markup {
        let links = DashboardLinks::of(self);
        markup! {
            section.alarm.over[alarm.over] {
                p.state { (alarm.state()) }
                p.headline { (safe_text(&alarm.headline, SENTENCE_CHARS_MAX)) }
                @for line in &alarm.detail { p { (safe_text(line, SENTENCE_CHARS_MAX)) } }
                @for (words, path) in &alarm.links {
                    @if let Some(href) = links.at(path) { p { a href=(href) { (safe_name(words)) } } }
                }
            }
        }
    }

    fn parts(&self) -> Markup {
        let links = DashboardLinks::of(self);
        if self.report.totals.started == 0 {
            return empty(&self.report);
        }
        let of = Of {
            report: &self.report,
            before: self.before.as_ref(),
            catalogue: &self.catalogue,
            links: &links,
        };
        markup! { @for section in self.shown_sections() { (part(section, &of)) } }
    }

    /// What was asked and what the numbers mean.
    fn about(&self) -> Markup {
        let list = |rows: Vec<(&'static str, String)>| {
            markup! { dl.about-list { @for (name, words) in rows { dt { (name) } dd { (words) } } } }
        };
        markup! {
            section #asked { h2 { "What was asked" } (list(self.filters_in_words())) }
            section #meanings { h2 { "What the numbers mean" } (list(self.meanings())) }
        }
    }
}

impl Alarm {
    /// `Alert`, or that it is over.
    pub(crate) const fn state(&self) -> &'static str {
        if self.over { "Alert, over" } else { "Alert" }
    }
}

#[cfg(test)]
mod tests {
    use crate::render::fixture_document::{alarm, all, full, many};
    use crate::{Output, Section};

    #[track_caller]
    fn page(document: &super::Document) -> String {
        let page = String::from_utf8(document.render(Output::Html).unwrap()).unwrap();
        assert!(!page.contains("<script") && !page.contains("<img"), "an element came through");
        assert!(!page.contains("NaN") && !page.contains("inf\""), "no number is no coordinate");
        for outside in [" src=\"", "url(", "@import", " style="] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}'));
        page
    }

    #[test]
    fn every_document_is_a_page() {
        for (name, document) in all() {
            let page = page(&document);
            assert!(
                page.contains("What was asked") && page.contains("What the numbers mean"),
                "{name}"
            );
            assert!(page.len() < 1_200_000, "{name}: {}", page.len());
        }
        assert!(page(&many()).contains("and 480 more"));
    }

    #[test]
    fn its_parts_are_in_the_order_that_is_wanted_and_no_others() {
        let mut document = full();
        document.sections = vec![Section::Reasons, Section::Trend];
        let page = page(&document);
        assert!(page.find("id=\"reasons\"").unwrap() < page.find("id=\"trend\"").unwrap());
        for other in ["id=\"answer\"", "id=\"screens\"", "id=\"quality\"", "id=\"times\""] {
            assert!(!page.contains(other), "{other}");
        }
        assert!(page.contains("2026-01-05 00:00 to 2026-02-04 00:00, Europe/Tallinn"));
    }

    #[test]
    fn numbers_lead_to_the_dashboard_only_where_there_is_one() {
        let mut document = full();
        let linked = page(&document);
        assert!(linked.contains("href=\"https://weir.example.com/sessions?from="));
        document.base_url = None;
        assert!(!page(&document).contains("href="));
    }

    #[test]
    fn an_alert_says_what_fired_before_anything_else() {
        let page = page(&alarm());
        let alert = page.find("Drop-off rose to 34.9").unwrap();
        assert!(alert < page.find("id=\"answer\"").unwrap());
        assert!(page.contains("https://weir.example.com/sessions?outcome=cancelled"));
        assert!(page.contains("2 earlier runs were skipped"));
    }
}
