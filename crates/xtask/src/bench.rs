//! Builds the release binaries and measures them.

use anyhow::Result;

use crate::process::{cargo, root, run};
use crate::under_test::target_dir;

/// What to measure: passed on to `weir-bench run`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Flags of `weir-bench run`, such as `--only report --deliveries 1000000`, or `--help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    flags: Vec<String>,
}

/// Builds and measures.
pub(crate) fn bench(args: &Args) -> Result<()> {
    run(&mut cargo("build --release --locked --package weir-cli --package weir-bench"))?;
    let release = target_dir()?.join("release");
    let mut bench = std::process::Command::new(release.join("weir-bench"));
    bench.current_dir(root()).arg("run").arg("--weir").arg(release.join("weir")).args(&args.flags);
    run(&mut bench)
}
