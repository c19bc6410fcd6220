//! A log that came in plain, sealed afterwards: it is the same log, whatever fails.

use std::path::Path;

use weir_backup::{SealError, seal};
use weir_domain::Delivery;
use weir_faults::{Disk, Ended, Scene, campaign};
use weir_ingest::GroupLog;
use weir_log::DataDir;

use crate::held::opened;
use crate::sealed::{NOW, group, intake, unsealed};

/// Seals a log of which the most came in plain; what fails is tried once more.
struct SealAfterwards;

const PLAIN: usize = 24;
const SEALED: usize = 6;

fn deliveries() -> Vec<Delivery> {
    group(0, PLAIN + SEALED)
}

fn sealed(data: &DataDir) -> Result<(), SealError> {
    let lock = data.lock("test")?;
    seal((data, &lock), &data.keys_file(), None, NOW, 1, &mut |_, _, _| ()).map(drop)
}

/// Whether somebody can be read in a file of the log.
fn is_plain(data: &DataDir) -> bool {
    let bytes = std::fs::read(data.log_file()).expect("the log can be read");
    bytes.windows(7).any(|found| found == b"person ")
}

impl Scene for SealAfterwards {
    /// Whether it was said to be sealed.
    type Told = bool;

    fn name(&self) -> &'static str {
        "seal afterwards"
    }

    fn is_slow(&self) -> bool {
        true
    }

    /// The sealed log gets its name without SQLite.
    fn loses_power(&self) -> bool {
        false
    }

    fn prepare(&self, dir: &Path) {
        let (plain, later) = (group(0, PLAIN), group(PLAIN, SEALED));
        let (.., mut log) = opened(dir).expect("nothing fails yet");
        log.append(&plain).expect("nothing fails yet");
        drop(log);
        let (_lock, mut intake) = intake(dir).expect("nothing fails yet");
        intake.append(&later).expect("nothing fails yet");
    }

    fn act(&self, dir: &Path, disk: &Disk, told: &mut bool) {
        for _ in 0..2 {
            let was_well = disk.is_well();
            match sealed(&DataDir::at(dir)) {
                Ok(()) => *told = true,
                Err(error) => {
                    assert!(!was_well, "nothing fails any more, but: {error}");
                    // The process must stop.
                    if error.is_unknown() {
                        return;
                    }
                }
            }
        }
    }

    fn check(&self, dir: &Path, told: &bool, _: u64, _: Ended) {
        let data = DataDir::at(dir);
        assert_eq!(
            unsealed(&data),
            deliveries(),
            "it is the same log, and every value has its key"
        );
        let is_sealed = !is_plain(&data);
        assert!(is_sealed || !told, "it was said to be sealed");
        sealed(&data).expect("it is sealed the next time");
        assert!(!is_plain(&data) && !data.sealing_dir().exists());
        assert_eq!(unsealed(&data), deliveries());
        let (_lock, mut intake) = intake(dir).expect("vault and log open");
        intake.append(&group(1_000, 2)).expect("it takes more");
    }
}

#[test]
fn a_log_that_is_sealed_afterwards_is_the_same_log() {
    campaign(&SealAfterwards);
}
