//! Every file of the data directory, looked into.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use weir_log::DataDir;
use weir_privacy::{Needle, Needles};

use crate::failure::{Failure, Outcome};

const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B, 0x08];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

/// How much of a file is held at a time.
const STEP_BYTES: usize = 256 * 1024;

/// What was searched, and what was found.
#[derive(Default)]
pub(super) struct Searched {
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// Packed parts that were looked into.
    pub(super) packed: u64,
    /// Where something was found.
    pub(super) found: Vec<String>,
}

/// Looks into every file of `dir`, and into the vault with what lies beside it.
pub(super) fn search(dir: &DataDir, vault: &Path, needles: &Needles) -> Outcome<Searched> {
    let mut searched = Searched::default();
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
        let mut opened = File::open(path)?;
        // To close a database's file, or one beside it, would let go of every lock on it that SQLite
        // holds for this process: it stays open until the process ends.
        let is_of_database = path.file_name().is_some_and(|name| contains(name, b".db"));
        let file = if is_of_database { Box::leak(Box::new(opened)) } else { &mut opened };
        let name = path.display().to_string();
        self.files += 1;
        self.bytes += file.metadata()?.len();
        if let Some(needle) = needles.find_in(&*file)? {
            self.note(&name, needle);
        }
        let mut start = [0; SQLITE_MAGIC.len()];
        file.rewind()?;
        let read = file.read(&mut start)?;
        // Databases are read row by row besides.
        if start[..read].starts_with(SQLITE_MAGIC) {
            return Ok(());
        }
        file.rewind()?;
        if start.starts_with(ZIP_MAGIC) {
            return self.zip(&name, file, needles);
        }
        self.frames(&name, file, needles)
    }

    /// What is in a workbook or another archive.
    fn zip(&mut self, name: &str, file: &File, needles: &Needles) -> io::Result<()> {
        let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(io::Error::other)?;
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
    fn frames(&mut self, name: &str, mut file: &File, needles: &Needles) -> io::Result<()> {
        for (at, packing) in packed_parts(BufReader::with_capacity(STEP_BYTES, file))? {
            file.seek(SeekFrom::Start(at))?;
            let part = BufReader::new(file);
            let found = match packing {
                Packing::Zstd => zstd::stream::read::Decoder::with_buffer(part)
                    .map(|part| needles.find_in(AsFarAsItUnpacks(part.single_frame())))?,
                Packing::Gzip => {
                    needles.find_in(AsFarAsItUnpacks(flate2::bufread::GzDecoder::new(part)))
                }
            };
            self.packed += 1;
            if let Some(needle) = found? {
                self.note(&format!("{name}, packed at byte {at}"), needle);
            }
        }
        Ok(())
    }

    fn note(&mut self, name: &str, Needle { what, at }: Needle) {
        self.found.push(format!("{name}, at byte {at}: {what}"));
    }
}

fn contains(name: &OsStr, part: &[u8]) -> bool {
    name.as_bytes().windows(part.len()).any(|window| window == part)
}

/// How something is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Zstd,
    Gzip,
}

/// Where something that is packed may begin. What begins so by chance does not unpack.
fn packed_parts(mut file: impl Read) -> io::Result<Vec<(u64, Packing)>> {
    let mut parts = Vec::new();
    // The last bytes of the step before come first: what begins there may go on here.
    let (mut step, mut kept, mut before) = (vec![0; STEP_BYTES], 0, 0);
    loop {
        let read = file.read(&mut step[kept..])?;
        let bytes = &step[..kept + read];
        for (at, four) in (before..).zip(bytes.windows(ZSTD_MAGIC.len())) {
            if four == ZSTD_MAGIC {
                parts.push((at, Packing::Zstd));
            } else if four.starts_with(GZIP_MAGIC) {
                parts.push((at, Packing::Gzip));
            }
        }
        if read == 0 {
            return Ok(parts);
        }
        let seen = bytes.len().saturating_sub(ZSTD_MAGIC.len() - 1);
        kept = bytes.len() - seen;
        before += seen as u64;
        step.copy_within(seen..seen + kept, 0);
    }
}

/// What is cut off, or was never packed, ends where it does not unpack any more.
struct AsFarAsItUnpacks<R>(R);

impl<R: Read> Read for AsFarAsItUnpacks<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        Ok(self.0.read(into).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::fs::MetadataExt;

    use weir_privacy::Needles;

    use super::{Packing, STEP_BYTES, Searched, packed_parts};

    /// Gives so many bytes at a time.
    struct Drips<'a>(&'a [u8], usize);

    impl Read for Drips<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(into.len());
            self.0.read(&mut into[..count])
        }
    }

    #[test]
    fn to_look_into_a_database_keeps_the_locks_on_it() {
        let needles = Needles::of(["ann.miller"], []).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.db");
        let _audit = weir_audit::Audit::open(&path).unwrap();
        let files = ["", "-wal", "-shm"].map(|end| format!("{}{end}", path.display()));
        let inodes =
            files.each_ref().map(|file| format!(":{} ", std::fs::metadata(file).unwrap().ino()));
        let locks = || {
            let locks = std::fs::read_to_string("/proc/locks").unwrap();
            locks.lines().filter(|line| inodes.iter().any(|inode| line.contains(inode))).count()
        };
        let held = locks();
        assert_ne!(held, 0);
        for file in files {
            Searched::default().file(file.as_ref(), &needles).unwrap();
        }
        assert_eq!(locks(), held);
    }

    #[test]
    fn what_may_be_packed_is_found_wherever_it_begins() {
        for at in [0, 1, 7, STEP_BYTES - 4, STEP_BYTES - 3, STEP_BYTES - 1, STEP_BYTES] {
            let mut bytes = vec![0; at];
            bytes.extend([0x28, 0xB5, 0x2F, 0xFD, 0x1F, 0x8B, 0x08, 0]);
            let want = [(at as u64, Packing::Zstd), (at as u64 + 4, Packing::Gzip)];
            for count in [1, 3, STEP_BYTES] {
                assert_eq!(packed_parts(Drips(&bytes, count)).unwrap(), want, "{at} by {count}");
            }
        }
    }

    #[test]
    fn what_is_packed_or_cut_off_is_looked_into() {
        let needles = Needles::of(["ann.miller"], []).unwrap();
        let text = [vec![b'x'; 300_000], b"by ann.miller, and more".to_vec()].concat();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        gzip.write_all(&text).unwrap();
        let gzip = gzip.finish().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let zstd = zstd::encode_all(&text[..], 3).unwrap();
        for (name, bytes, is_found) in [
            ("whole.gz", [b"head".to_vec(), gzip.clone()].concat(), true),
            ("cut.gz", gzip[..gzip.len() - 14].to_vec(), true),
            ("cut-before.gz", gzip[..gzip.len() - 40].to_vec(), false),
            ("whole.zst", [b"head".to_vec(), zstd].concat(), true),
        ] {
            // As it stands there it would be found by itself.
            let bytes: Vec<u8> = bytes;
            let path = folder.path().join(name);
            std::fs::write(&path, &bytes).unwrap();
            let mut searched = Searched::default();
            searched.file(&path, &needles).unwrap();
            let packed = searched.found.iter().any(|place| place.contains("packed at byte"));
            assert_eq!(packed, is_found, "{name}: {:?}", searched.found);
        }
    }
}
