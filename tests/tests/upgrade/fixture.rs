//! What a version left in its data directory, as text: `tests/fixtures/VERSION/`.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use weir_tests::Home;

use crate::dump;

/// The version that is built here.
pub(crate) const THIS: &str = env!("CARGO_PKG_VERSION");

/// The report that a fixture says what it must be.
pub(crate) const REPORT: [&str; 9] = [
    "report",
    "abandonment",
    "--from=2026-01-01",
    "--to=2026-02-01",
    "--as-of=2026-02-01T00:00:00Z",
    "--tz=Europe/Tallinn",
    "--by=integration",
    "--format",
    "json",
];

/// From some delivery on the log is sealed.
pub(crate) const SEALED: &str = "[privacy]\nseal = true\n";

/// Who can be read in it, and who was erased.
pub(crate) const NAMED: &str = "bob-of-the-fixture";
pub(crate) const ERASED: &str = "ann-of-the-fixture";

/// What is not SQLite's in a data directory, and worth keeping.
const FILES: [&str; 2] = ["catalogue.toml", "reports/lately.toml"];

/// What a version left.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    folder: PathBuf,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

impl Fixture {
    /// That of a version, which need not be there.
    pub(crate) fn of(version: &str) -> Fixture {
        Fixture { folder: root().join(version) }
    }

    /// Those of all versions there were.
    pub(crate) fn all() -> Vec<Fixture> {
        let folders = fs::read_dir(root()).expect("there are fixtures");
        let folders = folders.map(|entry| entry.expect("it can be read").path());
        folders.map(|folder| Fixture { folder }).collect()
    }

    pub(crate) fn version(&self) -> String {
        self.folder.file_name().expect("it has a name").to_string_lossy().into_owned()
    }

    pub(crate) fn is_there(&self) -> bool {
        self.folder.exists()
    }

    /// The stores that it has, by name.
    pub(crate) fn stores(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.folder)
            .expect("it is there")
            .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
            .filter_map(|name| name.strip_suffix(".sql").map(str::to_owned))
            .collect();
        names.sort();
        names
    }

    /// A text of it.
    pub(crate) fn text(&self, name: &str) -> String {
        let path = self.folder.join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// A home whose data directory is as that version left it.
    pub(crate) fn home(&self) -> Home {
        let home = Home::with(SEALED);
        let mut folders = fs::DirBuilder::new();
        let reports = home.data().join("reports");
        folders.recursive(true).mode(0o700).create(reports).expect("there is room");
        for name in self.stores() {
            dump::restore(&home.data().join(&name), &self.text(&format!("{name}.sql")));
        }
        for file in FILES {
            fs::copy(self.folder.join(file), home.data().join(file)).expect("it is there");
        }
        home
    }

    /// Writes what `home` holds as the fixture.
    pub(crate) fn write(&self, home: &Home) {
        let _ = fs::remove_dir_all(&self.folder);
        fs::create_dir_all(self.folder.join("reports")).expect("there is room");
        let write = |name: &str, text: &str| {
            fs::write(self.folder.join(name), text).expect("there is room");
        };
        for entry in fs::read_dir(home.data()).expect("it is there") {
            let path = entry.expect("it can be read").path();
            let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
            if name.ends_with(".db") {
                write(&format!("{name}.sql"), &dump::dump(&path));
            }
        }
        for file in FILES {
            fs::copy(home.data().join(file), self.folder.join(file)).expect("it is there");
        }
        write("report.json", &home.prints(REPORT));
        write("export.ndjson", &home.exported());
    }
}
