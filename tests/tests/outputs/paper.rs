//! The PDF, by pdfium: its text has the report's numbers, and one finds one's way in it.

use serde_json::Value;
use weir_tests::python::python;

use crate::world::World;

/// `1,317`.
fn grouped(n: &Value) -> String {
    let digits = n.as_u64().expect("a count").to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[test]
fn what_a_reader_finds_in_the_pdf_is_what_the_report_says() {
    let world = World::new();
    let (path, report) = (world.file("pdf", &["--by=weekday"]), world.report(&["--by=weekday"]));
    let bytes = std::fs::read(&path).expect("it was written");
    let said = python(include_str!("paper.py"), [&path]);
    let found: Value = serde_json::from_str(&said).expect("JSON");
    let pages: Vec<String> = serde_json::from_value(found["pages"].clone()).expect("texts");
    let text = pages.join("\n").replace('\u{a0}', " ");

    let totals = &report["totals"];
    for name in ["started", "submitted", "cancelled", "stalled", "abandoned"] {
        let number = grouped(&totals[name]);
        assert!(text.contains(&number), "{name}, {number}, is not in it");
    }
    let named = report["by_state"].as_array().expect("rows").iter();
    for row in named.filter(|row| row["state"].is_string()).take(10) {
        let (label, left) = (row["label"].as_str().unwrap_or_default(), grouped(&row["abandoned"]));
        let is_said = text.lines().any(|line| line.contains(label) && line.contains(&left));
        assert!(is_said, "{label}, {left}, is not in it");
    }
    for (number, page) in (1..).zip(&pages) {
        let foot = format!("Page {number} of {}", pages.len());
        assert!(page.contains(&foot), "{foot} is not in it");
    }

    let bookmarks = found["bookmarks"].as_array().expect("bookmarks");
    let titles: Vec<&str> = bookmarks.iter().filter_map(|entry| entry[0].as_str()).collect();
    for title in ["Summary", "Where they leave", "Drop-off by day", "By weekday", "What was asked"]
    {
        let place = titles.iter().position(|known| *known == title);
        let place = place.unwrap_or_else(|| panic!("no bookmark {title} in {titles:?}"));
        let page = bookmarks[place][1].as_u64().and_then(|page| usize::try_from(page).ok());
        assert!(pages[page.expect("a page")].contains(title), "{title} is not where it leads");
    }

    assert_eq!(found["sizes"], serde_json::json!([[595, 842]]));
    let fonts = found["fonts"].as_array().expect("fonts");
    assert!(!fonts.is_empty() && fonts.iter().all(|font| font[1] == true), "{fonts:?}");
    assert!(
        found["drawn"]
            .as_array()
            .expect("pages")
            .iter()
            .all(|tones| 4 < tones.as_u64().unwrap_or(0))
    );
    // Its date is the report's instant, whenever it is made.
    let as_of = report["input"]["as_of"].as_str().expect("an instant");
    let digits: String = as_of[..19].chars().filter(char::is_ascii_digit).collect();
    assert_eq!(found["metadata"]["CreationDate"], format!("D:{digits}Z"));
    let world_again = world.file("pdf", &["--by=weekday"]);
    assert!(bytes == std::fs::read(world_again).expect("it was written"), "it is another file now");
}
