//! A model of end-users and of the provider that tells about them.
//!
//! One seed and one [`Scenario`] give one stream of unsigned deliveries, the same bytes on every
//! machine. The demo, `weir simulate` and the benchmarks all draw from it. It knows the provider's
//! wire format and nothing of ours: it neither signs, sends, sleeps nor asks the time.

mod arrivals; // when sessions start
mod body; // an event as the provider writes it
mod chance; // seeded chance, the same on every machine
mod customer; // who verifies, and what our customer calls them
mod deliveries; // what is due, in order of time
mod event; // what the provider has to tell
mod exit; // what it says about a flow that stopped
mod flow; // the table of the model: screens, hazards, dwell times, shares
mod network; // lost, late, repeated, misnamed, unreadable
mod scenario; // what can be set
mod season; // what the hour, the week, the trend and the incident do
mod session; // one session, from start to end

pub use deliveries::{Deliveries, Sent};
pub use scenario::Scenario;
