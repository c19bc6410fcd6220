//! The disk fails, or the power goes, while deeds are written down: what was said to be written is
//! there, and the chain holds. `WEIR_FAULTS=all` tries every point.

#![allow(missing_docs, clippy::unwrap_used)] // a helper of a test fails as the test does

use std::path::Path;

use weir_audit::{Audit, AuditError, Did, Entry, Filter, Outcome, Who};
use weir_domain::Timestamp;
use weir_faults::{Disk, Ended, Scene, campaign};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

#[derive(Default)]
struct Told {
    /// Deeds that it was tried to write down.
    tried: usize,
    /// What was said to be written down of each.
    written: Vec<(usize, Outcome)>,
}

struct Writing;

fn entry(number: usize) -> Entry {
    let who = Who::person(7, "Ann");
    let from = Some("192.0.2.7".to_owned());
    Entry { at: NOW, who, from, did: Did::ChangedView, what: format!("view {number}.") }
}

/// What came of it; an error only where something still fails.
fn done<T>(disk: &Disk, work: impl FnOnce() -> Result<T, AuditError>) -> Option<T> {
    let is_well = disk.is_well();
    match work() {
        Ok(done) => Some(done),
        Err(error) => {
            assert!(!is_well, "nothing fails any more, but: {error}");
            None
        }
    }
}

impl Scene for Writing {
    type Told = Told;

    fn name(&self) -> &'static str {
        "audit record"
    }

    fn act(&self, dir: &Path, disk: &Disk, told: &mut Told) {
        let path = dir.join("audit.db");
        let open = || done(disk, || Audit::open(&path));
        // As an operator would: once more, where it failed.
        let Some(audit) = open().or_else(open) else { return };
        for _ in 0..4 {
            told.tried += 1;
            let number = told.tried;
            let mut promise = |outcome| {
                told.written.push((number, outcome));
                disk.mark();
            };
            let Some(begun) = done(disk, || audit.begin(entry(number))) else { continue };
            promise(Outcome::Begun);
            if done(disk, || audit.end(begun, NOW, None, None, Outcome::Done)).is_some() {
                promise(Outcome::Done);
            }
        }
    }

    fn check(&self, dir: &Path, told: &Told, marks: u64, _: Ended) {
        let audit = Audit::open(&dir.join("audit.db")).unwrap();
        let deeds = audit.entries(&Filter::default(), None, 100).unwrap().deeds;
        for (number, outcome) in &told.written[..usize::try_from(marks).unwrap()] {
            let what = format!("view {number}.");
            let deed = deeds.iter().find(|deed| deed.what == what).unwrap();
            assert!(*outcome == Outcome::Begun || deed.outcome == outcome.name(), "{deed:?}");
        }
        assert_eq!(audit.verify().unwrap().finding, None);
    }
}

#[test]
fn what_is_said_to_be_written_down_is() {
    campaign(&Writing);
}
