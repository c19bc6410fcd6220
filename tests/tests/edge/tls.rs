//! TLS by ourselves: the handshake, certificates that change, and those who hold connections.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned};
use weir_tests::event::event;
use weir_tests::home::{Client, MAIN};
use weir_tests::http::{Response, answers, request};
use weir_tests::server::{WEBHOOK, headers};
use weir_tests::{Home, Server};

/// Longer than anything may take here.
const PATIENCE: Duration = Duration::from_secs(40);

/// Who signs certificates here.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Authority {
        let key = KeyPair::generate().expect("a key can be made");
        let mut params = CertificateParams::new([]).expect("no names are names");
        params.distinguished_name.push(DnType::CommonName, "an authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = params.self_signed(&key).expect("it signs itself");
        Authority { pem: own.pem(), issuer: Issuer::new(params, key) }
    }

    /// A certificate for this machine that ends with that year, and its key.
    fn pair(&self, last_year: i32) -> (String, String) {
        let key = KeyPair::generate().expect("a key can be made");
        let names = ["localhost".to_owned()];
        let mut params = CertificateParams::new(names).expect("it is a name");
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority signs");
        (certificate.pem(), key.serialize_pem())
    }

    /// Whoever believes this authority alone.
    fn believer(
        &self,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        let der = CertificateDer::from_pem_slice(self.pem.as_bytes()).expect("a certificate");
        roots.add(der).expect("it is one");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("ring speaks them")
            .with_root_certificates(roots)
            .with_no_client_auth();
        // A session that goes on is shown no certificate.
        config.resumption = rustls::client::Resumption::disabled();
        Arc::new(config)
    }
}

type Line = StreamOwned<ClientConnection, TcpStream>;

/// A connection over which a handshake was made.
fn connect(config: &Arc<ClientConfig>, address: SocketAddr) -> io::Result<Line> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let name = ServerName::try_from("localhost").expect("a name");
    let mut session = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
    let mut stream = stream;
    while session.is_handshaking() {
        session.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(session, stream))
}

/// Asks over a connection of its own.
fn ask(
    config: &Arc<ClientConfig>,
    address: SocketAddr,
    method: &str,
    path: &str,
    lines: &[String],
    body: &[u8],
) -> io::Result<Response> {
    let mut line = connect(config, address)?;
    let lines = [lines, &["connection: close".to_owned()]].concat();
    line.write_all(&request(method, path, &lines, body))?;
    let mut bytes = Vec::new();
    line.read_to_end(&mut bytes)?;
    answers(&bytes)?.pop().ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn get(config: &Arc<ClientConfig>, server: &Server, path: &str) -> Response {
    ask(config, server.address(), "GET", path, &[], b"").expect("an answer")
}

fn deliver(
    config: &Arc<ClientConfig>,
    address: SocketAddr,
    client: Client,
    body: &str,
) -> io::Result<u16> {
    let lines = headers(client, body.as_bytes());
    ask(config, address, "POST", WEBHOOK, &lines, body.as_bytes()).map(|answer| answer.status)
}

/// Puts a pair in the place of that which is there, each file at once.
fn put(home: &Home, (cert, key): &(String, String)) {
    home.write_secret("key.new", key);
    home.write("cert.new", cert);
    fs::rename(home.path("key.new"), home.path("key.pem")).expect("it is ours");
    fs::rename(home.path("cert.new"), home.path("cert.pem")).expect("it is ours");
}

fn home(pair: &(String, String)) -> Home {
    let home = Home::with("[server.tls]\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"\n");
    put(&home, pair);
    home
}

const BOTH: [&rustls::SupportedProtocolVersion; 2] =
    [&rustls::version::TLS13, &rustls::version::TLS12];

/// The serial number, or whatever tells it from others, of what is shown.
fn shown(config: &Arc<ClientConfig>, server: &Server) -> Vec<u8> {
    let line = connect(config, server.address()).expect("a handshake");
    line.conn.peer_certificates().expect("it shows one")[0].to_vec()
}

#[track_caller]
fn wait_until(server: &Server, what: &str, done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "{what}: {}", server.said());
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_delivery_and_a_page_come_over_tls() {
    let authority = Authority::new();
    let home = home(&authority.pair(2099));
    let server = Server::start(&home);
    for (version, want) in [
        (&rustls::version::TLS13, ProtocolVersion::TLSv1_3),
        (&rustls::version::TLS12, ProtocolVersion::TLSv1_2),
    ] {
        let config = authority.believer(&[version]);
        let mut with_alpn = (*config).clone();
        with_alpn.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let line = connect(&Arc::new(with_alpn), server.address()).expect("a handshake");
        assert_eq!(line.conn.protocol_version(), Some(want));
        assert_eq!(line.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
        let body = event(1, 7001);
        assert_eq!(deliver(&config, server.address(), MAIN, &body).expect("an answer"), 200);
    }
    let config = authority.believer(&BOTH);
    let page = get(&config, &server, "/");
    assert_eq!(page.status, 200);
    let strict = page.header("strict-transport-security");
    assert_eq!(strict, Some("max-age=31536000"));
    let metrics = get(&config, &server, "/metrics");
    assert!(metrics.text().contains("weir_tls_certificate_end_timestamp_seconds 4102358400"));
    home.weir(["doctor"]).says("cert.pem ends at 2099-12-31");
    // Plain HTTP is told what to speak; what is neither has its connection ended.
    let mut plain = server.connect();
    plain.send(&request("GET", "/healthz", &[], b"")).expect("sent");
    let said = String::from_utf8_lossy(&plain.rest().expect("it ends")).into_owned();
    assert!(said.starts_with("HTTP/1.1 400 ") && said.contains("speaks TLS"), "{said}");
    let mut garbage = server.connect();
    garbage.send(&[0x16, 3, 1, 0xff, 0xff, 0, 0, 0]).expect("sent");
    garbage.finish().expect("the server listens");
    assert!(!garbage.rest().expect("it ends").starts_with(b"HTTP"));
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("WARN") && !said.contains("ERROR"), "{said}");
    assert_eq!(home.verified(), 2);
}

#[test]
fn the_cookie_of_a_session_is_for_this_host_alone() {
    let authority = Authority::new();
    let home = home(&authority.pair(2099));
    let config = fs::read_to_string(home.path("weir.toml")).expect("it was written");
    home.write("weir.toml", config.replace("open = \"loopback\"", ""));
    let server = Server::start(&home);
    let token = weir_tests::owner::setup_token(&server);
    assert!(server.said().contains("create the owner at https://127.0.0.1:"));
    let kind = "content-type: application/x-www-form-urlencoded".to_owned();
    let word = "a+long+sentence+of+hers";
    let form = format!("token={token}&name=Ona&password={word}&again={word}");
    let config = authority.believer(&BOTH);
    let made = ask(&config, server.address(), "POST", "/setup", &[kind], form.as_bytes());
    let made = made.expect("an answer");
    assert_eq!(made.status, 303);
    let cookie = made.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-weir=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[test]
fn a_certificate_is_read_again_and_no_delivery_fails() {
    let authority = Authority::new();
    let home = home(&authority.pair(2099));
    let server = Server::start(&home);
    let (config, address) = (authority.believer(&BOTH), server.address());
    let stop = Arc::new(AtomicBool::new(false));
    let posting: Vec<_> = (0..2_u64)
        .map(|client| {
            let (stop, config) = (Arc::clone(&stop), Arc::clone(&config));
            thread::spawn(move || {
                let mut taken = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    let body = event(client * 1_000_000 + taken, 7001);
                    let status = deliver(&config, address, MAIN, &body).expect("a handshake");
                    assert_eq!(status, 200);
                    taken += 1;
                    thread::sleep(Duration::from_millis(1));
                }
                taken
            })
        })
        .collect();
    let stale =
        |server: &Server| get(&config, server, "/metrics").text().contains("\nweir_tls_stale 1\n");
    let mut before = shown(&config, &server);
    for _ in 0..2 {
        put(&home, &authority.pair(2098));
        server.signal("HUP");
        wait_until(&server, "another certificate", || shown(&config, &server) != before);
        before = shown(&config, &server);
    }
    // What cannot be shown is not.
    let other = authority.pair(2097);
    let good = authority.pair(2096);
    let bad = [
        (good.0.clone(), other.1.clone()),
        (authority.pair(2020).0, String::new()),
        ("no certificate".to_owned(), good.1.clone()),
        authority.pair(2020),
    ];
    for pair in &bad {
        put(&home, pair);
        wait_until(&server, "a bad pair is told", || stale(&server));
        assert_eq!(shown(&config, &server), before);
        assert_eq!(home.weir(["doctor"]).status, Some(1));
        put(&home, &authority.pair(2095));
        wait_until(&server, "a good pair again", || !stale(&server));
        before = shown(&config, &server);
    }
    fs::set_permissions(home.path("key.pem"), std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .expect("it is ours");
    wait_until(&server, "a key that all can read is told", || stale(&server));
    assert_eq!(shown(&config, &server), before);
    stop.store(true, Ordering::Relaxed);
    let taken: u64 = posting.into_iter().map(|thread| thread.join().expect("all taken")).sum();
    println!("{taken} deliveries, each over a handshake of its own");
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    for wanted in [
        "is not that of the certificate",
        "holds no private key",
        "holds no certificate",
        "it ended at 2020-12-31",
        "can be read by everyone",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is not in: {said}");
    }
    assert!(!said.contains("PRIVATE"), "{said}");
    assert_eq!(home.verified(), taken);
}

#[test]
fn what_cannot_be_served_is_refused_at_the_start() {
    let authority = Authority::new();
    let home = home(&authority.pair(2099));
    let key = home.path("key.pem");
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("ours");
    home.weir(serve).failed(2, &["key.pem can be read by everyone", "server.tls.key_file"]);
    put(&home, &(authority.pair(2099).0, authority.pair(2099).1));
    home.weir(serve).failed(2, &["is not that of the certificate"]);
    // One that has ended is served, loudly: without it nothing could be reached at all.
    put(&home, &authority.pair(2020));
    let server = Server::start(&home);
    let error = connect(&authority.believer(&BOTH), server.address()).expect_err("it ended");
    assert!(error.to_string().contains("xpired"), "{error}");
    assert!(server.said().contains("ends at 2020-12-31"), "{}", server.said());
    home.weir(["doctor"]).says("is not good: it ended at 2020-12-31");
}

#[test]
fn nobody_holds_a_handshake_for_ever() {
    let authority = Authority::new();
    let pair = authority.pair(2099);
    let home = Home::with(
        "[server]\nconnections_max = 40\n[server.tls]\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"\n",
    );
    put(&home, &pair);
    let server = Server::start(&home);
    let (config, address) = (authority.believer(&BOTH), server.address());
    // Half a hello, in two ways; silence; and silence once it is encrypted.
    let hello = hello(&config);
    let mut held: Vec<_> = (0..60).map(|_| server.connect()).collect();
    for (number, connection) in held.iter_mut().enumerate() {
        let bytes = &hello[..[0, 1, 5, hello.len() / 2][number % 4]];
        connection.send(bytes).expect("sent");
    }
    let mut quiet = connect(&config, address).expect("a handshake");
    let mut slow = connect(&config, address).expect("a handshake");
    let dripping = thread::spawn(move || {
        for byte in b"GET /healthz HTTP/1.1\r\nx: ".iter().chain([b'x'; 5_000].iter()) {
            if slow.write_all(&[*byte]).and_then(|()| slow.flush()).is_err() {
                return true;
            }
            thread::sleep(Duration::from_millis(100));
        }
        false
    });
    // Meanwhile others are served.
    let body = event(1, 7001);
    assert_eq!(deliver(&config, address, MAIN, &body).expect("an answer"), 200);
    for mut connection in held {
        connection.rest().expect("it ends");
    }
    let mut rest = Vec::new();
    // It is told 408, or ended.
    let _ = quiet.read_to_end(&mut rest);
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{rest:?}");
    assert!(dripping.join().expect("it drips"), "a slow head is ended");
    assert_eq!(deliver(&config, address, MAIN, &event(2, 7001)).expect("an answer"), 200);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("ERROR") && !said.contains("panicked"), "{said}");
    assert_eq!(home.verified(), 2);
}

/// The first bytes of a handshake.
fn hello(config: &Arc<ClientConfig>) -> Vec<u8> {
    let name = ServerName::try_from("localhost").expect("a name");
    let mut session = ClientConnection::new(Arc::clone(config), name).expect("a session");
    let mut bytes = Vec::new();
    session.write_tls(&mut bytes).expect("into memory");
    bytes
}
