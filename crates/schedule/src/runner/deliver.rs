//! One recipient: handed over at most once, and written down what became of it.

use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use weir_channel::{Parcel, Receipt, Refusal, Target};
use weir_domain::Timestamp;
use weir_report::Definition;

use super::pause::next_try;
use super::{Step, Tools, kept};
use crate::ledger::{Filed, Open, Settled};
use crate::{LedgerError, Run, SendingState, targets};

/// Tries one sending that was taken.
pub(super) fn send(tools: &Tools, sending: &Open) -> Result<(), LedgerError> {
    let (run, filed) = match recorded(tools, sending) {
        Ok(recorded) => recorded,
        Err(error) => {
            tools.give_back(sending);
            return Err(error);
        }
    };
    let now = tools.clock.now();
    let settled = match packed(tools, &run, &filed, sending) {
        Ok((target, parcel)) => {
            tools.at(Step::Packed);
            let result = hand_over(tools, sending, &target, &parcel, now);
            tools.at(Step::Returned);
            settled(sending, result, now)
        }
        Err(cause) => failed(sending, &cause, now),
    };
    tools.settle(sending.clone(), settled)
}

fn recorded(tools: &Tools, sending: &Open) -> Result<(Run, Vec<Filed>), LedgerError> {
    let run = tools.ledger.run(sending.run)?.ok_or(LedgerError::NoRun(sending.run))?;
    Ok((run, tools.ledger.filed(sending.run)?))
}

/// The parcel and to whom it goes.
///
/// # Errors
/// A sentence, if it cannot be made.
fn packed(
    tools: &Tools,
    run: &Run,
    filed: &[Filed],
    sending: &Open,
) -> Result<(Target, Parcel), String> {
    let next = format!("weir schedule again {} --send {}", sending.run, sending.target);
    let made = || {
        let definition = Definition::read(&run.definition).map_err(|error| error.to_string())?;
        let targets = targets(&definition).into_iter().map(|(target, _)| target);
        let target = targets
            .into_iter()
            .find(|target| target.to_string() == sending.target)
            .ok_or_else(|| format!("the definition has no recipient `{}`", sending.target))?;
        let parcel = kept::parcel(&tools.outputs, run, &definition, filed, sending)?;
        Ok((target, parcel))
    };
    made().map_err(|cause: String| format!("{cause}; to make it again: {next}"))
}

fn hand_over(
    tools: &Tools,
    sending: &Open,
    target: &Target,
    parcel: &Parcel,
    now: Timestamp,
) -> Result<Receipt, Refusal> {
    let noted = Cell::new(false);
    let mut handing = || {
        tools.ledger.handing(sending.id, now).map_err(io::Error::other)?;
        noted.set(true);
        tools.at(Step::Noted);
        Ok(())
    };
    if tools.lets_panics_through {
        return tools.post.send(target, parcel, &mut handing);
    }
    // A channel that breaks takes its sending down, not the others.
    let sent = catch_unwind(AssertUnwindSafe(|| tools.post.send(target, parcel, &mut handing)));
    sent.unwrap_or_else(|_| {
        let cause = "the channel broke while it was sent; what Weir printed says why".to_owned();
        Err(match noted.get() {
            true => Refusal::Unknown { cause },
            false => Refusal::Transient { cause, retry_after: None },
        })
    })
}

/// What became of the try.
fn settled(sending: &Open, result: Result<Receipt, Refusal>, now: Timestamp) -> Settled {
    let (tries, first) = (sending.tries + 1, sending.first_try_at.unwrap_or(now));
    let settled = |state, next_try_at, trouble, receipt| Settled {
        state,
        tries,
        first_try_at: first,
        next_try_at,
        trouble,
        receipt,
    };
    match result {
        Ok(receipt) => settled(SendingState::Delivered, None, None, Some(receipt.detail)),
        Err(Refusal::Permanent { cause }) => failed(sending, &cause, now),
        Err(Refusal::Unknown { cause }) => {
            let next = format!("weir schedule again {} --send {}", sending.run, sending.target);
            settled(SendingState::Unknown, None, Some(format!("{cause}: {next}")), None)
        }
        Err(Refusal::Transient { cause, retry_after }) => {
            match next_try(tries, first, now, retry_after) {
                Some(next) => settled(SendingState::Waiting, Some(next), Some(cause), None),
                None => failed(sending, &format!("given up after {tries} tries: {cause}"), now),
            }
        }
    }
}

fn failed(sending: &Open, cause: &str, now: Timestamp) -> Settled {
    Settled {
        state: SendingState::Failed,
        tries: sending.tries + 1,
        first_try_at: sending.first_try_at.unwrap_or(now),
        next_try_at: None,
        trouble: Some(cause.to_owned()),
        receipt: None,
    }
}
