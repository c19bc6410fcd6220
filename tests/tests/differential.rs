//! The binary and the oracle are asked the same about the same logs, and must say the same.
//!
//! `WEIR_DIFFERENTIAL_SEEDS=N` tries the first N seeds, `WEIR_DIFFERENTIAL_FROM=K` starts at the
//! K-th, `WEIR_BIN=PATH` tries another build. A log over which the two differ is cut down to the
//! deliveries that it takes, and printed.

#![allow(clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use weir_tests::command_line::report_args;
use weir_tests::ndjson::{import_lines, importable};
use weir_tests::streams::{queries, stream};
use weir_tests::{Query, RawDelivery, abandonment, first_difference, weir_bin};

const SEEDS_DEFAULT: u64 = 40;
/// Starting the binary is what takes the time.
const QUERIES_PER_STREAM: usize = 6;

#[test]
fn the_binary_and_the_oracle_agree() {
    let from = number_from_env("WEIR_DIFFERENTIAL_FROM").unwrap_or(0);
    let count = number_from_env("WEIR_DIFFERENTIAL_SEEDS").unwrap_or(SEEDS_DEFAULT);
    for seed in from..from + count {
        let log = importable(&stream(seed));
        let queries = queries(seed, &log, QUERIES_PER_STREAM);
        // Whether personal values are sealed makes no difference to any figure.
        let sealed = seed % 2 == 1;
        if let Some((query, difference)) = disagreement(&log, &queries, sealed) {
            let log = smallest(log, &query, sealed);
            let difference = disagreement(&log, std::slice::from_ref(&query), sealed)
                .map_or(difference, |(_, difference)| difference);
            panic!(
                "seed {seed} (sealed: {sealed}): {difference}\n\nweir {}\n\n{query:#?}\n\n{}",
                report_args(&query).join(" "),
                import_lines(&log),
            );
        }
    }
}

fn number_from_env(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")))
}

/// The first query over which the two differ, and where.
fn disagreement(log: &[RawDelivery], queries: &[Query], sealed: bool) -> Option<(Query, String)> {
    let home = tempfile::tempdir().expect("there is room for a data directory");
    let data_dir = home.path().join("data");
    let lines = home.path().join("stream.ndjson");
    fs::write(&lines, import_lines(log)).expect("there is room for the stream");
    let import = weir(&data_dir, &["import".to_owned(), lines.display().to_string()], sealed);
    if !import.status.success() {
        return Some((queries.first()?.clone(), failure("import", &import)));
    }
    queries.iter().find_map(|query| {
        let output = weir(&data_dir, &report_args(query), sealed);
        let difference = if output.status.success() {
            match serde_json::from_slice::<Value>(&output.stdout) {
                Ok(report) => first_difference(&report, &abandonment(log, query)),
                Err(error) => Some(format!("the report is no JSON: {error}")),
            }
        } else {
            Some(failure("report", &output))
        };
        difference.map(|difference| (query.clone(), difference))
    })
}

fn weir(data_dir: &Path, args: &[String], sealed: bool) -> Output {
    Command::new(weir_bin())
        .env("WEIR_PRIVACY__SEAL", sealed.to_string())
        .arg("--data-dir")
        .arg(data_dir)
        .args(args)
        .output()
        .expect("the binary can be started")
}

fn failure(command: &str, output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    format!("`weir {command}` failed with {}: {said}", output.status)
}

/// The log without the deliveries that the disagreement does not need.
fn smallest(mut log: Vec<RawDelivery>, query: &Query, sealed: bool) -> Vec<RawDelivery> {
    let query = std::slice::from_ref(query);
    let mut chunk = log.len().div_ceil(2);
    while chunk > 0 {
        let mut start = 0;
        while start < log.len() {
            let mut fewer = log.clone();
            fewer.drain(start..log.len().min(start + chunk));
            let fewer = importable(&fewer);
            // An empty log may be refused, which would be another matter.
            if !fewer.is_empty() && disagreement(&fewer, query, sealed).is_some() {
                log = fewer;
            } else {
                start += chunk;
            }
        }
        chunk /= 2;
    }
    log
}
