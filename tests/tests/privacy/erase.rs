//! Somebody is erased, beside a server and without, and nothing of theirs is left.

use std::fs;

use serde_json::{Value, json};
use weir_tests::event::session_id;
use weir_tests::home::MAIN;
use weir_tests::ndjson::{import_lines, importable};
use weir_tests::streams::stream;
use weir_tests::{Home, Server, files_with};

const SEALED: &str = "[privacy]\nseal = true\n";
const ANN: &str = "ann.miller@example.com";
const BOB: &str = "bob-the-builder-0815";

fn body(session: u64, code: u32, end_user: &str, reference: &str) -> String {
    json!({
        "id": session_id(session),
        "attemptId": format!("00000000-0000-4000-9000-{session:012x}"),
        "feature": "selfid",
        "code": code,
        "action": if code == 7001 { "started" } else { "submitted" },
        "vendorData": reference,
        "endUserId": end_user,
    })
    .to_string()
}

/// Two sessions of Ann's, one of Bob's, and a body that is none of an event but names Ann.
fn bodies() -> Vec<String> {
    vec![
        body(1, 7001, ANN, "order 1 of Ann"),
        body(1, 7002, ANN, "order 1 of Ann"),
        body(2, 7001, ANN, "order 2 of Ann"),
        body(3, 7001, BOB, "order 3 of Bob"),
        format!("{{\"verification\":{{\"person\":\"{ANN}\"}}}}"),
    ]
}

fn report(home: &Home, unit: &str) -> Vec<u8> {
    home.weir([
        "report",
        "abandonment",
        "--from",
        "2020-01-01",
        "--to",
        "2100-01-01",
        "--as-of",
        "2100-01-01",
        "--unit",
        unit,
        "--format=json",
    ])
    .ok()
    .stdout
}

fn erased(home: &Home, args: &[&str]) -> Value {
    let run = home.weir([&["erase", "--json", "--yes"], args].concat()).ok();
    serde_json::from_slice(&run.stdout).expect("JSON")
}

fn found(server: &Server, text: &str) -> Vec<Value> {
    let text = text.replace(' ', "%20").replace('@', "%40");
    let sessions = server.json(&format!("/api/v1/sessions?from=2020-01-01&to=2100-01-01&q={text}"));
    sessions["sessions"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect()
}

#[test]
fn somebody_is_erased_beside_a_server_and_nothing_gives_them_any_more() {
    let home = Home::with(SEALED);
    let server = Server::start(&home);
    server.takes(MAIN, &bodies());
    server.counts(5);
    // Sealed, it is in no file; whoever may see it sees it.
    assert_eq!(files_with(&home.data(), ANN), Vec::<String>::new());
    assert_eq!(files_with(&home.data(), BOB), Vec::<String>::new());
    let session = || server.json(&format!("/api/v1/sessions/{}", session_id(1)));
    assert_eq!(session()["end_user_id"], ANN);
    assert_eq!(session()["vendor_data"], "order 1 of Ann");
    assert_eq!(session()["withheld"], json!([]));
    assert_eq!(found(&server, ANN).len(), 2);
    assert_eq!(found(&server, "order 3 of Bob"), [session_id(3)]);
    assert!(server.get("/api/v1/deliveries/5/body").text().contains(ANN));
    let before = [report(&home, "session"), report(&home, "end_user")];

    let dry = home.weir(["erase", "--end-user", ANN, "--dry-run"]).ok().text();
    assert!(dry.contains("4 deliveries in 2 sessions"), "{dry}");
    assert_eq!(session()["end_user_id"], ANN);
    home.weir(["erase", "--end-user", ANN]).failed(2, &["say so with --yes"]);
    let told = erased(&home, &["--end-user", ANN]);
    assert_eq!(told["erased"]["proved"], true, "{told}");
    assert_eq!((&told["deliveries"], &told["sessions"]), (&json!(4), &json!(2)), "{told}");
    assert_eq!(told["erased"]["keys"], 2, "hers, and that of the body which named her");

    let shown = session();
    let pseudonym = shown["end_user_id"].as_str().expect("a pseudonym").to_owned();
    assert!(pseudonym.starts_with('~'), "{shown}");
    assert_eq!(
        shown["withheld"],
        json!([{"field": "endUserId", "pseudonym": pseudonym, "why": "erased"}])
    );
    assert_eq!(shown["vendor_data"], "order 1 of Ann", "nobody asked for that");
    assert!(!server.get("/api/v1/deliveries/5/body").text().contains(ANN));
    assert_eq!(found(&server, ANN), Vec::<Value>::new());
    assert_eq!(found(&server, &pseudonym).len(), 2);
    assert_eq!(found(&server, BOB).len(), 1);
    assert_eq!([report(&home, "session"), report(&home, "end_user")], before);

    // The provider sends again what it sent: it counts as hers, and says nothing.
    server
        .takes(MAIN, &[body(1, 7002, ANN, "order 1 of Ann"), body(2, 7002, ANN, "order 2 of Ann")]);
    server.counts(7);
    assert_eq!(files_with(&home.data(), ANN), Vec::<String>::new());
    assert_eq!(found(&server, &pseudonym).len(), 2);
    let late = server.get("/api/v1/deliveries/7/body");
    assert!(!late.text().contains(ANN) && late.text().contains(&pseudonym), "{}", late.text());
    home.weir(["log", "verify"]).ok();
    let record = home.weir(["audit"]).ok().text();
    assert!(record.contains(&pseudonym) && !record.contains(ANN), "{record}");
    // Once more is no harm, says whom it was of, and proves it again.
    let again = erased(&home, &["--end-user", ANN]);
    assert_eq!(again["subjects"][0]["pseudonym"], pseudonym, "{again}");
    assert_eq!(again["erased"]["proved"], true, "{again}");
    assert_eq!((&again["deliveries"], &again["erased"]["keys"]), (&json!(5), &json!(0)), "{again}");
    let (status, _) = server.stop();
    assert_eq!(status, Some(0));
}

#[test]
fn whom_a_session_names_is_erased_and_where_else_they_stand_is_said() {
    let home = Home::with(SEALED);
    let server = Server::start(&home);
    server.takes(MAIN, &bodies());
    server.counts(5);
    server.stop();
    let told = erased(&home, &["--session", &session_id(1)]);
    assert_eq!(told["erased"]["proved"], true, "{told}");
    assert_eq!(told["other_sessions"], 1, "{told}");
    let exported = home.exported();
    assert!(!exported.contains(ANN) && !exported.contains("order 1 of Ann"), "{exported}");
    assert!(exported.contains("order 2 of Ann") && exported.contains(BOB), "{exported}");
    // Who that was is not known any more: what cannot be looked for is not said to be nowhere.
    let again = erased(&home, &["--session", &session_id(1)]);
    let subjects = |told: &Value| told["subjects"].as_array().expect("a list").clone();
    assert!(subjects(&told).starts_with(&subjects(&again)), "{again}");
    assert_eq!(subjects(&again).len(), 2, "{again}");
    assert_eq!(again["erased"]["files_searched"], Value::Null, "{again}");
    let said = home.weir(["erase", "--yes", "--session", &session_id(1)]).ok().text();
    assert!(said.contains("nothing in the log gives the values any more"), "{said}");
    home.weir(["erase", "--yes", "--session", &session_id(9)]).failed(2, &["no session"]);
}

#[test]
fn what_stands_in_plain_or_in_another_file_is_found() {
    let home = Home::new();
    let line = |number: u64, name: &str| {
        let body = body(number, 7001, name, "");
        format!("{{\"received_at\":\"2026-01-05T09:00:00Z\",\"payload\":{body}}}\n")
    };
    home.import(&line(1, ANN));
    let config = fs::read_to_string(home.path("weir.toml")).expect("it was written");
    home.write("weir.toml", format!("{config}\n{SEALED}"));
    home.import(&(line(2, ANN) + &line(3, BOB)));
    let plain = home.weir(["erase", "--yes", "--end-user", ANN]);
    let said = plain.text();
    assert!(said.contains("in 1 delivery: 1; `weir seal`"), "{said}");
    plain.failed(1, &["still to be found"]);
    // Of Bob nothing was in plain: only what somebody put there, packed.
    let outputs = home.data().join("outputs/7");
    fs::create_dir_all(&outputs).expect("a folder");
    let packed = zstd::encode_all(format!("<p>{BOB}</p>").as_bytes(), 3).expect("packed");
    fs::write(outputs.join("report.html.zst"), packed).expect("a file");
    let found = home.weir(["erase", "--yes", "--end-user", BOB]);
    assert!(found.text().contains("report.html.zst, packed at byte 0"), "{}", found.text());
    found.failed(1, &["still to be found"]);
    fs::remove_file(outputs.join("report.html.zst")).expect("it is there");
    assert_eq!(erased(&home, &["--end-user", BOB])["erased"]["proved"], true);
}

#[test]
fn an_erasure_from_any_log_changes_no_report() {
    for seed in 0..3 {
        let home = Home::with(SEALED);
        home.import(&import_lines(&importable(&stream(seed))));
        let units = ["session", "attempt", "end_user"];
        let before = units.map(|unit| report(&home, unit));
        for line in home.exported().lines().step_by(9).take(3) {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let Some(id) = line["payload"]["id"].as_str() else { continue };
            let run = home.weir(["erase", "--yes", "--json", "--session", id]);
            // A short value may stand elsewhere, too; that is told, and no reason to change a number.
            assert!(matches!(run.status, Some(0 | 1)), "{run:?}");
        }
        assert_eq!(units.map(|unit| report(&home, unit)), before, "seed {seed}");
    }
}

#[test]
fn people_are_erased_while_their_deliveries_come() {
    const PEOPLE: u64 = 24;
    const ERASED: u64 = 6;
    let home = Home::with(SEALED);
    let server = Server::start(&home);
    let name = |number: u64| format!("person-{number:03}-of-the-load");
    let post = |round: u64| {
        for number in 0..PEOPLE {
            server.takes(MAIN, &[body(round * PEOPLE + number, 7001, &name(number), "")]);
        }
    };
    post(0);
    std::thread::scope(|scope| {
        let posting = scope.spawn(|| (1..12).for_each(post));
        for number in 0..ERASED {
            let told = erased(&home, &["--end-user", &name(number)]);
            assert_eq!(told["erased"]["proved"], true, "{told}");
        }
        posting.join().expect("everything is taken");
    });
    server.counts(12 * PEOPLE);
    server.stop();
    let exported = home.exported();
    for number in 0..PEOPLE {
        let count = exported.matches(&name(number)).count();
        assert_eq!(count, if number < ERASED { 0 } else { 12 }, "{}", name(number));
        assert_eq!(files_with(&home.data(), name(number)), Vec::<String>::new());
    }
    let report: Value = serde_json::from_slice(&report(&home, "end_user")).expect("JSON");
    assert_eq!(report["totals"]["started"], PEOPLE, "{report}");
    home.weir(["log", "verify"]).ok();
}
