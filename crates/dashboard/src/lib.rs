//! The dashboard and the API: the same answers as pages and as JSON.
//!
//! It asks the model, reads the deliveries behind a session from the log, and renders. It computes
//! nothing that `report` does not compute. What operators and readers change there (the catalogue,
//! views, people) lies beside the log; the log itself it never changes.

mod analysis; // what the pages with the line of filters have in common
mod audit; // who did what, written down before it is answered
mod answer; // an answer with the headers that every answer has
pub mod assets; // the few files that a page asks for
mod catalogue; // the catalogue, which an operator may change while others read it
mod choices; // what the form offers
mod entrance; // who asks, and whether they may
#[cfg(feature = "oidc")]
mod oidc; // who somebody is, as an identity provider says
#[doc(hidden)]
pub mod fuzzing; // what the fuzz targets reach
mod describe; // the API's description, and the shapes that it names
mod exits; // what the pages of screens and of reasons have in common
mod gate; // how many reports are computed at once
mod list; // the units behind a number, in some order, from some place on
mod health; // how the process does
mod history; // one session, with the deliveries that tell of it
mod ingest; // what was seen of the webhook endpoint
pub mod page; // what is known, as markup
mod fields; // what a form of ours sent
mod json_body; // what a program sent as JSON
mod kept; // a page with its filters, as it is saved and shared
mod parameters; // a query string, as a question
mod groups; // the two groups of a comparison
mod lost; // stores that cannot be worked with
mod problem; // what went wrong, as problem+json
mod pulse; // what the health page remembers
mod reveal; // what of personal values a reader sees
mod reader; // who asks
mod routes; // one file for each address
mod schedules; // scheduled reports: the definitions, and what the ledger says of them
mod seal; // markup that leads nowhere
mod opened; // the log, its bodies opened as far as there are keys
mod state; // what the routes work with
mod streams; // the open streams of events

#[cfg(test)]
mod fixture; // a small log, and the routes over it
#[cfg(test)]
mod promise; // a number leads to as many sessions as it says

pub use audit::Auditor;
pub use catalogue::CatalogueCell;
pub use entrance::{Entrance, Openness};
pub use gate::{Busy, Gate, Permit};
pub use ingest::{AnswerCount, IngestHealth, RefusalCount, SecretUse};
pub use lost::{WITHOUT_LEDGER, WITHOUT_PEOPLE, WITHOUT_RECORD};
#[cfg(feature = "oidc")]
pub use oidc::{Oidc, OidcSettings, OidcSettingsError};
pub use pulse::Pulse;
pub use reader::Reader;
pub use reveal::{Reveal, ViewersSee};
pub use routes::routes;
pub use schedules::Schedules;
pub use state::{LAG_DELIVERIES_MAX, LAG_SECONDS_MAX, ReadyLimits, State};
pub use streams::Streams;
