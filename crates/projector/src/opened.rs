//! Checkpoint plus tail.

use std::path::Path;

use weir_domain::Seq;
use weir_log::{DataDir, Lock, LogError, LogReader};
use weir_readmodel::{Checkpoint, CheckpointError, Model};

use crate::{FOLD_VERSION, catch_up, stored};

/// A model that cannot be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum ProjectorError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The read model cannot be saved or loaded.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// A model at the log's head.
pub struct Opened {
    /// The model.
    pub model: Model,
    /// How much of it came from the checkpoint; [`Seq::START`] for nothing.
    pub from_checkpoint: Seq,
    /// The checkpoint that it came from.
    checkpoint: Option<Checkpoint>,
}

impl Opened {
    /// Saves the model, so that the next to open it need not fold the tail again. Does nothing
    /// where another process has saved one meanwhile.
    ///
    /// # Errors
    /// If the read model cannot be written; the log has everything.
    pub fn save(&mut self, dir: &DataDir, _lock: &Lock) -> Result<(), ProjectorError> {
        let reader = LogReader::open(dir)?;
        let checkpoint = checkpoint_of(&self.model, &reader)?;
        if self.checkpoint.is_none() {
            return Ok(stored::replace(dir, &mut self.model, &checkpoint)?.close()?);
        }
        let mut store = stored::open(dir)?;
        if store.checkpoint()? == self.checkpoint {
            store.save(&self.model, &checkpoint)?;
            self.model.mark_clean();
        }
        Ok(store.close()?)
    }
}

/// What a checkpoint is worth.
pub(crate) enum Saved {
    /// It stands in this log and was made by this fold.
    Current(Model, Checkpoint),
    /// It stands in this log, but was made by another fold: good to be served until it is folded
    /// anew.
    OtherFold(Model),
    /// There is none, it is of another log, or it is damaged.
    Nothing,
}

/// Loads the checkpoint and folds what the log has after it. `progress` is told how far it is and
/// how far there is to go.
///
/// # Errors
/// If there is no log, or it or the checkpoint cannot be read.
pub fn open(
    dir: &DataDir,
    threads: usize,
    mut progress: impl FnMut(Seq, Seq),
) -> Result<Opened, ProjectorError> {
    let mut reader = LogReader::open(dir)?;
    let (mut model, checkpoint) = match load(&dir.read_file(), &reader, threads)? {
        Saved::Current(model, checkpoint) => (model, Some(checkpoint)),
        Saved::OtherFold(_) | Saved::Nothing => (Model::default(), None),
    };
    let from_checkpoint = model.position();
    let head = reader.head()?;
    catch_up(&mut model, &mut reader, head, |at| progress(at, head))?;
    Ok(Opened { model, from_checkpoint, checkpoint })
}

pub(crate) fn load(
    path: &Path,
    reader: &LogReader,
    threads: usize,
) -> Result<Saved, ProjectorError> {
    let (model, checkpoint) = match Model::load(path, threads) {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(Saved::Nothing),
        Err(foreign @ CheckpointError::Foreign { .. }) => return Err(foreign.into()),
        Err(damaged) => {
            // The log is the truth: a checkpoint that cannot be read is only lost time.
            tracing::warn!("{damaged}; folding the log again");
            return Ok(Saved::Nothing);
        }
    };
    let seal = reader.seal_at(checkpoint.position)?;
    let this_log = reader.head()? >= checkpoint.position
        && (seal.last, seal.hash) == (checkpoint.sealed, checkpoint.seal);
    if !this_log {
        tracing::warn!("the read model was folded from another log; folding this one");
        return Ok(Saved::Nothing);
    }
    Ok(if checkpoint.fold_version == FOLD_VERSION {
        Saved::Current(model, checkpoint)
    } else {
        Saved::OtherFold(model)
    })
}

/// The checkpoint that goes with a model at its position.
pub(crate) fn checkpoint_of(model: &Model, reader: &LogReader) -> Result<Checkpoint, LogError> {
    let seal = reader.seal_at(model.position())?;
    Ok(Checkpoint {
        fold_version: FOLD_VERSION,
        position: model.position(),
        sealed: seal.last,
        seal: seal.hash,
    })
}
