//! Files and folders that are still there after a power cut.
//!
//! A file's bytes are on the disk once the file is synced, and its name once the folder is that the name
//! is in: POSIX promises no more, and nothing here counts on more. Nothing here knows what a file is for.

mod folder; // folders that are made, and the names in them
mod replace; // a small file replaced as a whole

pub use folder::{create_folder, sync_folder, sync_folder_of, sync_new};
pub use replace::{beside, put, replace};
