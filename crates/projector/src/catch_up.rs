//! Reads on to the log's head: one thread reads, one folds.

use weir_domain::Seq;
use weir_log::{LogError, LogReader};
use weir_readmodel::Model;

use crate::batch::Batch;

/// Deliveries in one batch: large enough to make handing it over cheap.
const BATCH_DELIVERIES: u64 = 8_192;

/// Batches that may wait: the reader stays just ahead.
const BATCHES_WAITING_MAX: usize = 4;

/// Folds what the log has between the model's position and `upto` into the model. `progress` is
/// told how far it is after each batch.
///
/// # Errors
/// If the log cannot be read; the model then stands where it got to.
pub fn catch_up(
    model: &mut Model,
    reader: &mut LogReader,
    upto: Seq,
    mut progress: impl FnMut(Seq),
) -> Result<(), LogError> {
    let mut after = model.position();
    let (sender, batches) = crossbeam_channel::bounded::<Batch>(BATCHES_WAITING_MAX);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || -> Result<(), LogError> {
            while after < upto {
                let batch = Batch::read(reader, after, BATCH_DELIVERIES.min(upto.since(after)))?;
                after = batch.last(after);
                // An empty batch: the log ends before `upto`. A closed channel: the fold stopped.
                if batch.is_empty() || sender.send(batch).is_err() {
                    break;
                }
            }
            Ok(())
        });
        for batch in batches {
            batch.fold_into(model);
            progress(model.position());
        }
        match reading.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
