//! A backup is taken, and brought up to date.

use weir_tests::{Home, Run};

use crate::campaign::power_cuts;
use crate::lived_in::{FIRST, Held, grow, lived_in, name_a_screen};

const BACKUP: [&str; 2] = ["backup", "backup"];

/// The backup is whole: it restores to what there was.
#[track_caller]
fn restores_to(home: &Home, wanted: &Held) {
    home.weir(["restore", "backup", "--data-dir", "back"]).ok();
    assert_eq!(Held::of(home, "back"), *wanted);
    home.weir(["people", "list", "--data-dir", "back"]).ok().says("Ann");
}

#[test]
fn a_first_backup() {
    let home = lived_in();
    let wanted = Held::of(&home, "data");
    power_cuts(
        "a first backup",
        &home,
        |recorder| {
            Run::of(&mut recorder.over(home.command(BACKUP))).ok();
            recorder.promised();
        },
        |image| {
            if image.promises == 0 {
                image.home.weir(BACKUP).ok();
            }
            restores_to(&image.home, &wanted);
        },
    );
}

#[test]
fn a_backup_that_is_brought_up_to_date() {
    let home = lived_in();
    home.weir(BACKUP).ok();
    let before = home.bodies();
    grow(&home, "data", FIRST..FIRST + 12);
    name_a_screen(&home, "The front");
    let wanted = Held::of(&home, "data");
    power_cuts(
        "a backup that is brought up to date",
        &home,
        |recorder| {
            Run::of(&mut recorder.over(home.command(BACKUP))).ok();
            recorder.promised();
        },
        |image| {
            if image.promises == 0 {
                let args = ["restore", "backup", "--unfinished", "--data-dir", "before"];
                image.home.weir(args).ok();
                let held = image.home.bodies_in("before");
                assert!(held.starts_with(&before), "what the backup held is gone: {held:#?}");
                image.home.weir(BACKUP).ok();
            }
            restores_to(&image.home, &wanted);
        },
    );
}
