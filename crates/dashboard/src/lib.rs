//! The dashboard and the API.

pub mod assets; // the few files that a page asks for
pub mod page; // what is known, as markup
