//! What the checks need of the machine: found, installed where we may, else named.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{cargo, command, run, version_of};
use crate::under_test::CHROMIUM;

/// The version of cargo-deny that `deny.toml` is written for.
const CARGO_DENY: &str = "0.20.2";

/// The typeface of the golden pictures, as Debian's fonts-dejavu-core installs it.
const TYPEFACE: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

/// What a Chromium may be called, the most likely first.
const CHROMIUMS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// Sees to a C compiler that runs.
pub(super) fn compiler() -> Result<()> {
    let find = || version_of(&mut command("cc", "--version"));
    let version = match find() {
        Some(version) => version,
        None => {
            install("build-essential", "no C compiler runs as `cc`")?;
            find().context("`cc` does not run, though Debian's build-essential is installed")?
        }
    };
    println!("{version}");
    Ok(())
}

/// Sees to the typeface that the golden pictures are written in.
pub(super) fn typeface() -> Result<()> {
    if Path::new(TYPEFACE).is_file() {
        return Ok(());
    }
    install("fonts-dejavu-core", &format!("no typeface is at {TYPEFACE}"))
}

/// Sees to a Chromium that runs, and says where it is.
pub(super) fn browser() -> Result<PathBuf> {
    let found = match env::var_os(CHROMIUM).map(PathBuf::from) {
        Some(path) => Some(told(path)?),
        None => chromium(),
    };
    if let Some(path) = found {
        return Ok(path);
    }
    install("chromium", "no Chromium was found on PATH or in $WEIR_CHROMIUM")?;
    chromium().context("no Chromium runs, though Debian's chromium is installed")
}

/// The Chromium we were told to take; a wrong path is a mistake to correct, not to work around.
fn told(path: PathBuf) -> Result<PathBuf> {
    ensure!(
        browses(&path),
        "WEIR_CHROMIUM is `{}`, which does not run: give the path of a Chromium or unset it",
        path.display()
    );
    Ok(path)
}

/// The first Chromium on PATH that runs.
fn chromium() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/bin")]).collect::<Vec<_>>();
    let candidates =
        CHROMIUMS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(browses)
}

/// Whether a Chromium runs here, which its being a file does not say: some distributions ship a
/// stub that only tells where to get one.
fn browses(path: &PathBuf) -> bool {
    match version_of(Command::new(path).arg("--version")) {
        Some(version) => {
            println!("{version} at {}", path.display());
            true
        }
        None => false,
    }
}

/// Sees to the proxies that are tried before Weir.
pub(super) fn proxies() -> Result<()> {
    for name in ["nginx", "caddy"] {
        if !is_there(name) {
            install(name, &format!("no {name} is on PATH or in /usr/sbin"))?;
            ensure!(is_there(name), "there is no {name}, though Debian's {name} is installed");
        }
    }
    Ok(())
}

fn is_there(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.any(|folder| folder.join(name).is_file())
}

/// Sees to the pinned cargo-deny.
pub(super) fn cargo_deny() -> Result<()> {
    let wanted = format!("cargo-deny {CARGO_DENY}");
    if version_of(&mut cargo("deny --version")) == Some(wanted) {
        return Ok(());
    }
    // A debug build is there in a minute and checks a tree of this size in three seconds.
    run(&mut cargo(&format!("install --locked --debug cargo-deny --version {CARGO_DENY}")))
}

/// Installs Debian packages where we may; else says which are missing.
pub(super) fn install(package: &str, missing: &str) -> Result<()> {
    ensure!(
        may_install(),
        "{missing}: install Debian's `{package}` (as root: `apt-get install {package}`)"
    );
    println!("{missing}: installing Debian's `{package}`");
    run(&mut apt_get("update"))?;
    run(&mut apt_get(&format!("install -y --no-install-recommends {package}")))
        .with_context(|| format!("{missing}, and Debian's `{package}` did not install"))
}

/// Whether we are root on a machine with apt-get.
fn may_install() -> bool {
    let root = version_of(&mut command("id", "-u")).is_some_and(|uid| uid == "0");
    root && version_of(&mut command("apt-get", "--version")).is_some()
}

fn apt_get(args: &str) -> Command {
    let mut apt_get = command("apt-get", args);
    apt_get.env("DEBIAN_FRONTEND", "noninteractive");
    apt_get
}
