//! The read model: the facts of every session in columns, and the checkpoint that saves them.
//!
//! It is folded from the log and can be deleted at any time. It knows nothing of HTTP, of the
//! log's SQL, or of rendering. The projector writes it through [`Model`]; the report asks it
//! through [`Model::scan`].

mod names; // texts and the codes that stand for them
mod deliveries; // what is known of each delivery, by its place in the log
mod vendor_data; // the customer's own reference, as a number
mod chunk; // the columns of some thousand sessions
mod sessions; // every session, found by its id
mod model; // all of it, and how far it has read
mod recent; // what came lately, and from whom
mod scan; // the units of a report, one by one
mod encode; // columns as bytes
mod checkpoint; // the model in `read.db`
mod diff; // where two models differ
mod neighbours; // sessions by what leads to them

pub use checkpoint::{Checkpoint, CheckpointError, Store};
pub use chunk::Joined;
pub use deliveries::{DeliveryFlags, DeliveryTally};
pub use model::{Model, SessionView};
pub use names::{Code, Exits, Names};
pub use neighbours::Brief;
pub use recent::DeliveryFilter;
pub use scan::UnitView;
pub use sessions::Row;
pub use vendor_data::vendor_data_hash;
