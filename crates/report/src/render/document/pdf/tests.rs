//! What lies on the sheets. That a reader of PDF finds it there is tested in `tests/`.

use super::face::Typeface;
use super::sheet::{HEIGHT, WIDTH};
use crate::render::chart::{Anchor, Mark, Picture};
use crate::render::document::Document;
use crate::render::fixture_document::{alarm, all, empty, full, hours, many};
use crate::{Output, Section};

fn pages(document: &Document) -> Vec<Picture> {
    document.pages(&Typeface::embedded().unwrap()).0
}

/// Every text and every link, with its place to the point.
pub(crate) fn text_of(document: &Document) -> String {
    let (pages, bookmarks) = document.pages(&Typeface::embedded().unwrap());
    let mut text = String::new();
    for bookmark in bookmarks {
        text.push_str(&format!("bookmark, page {}: {}\n", bookmark.sheet + 1, bookmark.title));
    }
    for (number, page) in (1..).zip(&pages) {
        text.push_str(&format!("\npage {number}\n"));
        for mark in &page.marks {
            if let Mark::Text { x, y, text: said, size, bold, .. } = mark {
                let weight = if *bold { " bold" } else { "" };
                text.push_str(&format!("{x:.0} {y:.0} {size:.1}{weight}: {said}\n"));
            }
        }
        let links = page.hits.iter().filter_map(|hit| Some((hit, hit.href.as_ref()?)));
        for (hit, href) in links {
            text.push_str(&format!("{:.0} {:.0} link: {href}\n", hit.x, hit.y));
        }
    }
    text
}

fn texts(page: &Picture) -> Vec<&str> {
    let texts = page.marks.iter().filter_map(|mark| match mark {
        Mark::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// Where a text lies: left, right, middle, size.
type Place<'a> = (f64, f64, f64, f64, &'a str);

fn places<'a>(page: &'a Picture, face: &Typeface) -> Vec<Place<'a>> {
    let places = page.marks.iter().filter_map(|mark| {
        let Mark::Text { x, y, text, size, bold, anchor, .. } = mark else { return None };
        let wide = face.width(text, *size, *bold);
        let left = match anchor {
            Anchor::Start => *x,
            Anchor::Middle => x - wide / 2.0,
            Anchor::End => x - wide,
        };
        Some((left, left + wide, *y, *size, text.as_str()))
    });
    places.collect()
}

#[test]
fn nothing_lies_beside_the_sheet_or_on_something_else() {
    let face = Typeface::embedded().unwrap();
    for (name, document) in all().into_iter().chain([("many", many()), ("hours", hours())]) {
        for (number, page) in (1..).zip(pages(&document)) {
            assert_eq!((page.width, page.height), (WIDTH, HEIGHT));
            let places = places(&page, &face);
            for (n, &(left, right, y, size, text)) in places.iter().enumerate() {
                let inside = 40.0 <= left && right <= WIDTH - 40.0;
                assert!(inside, "{name}, page {number}: {left:.1} to {right:.1}: {text}");
                assert!((20.0..HEIGHT - 20.0).contains(&y), "{name}, page {number}: {text}");
                for &(left_2, right_2, y_2, size_2, other) in &places[n + 1..] {
                    let beside = right <= left_2 + 0.8 || right_2 <= left + 0.8;
                    let apart = 0.45 * (size + size_2) <= (y - y_2).abs();
                    assert!(beside || apart, "{name}, page {number}: “{text}” and “{other}”");
                }
            }
        }
    }
}

#[test]
fn each_sheet_says_what_it_is_of_and_where_it_belongs() {
    let pages = pages(&full());
    let count = pages.len();
    for (number, page) in (1..).zip(&pages) {
        let said = texts(page);
        assert!(said.contains(&format!("Page {number} of {count}").as_str()));
        assert!(said.contains(&"Monthly review"));
        assert!(said.contains(&"2026-01-05 00:00 to 2026-02-04 00:00, Europe/Tallinn"));
        assert!(said.contains(&"As of 2026-02-04 01:02, Europe/Tallinn"));
    }
}

#[test]
fn a_table_that_goes_on_has_its_head_again() {
    let pages = pages(&many());
    let with_head = pages.iter().filter(|page| texts(page).contains(&"Screen and reason"));
    // The title of the part and the head on its first sheet, the head on the next.
    assert!(1 < with_head.count());
    assert!(pages.iter().any(|page| texts(page).contains(&"and 460 more screens")));
    assert!(pages.len() <= 14, "{}", pages.len());
}

#[test]
fn its_parts_are_in_the_order_that_is_wanted_and_no_others() {
    let mut document = full();
    document.sections = vec![Section::Quality, Section::Trend];
    let (_, bookmarks) = document.pages(&Typeface::embedded().unwrap());
    let titles: Vec<&str> = bookmarks.iter().map(|bookmark| bookmark.title.as_str()).collect();
    assert_eq!(
        titles,
        ["Data quality", "Drop-off by day", "What was asked", "What the numbers mean"]
    );
}

#[test]
fn links_lead_to_the_dashboard_and_are_written_at_the_foot() {
    let mut document = alarm();
    let text = text_of(&document);
    assert!(text.contains("link: https://weir.example.com/sessions?outcome=cancelled"));
    assert!(text.contains("6.5: https://weir.example.com/sessions?outcome=cancelled"));
    assert!(text.contains("6.5: https://weir.example.com/screens?from="));
    document.base_url = None;
    assert!(!text_of(&document).contains("http"));
}

#[test]
fn no_report_is_large() {
    for (name, document) in all().into_iter().chain([("many", many()), ("hours", hours())]) {
        let bytes = document.render(Output::Pdf).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.") && bytes.len() < 250_000, "{name}: {}", bytes.len());
    }
    assert!(texts(&pages(&empty())[0]).contains(&"No sessions began in this range."));
}
