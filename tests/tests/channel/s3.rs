//! Object stores: a real one that speaks S3, and some that misbehave.

use std::io::Read;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use weir_channel::{Channels, Parcel, Post, Refusal, Settings, SystemResolver, Target};
use weir_domain::{Clock, Timestamp};
use weir_tests::receiver::{Mood, Receiver, answer};
use weir_tests::store::{KEY_ID, PUTTER, SECRET_KEY, Store};

use crate::world::{Sent, World, send};

/// The time of this machine: a store refuses what was not signed just now.
struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        #[allow(clippy::disallowed_methods)] // it is the real one that a store compares with
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later");
        Timestamp::from_micros(i64::try_from(since.as_micros()).expect("it is of our days"))
    }
}

/// A channel that leads to an endpoint.
struct Archive {
    world: World,
    channels: Channels,
}

impl Archive {
    fn at(endpoint: &str, bucket: &str) -> Archive {
        Archive::with(endpoint, bucket, (KEY_ID, SECRET_KEY), "")
    }

    fn with(endpoint: &str, bucket: &str, keys: (&str, &str), more: &str) -> Archive {
        let world = World::new();
        world.write("secret-key", keys.1);
        let settings = format!(
            "private_addresses = [\"127.0.0.0/8\"]\n\
             [[s3]]\nname = \"archive\"\nendpoint = \"{endpoint}\"\nbucket = \"{bucket}\"\n\
             access_key_id = \"{}\"\nsecret_access_key_file = \"secret-key\"\n{more}",
            keys.0
        );
        let settings: Settings = toml::from_str(&settings).expect("the section can be read");
        let dir = world.dir();
        let files = dir.join("files");
        let resolver = Arc::new(SystemResolver);
        let channels = Channels::with_resolver(&settings, dir, &files, Arc::new(Now), resolver)
            .expect("the configuration is right");
        Archive { world, channels }
    }

    /// The parcel of a run, with one file of this content.
    fn parcel(&self, run: u64, content: &[u8]) -> Parcel {
        let mut parcel = self.world.parcel();
        parcel.run = run;
        parcel.files = vec![self.world.attachment("a.pdf", content)];
        parcel
    }

    fn send(&self, key: &str, parcel: &Parcel) -> Sent {
        let target = Target::S3 { store: "archive".to_owned(), key: key.to_owned() };
        let sent = send(&self.channels, &target, parcel);
        assert_eq!(sent.noted, 0, "an object twice is one object, so nothing is noted");
        let said = format!("{:?} {:?}", sent.result, self.channels);
        for secret in [SECRET_KEY, PUTTER.1, "X-Amz-Signature", "X-Amz-Credential"] {
            assert!(!said.contains(secret), "{said}");
        }
        sent
    }

    /// What becomes of the usual parcel.
    #[track_caller]
    fn is(&self, kind: &str, words: &[&str]) {
        let sent = self.send("{run}.{format}", &self.parcel(1, b"%PDF"));
        let (got, cause) = sent.in_words();
        assert_eq!(got, kind, "{cause}");
        for word in words {
            assert!(cause.contains(word), "`{word}` is not in: {cause}");
        }
    }
}

#[test]
fn an_object_is_put_once() {
    let store = Store::shared();
    store.make_bucket("reports-once");
    let archive = Archive::at(&store.endpoint(), "reports-once");
    let mut parcel = archive.parcel(7, b"%PDF-1.7 the report");
    parcel.files.push(archive.world.attachment("b.csv", "Ü,b\n".as_bytes()));
    let key = "weir/{name}/{date}-{run}.{format}";
    let detail = archive.send(key, &parcel).taken();
    assert!(detail.contains("weir/weekly-abandonment/2026-03-31-7.pdf ETag "), "{detail}");
    let object = |format: &str| {
        let key = format!("weir/weekly-abandonment/2026-03-31-7.{format}");
        store.object("reports-once", &key).expect("it is there")
    };
    assert_eq!(object("pdf").body, b"%PDF-1.7 the report");
    assert_eq!(object("pdf").header("content-type"), "application/pdf");
    assert_eq!(object("csv").body, "Ü,b\n".as_bytes());
    assert_eq!(object("csv").header("content-type"), "text/csv; charset=utf-8");
    let written = object("pdf").header("last-modified").to_owned();

    // The same again, as after an answer that was not heard: it is there, and is not written anew.
    let detail = archive.send(key, &parcel).taken();
    assert!(detail.contains("2026-03-31-7.pdf was there already"), "{detail}");
    assert_eq!(object("pdf").header("last-modified"), written);

    // Something else at the same key: refused, and what is there stays.
    let other = archive.parcel(7, b"another report");
    let sent = archive.send(key, &other);
    let (kind, cause) = sent.in_words();
    assert_eq!(kind, "permanent", "{cause}");
    for word in ["`archive` holds something else", "2026-03-31-7.pdf", "nothing is overwritten"] {
        assert!(cause.contains(word), "{cause}");
    }
    assert_eq!(object("pdf").body, b"%PDF-1.7 the report");

    // An object of somebody else's, without our note of what it is, is something else too.
    store.put("reports-once", "by-hand.pdf", b"%PDF");
    let sent = archive.send("by-hand.{format}", &archive.parcel(1, b"%PDF"));
    assert_eq!(sent.in_words().0, "permanent", "{sent:?}");
    assert_eq!(store.object("reports-once", "by-hand.pdf").expect("it is there").body, b"%PDF");

    // One of two that is there already does not keep the other from being put.
    let mut two = archive.parcel(8, b"first");
    archive.send("two-{run}.{format}", &two).taken();
    two.files.push(archive.world.attachment("b.csv", b"second"));
    let detail = archive.send("two-{run}.{format}", &two).taken();
    assert!(detail.contains("two-8.pdf was there already; two-8.csv ETag"), "{detail}");
}

#[test]
fn every_key_that_a_template_gives_is_an_object_of_that_key() {
    let store = Store::shared();
    store.make_bucket("reports-keys");
    let archive = Archive::with(
        &store.endpoint(),
        "reports-keys",
        (KEY_ID, SECRET_KEY),
        "prefix = \"weir/of/\"\n",
    );
    for (number, template) in [
        "a b.{format}",
        "a+b.{format}",
        "a%2e%2e%2fb.{format}",
        "a?b=c&d.{format}",
        "a#b.{format}",
        "Ünïcode/中文/\u{1f4ca}.{format}",
        "a=b;c,d:e@f!g$h'i(j)k*.{format}",
        "a..b/c..{format}",
        "[x]^`|\"<>.{format}",
        "deep/er/and/deep/er/{run}.{format}",
    ]
    .into_iter()
    .enumerate()
    {
        let content = format!("content {number}");
        let parcel = archive.parcel(number as u64, content.as_bytes());
        archive.send(template, &parcel).taken();
        let key = template.replace("{format}", "pdf").replace("{run}", &number.to_string());
        let found = store.object("reports-keys", &format!("weir/of/{key}"));
        assert_eq!(found.expect(&key).body, content.as_bytes(), "{key}");
        // And it is found again.
        assert!(archive.send(template, &parcel).taken().contains("was there already"), "{key}");
    }
}

#[test]
fn no_key_leads_out_of_the_bucket() {
    let store = Store::shared();
    store.make_bucket("reports-out");
    store.make_bucket("another");
    let archive = Archive::at(&store.endpoint(), "reports-out");
    for key in [
        "../another/{name}",
        "a/../../another/x",
        "/another/x",
        "..",
        "a/..",
        "./x",
        "a//b",
        "a\\..\\b",
        "a\r\nx-amz-acl: public-read",
        "a\0b",
        "{bucket}/x",
        "",
    ] {
        let target = Target::S3 { store: "archive".to_owned(), key: key.to_owned() };
        archive.channels.check(&target).expect_err(key);
        let sent = archive.send(key, &archive.parcel(1, b"x"));
        assert_eq!(sent.in_words().0, "permanent", "{sent:?}");
    }
    for name in ["../../another/x", "..", "a/../b", "\r\nx: y"] {
        let mut parcel = archive.parcel(1, b"x");
        parcel.name = name.to_owned();
        archive.send("in/{name}-of-{run}", &parcel);
    }
    assert!(store.object("another", "x").is_none());
    let listed = String::from_utf8(store.ask("GET", "/another", b"").body).expect("it is text");
    assert!(!listed.contains("<Contents>"), "{listed}");
    // Nor does what the operator wrote, by accident.
    let world = World::new();
    world.write("secret-key", SECRET_KEY);
    for (bucket, prefix) in [
        ("..", ""),
        (".", ""),
        ("a/b", ""),
        ("", ""),
        ("b?acl", ""),
        ("reports", "../"),
        ("reports", "/"),
        ("reports", "a//"),
        ("reports", "a/../"),
        // A prefix is as it is: nothing is filled in.
        ("reports", "{name}/"),
    ] {
        let config = format!(
            "[[s3]]\nname = \"archive\"\nendpoint = \"{}\"\nbucket = \"{bucket}\"\n\
             prefix = \"{prefix}\"\naccess_key_id = \"x\"\nsecret_access_key_file = \"secret-key\"\n",
            store.endpoint()
        );
        let error = world.try_channels(&config).expect_err(&format!("{bucket} {prefix}"));
        assert!(error.to_string().contains("`archive`"), "{error}");
    }
}

#[test]
fn what_a_store_refuses_is_said_in_its_words() {
    let store = Store::shared();
    store.make_bucket("reports-refused");
    let at = |bucket: &str, keys| Archive::with(&store.endpoint(), bucket, keys, "");
    let check = "check bucket, region, keys and what they permit";
    at("reports-refused", (KEY_ID, "another-secret-key"))
        .is("permanent", &["403", "SignatureDoesNotMatch", check]);
    at("reports-refused", ("nobody", SECRET_KEY)).is("permanent", &["403", "InvalidAccessKeyId"]);
    at("not-there", (KEY_ID, SECRET_KEY)).is("permanent", &["404", "NoSuchBucket", check]);
    store.make_bucket("theirs");
    at("theirs", PUTTER).is("permanent", &["403", "AccessDenied"]);
    // Whoever may put and not read can put once, and cannot tell what is there.
    let putter = at("reports-refused", PUTTER);
    putter.is("taken", &["1.pdf"]);
    putter.is("permanent", &["403", "what they permit"]);
    assert_eq!(store.object("reports-refused", "1.pdf").expect("it is there").body, b"%PDF");
}

#[test]
fn a_large_object_is_put_whole_or_refused_at_once() {
    let store = Store::shared();
    store.make_bucket("reports-large");
    let content: Vec<u8> =
        (0..24 * 1024 * 1024_u32).map(|at| (at.wrapping_mul(at) >> 7) as u8).collect();
    let archive = Archive::at(&store.endpoint(), "reports-large");
    archive.send("large.{format}", &archive.parcel(1, &content)).taken();
    let found = store.object("reports-large", "large.pdf").expect("it is there");
    assert!(found.body == content, "every byte is there");
    let wrong = Archive::with(&store.endpoint(), "reports-large", (KEY_ID, "wrong"), "");
    let sent = wrong.send("other.{format}", &wrong.parcel(1, &content));
    let (kind, cause) = sent.in_words();
    assert_eq!(kind, "permanent", "{cause}");
    assert!(cause.contains("403 SignatureDoesNotMatch"), "{cause}");
    assert!(store.object("reports-large", "other.pdf").is_none());
    // One that is there is told before all of it is sent again.
    assert!(
        archive.send("large.{format}", &archive.parcel(1, &content)).taken().contains("already")
    );
}

#[test]
fn a_store_that_is_down_is_asked_again() {
    let mut store = Store::start();
    store.make_bucket("reports");
    let archive = Archive::at(&store.endpoint(), "reports");
    archive.is("taken", &["1.pdf"]);
    store.stop();
    archive.is("transient", &["could not be reached"]);
}

/// A way to a store that cuts the first answer off when it begins; where it is.
fn cutting(store: &Store) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    let store = store.endpoint().replace("http://", "");
    std::thread::spawn(move || {
        for (number, near) in listener.incoming().map_while(Result::ok).enumerate() {
            let far = TcpStream::connect(&store).expect("the store listens");
            let (mut from_near, mut to_far) = (near.try_clone().unwrap(), far.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from_near, &mut to_far));
            let (mut near, mut far) = (near, far);
            std::thread::spawn(move || {
                if number == 0 {
                    // The store has done it, and nobody hears that.
                    let _ = far.read(&mut [0; 64]);
                } else {
                    let _ = std::io::copy(&mut far, &mut near);
                }
                let _ = near.shutdown(Shutdown::Both);
                let _ = far.shutdown(Shutdown::Both);
            });
        }
    });
    format!("http://{address}")
}

#[test]
fn an_answer_that_was_not_heard_makes_no_second_object() {
    let store = Store::shared();
    store.make_bucket("reports-cut");
    let archive = Archive::at(&cutting(&store), "reports-cut");
    archive.is("transient", &["took the request and broke off"]);
    let written = store.object("reports-cut", "1.pdf").expect("it is there");
    assert_eq!(written.body, b"%PDF");
    archive.is("taken", &["1.pdf was there already"]);
    let found = store.object("reports-cut", "1.pdf").expect("it is there");
    assert_eq!(found.header("last-modified"), written.header("last-modified"));
    assert_eq!(found.header("etag"), written.header("etag"));
}

#[test]
fn a_store_that_misbehaves_is_asked_again() {
    let receiver = Receiver::start();
    let endpoint = format!("http://{}", receiver.address());
    let archive = Archive::with(&endpoint, "reports", (KEY_ID, SECRET_KEY), "");
    let error = |code: &str| format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
    let check = |mood: Mood, kind: &str, words: &[&str]| {
        receiver.is(mood);
        archive.is(kind, words);
    };
    check(Mood::with(200, &[("etag", "\"abc\"")], ""), "taken", &["1.pdf ETag \"abc\""]);
    check(Mood::answers(503, &error("SlowDown")), "transient", &["503 SlowDown"]);
    check(Mood::answers(500, &error("InternalError")), "transient", &["500 InternalError"]);
    check(Mood::answers(409, &error("ConditionalRequestConflict")), "transient", &["409 Cond"]);
    check(Mood::answers(504, ""), "transient", &["504"]);
    check(Mood::answers(429, ""), "transient", &["429"]);
    check(Mood::answers(501, &error("NotImplemented")), "permanent", &["no object on a condition"]);
    check(Mood::answers(403, &error("RequestTimeTooSkewed")), "permanent", &["TooSkewed"]);
    check(Mood::answers(400, &error("a word <b>bold</b>")), "permanent", &["400 for 1.pdf"]);
    check(Mood::answers(403, &error(&"A".repeat(5_000))), "permanent", &["403 for 1.pdf"]);
    // It took the request, and nobody knows what became of it: the same again does no harm.
    check(Mood::Says(String::new()), "transient", &["broke off"]);
    check(Mood::Says("HTTP/1.1 200 O".to_owned()), "transient", &["broke off"]);
    check(Mood::Early(answer(403, &[], &error("AccessDenied"))), "permanent", &["AccessDenied"]);
    let sent = {
        receiver.is(Mood::with(503, &[("retry-after", "7")], ""));
        archive.send("{run}.{format}", &archive.parcel(1, b"x"))
    };
    let Err(Refusal::Transient { retry_after, .. }) = sent.result else { panic!("{sent:?}") };
    assert_eq!(retry_after, Some(Duration::from_secs(7)));
    // Elsewhere is not where the operator said.
    let elsewhere = Receiver::start();
    let location = format!("http://{}/reports/1.pdf", elsewhere.address());
    for status in [301, 307, 308] {
        let mood = Mood::with(status, &[("location", &location)], "");
        check(mood, "permanent", &["redirects are not followed", "endpoint and region"]);
    }
    assert_eq!(elsewhere.connections(), 0);
    // Something was there a moment ago, and is not any more: another time it can be put.
    check(Mood::answers(412, &error("PreconditionFailed")), "permanent", &["412"]);
    let impatient = Archive::with(&endpoint, "reports", (KEY_ID, SECRET_KEY), "timeout_s = 1\n");
    for mood in [Mood::Deaf, Mood::Stalls(String::new())] {
        receiver.is(mood);
        impatient.is("transient", &["within 1 s"]);
    }
}

#[test]
fn an_object_that_went_between_two_requests_is_put_another_time() {
    // It refuses the put, for something is there, and has nothing there when asked.
    let receiver = Receiver::start();
    let archive = Archive::at(&format!("http://{}", receiver.address()), "reports");
    receiver.is_first([Mood::answers(412, "")]);
    receiver.is(Mood::answers(404, ""));
    archive.is("transient", &["had something at 1.pdf, and then had not"]);
    let lines: Vec<String> = receiver.taken().into_iter().map(|request| request.line).collect();
    assert!(
        lines[0].starts_with("PUT /reports/1.pdf?") && lines[1].starts_with("HEAD "),
        "{lines:?}"
    );
}
