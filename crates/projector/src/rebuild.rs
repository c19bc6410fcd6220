//! The same, from zero, beside what was saved.

use weir_domain::Seq;
use weir_log::{DataDir, Lock, LogReader};
use weir_readmodel::{Model, Store};

use crate::opened::{Saved, checkpoint_of, load};
use crate::{ProjectorError, catch_up};

/// How many differences are told.
const DIFFERENCES_MAX: usize = 20;

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Deliveries that were folded.
    pub deliveries: u64,
    /// Sessions that came of them.
    pub sessions: usize,
    /// Whether there was a saved model of this fold to compare with.
    pub compared: bool,
    /// Where the two differed, in sentences; none if they were equal.
    pub differences: Vec<String>,
}

/// Folds the whole log again beside the saved model, compares the two at the same position, and
/// puts the new one in its place. The log is the truth: where they differ, the new one is right.
///
/// # Errors
/// If the log cannot be read or the read model not written; what was saved is then as it was.
pub fn rebuild(
    dir: &DataDir,
    _lock: &Lock,
    threads: usize,
    mut progress: impl FnMut(Seq, Seq),
) -> Result<Rebuilt, ProjectorError> {
    let mut reader = LogReader::open(dir)?;
    let head = reader.head()?;
    let mut rebuilt = Model::default();
    catch_up(&mut rebuilt, &mut reader, head, |at| progress(at, head))?;
    let (compared, differences) = match load(&dir.read_file(), &reader, threads)? {
        Saved::Current(mut saved, _) => {
            catch_up(&mut saved, &mut reader, head, |_| ())?;
            (true, saved.differences(&rebuilt, DIFFERENCES_MAX))
        }
        Saved::OtherFold(_) | Saved::Nothing => (false, Vec::new()),
    };
    let checkpoint = checkpoint_of(&rebuilt, &reader)?;
    let mut store = open_store(dir)?;
    store.replace(&mut rebuilt, &checkpoint)?;
    store.close()?;
    Ok(Rebuilt { deliveries: head.get(), sessions: rebuilt.sessions(), compared, differences })
}

/// Opens the read model's file; one that cannot be opened is removed and made anew.
pub(crate) fn open_store(dir: &DataDir) -> Result<Store, ProjectorError> {
    let path = dir.read_file();
    match Store::open(&path) {
        Err(weir_readmodel::CheckpointError::Store { source, .. }) if is_damaged(&source) => {
            tracing::warn!("{}: {source}; making it anew", path.display());
            for suffix in ["", "-wal", "-shm"] {
                let mut file = path.clone().into_os_string();
                file.push(suffix);
                // What is not there need not be removed; what cannot be is found by the open below.
                let _ = std::fs::remove_file(file);
            }
            Ok(Store::open(&path)?)
        }
        opened => Ok(opened?),
    }
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}
