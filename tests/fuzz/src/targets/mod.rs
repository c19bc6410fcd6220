//! One file for each target.

mod catalogue; // a catalogue of screens and reasons
mod chart; // charts with any names and numbers
mod configuration; // `weir.toml`, and what the environment lays over it
mod csv; // cells, written and read again
mod cursor; // where the next page of a list begins
mod definition; // a report with a name, and when it is due
mod delivery; // the body of a webhook
mod import_line; // a line of a backlog
mod log; // a backlog, imported, exported, imported again
mod mail; // a message, from any words
mod query; // the parameters of pages and of the API
mod report; // whatever was delivered, as every file that a report is sent as
mod sealed; // a body whose personal values are sealed
mod signature; // the headers that sign a body

/// A place that is fuzzed.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// What it is called, as is the folder of its corpus.
    pub name: &'static str,
    /// Tries one input.
    ///
    /// # Panics
    /// Where a promise is broken.
    pub run: fn(&[u8]),
    /// Up to how many bytes of input are worth a try.
    pub bytes_max: usize,
    /// How many inputs that chance makes the gate tries: as many as take about a second.
    pub tries: u32,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "delivery", run: delivery::run, bytes_max: 2_048, tries: 20_000 },
    Target { name: "sealed", run: sealed::run, bytes_max: 2_048, tries: 5_000 },
    Target { name: "signature", run: signature::run, bytes_max: 1_024, tries: 20_000 },
    Target { name: "import_line", run: import_line::run, bytes_max: 2_048, tries: 20_000 },
    Target { name: "log", run: log::run, bytes_max: 2_048, tries: 60 },
    Target { name: "configuration", run: configuration::run, bytes_max: 4_096, tries: 2_000 },
    Target { name: "catalogue", run: catalogue::run, bytes_max: 2_048, tries: 2_000 },
    Target { name: "definition", run: definition::run, bytes_max: 2_048, tries: 4_000 },
    Target { name: "query", run: query::run, bytes_max: 1_024, tries: 2_000 },
    Target { name: "cursor", run: cursor::run, bytes_max: 512, tries: 4_000 },
    Target { name: "csv", run: csv::run, bytes_max: 1_024, tries: 10_000 },
    Target { name: "chart", run: chart::run, bytes_max: 512, tries: 200 },
    Target { name: "mail", run: mail::run, bytes_max: 1_024, tries: 4_000 },
    Target { name: "report", run: report::run, bytes_max: 2_048, tries: 100 },
];

impl Target {
    /// The target of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Target> {
        TARGETS.iter().find(|target| target.name == name)
    }
}
