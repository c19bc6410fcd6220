//! The recipe with Litestream: the real program follows the log's file while Weir writes it.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::{Home, Run, Server, python};

/// How long the last deliveries may take to get there on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, following the log.
struct Litestream<'a> {
    home: &'a Home,
    child: Child,
}

impl Litestream<'_> {
    fn start(home: &Home) -> Litestream<'_> {
        // As in docs/operating.md, with a folder for a store.
        let config = format!(
            "dbs:\n  - path: {}\n    replicas:\n      - type: file\n        path: {}\n        \
             sync-interval: 100ms\n",
            home.data().join("log.db").display(),
            home.path("replica").display()
        );
        home.write("litestream.yml", config);
        let log = fs::File::create(home.path("litestream.log")).expect("there is room");
        let child = litestream(home)
            .args(["replicate", "-config", "litestream.yml"])
            .stdout(log.try_clone().expect("it is open"))
            .stderr(log)
            .spawn()
            .expect("it can be started");
        Litestream { home, child }
    }

    /// Restores what has been copied into a data directory of this name, if anything has been.
    fn restore(&self, name: &str) -> bool {
        let folder = self.home.path(name);
        let _ = fs::remove_dir_all(&folder);
        let made = std::os::unix::fs::DirBuilderExt::mode(&mut fs::DirBuilder::new(), 0o700)
            .create(&folder);
        made.expect("there is room");
        let mut command = litestream(self.home);
        command.args(["restore", "-config", "litestream.yml", "-o"]);
        command.args([folder.join("log.db"), self.home.data().join("log.db")]);
        Run::of(&mut command).status == Some(0)
    }
}

impl Drop for Litestream<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn litestream(home: &Home) -> Command {
    let mut command = python::program_command("litestream");
    command.current_dir(home.path("")).stdin(Stdio::null()).env_remove("AWS_CA_BUNDLE");
    command
}

fn prints_of(home: &Home, name: &str, args: &[&str]) -> String {
    let mut command = home.command(args);
    Run::of(command.args(["--data-dir", name])).ok().text()
}

#[test]
fn what_litestream_followed_is_a_log_that_holds() {
    let home = Home::new();
    let bodies: Vec<String> =
        (0..400).map(|n| event(n / 2, 7001 + u32::from(n % 2 == 1))).collect();
    let (early, late) = bodies.split_at(200);
    let server = Server::start(&home);
    let mut litestream = Litestream::start(&home);
    server.takes(MAIN, early);
    // It is killed, what it missed it catches up with, and Weir does not notice.
    litestream.child.kill().expect("it runs");
    server.takes(MAIN, &late[..100]);
    drop(litestream);
    let litestream = Litestream::start(&home);
    server.takes(MAIN, &late[100..]);
    // The machine is lost.
    server.kill();
    let begun = Instant::now();
    loop {
        let restored = litestream.restore("back");
        let verified = restored.then(|| prints_of(&home, "back", &["log", "verify"]));
        if verified.as_ref().is_some_and(|said| said.starts_with("400 ")) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "only so much was copied: {verified:?}");
        sleep(Duration::from_millis(200));
    }
    assert_eq!(prints_of(&home, "back", &["log", "export"]), home.exported());
    let (from, to) = ("--from=2020-01-01", "--to=2100-01-01");
    let report = [
        "report",
        "abandonment",
        "--format=json",
        from,
        to,
        "--as-of=2100-01-01T00:00:00Z",
        "--bucket=month",
    ];
    assert_eq!(prints_of(&home, "back", &report), home.prints(report));
    // The restored folder is one to go on with, and so is the one that was followed.
    home.write(
        "more.ndjson",
        format!("{{\"received_at\":\"2026-01-05T09:00:00Z\",\"payload\":{}}}\n", event(1, 7001)),
    );
    prints_of(&home, "back", &["import", "more.ndjson"]);
    assert!(prints_of(&home, "back", &["log", "verify"]).starts_with("401 "));
    drop(litestream);
    home.prints(["import", "more.ndjson"]);
    assert_eq!(home.verified(), 401);
}
