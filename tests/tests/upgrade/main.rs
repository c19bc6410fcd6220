//! Data directories that other versions of Weir left: an older one is opened, migrated and gone on
//! with, a newer one is refused with the version that can open it.

#![allow(missing_docs)]

mod dump; // a store as text, and back
mod fixture; // what a version left, as text
mod make; // the fixture of this version
mod newer; // what is too new for us
mod older; // what was there before us
