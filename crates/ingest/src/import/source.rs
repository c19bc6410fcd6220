//! A file, packed or not, or stdin.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// Read from the file at once, so that few calls reach the system.
const FILE_BYTES: usize = 256 * 1024;
/// Unpacked at once: lines lie in it as a whole, nearly always.
const TEXT_BYTES: usize = 1024 * 1024;
/// The largest window that the zstd format knows, 2 GiB (`zstd --long=31`).
const ZSTD_WINDOW_LOG_MAX: u32 = 31;

const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

/// A backlog, open for reading.
pub struct Source {
    /// What messages call it.
    pub name: String,
    /// Its text, unpacked.
    pub reader: Box<dyn BufRead + Send>,
    /// The file's size, packed; none for stdin and pipes.
    pub bytes_total: Option<u64>,
    bytes_read: Arc<AtomicU64>,
}

/// A backlog that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("the backlog {path} cannot be read: {source}; name a file of lines, or `-` for stdin", path = path.display())]
pub struct SourceError {
    path: PathBuf,
    source: io::Error,
}

impl Source {
    /// A counter of the bytes read so far, packed, which goes on counting during an import.
    pub fn bytes_read(&self) -> impl Fn() -> u64 + Send + use<> {
        let bytes_read = Arc::clone(&self.bytes_read);
        move || bytes_read.load(Ordering::Relaxed)
    }
}

/// Opens the backlog at `path`; `-` is stdin. What ends in `.gz` or `.zst`, or begins as such a
/// file does, is unpacked.
///
/// # Errors
/// If it cannot be read.
pub fn open(path: &Path) -> Result<Source, SourceError> {
    open_at(path).map_err(|source| SourceError { path: path.to_owned(), source })
}

fn open_at(path: &Path) -> io::Result<Source> {
    let bytes_read = Arc::new(AtomicU64::new(0));
    let stdin = path == Path::new("-");
    let (bytes, bytes_total): (Box<dyn Read + Send>, _) = if stdin {
        (Box::new(io::stdin()), None)
    } else {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        (Box::new(file), metadata.is_file().then_some(metadata.len()))
    };
    let counted = Counted { bytes, count: Arc::clone(&bytes_read) };
    let packed = BufReader::with_capacity(FILE_BYTES, counted);
    let name = if stdin { "stdin".to_owned() } else { path.display().to_string() };
    Ok(Source { name, reader: unpack(path, packed)?, bytes_total, bytes_read })
}

fn unpack(
    path: &Path,
    mut packed: impl BufRead + Send + 'static,
) -> io::Result<Box<dyn BufRead + Send>> {
    let extension = path.extension().unwrap_or_default();
    let start = packed.fill_buf()?;
    let (gzip, zstd) = (start.starts_with(GZIP_MAGIC), start.starts_with(ZSTD_MAGIC));
    Ok(if zstd || extension == "zst" {
        let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
        decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
        Box::new(BufReader::with_capacity(TEXT_BYTES, decoder))
    } else if gzip || extension == "gz" {
        Box::new(BufReader::with_capacity(TEXT_BYTES, MultiGzDecoder::new(packed)))
    } else {
        Box::new(BufReader::with_capacity(TEXT_BYTES, packed))
    })
}

struct Counted<R> {
    bytes: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
