//! What lies in a folder, byte by byte.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The files of a folder that have these bytes, however deep they lie.
#[track_caller]
pub fn files_with(folder: &Path, bytes: impl AsRef<[u8]>) -> Vec<String> {
    let bytes = bytes.as_ref();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
            continue;
        }
        match fs::read(&path) {
            Ok(file) if file.windows(bytes.len()).any(|found| found == bytes) => {
                found.push(path.display().to_string());
            }
            Ok(_) => {}
            // A server may be at work.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
    found
}
