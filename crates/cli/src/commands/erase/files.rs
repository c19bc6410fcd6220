//! Every file of the data directory, looked into.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};

use weir_log::DataDir;
use weir_privacy::{Needle, Needles};

use crate::failure::{Failure, Outcome};

const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B, 0x08];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
/// A packed file of Weir's is smaller. Within a larger one nothing packed is looked for.
const PACKED_BYTES_MAX: u64 = 1 << 30;

/// What was searched, and what was found.
#[derive(Default)]
pub(super) struct Searched {
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// Packed parts that were looked into.
    pub(super) packed: u64,
    /// Where something was found.
    pub(super) found: Vec<String>,
    /// Files in which packed parts were not looked into.
    pub(super) too_large: Vec<String>,
}

/// Looks into every file of `dir`, and into the vault with what lies beside it.
pub(super) fn search(dir: &DataDir, vault: &Path, needles: &Option<Needles>) -> Outcome<Searched> {
    let mut searched = Searched::default();
    let Some(needles) = needles else { return Ok(searched) };
    let mut paths = Vec::new();
    walk(dir.path(), &mut paths)?;
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut path = vault.as_os_str().to_owned();
        path.push(suffix);
        let path = PathBuf::from(path);
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    for path in paths {
        match searched.file(&path, needles) {
            // A server beside us deletes files, too.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Failure::work(format!(
                    "{} cannot be read: {error}; whether what was erased is in it is not known: run \
                     the same again where it can",
                    path.display()
                )));
            }
            Ok(()) => {}
        }
    }
    Ok(searched)
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), paths)?;
        } else {
            paths.push(entry.path());
        }
    }
    Ok(())
}

impl Searched {
    fn file(&mut self, path: &Path, needles: &Needles) -> io::Result<()> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let name = path.display().to_string();
        self.files += 1;
        self.bytes += length;
        if let Some(needle) = needles.find_in(BufReader::with_capacity(1 << 20, file))? {
            self.note(&name, needle);
        }
        if !may_be_packed(path)? {
            return Ok(());
        }
        if PACKED_BYTES_MAX < length {
            self.too_large.push(name);
            return Ok(());
        }
        let bytes = fs::read(path)?;
        if bytes.starts_with(ZIP_MAGIC) {
            return self.zip(&name, bytes, needles);
        }
        self.frames(&name, &bytes, needles);
        Ok(())
    }

    /// What is in a workbook or another archive.
    fn zip(&mut self, name: &str, bytes: Vec<u8>, needles: &Needles) -> io::Result<()> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(io::Error::other)?;
        for number in 0..archive.len() {
            let part = archive.by_index(number).map_err(io::Error::other)?;
            let inner = format!("{name}, part {number}");
            self.packed += 1;
            if let Some(needle) = needles.find_in(part)? {
                self.note(&inner, needle);
            }
        }
        Ok(())
    }

    /// What is packed anywhere in a file: a whole one, or the columns of one.
    fn frames(&mut self, name: &str, bytes: &[u8], needles: &Needles) {
        for at in 0..bytes.len() {
            let rest = &bytes[at..];
            let unpacked = if rest.starts_with(ZSTD_MAGIC) {
                zstd::stream::read::Decoder::new(rest).map(|from| unpacked(from.single_frame()))
            } else if rest.starts_with(GZIP_MAGIC) {
                Ok(unpacked(flate2::read::GzDecoder::new(rest)))
            } else {
                continue;
            };
            // What begins so by chance does not unpack.
            let Ok(unpacked) = unpacked else { continue };
            self.packed += 1;
            if let Some(needle) = needles.find(&unpacked) {
                self.note(&format!("{name}, packed at byte {at}"), needle);
            }
        }
    }

    fn note(&mut self, name: &str, Needle { what, at }: Needle) {
        self.found.push(format!("{name}, at byte {at}: {what}"));
    }
}

/// As far as it unpacks.
fn unpacked(mut from: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What is cut off is looked at as far as it goes.
    let _ = from.read_to_end(&mut bytes);
    bytes
}

/// Whether something may be packed in a file: not in databases, which are read row by row besides.
fn may_be_packed(path: &Path) -> io::Result<bool> {
    let mut start = [0; 16];
    let read = File::open(path)?.read(&mut start)?;
    Ok(!start[..read].starts_with(b"SQLite format 3\0"))
}
