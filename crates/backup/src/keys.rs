//! What was erased stays so, whatever is restored.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use weir_log::DataDir;
use weir_privacy::Vault;

use crate::aside::{ASIDE, Aside};
use crate::{BackupError, files, stores};

/// Takes over into what is restored what the vaults of the folder know to be erased or not retained:
/// the one that is there, and those that earlier restores moved aside. A backup without keys takes
/// over the vault itself. One that is kept elsewhere stays as it is: it knows at least as much.
pub(crate) fn take_over(
    target: &DataDir,
    keys: &Path,
    making: &DataDir,
) -> Result<(), BackupError> {
    let present = target.keys_file();
    if keys != present && keys.exists() {
        let unwanted = making.keys_file();
        return match fs::remove_file(&unwanted) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(BackupError::io(&unwanted)(error))
            }
            _ => Ok(()),
        };
    }
    if !making.keys_file().exists() {
        // A restore that was cut off has moved it aside.
        let aside = Aside::begun(target)?.map(|aside| aside.dir(target).keys_file());
        if let Some(vault) = [present].into_iter().chain(aside).find(|vault| vault.exists()) {
            stores::copy_one(&vault, &making.keys_file())?;
        }
        return Ok(());
    }
    let restored = Vault::open(&making.keys_file())?;
    for path in earlier(target)? {
        if let Some(vault) = Vault::open_existing(&path)? {
            restored.forget_what_is_erased_in(&vault)?;
        }
    }
    restored.close()?;
    Ok(())
}

/// Where vaults of the folder are, or were moved.
fn earlier(target: &DataDir) -> Result<Vec<PathBuf>, BackupError> {
    let mut paths = vec![target.keys_file()];
    for name in files::entries(target.path())? {
        if name.starts_with(ASIDE) {
            paths.push(DataDir::at(&target.path().join(name)).keys_file());
        }
    }
    Ok(paths)
}
