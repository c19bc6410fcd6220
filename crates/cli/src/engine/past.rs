//! The log as it was: a run is asked again of the same prefix of it.

use weir_domain::Seq;
use weir_log::{DataDir, LogReader};
use weir_readmodel::Model;
use weir_schedule::EngineError;

use super::ask::later;

/// The model of the log up to `position`, folded anew.
///
/// A checkpoint would spare some of the work, but it is nearly always younger than what is asked
/// for, and nothing can be taken out of it again.
pub(super) fn fold(dir: &DataDir, position: Seq) -> Result<Model, EngineError> {
    let mut reader = LogReader::open(dir).map_err(later)?;
    let head = reader.head().map_err(later)?;
    if head < position {
        return Err(EngineError::Never(format!(
            "the run was computed at delivery {position}, but the log ends at {head}; it is another \
             log, or an older copy of it: restore the newest backup"
        )));
    }
    let mut model = Model::default();
    weir_projector::catch_up(&mut model, &mut reader, position, |_| ()).map_err(later)?;
    Ok(model)
}
