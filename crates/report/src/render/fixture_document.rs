//! Documents for tests and for looking at, made of the reports of the fixture.

use super::fixture;
use super::prelude::{Alarm, Before, Bucket, Catalogue, Document, Report, Section, below};

/// A monthly review as a customer would have it.
pub(crate) fn full() -> Document {
    let report = fixture::full();
    let before = Before::of(&report, month_before(&report), &Catalogue::shipped());
    Document { before: Some(before), ..document("monthly-review", "Monthly review", report) }
}

/// Nothing began.
pub(crate) fn empty() -> Document {
    document("daily-pulse", "Daily pulse", fixture::empty())
}

/// Three sessions.
pub(crate) fn tiny() -> Document {
    document("weekly-abandonment", "Weekly abandonment", fixture::tiny())
}

/// Names that try to break what shows them, in every place that takes one.
pub(crate) fn hostile() -> Document {
    let mut report = fixture::hostile();
    report.query.filters.integration =
        vec!["main</style><script>alert(2)</script>".to_owned(), "=cmd|' /C calc'!A0".to_owned()];
    let title = format!("=1+1 \u{202e}<b>{}", "long title ".repeat(50));
    Document {
        notes: vec!["Skipped: <i>two</i> runs\u{1b}[31m.".to_owned()],
        ..document("hostile", &title, report)
    }
}

/// Five hundred screens, five years by the day.
pub(crate) fn many() -> Document {
    let report = fixture::many(500, 1_826, Bucket::Day);
    document("many", "Five hundred screens", report)
}

/// Five years by the hour.
pub(crate) fn hours() -> Document {
    document("hours", "Five years by the hour", fixture::many(3, 43_824, Bucket::Hour))
}

/// An alert that fires.
pub(crate) fn alarm() -> Document {
    Document {
        sections: vec![Section::Summary, Section::Screens],
        notes: vec!["2 earlier runs were skipped while Weir did not run.".to_owned()],
        alarm: Some(Alarm {
            over: false,
            headline: "Drop-off rose to 34.9 %, above 30.0 %".to_owned(),
            detail: vec![
                "720 of 2,061 sessions dropped off; the 95 % interval is 32.9 to 37.0 %."
                    .to_owned(),
                "It is judged on sessions that are at least 24 h old.".to_owned(),
            ],
            links: vec![(
                "The sessions behind it".to_owned(),
                "/sessions?outcome=cancelled".to_owned(),
            )],
        }),
        ..full()
    }
}

/// Each with its name.
pub(crate) fn all() -> Vec<(&'static str, Document)> {
    vec![
        ("full", full()),
        ("empty", empty()),
        ("tiny", tiny()),
        ("hostile", hostile()),
        ("alarm", alarm()),
    ]
}

fn document(name: &str, title: &str, report: Report) -> Document {
    Document {
        name: name.to_owned(),
        title: title.to_owned(),
        before: None,
        profile: below(&report),
        sections: Section::ALL.to_vec(),
        catalogue: Catalogue::shipped(),
        base_url: Some("https://weir.example.com".to_owned()),
        notes: Vec::new(),
        alarm: None,
        report,
    }
}

/// A little better than the report at hand.
fn month_before(report: &Report) -> Report {
    let mut before = report.clone();
    before.query = report.query.previous();
    let by = report.by_state.first().map_or(0, |worst| worst.abandoned / 3);
    before.totals.cancelled -= by;
    before.totals.submitted += by;
    if let Some(worst) = before.by_state.first_mut() {
        worst.abandoned -= by;
    }
    before
}
