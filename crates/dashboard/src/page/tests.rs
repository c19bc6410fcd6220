//! The overview, from what is known to markup.

use maud::Markup;
use weir_domain::Catalogue;
use weir_report::render::{Before, overview, sections};

use super::{
    CONTENT_SECURITY_POLICY, Choice, Choices, Form, Lag, Page, SessionLinks, View, analysis,
};
use crate::reader::Reader;

#[path = "../../../report/src/render/fixture.rs"]
#[allow(dead_code)] // each of those who include it takes some of it
mod fixture;

/// The names that the fixture expects of its parent.
mod prelude {
    pub(crate) use weir_domain::{Catalogue, Rate, Unit};
    pub(crate) use weir_report::{
        BreakdownRow, BreakdownValue, Bucket, DataQuality, Dimension, Filters, PairRow,
        Percentiles, Query, ReasonRow, Report, StateRow, Totals, TrendRow, Zone,
    };
}

fn page(answer: Result<&prelude::Report, &str>, form: &Form, deliveries_total: u64) -> String {
    let choices = Choices {
        integrations: vec!["main".to_owned()],
        features: vec!["selfid".to_owned(), String::new()],
        zones: vec!["UTC".to_owned()],
        screens: vec![Choice::new("consent_screen_shown", "Consent")],
        reasons: vec![Choice::new("", "")],
    };
    let catalogue = Catalogue::shipped();
    let body = answer.map(|report| {
        let pinned = form.pinned(&report.query);
        sections(report, &catalogue, &SessionLinks(&pinned))
    });
    let query = answer.ok().map(|report| &report.query);
    let body = body.as_ref().map_err(|problem| *problem);
    shown(body, query, form, &choices, deliveries_total)
}

fn shown(
    body: Result<&Markup, &str>,
    query: Option<&prelude::Query>,
    form: &Form,
    choices: &Choices,
    deliveries_total: u64,
) -> String {
    let view = View {
        page: Page::Overview,
        reader: &Reader::open(),
        body,
        query,
        catalogue: &Catalogue::shipped(),
        form,
        choices,
        lag: Lag::default(),
        deliveries_total,
        endpoint_url: "http://127.0.0.1:8080/webhooks/veriff",
        demo: true,
        clock: "2026-02-04 01:02:00, UTC",
    };
    analysis(&view).into_string()
}

/// The page before it is packed: a reader far away on a slow line gets all of it.
const PAGE_BYTES_MAX: usize = 200_000;

#[test]
fn the_overview_is_small_whatever_it_shows() {
    let catalogue = Catalogue::shipped();
    let zones = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
    let screens = (0..60).map(|n| Choice::new(&format!("screen_{n}_screen_shown"), "Its label"));
    let choices = Choices { zones, screens: screens.collect(), ..Choices::default() };
    let long = "a long name of a screen that an integration made ".repeat(4);
    let mut named = fixture::many(500, 31, prelude::Bucket::Day);
    named.by_state.iter_mut().for_each(|row| row.label = format!("{long}{}", row.abandoned));
    let hours = fixture::many(29, 43_824, prelude::Bucket::Hour);
    let quarter = fixture::many(29, 91, prelude::Bucket::Day);
    for report in [fixture::many(29, 31, prelude::Bucket::Day), quarter, named, hours] {
        let before = Before::of(&report, report.clone(), &catalogue);
        let form = Form { tz: "Europe/Tallinn".to_owned(), ..Form::default() };
        let pinned = form.pinned(&report.query);
        let body = overview(&report, Some(&before), &catalogue, &SessionLinks(&pinned));
        let page = shown(Ok(&body), Some(&report.query), &form, &choices, 4_122);
        assert!(page.len() < PAGE_BYTES_MAX, "{} bytes", page.len());
        assert!(page.contains("and 21 more") || page.contains("and 492 more"));
    }
}

#[test]
fn nothing_on_a_page_breaks_its_policy() {
    assert!(CONTENT_SECURITY_POLICY.starts_with("default-src 'none'; style-src 'self'; script"));
    let reports = [fixture::full(), fixture::hostile(), fixture::empty(), fixture::tiny()];
    for report in &reports {
        let form = Form { state: vec!["<script>".to_owned()], ..Form::default() };
        let text = page(Ok(report), &form, 4_122);
        assert_eq!(text.matches("<script").count(), 1, "the one that is a file");
        assert!(text.contains("<script src=\"/assets/weir.js?v="));
        assert!(
            !text.contains("<style") && !text.contains(" style=") && !text.contains(" onload=")
        );
        assert!(!text.contains("NaN"));
    }
}

#[test]
fn before_the_first_delivery_the_page_says_how_to_make_one() {
    let text = page(Ok(&fixture::empty()), &Form::default(), 0);
    assert!(text.contains("No deliveries yet"));
    assert!(text.contains("http://127.0.0.1:8080/webhooks/veriff"));
    assert!(text.contains("weir sign --secret-file"));
    assert!(text.contains("<main id=\"main\" data-live=\"0\">"));
}

#[test]
fn a_wrong_value_is_named_and_nothing_is_lost() {
    let form = Form {
        from: "yesterday\"><b>".to_owned(),
        unit: "sesion".to_owned(),
        state: vec!["never_seen".to_owned()],
        ..Form::default()
    };
    let text = page(Err("`from` is `yesterday`; write -7d."), &form, 7);
    assert!(
        text.contains("<p class=\"problem\" role=\"alert\">`from` is `yesterday`; write -7d.</p>")
    );
    assert!(text.contains("value=\"yesterday&quot;&gt;&lt;b&gt;\""));
    assert!(text.contains("<option value=\"sesion\" selected>sesion</option>"));
    assert!(text.contains("value=\"never_seen\" checked>"));
    assert!(!text.contains("data-live="));
}

#[test]
fn a_filter_is_a_chip_that_takes_itself_off() {
    let form = Form {
        from: "-7d".to_owned(),
        state: vec!["consent_screen_shown".to_owned(), String::new()],
        ..Form::default()
    };
    let text = page(Ok(&fixture::full()), &form, 7);
    assert!(text.contains(
        "<a href=\"/?from=-7d&amp;state=\" aria-label=\"Remove the filter screen Consent\">"
    ));
    assert!(text.contains("Remove the filter screen none given"));
}

#[test]
fn exports_and_lists_are_of_exactly_this_view() {
    let text = page(Ok(&fixture::full()), &Form::default(), 7);
    assert!(text.contains(
        "/api/v1/reports/abandonment?from=2026-01-04T22:00:00Z&amp;to=2026-02-03T22:00:00Z&amp;\
         as_of=2026-02-03T23:02:00Z&amp;format=csv"
    ));
    assert!(text.contains(
        "href=\"/sessions?from=2026-01-04T22:00:00Z&amp;to=2026-02-03T22:00:00Z&amp;\
         as_of=2026-02-03T23:02:00Z&amp;state=camera_access_blocked_screen_shown&amp;\
         outcome=cancelled&amp;outcome=lost_in_handover\""
    ));
}
