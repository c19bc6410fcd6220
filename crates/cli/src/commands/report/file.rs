//! The answer as a table or as a file.

use std::io::{self, IsTerminal, Write};

use weir_domain::Catalogue;
use weir_readmodel::Model;
use weir_report::{Output, Report, compute, render};

use super::question::Question;
use super::{Args, Format};
use crate::commands::{output, threads};
use crate::failure::{Failure, Outcome};

/// The width of a table where there is no terminal to ask.
const TABLE_COLUMNS: usize = 100;

impl Args {
    /// Answers `asked`, and writes the answer to where it is wanted.
    pub(super) fn write(
        &self,
        asked: &Question,
        model: &Model,
        catalogue: &Catalogue,
        base_url: Option<&str>,
    ) -> Outcome {
        let bytes = match self.format {
            Format::Parquet => return self.write_parquet(asked, model, catalogue),
            Format::Table | Format::Json => {
                let report = compute(model, catalogue, &asked.query, threads())
                    .map_err(|error| Failure::call(error.to_string()))?;
                self.plain(&report, catalogue)?
            }
            Format::Csv | Format::Html | Format::Svg | Format::Png if asked.is_plain => {
                let report = compute(model, catalogue, &asked.query, threads())
                    .map_err(|error| Failure::call(error.to_string()))?;
                self.plain(&report, catalogue)?
            }
            _ => {
                let Question { name, definition, query, .. } = asked;
                let document = definition
                    .document(name, model, catalogue, query, base_url, threads())
                    .map_err(|error| Failure::call(error.to_string()))?;
                document.render(self.format.output())?
            }
        };
        output::write(self.out.as_deref(), &bytes)
    }

    /// The answer alone, without title and choice of parts.
    fn plain(&self, report: &Report, catalogue: &Catalogue) -> Outcome<Vec<u8>> {
        Ok(match self.format {
            Format::Json => render::json(report).into_bytes(),
            Format::Csv => render::csv(report).into_bytes(),
            Format::Html => render::html(report, catalogue).into_bytes(),
            Format::Svg => render::svg(report, catalogue)?.into_bytes(),
            Format::Png => render::png(report, catalogue)?,
            _ => render::table(report, catalogue, &self.style()).into_bytes(),
        })
    }

    /// Written as it is made: of millions of sessions it is large.
    fn write_parquet(&self, asked: &Question, model: &Model, catalogue: &Catalogue) -> Outcome {
        let path = self.out.as_deref();
        let mut out = Watched { out: output::open(path)?, error: None };
        let written = render::parquet(model, catalogue, &asked.query, threads(), &mut out);
        match (written, out.error) {
            (Ok(_), _) => out.out.finish().map_err(|error| output::wrong(path, error)),
            (Err(_), Some(error)) => Err(output::wrong(path, error)),
            (Err(error), None) => Err(error.into()),
        }
    }

    fn style(&self) -> render::TableStyle {
        let terminal = self.out.is_none() && io::stdout().is_terminal();
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let asked = || Some(usize::from(console::Term::stdout().size_checked()?.1));
        render::TableStyle {
            width: columns.or_else(asked).unwrap_or(TABLE_COLUMNS),
            colour: terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

impl Format {
    /// The kind of file; a table is none, and is made where files are not.
    fn output(self) -> Output {
        match self {
            Format::Table | Format::Json => Output::Json,
            Format::Csv => Output::Csv,
            Format::Html => Output::Html,
            Format::Svg => Output::Svg,
            Format::Png => Output::Png,
            Format::Pdf => Output::Pdf,
            Format::Xlsx => Output::Xlsx,
            Format::Parquet => Output::Parquet,
        }
    }
}

/// Keeps why it could not be written: the library on the way up tells it as words only, and a
/// reader that went away is no failure.
struct Watched {
    out: output::Output,
    error: Option<io::Error>,
}

impl Watched {
    fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let told = io::Error::new(error.kind(), error.to_string());
            self.error = Some(error);
            told
        })
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.keep(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.keep(flushed)
    }
}
