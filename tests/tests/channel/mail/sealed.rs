//! What goes over the wire in the clear: nothing.

use weir_channel::{Post, Target};

use crate::certificate::{Authority, Certificate};
use crate::mail::server::{Fault, Plan, Server, Stage};
use crate::world::{Sent, World, send};

const TRUSTED: &str = "username = \"weir\"\npassword_file = \"password\"\nca_file = \"ca.pem\"";

const NAME: &str = "mail.example.net";

fn ann() -> Target {
    Target::Mail("ann@example.com".to_owned())
}

struct Case {
    world: World,
    authority: Authority,
}

impl Case {
    fn new() -> Case {
        let (world, authority) = (World::new(), Authority::new());
        world.write("ca.pem", authority.pem());
        world.write("password", "hunter2");
        Case { world, authority }
    }

    fn sent(&self, server: &Server, tls: &str) -> Sent {
        let channels = self.world.channels(&server.config(tls, TRUSTED));
        send(&channels, &ann(), &self.world.parcel())
    }
}

/// Not a word but hello was said that is not encrypted.
#[track_caller]
fn said_nothing(server: &Server) {
    let book = server.left_alone();
    for line in &book.clear {
        let harmless = ["EHLO example.com", "STARTTLS", "QUIT"].contains(&line.as_str());
        assert!(harmless, "it was said in the clear: {line}");
    }
    assert!(book.taken.is_empty(), "{book:?}");
}

#[test]
fn a_server_without_starttls_gets_nothing() {
    let case = Case::new();
    let tls = case.authority.certificate("mail.example.net").server();
    let server = Plan::new().encrypts(tls, false).offers_nothing().login("PLAIN").start();
    let sent = case.sent(&server, "starttls");
    sent.is("permanent", &["offers no STARTTLS", "`channels.mail.tls`"]);
    assert_eq!(sent.noted, 0);
    said_nothing(&server);
}

#[test]
fn a_server_that_does_not_encrypt_as_it_should_gets_nothing() {
    // In the clear where it should be encrypted at once.
    let case = Case::new();
    let server = Plan::new().start();
    let sent = case.sent(&server, "tls");
    sent.is("transient", &["mail.example.net:"]);
    assert_eq!(sent.noted, 0);
    assert!(server.left_alone().taken.is_empty());
    // And the other way round.
    let tls = case.authority.certificate("mail.example.net").server();
    let server = Plan::new().encrypts(tls, true).start();
    // Each waits for the other to begin.
    let config = server.config("starttls", &format!("{TRUSTED}\ntimeout_s = 1"));
    let sent = send(&case.world.channels(&config), &ann(), &case.world.parcel());
    sent.is("transient", &["mail.example.net:"]);
    said_nothing(&server);
}

#[test]
fn a_certificate_that_is_not_believed_ends_it_for_now() {
    for at_once in [false, true] {
        let case = Case::new();
        let strange = Authority::new();
        for (certificate, word) in [
            (case.authority.certificate("mail.example.org"), "mail.example.net"),
            (case.authority.certificate("127.0.0.1"), "mail.example.net"),
            (case.authority.certificate("*.mail.example.net"), "mail.example.net"),
            (case.authority.expired("mail.example.net"), "xpired"),
            (strange.certificate("mail.example.net"), "nknown"),
        ] {
            let plan = Plan::new().encrypts(certificate.server(), at_once).login("PLAIN");
            let server = plan.start();
            let sent = case.sent(&server, if at_once { "tls" } else { "starttls" });
            sent.is("transient", &["mail.example.net:", "certificate", word]);
            assert_eq!(sent.noted, 0);
            said_nothing(&server);
            assert!(server.book().sealed.is_empty(), "{:?}", server.book());
        }
    }
}

#[test]
fn only_the_named_certificates_are_trusted_and_all_of_them() {
    let case = Case::new();
    let other = Authority::new();
    let both = format!("{}\n{}", other.pem(), case.authority.pem());
    case.world.write("ca.pem", both);
    for authority in [&case.authority, &other] {
        let tls = authority.certificate("mail.example.net").server();
        let server = Plan::new().encrypts(tls, true).login("PLAIN").start();
        case.sent(&server, "tls").is("taken", &[]);
    }
    // Without a file the public ones are trusted, and this is none.
    let tls = case.authority.certificate("mail.example.net").server();
    let server = Plan::new().encrypts(tls, true).login("PLAIN").start();
    let channels = case.world.channels(&server.config("tls", ""));
    let sent = send(&channels, &ann(), &case.world.parcel());
    sent.is("transient", &["certificate"]);
}

#[test]
fn a_certificate_that_a_server_signed_itself_does_unless_it_is_an_authority() {
    for (certificate, kind) in
        [(Certificate::of_itself(NAME), "taken"), (Certificate::of_an_authority(NAME), "transient")]
    {
        let case = Case::new();
        case.world.write("ca.pem", &certificate.pem);
        let server = Plan::new().encrypts(certificate.server(), true).login("PLAIN").start();
        case.sent(&server, "tls").is(kind, &[]);
    }
}

#[test]
fn a_server_that_is_named_by_its_address_shows_a_certificate_for_it() {
    let case = Case::new();
    let tls = case.authority.certificate("127.0.0.1").server();
    let server = Plan::new().encrypts(tls, false).login("PLAIN").start();
    let config = server.config("starttls", TRUSTED).replace("mail.example.net", "127.0.0.1");
    send(&case.world.channels(&config), &ann(), &case.world.parcel()).is("taken", &[]);
}

#[test]
fn a_file_without_certificates_is_told_at_the_start() {
    let case = Case::new();
    let server = Plan::new().start();
    for content in [
        "",
        "nothing of the kind",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        case.world.write("ca.pem", content);
        let text = server.config("tls", TRUSTED);
        let error = case.world.try_channels(&text).map(drop).expect_err("it holds none");
        assert!(error.to_string().contains("holds no certificate as PEM"), "{error}");
    }
}

/// Whoever sits on the line can add answers in the clear behind the one to STARTTLS. Read after the
/// handshake, they would be believed, and every answer after them be that to another question.
#[test]
fn what_was_said_in_the_clear_is_forgotten_when_it_is_encrypted() {
    let case = Case::new();
    let tls = case.authority.certificate("mail.example.net").server();
    let server = Plan::new()
        .encrypts(tls, false)
        .login("PLAIN")
        .at(Stage::Starttls, Fault::Says(b"220 go on\r\n250-evil\r\n250 AUTH LOGIN\r\n"))
        .at(Stage::End, Fault::Says(b"554 5.7.1 not from you\r\n"))
        .start();
    let sent = case.sent(&server, "starttls");
    sent.is("permanent", &["554 5.7.1 not from you"]);
    assert!(server.left_alone().taken.is_empty());
}

#[test]
fn what_was_offered_in_the_clear_is_not_believed_later() {
    // A login is offered in the clear alone: it was somebody else who offered it.
    let case = Case::new();
    let tls = case.authority.certificate("mail.example.net").server();
    let server = Plan::new()
        .encrypts(tls, false)
        .at(Stage::Hello, Fault::Says(b"250-faulty\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n"))
        .start();
    let sent = case.sent(&server, "starttls");
    sent.is("permanent", &["does not let us in"]);
    assert!(server.left_alone().sealed.iter().all(|line| !line.starts_with("AUTH")));
}

#[test]
fn a_connection_in_the_clear_goes_only_where_the_operator_said() {
    struct Public;
    impl weir_channel::Resolve for Public {
        fn resolve(&self, _: &str, port: u16) -> std::io::Result<Vec<std::net::SocketAddr>> {
            // It is never connected to: it would not be encrypted.
            Ok(vec![std::net::SocketAddr::from(([8, 8, 8, 8], port))])
        }
    }
    let case = Case::new();
    let server = Plan::new().start();
    let settings = toml::from_str(&server.config("none", "")).expect("it can be read");
    let clock = std::sync::Arc::new(weir_domain::FixedClock(crate::world::now()));
    let channels = weir_channel::Channels::with_resolver(
        &settings,
        case.world.dir(),
        case.world.dir(),
        clock,
        std::sync::Arc::new(Public),
    )
    .expect("the configuration is right");
    assert!(channels.check(&ann()).is_ok());
    let sent = send(&channels, &ann(), &case.world.parcel());
    sent.is("permanent", &["without encryption", "`channels.private_addresses`"]);

    let unnamed = case.world.try_channels(&server.config("none", "")).expect("it is right");
    let sent = send(&unnamed, &ann(), &case.world.parcel());
    sent.is("permanent", &["this machine", "`channels.private_addresses`"]);
    assert_eq!(server.book().connections, 0);
}
