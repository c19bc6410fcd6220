//! The read model's file, made anew where it is damaged: the log has everything.

use weir_log::DataDir;
use weir_readmodel::{Checkpoint, CheckpointError, Model, Store};

/// Opens the read model's file; one that is damaged is removed and made anew.
pub(crate) fn open(dir: &DataDir) -> Result<Store, CheckpointError> {
    match Store::open(&dir.read_file()) {
        Err(error) if error.is_damage() => {
            tracing::warn!("{error}; making it anew");
            remove(dir);
            Store::open(&dir.read_file())
        }
        opened => opened,
    }
}

/// Puts all of `model` in the place of what the file held, if it held anything that can be read.
pub(crate) fn replace(
    dir: &DataDir,
    model: &mut Model,
    checkpoint: &Checkpoint,
) -> Result<Store, CheckpointError> {
    let mut store = open(dir)?;
    match store.replace(model, checkpoint) {
        Err(error) if error.is_damage() => {
            tracing::warn!("{error}; making it anew");
            drop(store);
            remove(dir);
            let mut store = Store::open(&dir.read_file())?;
            store.replace(model, checkpoint)?;
            Ok(store)
        }
        Ok(()) => Ok(store),
        Err(error) => Err(error),
    }
}

fn remove(dir: &DataDir) {
    let path = dir.read_file();
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.clone().into_os_string();
        file.push(suffix);
        // What is not there need not be removed; what cannot be is found when it is opened.
        let _ = std::fs::remove_file(file);
    }
}
