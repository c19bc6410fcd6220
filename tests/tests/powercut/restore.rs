//! A data directory is made from a backup: in an empty folder, or in the place of another.

use std::fs;

use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::{Home, Run, Server};

use crate::campaign::{Image, power_cuts};
use crate::lived_in::{Held, grow, lived_in};

const INTO_NOTHING: [&str; 4] = ["restore", "backup", "--data-dir", "back"];
const IN_THE_PLACE: [&str; 5] = ["restore", "backup", "--data-dir", "back", "--replace"];

/// What is in the folder that was restored into. Where nothing is, it is said that there is no log.
fn found(home: &Home) -> Option<Held> {
    let verified = home.weir(["log", "verify", "--data-dir", "back"]);
    if verified.status == Some(0) {
        return Some(Held::of(home, "back"));
    }
    verified.failed(1, &["there is no log in"]);
    None
}

/// It is restored, if that was said; otherwise it can be done again.
#[track_caller]
fn is_restored_or_can_be(image: &Image, restore: &[&str], wanted: &Held) {
    let Image { home, promises } = image;
    if *promises == 0 && found(home).as_ref() != Some(wanted) {
        home.weir(restore).ok();
    }
    assert_eq!(found(home).as_ref(), Some(wanted));
}

/// Whether what was moved aside holds this.
fn is_aside(home: &Home, old: &Held) -> bool {
    let entries = fs::read_dir(home.path("back")).expect("it is there");
    let names = entries.map(|entry| entry.expect("it can be listed").file_name());
    let names = names.map(|name| format!("back/{}", name.to_string_lossy()));
    names
        .filter(|name| name.starts_with("back/before-restore-"))
        .any(|aside| home.path(&aside).join("log.db").exists() && Held::of(home, &aside) == *old)
}

#[test]
fn into_an_empty_folder() {
    let home = lived_in();
    home.weir(["backup", "backup"]).ok();
    let wanted = Held::of(&home, "data");
    power_cuts(
        "a restore into an empty folder",
        &home,
        |recorder| {
            Run::of(&mut recorder.over(home.command(INTO_NOTHING))).ok();
            recorder.promised();
        },
        |image| {
            is_restored_or_can_be(image, &INTO_NOTHING, &wanted);
        },
    );
}

#[test]
fn in_the_place_of_another() {
    let home = lived_in();
    home.weir(["backup", "backup"]).ok();
    let wanted = Held::of(&home, "data");
    grow(&home, "back", 500..510);
    // Killed, it leaves a journal that is a part of its log.
    let mut command = Server::command(&home);
    command.args(["--data-dir", "back"]);
    let server = Server::run(command).unwrap_or_else(|said| panic!("it did not start: {said}"));
    server.takes(MAIN, &[&event(510, 7001)]);
    server.kill();
    assert!(0 < fs::metadata(home.path("back/log.db-wal")).expect("it is there").len());
    let old = Held::of(&home, "back");
    power_cuts(
        "a restore in the place of another",
        &home,
        |recorder| {
            Run::of(&mut recorder.over(home.command(IN_THE_PLACE))).ok();
            recorder.promised();
        },
        |image| {
            let found = found(&image.home);
            let is_whole = found.is_none_or(|found| found == old || found == wanted);
            assert!(is_whole, "a log is there that is neither the old one nor the new one");
            is_restored_or_can_be(image, &IN_THE_PLACE, &wanted);
            assert!(is_aside(&image.home, &old), "what was there before is gone");
        },
    );
}
