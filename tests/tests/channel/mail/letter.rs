//! What a real server reads of a mail: who it is from and to, its parts, and its files to the last
//! byte.

use serde_json::Value;
use weir_channel::{Parcel, Target};
use weir_report::render::MailImage;

use crate::mail::office::{How, NAME, Office, PASSWORD, bytes, header, text};
use crate::world::{Sent, World, send};

fn ann() -> Target {
    Target::Mail("ann@example.com".to_owned())
}

/// Sends a parcel to Ann, and gives what a server read of it that wants neither encryption nor a
/// login.
#[track_caller]
fn read(world: &World, parcel: &Parcel) -> Value {
    let how = How::clear();
    let office = Office::open(world, &how);
    let sent = send(&world.channels(&office.config(&how)), &ann(), parcel);
    assert_eq!(sent.taken(), "250 2.0.0 queued as 4F2");
    let message = office.took_one();
    assert_eq!(message["defects"], serde_json::json!([]), "{message}");
    assert_eq!(message["bare"], 0, "every line ends with both characters");
    assert_eq!(message["ascii"], true, "nothing asks for a way that takes eight bits");
    assert!(message["longest"].as_u64() <= Some(1000), "{}", message["longest"]);
    message
}

#[track_caller]
fn delivered(how: &How) -> Value {
    let world = World::new();
    let office = Office::open(&world, how);
    let sent = send(&world.channels(&office.config(how)), &ann(), &world.parcel());
    sent.is("taken", &["250 2.0.0 queued as 4F2"]);
    let message = office.took_one();
    assert_eq!(message["sender"], "weir@example.com");
    assert_eq!(message["recipients"], serde_json::json!(["ann@example.com"]));
    message
}

#[test]
fn a_mail_goes_to_a_server_that_asks_for_nothing() {
    let message = delivered(&How::clear());
    assert_eq!(message["encrypted"], false);
    assert_eq!(message["hello"], "example.com");
}

#[test]
fn a_mail_goes_by_every_kind_of_encryption_and_login() {
    for tls in ["starttls", "tls"] {
        for without in [vec![], vec!["PLAIN"], vec!["LOGIN"]] {
            let message = delivered(&How { without, ..How::encrypted(tls) });
            assert_eq!(message["encrypted"], true, "{tls}");
            assert_eq!(message["login"], "weir", "{tls}");
        }
    }
}

#[test]
fn a_wrong_password_is_told_and_not_tried_again() {
    for without in [vec![], vec!["PLAIN"], vec!["PLAIN", "LOGIN"]] {
        let world = World::new();
        let how = How { without, ..How::encrypted("starttls") };
        let office = Office::open(&world, &how);
        world.write("password", "hunter3");
        let sent = send(&world.channels(&office.config(&how)), &ann(), &world.parcel());
        sent.is("permanent", &[NAME, "check `username` and the password of [channels.mail]"]);
        assert!(!sent.in_words().1.contains("hunter3"), "{sent:?}");
        assert_eq!(sent.noted, 0);
        assert!(office.took().is_empty());
    }
}

#[test]
fn a_server_that_wants_a_login_refuses_who_has_none() {
    let world = World::new();
    let how = How::encrypted("starttls");
    let office = Office::open(&world, &how);
    let config = office.config(&How { login: false, ..how });
    let sent = send(&world.channels(&config), &ann(), &world.parcel());
    sent.is("permanent", &["530 5.7.0 Authentication required"]);
    assert!(office.took().is_empty());
}

#[test]
fn a_server_that_wants_encryption_refuses_who_speaks_in_the_clear() {
    let world = World::new();
    let how = How::encrypted("starttls");
    let office = Office::open(&world, &how);
    let config = office.config(&How::clear());
    let sent = send(&world.channels(&config), &ann(), &world.parcel());
    sent.is("permanent", &["530 Must issue a STARTTLS command first"]);
    assert!(office.took().is_empty());
}

#[test]
fn nothing_is_said_of_the_password() {
    let world = World::new();
    let how = How::encrypted("tls");
    let office = Office::open(&world, &how);
    let channels = world.channels(&office.config(&how));
    let shown = format!("{channels:?} {channels:#?}");
    assert!(!shown.contains("hunter2") && !shown.contains(PASSWORD), "{shown}");
    let Sent { result, .. } = send(&channels, &ann(), &world.parcel());
    assert!(!format!("{result:?}").contains("hunter2"));
}

#[test]
fn a_mail_is_one_letter_in_two_parts_with_its_files_beside() {
    let world = World::new();
    let mut parcel = world.parcel();
    let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let lines = b"a,b\r\n1,2\n\n.\r\n..\r\n3,4\r5,6".to_vec();
    parcel.mail.images =
        vec![MailImage { content_id: "chart-1@weir".to_owned(), bytes: every_byte.clone() }];
    parcel.mail.html = "<p>Drop-off</p><img src=\"cid:chart-1@weir\">".to_owned();
    parcel.files = vec![
        world.attachment("report.pdf", &every_byte),
        world.attachment("sessions.csv", &lines),
        world.attachment("nothing.json", b""),
    ];
    let message = read(&world, &parcel);

    assert_eq!(header(&message, "from"), ["Weir <weir@example.com>"]);
    assert_eq!(header(&message, "to"), ["ann@example.com"]);
    assert_eq!(header(&message, "subject"), ["Drop-off 34.9 % last week"]);
    assert_eq!(header(&message, "date"), ["Mon, 30 Mar 2026 23:30:00 +0000"]);
    assert_eq!(header(&message, "message-id"), ["<run-7-1@example.com>"]);
    assert_eq!(header(&message, "auto-submitted"), ["auto-generated"]);
    assert_eq!(header(&message, "mime-version"), ["1.0"]);
    assert!(header(&message, "bcc").is_empty() && header(&message, "cc").is_empty());

    let mixed = &message["body"];
    assert_eq!(mixed["type"], "multipart/mixed");
    let alternative = &mixed["parts"][0];
    assert_eq!(alternative["type"], "multipart/alternative");
    // A client shows the last one that it can: the text comes first.
    let (plain, related) = (&alternative["parts"][0], &alternative["parts"][1]);
    assert_eq!((&plain["type"], &plain["charset"]), (&"text/plain".into(), &"utf-8".into()));
    assert_eq!(text(plain), "Drop-off: 34.9 %");
    assert_eq!(related["type"], "multipart/related");
    let (html, image) = (&related["parts"][0], &related["parts"][1]);
    assert_eq!((&html["type"], &html["charset"]), (&"text/html".into(), &"utf-8".into()));
    assert_eq!(text(html), parcel.mail.html);
    assert_eq!(image["type"], "image/png");
    assert_eq!(image["id"], "<chart-1@weir>");
    assert_eq!(image["disposition"], "inline");
    assert_eq!(bytes(image), every_byte);

    for (at, (name, kind, content)) in [
        ("report.pdf", "application/pdf", every_byte.as_slice()),
        ("sessions.csv", "text/csv", lines.as_slice()),
        ("nothing.json", "application/json", b"".as_slice()),
    ]
    .into_iter()
    .enumerate()
    {
        let file = &mixed["parts"][at + 1];
        assert_eq!((&file["file"], &file["type"]), (&name.into(), &kind.into()));
        assert_eq!(file["disposition"], "attachment");
        assert_eq!(bytes(file), content, "{name}");
    }
    assert_eq!(mixed["parts"].as_array().map(Vec::len), Some(4));
}

#[test]
fn letters_of_every_script_arrive() {
    let world = World::new();
    let mut parcel = world.parcel();
    let subject = "Аbbruch über 34,9 % – 中文 🚰 «последняя неделя»".to_owned();
    let plain = "Übersicht\n\nкамера 34,9 %\n.\nEnde – 🚰\n".to_owned();
    parcel.mail.subject = subject.clone();
    parcel.mail.text = plain.clone();
    parcel.mail.html = format!("<p>{}</p>", "中文 ".repeat(3000));
    let name = "Wöchentlicher Abbruch «中文» 31.03.pdf";
    parcel.files = vec![world.attachment(name, b"%PDF")];
    let message = read(&world, &parcel);

    assert_eq!(header(&message, "subject"), [subject]);
    let parts = &message["body"]["parts"];
    let shown = &parts[0]["parts"];
    assert_eq!(text(&shown[0]).replace("\r\n", "\n"), plain);
    assert_eq!(text(&shown[1]["parts"][0]), parcel.mail.html);
    assert_eq!(parts[1]["file"], name);
}

#[test]
fn no_name_becomes_a_header() {
    let evil = [
        "a\r\nBcc: eve@evil.example",
        "a\nBcc: eve@evil.example",
        "a\rBcc: eve@evil.example",
        "a\u{2028}Bcc: eve@evil.example\u{85}Bcc: eve@evil.example",
        "a\r\n\r\n<script>",
        "a\r\n.\r\nMAIL FROM:<eve@evil.example>",
        "=?utf-8?B?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
        "\"; name=\"x\r\nBcc: eve@evil.example",
        "a\0b\u{7f}c",
    ];
    for name in evil {
        let world = World::new();
        let mut parcel = world.parcel();
        parcel.mail.subject = name.to_owned();
        parcel.files = vec![world.attachment("a.pdf", b"%PDF")];
        parcel.files[0].name = name.to_owned();
        parcel.files[0].media_type = format!("application/pdf{}", name.trim_start_matches('a'));
        let message = read(&world, &parcel);
        let mut names: Vec<&str> = message["headers"]
            .as_array()
            .expect("it has headers")
            .iter()
            .filter_map(|header| header[0].as_str())
            .collect();
        names.sort_unstable_by_key(|name| name.to_lowercase());
        let want = [
            "Auto-Submitted",
            "Content-Type",
            "Date",
            "From",
            "Message-ID",
            "MIME-Version",
            "Subject",
            "To",
        ];
        assert_eq!(names, want, "{name:?}");
        let file = &message["body"]["parts"][1];
        assert_eq!(bytes(file), b"%PDF", "{name:?}");
        assert_eq!(file["disposition"], "attachment", "{name:?}");
    }
}

#[test]
fn long_lines_and_lone_dots_arrive_as_they_are() {
    let world = World::new();
    let mut parcel = world.parcel();
    let plain = [
        ".".to_owned(),
        "..".to_owned(),
        ".hidden".to_owned(),
        String::new(),
        "x".repeat(5_000),
        ".".repeat(2_000),
        "MAIL FROM:<eve@evil.example>".to_owned(),
        ".".to_owned(),
    ]
    .join("\n");
    parcel.mail.text = plain.clone();
    parcel.mail.html = format!("<p>{}</p>\r\n.\r\n", "y".repeat(9_000));
    parcel.mail.subject = format!("{}{}", "word ".repeat(20), "z".repeat(90));
    let message = read(&world, &parcel);
    let shown = &message["body"]["parts"][0]["parts"];
    assert_eq!(text(&shown[0]).replace("\r\n", "\n"), plain);
    assert_eq!(text(&shown[1]["parts"][0]), parcel.mail.html);
    assert_eq!(header(&message, "subject"), [parcel.mail.subject]);
}

#[test]
fn short_lines_with_lone_dots_arrive_as_they_are() {
    let world = World::new();
    let mut parcel = world.parcel();
    let plain = ".\n..\n\n.a\n.";
    parcel.mail.text = plain.to_owned();
    let message = read(&world, &parcel);
    let shown = &message["body"]["parts"][0]["parts"];
    assert_eq!(shown[0]["encoding"], "7bit");
    assert_eq!(text(&shown[0]).replace("\r\n", "\n"), plain);
}

/// Servers differ in what ends a message; nothing but its end may look like one to any of them.
#[test]
fn no_line_ends_in_a_way_that_servers_read_differently() {
    for end in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r.\r\n"] {
        let world = World::new();
        let mut parcel = world.parcel();
        parcel.mail.text = format!("a{end}MAIL FROM:<eve@evil.example>{end}b");
        let message = read(&world, &parcel);
        let plain = text(&message["body"]["parts"][0]["parts"][0]);
        let lines: Vec<&str> = plain.split("\r\n").collect();
        assert_eq!(lines, ["a", ".", "MAIL FROM:<eve@evil.example>", ".", "b"], "{end:?}");
    }
}

#[test]
fn a_mail_that_is_too_large_is_refused_before_it_is_sent() {
    let world = World::new();
    let how = How { size: 50_000, ..How::clear() };
    let office = Office::open(&world, &how);
    let channels = world.channels(&office.config(&how));
    let mut parcel = world.parcel();
    send(&channels, &ann(), &parcel).is("taken", &[]);
    parcel.files = vec![world.attachment("big.pdf", &[7; 50_000])];
    let sent = send(&channels, &ann(), &parcel);
    sent.is("permanent", &["552"]);
    assert_eq!((sent.noted, office.took().len()), (0, 1));
}

#[test]
fn an_address_with_other_letters_needs_a_server_that_takes_them() {
    for utf8 in [false, true] {
        let world = World::new();
        let how = How { utf8, ..How::clear() };
        let office = Office::open(&world, &how);
        let config = office.config(&how).replace("[\"example.com\"]", "[\"bücher.example\"]");
        let channels = world.channels(&config);
        let sent = send(&channels, &Target::Mail("jürgen@bücher.example".into()), &world.parcel());
        if utf8 {
            sent.is("taken", &[]);
            let message = office.took_one();
            assert_eq!(message["recipients"][0], "jürgen@xn--bcher-kva.example");
            let options = message["options"].as_array().expect("a list");
            assert!(options.contains(&"SMTPUTF8".into()), "{options:?}");
        } else {
            sent.is("permanent", &["jürgen@xn--bcher-kva.example"]);
            assert_eq!(sent.noted, 0);
            assert!(office.took().is_empty());
        }
    }
}

#[test]
fn a_domain_with_other_letters_goes_anywhere() {
    let world = World::new();
    let how = How::clear();
    let office = Office::open(&world, &how);
    let config = office.config(&how).replace("[\"example.com\"]", "[\"Bücher.example\"]");
    let channels = world.channels(&config);
    send(&channels, &Target::Mail("ann@bücher.example".into()), &world.parcel()).is("taken", &[]);
    assert_eq!(office.took_one()["recipients"][0], "ann@xn--bcher-kva.example");
}

#[test]
fn a_mail_to_a_domain_that_is_not_listed_is_not_even_begun() {
    let world = World::new();
    let how = How::clear();
    let office = Office::open(&world, &how);
    let channels = world.channels(&office.config(&how));
    for to in ["ann@evil.example", "ann@sub.example.com", "ann@example.com.evil.example"] {
        let sent = send(&channels, &Target::Mail(to.to_owned()), &world.parcel());
        sent.is("permanent", &["mail may not go to", "`channels.mail.domains`"]);
        assert_eq!(sent.noted, 0);
    }
    assert!(office.took().is_empty());
}
