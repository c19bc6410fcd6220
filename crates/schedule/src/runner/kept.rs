//! What was rendered, in `outputs/RUN/`: written before the ledger names it, the same bytes for
//! each try, and proved by its SHA-256 before it is sent.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use weir_channel::{Attachment, Parcel};
use weir_domain::Timestamp;
use weir_report::render::{Document, Mail, MailImage};
use weir_report::{Definition, Output, Zone};

use super::paint::Paint;
use crate::ledger::{Filed, Open};
use crate::{Run, RunId};

// What a file of a run is for.
const FILE: &str = "file";
const SUBJECT: &str = "subject";
const HTML: &str = "html";
const TEXT: &str = "text";
const IMAGE: &str = "image";
const SLACK: &str = "slack";
const REPORT: &str = "report";

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
    /// The disk said no. Another time it may not.
    #[error("{path} could not be written: {source}; {next}", path = path.display(), next = what_next(source))]
    Disk { path: PathBuf, source: io::Error },
    /// A renderer said no, and will again.
    #[error("{0}")]
    Painter(String),
}

fn what_next(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full: make room on it"
        }
        _ => "the data directory must be writable for Weir",
    }
}

/// A run's folder, while it is filled.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    filed: Vec<Filed>,
}

impl Folder {
    /// An empty folder at `path`: what an attempt left that was cut off is removed.
    pub(crate) fn fresh(path: &Path) -> Result<Folder, NotKept> {
        let disk = |source| NotKept::Disk { path: path.to_owned(), source };
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(disk(error)),
            _ => {}
        }
        weir_durable::create_folder(path, 0o700).map_err(disk)?;
        Ok(Folder { path: path.to_owned(), filed: Vec::new() })
    }

    /// Where a file of this name lies.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes every file of `outputs` and every part of the messages. Parquet lies there already,
    /// where it is wanted. `written` is told after each.
    pub(crate) fn fill(
        &mut self,
        document: &Document,
        outputs: &[Output],
        stem: &str,
        paint: &dyn Paint,
        written: &dyn Fn(),
    ) -> Result<(), NotKept> {
        for &output in outputs {
            let name = file_name(stem, output);
            match output {
                Output::Parquet => self.adopt(&name, output)?,
                _ => {
                    let bytes = paint.file(document, output).map_err(NotKept::Painter)?;
                    self.write(&name, FILE, output.name(), output.media_type(), &bytes)?;
                }
            }
            written();
        }
        let mail = paint.mail(document).map_err(NotKept::Painter)?;
        let text = "text/plain; charset=utf-8";
        self.write("mail-subject.txt", SUBJECT, "txt", text, mail.subject.as_bytes())?;
        self.write("mail.html", HTML, "html", "text/html; charset=utf-8", mail.html.as_bytes())?;
        self.write("mail.txt", TEXT, "txt", text, mail.text.as_bytes())?;
        for (n, image) in mail.images.iter().enumerate() {
            let name = format!("mail-image-{}.png", n + 1);
            self.write(&name, IMAGE, &image.content_id, "image/png", &image.bytes)?;
        }
        let slack = paint.slack(document).to_string();
        self.write("slack.json", SLACK, "json", "application/json", slack.as_bytes())?;
        let report = paint.file(document, Output::Json).map_err(NotKept::Painter)?;
        self.write("report.json", REPORT, "json", "application/json", &report)?;
        written();
        Ok(())
    }

    /// Takes over the files of another run, whose bytes are those that were recorded; false, and
    /// the folder is to be filled anew, if one of them is not there or not the same.
    pub(crate) fn copy(&mut self, from: &Path, filed: &[Filed]) -> Result<bool, NotKept> {
        for file in filed {
            let Ok(bytes) = fs::read(from.join(&file.name)) else { return Ok(false) };
            if sha256(&bytes) != file.sha256 {
                return Ok(false);
            }
            self.write(&file.name, &file.role, &file.format, &file.media_type, &bytes)?;
        }
        Ok(true)
    }

    /// Removes the folder: nobody is to get anything of it.
    pub(crate) fn remove(self) -> Result<Vec<Filed>, NotKept> {
        fs::remove_dir_all(&self.path)
            .map_err(|source| NotKept::Disk { path: self.path, source })
            .map(|()| Vec::new())
    }

    /// Makes the folder durable, and says what lies in it.
    pub(crate) fn close(self) -> Result<Vec<Filed>, NotKept> {
        let sync = |path: &Path| {
            weir_durable::sync_folder(path)
                .map_err(|source| NotKept::Disk { path: path.to_owned(), source })
        };
        sync(&self.path)?;
        sync(self.path.parent().unwrap_or(Path::new(".")))?;
        let mut filed = self.filed;
        filed.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(filed)
    }

    fn write(
        &mut self,
        name: &str,
        role: &str,
        format: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<(), NotKept> {
        let path = self.at(name);
        let written = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        written.map_err(|source| NotKept::Disk { path, source })?;
        self.file(name, role, format, media_type, bytes.len() as u64, sha256(bytes));
        Ok(())
    }

    /// Files what somebody else wrote there.
    fn adopt(&mut self, name: &str, output: Output) -> Result<(), NotKept> {
        let path = self.at(name);
        let (bytes, sha256) = fs::set_permissions(&path, Permissions::from_mode(0o600))
            .and_then(|()| File::open(&path))
            .and_then(|file| file.sync_all().and_then(|()| digest(file)))
            .map_err(|source| NotKept::Disk { path, source })?;
        self.file(name, FILE, output.name(), output.media_type(), bytes, sha256);
        Ok(())
    }

    fn file(
        &mut self,
        name: &str,
        role: &str,
        format: &str,
        media_type: &str,
        bytes: u64,
        sha256: String,
    ) {
        self.filed.push(Filed {
            name: name.to_owned(),
            role: role.to_owned(),
            format: format.to_owned(),
            media_type: media_type.to_owned(),
            bytes,
            sha256,
        });
    }
}

/// Where the files of a run lie.
pub(crate) fn folder_of(outputs: &Path, run: RunId) -> PathBuf {
    outputs.join(run.to_string())
}

/// `weekly-abandonment-2026-03-30`: of the day on which the run was due.
pub(crate) fn stem(name: &str, scheduled_at: Timestamp, zone: &Zone) -> String {
    let at = jiff::Timestamp::from_microsecond(scheduled_at.as_micros()).unwrap_or_default();
    format!("{name}-{}", at.to_zoned(zone.rules().clone()).date())
}

/// A file's name.
pub(crate) fn file_name(stem: &str, output: Output) -> String {
    format!("{stem}.{}", output.name())
}

/// What a recipient gets of a run: the very bytes that were recorded.
///
/// # Errors
/// A sentence, if a file is gone or is not what was recorded.
pub(super) fn parcel(
    outputs: &Path,
    run: &Run,
    definition: &Definition,
    filed: &[Filed],
    sending: &Open,
) -> Result<Parcel, String> {
    let folder = folder_of(outputs, sending.run);
    let text = |role| {
        let bytes = part(&folder, filed, role)?;
        Ok::<_, String>(String::from_utf8_lossy(&bytes).into_owned())
    };
    let value = |role| {
        serde_json::from_slice(&part(&folder, filed, role)?)
            .map_err(|error| format!("a part of the run no longer reads: {error}"))
    };
    let images = filed.iter().filter(|file| file.role == IMAGE).map(|file| {
        Ok(MailImage { content_id: file.format.clone(), bytes: proved(&folder, file)? })
    });
    let images = images.collect::<Result<Vec<_>, String>>()?;
    let mail = Mail { subject: text(SUBJECT)?, html: text(HTML)?, text: text(TEXT)?, images };
    Ok(Parcel {
        run: sending.run.0,
        id: sending.parcel.clone(),
        name: run.summary.name.clone(),
        title: definition.title.clone(),
        scheduled_at: run.summary.scheduled_at,
        zone: zone_of(run),
        mail,
        slack: value(SLACK)?,
        report: value(REPORT)?,
        files: attachments(&folder, filed, &sending.formats)?,
    })
}

/// The zone of the report, as it was asked.
pub(crate) fn zone_of(run: &Run) -> Zone {
    let input = run.input.as_deref().and_then(|input| serde_json::from_str(input).ok());
    let input: serde_json::Value = input.unwrap_or_default();
    input["timezone"].as_str().and_then(Zone::named).unwrap_or_else(Zone::utc)
}

fn attachments(folder: &Path, filed: &[Filed], formats: &str) -> Result<Vec<Attachment>, String> {
    let mut files = Vec::new();
    for format in formats.split(',').filter(|format| !format.is_empty()) {
        let file = filed
            .iter()
            .find(|file| file.role == FILE && file.format == format)
            .ok_or_else(|| format!("the run has no file of the format {format}"))?;
        prove(folder, file)?;
        files.push(Attachment {
            name: file.name.clone(),
            format: file.format.clone(),
            media_type: file.media_type.clone(),
            path: folder.join(&file.name),
            bytes: file.bytes,
        });
    }
    Ok(files)
}

fn part(folder: &Path, filed: &[Filed], role: &str) -> Result<Vec<u8>, String> {
    let file = filed.iter().find(|file| file.role == role);
    proved(folder, file.ok_or_else(|| format!("the run has no part `{role}`"))?)
}

fn proved(folder: &Path, file: &Filed) -> Result<Vec<u8>, String> {
    let path = folder.join(&file.name);
    let bytes = fs::read(&path).map_err(|error| gone(&path, &error))?;
    if sha256(&bytes) == file.sha256 { Ok(bytes) } else { Err(changed(&path)) }
}

fn prove(folder: &Path, file: &Filed) -> Result<(), String> {
    let path = folder.join(&file.name);
    let (_, sha256) = File::open(&path).and_then(digest).map_err(|error| gone(&path, &error))?;
    if sha256 == file.sha256 { Ok(()) } else { Err(changed(&path)) }
}

fn gone(path: &Path, error: &io::Error) -> String {
    format!("{} cannot be read: {error}", path.display())
}

fn changed(path: &Path) -> String {
    format!("{} is not what was rendered: somebody changed it", path.display())
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Bytes and SHA-256 of a file that may be large.
fn digest(mut file: File) -> io::Result<(u64, String)> {
    let (mut digest, mut all, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((all, hex::encode(digest.finalize()))),
            count => {
                digest.update(&buffer[..count]);
                all += count as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn a_full_disk_is_told_with_what_to_do() {
        let source = Error::from(ErrorKind::StorageFull);
        let error = NotKept::Disk { path: PathBuf::from("outputs/7/pulse.pdf"), source };
        assert_eq!(
            error.to_string(),
            "outputs/7/pulse.pdf could not be written: no storage space; the disk is full: make \
             room on it"
        );
    }

    #[test]
    fn a_file_is_called_by_the_day_of_the_reports_zone() {
        let at = "2026-03-30T22:30:00Z".parse().unwrap();
        let zone = Zone::named("Europe/Tallinn").unwrap();
        let stem = stem("weekly", at, &zone);
        assert_eq!(file_name(&stem, Output::Pdf), "weekly-2026-03-31.pdf");
    }
}
