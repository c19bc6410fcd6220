//! What lies in the folder, read again only where a file changed.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use super::{DEFINITION_BYTES_MAX, Listed, Trouble, is_name, name, read as read_definition};

/// A file as it was last read, by the file's name.
#[derive(Debug)]
pub(super) struct Kept {
    stamp: Option<Stamp>,
    pub(super) listed: Arc<Listed>,
}

/// What changes when a file is written: also where it is written in place within one tick of the
/// clock, its length or the time of its last change of any kind does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    file: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            file: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// What changes when a file comes, goes or is renamed, but not when one is written in place; none
/// where the folder cannot be looked at.
pub(super) fn stamp(dir: &Path) -> Option<Stamp> {
    fs::metadata(dir).as_ref().ok().map(Stamp::of)
}

/// Brings what is kept up to what lies in the folder.
///
/// # Errors
/// A sentence, if the folder cannot be read; then what is kept stays as it was.
pub(super) fn read(dir: &Path, kept: &mut BTreeMap<String, Kept>) -> Result<(), String> {
    let cannot = |error: std::io::Error| {
        format!("the folder cannot be read ({error}); its definitions stay as they were known")
    };
    let entries = match fs::read_dir(dir) {
        // Nobody wrote one yet.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            kept.clear();
            return Ok(());
        }
        entries => entries.map_err(cannot)?,
    };
    let mut present = Vec::new();
    for entry in entries {
        let file = entry.map_err(cannot)?.file_name().to_string_lossy().into_owned();
        // What an editor or a copy has not finished begins with a dot.
        if !file.starts_with('.') {
            present.push(file);
        }
    }
    present.sort();
    kept.retain(|file, _| present.binary_search(file).is_ok());
    for file in present {
        look(dir, &file, kept);
    }
    Ok(())
}

/// One file of the folder, read if it changed; none if it is not there.
pub(super) fn look(
    dir: &Path,
    file: &str,
    kept: &mut BTreeMap<String, Kept>,
) -> Option<Arc<Listed>> {
    let path = dir.join(file);
    let metadata = match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            kept.remove(file);
            return None;
        }
        metadata => metadata,
    };
    let stamp = metadata.as_ref().ok().map(Stamp::of);
    if let Some(known) = kept.get(file).filter(|known| stamp.is_some() && known.stamp == stamp) {
        return Some(Arc::clone(&known.listed));
    }
    let listed = match file.strip_suffix(".toml").filter(|name| is_name(name)) {
        None => other(file),
        Some(name) => match metadata.and_then(|metadata| text(&path, &metadata)) {
            Err(error) => {
                let message = format!("the file cannot be read: {error}");
                broken(name, String::new(), message)
            }
            Ok(text) => Listed {
                name: name.to_owned(),
                shipped: false,
                definition: read_definition(&text),
                text,
            },
        },
    };
    let listed = Arc::new(listed);
    kept.insert(file.to_owned(), Kept { stamp, listed: Arc::clone(&listed) });
    Some(listed)
}

/// A file that is no definition.
fn other(file: &str) -> Listed {
    let shown: String = file.chars().take(80).flat_map(char::escape_debug).collect();
    let message = format!(
        "it is left alone: a definition is a file called NAME.toml, NAME being {}; rename it, or \
         move it elsewhere",
        name::WANT
    );
    broken(&shown, String::new(), message)
}

fn broken(name: &str, text: String, message: String) -> Listed {
    let definition = Err(Trouble { line: None, message });
    Listed { name: name.to_owned(), text, shipped: false, definition }
}

/// The file's text. What is no file is not opened: a pipe would never end.
fn text(path: &Path, metadata: &Metadata) -> std::io::Result<String> {
    let refused = |why: String| Err(std::io::Error::other(why));
    if !metadata.is_file() {
        return refused("it is no file; take it out of the folder".to_owned());
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(DEFINITION_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if DEFINITION_BYTES_MAX < bytes.len() as u64 {
        return refused(format!(
            "it is longer than {DEFINITION_BYTES_MAX} bytes; a definition is a few lines"
        ));
    }
    String::from_utf8(bytes)
        .or_else(|_| refused("it is not in UTF-8; write it anew with a text editor".to_owned()))
}
