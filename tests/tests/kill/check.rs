//! What must hold whenever nobody runs.

use std::fs;

use weir_tests::Home;

/// A question about everything, with nothing in it that depends on when it is asked.
pub(crate) const EVERYTHING: [&str; 12] = [
    "report",
    "abandonment",
    "--from=2000-01-01",
    "--to=2120-01-01",
    "--as-of=2120-01-01",
    "--bucket=month",
    "--by=integration",
    "--unit=session",
    "--window=7d",
    "--tz=UTC",
    "--format",
    "json",
];

/// The files of the read model.
const READ_MODEL: [&str; 3] = ["read.db", "read.db-wal", "read.db-shm"];

/// The report on everything, as bytes.
#[track_caller]
pub(crate) fn report(home: &Home) -> Vec<u8> {
    home.weir(EVERYTHING).ok().stdout
}

/// The report, which is the same whatever the read model holds: as it stands, and from zero. The
/// read model is as it was afterwards, unless `forget` says to leave it deleted.
#[track_caller]
pub(crate) fn report_from_any_start(home: &Home, forget: bool) -> Vec<u8> {
    let away = home.path("away");
    fs::create_dir_all(&away).expect("there is room");
    for name in READ_MODEL {
        let _ = fs::remove_file(away.join(name));
        let _ = fs::copy(home.data().join(name), away.join(name));
    }
    let as_it_stands = report(home);
    delete_read_model(home);
    let from_zero = report(home);
    assert!(
        as_it_stands == from_zero,
        "the read model and the log tell different stories:\n{}\n{}",
        String::from_utf8_lossy(&as_it_stands),
        String::from_utf8_lossy(&from_zero)
    );
    if !forget {
        delete_read_model(home);
        for name in READ_MODEL {
            let _ = fs::rename(away.join(name), home.data().join(name));
        }
    }
    from_zero
}

/// Deletes what can be folded from the log again.
pub(crate) fn delete_read_model(home: &Home) {
    for name in READ_MODEL {
        // It need not be there.
        let _ = fs::remove_file(home.data().join(name));
    }
}
