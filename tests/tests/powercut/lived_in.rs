//! A data directory with something of everything in it.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use weir_tests::Home;
use weir_tests::event::event;

/// How many deliveries there are.
pub(crate) const FIRST: u64 = 30;

/// What operators wrote, beside the log and the small databases.
const WRITTEN: [&str; 2] = ["catalogue.toml", "reports/lately.toml"];

const LATELY: &str = "title = \"Lately\"\nformats = [\"json\"]\n\n[ask]\nfrom = \"-1d\"\nto = \"now\"\n\n\
                      [[recipient]]\nfile = \"{run}.{format}\"\n";

/// Deliveries, people, a catalogue, and a definition that goes to a file.
pub(crate) fn lived_in() -> Home {
    let home = Home::new();
    grow(&home, "data", 0..FIRST);
    home.define("lately", LATELY);
    name_a_screen(&home, "Front");
    home.weir(["people", "add", "Ann", "--role", "viewer"]).ok();
    home
}

/// Deliveries for a data directory in the folder.
pub(crate) fn grow(home: &Home, name: &str, sessions: Range<u64>) {
    let file = lined_up(home, sessions);
    home.weir(["import", "lines.ndjson", "--data-dir", name]).ok();
    fs::remove_file(file).expect("it was imported");
}

/// A file of deliveries to import, one of each session.
pub(crate) fn lined_up(home: &Home, sessions: Range<u64>) -> PathBuf {
    let lines = sessions.map(|session| {
        let body = event(session, 7001);
        format!("{{\"received_at\":\"2026-01-05T00:00:00Z\",\"payload\":{body}}}\n")
    });
    home.write("lines.ndjson", lines.collect::<String>())
}

/// Writes the catalogue.
pub(crate) fn name_a_screen(home: &Home, label: &str) {
    let text = format!("[[screen]]\nstate = \"front_shown\"\nlabel = \"{label}\"\norder = 1\n");
    home.write("data/catalogue.toml", text);
}

/// What a data directory holds: the deliveries, and what operators wrote.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) bodies: Vec<String>,
    written: [String; 2],
}

impl Held {
    /// What a data directory in the folder holds.
    #[track_caller]
    pub(crate) fn of(home: &Home, name: &str) -> Held {
        let file = |file| fs::read_to_string(home.path(name).join(file)).unwrap_or_default();
        Held { bodies: home.bodies_in(name), written: WRITTEN.map(file) }
    }
}
