//! Names that people see, and nobody should run.

use std::ffi::OsStr;

use weir_tests::event::cancelled_at;
use weir_tests::page::text_of;
use weir_tests::{Home, Server, png};

use crate::witness::line;

const MARKUP: &str = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>";
const FORMULA: &str = "=HYPERLINK(\"http://example.org\",\"click\")";

/// Screens that some provider might name.
fn screens() -> Vec<String> {
    [
        "x".repeat(10_000).as_str(),
        "ж".repeat(10_000).as_str(),
        MARKUP,
        FORMULA,
        "+1+1",
        "-1+1",
        "@SUM(1)",
        "\t=1+1",
        "\r=1+1",
        "two\nlines",
        "a\r\nline, \"quoted\"",
        "\u{1b}[31mred\u{1b}[0m\u{7}",
        "\u{202e}txt.exe\u{2066}",
        "שלום עולם",
        "مرحبا",
        "nul\0nul",
        "]]>",
        "{{7*7}}${7*7}",
        "\u{200b}",
        " ",
        "",
    ]
    .map(str::to_owned)
    .into()
}

/// A log in which people left at every one of them.
fn home() -> Home {
    let home = Home::new();
    let lines: String = (0..)
        .zip(screens())
        .map(|(session, screen)| line(&cancelled_at(session, &screen)))
        .collect();
    home.import(&lines);
    home
}

fn printed(home: &Home, format: &str) -> Vec<u8> {
    let flags = ["--from=2026-01-01", "--to=2026-02-01", "--as-of=2026-02-01", "--format"];
    let args = ["report", "abandonment"].into_iter().chain(flags).chain([format]);
    home.weir(args.map(OsStr::new)).ok().stdout
}

fn text(home: &Home, format: &str) -> String {
    String::from_utf8(printed(home, format)).expect("it is text")
}

/// Characters that act instead of being seen.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn json_has_every_name_as_it_came() {
    let report: serde_json::Value =
        serde_json::from_str(&text(&home(), "json")).expect("the report is JSON");
    let rows = report["by_state"].as_array().expect("rows");
    for screen in screens() {
        // An empty name is none.
        let state = if screen.is_empty() { None } else { Some(screen.as_str()) };
        let row = rows.iter().find(|row| row["state"].as_str() == state);
        assert_eq!(row.map(|row| row["abandoned"].clone()), Some(1.into()), "{state:?}");
    }
    assert_eq!(rows.len(), screens().len());
}

#[test]
fn a_table_moves_no_cursor() {
    let table = text(&home(), "table");
    let acting: Vec<char> = table.chars().filter(|c| *c != '\n' && acts(*c)).collect();
    assert!(acting.is_empty(), "{acting:?}");
    // The longest word of a table is a name, and a name is cut at 200 characters.
    let widest = table.lines().map(|line| line.chars().count()).max();
    assert!(widest < Some(210), "a line of {widest:?} characters");
    assert!(table.contains("two\\u{a}lines"), "{table}");
}

#[test]
fn csv_is_no_formula() {
    let csv = text(&home(), "csv");
    let mut records = csv::Reader::from_reader(csv.as_bytes());
    let mut fields = 0;
    for record in records.records() {
        for field in &record.expect("every row has as many fields") {
            let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert!(!formula, "a spreadsheet would compute {field:?}");
            fields += 1;
        }
    }
    assert!(fields > 100, "{fields} fields");
    assert!(csv.contains("'=HYPERLINK"), "it is still to be read");
}

#[test]
fn html_and_svg_run_nothing() {
    let home = home();
    for format in ["html", "svg"] {
        let markup = text(&home, format);
        check_markup(&markup);
        assert!(!markup.contains("<script"), "{format} has a script of its own");
    }
}

#[test]
fn a_png_is_a_picture() {
    let (width, height) = png::size(&printed(&home(), "png"));
    assert!((400..4_000).contains(&width) && (400..12_000).contains(&height), "{width}x{height}");
}

#[test]
fn the_page_shows_markup_as_text() {
    let home = home();
    let server = Server::start(&home);
    let query = "from=2026-01-01&to=2026-02-01&as_of=2026-02-01&state=%3Cscript%3Ealert(1)";
    for path in [
        "/?from=2026-01-01&to=2026-02-01&as_of=2026-02-01".to_owned(),
        // What the reader entered comes back to the form.
        format!("/?{query}"),
        "/?from=%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
    ] {
        let page = server.get(&path);
        assert!(matches!(page.status, 200 | 400), "{path}: {}", page.status);
        check_markup(page.text());
        let policy = page.header("content-security-policy").expect("it has a policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }
    let page = server.get("/?from=2026-01-01&to=2026-02-01&as_of=2026-02-01");
    assert!(text_of(page.text()).contains("<script>alert(1)</script>"), "it is shown");
    let sessions = server.get("/api/v1/sessions?from=2026-01-01&to=2026-02-01");
    assert_eq!(sessions.header("content-type"), Some("application/json"));
}

/// Nothing of what the names say became markup, or acts.
#[track_caller]
fn check_markup(markup: &str) {
    for made in ["<script>", "<img src=x", "onerror=alert(2)>"] {
        assert!(!markup.contains(made), "`{made}` came through");
    }
    let acting: Vec<char> =
        seen(markup).chars().filter(|c| !matches!(c, '\n' | '\t') && acts(*c)).collect();
    assert!(acting.is_empty(), "{acting:?}");
    assert!(!text_of(markup).contains(&"x".repeat(300)), "a name is cut where people read it");
}

/// The markup without what a form would send back, which must be the name itself.
fn seen(markup: &str) -> String {
    let mut parts = markup.split(" value=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |seen, part| {
        let (_, rest) = part.split_once('"').expect("an attribute has an end");
        seen + rest
    })
}
