//! By mail: what a real server reads, and what becomes of a mail when a server fails.

mod office; // a mail server that others wrote
mod letter; // what it reads of a mail
mod server; // a mail server that fails as it is told to
mod failing; // what becomes of a mail then
mod sealed; // what goes over the wire in the clear
