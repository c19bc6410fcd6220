//! The sealed log, made within the data directory.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use weir_domain::{Delivery, Seq, Timestamp};
use weir_log::{DataDir, Lock, Log, LogReader};
use weir_privacy::{Keyring, Stored};

use super::SealError;
use super::group::group;
use crate::Stage;
use crate::stage::Progress;

/// The folder that it is made in.
pub(super) struct Making {
    pub(super) dir: DataDir,
    pub(super) lock: Lock,
}

impl Making {
    /// An empty folder: what one that was cut off has left is removed.
    pub(super) fn begin(of: &DataDir) -> Result<Making, SealError> {
        let dir = DataDir::at(&of.sealing_dir());
        remove_folder(dir.path())?;
        Ok(Making { lock: dir.lock("weir seal")?, dir })
    }

    /// Copies the log of `from`, each plain body sealed; what is sealed already stays as it is. Gives
    /// back how many were sealed.
    pub(super) fn fill(
        &self,
        from: &DataDir,
        ring: &mut Keyring,
        now: Timestamp,
        progress: Progress<'_>,
    ) -> Result<u64, SealError> {
        let mut reader = LogReader::open(from)?;
        let head = reader.head()?;
        let mut log = Log::open(&self.dir, &self.lock)?;
        let (mut at, mut count) = (Seq::START, 0);
        loop {
            let group = group(&mut reader, at)?;
            let Some(last) = group.last() else { return Ok(count) };
            at = last.seq;
            let (sealed, sealed_now) =
                sealed(ring, group.into_iter().map(|one| one.delivery).collect(), now)?;
            count += sealed_now;
            log.append(&sealed)?;
            progress(Stage::Sealing, at.get(), head.get());
        }
    }

    /// Removes the folder.
    pub(super) fn remove(self) -> Result<(), SealError> {
        remove_folder(self.dir.path())
    }
}

/// The group with its plain bodies sealed, and how many these were.
fn sealed(
    ring: &mut Keyring,
    mut group: Vec<Delivery>,
    now: Timestamp,
) -> Result<(Vec<Delivery>, u64), SealError> {
    let (mut places, mut plain) = (Vec::new(), Vec::new());
    for (place, delivery) in group.iter().enumerate() {
        if let Stored::Plain(body) = Stored::read(&delivery.body) {
            places.push(place);
            plain.push(Delivery { body: body.to_vec(), ..delivery.clone() });
        }
    }
    let mut count = 0;
    for (place, sealed) in places.into_iter().zip(ring.seal(&plain, now)?) {
        count += u64::from(!matches!(Stored::read(&sealed.body), Stored::Plain(_)));
        group[place] = sealed;
    }
    Ok((group, count))
}

fn remove_folder(path: &Path) -> Result<(), SealError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(SealError::io(path)(error)),
        _ => Ok(()),
    }
}
