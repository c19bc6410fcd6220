//! What becomes of a mail when the server fails: at each stage, in each way.

use std::thread;

use weir_channel::{Post, Target};

use crate::certificate::Authority;
use crate::mail::server::{Book, FLOOD_BYTES_MAX, Fault, Plan, Server, Stage};
use crate::world::{Sent, World, send};

const LOGIN: &str = "username = \"weir\"\npassword_file = \"password\"\nca_file = \"ca.pem\"";

/// For a server that stalls before the content, and for one that must come to it first.
const SHORT_S: u64 = 1;
const SHORT_AFTER_CONTENT_S: u64 = 4;

const CONFIRMS: &[u8] = b"250 2.0.0 queued\r\n";

/// Every stage at which a server can say no before it has anything of the content.
const BEFORE: &[Stage] = &[
    Stage::Banner,
    Stage::Hello,
    Stage::Starttls,
    Stage::Again,
    Stage::Login,
    Stage::Password,
    Stage::Sender,
    Stage::Recipient,
    Stage::Data,
];

fn to(name: &str) -> Target {
    Target::Mail(format!("{name}@example.com"))
}

/// Starts a server that speaks everything, unless it fails, in a world that trusts it.
fn started(plan: Plan) -> (World, Server) {
    let world = World::new();
    let authority = Authority::new();
    world.write("ca.pem", authority.pem());
    world.write("password", "hunter2");
    let tls = authority.certificate("mail.example.net").server();
    (world, plan.encrypts(tls, false).login("LOGIN").start())
}

/// Sends a mail with a file of some size to a server that encrypts and wants a login.
fn sent_to(plan: Plan) -> (Sent, Server) {
    sent_within(60, plan)
}

/// The same, by a channel that waits no longer than so many seconds.
fn sent_within(timeout_s: u64, plan: Plan) -> (Sent, Server) {
    let (world, server) = started(plan);
    let more = format!("{LOGIN}\ntimeout_s = {timeout_s}");
    let channels = world.channels(&server.config("starttls", &more));
    let mut parcel = world.parcel();
    parcel.files = vec![world.attachment("a.pdf", &[7; 300_000])];
    (send(&channels, &to("ann"), &parcel), server)
}

/// Checks all cases beside each other: most of what they do is waiting.
fn each<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| check(case));
        }
    });
}

/// Nothing of the message was handed over, nor anything said in the clear but hello.
#[track_caller]
fn nothing_went_out(sent: &Sent, book: &Book) {
    assert_eq!(sent.noted, 0, "{sent:?}");
    assert!(book.taken.is_empty(), "{book:?}");
    kept_to_itself(book);
}

#[track_caller]
fn kept_to_itself(book: &Book) {
    for line in &book.clear {
        let harmless = ["EHLO example.com", "STARTTLS", "QUIT"].contains(&line.as_str());
        assert!(harmless, "it was said in the clear: {line}");
    }
}

#[test]
fn a_server_that_does_everything_right_takes_a_mail_once() {
    let (sent, server) = sent_to(Plan::new());
    sent.is("taken", &["250 2.0.0 queued"]);
    let book = server.left_alone();
    assert_eq!((book.taken, book.connections), (vec!["ann@example.com".to_owned()], 1));
}

#[test]
fn a_line_that_is_cut_before_the_content_leaves_it_to_a_later_try() {
    for stage in BEFORE.iter().chain(&[Stage::Handshake]) {
        for last in [b"".as_slice(), b"25", b"250-half an answer\r\n"] {
            let (sent, server) = sent_to(Plan::new().at(*stage, Fault::Cuts(last)));
            sent.is("transient", &["mail.example.net:"]);
            nothing_went_out(&sent, &server.left_alone());
        }
    }
}

#[test]
fn a_server_that_stalls_before_the_content_leaves_it_to_a_later_try() {
    each(&[BEFORE, &[Stage::Handshake]].concat(), |stage| {
        let (sent, server) = sent_within(SHORT_S, Plan::new().at(*stage, Fault::Stalls));
        sent.is("transient", &["mail.example.net:"]);
        let cause = sent.in_words().1;
        assert!(cause.contains("within 1 s") || cause.contains("took too long"), "{cause}");
        nothing_went_out(&sent, &server.left_alone());
    });
}

#[test]
fn a_server_that_says_later_is_asked_later() {
    for stage in BEFORE {
        for answer in [
            b"421 4.3.2 shutting down\r\n".as_slice(),
            b"450 4.2.0 greylisted\r\n",
            b"451 4.7.1 try again in 300 seconds\r\n",
            b"452 4.2.2 mailbox full\r\n",
            b"454 4.7.0 not now\r\n",
        ] {
            let (sent, server) = sent_to(Plan::new().at(*stage, Fault::Says(answer)));
            let code = std::str::from_utf8(&answer[..9]).expect("it is text");
            sent.is("transient", &["mail.example.net:", code]);
            nothing_went_out(&sent, &server.book());
        }
    }
}

#[test]
fn a_server_that_says_never_is_not_asked_again() {
    for stage in BEFORE {
        for answer in [
            b"550 5.1.1 no such user\r\n".as_slice(),
            b"552 5.2.2 mailbox full\r\n",
            b"553 5.1.3 odd address\r\n",
            b"554 5.7.1 refused by rule 7\r\n",
        ] {
            let (sent, server) = sent_to(Plan::new().at(*stage, Fault::Says(answer)));
            let code = std::str::from_utf8(&answer[..9]).expect("it is text");
            sent.is("permanent", &["mail.example.net:", code]);
            nothing_went_out(&sent, &server.book());
        }
    }
}

#[test]
fn an_answer_of_several_lines_is_told_on_one() {
    let answer =
        b"550-5.7.1 refused by rule 7\r\n550-5.7.1 see https://a.example\r\n550 5.7.1 bye\r\n";
    let (sent, _) = sent_to(Plan::new().at(Stage::Recipient, Fault::Says(answer)));
    let words = ["ann@example.com", "refused by rule 7", "see https://a.example", "bye"];
    sent.is("permanent", &words);
    assert!(!sent.in_words().1.contains(['\r', '\n']));
}

/// The server had some of it, or all, and nobody says what it did with it.
#[test]
fn a_mail_without_an_answer_is_in_doubt() {
    let faults = [
        Fault::Stalls,
        Fault::Cuts(b""),
        Fault::Cuts(b"25"),
        Fault::Cuts(b"250-half an answer\r\n"),
    ];
    let cases = faults.map(|fault| [(Stage::Content, fault.clone()), (Stage::End, fault)]);
    each(cases.as_flattened(), |(stage, fault)| {
        let plan = Plan::new().at(*stage, fault.clone());
        let (sent, server) = sent_within(SHORT_AFTER_CONTENT_S, plan);
        sent.is("unknown", &["mail.example.net:", "ask the recipient"]);
        kept_to_itself(&server.left_alone());
    });
}

/// A server that is full says so in the middle of the message and hangs up; that is an answer.
#[test]
fn what_a_server_says_of_a_message_counts_whenever_it_says_it() {
    for stage in [Stage::Content, Stage::End] {
        for (answer, kind) in [
            (b"421 4.3.2 shutting down\r\n".as_slice(), "transient"),
            (b"452 4.3.1 disk full\r\n", "transient"),
            (b"552 5.3.4 message too big\r\n", "permanent"),
            (b"554 5.7.1 it is spam\r\n", "permanent"),
        ] {
            let code = std::str::from_utf8(&answer[..9]).expect("it is text");
            let plan = Plan::new();
            let (sent, server) = sent_to(match stage {
                Stage::End => plan.at(stage, Fault::Says(answer)),
                _ => plan.at(stage, Fault::Cuts(answer)),
            });
            // One that hangs up with bytes unread may take its last words along.
            let (got, cause) = sent.in_words();
            if stage == Stage::Content && got == "unknown" {
                assert!(cause.contains("ask the recipient"), "{cause}");
                continue;
            }
            sent.is(kind, &[code]);
            assert!(server.book().taken.is_empty());
        }
    }
}

#[test]
fn an_answer_that_makes_no_sense_is_no_answer() {
    for nonsense in [
        b"\r\n".as_slice(),
        b"hello\r\n",
        b"25\r\n",
        b"2500 fine\r\n",
        b"999 fine\r\n",
        b"000 fine\r\n",
        b"334 dGVsbCBtZSBtb3Jl\r\n",
        b"354 go on\r\n",
        b"250-fine\r\n550 no\r\n",
        b"\xff\xfe\x00\x01\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ] {
        let (sent, _) = sent_to(Plan::new().at(Stage::End, Fault::Says(nonsense)));
        sent.is("unknown", &["mail.example.net:", "ask the recipient"]);
        for stage in BEFORE {
            let prompts = nonsense.starts_with(b"334") || nonsense.starts_with(b"354");
            if prompts && [Stage::Login, Stage::Password, Stage::Data].contains(stage) {
                continue;
            }
            let (sent, server) = sent_to(Plan::new().at(*stage, Fault::Says(nonsense)));
            sent.is("transient", &["mail.example.net:"]);
            nothing_went_out(&sent, &server.book());
        }
    }
}

/// 250 is no leave to send the content: the server would take its lines for commands.
#[test]
fn the_content_waits_for_leave() {
    for answer in [b"250 fine\r\n".as_slice(), b"220 fine\r\n", b"334 more\r\n"] {
        let (sent, server) = sent_to(Plan::new().at(Stage::Data, Fault::Says(answer)));
        sent.is("transient", &["mail.example.net:"]);
        nothing_went_out(&sent, &server.left_alone());
    }
}

/// A server whose answers run ahead of what it is asked would seem to take what it has not.
#[test]
fn an_answer_before_the_question_is_not_believed() {
    let ahead = b"354 go on\r\n250 2.0.0 queued\r\n";
    let plan = Plan::new()
        .at(Stage::Data, Fault::Says(ahead))
        .at(Stage::End, Fault::Says(b"554 5.7.1 it is spam\r\n"));
    let (sent, _) = sent_to(plan);
    assert_ne!(sent.in_words().0, "taken", "{sent:?}");
    let twice = b"250 2.1.0 fine\r\n250 2.1.5 fine\r\n";
    let plan = Plan::new()
        .at(Stage::Sender, Fault::Says(twice))
        .at(Stage::End, Fault::Says(b"554 5.7.1 it is spam\r\n"));
    let (sent, _) = sent_to(plan);
    assert_ne!(sent.in_words().0, "taken", "{sent:?}");
}

/// Not every server writes UTF-8.
#[test]
fn an_answer_in_other_letters_is_an_answer() {
    let no = Fault::Says(b"550 5.1.1 utilisateur inconnu, d\xe9sol\xe9\r\n");
    let (sent, _) = sent_to(Plan::new().at(Stage::Recipient, no));
    sent.is("permanent", &["550 5.1.1 utilisateur inconnu, d"]);
    let yes = Fault::Says(b"250 2.0.0 re\xe7u\r\n");
    let (sent, _) = sent_to(Plan::new().at(Stage::End, yes));
    sent.is("taken", &["250 2.0.0 re"]);
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    for text in [b"2".as_slice(), b"250-more\r\n", b"x", b"\r\n"] {
        for stage in [Stage::Banner, Stage::Again, Stage::Recipient, Stage::End] {
            let (sent, server) = sent_to(Plan::new().at(stage, Fault::Floods(text)));
            let kind = if stage == Stage::End { "unknown" } else { "transient" };
            sent.is(kind, &["mail.example.net:"]);
            let book = server.left_alone();
            assert!(book.flooded < FLOOD_BYTES_MAX, "it read all that it was sent: {stage:?}");
        }
    }
}

#[test]
fn an_answer_that_never_comes_to_its_end_is_not_waited_for() {
    let stages = [Stage::Banner, Stage::Handshake, Stage::Recipient, Stage::End];
    each(&stages, |stage| {
        let plan = Plan::new().at(*stage, Fault::Trickles(b'2'));
        let (sent, server) = sent_within(SHORT_AFTER_CONTENT_S, plan);
        let kind = if *stage == Stage::End { "unknown" } else { "transient" };
        sent.is(kind, &["mail.example.net:"]);
        // Who is not waited for any more does not stay connected for ever.
        server.left_alone();
    });
}

/// As the ledger does: what surely did not arrive is sent again, and nothing else.
#[test]
fn whatever_fails_once_nobody_gets_it_twice() {
    let faults = [
        Fault::Stalls,
        Fault::Cuts(b""),
        Fault::Cuts(b"250-half an answer\r\n"),
        Fault::Cuts(CONFIRMS),
        Fault::Says(b"451 4.7.1 greylisted\r\n"),
        Fault::Says(b"554 5.7.1 no\r\n"),
        Fault::Says(b"354 go on\r\n"),
        Fault::Says(b"nonsense\r\n"),
        Fault::Floods(b"250-more\r\n"),
    ];
    let stages = [BEFORE, &[Stage::Handshake, Stage::Content, Stage::End]].concat();
    let of = |stage: Stage| faults.iter().map(move |fault| (stage, fault.clone()));
    let mut cases: Vec<(Stage, Fault)> = stages.into_iter().flat_map(of).collect();
    // A server that confirms what it has not read is believed.
    cases.retain(|case| *case != (Stage::Content, Fault::Cuts(CONFIRMS)));
    each(&cases, |(stage, fault)| {
        let (world, server) = started(Plan::new().at(*stage, fault.clone()).once());
        let mut parcel = world.parcel();
        parcel.files = vec![world.attachment("a.pdf", &[7; 300_000])];
        let sent_within = |timeout_s: u64| {
            let more = format!("{LOGIN}\ntimeout_s = {timeout_s}");
            send(&world.channels(&server.config("starttls", &more)), &to("ann"), &parcel)
        };
        let stalls = *fault == Fault::Stalls;
        let mut sent = sent_within(if stalls { SHORT_AFTER_CONTENT_S } else { 60 });
        if sent.in_words().0 == "transient" {
            sent = sent_within(60);
            assert_eq!(sent.in_words().0, "taken", "{stage:?} {fault:?}");
        }
        let count = server.left_alone().taken.len();
        match sent.in_words().0 {
            "taken" => assert_eq!(count, 1, "{stage:?} {fault:?}"),
            "unknown" => assert!(count <= 1, "{stage:?} {fault:?}"),
            _ => assert_eq!(count, 0, "{stage:?} {fault:?}"),
        }
    });
}

#[test]
fn what_cannot_be_noted_is_not_sent() {
    let (world, server) = started(Plan::new());
    let channels = world.channels(&server.config("starttls", LOGIN));
    let mut full = || Err(std::io::ErrorKind::StorageFull.into());
    let result = channels.send(&to("ann"), &world.parcel(), &mut full);
    Sent { result, noted: 0 }.is("transient", &["could not be noted", "is full"]);
    let book = server.left_alone();
    assert!(book.taken.is_empty());
    assert_eq!(book.sealed.last().map(String::as_str), Some("DATA"), "and not a line more");
}

#[test]
fn one_of_several_who_is_refused_takes_nothing_from_the_others() {
    for (answer, kind) in [
        (b"550 5.1.1 no such user\r\n".as_slice(), "permanent"),
        (b"552 5.2.2 mailbox full\r\n", "permanent"),
        (b"554 5.7.1 not here\r\n", "permanent"),
        (b"450 4.2.0 greylisted\r\n", "transient"),
        (b"451 4.7.1 greylisted\r\n", "transient"),
        (b"421 4.7.0 too many\r\n", "transient"),
    ] {
        let (world, server) = started(Plan::new().refuses("bea", answer));
        let channels = world.channels(&server.config("starttls", LOGIN));
        let kinds: Vec<&str> = ["ann", "bea", "cid"]
            .into_iter()
            .map(|name| {
                let sent = send(&channels, &to(name), &world.parcel());
                assert_eq!(sent.noted, usize::from(name != "bea"));
                sent.in_words().0
            })
            .collect();
        assert_eq!(kinds, ["taken", kind, "taken"]);
        assert_eq!(server.left_alone().taken, ["ann@example.com", "cid@example.com"]);
    }
}

#[test]
fn a_password_that_a_server_repeats_is_not_shown() {
    // `hunter2` in base64, as LOGIN says it.
    let echo = Fault::Says(b"535 5.7.8 no: aHVudGVyMg== (hunter2)\r\n");
    let (sent, _) = sent_to(Plan::new().at(Stage::Password, echo));
    sent.is("permanent", &["535 5.7.8 no"]);
    let cause = sent.in_words().1;
    assert!(!cause.contains("hunter2") && !cause.contains("aHVudGVyMg"), "{cause}");

    let world = World::new();
    world.write("password", "hunter2");
    // `\0weir\0hunter2`, as PLAIN says it.
    let echo = Fault::Says(b"535 5.7.8 no: AUTH PLAIN AHdlaXIAaHVudGVyMg==\r\n");
    let server = Plan::new().login("PLAIN").at(Stage::Password, echo).start();
    let config = server.config("none", "username = \"weir\"\npassword_file = \"password\"");
    let sent = send(&world.channels(&config), &to("ann"), &world.parcel());
    sent.is("permanent", &["535 5.7.8 no"]);
    assert!(!sent.in_words().1.contains("AHdlaXIA"), "{sent:?}");
}

#[test]
fn a_server_that_is_not_there_is_asked_later() {
    let world = World::new();
    let server = Plan::new().start();
    let config = server.config("none", "");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = free.local_addr().expect("it is bound").port();
    drop(free);
    let config = config
        .lines()
        .map(|line| if line.starts_with("port") { format!("port = {port}") } else { line.into() })
        .collect::<Vec<String>>()
        .join("\n");
    let sent = send(&world.channels(&config), &to("ann"), &world.parcel());
    sent.is("transient", &["mail.example.net:", "refused"]);
    assert_eq!(sent.noted, 0);
}
