//! Folders that are made, and the names in them.

use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Makes the folder at `path` and those that it is in where they are missing, each with its name on the
/// disk before anything is put into it.
///
/// # Errors
/// If one of them cannot be made or synced, or is a file.
pub fn create_folder(path: &Path, mode: u32) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    create_folder(folder_of(path), mode)?;
    match DirBuilder::new().mode(mode).create(path) {
        // Somebody else was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made.and_then(|()| sync_name(path)),
    }
}

/// Makes durable what was written to the new file at `path`, with its name. A pipe or a terminal has
/// nothing to make durable.
///
/// # Errors
/// If it cannot be synced.
pub fn sync_new(file: &File, path: &Path) -> io::Result<()> {
    if !file.metadata()?.is_file() {
        return Ok(());
    }
    file.sync_all()?;
    sync_name(path)
}

/// Whoever may make something in a folder may yet not be allowed to open that, and so to sync it; and
/// not every folder is one of a file system that knows how to.
fn sync_name(path: &Path) -> io::Result<()> {
    use ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    match sync_folder_of(path) {
        Err(error) if matches!(error.kind(), PermissionDenied | InvalidInput | Unsupported) => {
            Ok(())
        }
        synced => synced,
    }
}

/// Makes the names in the folder at `path` durable: those that were given, and that others are gone.
///
/// # Errors
/// If it cannot be opened or synced.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The same for the folder that `path` is in.
///
/// # Errors
/// As [`sync_folder`].
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    match folder_of(path) {
        // A name alone is in the folder that the process works in.
        folder if folder.as_os_str().is_empty() => sync_folder(Path::new(".")),
        folder => sync_folder(folder),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::{create_folder, sync_new};

    #[test]
    fn a_file_that_is_open_already_can_be_named_by_its_number() {
        let file = tempfile::tempfile().unwrap();
        let path = PathBuf::from(format!("/dev/fd/{}", file.as_raw_fd()));
        // That folder is not on any disk.
        assert!(File::open("/dev/fd").unwrap().sync_all().is_err());
        sync_new(&file, &path).unwrap();
    }

    #[test]
    fn every_missing_folder_is_made_with_its_mode_and_what_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c");
        create_folder(&path, 0o700).unwrap();
        for made in [folder.path().join("a"), path.clone()] {
            assert_eq!(fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700);
        }
        fs::write(path.join("file"), "x").unwrap();
        create_folder(&path, 0o750).unwrap();
        assert_eq!(fs::read(path.join("file")).unwrap(), b"x");
        assert!(create_folder(&path.join("file"), 0o700).is_err(), "a file is no folder");
    }
}
