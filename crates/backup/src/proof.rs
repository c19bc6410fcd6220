//! The same numbers from the copy.

use sha2::{Digest, Sha256};
use weir_domain::{Catalogue, Seq, Timestamp, Unit};
use weir_log::{DataDir, LogReader};
use weir_readmodel::Model;
use weir_report::{Bucket, Filters, Query, Zone, compute, render};

use crate::stage::Progress;
use crate::{BackupError, Stage};

/// Nothing is older: what is imported is not.
const FROM_US: i64 = 946_684_800_000_000; // 2000-01-01

/// Nothing is younger.
const TO_US: i64 = 4_102_444_800_000_000; // 2100-01-01

/// How long silence lasts until it counts as leaving, as in every report unless it is said.
const WINDOW_US: i64 = 7 * 24 * 3_600 * 1_000_000;

/// SHA-256 of the report over everything that `model` holds, as JSON, in hexadecimal.
pub(crate) fn report(model: &Model, threads: usize) -> String {
    hex::encode(Sha256::digest(by(model, Unit::Session, threads)))
}

/// The reports over everything that `model` holds, by session, by attempt and by end-user, as JSON.
#[must_use]
pub fn reports(model: &Model, threads: usize) -> [String; 3] {
    [Unit::Session, Unit::Attempt, Unit::EndUser].map(|unit| by(model, unit, threads))
}

/// One of them. It takes nothing from the configuration, so that it is the same wherever the log is.
fn by(model: &Model, unit: Unit, threads: usize) -> String {
    let query = Query {
        from: Timestamp::from_micros(FROM_US),
        to: Timestamp::from_micros(TO_US),
        zone: Zone::utc(),
        as_of: Timestamp::from_micros(TO_US),
        unit,
        window_us: WINDOW_US,
        bucket: Bucket::Month,
        filters: Filters::default(),
        by: None,
    };
    // A range of a hundred years has 1,200 months, which is never too many.
    compute(model, &Catalogue::shipped(), &query, threads)
        .map(|report| render::json(&report))
        .unwrap_or_default()
}

/// The same of the log in `dir` up to `upto`, folded from zero.
pub(crate) fn folded(
    dir: &DataDir,
    upto: Seq,
    threads: usize,
    progress: Progress<'_>,
) -> Result<String, BackupError> {
    let mut model = Model::default();
    let mut reader = LogReader::open(dir)?;
    weir_projector::catch_up(&mut model, &mut reader, upto, |at| {
        progress(Stage::Folding, at.get(), upto.get());
    })?;
    Ok(report(&model, threads))
}
