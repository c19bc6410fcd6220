//! What a backup says of itself: `backup.json`.

use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use weir_domain::{Seq, Timestamp};
use weir_log::Seal;

use crate::{BackupError, Segment, files};

/// The file's name.
pub const MANIFEST_FILE: &str = "backup.json";

/// The form of a backup. It goes up when an older Weir could not read the newer form.
const FORMAT: u32 = 1;

/// What a backup holds, and what it was proved by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the backup.
    pub format: u32,
    /// The version of Weir that made it.
    pub weir: String,
    /// When it was last begun.
    pub taken_at: Timestamp,
    /// Whether it was brought to its end and proved. Where it was not, the deliveries that are there
    /// are whole all the same.
    pub is_finished: bool,
    /// How many deliveries there are: the last one's place.
    pub deliveries: u64,
    /// The log's seal at the last of them, in hexadecimal.
    pub seal: String,
    /// The other files.
    pub files: Vec<FilePart>,
    /// The log's parts, in order, where the backup lies in an object store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
    /// SHA-256 of the report over everything, as JSON, that the copy gave when it was folded from
    /// zero, in hexadecimal; none where that was left out.
    pub report_sha256: Option<String>,
}

/// One of the other files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePart {
    /// Its path below the folder.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
}

impl FilePart {
    /// Whether its path stays below the folder: what names it may have been changed by others.
    fn stays_below(&self) -> bool {
        let path = Path::new(&self.name);
        let mut parts = path.components();
        !self.name.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
    }
}

impl Manifest {
    /// The manifest of the backup in `folder`; none if it has none.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or a newer Weir wrote it.
    pub fn read(folder: &Path) -> Result<Option<Manifest>, BackupError> {
        let path = folder.join(MANIFEST_FILE);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(BackupError::io(&path))?,
        };
        let damaged = |error: serde_json::Error| BackupError::Manifest {
            path: path.clone(),
            cause: error.to_string(),
        };
        let form: Form = serde_json::from_str(&text).map_err(damaged)?;
        if FORMAT < form.format {
            return Err(BackupError::Newer { weir: form.weir, format: form.format });
        }
        let manifest: Manifest = serde_json::from_str(&text).map_err(damaged)?;
        if let Some(part) = manifest.files.iter().find(|part| !part.stays_below()) {
            let cause = format!("it names the file `{}`, which would lie elsewhere", part.name);
            return Err(BackupError::Manifest { path, cause });
        }
        Ok(Some(manifest))
    }

    /// The seal of the last delivery that it speaks of; none where what it says is no seal.
    pub(crate) fn head(&self) -> Option<Seal> {
        let mut hash = [0; 32];
        hex::decode_to_slice(&self.seal, &mut hash).ok()?;
        Some(Seal { last: Seq::new(self.deliveries), hash })
    }

    pub(crate) fn begun(weir: &str, taken_at: Timestamp, head: Seal) -> Manifest {
        Manifest {
            format: FORMAT,
            weir: weir.to_owned(),
            taken_at,
            is_finished: false,
            deliveries: head.last.get(),
            seal: hex::encode(head.hash),
            files: Vec::new(),
            segments: Vec::new(),
            report_sha256: None,
        }
    }

    /// Whether it speaks of a log that ends with this seal.
    pub(crate) fn ends_with(&self, seal: &Seal) -> bool {
        Seq::new(self.deliveries) == seal.last && self.seal == hex::encode(seal.hash)
    }

    /// Writes it: the old one or the new one is there, whenever the power goes.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(MANIFEST_FILE);
        let mut text = serde_json::to_string_pretty(self).map_err(|error| {
            BackupError::Manifest { path: path.clone(), cause: error.to_string() }
        })?;
        text.push('\n');
        files::write(&path, text.as_bytes())
    }
}

/// What every form has.
#[derive(Deserialize)]
struct Form {
    format: u32,
    weir: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_backup_lies_below_its_folder() {
        let is_below = |name: &str| {
            FilePart { name: name.to_owned(), bytes: 0, sha256: String::new() }.stays_below()
        };
        for name in ["access.db", "reports/monday.toml"] {
            assert!(is_below(name), "{name}");
        }
        for name in ["", "..", "../access.db", "/etc/passwd", "reports/../../x", "./x"] {
            assert!(!is_below(name), "{name}");
        }
    }
}
