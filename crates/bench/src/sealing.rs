//! Personal values that are sealed, and erased.

use std::path::Path;

use anyhow::Context;

use crate::figures::{Target, median, say};
use crate::process::{wall_s, weir};
use crate::{Args, backlog, import, ingest};

/// The setting.
pub(crate) const SEAL: &str = "[privacy]\nseal = true\n";

/// Measures the endpoint, an import and the erasure of one person, each beside what seals nothing.
#[allow(clippy::cast_precision_loss)] // far below 2^53
pub(crate) fn measure(args: &Args, work: &Path) -> anyhow::Result<()> {
    ingest::measure_sealing(args, work)?;
    let lines = work.join("to-seal.ndjson");
    import::write(&lines, args)?;
    let configs = [("plain", ""), ("sealed", SEAL)].map(|(name, settings)| {
        let config = work.join(format!("{name}.toml"));
        std::fs::write(&config, settings).map(|()| config)
    });
    let [plain, sealed] = configs;
    let (plain, sealed) = (plain?, sealed?);
    println!("erasing: one person of {} deliveries", args.import_deliveries);
    let (mut imports, mut ratios, mut erasures, mut verifications) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for run in 0..args.runs {
        let importing = |config: &Path, dir: &Path| {
            wall_s(weir(&args.weir, dir).arg("--config").arg(config).arg("import").arg(&lines))
        };
        let (dir, beside) = (work.join(format!("sealed-{run}")), work.join(format!("plain-{run}")));
        let without_s = importing(&plain, &beside)?;
        std::fs::remove_dir_all(&beside)?;
        imports.push(importing(&sealed, &dir)?);
        ratios.push(imports[run] / without_s);
        let mut command = weir(&args.weir, &dir);
        verifications.push(wall_s(command.arg("--config").arg(&sealed).args(["log", "verify"]))?);
        let who = somebody(args, run as u64)?;
        let mut command = weir(&args.weir, &dir);
        let erase =
            command.arg("--config").arg(&sealed).args(["erase", "--yes", "--vendor-data", &who]);
        erasures.push(wall_s(erase)?);
        std::fs::remove_dir_all(&dir)?;
    }
    let rate = args.import_deliveries as f64 / median(&imports);
    say("weir import that seals, whole process", rate, "deliveries/s", Target::None);
    say("its time, ratio to one that does not", median(&ratios), "", Target::None);
    say("weir erase, with all its proofs", median(&erasures), "s", Target::None);
    say("baseline: weir log verify", median(&verifications), "s", Target::None);
    Ok(std::fs::remove_file(&lines)?)
}

/// The `vendorData` of somebody in the first deliveries, another in each run.
fn somebody(args: &Args, run: u64) -> anyhow::Result<String> {
    const MARK: &str = "\"vendorData\":\"";
    let bodies = backlog::deliveries(args.seed, args.import_deliveries);
    let values = bodies.filter_map(|sent| {
        let body = String::from_utf8(sent.body).ok()?;
        let (_, rest) = body.split_once(MARK)?;
        Some(rest.split_once('"')?.0.to_owned())
    });
    let nth = usize::try_from(100 + 1_000 * run)?;
    values.skip(nth).find(|value| !value.contains('\\')).context("nobody has `vendorData`")
}
