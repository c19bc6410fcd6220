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
//! What goes past the C library is not seen: memory that is mapped, and system calls made directly.

mod calls; // the C library's functions, as the program finds them
mod glob; // whether a path is meant
mod plan; // what is to happen
mod rule; // one line of it
mod system; // what is asked of the kernel, past ourselves
