//! Where results go.

use std::fs::File;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// Writes `bytes` to `path`, or to stdout where there is none.
pub(crate) fn write(path: Option<&Path>, bytes: &[u8]) -> Outcome {
    let mut out = open(path)?;
    out.write_all(bytes).map_err(|error| wrong(path, error))?;
    out.finish().map_err(|error| wrong(path, error))
}

/// A file or stdout; what ends in `.zst` or `.gz` is packed.
pub(crate) struct Output {
    form: Form,
    path: Option<PathBuf>,
}

enum Form {
    Stdout(BufWriter<Stdout>),
    /// As it comes.
    Plain(BufWriter<File>),
    /// Packed with zstd.
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
    /// Packed with gzip.
    Gzip(flate2::write::GzEncoder<BufWriter<File>>),
}

/// Opens `path`, or stdout where there is none.
pub(crate) fn open(path: Option<&Path>) -> Outcome<Output> {
    let Some(path) = path else {
        let form = Form::Stdout(BufWriter::new(io::stdout()));
        return Ok(Output { form, path: None });
    };
    let file = BufWriter::new(File::create(path).map_err(|error| wrong(Some(path), error))?);
    let form = match path.extension().and_then(|extension| extension.to_str()) {
        Some("zst") => Form::Zstd(zstd::Encoder::new(file, 0).map_err(|e| wrong(Some(path), e))?),
        Some("gz") => {
            Form::Gzip(flate2::write::GzEncoder::new(file, flate2::Compression::default()))
        }
        _ => Form::Plain(file),
    };
    Ok(Output { form, path: Some(path.to_owned()) })
}

impl Output {
    /// Writes what is still held back. A file is on the disk then.
    pub(crate) fn finish(self) -> io::Result<()> {
        let mut out = match self.form {
            Form::Stdout(mut out) => return out.flush(),
            Form::Plain(out) => out,
            Form::Zstd(out) => out.finish()?,
            Form::Gzip(out) => out.finish()?,
        };
        out.flush()?;
        self.path.map_or(Ok(()), |path| weir_durable::sync_new(out.get_ref(), &path))
    }

    fn out(&mut self) -> &mut dyn Write {
        match &mut self.form {
            Form::Stdout(out) => out,
            Form::Plain(out) => out,
            Form::Zstd(out) => out,
            Form::Gzip(out) => out,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out().flush()
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
