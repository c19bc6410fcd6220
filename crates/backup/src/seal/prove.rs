//! Every delivery of the sealed log held against the original, and the reports of the two.

use weir_domain::{Recorded, Seq};
use weir_log::{DataDir, LogError, LogReader};
use weir_privacy::{Vault, opened};
use weir_projector::fold;
use weir_readmodel::Model;

use super::SealError;
use super::group::group;
use crate::stage::Progress;
use crate::{Stage, proof};

/// Fails where the log in `new` is not that in `old`. Gives back of how many deliveries a value is
/// dropped, as its subject was erased or its month is not kept.
pub(super) fn prove(
    old: &DataDir,
    new: &DataDir,
    vault: &Vault,
    threads: usize,
    progress: Progress<'_>,
) -> Result<u64, SealError> {
    let (mut old, mut new) = (LogReader::open(old)?, LogReader::open(new)?);
    let head = old.head()?;
    let (mut before, mut after) = (Model::default(), Model::default());
    let (mut at, mut dropped) = (Seq::START, 0);
    loop {
        let originals = group(&mut old, at)?;
        let copies = next(&mut new, at, originals.len() as u64)?;
        let Some(last) = originals.last() else { break };
        if copies.len() < originals.len() {
            return Err(SealError::Differs { seq: at.next() });
        }
        at = last.seq;
        for (original, copy) in originals.iter().zip(&copies) {
            let (wanted, found) = (
                opened(Some(vault), &original.delivery.body)?,
                vault.open_body(&copy.delivery.body)?,
            );
            let is_dropped = wanted.withheld.len() < found.withheld.len();
            dropped += u64::from(is_dropped);
            if !is_same_but_for_the_body(original, copy) || !is_dropped && wanted.body != found.body
            {
                return Err(SealError::Differs { seq: copy.seq });
            }
            // The one is folded without any key.
            count(&mut before, original, &wanted.body);
            count(&mut after, copy, &copy.delivery.body);
        }
        progress(Stage::Comparing, at.get(), head.get());
    }
    if new.head()? != at {
        return Err(SealError::Differs { seq: at.next() });
    }
    if let Some(finding) = new.verify(|_| ())?.finding {
        return Err(SealError::Damaged(finding));
    }
    let reports = |model| proof::reports(model, threads);
    let ([before @ .., before_by_person], [after @ .., after_by_person]) =
        (reports(&before), reports(&after));
    // Whoever was erased and stood in plain since was two end-users, and is one now.
    if before == after && (0 < dropped || before_by_person == after_by_person) {
        return Ok(dropped);
    }
    Err(SealError::Report)
}

/// So many deliveries after `at`.
fn next(reader: &mut LogReader, at: Seq, count: u64) -> Result<Vec<Recorded>, LogError> {
    let mut next = Vec::new();
    reader.read(at, count, |row| {
        next.push(row.to_recorded());
        Ok::<_, LogError>(())
    })?;
    Ok(next)
}

fn is_same_but_for_the_body(original: &Recorded, copy: &Recorded) -> bool {
    original.seq == copy.seq
        && original.delivery.received_at == copy.delivery.received_at
        && original.delivery.origin == copy.delivery.origin
}

fn count(model: &mut Model, of: &Recorded, body: &[u8]) {
    fold(model, of.seq, of.delivery.received_at, &of.delivery.origin.integration, body);
}
