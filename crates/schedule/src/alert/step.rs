//! The next state: so many judgements in a row to fire, and to be over.

use super::beyond::Verdict;
use super::standing::State;

/// The state after one more judgement, where it takes `runs` in a row to change.
pub(super) fn step(state: State, verdict: Verdict, runs: u32) -> State {
    use State::{Firing, Pending, Quiet, Recovering};
    match (state, verdict) {
        (Quiet, Verdict::Beyond) => pending(1, runs),
        (Pending(before), Verdict::Beyond) => pending(before.saturating_add(1), runs),
        // In a row: whatever lies between begins anew.
        (Quiet | Pending(_), _) => Quiet,
        (Firing, Verdict::Within) => recovering(1, runs),
        (Recovering(before), Verdict::Within) => recovering(before.saturating_add(1), runs),
        (Firing | Recovering(_), _) => Firing,
    }
}

fn pending(count: u32, runs: u32) -> State {
    if runs <= count { State::Firing } else { State::Pending(count) }
}

fn recovering(count: u32, runs: u32) -> State {
    if runs <= count { State::Quiet } else { State::Recovering(count) }
}
