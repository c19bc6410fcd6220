//! A folder of its own for the binary: configuration, secrets, data.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::weir_bin;

/// One of the configured integrations' API keys with one of its secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// What `x-auth-client` says.
    pub api_key: &'static str,
    /// What it signs with.
    pub secret: &'static str,
}

/// Integration `main`, with the first secret.
pub const MAIN: Client = Client { api_key: "main-key", secret: "the first secret" };
/// Integration `main`, with the secret that the next rotation leaves.
pub const MAIN_ROTATED: Client = Client { api_key: "main-key", secret: "the second secret" };
/// Integration `main`, with the provider's automatic secret.
pub const MAIN_AUTOMATIC: Client = Client { api_key: "main-key", secret: "the automatic secret" };
/// Integration `main-test`, the provider's test environment.
pub const TEST: Client = Client { api_key: "test-key", secret: "the test secret" };

impl Client {
    /// The signature of a body: HMAC-SHA256 in lower-case hex.
    pub fn sign(&self, body: impl AsRef<[u8]>) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes())
            .expect("HMAC takes a key of any length");
        mac.update(body.as_ref());
        hex::encode(mac.finalize().into_bytes())
    }
}

/// A folder of its own, gone when this is.
pub struct Home {
    dir: tempfile::TempDir,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Run {
    /// Its exit status; none if a signal ended it.
    pub status: Option<i32>,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it said.
    pub stderr: String,
}

impl Home {
    /// A folder with the four [`Client`]s configured, a dashboard that is open to this machine, and
    /// nothing in the log.
    pub fn new() -> Home {
        Home::with("")
    }

    /// The same with more sections in the configuration.
    pub fn with(sections: &str) -> Home {
        let dir = tempfile::Builder::new().prefix("weir-test-").tempdir();
        let home = Home { dir: dir.expect("there is room for a folder") };
        home.write_secret("main-first", MAIN.secret);
        // As an editor leaves it, with a line break at its end.
        home.write_secret("main-second", &format!("{}\n", MAIN_ROTATED.secret));
        home.write_secret("test", TEST.secret);
        home.write(
            "weir.toml",
            format!(
                "[[integration]]\nname = \"main\"\napi_key = \"{}\"\n\
                 secret_files = [\"main-first\", \"main-second\"]\nsecrets = [\"{}\"]\n\n\
                 [[integration]]\nname = \"main-test\"\napi_key = \"{}\"\nsecret_files = [\"test\"]\n\n\
                 [dashboard]\nopen = \"loopback\"\n\n\
                 {sections}",
                MAIN.api_key, MAIN_AUTOMATIC.secret, TEST.api_key
            ),
        );
        home
    }

    /// What somebody else made of such a folder.
    pub fn of(dir: tempfile::TempDir) -> Home {
        Home { dir }
    }

    /// The same with a dashboard that is open to nobody who has not signed in.
    pub fn closed() -> Home {
        let home = Home::new();
        let config = fs::read_to_string(home.path("weir.toml")).expect("it was written");
        home.write("weir.toml", config.replace("open = \"loopback\"", ""));
        home
    }

    /// A place in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The data directory, which need not exist.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    /// Writes a report definition into the data directory, where no server need have run yet.
    pub fn define(&self, name: &str, text: &str) -> PathBuf {
        let folder = self.data().join("reports");
        let made =
            std::os::unix::fs::DirBuilderExt::mode(fs::DirBuilder::new().recursive(true), 0o700)
                .create(&folder);
        made.expect("there is room for a folder");
        let path = folder.join(format!("{name}.toml"));
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    /// Writes a file that only its owner may read.
    pub fn write_secret(&self, name: &str, secret: &str) {
        use std::io::Write;
        let path = self.path(name);
        let options = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let mut file = options.expect("a secret can be written");
        file.write_all(secret.as_bytes()).expect("a secret can be written");
        let mode = file.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "a secret is its owner's only");
    }

    /// The binary, with this folder's configuration and data and nothing of the tester's own.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(weir_bin());
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"WEIR_") {
                command.env_remove(name);
            }
        }
        command
            .env_remove("RUST_LOG")
            // Under a limit of memory, a trace of where there was none waits for itself.
            .env_remove("RUST_BACKTRACE")
            .env("WEIR_CONFIG", self.path("weir.toml"))
            .env("WEIR_DATA_DIR", self.data())
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .args(args);
        command
    }

    /// Runs the binary to its end.
    pub fn weir<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        Run::of(&mut self.command(args))
    }

    /// Runs it, and expects it to work: what it printed.
    #[track_caller]
    pub fn prints<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> String {
        String::from_utf8(self.weir(args).ok().stdout).expect("it prints text")
    }

    /// The report, as JSON.
    #[track_caller]
    pub fn report<A: AsRef<OsStr>>(&self, flags: impl IntoIterator<Item = A>) -> Value {
        let mut command = self.command(["report", "abandonment", "--format", "json"]);
        let run = Run::of(command.args(flags)).ok();
        serde_json::from_slice(&run.stdout).expect("the report is JSON")
    }

    /// Appends lines of `weir import`.
    #[track_caller]
    pub fn import(&self, lines: &str) {
        let path = self.write("lines.ndjson", lines);
        self.weir([OsStr::new("import"), path.as_os_str()]).ok();
    }

    /// The log as lines, every delivery with its time, integration and bytes.
    #[track_caller]
    pub fn exported(&self) -> String {
        self.prints(["log", "export"])
    }

    /// The bodies in the log, in order. Every one of them is text.
    #[track_caller]
    pub fn bodies(&self) -> Vec<String> {
        self.exported().lines().map(body).collect()
    }

    /// The same of another data directory in this folder.
    #[track_caller]
    pub fn bodies_in(&self, name: &str) -> Vec<String> {
        self.prints(["log", "export", "--data-dir", name]).lines().map(body).collect()
    }

    /// How many deliveries the log holds, all of them sealed.
    #[track_caller]
    pub fn verified(&self) -> u64 {
        let said = self.prints(["log", "verify"]);
        let number = said.split(' ').next().and_then(|number| number.parse().ok());
        number.unwrap_or_else(|| panic!("`weir log verify` says how many hold: {said}"))
    }
}

/// The body in an exported line: the payload as it stands there, or what it says as a string.
fn body(line: &str) -> String {
    let (_, payload) = line.split_once("\"payload\":").expect("a line has a payload");
    let payload = payload.strip_suffix('}').expect("a line is an object");
    match payload.starts_with('"') {
        true => serde_json::from_str(payload).expect("a string of JSON"),
        false => payload.to_owned(),
    }
}

impl Default for Home {
    fn default() -> Home {
        Home::new()
    }
}

impl AsRef<Path> for Home {
    fn as_ref(&self) -> &Path {
        self.dir.path()
    }
}

impl Run {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Run {
        let output = command.output().expect("the binary can be started");
        Run {
            status: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("it speaks UTF-8"),
        }
    }

    /// This run, which worked.
    #[track_caller]
    pub fn ok(self) -> Run {
        assert_eq!(self.status, Some(0), "{self}");
        self
    }

    /// Asserts that this is in what it printed or said, whatever it came to.
    #[track_caller]
    pub fn says(&self, fragment: &str) {
        assert!(self.text().contains(fragment) || self.stderr.contains(fragment), "{self}");
    }

    /// What it printed, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Asserts that it failed with `status` and one sentence that has every one of `fragments`.
    #[track_caller]
    pub fn failed(&self, status: i32, fragments: &[&str]) {
        assert_eq!(self.status, Some(status), "{self}");
        let said: Vec<&str> = self
            .stderr
            .lines()
            .filter(|line| line.starts_with("weir: ") || line.starts_with("error: "))
            .collect();
        assert_eq!(said.len(), 1, "one sentence says what went wrong: {self}");
        for fragment in fragments {
            assert!(self.stderr.contains(fragment), "`{fragment}` is not in: {self}");
        }
        for noise in ["panicked", "backtrace", "RUST_"] {
            assert!(!self.stderr.contains(noise), "`{noise}` is in: {self}");
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Run { status, stdout, stderr } = self;
        let stdout: String = String::from_utf8_lossy(stdout).chars().take(2_000).collect();
        write!(f, "exit status {status:?}\nstdout: {stdout}\nstderr: {stderr}")
    }
}
