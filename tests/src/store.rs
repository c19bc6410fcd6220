//! An object store that others wrote, and a way to look into it that shares nothing with Weir.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::python::{self, python};

/// Who may do everything there.
pub const KEY_ID: &str = "weir";
/// That one's secret.
pub const SECRET_KEY: &str = "weir-secret-key";
/// Who may put objects into buckets that are called `reports…`, and read nothing.
pub const PUTTER: (&str, &str) = ("putter", "putter-secret-key");

/// Longer than it takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// The ports of its parts: two each, of which one is for itself.
const PORTS: [&str; 8] = [
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port",
    "s3.port.grpc",
];

/// A running store with nothing in it, gone when this is.
pub struct Store {
    dir: tempfile::TempDir,
    child: Child,
    port: u16,
}

/// What it answered to the independent client.
#[derive(Debug)]
pub struct Found {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Store {
    /// The store that the tests of a process share while they run: starting one takes seconds.
    pub fn shared() -> Arc<Store> {
        static SHARED: Mutex<Weak<Store>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let store = Arc::new(Store::start());
            *shared = Arc::downgrade(&store);
            store
        })
    }

    /// Starts one of its own.
    pub fn start() -> Store {
        // Somebody else may take a port before the store does.
        for _ in 0..3 {
            if let Some(store) = Store::try_start() {
                return store;
            }
        }
        panic!("no store could be started");
    }

    fn try_start() -> Option<Store> {
        let dir = tempfile::Builder::new().prefix("weir-store-").tempdir().expect("there is room");
        let identities = dir.path().join("identities.json");
        let one = |id: &str, secret: &str, actions: &[&str]| {
            json!({
                "name": id,
                "credentials": [{"accessKey": id, "secretKey": secret}],
                "actions": actions,
            })
        };
        let identities_text = json!({ "identities": [
            one(KEY_ID, SECRET_KEY, &["Read", "Write", "List", "Admin"]),
            one(PUTTER.0, PUTTER.1, &["Write:reports*"]),
        ]});
        fs::write(&identities, identities_text.to_string()).expect("there is room");
        let data = dir.path().join("data");
        fs::create_dir(&data).expect("there is room");
        let ports = free_ports();
        let log = fs::File::create(dir.path().join("log")).expect("there is room");
        let mut command = python::program_command("weed");
        command
            .arg("server")
            .args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-s3.iam=false"])
            .args(["-master.telemetry=false", "-s3.autoCreateBucket=false"])
            .args(["-s3.port.iceberg=0", "-s3.port.lance=0"])
            .args(["-volume.max=200", "-master.volumeSizeLimitMB=64", "-volume.minFreeSpace=1MiB"])
            .arg(format!("-dir={}", data.display()))
            .arg(format!("-filer.localSocket={}", dir.path().join("filer.sock").display()))
            .arg(format!("-s3.localSocket={}", dir.path().join("s3.sock").display()))
            .arg(format!("-s3.config={}", identities.display()))
            .args(PORTS.iter().zip(ports).map(|(name, port)| format!("-{name}={port}")))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("it is open"))
            .stderr(log);
        let child = command.spawn().expect("the store can be started");
        let mut store = Store { dir, child, port: ports[6] };
        store.is_ready().then_some(store)
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Makes a bucket.
    #[track_caller]
    pub fn make_bucket(&self, name: &str) {
        let made = self.ask("PUT", &format!("/{name}"), b"");
        assert_eq!(made.status, 200, "{made:?}");
    }

    /// An object; none, if there is none.
    #[track_caller]
    pub fn object(&self, bucket: &str, key: &str) -> Option<Found> {
        let found = self.ask("GET", &format!("/{bucket}/{key}"), b"");
        match found.status {
            200 => Some(found),
            404 => None,
            _ => panic!("{found:?}"),
        }
    }

    /// Puts an object there, whatever there was.
    #[track_caller]
    pub fn put(&self, bucket: &str, key: &str, body: &[u8]) {
        let put = self.ask("PUT", &format!("/{bucket}/{key}"), body);
        assert_eq!(put.status, 200, "{put:?}");
    }

    /// A request of whoever may do everything, by the independent client.
    #[track_caller]
    pub fn ask(&self, method: &str, path: &str, body: &[u8]) -> Found {
        // Tests ask at the same time.
        let scratch = tempfile::tempdir().expect("there is room");
        let (sent, into) = (scratch.path().join("sent"), scratch.path().join("into"));
        fs::write(&sent, body).expect("there is room");
        let host = format!("127.0.0.1:{}", self.port);
        let (sent, into_path) = (sent.display().to_string(), into.display().to_string());
        let args = [&host, KEY_ID, SECRET_KEY, method, path, &sent, &into_path];
        let said = python(include_str!("store.py"), args);
        let mut lines = said.lines();
        let status = lines.next().and_then(|line| line.parse().ok()).expect("a status");
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Found { status, headers, body: fs::read(&into).expect("it was written") }
    }

    /// What it has written down.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Ends it.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits until an object can be put. False, if it ended instead.
    fn is_ready(&mut self) -> bool {
        let begun = Instant::now();
        let listens = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        loop {
            if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                eprintln!("the store ended: {}", self.log());
                return false;
            }
            if listens(self.port) {
                let made = self.ask("PUT", "/ready", b"").status;
                if matches!(made, 200 | 409) && self.ask("PUT", "/ready/a", b"x").status == 200 {
                    return true;
                }
            }
            assert!(begun.elapsed() < PATIENCE, "the store is not ready: {}", self.log());
            sleep(Duration::from_millis(100));
        }
    }
}

impl Found {
    /// A header's value; empty, if there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Ports that are free at this moment.
fn free_ports() -> [u16; PORTS.len()] {
    let listeners = PORTS.map(|_| TcpListener::bind("127.0.0.1:0").expect("there is a free port"));
    listeners.map(|listener| listener.local_addr().expect("it is bound").port())
}
