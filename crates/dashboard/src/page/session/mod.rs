//! One session's story.

mod link; // its address

pub(crate) use link::address;
