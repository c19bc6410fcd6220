//! Where results go.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::failure::{Failure, Outcome};

/// Writes `bytes` to `path`, or to stdout where there is none.
pub(crate) fn write(path: Option<&Path>, bytes: &[u8]) -> Outcome {
    let mut out = open(path)?;
    out.write_all(bytes).map_err(|error| wrong(path, error))?;
    out.finish().map_err(|error| wrong(path, error))
}

/// A file or stdout; what ends in `.zst` or `.gz` is packed.
pub(crate) enum Output {
    /// As it comes.
    Plain(Box<dyn Write>),
    /// Packed with zstd.
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
    /// Packed with gzip.
    Gzip(flate2::write::GzEncoder<BufWriter<File>>),
}

/// Opens `path`, or stdout where there is none.
pub(crate) fn open(path: Option<&Path>) -> Outcome<Output> {
    let Some(path) = path else {
        return Ok(Output::Plain(Box::new(BufWriter::new(io::stdout().lock()))));
    };
    let file = BufWriter::new(File::create(path).map_err(|error| wrong(Some(path), error))?);
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("zst") => Output::Zstd(zstd::Encoder::new(file, 0).map_err(|e| wrong(Some(path), e))?),
        Some("gz") => {
            Output::Gzip(flate2::write::GzEncoder::new(file, flate2::Compression::default()))
        }
        _ => Output::Plain(Box::new(file)),
    })
}

impl Output {
    /// Writes what is still held back.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Output::Plain(mut out) => out.flush(),
            Output::Zstd(out) => out.finish()?.flush(),
            Output::Gzip(out) => out.finish()?.flush(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Plain(out) => out.write(bytes),
            Output::Zstd(out) => out.write(bytes),
            Output::Gzip(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Plain(out) => out.flush(),
            Output::Zstd(out) => out.flush(),
            Output::Gzip(out) => out.flush(),
        }
    }
}

/// An error of writing, with its place. A reader that went away stays what it is.
pub(crate) fn wrong(path: Option<&Path>, error: io::Error) -> Failure {
    match path {
        None => Failure::from(error),
        Some(path) => Failure::work(format!(
            "{} cannot be written: {error}; name another place with --out",
            path.display()
        )),
    }
}
