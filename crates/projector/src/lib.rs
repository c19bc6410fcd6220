//! Folds the log into the read model.
//!
//! It reads deliveries in log order, reads each body as an event, joins its fact to the session's,
//! and saves the columns together with how far it read. It fails on no body, never asks the time,
//! and never writes the log.

mod batch; // the next deliveries, copied out of the log
mod event; // what a body says
mod parse; // a body, field by field
mod fold; // one delivery in, the next model out
mod catch_up; // reads on to the log's head, two threads side by side
mod opened; // checkpoint plus tail
mod stored; // the read model's file, made anew where it is damaged
mod live; // the model that is served while it is folded
mod rebuild; // the same, from zero, beside what was saved
mod request; // a rebuild that another process asks for

pub use catch_up::catch_up;
pub use event::{Event, HANDOVER_REASON, Meaning, Quarantine};
pub use fold::{FOLD_VERSION, fold};
pub use live::{Lag, Live, Projector};
pub use opened::{Opened, ProjectorError, open};
pub use rebuild::{Rebuilt, rebuild};
pub use request::RebuildRequest;
