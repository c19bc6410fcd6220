//! `weir serve` as a process, and posting to it.

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Home;
use crate::home::Client;
use crate::http::{Connection, Response, request};

/// Where the provider posts.
pub const WEBHOOK: &str = "/webhooks/veriff";

/// Longer than the server may take for anything that is waited for here.
const PATIENCE: Duration = Duration::from_secs(20);

/// The line that says where it listens.
const READY: &str = "the dashboard is at http";

/// A running server, killed when this is dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
    said: Arc<Mutex<String>>,
    listening: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts `weir serve` in a folder, at a port that is free.
    #[track_caller]
    pub fn start(home: &Home) -> Server {
        Server::try_start(home).unwrap_or_else(|said| panic!("the server did not start: {said}"))
    }

    /// The same, or what it said where it ended instead.
    pub fn try_start(home: &Home) -> Result<Server, String> {
        Server::run(Server::command(home))
    }

    /// What starts it: `weir serve` in a folder, at a port that is free.
    pub fn command(home: &Home) -> Command {
        home.command(["serve", "--listen", "127.0.0.1:0"])
    }

    /// Starts `weir serve`, to say on stderr what `RUST_LOG` asks for.
    #[track_caller]
    pub fn start_saying(home: &Home, rust_log: &str) -> Server {
        let mut command = Server::command(home);
        command.env("RUST_LOG", rust_log);
        Server::run(command).unwrap_or_else(|said| panic!("the server did not start: {said}"))
    }

    /// Starts `weir serve` where a process may open no more than so many files.
    #[track_caller]
    pub fn start_with_files(home: &Home, files: u32) -> Server {
        let command = limited(&Server::command(home), &format!("-n {files}"));
        Server::run(command).unwrap_or_else(|said| panic!("the server did not start: {said}"))
    }

    /// Runs [`Server::command`], as it was changed since.
    ///
    /// # Errors
    /// What it said where it ended instead of listening.
    pub fn run(mut command: Command) -> Result<Server, String> {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be started");
        let stderr = child.stderr.take().expect("stderr is piped");
        let mut lines = BufReader::new(stderr).lines();
        let mut said = String::new();
        let address = loop {
            let Some(line) = lines.next() else {
                let _ = child.wait();
                return Err(said);
            };
            let line = line.expect("it speaks UTF-8");
            said.push_str(&line);
            said.push('\n');
            if let Some((_, rest)) = line.split_once(READY) {
                let (_, address) = rest.split_once("://").expect("an address");
                break address.trim_end_matches('/').parse().expect("an address");
            }
        };
        let said = Arc::new(Mutex::new(said));
        let listening = {
            let said = Arc::clone(&said);
            std::thread::spawn(move || {
                for line in lines.map_while(Result::ok) {
                    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                    said.push_str(&line);
                    said.push('\n');
                }
            })
        };
        Ok(Server { child, address, said, listening: Some(listening) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A line of what the kernel says of the process, in KiB: `VmRSS`, `VmHWM`.
    #[track_caller]
    pub fn memory_kib(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("it runs");
        let found = status.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':'));
        let kib = found.and_then(|found| found.trim().strip_suffix(" kB")?.parse().ok());
        kib.unwrap_or_else(|| panic!("{line} is not in: {status}"))
    }

    /// What it has said on stderr.
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A connection to it.
    pub fn connect(&self) -> Connection {
        Connection::open(self.address).expect("the server listens")
    }

    /// A connection to it, if it still listens.
    pub fn connect_now(&self) -> Option<Connection> {
        Connection::open(self.address).ok()
    }

    /// Gets an address.
    #[track_caller]
    pub fn get(&self, path: &str) -> Response {
        let answer = self.connect().ask(&request("GET", path, &[], b""));
        answer.unwrap_or_else(|error| panic!("GET {path}: {error}\n{}", self.said()))
    }

    /// Gets an address that answers with 200 and JSON.
    #[track_caller]
    pub fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.text());
        serde_json::from_slice(&answer.body).expect("the answer is JSON")
    }

    /// Posts a signed body over a connection of its own.
    #[track_caller]
    pub fn post(&self, client: Client, body: impl AsRef<[u8]>) -> Response {
        let answer = self.connect().ask(&signed(client, body.as_ref()));
        answer.unwrap_or_else(|error| panic!("POST {WEBHOOK}: {error}\n{}", self.said()))
    }

    /// Posts signed bodies, each of which is taken.
    #[track_caller]
    pub fn takes(&self, client: Client, bodies: &[impl AsRef<[u8]>]) {
        for body in bodies {
            let answer = self.post(client, body);
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }

    /// Waits until the reports have the log's first `deliveries` deliveries.
    #[track_caller]
    pub fn counts(&self, deliveries: u64) {
        let began = Instant::now();
        while self.metric("weir_position") < deliveries {
            assert!(began.elapsed() < PATIENCE, "reports do not catch up: {}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The value of a metric without labels, or with the labels that stand in `name`.
    #[track_caller]
    pub fn metric(&self, name: &str) -> u64 {
        let answer = self.get("/metrics");
        let line =
            answer.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let value = line.and_then(|value| value.parse::<f64>().ok());
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts
        let count = value.map(|value| value as u64);
        count.unwrap_or_else(|| panic!("the metric {name} is not in:\n{}", answer.text()))
    }

    /// Sends the process a signal, by the name that `kill` knows.
    pub fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &process]).status();
        assert!(status.expect("`kill` can be started").success(), "kill -s {name} {process}");
    }

    /// Asks it to end, and waits until it has: its exit status and all it said.
    #[track_caller]
    pub fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let status = self.wait();
        (status, self.said())
    }

    /// Waits until it has ended by itself: its exit status.
    #[track_caller]
    pub fn wait(&mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "the server does not end: {}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its exit status, if it has ended by itself.
    pub fn ended(&mut self) -> Option<Option<i32>> {
        let status = self.child.try_wait().expect("it is our child")?;
        self.listening.take().map(JoinHandle::join);
        Some(status.code())
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.listening.take().map(JoinHandle::join);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// A command with a limit of the shell's: `-n 160` for files, `-d 65536` for KiB of memory.
pub fn limited(command: &Command, limit: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit {limit} && exec \"$@\""), "sh"]);
    shell.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}

/// A well-signed request's bytes.
pub fn signed(client: Client, body: &[u8]) -> Vec<u8> {
    request("POST", WEBHOOK, &headers(client, body), body)
}

/// The headers of a well-signed request.
pub fn headers(client: Client, body: &[u8]) -> Vec<String> {
    vec![
        "content-type: application/json".to_owned(),
        format!("x-auth-client: {}", client.api_key),
        format!("x-hmac-signature: {}", client.sign(body)),
    ]
}

/// Posts over `connection` and gives the status; an error where the connection broke.
///
/// # Errors
/// As said.
pub fn post_over(connection: &mut Connection, client: Client, body: &str) -> io::Result<u16> {
    connection.ask(&signed(client, body.as_bytes())).map(|answer| answer.status)
}
