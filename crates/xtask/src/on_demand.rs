//! The tests whose worth grows with their length, as long as asked.

use anyhow::Result;
use clap::Args;

use crate::process::{cargo, run};
use crate::under_test::{
    BINARY, DIFFERENTIAL_SEEDS, FAULTS, FIXTURE, GOLDEN, INTERPOSE, KILL_CYCLES, OVERLOAD_MINUTES,
    SHUTTLE, SHUTTLE_SCHEDULES, SHUTTLE_SEED, SIMULATION_SEED, SIMULATION_SEEDS, built_weir,
    released_weir,
};

/// How long to kill.
#[derive(Args)]
pub(crate) struct KillArgs {
    /// How many times to start, load, kill and check.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    cycles: u32,
}

/// How long to ask for too much.
#[derive(Args)]
pub(crate) struct OverloadArgs {
    /// For how many minutes ten times as much is sent as the disk takes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    minutes: u32,
}

/// How many points of failure to try.
#[derive(Args)]
pub(crate) struct FaultsArgs {
    /// Try every point, which takes an hour or more, and not the sample that the gate tries.
    #[arg(long)]
    all: bool,
}

/// How many orders of steps to try.
#[derive(Args)]
pub(crate) struct ShuttleArgs {
    /// How many for each test.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    schedules: u32,
    /// Which: a run prints its seed.
    #[arg(long, value_name = "K")]
    seed: Option<u64>,
}

/// How many weeks to live.
#[derive(Args)]
pub(crate) struct WeeksArgs {
    /// How many, each from a seed of its own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    seeds: u32,
    /// The first seed: a run prints each of them.
    #[arg(long, value_name = "K")]
    seed: Option<u64>,
}

/// How much to compare.
#[derive(Args)]
pub(crate) struct DifferentialArgs {
    /// How many random streams to compare.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    seeds: u32,
}

/// What to draw chance from.
#[derive(Args)]
pub(crate) struct TimingArgs {
    /// The seed of a run to repeat.
    #[arg(long)]
    seed: Option<u64>,
}

/// `cargo xtask timing`
pub(crate) fn timing(args: &TimingArgs) -> Result<()> {
    let mut timing = cargo("run --release --locked -p weir-ingest --example timing --");
    timing.args(args.seed.map(|seed| seed.to_string()));
    run(&mut timing)
}

/// `cargo xtask kill`
pub(crate) fn kill(args: &KillArgs) -> Result<()> {
    on_release("kill", KILL_CYCLES, args.cycles)
}

/// `cargo xtask overload`
pub(crate) fn overload(args: &OverloadArgs) -> Result<()> {
    on_release("strain -- overload", OVERLOAD_MINUTES, args.minutes)
}

/// `cargo xtask faults`
pub(crate) fn faults(args: &FaultsArgs) -> Result<()> {
    let weir = built_weir()?;
    // The ledger's stand among others, in the module of this name.
    for test in [
        "--test faults -- --nocapture",
        "--test it -- --nocapture faults::",
        "--test powercut -- --nocapture",
    ] {
        let mut test = cargo(&format!("test --workspace --locked {test}"));
        test.env(BINARY, &weir);
        if args.all {
            test.env(FAULTS, "all");
        } else {
            test.env_remove(FAULTS);
        }
        run(&mut test)?;
    }
    Ok(())
}

/// `cargo xtask differential`
pub(crate) fn differential(args: &DifferentialArgs) -> Result<()> {
    test("differential", DIFFERENTIAL_SEEDS, args.seeds)
}

/// `cargo xtask shuttle`
pub(crate) fn shuttle(args: &ShuttleArgs) -> Result<()> {
    let mut test = cargo(SHUTTLE);
    test.env(SHUTTLE_SCHEDULES, args.schedules.to_string());
    if let Some(seed) = args.seed {
        test.env(SHUTTLE_SEED, seed.to_string());
    }
    run(&mut test)
}

/// `cargo xtask weeks`
pub(crate) fn weeks(args: &WeeksArgs) -> Result<()> {
    let mut test = cargo("test --workspace --locked --test simulation -- --nocapture");
    test.env(SIMULATION_SEEDS, args.seeds.to_string());
    if let Some(seed) = args.seed {
        test.env(SIMULATION_SEED, seed.to_string());
    }
    run(&mut test)
}

/// `cargo xtask fixture`
pub(crate) fn fixture() -> Result<()> {
    let weir = built_weir()?;
    // The whole workspace, so that nothing is built in another way than the gate does.
    let mut test = cargo("test --workspace --locked --test upgrade -- this_version_has_a_fixture");
    run(test.env(BINARY, weir).env(FIXTURE, "make"))
}

/// `cargo xtask golden`
pub(crate) fn golden() -> Result<()> {
    let mut outputs = cargo("test -p weir-report --locked --lib -- every_output_is_as_it_was");
    run(outputs.env(GOLDEN, "renew"))?;
    let weir = built_weir()?;
    let mut test = cargo("test --workspace --locked --test browser -- the_pages_look_as_they_did");
    run(test.env(BINARY, weir).env(GOLDEN, "renew"))
}

/// Tests of `tests/` with their number, on the binary as it is shipped.
fn on_release(tests: &str, variable: &str, number: u32) -> Result<()> {
    let (weir, interpose) = released_weir()?;
    let (binary, filter) = tests.split_once(" -- ").unwrap_or((tests, ""));
    let mut test =
        cargo(&format!("test --workspace --locked --test {binary} -- --nocapture {filter}"));
    test.env(BINARY, weir).env(INTERPOSE, interpose);
    run(test.env(variable, number.to_string()))
}

/// One test binary of `tests/`, with its number, on a fresh build of `weir`.
fn test(name: &str, variable: &str, number: u32) -> Result<()> {
    let weir = built_weir()?;
    let mut test = cargo(&format!("test --workspace --locked --test {name} -- --nocapture"));
    run(test.env(BINARY, weir).env(variable, number.to_string()))
}
