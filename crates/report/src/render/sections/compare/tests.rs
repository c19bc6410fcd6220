//! Two groups, from values to markup.

use maud::html;
use weir_domain::Catalogue;

use super::{CompareView, compare};
use crate::render::fixture;
use crate::render::links::{Behind, Links};
use crate::{Bucket, Narrow, Report, comparison};

/// Says whose number it is of.
struct Group(&'static str);

impl Links for Group {
    fn units(&self, behind: &Behind<'_>) -> Option<String> {
        let Behind { state, reason, outcomes, .. } = behind;
        Some(format!("/{}?{state:?}&{reason:?}&{}", self.0, outcomes.len()).replace('"', "'"))
    }
}

fn page_of(a: &Report, b: &Report, all: bool) -> String {
    let catalogue = Catalogue::shipped();
    let all_of_them = Narrow::default();
    let view = CompareView {
        a,
        b,
        comparison: &comparison(a, b, &catalogue),
        catalogue: &catalogue,
        narrow: [&all_of_them; 2],
        links_a: &Group("a"),
        links_b: &Group("b"),
        all,
        whole: Some("/whole"),
        chooser: &html! { p { "choose" } },
    };
    compare(&view).into_string().replace('\u{a0}', " ")
}

/// The report a month earlier.
fn earlier(mut report: Report) -> Report {
    let month_us = 31 * 86_400_000_000;
    for at in [&mut report.query.from, &mut report.query.to, &mut report.query.as_of] {
        *at = at.plus_us(-month_us);
    }
    report
}

#[track_caller]
fn has(page: &str, want: &[&str]) {
    for want in want {
        assert!(page.contains(want), "{want}\nin\n{page}");
    }
}

#[test]
fn a_later_period_went_from_the_earlier_ones_rate() {
    let mut before = earlier(fixture::full());
    before.totals.stalled -= 150;
    before.totals.submitted += 150;
    has(
        &page_of(&before, &fixture::full(), false),
        &[
            "<h1>Drop-off went from 27.7 % to 34.9 %, 7.3 points more (4.4 to 10.1), more than \
             chance would explain.</h1>",
            "First: <bdi>2025-12-05 00:00 to 2026-01-04 00:00</bdi>",
            "Second: <bdi>2026-01-05 00:00 to 2026-02-04 00:00</bdi>",
            // Each number leads to the sessions of its own group.
            "<a href=\"/a?None&amp;None&amp;1\">102</a></td><td class=\"num\">4.9 %</td>",
            "<a href=\"/b?None&amp;None&amp;1\">252</a></td><td class=\"num\">12.2 %</td>",
            "<strong>more than chance</strong>",
            "corrected for the 12 that were looked at (Holm 1979)",
        ],
    );
}

#[test]
fn groups_of_one_period_are_called_by_what_tells_them_apart() {
    let (mut a, mut b) = (fixture::full(), fixture::full());
    a.query.filters.integration = vec!["main".to_owned()];
    b.query.filters.integration = vec!["<b>".to_owned(), "kiosk".to_owned()];
    a.query.filters.feature = vec![None];
    has(
        &page_of(&a, &b, false),
        &[
            "<h1>Drop-off is 34.9 % for <em><bdi>integration main, feature none given</bdi></em> and \
             34.9 % for <em><bdi>integration &lt;b&gt; or kiosk, any feature</bdi></em>, no change \
             (2.9 less to 2.9 more), no more than chance would explain.</h1>",
        ],
    );
}

#[test]
fn screens_stand_side_by_side_each_with_its_own_sessions() {
    let mut before = earlier(fixture::full());
    let camera = &mut before.by_state[0];
    camera.abandoned -= 80;
    camera.drop_off_rate.part -= 80;
    has(
        &page_of(&before, &fixture::full(), false),
        &[
            "<bdi>Camera access blocked</bdi></th><td class=\"num\">\
             <a href=\"/a?Some(Some('camera_access_blocked_screen_shown'))&amp;None&amp;2\">67</a></td>\
             <td class=\"num\">3.3 %</td><td class=\"num\">\
             <a href=\"/b?Some(Some('camera_access_blocked_screen_shown'))&amp;None&amp;2\">147</a></td>\
             <td class=\"num\">7.1 %</td><td class=\"num\">+3.9</td><td class=\"num\">+2.5 to +5.3</td>\
             <td class=\"verdict\"><strong>more than chance</strong></td>",
            "3.3 % to 7.1 %",
            "No screen",
        ],
    );
}

#[test]
fn of_too_few_nothing_is_said() {
    has(
        &page_of(&fixture::tiny(), &fixture::full(), false),
        &["too few to judge: fewer than 30 sessions in one of the groups", "too few to judge</td>"],
    );
    has(
        &page_of(&fixture::empty(), &fixture::empty(), false),
        &["No sessions began in either group."],
    );
}

#[test]
fn five_hundred_screens_are_folded_and_hostile_names_do_no_harm() {
    let many = fixture::many(500, 7, Bucket::Day);
    let folded = page_of(&earlier(many.clone()), &many, false);
    has(&folded, &["<a href=\"/whole\">and 470 more</a>"]);
    assert!(!page_of(&earlier(many.clone()), &many, true).contains("/whole"));
    let hostile = page_of(&earlier(fixture::hostile()), &fixture::hostile(), true);
    assert!(!hostile.contains("<script") && !hostile.contains("<img") && !hostile.contains("NaN"));
}
