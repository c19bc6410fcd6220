//! A definition put into the folder: as a whole, or not at all.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::{DEFINITION_BYTES_MAX, Trouble, is_name, name, read};

/// Why a definition was not changed. Nothing of it is.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The name is none.
    #[error("`{0}` cannot be a definition's name: write {want}", want = name::WANT)]
    Name(String),
    /// The text is no definition.
    #[error("{0}")]
    Text(Trouble),
    /// The disk said no.
    #[error("the definition could not be written to {place}: {cause}; nothing was changed")]
    Disk {
        /// Where.
        place: String,
        /// What was said.
        cause: io::Error,
    },
}

pub(super) fn save(dir: &Path, name: &str, text: &str) -> Result<(), SaveError> {
    check_name(name)?;
    if DEFINITION_BYTES_MAX < text.len() as u64 {
        let message =
            format!("it is longer than {DEFINITION_BYTES_MAX} bytes; name fewer recipients");
        return Err(SaveError::Text(Trouble { line: None, message }));
    }
    read(text).map_err(SaveError::Text)?;
    let path = dir.join(format!("{name}.toml"));
    replace(dir, &path, text).map_err(|cause| at(&path, cause))
}

pub(super) fn remove(dir: &Path, name: &str) -> Result<bool, SaveError> {
    check_name(name)?;
    let path = dir.join(format!("{name}.toml"));
    match fs::remove_file(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        removed => {
            let synced = removed.and_then(|()| weir_durable::sync_folder(dir));
            synced.map(|()| true).map_err(|cause| at(&path, cause))
        }
    }
}

fn check_name(name: &str) -> Result<(), SaveError> {
    let shown = || name.chars().take(80).flat_map(char::escape_debug).collect();
    if is_name(name) { Ok(()) } else { Err(SaveError::Name(shown())) }
}

fn at(path: &Path, cause: io::Error) -> SaveError {
    SaveError::Disk { place: path.display().to_string(), cause }
}

/// Written beside, synced, renamed: a reader finds the old one or the new one, whenever the power
/// goes. The name beside begins with a dot, which no definition's does.
fn replace(dir: &Path, path: &Path, text: &str) -> io::Result<()> {
    weir_durable::create_folder(dir, 0o700)?;
    // It is for its owner only from the beginning.
    let mut beside = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().sync_all()?;
    beside.persist(path)?;
    weir_durable::sync_folder(dir)
}
