//! The machine does not do as it should: disks that fail, clocks that jump, no memory, too much to do.

#![allow(missing_docs)]

mod clock; // a clock that jumps
mod fsync; // a sync fails
mod memory; // hardly any memory
mod overload; // ten times what the disk takes, and crowds besides
mod read_only; // a disk that may not be written any more, or has no room
