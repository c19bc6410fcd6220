//! By mail: what a real server reads, and what becomes of a mail when a server fails.

mod office; // a mail server that others wrote
mod letter; // what it reads of a mail
