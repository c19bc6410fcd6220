//! Through the proxies that docs/deploy has recipes for: the very files, with other addresses.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::http::{Connection, Response, head, request};
use weir_tests::owner::setup_token;
use weir_tests::server::{WEBHOOK, headers, signed};
use weir_tests::{Home, Server};

use crate::framing::{Shape, next, shapes};

/// Longer than it takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// They would wait for minutes for what does not come.
const CADDY_OPTIONS: &str = "{
	admin off
	servers {
		timeouts {
			read_body 1s
			read_header 1s
			idle 1s
		}
	}
}
";
const NGINX_TIMEOUTS: &str =
    "client_header_timeout 1s; client_body_timeout 1s; keepalive_timeout 1s;";

/// Of an owner who lives as long as a test.
const PASSWORD: &str = "a+sentence+that+only+a+test+would+say";

/// A proxy before a server, gone when this is.
struct Proxy {
    child: Child,
    address: SocketAddr,
}

impl Proxy {
    fn nginx(home: &Home, server: &Server) -> Proxy {
        let address = free_address();
        let recipe = recipe("nginx.conf", server)
            .replace("listen 443 ssl;", &format!("listen {address};"))
            .lines()
            .filter(|line| !line.trim_start().starts_with("ssl_"))
            .collect::<Vec<_>>()
            .join("\n");
        let at = home.path("nginx");
        fs::create_dir(&at).expect("there is room for a folder");
        let kept = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind};", at.display()))
            .concat();
        let conf = home.write(
            "nginx.conf",
            format!(
                "pid {at}/pid; error_log stderr; daemon off; master_process off;\n\
                 events {{}}\nhttp {{ access_log off; {NGINX_TIMEOUTS} {kept}\n{recipe}\n}}\n",
                at = at.display()
            ),
        );
        let mut command = Command::new(program("nginx"));
        command.arg("-c").arg(conf).arg("-p").arg(&at);
        Proxy::run(command, home, address)
    }

    fn caddy(home: &Home, server: &Server) -> Proxy {
        let address = free_address();
        let site = recipe("Caddyfile", server)
            .replace("weir.example.com {", &format!("http://:{} {{", address.port()));
        let conf = home.write("Caddyfile", format!("{CADDY_OPTIONS}{site}"));
        let mut command = Command::new(program("caddy"));
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(conf);
        command.env("HOME", home.path("caddy")).env("XDG_DATA_HOME", home.path("caddy"));
        command.env("XDG_CONFIG_HOME", home.path("caddy"));
        Proxy::run(command, home, address)
    }

    fn run(mut command: Command, home: &Home, address: SocketAddr) -> Proxy {
        let said = home.path("proxy.log");
        let log = fs::File::create(&said).expect("there is room for a file");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        let mut proxy = Proxy { child: child.expect("the proxy can be started"), address };
        let begun = Instant::now();
        while Connection::open(address).is_err() {
            let ended = proxy.child.try_wait().expect("it is our child");
            let said = || fs::read_to_string(&said).unwrap_or_default();
            assert!(ended.is_none(), "it ended with {ended:?}: {}", said());
            assert!(begun.elapsed() < PATIENCE, "it does not listen: {}", said());
            sleep(Duration::from_millis(20));
        }
        proxy
    }

    fn connect(&self) -> Connection {
        Connection::open(self.address).expect("the proxy listens")
    }

    fn ask(&self, bytes: &[u8]) -> Response {
        self.connect().ask(bytes).expect("an answer")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A recipe of `docs/deploy/`, to a server that is elsewhere.
fn recipe(name: &str, server: &Server) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/deploy").join(name);
    let text = fs::read_to_string(path).expect("the recipe is there");
    assert!(text.contains("127.0.0.1:8080"), "{text}");
    text.replace("127.0.0.1:8080", &server.address().to_string())
}

/// Where nobody listens.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it has an address")
}

/// A program of the machine's, also where only the superuser looks.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("there is no {name}: `cargo xtask ci --only proxies` installs it or says how")
    })
}

/// What the recipes ask for in `weir.toml`, and deliveries from one network only.
const BEHIND: &str = "[server]
public_url = \"https://weir.example.com\"
trusted_proxies = [\"127.0.0.1\"]
[ingest]
body_timeout_ms = 300
";

fn configure(home: &Home, sections: &str) {
    let config = fs::read_to_string(home.path("weir.toml")).expect("it was written");
    home.write("weir.toml", config + sections);
}

fn deliveries_come_through(proxy: &Proxy, home: &Home) {
    let bodies =
        [event(1, 7001), format!("  {} \r\n\t", event(2, 7001)), "ä\u{0}\u{7f}".to_owned()];
    for body in &bodies {
        assert_eq!(proxy.ask(&signed(MAIN, body.as_bytes())).text(), "ok\n");
    }
    assert_eq!(home.bodies(), bodies);
    let mut wrong = headers(MAIN, b"{}");
    wrong.push("x-hmac-signature: 00".to_owned());
    assert_eq!(proxy.ask(&request("POST", WEBHOOK, &wrong, b"{}")).status, 401);
    let large = vec![b' '; 65_537];
    assert_eq!(proxy.ask(&signed(MAIN, &large)).status, 413);
    assert_eq!(home.bodies().len(), bodies.len());
}

fn people_sign_in(proxy: &Proxy, server: &Server) {
    let form =
        format!("token={}&name=Ona&password={PASSWORD}&again={PASSWORD}", setup_token(server));
    let kind = ["content-type: application/x-www-form-urlencoded".to_owned()];
    let made = proxy.ask(&request("POST", "/setup", &kind, form.as_bytes()));
    let cookie = made.header("set-cookie").unwrap_or_else(|| panic!("{}", made.text()));
    assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap_or_default();
    let page = proxy.ask(&request("GET", "/people", &[format!("cookie: {cookie}")], b""));
    assert_eq!(page.status, 200);
    // Whoever comes through it is not this machine.
    for path in ["/api/v1/sessions", "/metrics"] {
        assert_eq!(proxy.ask(&request("GET", path, &[], b"")).status, 401, "{path}");
    }
    assert_eq!(proxy.ask(&request("GET", "/healthz", &[], b"")).status, 200);
    events_pass_as_they_come(proxy, cookie);
}

/// For each delivery in the log somebody heard that it was taken.
fn nothing_is_smuggled(proxy: &Proxy, home: &Home) {
    let before = home.bodies().len();
    let (mut count, mut taken) = (0, 0);
    // Another route says "ok", too.
    let shapes = shapes().filter(|shape| !shape.bytes.starts_with(b"GET /healthz"));
    for Shape { what, bytes, .. } in shapes {
        let mut connection = proxy.connect();
        let _ = connection.send(&[bytes, next()].concat());
        let got = connection.rest().unwrap_or_else(|error| panic!("{what}: {error}"));
        // A proxy's own refusals are not always HTTP to its letter.
        taken += String::from_utf8_lossy(&got).matches("\r\n\r\nok\n").count();
        count += 1;
    }
    println!("{count} shapes, {taken} taken");
    assert_eq!(home.bodies().len() - before, taken);
    assert_eq!(home.verified() as usize, before + taken);
}

fn what_a_client_says_of_itself_is_not_believed(proxy: impl Fn(&Home, &Server) -> Proxy) {
    let home = Home::closed();
    configure(&home, &format!("{BEHIND}allow_from = [\"192.0.2.0/24\"]\n"));
    let server = Server::start(&home);
    let proxy = proxy(&home, &server);
    for line in ["x-forwarded-for: 192.0.2.7", "forwarded: for=192.0.2.7", "x-real-ip: 192.0.2.7"] {
        let body = event(1, 7001);
        let mut lines = headers(MAIN, body.as_bytes());
        lines.push(line.to_owned());
        let answer = proxy.ask(&request("POST", WEBHOOK, &lines, body.as_bytes()));
        assert_eq!(answer.status, 401, "{line}");
    }
    assert!(home.bodies().is_empty());
}

/// News of a delivery is there while the stream goes on.
fn events_pass_as_they_come(proxy: &Proxy, cookie: &str) {
    let mut connection = proxy.connect();
    let lines = ["accept: text/event-stream".to_owned(), format!("cookie: {cookie}")];
    connection.send(&head("GET", "/events", &lines)).expect("it is sent");
    let begin = connection.until("\r\n\r\n").expect("an answer");
    assert!(begin.starts_with("HTTP/1.1 200"), "{begin}");
    assert_eq!(proxy.ask(&signed(MAIN, event(9, 7001).as_bytes())).status, 200);
    connection.until("data:").expect("news of it");
}

fn behind(start: fn(&Home, &Server) -> Proxy) {
    let home = Home::closed();
    configure(&home, BEHIND);
    let server = Server::start(&home);
    let proxy = start(&home, &server);
    deliveries_come_through(&proxy, &home);
    people_sign_in(&proxy, &server);
    nothing_is_smuggled(&proxy, &home);
    what_a_client_says_of_itself_is_not_believed(start);
    drop(proxy);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn all_of_it_goes_through_nginx() {
    behind(Proxy::nginx);
}

#[test]
fn all_of_it_goes_through_caddy() {
    behind(Proxy::caddy);
}
