//! The same, from zero, beside what was saved.

use serde::{Deserialize, Serialize};
use weir_domain::Seq;
use weir_log::{DataDir, Lock, LogReader};
use weir_readmodel::Model;

use crate::opened::{Saved, checkpoint_of, load};
use crate::{ProjectorError, catch_up, stored};

/// How many differences are told.
pub(crate) const DIFFERENCES_MAX: usize = 20;

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    stored::replace(dir, &mut rebuilt, &checkpoint)?.close()?;
    Ok(Rebuilt { deliveries: head.get(), sessions: rebuilt.sessions(), compared, differences })
}
