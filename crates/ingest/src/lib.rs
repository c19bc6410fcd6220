//! From bytes on the wire, or lines of a backlog, to deliveries in the log.
//!
//! A POST is read within its limits, verified over the raw bytes, appended durably, and only then
//! answered with 200. Nothing here judges an event: a body is parsed only where its personal values are sealed, by `privacy`, and nothing is answered
//! before its append is known.

mod name; // what can be an integration's name
mod integration; // who may send: API keys and secrets
mod active; // the secrets that were last read
mod limits; // how much, how long
mod body; // a body, within its size and its time
mod failures; // how much is hashed for those who sign wrong
mod verify; // a signature over the raw bytes, in constant time
mod origins; // where a delivery came from, without an allocation a request
mod queue; // deliveries that wait for the log's one writer
mod intake; // the log, and what seals before it
mod receive; // POST /webhooks/veriff
mod answer; // what the provider is told
mod matched; // when each secret last matched, and how often
mod metrics; // what the endpoint counts
pub mod import; // a backlog of lines, and an export that it reads back

pub use answer::Answer;
pub use intake::{Intake, IntakeError};
pub use integration::{
    Change, Integration, IntegrationError, IntegrationId, Integrations, NamedSecret, SECRETS_MAX,
};
pub use limits::{Limits, QueueLimits};
pub use matched::SecretMatch;
pub use metrics::Metrics;
pub use name::{NameError, check_name};
pub use queue::{AppendQueue, Appender, Committed, GroupLog, NotAppended};
pub use receive::{Ingest, PATH, routes};
pub use verify::{Refusal, Verified, verify};
