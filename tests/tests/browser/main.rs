//! The page in a real browser, from the running binary.
//!
//! `WEIR_CHROMIUM=PATH` names the browser; else it is `chromium` on PATH.

#![allow(missing_docs)]

mod chromium; // a browser without a window
mod content; // what stands on the page is what the API says
mod looks; // light and dark, narrow and wide
mod world; // a server with simulated traffic
