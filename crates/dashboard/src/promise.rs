//! The promise of every page: a number leads to as many sessions as it says.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::fixture::Fixture;
use crate::page::Page;
use crate::routes::ROUTES;

const SCREENS: [&str; 6] = [
    "consent",
    "camera_access_blocked_screen_shown",
    "document_front_screen_shown",
    "client_started",
    "-",
    "a_screen_of_tomorrow",
];
const REASONS: [&str; 4] = ["quit_session_confirmed", "-", "back", "mobile_handover_screen_shown"];

/// Some hundred sessions that go every way, at every hour, some more than once.
fn log() -> String {
    let mut lines = String::new();
    for n in 0..160_u32 {
        let (day, hour, minute) = (1 + n * 11 % 30, n * 5 % 24, n * 7 % 20);
        let who =
            if n % 3 == 0 { format!("{}@user{}", n + 1, n % 40) } else { (n + 1).to_string() };
        let mut event = |after: u32, what: &str| {
            writeln!(lines, "{day:02}T{hour:02}:{:02} {who} {what}", minute + after).unwrap();
        };
        if n % 9 != 0 {
            event(0, "7001");
        }
        let (screen, reason) = (SCREENS[n as usize % 6], REASONS[n as usize / 6 % 4]);
        if n % 5 < 3 {
            event(1 + n % 17, &format!("7010 {screen} {reason}"));
        }
        if n % 4 == 0 {
            event(2 + n % 13, ["7002", "7009"][n as usize % 8 / 4]);
        }
        if n % 20 == 7 {
            event(19, "7011");
        }
    }
    lines
}

/// A link to a list, with the number that it says; a mark of a chart says a part and its whole,
/// and leads to either.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    href: String,
    number: u64,
    whole: Option<u64>,
}

/// The links of a page to lists of sessions whose name is, or begins with, a number; each once,
/// however many widths a chart is drawn in.
fn said(html: &str) -> BTreeSet<Said> {
    let links = html.split("<a ").skip(1).filter_map(|rest| {
        let link = rest.split("</a>").next()?;
        let (tag, content) = link.split_once('>')?;
        let href = attribute(tag, "href")?.replace("&amp;", "&");
        let label = attribute(tag, "aria-label");
        // A mark's own name comes first: `Camera: 12 of 96 · 12.5 %`.
        let said = label.map_or(Some(content.trim_start()), |label| label.rsplit(": ").next())?;
        let number = leading_count(said)?;
        let whole = label.and_then(|_| leading_count(said.split_once(" of ")?.1));
        href.starts_with("/sessions?").then_some(Said { href, number, whole })
    });
    links.collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}

/// `1,317` of `1,317 of 2,061`; none of `63.9 %`.
fn leading_count(text: &str) -> Option<u64> {
    let ends = text.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(text.len());
    let (digits, rest) = text.split_at(ends);
    let is_count = !rest.starts_with('.') && !rest.trim_start().starts_with('%');
    is_count.then(|| digits.replace(',', "").parse().ok())?
}

/// What else opens a part of the page that has numbers of its own.
const fn own(page: Page) -> &'static str {
    match page {
        Page::Screens => "&screen=consent&show=all",
        Page::Reasons => "&cause=back&show=all",
        Page::Matrix => "&show=all",
        Page::Compare => "&show=all&a_weekday=2&hour=10",
        _ => "",
    }
}

#[actix_web::test]
async fn a_number_on_a_page_leads_to_as_many_sessions() {
    let fixture = Fixture::of(&log());
    let mounted = |page: &Page| ROUTES.iter().any(|mounted| mounted.path == page.path());
    let lists = [Page::Sessions];
    let pages = Page::ANALYSES.into_iter().filter(|page| mounted(page) && !lists.contains(page));
    for page in pages {
        let mut followed = 0;
        for query in [
            "from=2026-03-01&to=2026-04-01",
            "from=2026-03-03T10:30:00Z&to=-3d&tz=America/New_York&unit=attempt&bucket=week&by=hour",
            "from=-30d&unit=end_user&tz=Asia/Kathmandu&by=feature&outcome=submitted&outcome=cancelled",
            "from=-20d&by=attempts&window=2d&state=consent&state=&state=client_started",
            "from=-25d&by=outcome&as_of=-4d&bucket=hour&reason=back&reason=mobile_handover_screen_shown",
            "from=-28d&by=integration&integration=main&feature=selfid",
            "from=-29d&by=weekday",
        ] {
            let path = format!("{}?{query}{}", page.path(), own(page));
            let got = fixture.get(&path).await;
            assert_eq!(got.status, 200, "{path}");
            for Said { href, number, whole } in said(&got.body) {
                let list =
                    fixture.json(&href.replacen("/sessions", "/api/v1/sessions", 1), 200).await;
                let count = list["count"].as_u64().unwrap();
                let kept = count == number || Some(count) == whole;
                assert!(kept, "{path}: {number} of {whole:?} leads to {count}: {href}");
                followed += usize::from(0 < number);
            }
        }
        // A page whose numbers lead nowhere would keep every promise.
        assert!(20 < followed, "{}: {followed}", page.path());
    }
}

#[test]
fn what_a_link_says_is_read() {
    let said = |html: &str| said(html).first().map(|said| (said.number, said.whole));
    let link = |rest: &str| format!("<p><a href=\"/sessions?a=1&amp;b=2\"{rest}</a>");
    assert_eq!(said(&link(">1,317 sessions")), Some((1_317, None)));
    assert_eq!(said(&link(">12 of 96")), Some((12, None)));
    assert_eq!(said(&link(" aria-label=\"a: b: 12 · 5.0 %\">x")), Some((12, None)));
    assert_eq!(said(&link(" aria-label=\"a: 12 of 96 left\">x")), Some((12, Some(96))));
    assert_eq!(said(&link(" aria-label=\"a: 12 · 5.0 % of started\">x")), Some((12, None)));
    assert_eq!(said(&link(">63.9 %")), None);
    assert_eq!(said(&link(">64 %")), None);
    assert_eq!(said("<a href=\"/health\">7</a>"), None);
}
