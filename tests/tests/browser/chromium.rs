//! A browser without a window.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than any page may take, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(90);

/// No window, no sandbox (tests may run as root), and nobody to talk to but this machine.
const FLAGS: [&str; 14] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--enable-logging=stderr",
    "--v=0",
];

/// A browser with a profile of its own, gone when this is.
pub(crate) struct Chromium {
    profile: tempfile::TempDir,
}

/// The colours that the reader prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Dark = 0,
    Light = 1,
}

/// A page as the browser has it after its scripts ran.
pub(crate) struct Dumped {
    pub(crate) dom: String,
    /// What scripts, and the browser itself, said on the console.
    pub(crate) console: Vec<String>,
}

impl Chromium {
    pub(crate) fn new() -> Chromium {
        let profile = tempfile::Builder::new().prefix("weir-chromium-").tempdir();
        Chromium { profile: profile.expect("there is room for a profile") }
    }

    /// Opens a page and gives what it is then.
    #[track_caller]
    pub(crate) fn dump(&self, url: &str) -> Dumped {
        let (dom, said) = self.run(&["--dump-dom".to_owned(), url.to_owned()]);
        let console = said.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned);
        Dumped { dom, console: console.collect() }
    }

    /// Opens a page in a window of this size, and gives a picture of it as a PNG.
    #[track_caller]
    pub(crate) fn picture(&self, url: &str, size: (u32, u32), scheme: Scheme) -> Vec<u8> {
        let file = self.profile.path().join("picture.png");
        let _ = fs::remove_file(&file);
        let (_, said) = self.run(&[
            format!("--window-size={},{}", size.0, size.1),
            format!("--blink-settings=preferredColorScheme={}", scheme as u8),
            format!("--screenshot={}", file.display()),
            url.to_owned(),
        ]);
        fs::read(&file).unwrap_or_else(|error| panic!("no picture: {error}\n{said}"))
    }

    /// Runs it to its end: stdout and stderr.
    #[track_caller]
    fn run(&self, args: &[String]) -> (String, String) {
        let (out, err) = (self.profile.path().join("out"), self.profile.path().join("err"));
        let file = |path: &Path| File::create(path).expect("there is room");
        let program = program();
        let mut child = Command::new(&program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", self.profile.path().join("profile").display()))
            .args(args)
            .stdin(Stdio::null())
            .stdout(file(&out))
            .stderr(file(&err))
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "no browser can be started as `{}`: {error}; install Debian's chromium, or set \
                     WEIR_CHROMIUM to the path of a Chromium",
                    program.display()
                )
            });
        let began = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("it is our child") {
                break status;
            }
            if PATIENCE < began.elapsed() {
                let _ = child.kill();
                panic!("the browser does not come to an end with {args:?}");
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let read = |path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        let said = read(err);
        assert!(status.success(), "the browser failed with {status}: {said}");
        (read(out), said)
    }
}

fn program() -> PathBuf {
    env::var_os("WEIR_CHROMIUM").map_or_else(|| PathBuf::from("chromium"), PathBuf::from)
}
