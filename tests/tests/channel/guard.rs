//! Which addresses are connected to, shown by who is connected to and who is not.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use weir_channel::{Channels, Resolve, Settings, SystemResolver, Target};
use weir_domain::FixedClock;
use weir_tests::receiver::{Mood, Receiver};

use crate::world::{Sent, World, now, send};

/// A name server whose owner means harm: it answers something else each time, and the last answer
/// for ever.
struct NameServer {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl NameServer {
    fn says(answers: &[&[&str]]) -> Arc<NameServer> {
        let read = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        let answers = Mutex::new(answers.iter().map(read).collect());
        Arc::new(NameServer { answers, asked: Mutex::default() })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolve for NameServer {
    fn resolve(&self, host: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        self.asked.lock().unwrap().push(host.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.len() {
            0 => return Err(io::ErrorKind::NotFound.into()),
            1 => answers[0].clone(),
            _ => answers.pop_front().unwrap(),
        };
        // A port that nobody asked for, which must not be taken over.
        Ok(answer.into_iter().map(|ip| SocketAddr::new(ip, 9)).collect())
    }
}

/// A webhook, a Slack webhook and a store at one address.
fn channels(world: &World, allowed: &str, url: &str, resolver: Arc<dyn Resolve>) -> Channels {
    world.write("secret", "a secret of enough bytes for this");
    world.write("slack-url", url);
    let text = format!(
        "private_addresses = [{allowed}]\n\
         [[webhook]]\nname = \"ops\"\nurl = \"{url}\"\nsecret_file = \"secret\"\ntimeout_s = 2\n\
         [[slack]]\nname = \"ops\"\nurl_file = \"slack-url\"\ntimeout_s = 2\n\
         [[s3]]\nname = \"ops\"\nendpoint = \"{url}\"\nbucket = \"reports\"\naccess_key_id = \"weir\"\n\
         secret_access_key_file = \"secret\"\ntimeout_s = 2\n"
    );
    let settings: Settings = toml::from_str(&text).expect("the section can be read");
    let clock = Arc::new(FixedClock(now()));
    Channels::with_resolver(&settings, world.dir(), &world.dir().join("files"), clock, resolver)
        .expect("the configuration is right")
}

/// What becomes of a sending by each of the three.
fn sent(world: &World, channels: &Channels) -> Vec<(Target, Sent)> {
    let key = "{run}.{format}".to_owned();
    let targets = [
        Target::Webhook("ops".to_owned()),
        Target::Slack("ops".to_owned()),
        Target::S3 { store: "ops".to_owned(), key },
    ];
    targets
        .into_iter()
        .map(|target| {
            let sent = send(channels, &target, &world.parcel());
            eprintln!("{target}: {sent:?}");
            (target, sent)
        })
        .collect()
}

#[test]
fn a_name_that_leads_within_is_refused_before_anybody_is_connected_to() {
    let world = World::new();
    let receiver = Receiver::start();
    let port = receiver.address().port();
    for answer in [
        &["127.0.0.1"][..],
        // Public ones beside it make it no better, in whatever order.
        &["93.184.216.34", "127.0.0.1"],
        &["127.0.0.1", "93.184.216.34"],
        &["2606:4700::1", "93.184.216.34", "::1"],
        &["0.0.0.0"],
        &["::"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["::127.0.0.1"],
        &["::ffff:0:127.0.0.1"],
        &["64:ff9b::127.0.0.1"],
        &["64:ff9b:1::127.0.0.1"],
        &["2002:7f00:1::1"],
        &["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
        &["2a00::5efe:127.0.0.1"],
        &["10.0.0.5"],
        &["172.16.0.1"],
        &["192.168.1.1"],
        &["100.64.0.1"],
        &["169.254.169.254"],
        &["::ffff:169.254.169.254"],
        &["64:ff9b::a9fe:a9fe"],
        &["2002:a9fe:a9fe::"],
        &["fd00:ec2::254"],
        &["fe80::1"],
        &["fec0::1"],
        &["168.63.129.16"],
        &["192.0.0.192"],
        &["198.18.0.1"],
        &["224.0.0.1"],
        &["255.255.255.255"],
        &["ff02::1"],
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://hooks.example:{port}/");
            let channels = channels(&world, "", &url, NameServer::says(&[answer]));
            for (target, sent) in sent(&world, &channels) {
                sent.is("permanent", &["hooks.example leads to", "`channels.private_addresses`"]);
                assert_eq!(sent.noted, 0, "{target} {answer:?}");
            }
        }
    }
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn every_way_to_write_an_address_is_seen_through() {
    let world = World::new();
    // On every address of this machine, of both versions: whoever gets through is seen.
    let receiver = Receiver::behind("[::]:0", Arc::new(|stream| Box::new(stream)));
    let port = receiver.address().port();
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.255.255.254",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.01",
        "0177.1",
        "127.0.0.1.",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "0",
        "0.0.0.0",
        "0x0",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "169.254.169.254",
        "[::ffff:a9fe:a9fe]",
        "2852039166",
        "0xa9fea9fe",
    ] {
        let url = format!("http://{host}:{port}/");
        let channels = channels(&world, "", &url, Arc::new(SystemResolver));
        for (_, sent) in sent(&world, &channels) {
            sent.is("permanent", &["so nothing is sent there", "`channels.private_addresses`"]);
            assert_eq!(sent.noted, 0, "{host}");
        }
    }
    // Names that every machine knows, asked for as every program does.
    for host in ["localhost", "LOCALHOST", "localhost."] {
        let url = format!("http://{host}:{port}/");
        let channels = channels(&world, "", &url, Arc::new(SystemResolver));
        for (_, sent) in sent(&world, &channels) {
            // A resolver may not know the last of them, which leads nowhere either.
            assert_ne!(sent.in_words().0, "taken", "{host}");
            assert_eq!(sent.noted, 0, "{host}");
        }
    }
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn a_name_that_leads_elsewhere_a_moment_later_is_held_to_what_it_said() {
    let world = World::new();
    let asked = Receiver::start();
    let port = asked.address().port();
    // The same port of another address of this machine: where a second answer would lead.
    let wrap: Arc<weir_tests::receiver::Wrap> = Arc::new(|stream| Box::new(stream));
    let later = Receiver::behind(&format!("127.0.0.2:{port}"), wrap);
    // What is put is answered to nobody's satisfaction, and compared with what is there: a second
    // request of one sending is held to an address as the first is.
    asked.is(Mood::answers(200, "ok"));
    for _ in 0..3 {
        let names = NameServer::says(&[&["127.0.0.1"], &["127.0.0.2"], &["127.0.0.2"]]);
        let url = format!("http://hooks.example:{port}/");
        let channels = channels(&world, "\"127.0.0.1\"", &url, Arc::clone(&names) as Arc<_>);
        let webhook = Target::Webhook("ops".to_owned());
        assert_eq!(send(&channels, &webhook, &world.parcel()).taken(), "200 ok");
        assert_eq!(names.asked(), ["hooks.example"], "it is asked once for a request");
        // The next request asks again, and 127.0.0.2 was never allowed.
        send(&channels, &webhook, &world.parcel()).is("permanent", &["leads to 127.0.0.2"]);
    }
    assert_eq!((asked.taken().len(), later.connections()), (3, 0));
    assert_eq!(asked.taken()[0].header("host"), format!("hooks.example:{port}"));
}

#[test]
fn a_second_address_is_tried_where_the_first_is_down() {
    let world = World::new();
    let receiver = Receiver::start();
    let port = receiver.address().port();
    let names = NameServer::says(&[&["127.0.0.3", "127.0.0.1"]]);
    let url = format!("http://hooks.example:{port}/");
    let channels = channels(&world, "\"127.0.0.0/8\"", &url, names);
    let sent = send(&channels, &Target::Webhook("ops".to_owned()), &world.parcel());
    assert_eq!((sent.noted, receiver.taken().len()), (1, 1));
    assert_eq!(sent.taken(), "200 ok");
}

#[test]
fn private_addresses_opens_what_it_says_and_nothing_beside_it() {
    let world = World::new();
    let receiver = Receiver::behind("[::]:0", Arc::new(|stream| Box::new(stream)));
    let port = receiver.address().port();
    let webhook = Target::Webhook("ops".to_owned());
    let check = |allowed: &str, host: &str, open: bool| {
        let before = receiver.connections();
        let url = format!("http://{host}:{port}/");
        let channels = channels(&world, allowed, &url, Arc::new(SystemResolver));
        let sent = send(&channels, &webhook, &world.parcel());
        eprintln!("{host} where {allowed} are open: {sent:?}");
        let came = receiver.connections() - before;
        match open {
            true => assert_eq!((sent.taken().as_str(), came), ("200 ok", 1)),
            false => {
                sent.is("permanent", &[]);
                assert_eq!((sent.noted, came), (0, 0));
            }
        }
    };
    check("\"127.0.0.0/8\"", "127.1", true);
    check("\"127.0.0.0/8\"", "127.9.9.9", true);
    check("\"127.0.0.0/8\"", "[::ffff:127.0.0.1]", true);
    check("\"127.0.0.0/8\"", "[::1]", false);
    check("\"127.0.0.0/8\"", "0.0.0.0", false);
    check("\"127.0.0.0/8\"", "169.254.169.254", false);
    check("\"127.0.0.1\"", "127.0.0.1", true);
    check("\"127.0.0.1\"", "127.0.0.2", false);
    check("\"127.0.0.1/32\"", "127.0.0.2", false);
    check("\"127.0.0.0/30\"", "127.0.0.3", true);
    check("\"127.0.0.0/30\"", "127.0.0.4", false);
    check("\"::1\"", "[::1]", true);
    check("\"::1\"", "127.0.0.1", false);
    check("\"::1/128\", \"127.0.0.2\"", "127.0.0.2", true);
    check("\"10.0.0.0/8\"", "127.0.0.1", false);
    check("", "127.0.0.1", false);
}

#[test]
fn without_encryption_only_what_was_named_is_reached() {
    let world = World::new();
    // Public, so the guard lets it through; nothing is sent, for it is not encrypted.
    let names = NameServer::says(&[&["93.184.216.34"]]);
    let channels = channels(&world, "\"127.0.0.0/8\"", "http://hooks.example/", names);
    for (_, sent) in sent(&world, &channels) {
        sent.is("permanent", &["hooks.example is reached without encryption", "use https://"]);
        assert_eq!(sent.noted, 0);
    }
    // One that is ours beside one that is not: it could be the other that hears it.
    let names = NameServer::says(&[&["127.0.0.1", "93.184.216.34"]]);
    let url = "http://hooks.example/";
    let channels = self::channels(&world, "\"127.0.0.0/8\"", url, names);
    for (_, sent) in sent(&world, &channels) {
        sent.is("permanent", &["without encryption"]);
        assert_eq!(sent.noted, 0);
    }
}

#[test]
fn a_name_that_is_not_known_may_be_later() {
    let world = World::new();
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    for names in [NameServer::says(&[]), NameServer::says(&[&[]])] {
        let url = format!("https://hooks.example:{port}/");
        let channels = channels(&world, "", &url, names);
        for (_, sent) in sent(&world, &channels) {
            sent.is("transient", &["hooks.example", "check the name and the resolver"]);
            assert_eq!(sent.noted, 0);
        }
    }
}

/// A name server that is asked and says nothing for a while.
struct Slow;

impl Resolve for Slow {
    fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        std::thread::sleep(std::time::Duration::from_secs(4));
        Ok(vec![SocketAddr::from(([127, 0, 0, 1], 0))])
    }
}

#[test]
fn a_name_server_that_is_slow_holds_nobody_up_and_hands_nothing_over_late() {
    let world = World::new();
    let receiver = Receiver::start();
    let url = format!("http://hooks.example:{}/", receiver.address().port());
    let channels = channels(&world, "\"127.0.0.0/8\"", &url, Arc::new(Slow));
    let sent = send(&channels, &Target::Webhook("ops".to_owned()), &world.parcel());
    sent.is("transient", &["could not be spoken to within 2 s"]);
    assert_eq!(sent.noted, 0);
    // When the name server speaks at last, whoever asked has gone, and nothing is sent.
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(receiver.taken().len(), 0);
}

#[test]
fn an_address_of_the_configuration_is_one_that_may_be_shown() {
    let world = World::new();
    world.write("secret", "a secret of enough bytes for this");
    for url in [
        "https://user:hunter2@hooks.example/",
        "https://hunter2@hooks.example/",
        "https://:hunter2@hooks.example/",
        "ftp://hooks.example/hunter2",
        "file:///etc/hunter2",
        "gopher://127.0.0.1/hunter2",
        "https:///",
        "hooks.example/hunter2",
        "https://",
        "https://hooks.example:99999/hunter2",
        "https://a b/hunter2",
        "https://1.2.3.4.5/hunter2",
        "https://256.0.0.1/hunter2",
        "https://[::1/hunter2",
        "",
    ] {
        world.write("slack-url", format!("{url}\n"));
        for section in [
            format!("[[webhook]]\nname = \"ops\"\nurl = \"{url}\"\nsecret_file = \"secret\"\n"),
            "[[slack]]\nname = \"ops\"\nurl_file = \"slack-url\"\n".to_owned(),
            format!(
                "[[s3]]\nname = \"ops\"\nendpoint = \"{url}\"\nbucket = \"b\"\naccess_key_id = \"i\"\n\
                 secret_access_key_file = \"secret\"\n"
            ),
        ] {
            let error = world.try_channels(&section).expect_err(url).to_string();
            assert!(!error.contains("hunter2"), "{error}");
            assert!(error.contains("ops"), "it says which: {error}");
        }
    }
}
