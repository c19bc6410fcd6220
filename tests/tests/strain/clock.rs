//! A clock that jumps, while clients post and from one start to the next.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use weir_tests::chance::seeded;
use weir_tests::command_line::report_args;
use weir_tests::load::{self, join};
use weir_tests::oracle::Bucket;
use weir_tests::{Home, Interposer, Query, RawDelivery, Run, Server, abandonment, assert_same};

const HOUR_S: i64 = 60 * 60;

/// By how many seconds the time of day is later, one after the other.
const JUMPS: [&[i64]; 2] = [
    &[0, 2 * HOUR_S, -2 * HOUR_S, 26 * HOUR_S, 0],
    // After a restart.
    &[-3 * HOUR_S, HOUR_S, -30 * HOUR_S],
];

/// Each full hour has one run.
const HOURLY: &str = r#"
title = "By the hour"
formats = ["json"]

[schedule]
when = "hourly UTC"
missed = "all"

[ask]
from = "-1d"
to = "now"

[[recipient]]
file = "{name}/{run}.{format}"
"#;

#[test]
fn a_clock_that_jumps_loses_nothing_and_every_report_is_what_the_log_says() {
    let rng = &mut seeded("WEIR_STRAIN_SEED");
    let home = Home::new();
    home.define("hourly", HOURLY);
    let interposer = Interposer::at(&home);
    interposer.lift();
    let mut posted = Vec::new();
    for (life, jumps) in (0..).zip(JUMPS) {
        let server = Server::run(interposer.over(Server::command(&home))).expect("it starts");
        let posting = load::start(server.address(), life, "", rng);
        for jump in jumps {
            interposer.plan(&format!("clock {jump}"));
            thread::sleep(Duration::from_millis(1_200));
            assert_eq!(server.get("/readyz").status, 200, "{jump}");
            assert_eq!(server.get("/").status, 200, "{jump}");
        }
        server.signal("TERM");
        posted.extend(join(posting));
    }
    interposer.lift();

    let log = deliveries(&home);
    let bodies: BTreeSet<&[u8]> = log.iter().map(|delivery| &*delivery.body).collect();
    for body in posted.iter().flat_map(|posted| &posted.taken) {
        assert!(bodies.contains(body.as_bytes()), "answered with 200 but not in the log: {body}");
    }
    assert_eq!(home.verified(), log.len() as u64);
    let back = log.windows(2).filter(|pair| pair[1].received_at_us < pair[0].received_at_us);
    assert!(4 <= back.count(), "the clock went back");

    let (first, last) = ("2020-01-01T00:00:00Z", "2120-01-01T00:00:00Z");
    let at_us = |text: &str| text.parse::<Timestamp>().expect("an instant").as_microsecond();
    let mut query = Query::new(at_us(first), at_us(last), at_us(last));
    query.bucket = Bucket::Month;
    let report = Run::of(&mut home.command(report_args(&query))).ok();
    let report = serde_json::from_slice(&report.stdout).expect("the report is JSON");
    assert_same(&report, &abandonment(&log, &query));

    // Whatever hours there were, none has two runs.
    let told = home.prints(["schedule", "list", "hourly", "--json", "--runs", "1000"]);
    let told: serde_json::Value = serde_json::from_str(&told).expect("it is JSON");
    let runs = told["runs"].as_array().expect("a list");
    let of: Vec<&str> =
        runs.iter().map(|run| run["scheduled_at"].as_str().expect("an instant")).collect();
    assert!(!of.is_empty(), "full hours passed, and had no run: {told:#}");
    assert_eq!(of.iter().collect::<BTreeSet<_>>().len(), of.len(), "{of:?}");
    println!("{} deliveries, {} runs of full hours", log.len(), of.len());
}

/// The log, with the time that each delivery was received.
fn deliveries(home: &Home) -> Vec<RawDelivery> {
    let lines = home.exported();
    let times = lines.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        let at = line["received_at"].as_str().expect("a time").to_owned();
        at.parse::<Timestamp>().expect("a time").as_microsecond()
    });
    let bodies = home.bodies();
    let all = (1..).zip(times).zip(bodies);
    all.map(|((seq, received_at_us), body)| RawDelivery {
        seq,
        received_at_us,
        integration: "main".to_owned(),
        body: body.into_bytes(),
    })
    .collect()
}
