//! Answers the runs of scheduled reports: beside a running server from the model that it serves,
//! without one from the data directory, and a run of the past from the log as it was then.

mod ask; // the question, asked of one state of a model
mod live; // beside a running server
mod past; // the log as it was
mod stored; // from the data directory
mod unknown; // filter values that nobody ever sent

#[cfg(test)]
mod alert_tests; // alerts, from the log to the message
#[cfg(test)]
mod tests;

pub(crate) use ask::Asking;
pub(crate) use live::LiveEngine;
pub(crate) use stored::StoredEngine;
