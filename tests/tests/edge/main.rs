//! Whoever can connect: what strangers send to `weir serve`, byte by byte.
//!
//! Nothing that is not signed comes into the log, no request hides in another, nobody holds a
//! connection for ever, and nothing of it is in what the process says.

#![allow(missing_docs)]

mod framing; // where a request ends, in one reading only
mod fuzz; // requests changed at random
mod lines; // what is said of strangers, and what is not
mod proxies; // through nginx and Caddy, as their recipes say
mod refusal; // the same 401, byte for byte
mod rotation; // one secret takes another's place
mod sources; // from where
mod tls; // encrypted by ourselves
mod slow; // connections that are held
