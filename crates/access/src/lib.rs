//! Who may see and do what: people, their sessions, API tokens, saved views and share links.
//!
//! It keeps them in `access.db`, beside the log. It knows nothing of HTTP, and nothing of reports.

mod role; // what somebody may do

pub use role::Role;
