//! A provider, into a file and to a server.

use std::collections::BTreeMap;

use serde_json::Value;
use weir_tests::home::MAIN;
use weir_tests::{Home, Server};

/// How many of each code stand in a file of lines.
fn codes(text: &str) -> BTreeMap<String, u64> {
    let mut codes = BTreeMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        *codes.entry(line["payload"]["code"].to_string()).or_default() += 1;
    }
    codes
}

#[test]
fn a_simulated_backlog_is_one_that_can_be_imported() {
    let home = Home::new();
    let args = ["simulate", "--days=10", "--sessions-per-day=60", "--seed=5", "--out"];
    let said = home.prints(args.into_iter().chain(["backlog.ndjson.zst"]));
    assert!(said.starts_with("backlog.ndjson.zst: "), "{said}");
    home.weir(["import", "backlog.ndjson.zst"]).ok();
    let report = home.report(["--from=-15d"]);
    let count = |name: &str| report["totals"][name].as_u64().expect("a count");
    assert!((400..800).contains(&count("started")), "{}", report["totals"]);
    for name in ["submitted", "cancelled", "abandoned", "recovered"] {
        assert!(0 < count(name), "nobody {name}: {}", report["totals"]);
    }
    let codes = codes(&home.exported());
    for code in ["7001", "7002", "7007", "7009", "7010", "7011"] {
        assert!(codes.contains_key(code), "no {code} in {codes:?}");
    }
}

#[test]
fn it_posts_what_a_server_takes_and_what_it_refuses() {
    let home = Home::new();
    let server = Server::start(&home);
    let url = format!("http://{}", server.address());
    let said = home.prints([
        "simulate",
        "--to",
        &url,
        "--api-key",
        MAIN.api_key,
        "--secret-file",
        "main-first",
        "--count=300",
        "--rate=5000",
        "--bad-signature=0.2",
    ]);
    let answers: BTreeMap<&str, u64> = said
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(status, count)| (status, count.parse().expect("a count")))
        .collect();
    let (taken, refused) = (answers["200"], answers["401"]);
    assert_eq!(taken + refused, 300, "{said}");
    assert!((20..120).contains(&refused), "a fifth is badly signed: {said}");
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(home.verified(), taken);
}

#[test]
fn where_nobody_listens_that_is_said() {
    let home = Home::new();
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", free.local_addr().expect("it is bound"));
    drop(free);
    let args = ["simulate", "--to", &url, "--api-key=k", "--secret-file=main-first", "--count=3"];
    let fragments = ["3 of 3 deliveries got no answer", "is `weir serve` running there?"];
    home.weir(args.into_iter().chain(["--rate=1000"])).failed(1, &fragments);
}

#[test]
fn a_number_that_nobody_can_live_with_is_refused() {
    let home = Home::new();
    let to = ["simulate", "--to=http://127.0.0.1:9", "--api-key=k", "--secret-file=main-first"];
    // Waits that are longer than can be told, and instants before all calendars, ended the process.
    for (flag, fragment) in [
        ("--rate=1e-300", "--rate is 1e-300: it must lie between 0.001 and"),
        ("--rate=inf", "--rate is inf"),
        ("--rate=nan", "--rate is NaN"),
        ("--sessions-per-day=1e300", "--sessions-per-day is 1e300"),
        ("--days=4294967295", "4294967295 is not in 1..=36525"),
    ] {
        home.weir(to.iter().copied().chain([flag])).failed(2, &[fragment]);
    }
}

#[test]
fn a_secret_that_has_no_end_is_not_read_to_it() {
    let home = Home::new();
    let fragments = ["/dev/zero cannot be read", "more than 16384 bytes", "--secret-file"];
    home.weir(["sign", "--secret-file", "/dev/zero", "weir.toml"]).failed(2, &fragments);
    let to = ["simulate", "--to=http://127.0.0.1:9", "--api-key=k", "--secret-file=/dev/zero"];
    home.weir(to).failed(2, &fragments);
}
