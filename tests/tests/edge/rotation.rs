//! A secret is added, seen to match, and the old one retired, while the provider signs with either:
//! nothing that either signed is refused at any moment.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use weir_tests::event::event;
use weir_tests::home::Client;
use weir_tests::http::Connection;
use weir_tests::server::post_over;
use weir_tests::{Home, Server};

const OLD: Client = Client { api_key: "k", secret: "the secret that there was" };
const NEW: Client = Client { api_key: "k", secret: "the secret that comes" };

/// Longer than a change takes to be seen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A home whose integration has the secrets of a folder.
fn home(folder: &str) -> Home {
    let home = Home::new();
    fs::create_dir(home.path("secrets")).expect("a folder");
    home.write(
        "weir.toml",
        format!(
            "[[integration]]\nname = \"main\"\napi_key = \"k\"\nsecret_files = [{folder:?}]\n\
             [dashboard]\nopen = \"loopback\"\n"
        ),
    );
    home
}

/// Clients that sign with one secret, each over a connection of its own, until told to stop.
struct Senders {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<String>>>,
}

impl Senders {
    fn start(server: &Server, client: Client, first: u64) -> Senders {
        let stop = Arc::new(AtomicBool::new(false));
        let address = server.address();
        let threads = (0..2)
            .map(|thread| {
                let stop = Arc::clone(&stop);
                thread::spawn(move || {
                    let mut connection = Connection::open(address).expect("the server listens");
                    let mut taken = Vec::new();
                    for number in (first + thread * 1_000_000).. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        let body = event(number, 7001);
                        let status = post_over(&mut connection, client, &body).expect("an answer");
                        assert_eq!(status, 200, "signed with {:?}", client.secret);
                        taken.push(body);
                        // Other tests want the disk, too.
                        thread::sleep(Duration::from_millis(1));
                    }
                    taken
                })
            })
            .collect();
        Senders { stop, threads }
    }

    /// Everything that they sent, each of which was taken.
    fn stop(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|thread| thread.join().expect("all taken")).collect()
    }
}

/// Waits until the metrics have what is looked for, or have it no longer.
#[track_caller]
fn wait_for(server: &Server, wanted: &str, there: bool) {
    let began = Instant::now();
    while server.get("/metrics").text().contains(wanted) != there {
        assert!(began.elapsed() < PATIENCE, "{wanted}: {}", server.said());
        thread::sleep(Duration::from_millis(20));
    }
}

fn series(secret: &str) -> String {
    format!("weir_secret_matches_total{{integration=\"main\",secret=\"{secret}\"}}")
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("it is ours");
}

/// What the audit record has of secrets, in order.
fn changes(home: &Home) -> Vec<String> {
    let said = home.prints(["audit", "--did", "changed-secret"]);
    let lines = said.lines().rev().filter_map(|line| line.split_once("  weir Weir: "));
    lines.map(|(_, what)| what.to_owned()).collect()
}

#[test]
fn nothing_that_either_secret_signed_is_refused_while_one_takes_the_others_place() {
    let home = home("secrets");
    home.write_secret("secrets/old", OLD.secret);
    let server = Server::start(&home);
    let old = Senders::start(&server, OLD, 0);
    assert_eq!(server.post(NEW, event(1, 7002)).status, 401);

    // What cannot be read takes nothing away and lets nobody in.
    let stale = "weir_secrets_stale{integration=\"main\"} 1";
    home.write_secret("secrets/new", "");
    wait_for(&server, stale, true);
    assert_eq!(server.post(Client { secret: "", ..OLD }, event(1, 7002)).status, 401);
    let new = home.path("secrets/new");
    mode(&new, 0o644);
    fs::write(&new, NEW.secret).expect("it is ours");
    server.signal("HUP");
    thread::sleep(Duration::from_secs(3));
    wait_for(&server, stale, true);
    assert_eq!(server.post(NEW, event(1, 7002)).status, 401);
    let health = server.json("/api/v1/health");
    assert_eq!(health["integrations"][0]["secrets_stale"], true, "{health}");
    home.weir(["doctor"]).says("secrets/new can be read by everyone");

    // Added: it is seen, without a word to anybody.
    mode(&new, 0o600);
    wait_for(&server, &series("new"), true);
    wait_for(&server, stale, false);
    let signed_new = Senders::start(&server, NEW, 10_000_000);
    wait_for(&server, &format!("{} 0\n", series("new")), false);
    let said = home.prints(["secrets"]);
    assert!(said.lines().all(|line| line.ends_with("in use")), "{said}");

    // Without any secret it would be nobody's: what there is stays.
    fs::rename(home.path("secrets"), home.path("away")).expect("it is ours");
    wait_for(&server, stale, true);
    fs::rename(home.path("away"), home.path("secrets")).expect("it is ours");
    wait_for(&server, stale, false);

    // Retired, once nobody signs with it.
    let mut taken = old.stop();
    fs::remove_file(home.path("secrets/old")).expect("it is ours");
    server.signal("HUP");
    wait_for(&server, &series("old"), false);
    assert_eq!(server.post(OLD, event(1, 7002)).status, 401);
    taken.extend(signed_new.stop());
    println!("{} deliveries, each taken", taken.len());

    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    for wanted in [
        "the secret `new` of integration `main` is empty",
        "new can be read by everyone",
        "SIGHUP",
        "retired=[\"old\"]",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is not in: {said}");
    }
    assert!(!said.contains(NEW.secret) && !said.contains(OLD.secret), "{said}");
    assert_eq!(changes(&home), ["main: new added", "main: old retired"]);
    let mut logged = home.bodies();
    logged.sort();
    taken.sort();
    assert_eq!(logged.len(), taken.len());
    assert_eq!(logged, taken);
    home.verified();
}

/// The files of a mounted secret of Kubernetes: links to links to a folder of this version.
#[test]
fn a_mounted_secret_that_is_swapped_as_a_whole_is_read_again() {
    let home = home("secrets");
    let version = |name: &str, files: &[(&str, Client)]| {
        fs::create_dir(home.path(&format!("secrets/{name}"))).expect("a folder");
        for (file, client) in files {
            home.write_secret(&format!("secrets/{name}/{file}"), client.secret);
        }
        symlink(name, home.path("secrets/..next")).expect("a link");
        fs::rename(home.path("secrets/..next"), home.path("secrets/..data")).expect("swapped");
    };
    version("..1", &[("a", OLD)]);
    symlink("..data/a", home.path("secrets/a")).expect("a link");
    let server = Server::start(&home);
    let old = Senders::start(&server, OLD, 0);
    version("..2", &[("a", OLD), ("b", NEW)]);
    symlink("..data/b", home.path("secrets/b")).expect("a link");
    wait_for(&server, &series("b"), true);
    let new = Senders::start(&server, NEW, 10_000_000);
    thread::sleep(Duration::from_millis(200));
    let mut taken = old.stop().len();
    // The same name, another file behind it.
    version("..3", &[("a", NEW), ("b", NEW)]);
    let began = Instant::now();
    while server.post(OLD, event(1, 7002)).status == 200 {
        assert!(began.elapsed() < PATIENCE, "{}", server.said());
        taken += 1;
        thread::sleep(Duration::from_millis(20));
    }
    taken += new.stop().len();
    assert!(server.said().contains("replaced=[\"a\"]"), "{}", server.said());
    assert_eq!(changes(&home), ["main: b added", "main: a replaced"]);
    assert_eq!(home.verified(), taken as u64);
}
