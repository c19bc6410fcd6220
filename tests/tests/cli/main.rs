//! The commands, each called as an operator would.

#![allow(missing_docs)]

mod audit; // who did what
mod backup; // a backup, and the way back
mod backup_store; // the same in an object store
mod doctor; // what is wrong, if anything
mod heads; // where the log ended, kept elsewhere
mod import_export; // lines in, packed or not, and the same bytes out
mod litestream; // another program that follows the log's file
mod people; // who may see the dashboard, where nobody can sign in yet
mod rebuild; // equality proved, or the place where there is none
mod report; // every format, every default
mod scrub; // the log, read again while the server runs
mod secrets; // which are in use
mod sign; // a signature that others compute too
mod tamper; // what no Weir would do to a file
mod simulate; // a provider, into a file and to a server
