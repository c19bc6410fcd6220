//! The read model into a report.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use weir_domain::{Catalogue, Timestamp, Unit};
use weir_log::DataDir;
use weir_readmodel::Model;
use weir_report::{Asked, Mark, Narrow, Query, compute, profile, visit};

use crate::Args;
use crate::figures::{Target, median, say};
use crate::process::{wall_s, weir};

/// More runs than of the rest: each takes milliseconds.
const WARM_RUNS: usize = 41;

/// Measures a warm report over all sessions, and `weir report` from process start to output, the
/// one beside a sum over a column of as many numbers, the other beside `weir --version`.
pub(crate) fn measure(args: &Args, dir: &Path) -> anyhow::Result<()> {
    let data = DataDir::at(dir);
    if !data.read_file().exists() {
        wall_s(weir(&args.weir, dir).arg("rebuild"))?;
    }
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = weir_projector::open(&data, threads, |_, _| ())?.model;
    println!("report: {} sessions of {} deliveries", model.sessions(), args.deliveries);
    let baseline_ms = sum_ms(model.sessions());
    for (what, unit, by, target) in [
        ("warm report, sessions", Unit::Session, None, Target::Under(40.0)),
        ("warm report, sessions, by weekday", Unit::Session, Some("weekday"), Target::None),
        ("warm report, attempts", Unit::Attempt, None, Target::None),
        ("warm report, end-users", Unit::EndUser, None, Target::None),
    ] {
        let took_ms = warm_ms(&model, &query(unit, by, "2030-01-01T00:00:00Z"), threads);
        say(what, took_ms, "ms", target);
        say("  ratio to the baseline", took_ms / baseline_ms, "", Target::None);
    }
    let past = warm_ms(&model, &query(Unit::Session, None, "2026-02-15T00:00:00Z"), threads);
    say("warm report, sessions, as of the middle", past, "ms", Target::None);
    let all = query(Unit::Session, None, "2030-01-01T00:00:00Z");
    let below = |catalogue: &Catalogue| drop(black_box(profile(&model, catalogue, &all, threads)));
    say("warm profile, sessions", median_ms(below), "ms", Target::None);
    let narrow = Narrow { mark: Some(Mark::Recovered), ..Narrow::default() };
    let list = |catalogue: &Catalogue| {
        let take = |count: &mut u64, _| *count += 1;
        drop(black_box(visit(&model, catalogue, &all, &narrow, threads, || 0, take)));
    };
    say("warm list of the recovered", median_ms(list), "ms", Target::None);
    say("baseline: a sum over one column of 8 bytes", baseline_ms, "ms", Target::None);
    drop(model);
    let mut cold = Vec::new();
    let mut version = Vec::new();
    for _ in 0..args.runs {
        cold.push(wall_s(weir(&args.weir, dir).args([
            "report",
            "--from",
            "2026-01-01",
            "--format",
            "json",
        ]))?);
        version.push(wall_s(weir(&args.weir, dir).arg("--version"))?);
    }
    say("weir report, process start to output", median(&cold), "s", Target::Under(1.0));
    say("baseline: weir --version", median(&version), "s", Target::None);
    Ok(())
}

fn query(unit: Unit, by: Option<&str>, as_of: &str) -> Query {
    let asked = Asked {
        from: Some("2026-01-01".to_owned()),
        to: Some("2026-06-01".to_owned()),
        as_of: Some(as_of.to_owned()),
        unit: Some(unit.name().to_owned()),
        by: by.map(str::to_owned),
        ..Asked::default()
    };
    match asked.query(Timestamp::MAX) {
        Ok(query) => query,
        Err(error) => unreachable!("{}", error.as_flag()),
    }
}

fn warm_ms(model: &Model, query: &Query, threads: usize) -> f64 {
    // A range of months has few buckets: it cannot fail.
    median_ms(|catalogue| drop(black_box(compute(model, catalogue, query, threads))))
}

fn median_ms(work: impl Fn(&Catalogue)) -> f64 {
    let catalogue = Catalogue::shipped();
    let once = || {
        let began = Instant::now();
        work(&catalogue);
        began.elapsed().as_secs_f64() * 1e3
    };
    once();
    median(&(0..WARM_RUNS).map(|_| once()).collect::<Vec<_>>())
}

fn sum_ms(count: usize) -> f64 {
    let column: Vec<u64> = (0..count as u64).collect();
    let once = || {
        let began = Instant::now();
        black_box(black_box(&column).iter().fold(0_u64, |sum, n| sum.wrapping_add(*n)));
        began.elapsed().as_secs_f64() * 1e3
    };
    once();
    median(&(0..WARM_RUNS).map(|_| once()).collect::<Vec<_>>())
}
