//! A folder that nothing leads out of: every step below it is opened by itself, and none through a
//! link.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, openat, renameat, unlinkat};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

/// Reports are for others to read: the group may, everyone may not.
const FILE_MODE: u32 = 0o640;
const FOLDER_MODE: u32 = 0o750;

/// What is still being written begins so, and no template can name it.
const UNFINISHED: &str = ".weir-unfinished-";

/// The folder, opened.
#[derive(Debug)]
pub(super) struct Root {
    folder: OwnedFd,
}

impl Root {
    /// Opens the folder, and makes it where it is not there.
    pub(super) fn open(path: &Path) -> io::Result<Root> {
        weir_durable::create_folder(path, FOLDER_MODE)?;
        Ok(Root { folder: File::open(path)?.into() })
    }

    /// Puts what is read at a path below: whole, or not at all.
    pub(super) fn put(&self, path: &str, content: &mut dyn Read) -> io::Result<()> {
        let (folder, name) = self.parent(path, true)?;
        // As short for a name of any length, and the same when it is tried again.
        let unfinished = format!("{UNFINISHED}{}", &hex::encode(Sha256::digest(name))[..16]);
        let written = write_to(&folder, &unfinished, content);
        let moved = written.and_then(|()| Ok(renameat(&folder, &*unfinished, &folder, name)?));
        if let Err(error) = moved {
            // A full disk keeps nothing of what did not fit.
            let _ = unlinkat(&folder, &*unfinished, AtFlags::empty());
            return Err(error);
        }
        Ok(rustix::fs::fsync(&folder)?)
    }

    /// Removes a file below, and the folders that are empty without it; one that is gone is no error.
    pub(super) fn remove(&self, path: &str) -> io::Result<()> {
        let removed = self
            .parent(path, false)
            .and_then(|(folder, name)| Ok(unlinkat(folder, name, AtFlags::empty())?));
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut path = path;
        while let Some((above, _)) = path.rsplit_once('/') {
            let emptied = self
                .parent(above, false)
                .and_then(|(folder, name)| Ok(unlinkat(folder, name, AtFlags::REMOVEDIR)?));
            // One with something in it stays, and so do those that it is in.
            if emptied.is_err() {
                break;
            }
            path = above;
        }
        Ok(())
    }

    /// The content of a file below; none, if there is none.
    pub(super) fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        // A pipe that nobody writes into would hold up whoever opens it.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        match openat(&self.folder, path, flags, Mode::empty()) {
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
            Ok(file) => {
                let mut bytes = Vec::new();
                File::from(file).read_to_end(&mut bytes)?;
                Ok(Some(bytes))
            }
        }
    }

    /// The folder that a path's last name is in. A path that is not made of names alone leads
    /// nowhere: not everything that is asked for here has been a template.
    fn parent<'a>(&self, path: &'a str, make: bool) -> io::Result<(OwnedFd, &'a str)> {
        if path.split('/').any(|name| matches!(name, "" | "." | "..")) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut folder = self.folder.try_clone()?;
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                return Ok((folder, name));
            }
            if make {
                match mkdirat(&folder, name, Mode::from_raw_mode(FOLDER_MODE)) {
                    Ok(()) => rustix::fs::fsync(&folder)?,
                    Err(Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            folder = openat(&folder, name, flags, Mode::empty())?;
        }
        Err(io::ErrorKind::InvalidInput.into())
    }
}

fn write_to(folder: impl AsFd, name: &str, content: &mut dyn Read) -> io::Result<()> {
    // What a stopped process left behind is in nobody's way.
    let _ = unlinkat(&folder, name, AtFlags::empty());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(openat(&folder, name, flags, Mode::from_raw_mode(FILE_MODE))?);
    io::copy(content, &mut file)?;
    file.flush()?;
    file.sync_all()
}
