//! What can go wrong, and what to do next.

use std::path::{Path, PathBuf};

use weir_domain::Seq;
use weir_log::{CopyError, Finding, LogError};
use weir_privacy::VaultError;
use weir_projector::ProjectorError;

/// A backup that could not be made, or could not be restored. Nothing that was there is worse than
/// before.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A log cannot be read or written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The deliveries cannot be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// A model cannot be folded.
    #[error(transparent)]
    Projector(#[from] ProjectorError),
    /// The vault cannot be read or written.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file cannot be reached.
    #[error("{path}: {source}; look at the disk that it is on", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A small database cannot be copied.
    #[error("{path} cannot be copied: {source}; look at the disk that it is on", path = path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The folder holds something else.
    #[error(
        "{path} holds `{found}` and no {manifest}, so it is no backup; name an empty folder, or one \
         that `weir backup` made",
        path = path.display(), manifest = crate::MANIFEST_FILE
    )]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// Something in it.
        found: String,
    },
    /// The folder is the data directory, or lies in it.
    #[error(
        "{path} is the data directory or lies in it; a backup belongs somewhere else, best on \
         another disk",
        path = path.display()
    )]
    Itself {
        /// The folder.
        path: PathBuf,
    },
    /// There is no backup.
    #[error("there is no backup in {path}: it has no {manifest}", path = path.display(), manifest = crate::MANIFEST_FILE)]
    NoBackup {
        /// The folder.
        path: PathBuf,
    },
    /// There is no backup in the store.
    #[error("there is no backup in the store: it has no {manifest} there", manifest = crate::MANIFEST_FILE)]
    NoneStored,
    /// The store did not take or give an object.
    #[error("{cause}; what the backup held before, it holds")]
    Refused {
        /// What it said.
        cause: String,
    },
    /// The store does not give what it was given.
    #[error(
        "the object {key} of the store {cause}; what is there is not what was put: make the backup anew \
         at another place, and keep this one"
    )]
    Object {
        /// Its key.
        key: String,
        /// What is wrong with it.
        cause: String,
    },
    /// There is no room to work in.
    #[error(
        "{path} has {free} MiB free, and {wanted} MiB are needed to prove the backup; name a folder with \
         more room by --scratch, or use --quick",
        path = path.display()
    )]
    NoRoom {
        /// Where.
        path: PathBuf,
        /// What there is, in MiB.
        free: u64,
        /// What it takes, in MiB.
        wanted: u64,
    },
    /// The manifest does not read.
    #[error("{path} is damaged: {cause}; the deliveries beside it may be whole, `weir log verify --data-dir` tells", path = path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// A newer Weir made it.
    #[error(
        "the backup was made by Weir {weir} in a form that this version does not know (form {format}); \
         use that version or a later one"
    )]
    Newer {
        /// Its version.
        weir: String,
        /// Its form.
        format: u32,
    },
    /// The backup was never finished.
    #[error(
        "the last `weir backup` into {path} did not come to its end; run it again, or take what it \
         has with --unfinished",
        path = path.display()
    )]
    Unfinished {
        /// The folder.
        path: PathBuf,
    },
    /// The copy's seals do not hold.
    #[error(
        "the copy is not whole: {0}; the disk that it is on changed it, so make it anew on another"
    )]
    Damaged(Finding),
    /// The copy has not what the log had.
    #[error(
        "the copy has deliveries up to {found}, and not the seal that it must have at {wanted}: its \
         end was cut off, or it was changed; take another backup, or make one anew in an empty folder"
    )]
    Head {
        /// Where the copy ends.
        found: Seq,
        /// Where it must end.
        wanted: Seq,
    },
    /// A file of the backup is not what was written.
    #[error("{path} is not the file that was backed up: {cause}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The numbers differ.
    #[error(
        "the copy folded from zero gives other numbers than {than}, though every seal holds: run \
         `weir rebuild`, then try again"
    )]
    Report {
        /// Than what.
        than: &'static str,
    },
    /// The point lies behind the backup.
    #[error(
        "the backup has deliveries up to {head}, so there is no {asked}; ask for {head} at most"
    )]
    Beyond {
        /// What was asked for.
        asked: Seq,
        /// What there is.
        head: Seq,
    },
    /// Something is there already.
    #[error(
        "{path} has a log of its own, with deliveries up to {head}; name an empty folder with \
         --data-dir, or move it aside with --replace",
        path = path.display()
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// Where its log ends.
        head: String,
    },
}

impl BackupError {
    pub(crate) fn io(path: &Path) -> impl Fn(std::io::Error) -> BackupError + '_ {
        move |source| BackupError::Io { path: path.to_owned(), source }
    }
}
