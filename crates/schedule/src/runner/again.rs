//! A run once more: the same bytes, from what was recorded of it.

use std::path::Path;

use weir_domain::{Catalogue, Timestamp};
use weir_report::{Definition, Output};

use super::kept::{self, Folder};
use super::paint::{Paint, Renderers};
use super::render::{Done, Failure, choose, fresh, input_of, outputs, read};
use super::{Step, Tools};
use crate::ledger::{Filed, Rendered};
use crate::{Engine, Ledger, LedgerError, Question, Run, RunId, RunState, Said};

/// A file that was made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remade {
    /// Its name.
    pub name: String,
    /// How many bytes it has now.
    pub bytes: u64,
    /// Its SHA-256 now, in hexadecimal.
    pub sha256: String,
    /// Whether these are the bytes that were recorded.
    pub equal: bool,
}

/// Why a run cannot be made again.
#[derive(Debug, thiserror::Error)]
pub enum AgainError {
    /// The ledger said no.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// It cannot be; why, and what to do.
    #[error("{0}")]
    Cannot(String),
}

/// Makes the files of a run again in `folder`, which is emptied first, from the log up to the
/// recorded position, and says of each whether its bytes are those that were recorded. A run that
/// told nobody has none.
///
/// # Errors
/// If there is no such run, it was never computed, the engine gives no answer, or `folder` cannot
/// be written.
pub fn render_again(
    ledger: &Ledger,
    engine: &dyn Engine,
    run: RunId,
    folder: &Path,
) -> Result<Vec<Remade>, AgainError> {
    let of = ledger.run(run)?.ok_or(LedgerError::NoRun(run))?;
    if of.summary.state == RunState::Quiet {
        return Ok(Vec::new());
    }
    let recorded = ledger.filed(run)?;
    remade(engine, &Renderers, &of, &recorded, folder).map(|(_, remade)| remade).map_err(
        |failure| match failure {
            Failure::Ledger(error) => AgainError::Ledger(error),
            Failure::Later(cause) | Failure::Never(cause) => AgainError::Cannot(cause),
        },
    )
}

/// The files of `of` made again in `folder`.
fn remade(
    engine: &dyn Engine,
    paint: &dyn Paint,
    of: &Run,
    recorded: &[Filed],
    folder: &Path,
) -> Result<(Vec<Filed>, Vec<Remade>), Failure> {
    let id = of.summary.id;
    let (Some(position), Some(catalogue), Some(said)) =
        (of.position, &of.catalogue, of.said.clone())
    else {
        return Err(Failure::Never(format!(
            "run {id} was never computed: there is nothing to make again"
        )));
    };
    let catalogue =
        Catalogue::read(catalogue).map_err(|error| Failure::Never(error.to_string()))?;
    let definition = as_asked(read(of)?, of);
    let mut folder = Folder::fresh(folder)?;
    let stem = kept::stem(&of.summary.name, of.summary.scheduled_at, &kept::zone_of(of));
    let outputs = outputs(&definition);
    let parquet = kept::file_name(&stem, Output::Parquet);
    let parquet = outputs.contains(&Output::Parquet).then(|| folder.at(&parquet));
    let answer = engine.answer(&Question {
        name: &of.summary.name,
        definition: &definition,
        as_of: of.summary.scheduled_at,
        again: Some((position, &catalogue)),
        parquet: parquet.as_deref(),
    })?;
    let mut document = Said::onto(said, answer.document);
    document.name.clone_from(&of.summary.name);
    if of.input.as_deref() != Some(&input_of(&document)) {
        return Err(Failure::Never(format!(
            "run {id} asked {}, and this version of Weir understands its definition as {}",
            of.input.as_deref().unwrap_or_default(),
            input_of(&document)
        )));
    }
    folder.fill(&document, &outputs, &stem, paint, &|| ())?;
    let filed = folder.close()?;
    let compared = filed.iter().map(|file| Remade {
        name: file.name.clone(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
        equal: recorded.iter().any(|old| old.name == file.name && old.sha256 == file.sha256),
    });
    let compared = compared.collect();
    Ok((filed, compared))
}

/// The definition with the zone that it was understood in then: the default may be another today.
fn as_asked(mut definition: Definition, of: &Run) -> Definition {
    definition.ask.tz = Some(kept::zone_of(of).name().to_owned());
    definition
}

/// A run that somebody asked for once more: the recorded bytes, or proven ones in their place.
pub(super) fn repeat(tools: &Tools, run: &Run, of: RunId, now: Timestamp) -> Result<Done, Failure> {
    let chosen = tools.ledger.chosen(run.summary.id)?;
    let chosen = chosen.as_deref();
    let recorded = tools.ledger.run(of)?.ok_or(LedgerError::NoRun(of))?;
    let (Some(position), Some(catalogue), Some(input)) =
        (recorded.position, &recorded.catalogue, &recorded.input)
    else {
        // It was skipped, or never got an answer: this is its first time.
        return fresh(tools, run, chosen, now);
    };
    let sendings = choose(run, tools.ledger.addressed(of)?, chosen)?;
    let files = same_bytes(tools, run, &recorded)?;
    tools.at(Step::Written);
    Ok(Done::Recorded(Box::new(Rendered {
        input: input.clone(),
        position,
        catalogue: catalogue.clone(),
        said: recorded.said.clone().unwrap_or_default(),
        files,
        sendings,
        quiet: None,
        standing: None,
    })))
}

fn same_bytes(tools: &Tools, run: &Run, of: &Run) -> Result<Vec<Filed>, Failure> {
    let filed = tools.ledger.filed(of.summary.id)?;
    let path = kept::folder_of(&tools.outputs, run.summary.id);
    let mut folder = Folder::fresh(&path)?;
    if folder.copy(&kept::folder_of(&tools.outputs, of.summary.id), &filed)? {
        return Ok(folder.close()?);
    }
    let (files, compared) = remade(&*tools.engine, &*tools.paint, of, &filed, &path)?;
    match compared.iter().find(|file| !file.equal) {
        None => Ok(files),
        Some(other) => Err(Failure::Never(format!(
            "the files of run {} are gone, and {} no longer comes out the same (it was rendered by \
             Weir {}, this is {}); run it anew: weir schedule run {} --as-of {}",
            of.summary.id,
            other.name,
            of.version,
            crate::VERSION,
            of.summary.name,
            of.summary.scheduled_at
        ))),
    }
}
