//! Stands between a program and the C library, by `LD_PRELOAD`: for tests only.
//!
//! The program is the very binary that is shipped. What is to happen stands in a plan, a file that
//! `INTERPOSE_PLAN` names and that may be changed while the program runs; each change counts anew.
//! A line is a rule:
//!
//! ```text
//! kill before|halfway|after CALL FILE NTH    the process is killed at the Nth such call
//! fail ERRNO CALL FILE NTH [on]              it fails, once or from then on
//! delay MICROSECONDS CALL FILE               each takes so much longer
//! clock SECONDS                              the time of day is so much later
//! ```
//!
//! `CALL` is `open` (to write), `write`, `begin` (the first write to a file since it was synced),
//! `sync`, `cut`, `rename` (by the new name), `unlink` or `any`. `FILE` is a path in which `*` stands
//! for anything. What was met is appended to the file that `INTERPOSE_SAID` names, as the rule says it.
//!
//! Where `INTERPOSE_TRACE` names a file, all that is done to files below the folder `INTERPOSE_BELOW`
//! is appended to it, in order, as a line each:
//!
//! ```text
//! written INODE OFFSET LENGTH    with the bytes and a line break behind it
//! cut INODE LENGTH
//! synced INODE                   a file, or the names in a folder
//! file INODE PATH                a new one, and empty
//! folder INODE PATH
//! renamed FROM TO
//! removed PATH
//! ```
//!
//! The words of a line are separated by tabs, and paths begin at the folder.
//!
//! What goes past the C library is not seen: memory that is mapped, and system calls made directly.

mod calls; // the C library's functions on open files, as the program finds them
mod names; // those that give names and take them away
mod glob; // whether a path is meant
mod plan; // what is to happen
mod rule; // one line of it
mod system; // what is asked of the kernel, past ourselves
mod trace; // what was done to files, in order
