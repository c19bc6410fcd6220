//! A store beside the log that is damaged: webhooks are taken all the same, what needs it is off, and
//! says so.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::{Home, Server};

use crate::witness::line;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    /// It is no database any more.
    Garbage,
    /// Its end is gone.
    CutOff,
    /// It begins as it should, and what follows is overwritten.
    Overwritten,
    /// All of it is gone but its name.
    Emptied,
    /// It is another program's database.
    Foreign,
    /// A Weir of the future wrote it.
    Newer,
    /// Nobody can open it.
    Folder,
}

/// What is seen when the file is opened.
const AT_ONCE: [Damage; 5] =
    [Damage::Garbage, Damage::CutOff, Damage::Foreign, Damage::Newer, Damage::Folder];

impl Damage {
    /// Does it, and gives what the file is then, if it is one.
    fn of(self, path: &Path) -> Option<Vec<u8>> {
        let journal = format!("{}-wal", path.display());
        assert!(!Path::new(&journal).exists(), "the file is all that there is");
        let mut bytes = fs::read(path).expect("it is there");
        match self {
            Damage::Garbage => bytes = b"this is no database, only text\n".repeat(1_000),
            Damage::CutOff => bytes.truncate(bytes.len() / 2),
            Damage::Overwritten => bytes[4_096..].fill(0xAA),
            Damage::Emptied | Damage::Foreign => bytes.clear(),
            Damage::Newer | Damage::Folder => {}
        }
        fs::write(path, &bytes).expect("it is ours");
        let sql = |sql| Connection::open(path).and_then(|conn| conn.execute_batch(sql));
        match self {
            Damage::Foreign => sql("CREATE TABLE theirs (a)").expect("it is SQL"),
            Damage::Newer => sql("PRAGMA user_version = 99").expect("it is SQL"),
            Damage::Folder => {
                fs::remove_file(path).expect("it is ours");
                fs::create_dir(path).expect("it is ours");
            }
            _ => {}
        }
        fs::read(path).ok()
    }
}

/// Puts the whole file back in the place of the damaged one and of what was beside it.
fn mend(path: &Path, whole: &[u8]) {
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", path.display()));
    }
    if path.is_dir() {
        fs::remove_dir(path).expect("nothing is in it");
    }
    fs::write(path, whole).expect("it is ours");
}

/// A home in which there is something of everything.
fn furnished(home: Home) -> Home {
    home.import(&line(&event(0, 7001)));
    home.prints(["people", "add", "Olga", "--role", "owner"]);
    home.define("pulse", "title = \"Pulse\"\nrange = \"previous day\"\nformats = [\"csv\"]\n");
    Server::start(&home).stop();
    home
}

/// A server beside a store that is damaged takes webhooks, and says what is off at `/readyz`, in the
/// metrics and in its log; the doctor says the same. What else is to be seen is looked at. The file stays
/// as it is.
#[track_caller]
fn goes_on(home: &Home, store: &str, damage: Damage, off: &str, look: impl Fn(&Server)) {
    let path = home.data().join(store);
    let damaged = damage.of(&path);
    let before = home.verified();
    let server = Server::start(home);
    server.takes(MAIN, &[event(before, 7001)]);
    let ready = server.json("/readyz");
    assert_eq!(ready["ready"], true, "{damage:?}: {ready}");
    assert_eq!(ready["stores_lost"][0]["store"], store, "{damage:?}: {ready}");
    let reason = ready["stores_lost"][0]["reason"].as_str().expect("a sentence");
    assert!(reason.starts_with(off) && reason.contains(&format!(": {store}")), "{reason}");
    assert!(!ready.to_string().contains(&home.data().display().to_string()), "{ready}");
    assert_eq!(server.metric("weir_stores_lost"), 1);
    look(&server);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains(off) && said.contains(&path.display().to_string()), "{said}");
    assert_eq!(fs::read(&path).ok(), damaged, "{damage:?} changed");
    assert_eq!(home.verified(), before + 1);
    let doctor = home.weir(["doctor", "--offline"]);
    assert_eq!(doctor.status, Some(1), "{doctor}");
    assert!(doctor.text().contains(&format!("{off} until this is mended")), "{doctor}");
    assert_eq!(fs::read(&path).ok(), damaged, "the doctor changed {damage:?}");
}

const NOBODY: &str = "nobody is let in";

#[test]
fn without_people_nobody_is_let_in_and_webhooks_are() {
    // Also not whoever sits at a machine that is open.
    for home in [Home::closed(), Home::new()] {
        let home = furnished(home);
        let path = home.data().join("access.db");
        let whole = fs::read(&path).expect("it is there");
        for damage in AT_ONCE.into_iter().chain([Damage::Overwritten, Damage::Emptied]) {
            goes_on(&home, "access.db", damage, NOBODY, |server| {
                for path in ["/", "/health", "/setup", "/sign-in", "/s/token", "/people"] {
                    let got = server.get(path);
                    assert_eq!(got.status, 503, "{path}: {}", got.text());
                    assert!(got.text().contains("<h1>Nobody is let in"), "{path}: {}", got.text());
                    assert!(got.text().contains("access.db"), "{path}: {}", got.text());
                }
                for path in ["/api/v1/reports/abandonment", "/api/v1/people", "/events"] {
                    let got = server.get(path);
                    assert_eq!(got.status, 503, "{path}: {}", got.text());
                    assert!(got.text().contains("urn:weir:problem:lost"), "{}", got.text());
                }
                assert!(!server.said().contains("create the owner"), "{}", server.said());
                assert_eq!(server.get("/healthz").status, 200);
            });
            mend(&path, &whole);
        }
        // Moved away, it begins anew.
        fs::remove_file(&path).expect("it is ours");
        let server = Server::start(&home);
        assert_eq!(server.json("/readyz")["stores_lost"], Value::Array(Vec::new()));
    }
}

#[test]
fn an_empty_file_where_nobody_was_is_a_beginning() {
    let home = Home::closed();
    home.import(&line(&event(0, 7001)));
    home.write("data/access.db", "");
    let server = Server::start(&home);
    assert_eq!(server.get("/api/v1/health").status, 200);
    assert_eq!(server.json("/readyz")["stores_lost"], Value::Array(Vec::new()));
}

#[test]
fn without_the_ledger_no_report_is_sent_and_the_rest_is_there() {
    let home = furnished(Home::new());
    let path = home.data().join("schedule.db");
    let whole = fs::read(&path).expect("it is there");
    for damage in AT_ONCE.into_iter().chain([Damage::Overwritten]) {
        let off = "no report is sent and no alert judged";
        goes_on(&home, "schedule.db", damage, off, |server| {
            for path in ["/reports", "/reports/pulse", "/api/v1/schedules", "/api/v1/runs"] {
                let got = server.get(path);
                assert_eq!(got.status, 503, "{path}: {}", got.text());
                assert!(got.text().contains("schedule.db"), "{path}: {}", got.text());
            }
            for path in ["/", "/sessions", "/people"] {
                assert_eq!(server.get(path).status, 200, "{path}");
            }
            let health = server.json("/api/v1/health");
            assert_eq!(
                (&health["schedules"], &health["status"]),
                (&Value::Null, &"trouble".into())
            );
            let page = server.get("/health");
            assert!(page.status == 200 && page.text().contains("schedule.db"), "{}", page.text());
        });
        home.weir(["schedule", "list"]).failed(1, &["schedule.db"]);
        mend(&path, &whole);
    }
    assert!(home.prints(["schedule", "list"]).contains("pulse"), "put back, it is there");
}

const UNRECORDED: &str =
    "nobody signs in, sees a session, takes anything along or changes anything";

#[test]
fn without_the_record_what_must_be_recorded_is_refused() {
    let home = furnished(Home::new());
    let path = home.data().join("audit.db");
    let whole = fs::read(&path).expect("it is there");
    for damage in AT_ONCE {
        goes_on(&home, "audit.db", damage, UNRECORDED, |server| {
            assert_eq!(server.get("/sessions").status, 503);
            assert_eq!(server.get("/").status, 200);
            let health = server.json("/api/v1/health");
            assert_eq!(health["stores_lost"][0]["store"], "audit.db", "{health}");
        });
        mend(&path, &whole);
    }
    assert_eq!(Server::start(&home).get("/sessions").status, 200);
}

#[test]
fn a_record_that_is_damaged_within_tells_with_the_first_entry() {
    let home = furnished(Home::new());
    Damage::Overwritten.of(&home.data().join("audit.db"));
    let server = Server::start(&home);
    server.takes(MAIN, &[event(1, 7001)]);
    assert_eq!(server.get("/sessions").status, 503);
    let lost = server.json("/readyz")["stores_lost"][0].clone();
    assert_eq!(lost["store"], "audit.db", "{lost}");
    assert!(lost["reason"].as_str().expect("a sentence").starts_with(UNRECORDED), "{lost}");
}

#[test]
fn a_key_of_pseudonyms_that_is_none_stops_nobody() {
    let home = furnished(Home::new());
    let path = home.write("data/pseudonym.key", "short");
    let server = Server::start(&home);
    server.takes(MAIN, &[event(7, 7001)]);
    assert_eq!(server.get("/").status, 200);
    let said = server.stop().1;
    let is_no_key = format!("{} is no key: it must have 32 bytes; restore it", path.display());
    assert!(
        said.contains("viewers see pseudonyms that last until") && said.contains(&is_no_key),
        "{said}"
    );
    assert_eq!(fs::read(&path).expect("it is there"), b"short", "left as it is");
    home.weir(["doctor", "--offline"]).failed(1, &[]);
    assert!(home.weir(["doctor", "--offline"]).text().contains(&is_no_key));
}
