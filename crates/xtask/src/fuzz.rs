//! libFuzzer over the targets of `tests/fuzz`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{cargo, root, run};
use crate::under_test::target_dir;

/// What is fuzzed, and for how long.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The targets, by the folders of `tests/fuzz/corpus`; all of them where none is named.
    targets: Vec<String>,
    /// How long each is tried.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    minutes: u32,
    /// Instead, add to the corpus the fewest of the inputs found so far that reach what it does not.
    #[arg(long, conflicts_with = "minutes")]
    keep: bool,
}

/// Which target the binary takes.
const TARGET: &str = "WEIR_FUZZ_TARGET";
/// Longer than this no input may take, in seconds.
const INPUT_S_MAX: u32 = 20;
/// The longest input that is tried, in bytes.
const INPUT_BYTES_MAX: u32 = 4_096;
/// The longest input that is kept, in bytes: the corpus is in the repository.
const KEPT_BYTES_MAX: u32 = 512;

/// `cargo xtask fuzz`
pub(crate) fn fuzz(args: &Args) -> Result<()> {
    let known = known()?;
    let targets = if args.targets.is_empty() { &known } else { &args.targets };
    for target in targets {
        ensure!(
            known.contains(target),
            "there is no target `{target}`: it must be one of {}",
            known.join(", ")
        );
    }
    let binary = built()?;
    let mut broken = Vec::new();
    for target in targets {
        let folders = Folders::of(target)?;
        let done = if args.keep {
            run(&mut folders.keep(&binary, target))
        } else {
            run(&mut folders.search(&binary, target, args.minutes * 60))
        };
        if let Err(error) = done {
            eprintln!("{error:#}");
            broken.push(target.as_str());
        }
    }
    if !broken.is_empty() {
        bail!(
            "a promise was broken in {}: the input is named above; put it into the corpus of its target",
            broken.join(", ")
        );
    }
    Ok(())
}

/// The targets: each has a corpus.
fn known() -> Result<Vec<String>> {
    let corpus = root().join("tests/fuzz/corpus");
    let entries =
        fs::read_dir(&corpus).with_context(|| format!("{} is not there", corpus.display()))?;
    let mut names = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Builds the binary, with our own crates instrumented, and says where it is.
fn built() -> Result<PathBuf> {
    let compiler = root().join("tests/fuzz/instrumented").canonicalize()?;
    let mut build = cargo("build -p weir-fuzz --features libfuzzer --bin fuzz --locked");
    build.env("RUSTC_WORKSPACE_WRAPPER", compiler);
    // Thousands of inputs a second are worth some seconds of compiling.
    build.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    run(&mut build)?;
    let binary = target_dir()?.join("debug").join("fuzz");
    ensure!(binary.is_file(), "cargo built `fuzz`, but not at {}", binary.display());
    Ok(binary)
}

/// Where a target's inputs are.
struct Folders {
    /// In the repository.
    kept: PathBuf,
    /// Found here, from which the next run goes on.
    found: PathBuf,
    /// What broke a promise.
    broken: PathBuf,
    words: PathBuf,
}

impl Folders {
    fn of(target: &str) -> Result<Folders> {
        let here = target_dir()?.join("fuzz");
        let fuzz = root().join("tests/fuzz");
        let folders = Folders {
            kept: fuzz.join("corpus").join(target),
            found: here.join("found").join(target),
            broken: here.join("broken").join(target),
            words: fuzz.join("words").join(format!("{target}.dict")),
        };
        for folder in [&folders.found, &folders.broken] {
            fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        Ok(folders)
    }

    fn search(&self, binary: &Path, target: &str, seconds: u32) -> Command {
        let mut search = self.command(binary, target);
        search
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-dict={}", self.words.display()))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .arg("-print_final_stats=1")
            .args([&self.found, &self.kept]);
        search
    }

    fn keep(&self, binary: &Path, target: &str) -> Command {
        let mut keep = self.command(binary, target);
        keep.arg("-set_cover_merge=1")
            .arg(format!("-max_len={KEPT_BYTES_MAX}"))
            .args([&self.kept, &self.found]);
        keep
    }

    fn command(&self, binary: &Path, target: &str) -> Command {
        let mut command = Command::new(binary);
        command
            .env(TARGET, target)
            .current_dir(root())
            .arg(format!("-artifact_prefix={}/", self.broken.display()))
            .arg(format!("-timeout={INPUT_S_MAX}"));
        command
    }
}
