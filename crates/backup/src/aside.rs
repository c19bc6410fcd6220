//! What was there before a restore, in a folder of its own.
//!
//! What belongs there is written down before anything is moved. So a restore that goes on where one was
//! cut off tells what was there before from what that one had put in its place since.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use weir_domain::Timestamp;
use weir_log::DataDir;

use crate::{BackupError, files};

/// The name of such a folder begins so.
pub(crate) const ASIDE: &str = "before-restore-";

/// Where it is written down, in the folder that a restore makes everything in.
pub(crate) const ASIDE_FILE: &str = ".aside.json";

/// What is kept of the folder beside what a restore puts there.
pub(crate) const LOCK_FILE: &str = "lock";

/// The folder, and the names of what was there before.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Aside {
    folder: String,
    names: Vec<String>,
}

impl Aside {
    /// That of a restore that was cut off, if it had come so far.
    pub(crate) fn begun(target: &DataDir) -> Result<Option<Aside>, BackupError> {
        let path = target.restoring_dir().join(ASIDE_FILE);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(BackupError::io(&path))?,
        };
        let aside: Aside =
            serde_json::from_slice(&text).map_err(|error| BackupError::io(&path)(error.into()))?;
        // Where the folder is not there, nothing was moved yet, and what is here may have changed since.
        let is_moving = aside.names.is_empty() || aside.dir(target).path().exists();
        // Where a log is here that is not the old one, that restore came to its end.
        let is_over = target.log_file().exists() && !aside.lacks(target, &target.log_file());
        Ok((is_moving && !is_over).then_some(aside))
    }

    /// A new one, for all that is there now.
    pub(crate) fn begin(target: &DataDir, now: Timestamp) -> Result<Aside, BackupError> {
        let aside = Aside { folder: name(now), names: there(target)? };
        let path = target.restoring_dir().join(ASIDE_FILE);
        let text =
            serde_json::to_vec(&aside).map_err(|error| BackupError::io(&path)(error.into()))?;
        files::write(&path, &text)?;
        Ok(aside)
    }

    /// Moves what was there before into its folder, and what a restore has put in its place since into
    /// another, so that nothing of either is lost. Gives back the former, if anything is in it.
    pub(crate) fn fill(
        &self,
        target: &DataDir,
        now: Timestamp,
    ) -> Result<Option<PathBuf>, BackupError> {
        let folder = target.path();
        let (before, since) = (self.dir(target), DataDir::at(&folder.join(name(now))));
        for name in there(target)? {
            let from = folder.join(&name);
            let aside = if self.lacks(target, &from) { &before } else { &since };
            files::make_folder(aside.path())?;
            let to = aside.path().join(&name);
            fs::rename(&from, &to).map_err(BackupError::io(&from))?;
            // While the log is here for anybody, its journal is.
            if from == target.log_file() {
                sync(&[aside.path(), folder])?;
            }
        }
        let filled = [&before, &since].map(DataDir::path).into_iter().filter(|path| path.exists());
        sync(&filled.chain([folder]).collect::<Vec<_>>())?;
        Ok(before.path().exists().then(|| before.path().to_owned()))
    }

    /// The folder.
    pub(crate) fn dir(&self, target: &DataDir) -> DataDir {
        DataDir::at(&target.path().join(&self.folder))
    }

    /// Whether what is at `path` was there before, and is not in the folder yet.
    fn lacks(&self, target: &DataDir, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.names.contains(&name.as_ref().to_owned())
            && !self.dir(target).path().join(&*name).exists()
    }
}

fn sync(folders: &[&Path]) -> Result<(), BackupError> {
    folders.iter().try_for_each(|folder| files::sync_folder(folder))
}

fn name(now: Timestamp) -> String {
    let stamp: String = now.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{ASIDE}{stamp}")
}

/// What gives way to what is restored, the log first. What was done here stays written down.
fn there(target: &DataDir) -> Result<Vec<String>, BackupError> {
    let folder = target.path();
    let audit = target.audit_file().file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut names = files::entries(folder)?;
    names.retain(|name| {
        let is_record = name.starts_with(&audit) && target.audit_file().exists();
        let stays = [LOCK_FILE, "lost+found"].contains(&name.as_str()) || name.starts_with(ASIDE);
        !stays && !is_record && folder.join(name) != target.restoring_dir()
    });
    names.sort_by_key(|name| folder.join(name) != target.log_file());
    Ok(names)
}
