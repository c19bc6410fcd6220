//! The small files: what operators wrote.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use sha2::{Digest, Sha256};
use weir_log::DataDir;

use crate::{BackupError, FilePart};

/// Copies the catalogue's changes and the definitions of `from` to `to`, removes those from `to`
/// that are gone, and says what there is.
pub(crate) fn copy(from: &DataDir, to: &DataDir) -> Result<Vec<FilePart>, BackupError> {
    let mut parts = Vec::new();
    let wanted = small_files(from)?;
    for name in small_files(to)?.iter().filter(|name| !wanted.contains(name)) {
        let path = to.path().join(name);
        fs::remove_file(&path).map_err(BackupError::io(&path))?;
    }
    for name in wanted {
        let (from, to) = (from.path().join(&name), to.path().join(&name));
        let bytes = match fs::read(&from) {
            // It was taken away since: so it is not in the backup.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            bytes => bytes.map_err(BackupError::io(&from))?,
        };
        make_folder_of(&to)?;
        write(&to, &bytes)?;
        parts.push(part(&to, name)?);
    }
    Ok(parts)
}

/// The catalogue's changes and the definitions, as paths below the folder.
fn small_files(dir: &DataDir) -> Result<Vec<String>, BackupError> {
    let mut names = Vec::new();
    if dir.catalogue_file().is_file() {
        names.extend(below(dir.path(), &dir.catalogue_file()));
    }
    let reports = dir.reports_dir();
    let entries = match fs::read_dir(&reports) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(names),
        entries => entries.map_err(BackupError::io(&reports))?,
    };
    for entry in entries {
        let path = entry.map_err(BackupError::io(&reports))?.path();
        if path.is_file() && path.extension() == Some(OsStr::new("toml")) {
            names.extend(below(dir.path(), &path));
        }
    }
    names.sort();
    Ok(names)
}

/// The path below the folder; none where it cannot be written as text, as no name of ours is.
fn below(folder: &Path, path: &Path) -> Option<String> {
    path.strip_prefix(folder).ok()?.to_str().map(str::to_owned)
}

/// Puts `bytes` in the place of the file at `path`, readable for its owner only.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    weir_durable::replace(path, bytes).map_err(BackupError::io(path))
}

/// An empty file at `path`, readable for its owner only.
pub(crate) fn create(path: &Path) -> Result<File, BackupError> {
    OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(BackupError::io(path))
}

/// Makes a file that others have written its owner's only.
pub(crate) fn keep_private(path: &Path) -> Result<(), BackupError> {
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(BackupError::io(path))
}

/// Moves what was written beside into its place.
pub(crate) fn put(beside: &Path, path: &Path) -> Result<(), BackupError> {
    weir_durable::put(beside, path).map_err(BackupError::io(path))
}

/// Makes renames in `folder` durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    weir_durable::sync_folder(folder).map_err(BackupError::io(folder))
}

/// Makes a folder for its owner only, where it is missing.
pub(crate) fn make_folder(folder: &Path) -> Result<(), BackupError> {
    weir_durable::create_folder(folder, 0o700).map_err(BackupError::io(folder))
}

/// Makes the folder that `path` is to lie in.
pub(crate) fn make_folder_of(path: &Path) -> Result<(), BackupError> {
    make_folder(path.parent().unwrap_or(Path::new(".")))
}

/// The names in a folder.
pub(crate) fn entries(folder: &Path) -> Result<Vec<String>, BackupError> {
    let read = fs::read_dir(folder).map_err(BackupError::io(folder))?;
    read.map(|entry| {
        let entry = entry.map_err(BackupError::io(folder))?;
        Ok(entry.file_name().to_string_lossy().into_owned())
    })
    .collect()
}

/// What the manifest says of the file at `path`.
pub(crate) fn part(path: &Path, name: String) -> Result<FilePart, BackupError> {
    let mut file = File::open(path).map_err(BackupError::io(path))?;
    let (mut sha, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = file.read(&mut buffer).map_err(BackupError::io(path))?;
        if read == 0 {
            return Ok(FilePart { name, bytes, sha256: hex::encode(sha.finalize()) });
        }
        bytes += read as u64;
        sha.update(&buffer[..read]);
    }
}

/// Fails if the file at `path` is not the one that `want` speaks of.
pub(crate) fn prove(path: &Path, want: &FilePart) -> Result<(), BackupError> {
    let wrong = |cause: String| Err(BackupError::File { path: path.to_owned(), cause });
    if !path.is_file() {
        return wrong("it is not there".to_owned());
    }
    let found = part(path, want.name.clone())?;
    if found == *want {
        return Ok(());
    }
    wrong(format!(
        "it has {} bytes and SHA-256 {}, and had {} bytes and {}",
        found.bytes, found.sha256, want.bytes, want.sha256
    ))
}
