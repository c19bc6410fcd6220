//! How long it takes.
use weir_report::Output;
#[allow(clippy::unwrap_used)]
#[path = "../src/render/fixture.rs"]
mod fixture;
#[path = "../src/render/fixture_document.rs"]
mod fixture_document;
mod prelude {
    pub(crate) use weir_domain::{Catalogue, Rate, Unit};
    pub(crate) use weir_report::render::{Alarm, Before, Document};
    pub(crate) use weir_report::{
        BreakdownRow, BreakdownValue, Bucket, DataQuality, Dimension, Filters, PairRow,
        Percentiles, Profile, Query, ReasonRow, Report, Section, StateRow, Totals, TrendRow, Zone,
    };
    pub(crate) fn below(_: &Report) -> Option<Profile> {
        None
    }
}
#[allow(clippy::disallowed_methods)]
fn main() {
    for (name, document) in [
        ("full", fixture_document::full()),
        ("many", fixture_document::many()),
        ("hours", fixture_document::hours()),
        ("hostile", fixture_document::hostile()),
    ] {
        for output in [Output::Pdf, Output::Png, Output::Xlsx, Output::Html, Output::Svg] {
            let start = std::time::Instant::now();
            for _ in 0..5 {
                document.render(output).unwrap();
            }
            println!("{name} {output}: {:?}", start.elapsed() / 5);
        }
        let start = std::time::Instant::now();
        for _ in 0..5 {
            document.mail().unwrap();
        }
        println!("{name} mail: {:?}", start.elapsed() / 5);
    }
}
