//! Reports that are sent, from the webhook to the mailbox, with the real binary.
//!
//! `arrival` is where to begin. `WEIR_KILL_CYCLES=N` kills the sending server more often than the gate
//! does, `WEIR_KILL_SEED=S` repeats what chance did in a run that printed S.

#![allow(missing_docs)]

mod again; // the same bytes, whatever came since
mod alert; // a number that calls for somebody
mod arrival; // the right numbers reach everybody, once
mod crash; // a server that is killed while it sends
mod disk; // a disk that is full, and has room again
mod ledger; // a ledger that cannot be read or written
mod trouble; // what goes wrong is seen, with cause and what to do
mod world; // a definition, recipients, and what the ledger says of them
