//! The ways out: how a report reaches a recipient, once.
//!
//! A channel takes a [`Parcel`] and a [`Target`] and says what became of it. It never decides to
//! send again: it tells what may be tried again ([`Refusal`]), and whoever keeps the ledger does.
//! Every address that it connects to is resolved, checked and pinned first.

mod parcel; // what is sent
mod refusal; // why it was not
mod post; // the one verb
mod target; // to whom

pub use parcel::{Attachment, Parcel};
pub use post::{Handing, Post, Receipt};
pub use refusal::Refusal;
pub use target::Target;
