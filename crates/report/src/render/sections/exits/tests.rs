//! The pages of screens and of reasons, from values to markup.

use weir_domain::Catalogue;

use super::{ExitKind, ExitSort, ExitWays, ExitsView, exit, exits};
use crate::render::links::{Behind, Links};
use crate::render::{fixture, fixture_below};
use crate::{Bucket, Report};

const CAMERA: &str = "camera_access_blocked_screen_shown";

/// Says what it was asked for.
struct Ways;

impl Links for Ways {
    fn units(&self, behind: &Behind<'_>) -> Option<String> {
        let Behind { state, reason, within, narrow, .. } = behind;
        let time = narrow.time.map(|time| (time.until, time.from_us / 1_000_000));
        Some(format!(
            "/units?{state:?}&{reason:?}&{:?}&{:?}&{:?}&{}&{time:?}",
            narrow.at_risk,
            narrow.recovered_state,
            narrow.recovered_reason,
            within.map_or(String::new(), |(from, to)| format!("{from}..{to}")),
        ))
    }
}

impl ExitWays for Ways {
    fn detail(&self, kind: ExitKind, value: &str) -> Option<String> {
        Some(format!("/{kind:?}/{}", value.escape_default()))
    }

    fn list(&self, _: ExitKind, sort: ExitSort, all: bool) -> Option<String> {
        Some(format!("/list?{}&{all}", sort.name()))
    }
}

fn with<T>(report: &Report, kind: ExitKind, show: impl FnOnce(ExitsView<'_>) -> T) -> T {
    show(ExitsView {
        kind,
        report,
        profile: &fixture_below::profile(report),
        catalogue: &Catalogue::shipped(),
        sort: ExitSort::Cost,
        all: false,
        ways: &Ways,
    })
}

fn list(report: &Report, kind: ExitKind) -> String {
    with(report, kind, |view| exits(&view).into_string().replace('\u{a0}', " "))
}

fn detail(report: &Report, kind: ExitKind, value: &str) -> String {
    with(report, kind, |view| exit(&view, value).into_string().replace('\u{a0}', " "))
}

#[track_caller]
fn has(page: &str, want: &[&str]) {
    for want in want {
        assert!(page.contains(want), "{want}\nin\n{page}");
    }
}

/// The names in the head of each row, in order.
fn names(page: &str) -> Vec<&str> {
    let heads = page.split("role=\"rowheader\"").skip(1);
    heads.map(|head| head.split("<bdi>").nth(1).unwrap().split("</bdi>").next().unwrap()).collect()
}

#[test]
fn screens_are_ranked_by_what_they_cost_with_count_rate_base_and_interval() {
    let page = list(&fixture::full(), ExitKind::Screen);
    has(
        &page,
        &[
            "427 of 2,061 sessions left at 11 screens. The costliest screen is",
            "147, 7.1 % of started (6.1–8.3).",
            "<a href=\"/Screen/camera_access_blocked_screen_shown\"><bdi>Camera access blocked</bdi></a>",
            "<a href=\"/units?Some(Some(&quot;camera_access_blocked_screen_shown&quot;))&amp;None&amp;None&amp;None&amp;None&amp;&amp;None\">147</a>",
            "Camera access blocked: 147 of 2,061 started, 7.1 %, 95 % interval 6.1–8.3 %",
            "Silent, no screen known",
            "Lost on the way to the phone",
        ],
    );
    assert_eq!(names(&page)[..3], ["Camera access blocked", "Document front", "Consent"]);
    assert_eq!(page.matches("class=\"spark\"").count(), 11);
    assert_eq!(page.matches("class=\"rowbar\"").count(), 11);
}

#[test]
fn the_head_of_the_table_sorts_it() {
    let report = fixture::full();
    let sorted = |sort| {
        with(&report, ExitKind::Screen, |view| exits(&ExitsView { sort, ..view }).into_string())
    };
    let by_hazard = sorted(ExitSort::Hazard);
    has(
        &by_hazard,
        &["<a class=\"sort\" href=\"/list?cost&amp;false\">Left</a>", "aria-sort=\"descending\""],
    );
    // Two have no place in the flow, so no hazard: they are last.
    assert_eq!(names(&by_hazard)[0], "Camera access blocked");
    assert_eq!(names(&by_hazard)[9..], ["Error screen", "otp_entry_screen_shown"]);
    let by_time = sorted(ExitSort::Time);
    assert_eq!(by_time.matches("aria-sort").count(), 1);
    has(&sorted(ExitSort::Recovered), &["/list?time&amp;false"]);
    assert!(!list(&report, ExitKind::Reason).contains("/list?hazard"), "reasons have no hazard");
}

#[test]
fn reasons_say_what_gave_none() {
    let page = list(&fixture::full(), ExitKind::Reason);
    has(
        &page,
        &[
            "The costliest reason is",
            "<bdi>Quit the session</bdi>",
            "Without a reason",
            "Silent, no reason known",
            "No reason given",
        ],
    );
}

#[test]
fn one_screen_says_its_sentence_its_reasons_its_times_and_who_came_back() {
    let page = detail(&fixture::full(), ExitKind::Screen, CAMERA);
    has(
        &page,
        &[
            "</em> 147 of 2,061 sessions left: 7.1 % of started (6.1–8.3), ",
            "Asked for camera access that was not granted",
            "Stage: <bdi>permissions</bdi>",
            "<bdi>camera_access_blocked_screen_shown</bdi></code>: Veriff's documentation names this value.",
            // Its reasons, each with its sessions and its own page.
            "<a href=\"/Reason/quit_session_confirmed\"><bdi>Quit the session</bdi></a>",
            "Some(Some(&quot;quit_session_confirmed&quot;))&amp;None&amp;None&amp;None&amp;&amp;None\">118</a>",
            // Those who came back.
            "Some(Some(&quot;camera_access_blocked_screen_shown&quot;))&amp;None&amp;&amp;None\">12</a>",
            // The first day's part of the range.
            "2026-01-04T22:00:00Z..2026-01-05T22:00:00Z&amp;None\">74</a>",
            // A bin of its times.
            "Some((Exit, 60))\">74</a>",
            "1 min to 2 min",
            "50 % within",
            "See the 147 sessions that left here",
        ],
    );
    assert_eq!(page.matches("<h1>").count(), 1);
}

#[test]
fn one_reason_has_its_screens() {
    let page = detail(&fixture::full(), ExitKind::Reason, "error_screen_exit_clicked");
    has(&page, &["Where they left for it", "/Screen/error_screen_shown", "For <em>"]);
    assert!(!page.contains("who got there"));
}

#[test]
fn a_value_that_nobody_left_at_is_no_error() {
    let page = detail(&fixture::full(), ExitKind::Screen, "<b>never_seen");
    has(
        &page,
        &[
            "Nobody left at <em><bdi>&lt;b&gt;never_seen</bdi></em> in this range.",
            "not in the catalogue",
        ],
    );
}

#[test]
fn five_hundred_screens_are_folded_and_can_be_seen() {
    let report = fixture::many(500, 30, Bucket::Day);
    let page = list(&report, ExitKind::Screen);
    assert_eq!(names(&page).len(), 50);
    has(&page, &["<a href=\"/list?cost&amp;true\">and 450 more</a>"]);
    assert!(page.len() < 200_000, "{}", page.len());
    let all = with(&report, ExitKind::Screen, |view| {
        exits(&ExitsView { all: true, ..view }).into_string()
    });
    assert_eq!(names(&all).len(), 500);
    assert!(!all.contains(" more</a>"));
}

#[test]
fn hostile_names_nothing_and_little_are_pages_too() {
    let hostile = fixture::hostile();
    for kind in [ExitKind::Screen, ExitKind::Reason] {
        for row in &hostile.by_state {
            let page = detail(&hostile, kind, row.state.as_deref().unwrap());
            assert!(!page.contains("<script") && !page.contains('\u{202e}'));
        }
        let page = list(&hostile, kind);
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("NaN"));
        assert!(!page.contains('\u{202e}') && !page.contains(" style="));
        has(&list(&fixture::empty(), kind), &["No sessions began in this range"]);
        has(&list(&fixture::tiny(), kind), &["too few to judge"]);
        let hours = fixture::many(3, 43_824, Bucket::Hour);
        assert!(detail(&hours, kind, "screen_1_shown").len() < 600_000);
    }
}
