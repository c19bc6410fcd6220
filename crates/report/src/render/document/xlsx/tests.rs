use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use serde_json::Value;
use zip::ZipArchive;

use crate::render::document::Document;
use crate::render::{fixture, fixture_document as documents};
use crate::{Bucket, Output, Section};

/// Each file within the workbook, under its name.
fn files(document: &Document) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(Cursor::new(document.render(Output::Xlsx).unwrap())).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().unwrap().into_owned(), text)
        })
        .collect()
}

/// The workbook as a text, for a golden file: an element a line.
pub(crate) fn parts_of(document: &Document) -> String {
    files(document)
        .into_iter()
        // The theme is the library's, and the same in every workbook.
        .filter(|(name, _)| !name.contains("theme"))
        .map(|(name, text)| format!("{name}\n{}\n\n", text.replace("><", ">\n<")))
        .collect()
}

fn file(document: &Document, name: &str) -> String {
    files(document).into_iter().find(|(known, _)| known == name).unwrap().1
}

/// The sheets' XML, in their order.
fn sheets(document: &Document) -> Vec<String> {
    let files = files(document).into_iter();
    files.filter(|(name, _)| name.contains("worksheets/sheet")).map(|(_, text)| text).collect()
}

fn sheet_names(document: &Document) -> Vec<String> {
    let book = file(document, "xl/workbook.xml");
    let names = book.split("<sheet name=\"").skip(1);
    names.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// The numbers of all cells that are numbers, as bits.
fn numbers(document: &Document) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    for sheet in sheets(document) {
        for cell in sheet.split("<c r=").skip(1) {
            let (head, body) = cell.split_once('>').unwrap();
            let value = body.split("<v>").nth(1).map(|rest| rest.split('<').next().unwrap());
            if let Some(value) = value.filter(|_| !head.contains("t=\"s\"")) {
                found.insert(value.parse::<f64>().unwrap().to_bits());
            }
        }
    }
    found
}

fn every_number(value: &Value, found: &mut Vec<f64>) {
    match value {
        Value::Number(n) => found.push(n.as_f64().unwrap()),
        Value::Array(list) => list.iter().for_each(|value| every_number(value, found)),
        Value::Object(map) => map.values().for_each(|value| every_number(value, found)),
        _ => {}
    }
}

#[test]
fn every_number_of_the_json_is_in_a_cell() {
    for (name, mut document) in documents::all() {
        document.sections.clear();
        let mut json = serde_json::to_value(&document.report).unwrap();
        // What was asked is said in words and dates; a breakdown's value by its name.
        json["input"] = Value::Null;
        json["version"] = Value::Null;
        for row in json["breakdown"].as_array_mut().into_iter().flatten() {
            row["value"] = Value::Null;
        }
        let mut want = Vec::new();
        every_number(&json, &mut want);
        assert!(20 < want.len(), "{name}");
        let cells = numbers(&document);
        for number in want {
            assert!(cells.contains(&number.to_bits()), "{name}: {number} is in no cell");
        }
    }
}

#[test]
fn no_name_becomes_a_formula_or_a_link() {
    let mut document = documents::hostile();
    for (row, state) in document.report.by_state.iter_mut().zip([
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "https://evil.example.com",
        "mailto:x@example.com",
        "{=1}",
    ]) {
        row.label = state.to_owned();
        row.state = Some(state.to_owned());
    }
    let files = files(&document);
    for (name, text) in &files {
        assert!(!name.contains("_rels/sheet"), "a sheet refers to nothing: {name}");
        let rules = ["<f>", "<f ", "<hyperlink"];
        assert!(rules.iter().all(|rule| !text.contains(rule)), "{name}");
    }
    let texts = &files.iter().find(|(name, _)| name == "xl/sharedStrings.xml").unwrap().1;
    for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\\u{9}=1", "https://evil.example.com", "{=1}"] {
        assert!(texts.contains(&format!("<t>{text}</t>")), "{text}");
    }
    assert!(texts.contains("&lt;script&gt;") && !texts.contains('\u{202e}'));
}

#[test]
fn a_sheet_for_each_part_that_was_asked_for() {
    let all = [
        "About",
        "Summary",
        "Screens",
        "Trend",
        "Funnel",
        "Reasons",
        "Screens and reasons",
        "Times",
        "Breakdown",
        "Data quality",
    ];
    let mut document = documents::full();
    assert_eq!(sheet_names(&document), all);
    document.sections = vec![Section::Reasons, Section::Trend];
    assert_eq!(sheet_names(&document), ["About", "Reasons", "Trend"]);
    assert!(all.iter().all(|name| name.chars().count() <= 31));
}

#[test]
fn heads_are_frozen_and_filter() {
    let sheets = sheets(&documents::full());
    for sheet in &sheets {
        assert!(sheet.contains("<pane ySplit=\"1\" topLeftCell=\"A2\""), "{}", &sheet[..500]);
        assert!(sheet.contains("state=\"frozen\""));
    }
    assert!(sheets[1..].iter().all(|sheet| sheet.contains("<autoFilter ref=\"A1:")));
}

#[test]
fn the_file_is_dated_as_of_the_report() {
    let properties = file(&documents::full(), "docProps/core.xml");
    let created = properties.split("<dcterms:created").nth(1).unwrap();
    assert!(created.contains(">2026-02-03T23:02:00Z<"), "{created}");
}

#[test]
fn the_first_sheet_says_what_it_is_and_what_it_means() {
    let mut document = documents::full();
    document.notes = vec!["2 earlier runs were skipped.".to_owned()];
    let texts = file(&document, "xl/sharedStrings.xml");
    for want in [
        "Monthly review",
        "Provisional: 24 of 2,061 sessions",
        "2 earlier runs were skipped.",
        "Filters",
        "Stall window",
        "None of these yet: in progress",
        "the 30 days before",
    ] {
        assert!(texts.contains(want), "{want}");
    }
    assert!(file(&documents::empty(), "xl/sharedStrings.xml").contains("No sessions began"));
}

#[test]
fn five_years_by_the_hour_fit() {
    let mut document = documents::hours();
    document.sections = vec![Section::Trend];
    let trend = sheets(&document).pop().unwrap();
    assert_eq!(trend.matches("<row ").count(), 43_825);
    document.report = fixture::many(500, 3, Bucket::Month);
    document.sections = vec![Section::Screens];
    assert_eq!(sheets(&document).pop().unwrap().matches("<row ").count(), 501);
}
