//! Every format, every default.

use std::collections::BTreeSet;

use serde_json::Value;
use weir_tests::event::{cancelled_at, event};
use weir_tests::home::MAIN;
use weir_tests::{Home, Server, png};

/// A log of a week in January, and a session of just now.
fn home() -> Home {
    let home = Home::new();
    let mut lines = String::new();
    for session in 0..30_u64 {
        for (minute, body) in
            [(0, event(session, 7001)), (9, cancelled_at(session, "intro_screen_shown"))]
        {
            let day = 5 + session % 7;
            lines.push_str(&format!(
                "{{\"received_at\":\"2026-01-{day:02}T22:{minute:02}:00Z\",\"payload\":{body}}}\n"
            ));
        }
    }
    home.import(&lines);
    home
}

const JANUARY: [&str; 3] = ["--from=2026-01-01", "--to=2026-02-01", "--as-of=2026-02-01"];

#[test]
fn every_format_is_what_it_says() {
    let home = home();
    for (format, begins, has) in [
        ("table", "0 of 30 sessions submitted", "Introduction"),
        ("json", "{\"report\":\"abandonment\",\"version\":1,", "intro_screen_shown"),
        ("csv", "section,key,key_2,label,measure,value,low,high", "intro_screen_shown"),
        ("html", "<!DOCTYPE html>", "Introduction"),
        ("svg", "<svg ", "Introduction"),
    ] {
        let args = ["report", "abandonment", "--format", format];
        let text = home.prints(args.into_iter().chain(JANUARY));
        assert!(text.starts_with(begins), "{format}: {}", &text[..text.len().min(200)]);
        assert!(text.contains(has), "{format}");
        // To a file the same, and nothing on stdout.
        let file = home.path(&format!("report.{format}"));
        let out = ["--out", file.to_str().expect("a path of ours is text")];
        assert_eq!(home.prints(args.into_iter().chain(JANUARY).chain(out)), "");
        assert_eq!(std::fs::read_to_string(&file).expect("it was written"), text, "{format}");
    }
    let args = ["report", "--format", "png"].into_iter().chain(JANUARY);
    let picture = home.weir(args).ok().stdout;
    let (width, height) = png::size(&picture);
    assert!(600 < width && 400 < height, "{width}x{height}");
    let colours: BTreeSet<u8> = picture.iter().copied().collect();
    assert!(200 < colours.len(), "a picture of nothing compresses to few bytes: {colours:?}");
}

#[test]
fn the_same_question_has_the_same_bytes_for_an_answer() {
    let home = home();
    for format in ["table", "json", "csv", "html", "svg", "png"] {
        let ask =
            || home.weir(["report", "--format", format].into_iter().chain(JANUARY)).ok().stdout;
        assert!(ask() == ask(), "{format}");
    }
}

#[test]
fn by_default_it_is_about_the_last_thirty_days() {
    let home = home();
    let server = Server::start(&home);
    server.takes(MAIN, &[event(99, 7001)]);
    assert_eq!(server.stop().0, Some(0));
    let report = home.report::<&str>([]);
    assert_eq!(report["totals"]["started"], 1);
    let input = &report["input"];
    for (name, want) in [
        ("timezone", Value::from("UTC")),
        ("unit", "session".into()),
        ("window_seconds", 604_800.into()),
        ("bucket", "day".into()),
        ("by", Value::Null),
        ("filters", serde_json::json!({})),
    ] {
        assert_eq!(input[name], want, "{name}");
    }
    assert_eq!(input["to"], input["as_of"]);
    let instant = |name: &str| {
        let text = input[name].as_str().expect("a text");
        text.parse::<jiff::Timestamp>().expect("an instant")
    };
    assert_eq!(instant("to").duration_since(instant("from")).as_hours(), 30 * 24);
}

#[test]
fn a_zone_moves_days_and_midnights() {
    let home = home();
    let started = |tz: &str, from: &str, to: &str| {
        let flags = [
            format!("--tz={tz}"),
            format!("--from={from}"),
            format!("--to={to}"),
            "--as-of=2026-02-01".to_owned(),
        ];
        let report = home.report(flags);
        let first = &report["trend"][0];
        assert_eq!(first["bucket"], from);
        first["started"].as_u64().expect("a count")
    };
    // Sessions begin at 22:00 UTC, which is the next day in Tallinn.
    assert_eq!(started("UTC", "2026-01-05", "2026-01-06"), 5);
    assert_eq!(started("Europe/Tallinn", "2026-01-05", "2026-01-06"), 0);
    assert_eq!(started("Europe/Tallinn", "2026-01-06", "2026-01-07"), 5);
    // The configuration's zone is the default.
    home.write("weir.toml", "[report]\ntimezone = \"Europe/Tallinn\"\n");
    let report = home.report(["--from=2026-01-05", "--to=2026-01-06"]);
    assert_eq!(report["input"]["timezone"], "Europe/Tallinn");
    assert_eq!(report["input"]["from"], "2026-01-04T22:00:00Z");
}

#[test]
fn a_reader_that_had_enough_is_no_failure() {
    let home = home();
    let script = format!(
        "{} report --from=2026-01-01 --to=2026-02-01 --format=html | head -c 10; exit ${{PIPESTATUS[0]}}",
        weir_tests::weir_bin().display()
    );
    let mut command = std::process::Command::new("bash");
    command.arg("-c").arg(script).env("WEIR_DATA_DIR", home.data()).current_dir(&home);
    let run = weir_tests::Run::of(&mut command).ok();
    assert_eq!((run.text().as_str(), run.stderr.as_str()), ("<!DOCTYPE ", ""));
}

#[test]
fn an_operators_catalogue_names_what_the_shipped_one_does_not() {
    let home = home();
    home.write(
        "screens.toml",
        "[[screen]]\nstate = \"intro_screen_shown\"\nlabel = \"Tervitus\"\nstage = \"intro\"\n",
    );
    home.write("weir.toml", "catalog = \"screens.toml\"\n");
    let report = home.report(JANUARY);
    assert_eq!(report["by_state"][0]["label"], "Tervitus");
    assert_eq!(report["by_state"][0]["at_risk"], Value::Null, "it has no order any more");
}

/// A definition in the data directory.
fn define(home: &Home, name: &str, text: &str) {
    std::fs::create_dir_all(home.data().join("reports")).expect("there is room for a folder");
    home.write(&format!("data/reports/{name}.toml"), text);
}

#[test]
fn a_range_in_words_is_the_one_before_the_instant_of_asking() {
    let home = home();
    let ask = |flags: &[&str]| {
        let args = ["report", "weekly-abandonment", "--format", "json"].iter().chain(flags);
        let report: Value = serde_json::from_str(&home.prints(args)).expect("JSON");
        report["input"].clone()
    };
    let input = ask(&["--as-of=2026-01-14T09:00:00Z"]);
    assert_eq!(input["from"], "2026-01-05T00:00:00Z");
    assert_eq!(input["to"], "2026-01-12T00:00:00Z");
    assert_eq!(input["as_of"], "2026-01-14T09:00:00Z");
    // Flags go before what the definition says.
    let input = ask(&["--as-of=2026-01-14", "--tz=Europe/Tallinn", "--bucket=week"]);
    assert_eq!(
        (&input["from"], &input["bucket"]),
        (&"2026-01-04T22:00:00Z".into(), &"week".into())
    );
    let input = ask(&["--from=2026-01-01", "--to=2026-01-02"]);
    assert_eq!(input["to"], "2026-01-02T00:00:00Z");
}

#[test]
fn a_report_of_ones_own_goes_before_the_one_that_ships() {
    let home = home();
    define(
        &home,
        "weekly-abandonment",
        "title = \"Ours alone\"\nsections = [\"summary\"]\n[ask]\nfrom = \"2026-01-01\"\nto = \"2026-02-01\"\n",
    );
    let page = home.prints(["report", "weekly-abandonment", "--format=html"]);
    assert!(page.contains("Ours alone") && !page.contains("How long it took"));
    let known = ["there is no report `nowhere`", "abandonment, daily-pulse", "weekly-abandonment"];
    home.weir(["report", "nowhere"]).failed(2, &known);
    home.weir(["report", "../weir"]).failed(2, &["there is no report `../weir`"]);
    define(&home, "broken", "title = \"B\"\nrange = \"yesterday\"\nrnage = 1\n");
    home.weir(["report", "broken"])
        .failed(2, &["broken.toml, line 3: there is no key `rnage`", "it must be one of `title`"]);
    define(&home, "wrong", "title = \"B\"\nask.unit = \"people\"\n");
    home.weir(["report", "wrong"]).failed(2, &["the report `wrong`: `unit` is `people`"]);
}

#[test]
fn files_for_other_programs_are_what_they_say() {
    let home = home();
    for (format, begins) in [("pdf", &b"%PDF-"[..]), ("xlsx", b"PK\x03\x04"), ("parquet", b"PAR1")]
    {
        for name in ["abandonment", "monthly-review"] {
            let args = ["report", name, "--format", format].into_iter().chain(JANUARY);
            let bytes = home.weir(args.clone()).ok().stdout;
            assert!(bytes.starts_with(begins) && 1_000 < bytes.len(), "{format} of {name}");
            assert!(home.weir(args.clone()).ok().stdout == bytes, "{format} of {name} again");
            let file = home.path("out");
            let out = ["--out", file.to_str().expect("a path of ours is text")];
            home.weir(args.chain(out)).ok();
            assert!(std::fs::read(&file).expect("it was written") == bytes, "{format} to a file");
        }
    }
    let args = ["report", "--format=parquet", "--out=nowhere/sessions.parquet"];
    home.weir(args.into_iter().chain(JANUARY))
        .failed(1, &["nowhere/sessions.parquet cannot be written", "--out"]);
}
