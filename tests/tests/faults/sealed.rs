//! Personal values: their keys are there when they are, and gone when they were erased.

use std::path::Path;
use std::sync::Arc;

use weir_domain::{Delivery, FixedClock, Timestamp};
use weir_faults::{Disk, Ended, Scene, campaign};
use weir_ingest::{GroupLog, Intake};
use weir_log::{DataDir, LogReader};
use weir_privacy::{Absence, Keyring, Kind, Vault};
use weir_tests::event::session_id;

use crate::held::{Outcome, Sent, delivery, logged, opened};

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_770_000_000_000_000);

/// Sizes of groups, each delivery of somebody new and somebody known.
const GROUPS: &[usize] = &[1, 3, 8, 1];

/// Opens vault and log, new or not, appends sealed groups, closes them and opens them again: twice.
struct Seal;

/// The log, sealing, if the disk lets us.
pub(crate) fn intake(dir: &Path) -> Option<(weir_log::Lock, Intake)> {
    let (dir, lock, log) = opened(dir)?;
    let ring = Keyring::of(Vault::open(&dir.keys_file()).ok()?).ok()?;
    Some((lock, Intake::new(log, Some(ring), Arc::new(FixedClock(NOW)))))
}

pub(crate) fn group(first: usize, count: usize) -> Vec<Delivery> {
    let body = |number: usize| {
        let id = session_id(number as u64);
        format!(
            "{{\"id\":\"{id}\",\"attemptId\":\"{id}\",\"code\":7001,\"action\":\"started\",\
             \"vendorData\":\"reference {number}\",\"endUserId\":\"person {}\"}}",
            number % 3
        )
    };
    (first..first + count).map(|number| delivery(number, body(number))).collect()
}

/// What the log holds, opened.
#[track_caller]
pub(crate) fn unsealed(dir: &DataDir) -> Vec<Delivery> {
    let vault = Vault::open(&dir.keys_file()).expect("the vault opens");
    let open = |delivery: Delivery| {
        let opened = vault.open_body(&delivery.body).expect("the vault can be read");
        assert_eq!(opened.withheld, [], "the log has a value that no key opens");
        let body = opened.body.into_owned();
        Delivery { body, ..delivery }
    };
    logged(dir).into_iter().map(open).collect()
}

impl Scene for Seal {
    type Told = Sent;

    fn name(&self) -> &'static str {
        "append sealed"
    }

    fn act(&self, dir: &Path, disk: &Disk, sent: &mut Sent) {
        for _ in 0..2 {
            let Some((_lock, mut intake)) = intake(dir) else { continue };
            for &count in GROUPS {
                let group = group(sent.count(), count);
                let was_well = disk.is_well();
                let done = intake.append(&group);
                assert!(!was_well || done.is_ok(), "nothing fails any more, but: {done:?}");
                let outcome = match &done {
                    Ok(()) => {
                        disk.mark();
                        Outcome::Taken(disk.marks())
                    }
                    Err(error) if error.is_unknown() => Outcome::Unknown,
                    Err(_) => Outcome::Refused,
                };
                sent.push(group, outcome);
                if outcome == Outcome::Unknown {
                    return;
                }
            }
        }
    }

    fn check(&self, dir: &Path, sent: &Sent, marks: u64, _: Ended) {
        let data = DataDir::at(dir);
        sent.is_held_as(&unsealed(&data), marks);
        // And it goes on.
        let (_lock, mut intake) = intake(dir).expect("vault and log open");
        intake.append(&group(1_000, 2)).expect("it takes more");
    }
}

/// Erases people from a vault in which there are some, one after the other.
struct Erase;

const PEOPLE: usize = 3;

fn person(number: usize) -> Vec<u8> {
    format!("person {number}").into_bytes()
}

impl Scene for Erase {
    /// Who was told that they are erased, with the mark of it.
    type Told = Vec<(usize, u64)>;

    fn name(&self) -> &'static str {
        "erase"
    }

    fn prepare(&self, dir: &Path) {
        let (_lock, mut intake) = intake(dir).expect("nothing fails yet");
        intake.append(&group(0, 12)).expect("nothing fails yet");
    }

    fn act(&self, dir: &Path, disk: &Disk, told: &mut Vec<(usize, u64)>) {
        let Ok(vault) = Vault::open(&DataDir::at(dir).keys_file()) else { return };
        for number in 0..PEOPLE {
            let was_well = disk.is_well();
            let Ok(subject) = vault.subject(Kind::EndUser, &person(number)) else {
                assert!(!was_well, "nothing fails any more");
                continue;
            };
            // One who is erased already is told so.
            let done = vault.erase(subject.as_slice(), NOW);
            assert!(!was_well || done.is_ok(), "nothing fails any more, but: {done:?}");
            match done {
                Ok(_) => {
                    disk.mark();
                    told.push((number, disk.marks()));
                }
                Err(error) if error.is_unknown() => return,
                Err(_) => {}
            }
        }
    }

    fn check(&self, dir: &Path, told: &Vec<(usize, u64)>, marks: u64, _: Ended) {
        let data = DataDir::at(dir);
        let vault = Vault::open(&data.keys_file()).expect("the vault opens");
        let mut reader = LogReader::open(&data).expect("the log opens");
        for number in 0..PEOPLE {
            // Everybody has a delivery of their own number.
            let seq = weir_domain::Seq::new(number as u64 + 1);
            let recorded = reader.get(seq).expect("the log can be read").expect("it is there");
            let opened = vault.open_body(&recorded.delivery.body).expect("the vault can be read");
            let is_told = told.iter().any(|(one, mark)| *one == number && *mark <= marks);
            match opened.withheld.as_slice() {
                [] => assert!(!is_told, "person {number} was erased, and can be read"),
                [one] => assert_eq!((one.kind, one.why), (Kind::EndUser, Absence::Erased)),
                more => panic!("{more:?}"),
            }
        }
        drop(vault);
        let (_lock, mut intake) = intake(dir).expect("vault and log open");
        intake.append(&group(1_000, 2)).expect("it takes more");
    }
}

#[test]
fn a_value_in_the_log_has_its_key_in_the_vault() {
    campaign(&Seal);
}

#[test]
fn who_was_said_to_be_erased_is_erased() {
    campaign(&Erase);
}
