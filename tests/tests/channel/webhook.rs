//! Signed webhooks, held against receivers that answer, that do not, and that lie.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use weir_channel::{Channels, Refusal, Target};
use weir_tests::python;
use weir_tests::receiver::{Mood, Receiver, Webhook, answer};

use crate::certificate::Authority;
use crate::world::{Sent, World, now, send};

/// A receiver's secret in the notation of the Standard Webhooks.
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The recipe that the documentation gives, which a receiver would copy.
fn recipe() -> String {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reports.md");
    let docs = std::fs::read_to_string(docs).expect("the documentation is there");
    let blocks = docs.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next());
    let recipe = blocks.into_iter().find(|block| block.contains("def verify("));
    recipe.expect("docs/reports.md has a recipe `def verify(`").to_owned()
}

/// Whether Python's own HMAC, by that recipe, takes a request for Weir's.
fn verifies(world: &World, secret: &str, webhook: &Webhook, at: i64) -> bool {
    let body = world.write("body", &webhook.body);
    let headers: serde_json::Map<_, _> =
        webhook.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let headers = world.write("headers", json!(headers).to_string());
    let script = recipe()
        + "\nimport json, sys\nsecret, headers, body, at = sys.argv[1:]\n\
           print(verify(secret, json.load(open(headers)), open(body, 'rb').read(), int(at)))\n";
    let args = [secret, headers.to_str().unwrap(), body.to_str().unwrap(), &at.to_string()];
    match python(&script, args).trim() {
        "True" => true,
        "False" => false,
        other => panic!("{other}"),
    }
}

/// A receiver, and the channel that leads to it.
struct Pair {
    world: World,
    receiver: Receiver,
    channels: Channels,
}

impl Pair {
    fn new(more: &str) -> Pair {
        let world = World::new();
        world.write("secret", WHSEC);
        let receiver = Receiver::start();
        let channels = world.channels(&format!(
            "[[webhook]]\nname = \"ops\"\nurl = \"http://{}/weir\"\nsecret_file = \"secret\"\n\
             timeout_s = 1\n{more}",
            receiver.address()
        ));
        Pair { world, receiver, channels }
    }

    fn sent(&self, mood: Mood) -> Sent {
        self.receiver.is(mood);
        send(&self.channels, &Target::Webhook("ops".to_owned()), &self.world.parcel())
    }

    /// What becomes of a sending to a receiver of this mood.
    #[track_caller]
    fn is(&self, mood: Mood, kind: &str, words: &[&str]) {
        let shown = format!("{mood:?}");
        eprintln!("to a receiver that {}", shown.chars().take(200).collect::<String>());
        self.sent(mood).is(kind, words);
    }
}

#[test]
fn a_receiver_that_knows_the_secret_verifies_what_it_is_sent() {
    for secret in [WHSEC, "a secret as it is, of many bytes"] {
        let pair = Pair::new("");
        pair.world.write("secret", format!("{secret}\n"));
        let config = format!(
            "[[webhook]]\nname = \"ops\"\nurl = \"http://{}/\"\nsecret_file = \"secret\"\n",
            pair.receiver.address()
        );
        let channels = pair.world.channels(&config);
        let mut parcel = pair.world.parcel();
        // Bytes are signed, not characters.
        parcel.title = "Отчёт “Ü” \u{1f4ca} </script>".to_owned();
        assert_eq!(send(&channels, &Target::Webhook("ops".to_owned()), &parcel).taken(), "200 ok");
        let [webhook] = &pair.receiver.taken()[..] else { panic!("it was sent once") };
        assert_eq!(webhook.line, "POST / HTTP/1.1");
        assert_eq!(webhook.header("content-type"), "application/json");
        assert_eq!(webhook.header("webhook-id"), "run-7-1");
        let body: serde_json::Value = serde_json::from_slice(&webhook.body).expect("it is JSON");
        assert_eq!(body["title"], json!(parcel.title));
        assert_eq!(body["report"], parcel.report);

        let at = now().as_micros() / 1_000_000;
        assert!(verifies(&pair.world, secret, webhook, at));
        assert!(verifies(&pair.world, secret, webhook, at + 299));
        assert!(!verifies(&pair.world, secret, webhook, at + 301), "it is old");
        assert!(!verifies(&pair.world, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", webhook, at));
        let mut changed = webhook.clone();
        changed.body[10] ^= 1;
        assert!(!verifies(&pair.world, secret, &changed, at));
        for name in ["webhook-id", "webhook-timestamp"] {
            let mut changed = webhook.clone();
            let header = changed.headers.iter_mut().find(|(known, _)| known == name).unwrap();
            header.1.push('1');
            assert!(!verifies(&pair.world, secret, &changed, at), "another {name}");
        }
    }
}

#[test]
fn what_a_receiver_answers_decides() {
    let pair = Pair::new("");
    for status in [200, 201, 202, 204] {
        pair.is(Mood::answers(status, "thanks"), "taken", &[&status.to_string()]);
    }
    for status in [408, 425, 429, 500, 502, 503, 507] {
        let words = [&*format!("answered {status} not now")];
        pair.is(Mood::answers(status, "not now"), "transient", &words);
    }
    for status in [400, 401, 403, 404, 405, 409, 410, 411, 413, 415, 422] {
        let words = [&*format!("answered {status} no; see what the receiver expects")];
        pair.is(Mood::answers(status, "no"), "permanent", &words);
    }
    // A relay that waited in vain does not know either.
    pair.is(Mood::answers(504, "timed out"), "unknown", &["504 timed out", "`webhook-id`"]);
    // An answer that HTTP does not know is no answer that somebody took it.
    pair.is(Mood::answers(999, "?"), "permanent", &["999 ?"]);
    pair.is(Mood::answers(600, "?"), "permanent", &["600 ?"]);
}

#[test]
fn an_answer_counts_in_every_form_that_servers_write() {
    let pair = Pair::new("");
    for text in [
        "HTTP/1.0 200 OK\r\n\r\n",
        "HTTP/1.0 200 OK\r\nserver: old\r\n\r\nok",
        "HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\ncontent-length: 2\n\nok",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=latin1\r\ncontent-length: 1\r\n\r\n?",
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nplain",
        "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nset-cookie: c=d\r\ncontent-length: 0\r\n\r\n",
        // What comes before and behind it changes nothing.
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
    ] {
        pair.is(Mood::Says(text.to_owned()), "taken", &["20"]);
        let refused = text.replace(" 200", " 503").replace(" 204", " 503");
        if !text.contains("500 No") {
            pair.is(Mood::Says(refused), "transient", &["answered 503"]);
        }
    }
}

#[test]
fn a_receiver_says_how_long_to_wait() {
    let pair = Pair::new("");
    let check = |text: &str, want: Option<u64>| {
        let sent = pair.sent(Mood::with(429, &[("retry-after", text)], ""));
        let Err(Refusal::Transient { retry_after, .. }) = sent.result else { panic!("{sent:?}") };
        assert_eq!(retry_after, want.map(Duration::from_secs), "{text}");
    };
    check("120", Some(120));
    check("0", Some(0));
    // It is 23:30:00.
    check("Mon, 30 Mar 2026 23:40:00 GMT", Some(600));
    check("Mon, 30 Mar 2026 23:20:00 GMT", None);
    check("18446744073709551615", Some(u64::MAX));
    check("18446744073709551616", None);
    check("-5", None);
    check("soon", None);
    check("", None);
}

#[test]
fn a_redirect_is_not_followed() {
    let pair = Pair::new("");
    let elsewhere = Receiver::start();
    let within = format!("http://{}/admin?token=hidden", elsewhere.address());
    for status in [300, 301, 302, 303, 307, 308] {
        let sent = pair.sent(Mood::with(status, &[("location", &within)], ""));
        let host = format!("redirects to {}", elsewhere.address());
        sent.is("permanent", &[&host, "redirects are not followed"]);
        assert!(!sent.in_words().1.contains("hidden"), "{sent:?}");
    }
    for location in ["http://169.254.169.254/latest/meta-data", "//[::1]/", "", "file:///etc"] {
        pair.is(Mood::with(302, &[("location", location)], ""), "permanent", &["not followed"]);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn without_an_answer_nobody_knows() {
    let pair = Pair::new("");
    let silences = [
        Mood::Deaf,
        Mood::Stalls(String::new()),
        Mood::Says(String::new()),
        Mood::Says("HTTP/1.1 200 OK\r\ncontent-le".to_owned()),
        Mood::Says("HTTP/1.1 20".to_owned()),
        Mood::Stalls("HTTP/1.1 200 OK\r\nconnection: close\r\n".to_owned()),
        Mood::Says("220 mail.example.com ESMTP\r\n".to_owned()),
        // Hangs up with half of the request unread.
        Mood::Early(String::new()),
        // Promises, and no answer.
        Mood::Says("HTTP/1.1 100 Continue\r\n\r\n".to_owned()),
        Mood::Says("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".to_owned()),
    ];
    for mood in silences {
        let before = pair.receiver.connections();
        pair.is(mood, "unknown", &["ask the receiver whether it has this `webhook-id`"]);
        assert_eq!(pair.receiver.connections() - before, 1, "nobody asks again by itself");
    }
}

#[test]
fn a_receiver_that_tells_repeats_apart_is_asked_again_with_the_same_id() {
    let pair = Pair::new("repeat_unanswered = true");
    let moods = [
        Mood::Stalls(String::new()),
        Mood::Says("HTTP/1.1 200 OK\r\ncontent-le".to_owned()),
        Mood::answers(504, "timed out"),
        Mood::answers(503, "busy"),
        Mood::with(429, &[("retry-after", "1")], ""),
    ];
    let tries = moods.len();
    for mood in moods {
        let sent = pair.sent(mood);
        assert_eq!(sent.in_words().0, "transient", "{sent:?}");
    }
    assert_eq!(pair.sent(Mood::answers(200, "ok")).taken(), "200 ok");
    let taken = pair.receiver.taken();
    assert_eq!(taken.len(), tries + 1);
    for webhook in &taken {
        assert_eq!(webhook.header("webhook-id"), "run-7-1");
        assert_eq!(webhook.body, taken[0].body, "a repeat has the same bytes");
        assert!(verifies(&pair.world, WHSEC, webhook, now().as_micros() / 1_000_000));
    }
    // What is refused for good is not asked again.
    pair.is(Mood::answers(410, "gone"), "permanent", &["410 gone"]);
}

#[test]
fn a_status_that_was_said_holds_whatever_becomes_of_the_rest() {
    let pair = Pair::new("");
    let head = |status: &str, length: &str| format!("HTTP/1.1 {status} So\r\n{length}\r\n");
    for (length, what) in [
        ("content-length: 100\r\n", "too short a body"),
        ("transfer-encoding: chunked\r\n", "a chunk of no length"),
        ("", "a body of any length"),
    ] {
        eprintln!("{what}");
        let text = |status: &str| head(status, length) + "half";
        // Cut off, and never ended: the first is seen at once, the second when the time is over.
        for mood in [Mood::Says(text("200")), Mood::Stalls(text("200"))] {
            pair.is(mood, "taken", &["200"]);
        }
        for mood in [Mood::Says(text("429")), Mood::Stalls(text("429"))] {
            pair.is(mood, "transient", &["answered 429"]);
        }
        for mood in [Mood::Says(text("404")), Mood::Stalls(text("404"))] {
            pair.is(mood, "permanent", &["answered 404"]);
        }
    }
}

#[test]
fn an_answer_without_an_end_is_left() {
    let pair = Pair::new("");
    let start = || "HTTP/1.1 200 OK\r\n".to_owned();
    let at_once = Duration::ZERO;
    // Headers for ever: the line that ends them, which makes it an answer, never comes.
    let header = "x-more: and more and more and more and more and more\r\n".to_owned();
    pair.is(Mood::Endless(start(), header, at_once), "unknown", &[]);
    pair.is(Mood::Endless(start(), "x".repeat(1_000), at_once), "unknown", &[]);
    let drop_by_drop = Duration::from_millis(20);
    pair.is(Mood::Endless(start() + "x-slow: ", "y".to_owned(), drop_by_drop), "unknown", &[]);
    let hints = "HTTP/1.1 103 Early Hints\r\n\r\n".to_owned();
    pair.is(Mood::Endless(String::new(), hints, at_once), "unknown", &[]);
    // A body for ever: the answer is there.
    let sent = pair.sent(Mood::Endless(start() + "\r\n", "x\u{202e}y ".repeat(500), at_once));
    let detail = sent.taken();
    assert!(detail.starts_with("200 xy xy") && detail.chars().count() < 220, "{detail}");
    let chunk = "5\r\nhello\r\n".to_owned();
    let start = start() + "transfer-encoding: chunked\r\n\r\n";
    pair.is(Mood::Endless(start, chunk, Duration::from_millis(1)), "taken", &["200 hellohello"]);
}

#[test]
fn nothing_is_handed_over_where_nobody_listens() {
    let pair = Pair::new("");
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        listener.local_addr().expect("it is bound").port()
    };
    let channels = pair.world.channels(&format!(
        "[[webhook]]\nname = \"ops\"\nurl = \"http://127.0.0.1:{port}/\"\nsecret_file = \"secret\"\n"
    ));
    let sent = send(&channels, &Target::Webhook("ops".to_owned()), &pair.world.parcel());
    sent.is("transient", &[&format!("127.0.0.1:{port} could not be reached")]);
    assert_eq!(sent.noted, 0);
}

#[test]
fn what_cannot_be_noted_is_not_sent() {
    use weir_channel::Post;
    let pair = Pair::new("");
    let mut full = || Err(std::io::ErrorKind::StorageFull.into());
    let target = Target::Webhook("ops".to_owned());
    let result = pair.channels.send(&target, &pair.world.parcel(), &mut full);
    assert!(matches!(result, Err(Refusal::Transient { .. })), "{result:?}");
    assert_eq!(pair.receiver.taken().len(), 0);
}

#[test]
fn a_receiver_may_refuse_before_it_has_read_everything() {
    let pair = Pair::new("");
    let mut parcel = pair.world.parcel();
    parcel.report = json!({ "rows": "x".repeat(16 * 1024 * 1024) });
    let target = Target::Webhook("ops".to_owned());
    pair.receiver.is(Mood::Early(answer(413, &[], "too much")));
    send(&pair.channels, &target, &parcel).is("permanent", &["answered 413 too much"]);
    pair.receiver.is(Mood::Early(answer(503, &[], "busy")));
    send(&pair.channels, &target, &parcel).is("transient", &["answered 503 busy"]);
    // All of it arrives where it is taken.
    pair.receiver.is(Mood::answers(200, "ok"));
    assert_eq!(send(&pair.channels, &target, &parcel).taken(), "200 ok");
    let taken = pair.receiver.taken();
    assert_eq!(taken.len(), 1);
    assert!(16 * 1024 * 1024 < taken[0].body.len());
    // Where nobody hears it, nobody knows.
    pair.receiver.is(Mood::Deaf);
    assert_eq!(send(&pair.channels, &target, &parcel).in_words().0, "unknown");
}

#[test]
fn a_certificate_must_be_good_for_the_name() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let world = World::new();
    world.write("secret", WHSEC);
    world.write("ca.pem", authority.pem());
    let target = Target::Webhook("ops".to_owned());
    let check = |certificate: &crate::certificate::Certificate, host: &str, ca: &str| {
        let server = certificate.server();
        let receiver = Receiver::behind(
            "127.0.0.1:0",
            Arc::new(move |stream| {
                let session = rustls::ServerConnection::new(Arc::clone(&server));
                Box::new(rustls::StreamOwned::new(session.expect("the settings fit"), stream))
            }),
        );
        let channels = world.channels(&format!(
            "[[webhook]]\nname = \"ops\"\nurl = \"https://{host}:{}/\"\nsecret_file = \"secret\"\n{ca}",
            receiver.address().port()
        ));
        (send(&channels, &target, &world.parcel()), receiver.taken())
    };
    let ca = "ca_file = \"ca.pem\"";
    let (sent, taken) = check(&authority.certificate("hooks.example"), "hooks.example", ca);
    assert_eq!(sent.taken(), "200 ok");
    assert_eq!(taken.len(), 1);
    let (sent, _) = check(&authority.certificate("127.0.0.1"), "127.0.0.1", ca);
    assert_eq!(sent.taken(), "200 ok");
    for (certificate, ca, why) in [
        (authority.certificate("other.example"), ca, "of another name"),
        (authority.expired("hooks.example"), ca, "out of date"),
        (stranger.certificate("hooks.example"), ca, "of another authority"),
        (authority.certificate("hooks.example"), "", "of no public authority"),
    ] {
        eprintln!("a certificate {why}");
        let (sent, taken) = check(&certificate, "hooks.example", ca);
        sent.is("transient", &["hooks.example", "could not be reached", "certificate"]);
        assert_eq!((sent.noted, taken.len()), (0, 0), "nothing was handed over");
    }
}

#[test]
fn an_encrypted_receiver_must_speak_tls() {
    let pair = Pair::new("");
    let address = pair.receiver.address();
    let channels = pair.world.channels(&format!(
        "[[webhook]]\nname = \"ops\"\nurl = \"https://{address}/\"\nsecret_file = \"secret\"\n\
         timeout_s = 1\n"
    ));
    let target = Target::Webhook("ops".to_owned());
    for mood in [Mood::Deaf, Mood::Down, Mood::Early(answer(200, &[], "ok"))] {
        eprintln!("{mood:?}");
        pair.receiver.is(mood);
        let sent = send(&channels, &target, &pair.world.parcel());
        sent.is("transient", &[&address.to_string()]);
        assert_eq!(sent.noted, 0);
    }
}

#[test]
fn an_answer_that_repeats_the_address_does_not_give_it_away() {
    let pair = Pair::new("");
    let at = pair.receiver.address();
    let channels = pair.world.channels(&format!(
        "[[webhook]]\nname = \"ops\"\nurl = \"http://{at}/in/hunter2hunter2/?key=sesame-open\"\n\
         secret_file = \"secret\"\n"
    ));
    let target = Target::Webhook("ops".to_owned());
    for body in [
        "no route for /in/hunter2hunter2/?key=sesame-open",
        "unknown hook hunter2hunter2",
        "key sesame-open is wrong",
        &format!("http://{at}/in/hunter2hunter2/?key=sesame-open is gone"),
    ] {
        for status in [200, 404, 503, 504] {
            pair.receiver.is(Mood::answers(status, body));
            let sent = send(&channels, &target, &pair.world.parcel());
            let said = format!("{:?}", sent.result);
            assert!(!said.contains("hunter2") && !said.contains("sesame"), "{said}");
        }
    }
    let shown = format!("{channels:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("sesame"), "{shown}");
}

#[test]
fn a_request_goes_through_no_proxy_of_the_environment() {
    let home = weir_tests::Home::new();
    let (receiver, proxy) = (Receiver::start(), Receiver::start());
    let config = std::fs::read_to_string(home.path("weir.toml")).expect("it was written");
    let channels = "[channels]\nprivate_addresses = [\"127.0.0.0/8\"]\n\n";
    home.write("weir.toml", config + channels + &receiver.config());
    home.write_secret("receiver-secret", weir_tests::receiver::SECRET);
    home.write("one.ndjson", "{\"received_at\":\"2026-03-30T12:00:00Z\",\"payload\":{}}\n");
    home.weir(["import", "one.ndjson"]).ok();
    home.define(
        "pulse",
        "title = \"Pulse\"\nrange = \"yesterday\"\n[schedule]\nwhen = \"daily 08:00 UTC\"\n\
         [[recipient]]\nwebhook = \"ops\"\n",
    );
    let mut command = home.command(["schedule", "run", "pulse"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    {
        command.env(name, format!("http://{}", proxy.address()));
    }
    weir_tests::Run::of(&mut command).ok();
    assert_eq!(proxy.connections(), 0);
    let [webhook] = &receiver.taken()[..] else { panic!("it was sent once") };
    let told = webhook.json();
    assert_eq!((&told["type"], &told["name"]), (&json!("report.run"), &json!("pulse")));
    // It is told the very report that the command prints.
    let at = told["scheduled_at"].as_str().expect("an instant");
    let printed = home.prints(["report", "pulse", "--as-of", at, "--format", "json"]);
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");
    assert_eq!(told["report"], printed);
}

/// Nothing but what is in the documentation of the standard: a request as bytes.
#[test]
fn a_request_is_one_that_every_server_reads() {
    let world = World::new();
    world.write("secret", WHSEC);
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    let read = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        stream.set_read_timeout(Some(Duration::from_millis(500))).expect("it has an end");
        let mut bytes = Vec::new();
        // It hangs on, so this ends with the time.
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8(bytes).expect("it is text")
    });
    let channels = world.channels(&format!(
        "[[webhook]]\nname = \"ops\"\nurl = \"http://{address}/a?b=c#d\"\nsecret_file = \"secret\"\n\
         timeout_s = 1\n"
    ));
    send(&channels, &Target::Webhook("ops".to_owned()), &world.parcel());
    let request = read.join().expect("it was read");
    let (head, body) = request.split_once("\r\n\r\n").expect("it has an end");
    let mut lines: Vec<String> = head.split("\r\n").map(str::to_lowercase).collect();
    assert_eq!(lines.remove(0), "post /a?b=c http/1.1");
    let count = |prefix: &str| lines.iter().filter(|line| line.starts_with(prefix)).count();
    for name in ["host:", "content-length:", "content-type:", "user-agent: weir/", "webhook-id:"] {
        assert_eq!(count(name), 1, "{name} in {head}");
    }
    assert_eq!(count("transfer-encoding:"), 0, "{head}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
}
