//! Writes the overview as files, to be looked at:
//! `cargo run -p weir-dashboard --example look_page -- /tmp/look`.

use std::fs;
use std::path::PathBuf;

use weir_dashboard::{assets, page};

#[path = "../../report/src/render/fixture.rs"]
#[allow(dead_code, clippy::unwrap_used)] // as in the tests that it is for
mod fixture;

/// The names that the fixture expects of its parent.
mod prelude {
    pub(crate) use weir_domain::{Catalogue, Rate, Unit};
    pub(crate) use weir_report::{
        BreakdownRow, BreakdownValue, Bucket, DataQuality, Dimension, Filters, PairRow,
        Percentiles, Query, ReasonRow, Report, StateRow, Totals, TrendRow, Zone,
    };
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("which folder?")?.into();
    fs::create_dir_all(&folder)?;
    for name in ["weir.css", "weir.js", "weir.svg"] {
        fs::write(folder.join(name), assets::get(name).ok_or("no such asset")?.1)?;
    }
    let catalogue = prelude::Catalogue::shipped();
    let screens = catalogue.screens().map(|s| page::Choice::new(&s.state, &s.label));
    let reasons = catalogue.reasons().map(|r| page::Choice::new(&r.reason, &r.label));
    let choices = page::Choices {
        integrations: vec!["main".to_owned(), "kiosk".to_owned()],
        features: vec!["selfid".to_owned()],
        zones: vec!["UTC".to_owned(), "Europe/Tallinn".to_owned()],
        screens: screens.chain([page::Choice::new("", "")]).collect(),
        reasons: reasons.collect(),
    };
    let plain = page::Form { tz: "Europe/Tallinn".to_owned(), ..page::Form::default() };
    let filtered = page::Form {
        from: "yesterday".to_owned(),
        state: vec!["consent_screen_shown".to_owned(), String::new()],
        outcome: vec!["cancelled".to_owned()],
        ..plain.clone()
    };
    let (full, tiny, empty) = (fixture::full(), fixture::tiny(), fixture::empty());
    let problem = "`from` is `yesterday`; write a date such as 2026-01-05, an RFC 3339 instant, \
                   or a time before now such as -30d.";
    let views = [
        ("page-full", Ok(&full), &plain, 4_122),
        ("page-tiny", Ok(&tiny), &plain, 9),
        ("page-empty", Ok(&empty), &filtered, 9),
        ("page-start", Ok(&empty), &plain, 0),
        ("page-problem", Err(problem), &filtered, 9),
    ];
    for (name, answer, form, deliveries_total) in views {
        let text = page::overview(&page::View {
            answer,
            catalogue: &catalogue,
            form,
            choices: &choices,
            lag: page::Lag::default(),
            deliveries_total,
            endpoint_url: "http://127.0.0.1:8080/webhooks/veriff",
            demo: true,
            clock: "2026-02-04 01:02:00, Europe/Tallinn",
        });
        // As files, the assets lie beside the page.
        let text = text.into_string().replace("\"/assets/", "\"");
        fs::write(folder.join(format!("{name}.html")), text)?;
    }
    Ok(())
}
