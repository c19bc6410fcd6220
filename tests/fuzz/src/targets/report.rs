//! Whatever was delivered, as every file and message that a report becomes: each is of its kind,
//! and no name acts in it.
//!
//! The input is a line with the kind of output and, after a space, a query; a line with the title;
//! and deliveries, one a line.

use std::io::{Cursor, Read};

use weir_dashboard::fuzzing::ReadQuery;
use weir_domain::Catalogue;
use weir_readmodel::Model;
use weir_report::render::{TableStyle, csv, html, json, parquet, png, svg, table};
use weir_report::{Definition, Output, Query, Report, compute};

use super::csv::check_cell;
use crate::{text, world, xml};

/// More periods than a person looks at; with more, a run takes too long to be worth it.
const PERIODS_MAX: usize = 800;

pub(super) fn run(data: &[u8]) {
    let Some(input) = text::of(data) else { return };
    let mut lines = input.splitn(3, '\n');
    let (head, title, lines) =
        (lines.next().unwrap_or_default(), lines.next().unwrap_or_default(), lines.next());
    let (kind, query) = head.split_once(' ').unwrap_or((head, ""));
    let Ok((query, _)) = ReadQuery::list(query, world::NOW) else { return };
    let model = world::model(lines.unwrap_or_default());
    let catalogue = Catalogue::shipped();
    let Ok(report) = compute(&model, &catalogue, &query, 1) else { return };
    if PERIODS_MAX < report.trend.len() {
        return;
    }
    let names = Names::of(&report, title);
    match kind {
        "table" => {
            is_for_a_terminal(&table(&report, &catalogue, &TableStyle { width: 80, colour: false }))
        }
        "json" => is_the_report(&json(&report), &report),
        "csv" => is_csv(&csv(&report)),
        "html" => names.stay_text(&html(&report, &catalogue)),
        "svg" => xml::check(&svg(&report, &catalogue).expect("it has its typeface"), "svg"),
        "png" => is_png(&png(&report, &catalogue).expect("it has its typeface")),
        "parquet" => is_parquet(&model, &catalogue, &query),
        kind => of_document(kind, title, &model, &catalogue, &query, &names),
    }
}

/// The kinds of output that are made of a document: a report as it is sent.
fn of_document(
    kind: &str,
    title: &str,
    model: &Model,
    catalogue: &Catalogue,
    query: &Query,
    names: &Names,
) {
    let Some(kind) = kind.strip_prefix("sent-") else { return };
    let mut definition = Definition::read("title = \"A\"").expect("it is one");
    definition.title = title.to_owned();
    let base_url = Some("https://weir.example.com");
    let Ok(document) = definition.document("a", model, catalogue, query, base_url, 1) else {
        return;
    };
    let render = |output| document.render(output).expect("it can be rendered");
    let text_of = |output| String::from_utf8(render(output)).expect("it is text");
    match kind {
        "html" => names.stay_text(&text_of(Output::Html)),
        "svg" => xml::check(&text_of(Output::Svg), "svg"),
        "png" => is_png(&render(Output::Png)),
        "csv" => is_csv(&text_of(Output::Csv)),
        "pdf" => is_pdf(&render(Output::Pdf)),
        "xlsx" => is_workbook(render(Output::Xlsx)),
        "mail" => {
            let mail = document.mail().expect("it can be written");
            assert!(!mail.subject.chars().any(char::is_control), "{:?}", mail.subject);
            is_for_a_terminal(&mail.text);
            names.stay_text(&mail.html);
            mail.images.iter().for_each(|image| is_png(&image.bytes));
        }
        "slack" => {
            let message = document.slack().to_string();
            // What is not escaped between these calls everybody in the channel.
            assert!(!message.contains("<!"), "{message}");
        }
        _ => {}
    }
}

/// Names from outside that would be markup if they were not escaped.
struct Names(Vec<String>);

impl Names {
    fn of(report: &Report, title: &str) -> Names {
        let states = report.by_state.iter().filter_map(|row| row.state.clone());
        let reasons = report.by_reason.iter().filter_map(|row| row.reason.clone());
        let all = states.chain(reasons).chain([title.to_owned()]);
        Names(all.filter(|name| begins_markup(name)).collect())
    }

    fn stay_text(&self, page: &str) {
        assert!(!page.contains("<script"), "a script came through");
        assert!(!page.chars().any(|c| c.is_control() && c != '\n'), "a control character");
        // In its style sheet and in its charts a page has such signs of its own.
        for name in &self.0 {
            assert!(!page.contains(name.as_str()), "not escaped: {name:?}");
        }
    }
}

/// A tag that no page of ours has: of a letter that stands alone or an odd one.
fn begins_markup(name: &str) -> bool {
    name.split('<').skip(1).any(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '/' || c == '?')
            && 6 <= rest.len()
    })
}

fn is_for_a_terminal(text: &str) {
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}

fn is_the_report(text: &str, report: &Report) {
    let value: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
    assert_eq!(value["totals"]["started"], report.totals.started);
    let sum: u64 = report.by_state.iter().map(|row| row.abandoned).sum();
    assert_eq!(sum, report.totals.known_exits(), "each known exit stands in one row");
    let trend: u64 = report.trend.iter().map(|row| row.totals.started).sum();
    assert_eq!(trend, report.totals.started, "each unit began in one period");
}

fn is_csv(text: &str) {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    for row in reader.records() {
        let row = row.expect("each row has as many cells");
        assert_eq!(row.len(), 8);
        for (place, cell) in row.iter().enumerate() {
            // The last three are numbers, which may be below zero.
            if place < 5 || cell.parse::<f64>().is_err() {
                check_cell(cell);
            }
        }
    }
}

fn is_png(bytes: &[u8]) {
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.ends_with(b"IEND\xaeB`\x82"));
}

fn is_pdf(bytes: &[u8]) {
    assert!(bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
}

fn is_parquet(model: &Model, catalogue: &Catalogue, query: &Query) {
    let mut file = Vec::new();
    parquet(model, catalogue, query, 1, &mut file).expect("memory takes it");
    assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
}

fn is_workbook(bytes: Vec<u8>) {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("it is an archive");
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).expect("it has its parts");
        let name = part.name().expect("it has a name").into_owned();
        if !name.ends_with(".xml") && !name.ends_with(".rels") {
            continue;
        }
        let mut text = String::new();
        part.read_to_string(&mut text).expect("it is text");
        let document = roxmltree::Document::parse(&text);
        let document = document.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!document.descendants().any(|node| node.has_tag_name("f")), "a formula");
    }
}
