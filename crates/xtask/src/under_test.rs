//! What the tests under `tests/` are told: the binary, and how long to go on.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::process::{cargo, run};

/// Where they find the binary `weir`.
pub(crate) const BINARY: &str = "WEIR_BIN";
/// Where they find a Chromium.
pub(crate) const CHROMIUM: &str = "WEIR_CHROMIUM";
/// Where they find schemathesis.
pub(crate) const SCHEMATHESIS: &str = "WEIR_SCHEMATHESIS";
/// Where they find the Python with the packages of `tests/parts/requirements.txt`.
pub(crate) const PYTHON: &str = "WEIR_PYTHON";
/// Whether to renew the golden files of the outputs and the golden pictures of the pages instead of
/// comparing with them.
pub(crate) const GOLDEN: &str = "WEIR_GOLDEN";
/// Where they find what stands between the binary and the C library; else they build it.
pub(crate) const INTERPOSE: &str = "WEIR_INTERPOSE";
/// Whether to make the fixture of this version instead of looking whether there is one.
pub(crate) const FIXTURE: &str = "WEIR_FIXTURE";
/// How many cycles the kill test runs; it has a default.
pub(crate) const KILL_CYCLES: &str = "WEIR_KILL_CYCLES";
/// For how many minutes the overload test goes on; in the gate, for seconds.
pub(crate) const OVERLOAD_MINUTES: &str = "WEIR_OVERLOAD_MINUTES";
/// Whether every point of failure is tried, and not a sample.
pub(crate) const FAULTS: &str = "WEIR_FAULTS";
/// How many streams the differential test compares; it has a default.
pub(crate) const DIFFERENTIAL_SEEDS: &str = "WEIR_DIFFERENTIAL_SEEDS";

/// How many orders of steps each test of the append queue tries; it has a default.
pub(crate) const SHUTTLE_SCHEDULES: &str = "WEIR_SHUTTLE_SCHEDULES";
/// Which orders these are.
pub(crate) const SHUTTLE_SEED: &str = "WEIR_SHUTTLE_SEED";
/// How many weeks the simulation lives; it has a default.
pub(crate) const SIMULATION_SEEDS: &str = "WEIR_SIMULATION_SEEDS";
/// The first of their seeds.
pub(crate) const SIMULATION_SEED: &str = "WEIR_SIMULATION_SEED";

/// The tests of the append queue under shuttle, which take a build of their own.
pub(crate) const SHUTTLE: &str =
    "test -p weir-ingest --features shuttle --locked --test shuttle -- --nocapture";

/// Builds `weir` as developers do and says where it is.
pub(crate) fn built_weir() -> Result<PathBuf> {
    run(&mut cargo("build -p weir-cli --locked"))?;
    let weir = target_dir()?.join("debug").join("weir");
    ensure!(weir.is_file(), "cargo built `weir`, but not at {}", weir.display());
    Ok(weir)
}

/// Builds `weir` as it is shipped, and what kills it, and says where they are.
pub(crate) fn released_weir() -> Result<(PathBuf, PathBuf)> {
    run(&mut cargo("build --release -p weir-cli -p weir-interpose --locked"))?;
    let release = target_dir()?.join("release");
    Ok((release.join("weir"), release.join("libweir_interpose.so")))
}

/// Where cargo builds: our own folder is `<target>/<profile>`, wherever the developer keeps it.
pub(crate) fn target_dir() -> Result<PathBuf> {
    let ours = env::current_exe().context("the path of this program is not known")?;
    Ok(ours.ancestors().nth(2).context("this program is in no target folder")?.to_owned())
}
