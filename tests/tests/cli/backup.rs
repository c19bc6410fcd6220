//! A backup, and the way back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use weir_tests::Home;
use weir_tests::event::{cancelled_at, event};

use crate::tamper::tamper;

/// `count` lines, the first of second `from` of the day.
fn lines(from: u64, count: u64) -> String {
    (from..from + count)
        .map(|number| {
            let body = match number % 3 {
                0 => event(number / 3, 7001),
                1 => cancelled_at(number / 3, "document_front_screen_shown"),
                _ => event(number / 3 + 7, 7002),
            };
            let (minute, second) = (number / 60, number % 60);
            format!(
                "{{\"received_at\":\"2026-01-05T09:{minute:02}:{second:02}Z\",\"payload\":{body}}}\n"
            )
        })
        .collect()
}

/// A folder with something of everything, and a backup of it.
struct World {
    home: Home,
    backup: PathBuf,
}

impl World {
    fn new() -> World {
        let home = Home::closed();
        home.import(&lines(0, 500));
        home.prints(["people", "add", "ann", "--role", "owner"]);
        home.define("monday", "title = \"Monday\"\n");
        fs::write(home.data().join("catalogue.toml"), "").expect("a test's own file");
        let backup = home.path("backup");
        World { home, backup }
    }

    fn backed_up() -> World {
        let world = World::new();
        world.take(&[]);
        world
    }

    #[track_caller]
    fn take(&self, flags: &[&str]) -> Value {
        let mut command = self.home.command(["backup", "--json"]);
        let run = weir_tests::Run::of(command.arg(&self.backup).args(flags)).ok();
        serde_json::from_slice(&run.stdout).expect("it is JSON")
    }

    /// Restores into a folder of this name.
    fn restore(&self, name: &str, flags: &[&str]) -> weir_tests::Run {
        let mut command = self.home.command(["restore", "--data-dir", name]);
        weir_tests::Run::of(command.arg(&self.backup).args(flags))
    }

    fn prints_of(&self, name: &str, args: &[&str]) -> String {
        let mut command = self.home.command(args);
        weir_tests::Run::of(command.args(["--data-dir", name])).ok().text()
    }
}

fn modes(folder: &Path) -> Vec<(String, u32)> {
    let entries = fs::read_dir(folder)
        .expect("a test's own file")
        .map(|entry| entry.expect("a test's own file"));
    let mode =
        |path: &Path| fs::metadata(path).expect("a test's own file").permissions().mode() & 0o777;
    entries
        .map(|entry| {
            (entry.file_name().into_string().expect("a test's own file"), mode(&entry.path()))
        })
        .collect()
}

#[test]
fn a_backup_brings_everything_back() {
    let world = World::new();
    let taken = world.take(&[]);
    assert_eq!((&taken["deliveries"], &taken["is_finished"]), (&500.into(), &true.into()));
    assert!(taken["report_sha256"].is_string(), "{taken}");
    let names: Vec<_> = taken["files"]
        .as_array()
        .expect("a test's own file")
        .iter()
        .map(|part| &part["name"])
        .collect();
    assert_eq!(names, ["access.db", "audit.db", "catalogue.toml", "reports/monday.toml"]);
    for (name, mode) in modes(&world.backup) {
        assert_eq!(mode & 0o077, 0, "{name} is its owner's only");
    }
    let run = world.restore("back", &[]).ok();
    assert!(run.text().contains("gives the report that was backed up"), "{run}");
    for args in [&["log", "export"][..], &["log", "verify"], &["people", "list"]] {
        assert_eq!(world.prints_of("back", args), world.prints_of("data", args), "{args:?}");
    }
    let text = |name: &str| fs::read_to_string(world.home.path(name)).expect("a test's own file");
    assert_eq!(text("back/reports/monday.toml"), text("data/reports/monday.toml"));
    assert!(world.home.path("back/catalogue.toml").exists());
    let mut left: Vec<_> =
        modes(&world.home.path("back")).into_iter().map(|(name, _)| name).collect();
    left.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
    left.sort();
    assert_eq!(left, ["access.db", "audit.db", "catalogue.toml", "lock", "log.db", "reports"]);
    // It goes on from there.
    world.home.write("more.ndjson", lines(500, 10));
    world.prints_of("back", &["import", "more.ndjson"]);
    assert!(world.prints_of("back", &["log", "verify"]).starts_with("510 "));
}

#[test]
fn the_next_backup_takes_what_is_new_and_lets_go_what_is_gone() {
    let world = World::backed_up();
    world.home.import(&lines(500, 100));
    fs::remove_file(world.home.data().join("reports/monday.toml")).expect("a test's own file");
    world.home.define("friday", "title = \"Friday\"\n");
    let mut command = world.home.command(["backup"]);
    let run = weir_tests::Run::of(command.arg(&world.backup)).ok();
    assert!(run.text().contains("holds 600 deliveries, 100 of them new"), "{run}");
    // Where nothing was added, the report that was proved is still the backup's.
    let whole = world.take(&[]);
    assert_eq!(world.take(&["--quick"])["report_sha256"], whole["report_sha256"]);
    world.home.import(&lines(600, 1));
    let again = world.take(&["--quick"]);
    assert_eq!((&again["deliveries"], &again["report_sha256"]), (&601.into(), &Value::Null));
    world.restore("back", &[]).ok();
    assert_eq!(world.prints_of("back", &["log", "export"]), world.home.exported());
    assert!(!world.home.path("back/reports/monday.toml").exists());
    assert!(world.home.path("back/reports/friday.toml").exists());
}

#[test]
fn a_backup_is_restored_up_to_a_point() {
    let world = World::backed_up();
    let all = world.home.exported();
    let first =
        |count: usize| all.lines().take(count).map(|line| format!("{line}\n")).collect::<String>();
    for (to, want) in [
        ("123", 123),
        ("0", 0),
        ("500", 500),
        // Second 200 of nine o'clock is the 201st line.
        ("2026-01-05T09:03:20Z", 201),
        ("2026-01-05T08:00:00Z", 0),
        ("2027-01-01T00:00:00Z", 500),
    ] {
        let name = format!("back-{want}-{}", to.len());
        world.restore(&name, &["--to", to]).ok();
        assert_eq!(world.prints_of(&name, &["log", "export"]), first(want), "{to}");
        assert!(
            world.prints_of(&name, &["log", "verify"]).starts_with(&format!("{want} ")),
            "{to}"
        );
    }
    world.restore("beyond", &["--to", "501"]).failed(1, &["up to 500", "no 501"]);
    world.restore("beyond", &["--to", "noon"]).failed(2, &["--to noon", "2026-03-01T12:00:00Z"]);
}

#[test]
fn nothing_is_replaced_unless_it_is_said_and_then_it_is_moved_aside() {
    let world = World::backed_up();
    world.home.import(&lines(500, 3));
    world.restore("data", &[]).failed(1, &["has a log of its own", "up to 503", "--replace"]);
    assert_eq!(world.home.verified(), 503);
    let run = world.restore("data", &["--replace"]).ok();
    assert_eq!(world.home.verified(), 500);
    let aside = fs::read_dir(world.home.data())
        .expect("a test's own file")
        .map(|entry| {
            entry.expect("a test's own file").file_name().into_string().expect("a test's own file")
        })
        .find(|name| name.starts_with("before-restore-"))
        .expect("it lies aside");
    assert!(run.text().contains(&aside), "{run}");
    let aside = format!("data/{aside}");
    assert!(world.prints_of(&aside, &["log", "verify"]).starts_with("503 "));
    assert!(world.home.path(&format!("{aside}/access.db")).exists());
    world.home.report([""; 0]);
}

#[test]
fn a_restore_that_was_cut_off_is_told_and_goes_on() {
    let world = World::backed_up();
    let data = world.home.data();
    let before = world.home.exported();
    world.home.import(&lines(500, 3));
    let own = world.home.exported();
    // As it lies when the power goes in the middle of the move: some of the old is aside, some of
    // the new is here, and there is no log.
    let aside = data.join("before-restore-20260105T090000Z");
    fs::create_dir(&aside).expect("a test's own file");
    fs::create_dir(data.join(".restoring")).expect("a test's own file");
    fs::write(data.join(".restoring/log.db"), "half").expect("a test's own file");
    let names: Vec<_> = modes(&data).into_iter().map(|(name, _)| name).collect();
    let noted = json!({"folder": "before-restore-20260105T090000Z", "names": names});
    fs::write(data.join(".restoring/.aside.json"), noted.to_string()).expect("a test's own file");
    for name in ["log.db", "access.db"] {
        fs::rename(data.join(name), aside.join(name)).expect("a test's own file");
    }
    fs::copy(world.backup.join("access.db"), data.join("access.db")).expect("a test's own file");
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["import", "lines.ndjson"]] {
        let run = world.home.weir(command);
        run.failed(1, &["did not come to its end", "`weir restore` again"]);
    }
    let run = world.restore("data", &[]).ok();
    assert!(run.text().contains("before-restore-20260105T090000Z"), "{run}");
    assert_eq!(world.home.exported(), before);
    assert!(!data.join(".restoring").exists());
    // What was there before lies together again, nothing of it lost.
    let moved = "data/before-restore-20260105T090000Z";
    assert_eq!(world.prints_of(moved, &["log", "export"]), own);
    for name in ["access.db", "reports", "catalogue.toml"] {
        assert!(aside.join(name).exists(), "{name}");
    }
    world.prints_of(moved, &["people", "list"]);
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let world = World::new();
    let backup = |to: &str| world.home.weir(["backup", to]);
    backup("data").failed(1, &["is the data directory or lies in it", "another disk"]);
    backup("data/backup").failed(1, &["is the data directory or lies in it"]);
    assert!(!world.home.path("data/backup").exists());
    backup(".").failed(1, &["holds `", "backup.json", "it is no backup"]);
    world.home.write("file", "text");
    backup("file").failed(1, &["file"]);
    world.restore("back", &[]).failed(1, &["there is no backup", "backup.json"]);
    // Of another log.
    world.take(&[]);
    let other = Home::new();
    other.import(&lines(7, 900));
    let run = other.weir(["backup".as_ref(), world.backup.as_os_str()]);
    run.failed(1, &["made from another log", "delivery 500", "empty folder"]);
    world.restore("back", &[]).ok();
    assert_eq!(world.prints_of("back", &["log", "export"]), world.home.exported());
    // One that broke off, as its manifest says: what it has is whole all the same.
    let manifest = world.backup.join("backup.json");
    let text = fs::read_to_string(&manifest).expect("a test's own file");
    fs::write(&manifest, text.replace("\"is_finished\": true", "\"is_finished\": false"))
        .expect("a test's own file");
    world.restore("begun", &[]).failed(1, &["did not come to its end", "--unfinished"]);
    world.restore("begun", &["--unfinished"]).ok();
    assert_eq!(world.prints_of("begun", &["log", "export"]), world.home.exported());
    world.take(&[]);
    // While somebody works there.
    let server = weir_tests::Server::start(&world.home);
    world.restore("data", &["--replace"]).failed(1, &["in use by", "weir serve"]);
    drop(server);
    // One that was cut off while its log was made.
    let begun = world.home.path("begun-only");
    fs::create_dir(&begun).expect("a test's own file");
    let text = fs::read_to_string(&manifest).expect("a test's own file");
    fs::write(
        begun.join("backup.json"),
        text.replace("\"is_finished\": true", "\"is_finished\": false"),
    )
    .expect("a test's own file");
    fs::write(begun.join("log.db"), "").expect("a test's own file");
    world.home.weir(["backup".as_ref(), begun.as_os_str()]).ok();
    // One that was cut off before that.
    fs::remove_file(begun.join("log.db")).expect("a test's own file");
    world.home.weir(["backup".as_ref(), begun.as_os_str()]).ok();
    // A newer Weir's.
    let text = fs::read_to_string(&manifest).expect("a test's own file");
    fs::write(&manifest, text.replace("\"format\": 1", "\"format\": 2"))
        .expect("a test's own file");
    world.restore("newer", &[]).failed(1, &["does not know (form 2)", "later one"]);
    fs::write(&manifest, "{").expect("a test's own file");
    world.restore("newer", &[]).failed(1, &["backup.json is damaged"]);
}

#[test]
fn what_was_tampered_with_is_not_restored_and_not_backed_up() {
    for (file, sql, want) in [
        ("log.db", "UPDATE delivery SET body = x'00' WHERE seq = 77", "does not hold"),
        ("log.db", "DELETE FROM delivery WHERE seq = 77", "delivery 77 is missing"),
        ("access.db", "PRAGMA user_version = 7", "is not the file that was backed up"),
    ] {
        let world = World::backed_up();
        tamper(&world.backup.join(file), sql);
        world.restore("back", &[]).failed(1, &[want]);
        assert!(!world.home.path("back/log.db").exists());
        // The next backup finds it too.
        if file == "log.db" {
            let run = world.home.weir(["backup".as_ref(), world.backup.as_os_str()]);
            run.failed(1, &["the copy is not whole", want]);
        }
    }
    let world = World::backed_up();
    fs::write(world.backup.join("reports/monday.toml"), "title = \"Tuesday\"\n")
        .expect("a test's own file");
    world.restore("back", &[]).failed(1, &["reports/monday.toml", "not the file"]);
    let world = World::backed_up();
    // Cut off at the end, with its seals: only the head that was noted tells.
    tamper(
        &world.backup.join("log.db"),
        "DELETE FROM delivery WHERE 400 < seq; DELETE FROM seal WHERE 400 < last_seq",
    );
    world.restore("back", &[]).failed(1, &["up to 400", "at 500", "cut off"]);
    // The log itself.
    let world = World::new();
    tamper(&world.home.data().join("log.db"), "UPDATE delivery SET body = x'00' WHERE seq = 77");
    let run = world.home.weir(["backup".as_ref(), world.backup.as_os_str()]);
    run.failed(1, &["the log that is copied is not whole", "weir log verify"]);
}
