//! Personal data, sealed: what the log has instead of it, and the vault of the keys.
//!
//! In a *sealed body* the values of `vendorData` and `endUserId` are replaced by pseudonyms, and lie
//! encrypted before it: [`seal_body`] and [`open_body`] are pure. The [`Vault`] has the keys, one per
//! subject and month, and forgets them. What folds and counts needs neither: it reads the
//! [`skeleton`].
//!
//! Nothing here knows the log, what an event means, or who may see what.

mod kind; // whose value it is
mod period; // the month that a key is for
mod pseudonym; // what stands in the log instead of a value
mod personal; // where personal values stand in a body
mod cipher; // one value, encrypted
mod form; // a stored body, taken apart and put together
mod body; // a body to its sealed form, and back
mod needles; // what must be in no file any more
mod mask; // a body for whoever may not see personal values
mod error; // what can go wrong with the vault
mod vault; // the keys: `keys.db`

pub use body::{Absence, Found, Opened, Withheld, open_body, seal_body, stored_plain};
pub use cipher::Key;
pub use error::VaultError;
pub use form::{Part, Sealed, Stored, Whole, must_be_wrapped, skeleton};
pub use kind::Kind;
pub use mask::mask_body;
pub use needles::{Needle, Needles};
pub use period::Period;
pub use pseudonym::Pseudonym;
pub use vault::{Counts, Erased, Keyring, Subject, TOMBSTONE_US, Tombstones, Vault, opened};
