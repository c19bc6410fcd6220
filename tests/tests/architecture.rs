//! The rules of the workspace that no compiler checks. A test that fails says what to do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Who may import whom, in the order the data passes them. Anything not listed is not allowed.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("durable", &[]),
    ("journal", &[]),
    ("privacy", &["domain", "journal"]),
    ("log", &["domain", "durable", "journal"]),
    ("ingest", &["domain", "privacy", "log"]),
    ("readmodel", &["domain", "journal"]),
    ("projector", &["domain", "privacy", "log", "readmodel"]),
    ("report", &["domain", "readmodel"]),
    ("channel", &["domain", "durable", "report"]),
    ("schedule", &["domain", "durable", "journal", "report", "channel"]),
    ("access", &["domain", "journal"]),
    ("audit", &["domain", "journal"]),
    (
        "dashboard",
        &[
            "domain",
            "privacy",
            "log",
            "readmodel",
            "projector",
            "report",
            "schedule",
            "access",
            "audit",
        ],
    ),
    ("backup", &["domain", "durable", "privacy", "log", "readmodel", "projector", "report"]),
    ("simulator", &["domain"]),
    (
        "cli",
        &[
            "domain",
            "durable",
            "privacy",
            "log",
            "ingest",
            "readmodel",
            "projector",
            "report",
            "channel",
            "schedule",
            "access",
            "audit",
            "dashboard",
            "backup",
            "simulator",
        ],
    ),
    (
        "bench",
        &[
            "domain",
            "log",
            "ingest",
            "readmodel",
            "projector",
            "report",
            "channel",
            "schedule",
            "simulator",
        ],
    ),
    ("xtask", &[]),
    // A disk that fails as told. No product code is given it: see `may_import`.
    ("faults", &[]),
    // What stands between a program and the C library. Linked by nobody: tests load it.
    ("interpose", &[]),
    // What is fuzzed, wherever it is; the one that imports a program. See `may_import`.
    (
        "fuzz",
        &[
            "domain",
            "log",
            "ingest",
            "readmodel",
            "privacy",
            "projector",
            "report",
            "channel",
            "schedule",
            "dashboard",
            "cli",
        ],
    ),
    // The oracle shares no code with the product. A test may drive any crate: see `may_import`.
    ("tests", &[]),
];

/// Programs: they import, and nobody imports them but the fuzz targets.
const PROGRAMS: &[&str] = &["cli", "bench", "xtask", "fuzz"];

/// What any crate may import for its tests, and none for anything else.
const FOR_TESTS: &[&str] = &["faults"];

/// The crates with lints of their own: a VFS, and what C calls, are made of pointers.
const UNSAFE: &[&str] = &["faults", "interpose"];

/// The one lint in which they differ.
const UNSAFE_LINT: &str = "unsafe_code";

/// Who may put clippy's rule on clocks and chance aside: what meets the real world, and tests.
const MAY_ASK_THE_TIME: &[&str] = &["cli", "xtask", "tests"];

/// The stores, each with a folder of migrations.
const STORES: &[&str] = &["log", "readmodel", "access", "schedule", "audit", "privacy"];

/// What no Rust file says, and what to do instead. In two halves, so that this file does not say it.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("#[", "ignore"), "make the test fast and sure enough to run always, or delete it"),
    (concat!("todo", "!("), "write what is missing, or leave the item out"),
];

#[test]
fn every_crate_has_a_place_in_the_table() {
    let listed = ALLOWED.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let present = crate_names();
    let unlisted = present.difference(&listed).map(|name| {
        format!("crates/{name} is not in ALLOWED: add it there with the crates it may import")
    });
    let gone = listed
        .difference(&present)
        .map(|name| format!("ALLOWED lists `{name}`, which has no folder: take it out"));
    hold(unlisted.chain(gone));
}

#[test]
fn a_crate_is_named_after_its_folder() {
    hold(crate_names().into_iter().filter_map(|name| {
        let found = manifest(&name)["package"]["name"].as_str().unwrap_or_default().to_owned();
        let wanted = format!("weir-{name}");
        (found != wanted).then(|| {
            format!("the package in folder {name} is called `{found}`: call it `{wanted}`")
        })
    }));
}

#[test]
fn crates_import_what_they_may() {
    hold(crate_names().into_iter().flat_map(|name| {
        let imports = our_dependencies(&manifest(&name));
        let refused = imports.into_iter().filter(|import| !may_import(&name, import));
        refused.map(|Import { section, of }| {
            format!(
                "`{name}` has `{of}` in its {section}, which ALLOWED does not let it import: move \
                 what you need to a crate that both may import, or change ALLOWED together with \
                 docs/architecture.md"
            )
        }).collect::<Vec<_>>()
    }));
}

#[test]
fn every_crate_keeps_the_lints_of_the_workspace() {
    hold(crate_names().into_iter().filter(|name| !UNSAFE.contains(&name.as_str())).filter_map(
        |name| {
            let kept = manifest(&name)
                .get("lints")
                .and_then(|lints| lints.get("workspace"))
                .is_some_and(|inherits| inherits.as_bool() == Some(true));
            (!kept).then(|| {
                format!("`{name}` has its own lints: put `workspace = true` under [lints]")
            })
        },
    ));
}

#[test]
fn the_crates_with_lints_of_their_own_differ_in_one() {
    let without = |lints: &toml::Value| {
        let mut lints = lints.clone();
        let rust = lints["rust"].as_table_mut().expect("lints of the compiler");
        assert!(rust.remove(UNSAFE_LINT).is_some_and(|level| level.as_str() != Some("allow")));
        lints
    };
    let workspace = read(&root().join("Cargo.toml")).parse::<toml::Table>().expect("it is TOML");
    let all = &workspace["workspace"]["lints"];
    for name in UNSAFE {
        let ours = &manifest(name)["lints"];
        let but = format!("{name} keeps the lints of the workspace but `{UNSAFE_LINT}`");
        assert_eq!(without(ours), without(all), "{but}");
    }
}

#[test]
fn what_is_for_tests_is_in_no_program() {
    let import = |section| Import { section, of: "faults".to_owned() };
    assert!(may_import("access", &import("dev-dependencies")));
    for name in crate_names() {
        assert!(!may_import(&name, &import("dependencies")), "{name}");
        assert!(!may_import(&name, &import("build-dependencies")), "{name}");
    }
}

#[test]
fn every_crate_says_what_it_is() {
    hold(crate_names().into_iter().flat_map(|name| {
        let roots = ["src/lib.rs", "src/main.rs"].map(|file| folder(&name).join(file));
        let silent = roots.into_iter().filter(|file| file.exists() && !starts_with_doc(file));
        silent
            .map(|file| {
                format!(
                    "{} starts without `//!`: say first what the crate is, and is not",
                    shown(&file)
                )
            })
            .collect::<Vec<_>>()
    }));
}

#[test]
fn no_file_says_what_is_forbidden() {
    hold(rust_files().into_iter().flat_map(|file| {
        let text = read(&file);
        let said = FORBIDDEN.iter().filter_map(move |(words, instead)| {
            let line = line_of(&text, words)?;
            Some(format!("{}:{line} says `{words}`: {instead}", shown(&file)))
        });
        said.collect::<Vec<_>>()
    }));
}

#[test]
fn only_programs_and_tests_may_ask_the_time() {
    let exempt = MAY_ASK_THE_TIME.iter().map(|name| folder(name)).collect::<Vec<_>>();
    let bound = rust_files()
        .into_iter()
        .filter(|file| !exempt.iter().any(|folder| file.starts_with(folder)));
    hold(bound.filter_map(|file| {
        let line = line_of(&read(&file), "clippy::disallowed_methods")?;
        Some(format!(
            "{}:{line} puts `disallowed_methods` aside: take the time or the id as an argument",
            shown(&file)
        ))
    }));
}

#[test]
fn every_verb_of_the_audit_record_is_written_down_somewhere() {
    let verbs = read(&folder("audit").join("src/verb.rs"));
    let verbs =
        verbs.lines().filter_map(|line| line.trim().strip_prefix("Did::")?.strip_suffix(','));
    let verbs = verbs.filter(|verb| !verb.contains(' ')).collect::<BTreeSet<_>>();
    assert!(verbs.contains("SignedIn"), "{verbs:?}");
    let audit = folder("audit");
    let product = rust_files().into_iter().filter(|file| {
        file.starts_with(root().join("crates")) && !file.starts_with(&audit) && !is_of_tests(file)
    });
    let said = product.map(|file| read(&file)).collect::<String>();
    hold(verbs.into_iter().filter(|verb| !says(&said, &format!("Did::{verb}"))).map(|verb| {
        format!("nothing is ever recorded as Did::{verb}: record it where it is done, or delete it")
    }));
}

#[test]
fn migrations_are_numbered_without_gaps() {
    hold(STORES.iter().flat_map(|store| {
        let folder = root().join("migrations").join(store);
        // Git keeps no empty folder: a missing one is an empty one.
        let files = if folder.exists() { entries(&folder) } else { Vec::new() };
        let mut names = files.iter().map(|path| name_of(path)).collect::<Vec<_>>();
        names.retain(|name| name != "README.md");
        misnumbered(&folder, &names)
    }));
}

#[test]
fn a_gap_between_migrations_is_seen() {
    let faults = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        misnumbered(Path::new("m"), &names).len()
    };
    assert_eq!(faults(&["0001_a.sql", "0002_b.sql"]), 0);
    assert_eq!(faults(&[]), 1, "a store is created by its first migration");
    assert_eq!(faults(&["0001_a.sql", "0003_b.sql"]), 1);
    assert_eq!(faults(&["0001_a.sql", "0001_b.sql"]), 1);
    assert_eq!(faults(&["0001_.sql"]), 1);
    assert_eq!(faults(&["0001_a.txt"]), 1);
}

#[test]
fn every_kind_of_import_is_seen() {
    let text = r#"
        [dependencies]
        weir-log.workspace = true
        serde = "1"
        facts = { package = "weir-readmodel", path = "../readmodel" }
        [target.'cfg(unix)'.build-dependencies]
        weir-report = { path = "../report" }
        [dev-dependencies]
        weir-cli.workspace = true
    "#;
    let found = our_dependencies(&text.parse().expect("the example is TOML"));
    let found = found.iter().map(|import| (import.section, &*import.of)).collect::<BTreeSet<_>>();
    let expected = BTreeSet::from([
        ("dependencies", "log"),
        ("dependencies", "readmodel"),
        ("build-dependencies", "report"),
        ("dev-dependencies", "cli"),
    ]);
    assert_eq!(found, expected);
}

/// Fails with all faults, one a line.
fn hold(faults: impl IntoIterator<Item = String>) {
    let faults = faults.into_iter().collect::<Vec<_>>();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// One of our crates in a manifest.
struct Import {
    section: &'static str,
    of: String,
}

fn may_import(name: &str, import: &Import) -> bool {
    if PROGRAMS.contains(&import.of.as_str()) && name != "fuzz" {
        return false;
    }
    let is_for_tests = import.section == "dev-dependencies";
    if is_for_tests && FOR_TESTS.contains(&import.of.as_str()) {
        return true;
    }
    let drives = name == "tests" && is_for_tests;
    let mut allowed = ALLOWED.iter().filter(|(crate_name, _)| *crate_name == name);
    drives || allowed.any(|(_, others)| others.contains(&import.of.as_str()))
}

/// The crates of ours that a manifest names, in each of its sections, for each of its targets.
fn our_dependencies(manifest: &toml::Table) -> Vec<Import> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flat_map(|targets| targets.values());
    let places = std::iter::once(manifest).chain(targets.filter_map(toml::Value::as_table));
    places.flat_map(our_dependencies_at).collect()
}

fn our_dependencies_at(place: &toml::Table) -> Vec<Import> {
    let mut imports = Vec::new();
    for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
        let entries = place.get(section).and_then(toml::Value::as_table);
        for (key, value) in entries.into_iter().flatten() {
            let package = value.get("package").and_then(toml::Value::as_str).unwrap_or(key);
            if let Some(of) = package.strip_prefix("weir-") {
                imports.push(Import { section, of: of.to_owned() });
            }
        }
    }
    imports
}

/// What is wrong with a store's migrations, given the names of their files in order.
fn misnumbered(folder: &Path, names: &[String]) -> Vec<String> {
    let folder = shown(folder);
    if names.is_empty() {
        return vec![format!("{folder} is empty: its first file is 0001_name.sql")];
    }
    let numbered = names.iter().zip(1..);
    let wrong = numbered.filter(|(name, number)| !is_migration(name, *number));
    wrong
        .map(|(name, number)| {
            format!("{folder}/{name} stands where {number:04}_name.sql belongs: rename it")
        })
        .collect()
}

fn is_migration(name: &str, number: u32) -> bool {
    name.strip_prefix(&format!("{number:04}_"))
        .and_then(|rest| rest.strip_suffix(".sql"))
        .is_some_and(|what| !what.is_empty())
}

fn starts_with_doc(file: &Path) -> bool {
    let text = read(file);
    text.starts_with("//!") || text.starts_with("#![doc = include_str!(")
}

/// The first line, from 1, that says these words.
fn line_of(text: &str, words: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(words)).map(|index| index + 1)
}

/// Whether a text has these words, and not as the beginning of longer ones.
fn says(text: &str, words: &str) -> bool {
    let ends = |after: &str| !after.starts_with(|next: char| next.is_alphanumeric());
    text.split(words).skip(1).any(ends)
}

/// Whether a file is of tests alone.
fn is_of_tests(file: &Path) -> bool {
    name_of(file).ends_with("tests.rs") || file.components().any(|part| part.as_os_str() == "tests")
}

/// The names of our crates: the folders of `crates/`, `tests`, and `tests/fuzz`.
fn crate_names() -> BTreeSet<String> {
    let folders = entries(&root().join("crates"));
    let crates = folders.iter().filter(|folder| folder.join("Cargo.toml").exists());
    crates.map(|folder| name_of(folder)).chain(["tests", "fuzz"].map(str::to_owned)).collect()
}

fn folder(name: &str) -> PathBuf {
    match name {
        "tests" => root().join(name),
        "fuzz" => root().join("tests").join(name),
        _ => root().join("crates").join(name),
    }
}

fn manifest(name: &str) -> toml::Table {
    let file = folder(name).join("Cargo.toml");
    read(&file).parse().unwrap_or_else(|error| panic!("{} is not TOML: {error}", shown(&file)))
}

/// Every Rust file of ours.
fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("crates"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// What a folder holds, in order of name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{} cannot be listed: {error}", shown(folder)));
    let mut paths =
        listed.map(|entry| entry.expect("a listed folder reads on").path()).collect::<Vec<_>>();
    paths.sort();
    paths
}

fn read(file: &Path) -> String {
    fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", shown(file)))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A path as a developer writes it, from the root.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The repository's root.
fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ is a folder of the workspace").to_owned()
}
