//! Runs from their instant to their recipients, under a clock that tests hold in their hands.

#![allow(clippy::unwrap_used)] // a helper of a test fails as the test does

mod world; // a data directory, a clock, an engine and a post that do as they are told

mod again; // the same once more
mod alerts; // told once, held back in quiet hours, acknowledged
mod clocks; // daylight saving, leap days, clocks that jump
mod crashes; // ended anywhere, at random, and by SIGKILL at every step
mod edits; // definitions that change, break, are mended, disappear
mod faults; // a disk that fails at any call, and loses what was not synced
mod many; // a thousand at once, and a thousand that are not due
mod refusals; // recipients that do not take it
mod rendering; // engines and disks that do not
mod threads; // a slow recipient is in nobody's way
