//! A scheduled report over every session, rendered to all that a mail carries and as Parquet; and a
//! thousand of them that are not due.
//!
//! Each is measured in a process of its own, which opens the model, says what it holds, and then
//! works: so the memory is that of the work alone.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, ensure};
use weir_domain::Catalogue;
use weir_log::DataDir;
use weir_readmodel::Model;
use weir_report::{Definition, Output, Query, compute, render};

use crate::Args;
use crate::figures::{Target, median, say};
use crate::not_due::{self, WATCHED_S};
use crate::process::{peak_mib, reset_peak, resident_mib, wall_s, weir};

/// Definitions that are not due.
const DEFINITIONS: u32 = 1_000;
/// All of the simulated history, as of a fixed instant, with a row a day.
const ALL: [&str; 3] = ["2026-01-01", "2026-06-01", "2026-06-15T08:00:00Z"];
/// The instant at which the weekly report is due.
const WEEK: &str = "2026-03-03T08:00:00Z";

/// What a process of its own measures.
#[derive(clap::Args, Debug)]
pub(crate) struct Probe {
    /// The data directory
    dir: std::path::PathBuf,
    /// What to do
    #[arg(value_enum)]
    work: Work,
}

/// Something whose time and memory are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Work {
    /// The weekly report as it ships, with PDF, PNG, workbook and mail
    Week,
    /// The same over every session
    All,
    /// The sessions as Parquet
    Parquet,
    /// A minute of a thousand definitions that are not due
    Waiting,
    /// A minute of none
    Empty,
}

/// Measures a scheduled report over every session of the log.
pub(crate) fn measure(args: &Args, dir: &Path) -> anyhow::Result<()> {
    if !DataDir::at(dir).read_file().exists() {
        wall_s(weir(&args.weir, dir).arg("rebuild"))?;
    }
    println!("schedule: a weekly report of {} deliveries", args.deliveries);
    for (work, what, s, mib) in [
        ("week", "one week of them, all sections", Target::None, Target::None),
        ("all", "all of them, all sections", Target::Under(2.0), Target::Under(150.0)),
        ("parquet", "all of them as Parquet", Target::Under(5.0), Target::Under(150.0)),
    ] {
        let runs: Vec<Told> =
            (0..args.runs).map(|_| probe(dir, work)).collect::<anyhow::Result<_>>()?;
        let of = |name: &str| -> Vec<f64> {
            runs.iter()
                .flat_map(|told| told.iter())
                .filter(|it| it.0 == name)
                .map(|it| it.1)
                .collect()
        };
        let first = runs.first().context("at least one run")?;
        for (name, _) in first {
            let (unit, target) = match name.as_str() {
                "seconds" => ("s", s),
                "MiB above idle" => ("MiB", mib),
                name if name.starts_with("  rows") => ("", Target::None),
                name if name.ends_with("bytes") => ("bytes", Target::None),
                name if name.ends_with("idle") => ("MiB", Target::None),
                _ => ("s", Target::None),
            };
            let label = match name.as_str() {
                "seconds" => format!("{what}, in all"),
                "MiB above idle" => "  peak of memory above idle".to_owned(),
                name => name.to_owned(),
            };
            say(&label, median(&of(name)), unit, target);
        }
    }
    println!("schedule: {DEFINITIONS} definitions that are not due, for {WATCHED_S} s each");
    for (work, what, target) in [
        ("waiting", "processor time of the scheduler, a second", Target::Under(1.0)),
        ("empty", "baseline: the same without a definition", Target::None),
    ] {
        for (name, figure) in probe(dir, work)? {
            match name.as_str() {
                "ms" => say(what, figure, "ms", target),
                name => say(name, figure, "s", Target::None),
            }
        }
    }
    Ok(())
}

/// Names and figures, as a process of its own prints them.
type Told = Vec<(String, f64)>;

fn probe(dir: &Path, work: &str) -> anyhow::Result<Told> {
    let mut command = Command::new(std::env::current_exe()?);
    let output = command.arg("probe").arg(dir).arg(work).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let line = |line: &str| -> anyhow::Result<(String, f64)> {
        let (name, figure) = line.rsplit_once('\t').context("a name and a figure")?;
        Ok((name.to_owned(), figure.parse()?))
    };
    text.lines().map(line).collect()
}

/// Opens the model, does the work, and says what it took.
pub(crate) fn work(probe: &Probe) -> anyhow::Result<()> {
    let definitions = match probe.work {
        Work::Waiting => Some(DEFINITIONS),
        Work::Empty => Some(0),
        Work::Week | Work::All | Work::Parquet => None,
    };
    match definitions {
        Some(definitions) => wait(definitions),
        None => make(probe),
    }
}

fn wait(definitions: u32) -> anyhow::Result<()> {
    let (ms, learnt_s) = not_due::watch(definitions)?;
    println!("ms\t{ms}");
    println!("  to learn of them at the start\t{learnt_s}");
    Ok(())
}

fn make(probe: &Probe) -> anyhow::Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = weir_projector::open(&DataDir::at(&probe.dir), threads, |_, _| ())?.model;
    let catalogue = Catalogue::shipped();
    let pid = std::process::id();
    reset_peak()?;
    let idle_mib = resident_mib(pid)?;
    let began = Instant::now();
    let mut told = Vec::new();
    match probe.work {
        Work::Parquet => parquet(&probe.dir, &model, &catalogue, threads, &mut told)?,
        work => report(work, &model, &catalogue, threads, &mut told)?,
    }
    println!("seconds\t{}", began.elapsed().as_secs_f64());
    println!("MiB above idle\t{}", peak_mib(pid)? - idle_mib);
    println!("  idle\t{idle_mib}");
    for (name, figure) in told {
        println!("{name}\t{figure}");
    }
    // The baseline is taken last, so that it is no part of the rest.
    let query = question(&definition()?, probe.work)?;
    let began = Instant::now();
    black_box(compute(&model, &catalogue, &query, threads)?);
    println!("  baseline: the report's numbers alone\t{}", began.elapsed().as_secs_f64());
    Ok(())
}

fn definition() -> anyhow::Result<Definition> {
    Definition::shipped("weekly-abandonment").context("it ships")
}

/// The weekly definition's question, or the same about all there is.
fn question(definition: &Definition, work: Work) -> anyhow::Result<Query> {
    let mut definition = definition.clone();
    let mut at = WEEK;
    if work != Work::Week {
        definition.range = None;
        let [from, to, as_of] = ALL;
        at = as_of;
        definition.ask.from = Some(from.to_owned());
        definition.ask.to = Some(to.to_owned());
    }
    definition.query(at.parse()?, "UTC").map_err(|error| anyhow::Error::msg(error.as_parameter()))
}

fn report(
    work: Work,
    model: &Model,
    catalogue: &Catalogue,
    threads: usize,
    told: &mut Told,
) -> anyhow::Result<()> {
    let mut timed = |name: &str, began: Instant| {
        told.push((format!("  {name}"), began.elapsed().as_secs_f64()));
    };
    let definition = definition()?;
    let query = question(&definition, work)?;
    let began = Instant::now();
    let base_url = Some("https://weir.example.com");
    let document = definition.document("weekly", model, catalogue, &query, base_url, threads)?;
    timed("numbers, with those of the period before", began);
    for output in [Output::Pdf, Output::Png, Output::Xlsx] {
        let began = Instant::now();
        black_box(document.render(output).with_context(|| output.to_string())?);
        timed(output.name(), began);
    }
    let began = Instant::now();
    black_box(document.mail()?);
    timed("mail", began);
    Ok(())
}

#[allow(clippy::cast_precision_loss)] // far below 2^53
fn parquet(
    dir: &Path,
    model: &Model,
    catalogue: &Catalogue,
    threads: usize,
    told: &mut Told,
) -> anyhow::Result<()> {
    let query = question(&definition()?, Work::Parquet)?;
    let path = dir.join("bench.parquet");
    let mut out = BufWriter::new(File::create(&path)?);
    let rows = render::parquet(model, catalogue, &query, threads, &mut out)?;
    out.flush()?;
    told.push(("  rows".to_owned(), rows as f64));
    told.push(("  bytes".to_owned(), std::fs::metadata(&path)?.len() as f64));
    std::fs::remove_file(&path)?;
    Ok(())
}
