//! What stands on the page is what the API says.

use serde_json::Value;
use weir_tests::page::{grouped, section, text_of};
use weir_tests::{Home, Server};

use crate::chromium::Chromium;
use crate::world::{EVERYTHING, MARKUP, World};

/// At least as many screens or reasons have a bar of their own.
const BARS: usize = 15;

/// A total as people read it.
fn total(report: &Value, name: &str) -> String {
    grouped(report["totals"][name].as_u64().unwrap_or_else(|| panic!("no total {name}")))
}

#[test]
fn the_pages_numbers_are_those_of_the_api() {
    let world = World::new();
    let report = world.report();
    let page = Chromium::new().dump(&world.url(&format!("/?{EVERYTHING}")));
    assert_eq!(page.console, Vec::<String>::new(), "nothing is wrong with the page");

    let total = |name| total(&report, name);
    let started = total("started");
    let answer = text_of(section(&page.dom, "answer"));
    for words in [
        format!("{} of {started} sessions submitted", total("submitted")),
        format!("{} of {started} sessions", total("abandoned")),
        format!("Submitted {}", total("submitted")),
        format!("Stalled {}", total("stalled")),
        format!("Lost in handover {}", total("lost_in_handover")),
        format!("Cancelled {}", total("cancelled")),
        format!("{} recovered", total("recovered")),
        format!("{} left after submitting", total("left_after_submitting")),
    ] {
        assert!(answer.contains(&words), "`{words}` is not in: {answer}");
    }
    for (id, rows, key) in
        [("screens", &report["by_state"], "state"), ("reasons", &report["by_reason"], "reason")]
    {
        let shown = section(&page.dom, id);
        let rows = rows.as_array().expect("rows");
        assert!(rows.len() > 2, "people leave at many screens, for many reasons");
        let bars = text_of(shown.split("<details").next().unwrap_or_default());
        // What has no name is told apart by what became of it, in words of the page's own.
        let named = rows.iter().filter(|row| !row[key].is_null());
        for (place, row) in named.enumerate() {
            let label = row["label"].as_str().expect("a text");
            let abandoned = grouped(row["abandoned"].as_u64().expect("a count"));
            let found = shown
                .split("<tr>")
                .map(text_of)
                .any(|text| text.contains(label) && text.split(' ').any(|word| word == abandoned));
            assert!(found, "no row of {id} has `{label}` with {abandoned}");
            // The rarest share one bar, and a long name is cut.
            if place < BARS && label != MARKUP {
                let bar = format!("{label} {abandoned} ·");
                assert!(bars.contains(&bar), "no bar of {id} is `{bar}`");
            }
        }
    }
}

#[test]
fn a_screen_named_with_markup_is_text() {
    let world = World::new();
    let page = Chromium::new().dump(&world.url(&format!("/?{EVERYTHING}")));
    let screens = section(&page.dom, "screens");
    assert!(text_of(screens).contains(MARKUP), "it is shown as it came");
    assert!(!screens.contains("<script") && !screens.contains("<b>bold"), "and is no markup");
    assert!(page.dom.contains("<title>Overview"), "nobody took the page over");
    assert_eq!(page.console, Vec::<String>::new());
}

#[test]
fn every_page_is_quiet_on_the_console() {
    let world = World::new();
    let chromium = Chromium::new();
    // The browser does tell what is wrong.
    let loud = chromium.dump("data:text/html,<script>console.error('seen')</script>");
    assert!(loud.console.iter().any(|line| line.contains("seen")), "{:?}", loud.console);
    for path in [
        "/".to_owned(),
        "/?bucket=hour&from=-2d".to_owned(),
        "/?from=nonsense".to_owned(),
        format!("/?{EVERYTHING}&unit=end_user&outcome=cancelled"),
        format!("/api/v1/reports/abandonment?{EVERYTHING}&format=html"),
        format!("/api/v1/reports/abandonment?{EVERYTHING}&format=svg"),
    ] {
        let page = chromium.dump(&world.url(&path));
        // A question that cannot be answered is a 400, which the browser notes.
        let wrong = page.console.iter().filter(|line| !line.contains("status of 400"));
        assert_eq!(wrong.count(), 0, "{path}: {:?}", page.console);
        assert!(page.dom.len() > 1_000, "{path} is a page: {}", page.dom);
    }
}

#[test]
fn an_empty_log_tells_how_to_begin() {
    let home = Home::new();
    let server = Server::start(&home);
    let url = format!("http://{}/", server.address());
    let page = Chromium::new().dump(&url);
    let text = text_of(&page.dom);
    assert!(text.contains("No deliveries yet"), "{text}");
    assert!(text.contains(&format!("{url}webhooks/veriff")), "{text}");
    assert_eq!(page.console, Vec::<String>::new());
}
