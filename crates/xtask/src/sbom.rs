//! The software bill of materials: what the binary is made of, as CycloneDX.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process::{cargo, root, run, version_of};
use crate::under_test::target_dir;

/// The version of cargo-cyclonedx that writes it.
const CARGO_CYCLONEDX: &str = "0.5.9";

/// What cargo-cyclonedx calls the file that it leaves beside each manifest, without its end.
const NAME: &str = "weir.cdx";

/// `cargo xtask sbom`: writes `target/weir.cdx.json`, and proves that it names each crate that is built
/// into `weir`.
///
/// # Errors
///
/// Fails if cargo-cyclonedx cannot be installed or run, or a crate is missing.
pub(crate) fn sbom() -> Result<()> {
    cargo_cyclonedx()?;
    let text = written()?;
    let bill = serde_json::from_str(&text).context("cargo-cyclonedx wrote no JSON")?;
    let missing = built_in()?.difference(&named(&bill)).cloned().collect::<Vec<_>>();
    ensure!(missing.is_empty(), "the bill of materials does not name {}", missing.join(", "));
    let path = target_dir()?.join(format!("{NAME}.json"));
    fs::write(&path, &text).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{} crates in {}", named(&bill).len(), path.display());
    Ok(())
}

/// Sees to the pinned cargo-cyclonedx.
fn cargo_cyclonedx() -> Result<()> {
    let wanted = format!("cargo-cyclonedx-cyclonedx {CARGO_CYCLONEDX}");
    if version_of(&mut cargo("cyclonedx --version")) == Some(wanted) {
        return Ok(());
    }
    run(&mut cargo(&format!(
        "install --locked --debug cargo-cyclonedx --version {CARGO_CYCLONEDX}"
    )))
}

/// The bill of the crate that the binary is built from, without the builder's folders. The bills of
/// the other crates, which come with it, are removed.
fn written() -> Result<String> {
    run(&mut cargo(&format!(
        "cyclonedx --quiet --manifest-path crates/cli/Cargo.toml --format json --spec-version 1.5 \
         --override-filename {NAME}"
    )))?;
    let file = |folder: &Path| folder.join(format!("{NAME}.json"));
    let path = file(&root().join("crates/cli"));
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cargo-cyclonedx did not write {}", path.display()))?;
    for folder in members()? {
        fs::remove_file(file(&folder)).with_context(|| format!("in {}", folder.display()))?;
    }
    let here = fs::canonicalize(root()).context("the repository's root is not known")?;
    Ok(text.replace(&format!("file://{}/", here.display()), "file:///"))
}

/// The folders of the workspace's packages.
fn members() -> Result<Vec<PathBuf>> {
    let crates = fs::read_dir(root().join("crates")).context("`crates` cannot be listed")?;
    let mut folders = crates
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .context("`crates` cannot be listed")?;
    folders.extend(["tests", "tests/fuzz"].map(|folder| root().join(folder)));
    folders.retain(|folder| folder.join("Cargo.toml").is_file());
    Ok(folders)
}

/// The names and versions in the bill, as `name 1.2.3`.
fn named(bill: &Value) -> BTreeSet<String> {
    let of = |component: &Value| {
        let text = |key| component[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}", text("name"), text("version"))
    };
    let components = bill["components"].as_array().into_iter().flatten();
    components.chain([&bill["metadata"]["component"]]).map(of).collect()
}

/// The names and versions of what cargo builds `weir` from, as `name 1.2.3`.
fn built_in() -> Result<BTreeSet<String>> {
    let mut tree = cargo("tree --locked -p weir-cli -e normal,build --prefix none --format {p}");
    let output = tree.output().context("`cargo tree` could not be started")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).context("`cargo tree` wrote no UTF-8")?;
    Ok(text.lines().filter_map(name_and_version).collect())
}

/// `serde v1.0.228 (proc-macro)` as `serde 1.0.228`.
fn name_and_version(line: &str) -> Option<String> {
    let mut words = line.split(' ');
    Some(format!("{} {}", words.next()?, words.next()?.strip_prefix('v')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_tree_is_a_name_and_a_version() {
        assert_eq!(name_and_version("serde v1.0.228 (proc-macro)"), Some("serde 1.0.228".into()));
        assert_eq!(name_and_version("weir-log v0.1.0 (/src/log)"), Some("weir-log 0.1.0".into()));
        assert_eq!(name_and_version(""), None);
    }

    #[test]
    fn a_bill_names_what_it_is_of_and_what_that_is_made_of() {
        let bill = serde_json::json!({
            "metadata": {"component": {"name": "weir-cli", "version": "0.1.0"}},
            "components": [{"name": "serde", "version": "1.0.228"}],
        });
        let names = named(&bill).into_iter().collect::<Vec<_>>();
        assert_eq!(names, ["serde 1.0.228", "weir-cli 0.1.0"]);
    }
}
