//! What happens, from the socket to the page, told with the real binary.
//!
//! `one_delivery` is where to begin. Every test starts a server of its own, on its own data.

#![allow(missing_docs)]

mod accepted; // 200: whoever may sign, in whatever way
mod busy; // 503: a log that cannot take it in time
mod ending; // a stop and a new start lose nothing
mod named; // what an operator names and shares while the server runs
mod one_delivery; // one delivery becomes one bar
mod other_routes; // health, metrics, the API and the command line agree
mod refused; // 401 in one voice
mod unfit; // 405, 408, 413, 415: requests that are no delivery
