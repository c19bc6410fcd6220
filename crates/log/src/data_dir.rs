//! The folder that one process at a time may write.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::LogError;

const LOCK_FILE: &str = "lock";
const LOG_FILE: &str = "log.db";
/// What SQLite keeps beside the log while it makes it: after a power cut it may be all that is left.
const LOG_JOURNAL_FILE: &str = "log.db-journal";
const READ_FILE: &str = "read.db";
const CATALOGUE_FILE: &str = "catalogue.toml";
const ACCESS_FILE: &str = "access.db";
const AUDIT_FILE: &str = "audit.db";
const SCHEDULE_FILE: &str = "schedule.db";
const KEYS_FILE: &str = "keys.db";
const REPORTS_DIR: &str = "reports";
const SCRUB_FILE: &str = "scrub.json";
const HEAD_KEY_FILE: &str = "head.key";
const PSEUDONYM_KEY_FILE: &str = "pseudonym.key";
const RESTORING_DIR: &str = ".restoring";
const SEALING_DIR: &str = ".sealing";
const OUTPUTS_DIR: &str = "outputs";

/// With less room than this, somebody should make some. A day of a busy integration takes less;
/// an operator should hear of it before the disk is full.
pub const FREE_BYTES_MIN: u64 = 1 << 30;

/// The folder in which the log, and all that is folded from it, lives.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
}

/// The right to write in a data directory. It ends with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl DataDir {
    /// The folder at `path`, which need not exist yet.
    #[must_use]
    pub fn at(path: &Path) -> DataDir {
        DataDir { path: path.to_owned() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether `path` is the folder or lies in it, whatever links and dots are on the way. Neither
    /// need exist yet.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn holds(&self, path: &Path) -> std::io::Result<bool> {
        Ok(real(path)?.starts_with(real(&self.path)?))
    }

    /// The log's file.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.path.join(LOG_FILE)
    }

    /// The read model's file.
    #[must_use]
    pub fn read_file(&self) -> PathBuf {
        self.path.join(READ_FILE)
    }

    /// What operators changed of the catalogue.
    #[must_use]
    pub fn catalogue_file(&self) -> PathBuf {
        self.path.join(CATALOGUE_FILE)
    }

    /// Puts `text` in the place of what operators changed of the catalogue before: durable when it
    /// returns, and at no instant half a file.
    ///
    /// # Errors
    /// If it cannot be written; the old file stays then.
    pub fn replace_catalogue(&self, text: &str) -> Result<(), LogError> {
        let path = self.catalogue_file();
        weir_durable::replace(&path, text.as_bytes()).map_err(LogError::io(&path))
    }

    /// The file of who may see what. It may be there before the log is: people can be made first.
    #[must_use]
    pub fn access_file(&self) -> PathBuf {
        self.path.join(ACCESS_FILE)
    }

    /// The record of who saw, took along, changed and erased what. It may be there before the log is.
    #[must_use]
    pub fn audit_file(&self) -> PathBuf {
        self.path.join(AUDIT_FILE)
    }

    /// The ledger of what is sent, when, and to whom.
    #[must_use]
    pub fn schedule_file(&self) -> PathBuf {
        self.path.join(SCHEDULE_FILE)
    }

    /// How far the scrub is, and what it found. It may be deleted.
    #[must_use]
    pub fn scrub_file(&self) -> PathBuf {
        self.path.join(SCRUB_FILE)
    }

    /// The vault with the keys of sealed personal values, where no other place is named for it.
    #[must_use]
    pub fn keys_file(&self) -> PathBuf {
        self.path.join(KEYS_FILE)
    }

    /// The key that heads of the log are signed with.
    #[must_use]
    pub fn head_key_file(&self) -> PathBuf {
        self.path.join(HEAD_KEY_FILE)
    }

    /// The key that heads of the log are signed with, made by `make` where there is none: 32 bytes
    /// that only the owner may read.
    ///
    /// # Errors
    /// If it cannot be read or written, or everybody may read it.
    pub fn head_key(&self, make: impl FnOnce() -> [u8; 32]) -> Result<Vec<u8>, LogError> {
        key(&self.head_key_file(), make)
    }

    /// Where the key of pseudonyms is.
    #[must_use]
    pub fn pseudonym_key_file(&self) -> PathBuf {
        self.path.join(PSEUDONYM_KEY_FILE)
    }

    /// The key that pseudonyms are made with which viewers see, made by `make` where there is none.
    ///
    /// # Errors
    /// As [`DataDir::head_key`].
    pub fn pseudonym_key(&self, make: impl FnOnce() -> [u8; 32]) -> Result<Vec<u8>, LogError> {
        key(&self.pseudonym_key_file(), make)
    }

    /// The folder of the operators' own report definitions.
    #[must_use]
    pub fn reports_dir(&self) -> PathBuf {
        self.path.join(REPORTS_DIR)
    }

    /// The folder of what was rendered, a folder a run.
    #[must_use]
    pub fn outputs_dir(&self) -> PathBuf {
        self.path.join(OUTPUTS_DIR)
    }

    /// Creates the folders of definitions and outputs where they are missing, for their owner only.
    ///
    /// # Errors
    /// If one of them cannot be made.
    pub fn create_folders(&self) -> Result<(), LogError> {
        for folder in [self.reports_dir(), self.outputs_dir()] {
            weir_durable::create_folder(&folder, 0o700).map_err(LogError::io(&folder))?;
        }
        Ok(())
    }

    /// How much room is left on the disk for this user, where the system tells.
    #[must_use]
    pub fn free_bytes(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.path).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Where a backup is restored and proved before it replaces anything: within the folder, as one
    /// that is mounted cannot be renamed. Where it is left over and there is no log, a restore did
    /// not come to its end.
    #[must_use]
    pub fn restoring_dir(&self) -> PathBuf {
        self.path.join(RESTORING_DIR)
    }

    /// Where a sealed log is made and proved before it replaces the one that is there.
    #[must_use]
    pub fn sealing_dir(&self) -> PathBuf {
        self.path.join(SEALING_DIR)
    }

    /// Creates the folder where it is missing, and takes the right to write in it.
    ///
    /// `holder` is what another process is told that finds it locked.
    ///
    /// # Errors
    /// If it is locked, holds another program's files, is left from a restore, or cannot be written.
    pub fn lock(&self, holder: &str) -> Result<Lock, LogError> {
        self.create()?;
        self.refuse_foreign()?;
        self.take(holder)
    }

    /// The same for a restore, which goes on where one did not come to its end.
    ///
    /// # Errors
    /// If it is locked, holds another program's files, or cannot be written.
    pub fn lock_to_restore(&self, holder: &str) -> Result<Lock, LogError> {
        self.create()?;
        if !self.restoring_dir().exists() {
            self.refuse_foreign()?;
        }
        self.take(holder)
    }

    /// The same for a backup, whose folder the caller has looked at: one that was cut off in its
    /// beginning has files and no log.
    ///
    /// # Errors
    /// If it is locked, or cannot be written.
    pub fn lock_to_back_up(&self, holder: &str) -> Result<Lock, LogError> {
        self.create()?;
        self.take(holder)
    }

    fn take(&self, holder: &str) -> Result<Lock, LogError> {
        let path = self.path.join(LOCK_FILE);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(LogError::io(&path))?;
        if file.try_lock().is_err() {
            let mut holder = String::new();
            // Who holds it is a courtesy; that it is held is the news.
            let _ = file.read_to_string(&mut holder);
            let holder = if holder.is_empty() { "another process" } else { holder.trim() };
            return Err(LogError::Locked { path: self.path.clone(), holder: holder.to_owned() });
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "`{holder}` (process {})", std::process::id()))
            .map_err(LogError::io(&path))?;
        Ok(Lock { _file: file })
    }

    /// Creates the folder where it is missing, for its owner only.
    ///
    /// # Errors
    /// If it is a file, or cannot be made.
    pub fn create(&self) -> Result<(), LogError> {
        if self.path.is_file() {
            return Err(LogError::NotAFolder { path: self.path.clone() });
        }
        weir_durable::create_folder(&self.path, 0o700).map_err(LogError::io(&self.path))
    }

    /// Fails if the folder is not ours to write in: it has files but no log.
    ///
    /// # Errors
    /// If it holds another program's files, is left from a restore, or cannot be read.
    pub fn refuse_foreign(&self) -> Result<(), LogError> {
        if self.log_file().exists() || !self.path.exists() {
            return Ok(());
        }
        if self.restoring_dir().exists() {
            return Err(LogError::Unrestored { path: self.path.clone() });
        }
        for entry in fs::read_dir(&self.path).map_err(LogError::io(&self.path))? {
            let entry = entry.map_err(LogError::io(&self.path))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours = [LOCK_FILE, LOG_JOURNAL_FILE, HEAD_KEY_FILE, REPORTS_DIR, OUTPUTS_DIR]
                .contains(&name.as_str())
                || name.starts_with(ACCESS_FILE)
                || name.starts_with(AUDIT_FILE)
                || name.starts_with(SCHEDULE_FILE)
                || name.starts_with(KEYS_FILE);
            if !ours && name != "lost+found" && !name.starts_with('.') {
                return Err(LogError::ForeignDir { path: self.path.clone(), found: name });
            }
        }
        Ok(())
    }
}

/// A key of 32 bytes in a file that only its owner may read, made by `make` where there is none.
fn key(path: &Path, make: impl FnOnce() -> [u8; 32]) -> Result<Vec<u8>, LogError> {
    match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = make();
            weir_durable::replace(path, &key).map_err(LogError::io(path))?;
            Ok(key.to_vec())
        }
        key => key.map_err(LogError::io(path)),
    }
}

/// Where `path` is, or will be, without links and dots.
fn real(path: &Path) -> std::io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let present = path.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(&path);
    let rest = path.strip_prefix(present).unwrap_or(Path::new(""));
    Ok(fs::canonicalize(present)?.join(rest))
}
