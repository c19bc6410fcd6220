//! Writes the fixture's documents as mails, messages of Slack and workbooks, to be looked at:
//! `cargo run -p weir-report --example letters -- /tmp/letters`. In the mail's HTML the picture
//! stands within the page, so that a browser shows it.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use weir_report::Output;

#[allow(clippy::unwrap_used, dead_code)] // as in the tests that they are for
#[path = "../src/render/fixture.rs"]
mod fixture;
#[allow(clippy::unwrap_used, dead_code)]
#[path = "../src/render/fixture_below.rs"]
mod fixture_below;
#[allow(clippy::unwrap_used, dead_code)]
#[path = "../src/render/fixture_document.rs"]
mod fixture_document;

// What the fixtures expect of their crate.
pub(crate) use weir_report::{
    Buckets, Distribution, ExitProfile, HourCell, Percentiles, Profile, Report, Trend,
};

/// The names that the fixtures expect of their parent.
mod prelude {
    pub(crate) use weir_domain::{Catalogue, Rate, Unit};
    pub(crate) use weir_report::render::{Alarm, Before, Document};
    pub(crate) use weir_report::{
        BreakdownRow, BreakdownValue, Bucket, DataQuality, Dimension, Filters, PairRow,
        Percentiles, Profile, Query, ReasonRow, Report, Section, StateRow, Totals, TrendRow, Zone,
    };

    /// What lies below it.
    pub(crate) fn below(report: &Report) -> Option<Profile> {
        Some(super::fixture_below::profile(report))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("which folder?")?.into();
    fs::create_dir_all(&folder)?;
    let many = [("many", fixture_document::many()), ("hours", fixture_document::hours())];
    for (name, document) in fixture_document::all().into_iter().chain(many) {
        let mail = document.mail()?;
        let mut html = mail.html;
        for image in &mail.images {
            let data = format!("data:image/png;base64,{}", STANDARD.encode(&image.bytes));
            html = html.replace(&format!("cid:{}", image.content_id), &data);
        }
        fs::write(folder.join(format!("{name}.html")), html)?;
        fs::write(folder.join(format!("{name}.txt")), mail.text)?;
        fs::write(folder.join(format!("{name}.slack.json")), document.slack().to_string())?;
        fs::write(folder.join(format!("{name}.xlsx")), document.render(Output::Xlsx)?)?;
    }
    Ok(())
}
