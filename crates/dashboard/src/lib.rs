//! The dashboard and the API: the same answers as pages and as JSON.
//!
//! It asks the model, reads the deliveries behind a session from the log, and renders. It computes
//! nothing that `report` does not compute, and changes nothing.

mod analysis; // what the pages with the line of filters have in common
mod answer; // an answer with the headers that every answer has
pub mod assets; // the few files that a page asks for
mod choices; // what the form offers
mod cursor; // where the next page of a list begins
mod describe; // the API's description, and the shapes that it names
mod history; // one session, with the deliveries that tell of it
pub mod page; // what is known, as markup
mod parameters; // a query string, as a question
mod groups; // the two groups of a comparison
mod problem; // what went wrong, as problem+json
mod reader; // who asks
mod routes; // one file for each address
mod state; // what the routes work with
mod units; // one page of the units behind a report

#[cfg(test)]
mod fixture; // a small log, and the routes over it

pub use reader::Reader;
pub use routes::routes;
pub use state::{CatalogueCell, LAG_DELIVERIES_MAX, LAG_SECONDS_MAX, ReadyLimits, State};
