//! A server with simulated traffic.

use serde_json::Value;
use weir_tests::event::cancelled_at;
use weir_tests::{Home, Server};

/// A screen that some provider might name.
pub(crate) const MARKUP: &str = "<script>document.title='taken over'</script><b>bold</b>";

/// All of it, with nothing that depends on when it is asked: the months of a century.
pub(crate) const EVERYTHING: &str =
    "from=2020-01-01&to=2100-01-01&as_of=2100-01-01&bucket=month&by=weekday";

/// A running server, and the folder that it works on.
pub(crate) struct World {
    pub(crate) server: Server,
    _home: Home,
}

impl World {
    pub(crate) fn new() -> World {
        let home = Home::new();
        home.prints([
            "simulate",
            "--seed=11",
            "--days=12",
            "--sessions-per-day=80",
            "--out=backlog.ndjson",
        ]);
        let markup = (0..5).map(|session| {
            let body = cancelled_at(session, MARKUP);
            format!("{{\"received_at\":\"2026-01-05T09:14:02Z\",\"payload\":{body}}}\n")
        });
        home.write("markup.ndjson", markup.collect::<String>());
        home.weir(["import", "backlog.ndjson", "markup.ndjson"]).ok();
        let server = Server::start(&home);
        server.counts(home.verified());
        World { server, _home: home }
    }

    /// The address of a page.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// What the API says about [`EVERYTHING`].
    #[track_caller]
    pub(crate) fn report(&self) -> Value {
        self.server.json(&format!("/api/v1/reports/abandonment?{EVERYTHING}"))
    }
}
