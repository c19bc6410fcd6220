//! A server with something to look at.

use weir_domain::Timestamp;
use weir_simulator::Scenario;
use weir_tests::ndjson::{import_lines, importable};
use weir_tests::{Home, RawDelivery, Server};

/// The whole of the usual world, asked about at a fixed instant: the same on every day.
const USUAL: &str = "from=2026-06-01&to=2026-07-01&as_of=2026-07-15&tz=Europe/Tallinn";

/// A running server, and the folder that it works on.
pub(crate) struct World {
    server: Server,
    range: &'static str,
    _home: Home,
}

impl World {
    /// Two months of simulated sessions with the usual troubles.
    pub(crate) fn usual() -> World {
        let (from, until) = (at("2026-05-01T00:00:00Z"), at("2026-07-01T00:00:00Z"));
        let scenario =
            Scenario { unreadable_share: 0.002, ..Scenario::realistic(11, from, until, 60.0) };
        World::of(&simulated(&scenario), USUAL)
    }

    /// A log with these lines.
    fn of(lines: &str, range: &'static str) -> World {
        let home = Home::new();
        home.import(lines);
        let server = Server::start(&home);
        server.counts(home.verified());
        World { server, range, _home: home }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// What pages are asked.
    pub(crate) fn range(&self) -> &'static str {
        self.range
    }
}

/// A scenario as lines of `weir import`.
fn simulated(scenario: &Scenario) -> String {
    let integrations = ["main", "main-test"];
    let deliveries = scenario.deliveries().zip(1..).map(|(sent, seq)| RawDelivery {
        seq,
        received_at_us: sent.at.as_micros(),
        integration: integrations[sent.integration].to_owned(),
        body: sent.body,
    });
    import_lines(&importable(&deliveries.collect::<Vec<_>>()))
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}
