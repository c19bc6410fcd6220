//! Files in a folder: whole or not there, where the template says, as many as are kept.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use weir_channel::{Channels, Parcel, Post, Target};
use weir_tests::disk::Disk;

use crate::world::{Sent, World, send};

/// Where the channel keeps in mind what is its own.
const RECORD: &str = ".weir-files.json";

struct Folder {
    world: World,
    channels: Channels,
}

impl Folder {
    fn new() -> Folder {
        let world = World::new();
        let channels = world.channels("[files]\ndir = \"out\"\n");
        Folder { world, channels }
    }

    fn out(&self) -> PathBuf {
        self.world.dir().join("out")
    }

    /// The parcel of a run, with one file of this content.
    fn parcel(&self, run: u64, content: &[u8]) -> Parcel {
        let mut parcel = self.world.parcel();
        parcel.run = run;
        parcel.files = vec![self.world.attachment("a.pdf", content)];
        parcel
    }

    fn send(&self, template: &str, keep: Option<u32>, parcel: &Parcel) -> Sent {
        let target = Target::File { template: template.to_owned(), keep };
        send(&self.channels, &target, parcel)
    }

    /// Every file and folder below, but the record, each by its path.
    fn below(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.out(), &self.out(), &mut found);
        found.retain(|path| path != RECORD);
        found.sort();
        found
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        found.push(path.strip_prefix(root).expect("it is below").display().to_string());
        if path.is_dir() && !path.is_symlink() {
            collect(root, &path, found);
        }
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

/// What this process leaves out of the modes of what it makes.
fn umask() -> u32 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux says");
    let line = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    u32::from_str_radix(line.expect("it says the umask").trim(), 8).expect("a number")
}

#[test]
fn a_file_lies_where_the_template_says_for_its_group_to_read() {
    let folder = Folder::new();
    let mut parcel = folder.parcel(7, b"%PDF");
    parcel.files.push(folder.world.attachment("b.csv", b"a,b\n"));
    let sent = folder.send("{name}/{date}/{time}-{run}.{format}", None, &parcel);
    assert_eq!(sent.noted, 0, "a file twice is one file, so nothing is noted");
    let detail = sent.taken();
    // 23:30 in UTC is 02:30 of the next day in Tallinn.
    let place = folder.out().join("weekly-abandonment/2026-03-31");
    assert_eq!(
        detail,
        format!("{0}/0230-7.pdf; {0}/0230-7.csv", place.display()),
        "the receipt says where"
    );
    assert_eq!(fs::read(place.join("0230-7.pdf")).unwrap(), b"%PDF");
    assert_eq!(fs::read(place.join("0230-7.csv")).unwrap(), b"a,b\n");
    for file in [place.join("0230-7.pdf"), place.join("0230-7.csv"), folder.out().join(RECORD)] {
        assert_eq!(mode(&file), 0o640 & !umask(), "{}", file.display());
    }
    for made in [folder.out(), place.parent().unwrap().to_owned(), place.clone()] {
        assert_eq!(mode(&made), 0o750 & !umask(), "{}", made.display());
    }
    assert_eq!(fs::read_dir(&place).unwrap().count(), 2, "nothing half-written stays");
}

#[test]
fn a_reader_never_sees_half_a_file() {
    let folder = Folder::new();
    let size = 6 * 1024 * 1024;
    let path = folder.out().join("latest.pdf");
    folder.send("latest.{format}", None, &folder.parcel(1, &vec![b'0'; size])).taken();
    let (done, seen) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let bytes = fs::read(&path).expect("it is there at every moment");
                assert_eq!(bytes.len(), size, "it is whole");
                assert!(bytes.iter().all(|byte| *byte == bytes[0]), "it is of one run");
                seen.fetch_add(1, Ordering::SeqCst);
            }
        });
        let mut run = 1;
        // As long as it takes to be looked at often enough.
        while run < 12 || seen.load(Ordering::SeqCst) < 12 {
            run += 1;
            let content = vec![b'0' + u8::try_from(run % 10).unwrap(); size];
            folder.send("latest.{format}", None, &folder.parcel(run, &content)).taken();
        }
        done.store(true, Ordering::SeqCst);
    });
    assert_eq!(folder.below(), ["latest.pdf"]);
}

#[test]
fn no_template_and_no_name_leads_out() {
    let folder = Folder::new();
    for template in [
        "../{name}.{format}",
        "a/../../{name}.{format}",
        "a/./b",
        "/etc/{name}.{format}",
        "//{name}",
        "~/../x/.{name}",
        ".ssh/authorized_keys",
        ".weir-files.json",
        "a/.weir-unfinished-b",
        "..",
        ".",
        "",
        "a//b",
        "a/",
        "a\\..\\b",
        "a\nb",
        "a\0b",
        "a\u{7f}b",
        "a\u{85}b",
        "{..}/x",
        "{name",
        "name}",
        "{{name}}",
        "{Name}",
        "{ name }",
    ] {
        let target = Target::File { template: template.to_owned(), keep: None };
        let said = folder.channels.check(&target).expect_err(template);
        assert!(!said.chars().any(char::is_control), "{said:?}");
        let sent = send(&folder.channels, &target, &folder.parcel(1, b"x"));
        sent.is("permanent", &["template"]);
    }
    for name in [
        "../../victim",
        "/etc/passwd",
        "..",
        "...",
        "a/../../b",
        ".weir-files.json",
        "a\0b\n\u{202e}c",
        "\u{2024}\u{2024}/\u{2215}",
        "",
    ] {
        let mut parcel = folder.parcel(1, b"x");
        parcel.name = name.to_owned();
        parcel.files[0].format = name.to_owned();
        folder.send("in/{name}", None, &parcel).taken();
        folder.send("in/{format}-{name}", None, &parcel).taken();
    }
    let around: Vec<_> = fs::read_dir(folder.world.dir()).unwrap().map(Result::unwrap).collect();
    let around = around.iter().filter(|entry| entry.file_type().unwrap().is_dir()).count();
    assert_eq!(around, 1, "nothing was made beside the folder");
    let below = folder.below();
    assert!(below.iter().all(|path| path == "in" || path.starts_with("in/")), "{below:?}");
    assert!(below.iter().all(|path| !path.contains("/.") && !path.contains('\0')), "{below:?}");
}

#[test]
fn as_many_runs_stay_as_are_kept_and_nothing_else_is_touched() {
    let folder = Folder::new();
    folder.send("{date}/{run}.{format}", Some(2), &folder.parcel(1, b"x")).taken();
    fs::write(folder.out().join("2026-03-31/by-hand.pdf"), "mine").unwrap();
    fs::write(folder.out().join("2026-03-31/99.pdf"), "fits the template, and is mine").unwrap();
    for run in 2..=6 {
        let mut parcel = folder.parcel(run, b"x");
        parcel.files.push(folder.world.attachment("b.csv", b"y"));
        folder.send("{date}/{run}.{format}", Some(2), &parcel).taken();
    }
    // The same run once more, as after a crash, takes no place of another.
    folder.send("{date}/{run}.{format}", Some(2), &folder.parcel(6, b"x")).taken();
    // Another definition and another template count by themselves, and without `keep` all stay.
    let mut other = folder.parcel(7, b"x");
    other.name = "other".to_owned();
    folder.send("{date}/{run}.{format}", Some(1), &other).taken();
    for run in 8..=10 {
        folder.send("all-{run}.{format}", None, &folder.parcel(run, b"x")).taken();
    }
    let mut want = vec!["2026-03-31"];
    want.extend(["5.csv", "5.pdf", "6.csv", "6.pdf", "7.pdf", "99.pdf", "by-hand.pdf"]);
    want.extend(["all-8.pdf", "all-9.pdf", "all-10.pdf"]);
    let mut found: Vec<String> = folder
        .below()
        .into_iter()
        .map(|path| path.trim_start_matches("2026-03-31/").to_owned())
        .collect();
    want.sort_unstable();
    found.sort();
    assert_eq!(found, want);
    // One that comes late takes no newer one's place.
    folder.send("{date}/{run}.{format}", Some(2), &folder.parcel(3, b"x")).taken();
    for run in [5, 6] {
        assert!(folder.out().join(format!("2026-03-31/{run}.pdf")).exists());
    }
}

#[test]
fn a_folder_that_is_empty_when_its_files_went_goes_too() {
    let folder = Folder::new();
    for (run, day) in ["2026-03-28", "2026-03-29", "2026-03-30"].into_iter().enumerate() {
        let mut parcel = folder.parcel(run as u64 + 1, b"x");
        parcel.scheduled_at = format!("{day}T12:00:00Z").parse().unwrap();
        folder.send("daily/{date}/{name}.{format}", Some(1), &parcel).taken();
        if run == 0 {
            fs::write(folder.out().join("daily/2026-03-28/note.txt"), "by hand").unwrap();
        }
    }
    let below = folder.below();
    let want = [
        "daily",
        "daily/2026-03-28",
        "daily/2026-03-28/note.txt",
        "daily/2026-03-30",
        "daily/2026-03-30/weekly-abandonment.pdf",
    ];
    assert_eq!(below, want);
}

#[test]
fn a_record_that_somebody_wrote_leads_nowhere_else() {
    let folder = Folder::new();
    folder.send("{run}.{format}", Some(1), &folder.parcel(1, b"x")).taken();
    let victim = folder.world.write("victim", "not ours");
    let absolute = victim.display().to_string();
    let listed: Vec<serde_json::Value> = [
        "../victim",
        "x/../../victim",
        &absolute,
        "./../victim",
        "..",
        ".",
        "",
        "/",
        "a//../b",
    ]
    .iter()
    .map(|path| {
        serde_json::json!({
            "template": "{run}.{format}", "name": "weekly-abandonment", "run": 0, "path": path,
        })
    })
    .collect();
    fs::write(folder.out().join(RECORD), serde_json::json!({ "files": listed }).to_string())
        .unwrap();
    fs::create_dir(folder.out().join("x")).unwrap();
    let sent = folder.send("{run}.{format}", Some(1), &folder.parcel(2, b"x"));
    assert_eq!(fs::read_to_string(&victim).expect("it is there"), "not ours");
    sent.taken();
    folder.send("{run}.{format}", Some(1), &folder.parcel(3, b"x")).taken();
    assert!(folder.out().join("3.pdf").exists() && !folder.out().join("2.pdf").exists());
    // One that is no record at all is begun anew, and nothing is removed for it.
    fs::write(folder.out().join(RECORD), "{\"files\": [").unwrap();
    folder.send("{run}.{format}", Some(1), &folder.parcel(4, b"x")).taken();
    assert!(folder.out().join("3.pdf").exists() && folder.out().join("4.pdf").exists());
}

#[test]
fn links_in_the_way_are_not_followed() {
    let folder = Folder::new();
    let elsewhere = folder.world.dir().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::create_dir(folder.out()).unwrap();
    symlink(&elsewhere, folder.out().join("linked")).unwrap();
    symlink(elsewhere.join("file"), folder.out().join("1.pdf")).unwrap();
    symlink("/nowhere", folder.out().join("dangling")).unwrap();
    fs::write(folder.out().join("file"), "x").unwrap();
    fs::create_dir(folder.out().join("folder.pdf")).unwrap();
    for template in [
        "linked/{run}.{format}",
        "dangling/{run}.{format}",
        "file/{run}.{format}",
        "folder.{format}",
    ] {
        folder
            .send(template, None, &folder.parcel(1, b"x"))
            .is("permanent", &["a link or no folder", "nothing is written through it"]);
    }
    // At the end of a path it is replaced by the file, and what it led to stays.
    folder.send("{run}.{format}", None, &folder.parcel(1, b"x")).taken();
    assert!(!folder.out().join("1.pdf").is_symlink());
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    assert!(folder.below().iter().all(|path| !path.contains("unfinished")), "{:?}", folder.below());
    // The folder itself may be one: the operator says where it is.
    let linked = folder.world.dir().join("root");
    symlink(&elsewhere, &linked).unwrap();
    let channels = folder.world.channels("[files]\ndir = \"root\"\n");
    let target = Target::File { template: "a.{format}".to_owned(), keep: None };
    send(&channels, &target, &folder.parcel(1, b"x")).taken();
    assert!(elsewhere.join("a.pdf").exists());
}

#[test]
fn a_record_that_is_a_link_or_a_pipe_holds_nothing_up() {
    let folder = Folder::new();
    fs::create_dir(folder.out()).unwrap();
    let record = folder.out().join(RECORD);
    let victim = folder.world.write("victim", "{\"files\": []}");
    symlink(&victim, &record).unwrap();
    let sent = folder.send("{run}.{format}", None, &folder.parcel(1, b"x"));
    sent.is("permanent", &["a link"]);
    assert!(!folder.out().join("1.pdf").exists(), "what is refused is not written");
    fs::remove_file(&record).unwrap();
    let made = Command::new("mkfifo").arg(&record).status().expect("mkfifo is there");
    assert!(made.success());
    // Nobody writes into it, so whoever waited for that would wait for ever.
    folder.send("{run}.{format}", None, &folder.parcel(1, b"x"));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "{\"files\": []}");
}

#[test]
fn an_old_file_that_cannot_be_removed_is_not_the_new_ones_trouble() {
    let folder = Folder::new();
    let at = |day: &str, run| {
        let mut parcel = folder.parcel(run, b"x");
        parcel.scheduled_at = format!("{day}T12:00:00Z").parse().unwrap();
        folder.send("{date}/a.{format}", Some(1), &parcel)
    };
    at("2026-03-01", 1).taken();
    // The operator moved the month to an archive, and left a link.
    let archive = folder.world.dir().join("archive");
    fs::rename(folder.out().join("2026-03-01"), &archive).unwrap();
    symlink(&archive, folder.out().join("2026-03-01")).unwrap();
    at("2026-03-02", 2).taken();
    assert!(archive.join("a.pdf").exists(), "nothing is removed through a link");
    // Something else took its place.
    fs::remove_file(folder.out().join("2026-03-02/a.pdf")).unwrap();
    fs::create_dir(folder.out().join("2026-03-02/a.pdf")).unwrap();
    at("2026-03-03", 3).taken();
    at("2026-03-04", 4).taken();
    assert!(folder.out().join("2026-03-04/a.pdf").is_file());
    assert!(!folder.out().join("2026-03-03").exists());
}

#[test]
fn a_name_as_long_as_a_name_may_be_is_written() {
    let folder = Folder::new();
    // 251 bytes and the ending: the most that a file system takes.
    for name in ["ü".repeat(125) + "x", "x".repeat(251)] {
        let template = format!("{name}.{{format}}");
        folder.send(&template, None, &folder.parcel(1, b"x")).taken();
        assert!(folder.out().join(format!("{name}.pdf")).exists());
    }
    let template = format!("{}.{{format}}", "x".repeat(252));
    folder.send(&template, None, &folder.parcel(1, b"x")).is("permanent", &["255 bytes"]);
}

#[test]
fn what_a_process_left_that_was_killed_is_in_nobodys_way() {
    let folder = Folder::new();
    // What it is called while it is written, as it is seen from outside.
    let Some(disk) = Disk::at(&folder.out(), 64) else { return };
    let (stop, names) = (AtomicBool::new(false), Mutex::new(BTreeSet::new()));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                let entries = fs::read_dir(folder.out()).expect("it is a folder");
                let here = entries.map(|entry| entry.expect("it can be read").file_name());
                names.lock().unwrap().extend(here.filter(|name| name != RECORD && name != "1.pdf"));
            }
        });
        let large = vec![b'x'; 8 * 1024 * 1024];
        while names.lock().unwrap().is_empty() {
            assert_eq!(
                folder.send("{run}.{format}", None, &folder.parcel(1, &large)).in_words().0,
                "transient"
            );
        }
        stop.store(true, Ordering::SeqCst);
    });
    disk.remount("size=8m");
    let names = names.into_inner().unwrap();
    assert_eq!(names.len(), 1, "it is the same each time: {names:?}");
    for left in &names {
        assert!(
            left.to_str().is_some_and(|left| left.starts_with(".weir-unfinished-")),
            "{left:?}"
        );
        fs::write(folder.out().join(left), "half").unwrap();
        fs::set_permissions(folder.out().join(left), Permissions::from_mode(0o400)).unwrap();
    }
    folder.send("{run}.{format}", None, &folder.parcel(1, b"whole")).taken();
    assert_eq!(fs::read_to_string(folder.out().join("1.pdf")).unwrap(), "whole");
    assert_eq!(folder.below(), ["1.pdf"]);
}

#[test]
fn a_rendered_file_that_is_gone_is_named() {
    let folder = Folder::new();
    let parcel = folder.parcel(1, b"x");
    fs::remove_file(&parcel.files[0].path).unwrap();
    let sent = folder.send("{run}.{format}", None, &parcel);
    let path = parcel.files[0].path.display().to_string();
    sent.is("transient", &["the rendered file", &path, "cannot be read"]);
    assert!(folder.below().is_empty(), "{:?}", folder.below());
}

#[test]
fn a_full_disk_keeps_what_was_there_and_has_room_later() {
    let folder = Folder::new();
    let Some(disk) = Disk::at(&folder.out(), 256) else { return };
    folder.send("latest.{format}", None, &folder.parcel(1, b"the old one")).taken();
    let large = vec![b'x'; 1024 * 1024];
    let sent = folder.send("latest.{format}", None, &folder.parcel(2, &large));
    let out = folder.out().display().to_string();
    sent.is("transient", &[&format!("the disk of {out} is full"), "make room there"]);
    assert_eq!(fs::read_to_string(folder.out().join("latest.pdf")).unwrap(), "the old one");
    assert_eq!(folder.below(), ["latest.pdf"], "nothing half-written takes the rest of the room");

    // Room for the file, but not for the record of it: not done, and done again without harm.
    let filler = folder.out().join("filler");
    let free = |bytes: usize| fs::write(&filler, vec![0; bytes]).is_ok();
    let most = (0..64).rev().map(|pages| pages * 4096).find(|bytes| free(*bytes));
    let most = most.expect("some of it fits");
    assert!(free(most - 4096), "a page is left");
    let sent = folder.send("new.{format}", Some(1), &folder.parcel(3, b"x"));
    sent.is("transient", &["is full"]);
    fs::remove_file(&filler).unwrap();
    folder.send("new.{format}", Some(1), &folder.parcel(3, b"x")).taken();
    folder.send("new-{run}.{format}", Some(1), &folder.parcel(4, b"x")).taken();
    folder.send("new-{run}.{format}", Some(1), &folder.parcel(5, b"x")).taken();
    assert_eq!(folder.below(), ["latest.pdf", "new-5.pdf", "new.pdf"]);

    disk.remount("size=8m");
    folder.send("latest.{format}", None, &folder.parcel(2, &large)).taken();
    assert_eq!(fs::read(folder.out().join("latest.pdf")).unwrap(), large);
}

#[test]
fn a_read_only_folder_is_named_and_tried_again() {
    let folder = Folder::new();
    let Some(disk) = Disk::at(&folder.out(), 1_024) else { return };
    folder.send("a.{format}", None, &folder.parcel(1, b"x")).taken();
    disk.remount("ro");
    let sent = folder.send("b.{format}", None, &folder.parcel(2, b"x"));
    let out = folder.out().display().to_string();
    sent.is("transient", &[&out, "Read-only file system", "Weir's user may write there"]);
    disk.remount("rw");
    folder.send("b.{format}", None, &folder.parcel(2, b"x")).taken();
    assert_eq!(folder.below(), ["a.pdf", "b.pdf"]);
}

#[test]
fn a_folder_that_is_a_file_is_named() {
    let folder = Folder::new();
    fs::write(folder.out(), "a file").unwrap();
    let sent = folder.send("a.{format}", None, &folder.parcel(1, b"x"));
    let out = folder.out().display().to_string();
    assert_ne!(sent.in_words().0, "taken");
    assert!(sent.in_words().1.contains(&out), "{sent:?}");
}
