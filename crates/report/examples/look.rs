//! Writes the fixture's reports in every format, to be looked at:
//! `cargo run -p weir-report --example look -- /tmp/look`.

use std::fs;
use std::path::PathBuf;

use weir_report::Output;
use weir_report::render::{self, TableStyle};

#[allow(clippy::unwrap_used)] // as in the tests that it is for
#[path = "../src/render/fixture.rs"]
mod fixture;

#[path = "../src/render/fixture_document.rs"]
mod fixture_document;

/// The names that the fixtures expect of their parent.
mod prelude {
    pub(crate) use weir_domain::{Catalogue, Rate, Unit};
    pub(crate) use weir_report::render::{Alarm, Before, Document};
    pub(crate) use weir_report::{
        BreakdownRow, BreakdownValue, Bucket, DataQuality, Dimension, Filters, PairRow,
        Percentiles, Profile, Query, ReasonRow, Report, Section, StateRow, Totals, TrendRow, Zone,
    };

    /// Made up for the tests alone.
    pub(crate) fn below(_: &Report) -> Option<Profile> {
        None
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("which folder?")?.into();
    fs::create_dir_all(&folder)?;
    let catalogue = prelude::Catalogue::shipped();
    let reports = [
        ("full", fixture::full()),
        ("small", fixture::small()),
        ("tiny", fixture::tiny()),
        ("empty", fixture::empty()),
        ("hostile", fixture::hostile()),
        ("many", fixture::many(500, 1_826, prelude::Bucket::Day)),
        ("hours", fixture::many(3, 43_824, prelude::Bucket::Hour)),
    ];
    for (name, report) in &reports {
        let write = |extension: &str, bytes: &[u8]| {
            fs::write(folder.join(format!("{name}.{extension}")), bytes)
        };
        write("html", render::html(report, &catalogue).as_bytes())?;
        write("svg", render::svg(report, &catalogue)?.as_bytes())?;
        write("png", &render::png(report, &catalogue)?)?;
        write("csv", render::csv(report).as_bytes())?;
        write("json", render::json(report).as_bytes())?;
        let style = TableStyle { width: 110, colour: false };
        let narrow = TableStyle { width: 80, colour: false };
        write("80.txt", render::table(report, &catalogue, &narrow).as_bytes())?;
        write("txt", render::table(report, &catalogue, &style).as_bytes())?;
    }
    let documents = fixture_document::all().into_iter();
    let large = [("many", fixture_document::many()), ("hours", fixture_document::hours())];
    for (name, document) in documents.chain(large) {
        for output in [Output::Pdf, Output::Html, Output::Png, Output::Xlsx] {
            let path = folder.join(format!("document-{name}.{output}"));
            fs::write(path, document.render(output)?)?;
        }
    }
    Ok(())
}
