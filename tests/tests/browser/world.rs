//! A server with something to look at.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use weir_domain::Timestamp;
use weir_simulator::Scenario;
use weir_tests::ndjson::{import_lines, importable};
use weir_tests::owner::setup_token;
use weir_tests::{Home, RawDelivery, Server};

use crate::reports;

/// Longer than the scheduler takes to look at a thousand definitions.
const PATIENCE: Duration = Duration::from_secs(60);

/// The whole of the usual world, asked about at a fixed instant: the same on every day.
const USUAL: &str = "from=2026-06-01&to=2026-07-01&as_of=2026-07-15&tz=Europe/Tallinn";

/// Five years by the week.
const YEARS: &str = "from=2021-01-01&to=2026-01-01&as_of=2026-01-15&bucket=week&tz=Europe/Tallinn";

/// Names that some provider might send: as text none of them does harm.
const HOSTILE: &[&str] = &[
    "<script>globalThis.taken_over=1;alert(1)</script><b class=hostile>bold</b>",
    "\"><img src=x onerror=\"globalThis.taken_over=1\">'`${alert(1)}{{7*7}}",
    "abc\u{202e}txt.exe\u{2066}x\u{200f}\u{0}\u{7}\u{1b}[31m",
    "</title></style></script><svg onload=alert(1)>&lt;&amp;&#60;",
    "javascript:alert(1)//\r\nset-cookie: a=b",
];

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
        World::with(&simulated(&scenario), USUAL, reports::usual)
    }

    /// Nothing has arrived yet.
    pub(crate) fn empty() -> World {
        World::of("", "")
    }

    /// Screens, reasons and references with [`HOSTILE`] names, and one of 200 characters.
    pub(crate) fn hostile() -> World {
        let long = "w".repeat(200);
        let names: Vec<&str> = HOSTILE.iter().copied().chain([long.as_str()]).collect();
        let lines = (0..names.len() * 40).map(|number| {
            let name = names[number % names.len()];
            let reason = names[(number / names.len()) % names.len()];
            cancelled(number, "2026-06-10T09:00:00Z", name, reason, name)
        });
        let unreadable = names.iter().map(|name| {
            let line =
                json!({"received_at": "2026-06-11T09:00:00Z", "payload": format!("{{{name}")});
            format!("{line}\n")
        });
        let lines: String = lines.chain(unreadable).collect();
        World::with(&lines, USUAL, |home| reports::hostile(home, &names))
    }

    /// 500 screens, over five years, and a thousand reports.
    pub(crate) fn heavy() -> World {
        let lines = (0..20_000_usize).map(|number| {
            // The first screens are left by more than the last, and no week is empty.
            let screen = (number * number / 7) % 500 * (number % 5) / 4;
            let (year, month, day) = (2021 + number % 5, 1 + number / 5 % 12, 1 + number / 60 % 28);
            let at =
                format!("{year}-{month:02}-{day:02}T{:02}:{:02}:00Z", number % 24, number % 60);
            let reason = format!("reason_{}", number % 90);
            cancelled(number, &at, &format!("screen_number_{screen:03}_shown"), &reason, "")
        });
        World::with(&lines.collect::<String>(), YEARS, reports::many)
    }

    /// Sessions of the last weeks, by this machine's clock: yesterday ten left at the camera screen.
    #[allow(clippy::disallowed_methods)] // what "yesterday" means, the server asks the real clock too
    pub(crate) fn yesterday() -> World {
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let lines = (0..30_usize * 12).map(|number| {
            let (days_ago, of_the_day) = (number / 12, number % 12);
            let day = today - jiff::Span::new().days(days_ago as i64);
            // Ten of the twelve at the camera screen yesterday, another number on every other day.
            let at_camera = if days_ago == 1 { 10 } else { days_ago % 10 };
            let screen =
                if of_the_day < at_camera { "camera_access_blocked" } else { "document_front" };
            let at = format!("{day}T{of_the_day:02}:30:00Z");
            cancelled(number, &at, &format!("{screen}_screen_shown"), "quit_session_confirmed", "")
        });
        World::of(&lines.collect::<String>(), "")
    }

    /// A dashboard that is open to nobody, and has nobody yet.
    pub(crate) fn closed() -> World {
        let home = Home::closed();
        World { server: Server::start(&home), range: "", _home: home }
    }

    /// What the console says that makes its reader the owner.
    pub(crate) fn setup_token(&self) -> String {
        setup_token(&self.server)
    }

    /// A log with these lines.
    fn of(lines: &str, range: &'static str) -> World {
        World::with(lines, range, |_| ())
    }

    /// The same, with what `prepare` puts beside it.
    fn with(lines: &str, range: &'static str, prepare: impl FnOnce(&Home)) -> World {
        let home = Home::new();
        if !lines.is_empty() {
            home.import(lines);
        }
        prepare(&home);
        let server = Server::start(&home);
        if !lines.is_empty() {
            server.counts(home.verified());
        }
        looked_at(&server);
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

/// Waits until the scheduler has looked at every definition: what is wrong stands on the pages then.
fn looked_at(server: &Server) {
    let begun = Instant::now();
    let is_known = |schedule: &Value| {
        let mails = schedule["recipients"].as_array().into_iter().flatten();
        let mails = mails.filter_map(Value::as_str).any(|to| to.starts_with("mail:"));
        // There is no mail server in these worlds.
        !mails || schedule["troubles"].as_array().is_some_and(|troubles| !troubles.is_empty())
    };
    loop {
        let all = server.json("/api/v1/schedules");
        let schedules = all["schedules"].as_array().expect("a list");
        if schedules.iter().all(is_known) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "the scheduler does not look: {}", server.said());
        thread::sleep(Duration::from_millis(20));
    }
}

/// A session that was cancelled, as a line of `weir import`.
fn cancelled(number: usize, at: &str, state: &str, reason: &str, reference: &str) -> String {
    let id = |kind: u16| format!("00000000-0000-4000-{kind:04x}-{number:012x}");
    let line = json!({"received_at": at, "payload": {
        "id": id(0x8000), "attemptId": id(0x9000), "feature": "selfid",
        "code": 7010, "action": "flow_cancelled", "context": {"reason": reason, "state": state},
        "vendorData": reference, "endUserId": null,
    }});
    format!("{line}\n")
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
