//! Lines in, packed or not, and the same bytes out.

use std::io::Write;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;
use weir_tests::Home;
use weir_tests::event::{SAMPLES, event};
use weir_tests::ndjson::import_lines;
use weir_tests::streams::stream;

/// A log with every kind of body that lines can carry.
fn lines() -> String {
    let odd = [
        "\"\"",
        "\"a string\"",
        "\"two\\nlines\"",
        "\"\\u0000\\u001b\"",
        "null",
        "17",
        "[1, 2]",
        "{\"a\":1,\"a\":2}",
        "{ \"spaced\" : true }",
        "\"{\\\"inside\\\":\\\"a string\\\"}\"",
        "\"{} \"",
    ];
    let odd: String = odd
        .iter()
        .map(|payload| {
            format!("{{\"received_at\":\"2026-01-05T09:14:02.000001Z\",\"payload\":{payload}}}\n")
        })
        .collect();
    odd + &import_lines(&stream(1)) + &import_lines(&stream(2))
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text.as_bytes()).expect("memory takes it");
    packer.finish().expect("memory takes it")
}

fn zstd(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 0).expect("memory takes it")
}

#[test]
fn a_backlog_may_be_plain_packed_or_piped() {
    let lines = lines();
    let plain = Home::new();
    plain.import(&lines);
    let wanted = plain.exported();
    assert_eq!(wanted.lines().count(), lines.lines().count());
    // One file of two packed parts, as `cat a.gz b.gz` makes it.
    let (half, rest) = lines.split_at(lines.find("\n{").expect("lines") + 1);
    for (name, bytes) in [
        ("backlog.ndjson.gz", gzip(&lines)),
        ("backlog.ndjson.zst", zstd(&lines)),
        ("packed-without-saying-so", gzip(&lines)),
        ("packed-without-saying-so-either", zstd(&lines)),
        ("parts.gz", [gzip(half), gzip(rest)].concat()),
        ("parts.zst", [zstd(half), zstd(rest)].concat()),
        ("windows.ndjson", lines.replace('\n', "\r\n").into_bytes()),
        ("no-line-end", lines.trim_end().as_bytes().to_vec()),
    ] {
        let home = Home::new();
        home.write(name, &bytes);
        let said = home.prints(["import", name]);
        let count = wanted.lines().count();
        assert!(said.contains(&format!("{name}: {count} deliveries appended")), "{said}");
        assert!(home.exported() == wanted, "{name}");

        let home = Home::new();
        let mut command = home.command(["import", "-"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary can be started");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        stdin.write_all(&bytes).expect("it reads to the end");
        drop(stdin);
        assert!(child.wait().expect("it ends").success());
        assert!(home.exported() == wanted, "{name} as stdin");
    }
}

#[test]
fn an_export_reads_back_to_the_same_bytes() {
    let home = Home::new();
    home.import(&lines());
    let wanted = home.exported();
    for name in ["copy.ndjson", "copy.ndjson.gz", "copy.ndjson.zst"] {
        assert_eq!(home.prints(["log", "export", "--out", name]), "");
        let copy = Home::new();
        std::fs::copy(home.path(name), copy.path(name)).expect("there is room");
        copy.weir(["import", name]).ok();
        assert!(copy.exported() == wanted, "{name}");
        let flags =
            ["--from=2020-01-01", "--to=2029-01-01", "--as-of=2029-01-01", "--bucket=month"];
        assert_eq!(copy.report(flags), home.report(flags), "{name}");
    }
}

#[test]
fn bodies_that_are_no_text_are_exported_and_read_back() {
    let home = Home::new();
    let server = weir_tests::Server::start(&home);
    server.takes(weir_tests::home::MAIN, &[&b"\xff\xfe\x00"[..], b"", SAMPLES[0].as_bytes()]);
    assert_eq!(server.stop().0, Some(0));
    let copy = Home::new();
    copy.import(&home.exported());
    assert_eq!(copy.exported(), home.exported());
}

#[test]
fn a_line_may_name_its_integration_and_a_flag_the_others() {
    let home = Home::new();
    let line = |more: &str, session| {
        format!(
            "{{\"received_at\":\"2026-01-05T09:14:02+03:00\",{more}\"payload\":{}}}\n",
            event(session, 7001)
        )
    };
    home.write("a.ndjson", line("", 1) + &line("\"integration\":\"shop\",", 2));
    home.write("b.ndjson", line("", 3));
    home.weir(["import", "a.ndjson", "b.ndjson"]).ok();
    home.weir(["import", "--integration", "legacy", "b.ndjson"]).ok();
    let named: Vec<String> = home
        .exported()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|line| format!("{} {}", line["received_at"], line["integration"]).replace('"', ""))
        .collect();
    let at = "2026-01-05T06:14:02Z";
    let wanted = ["main", "shop", "main", "legacy"].map(|name| format!("{at} {name}"));
    assert_eq!(named, wanted);
    let stats: serde_json::Value =
        serde_json::from_str(&home.prints(["log", "stats", "--json"])).expect("JSON");
    assert_eq!(stats["deliveries"], 4);
    assert_eq!(stats["integrations"].as_array().map(Vec::len), Some(3));
    let said = home.prints(["log", "stats"]);
    assert!(said.contains("legacy: 1 deliver"), "{said}");
}
