//! Who may see and do what: people, their sessions, API tokens, saved views and share links.
//!
//! It keeps them in `access.db`, beside the log. It knows nothing of HTTP, and nothing of reports.

mod error; // what can go wrong, and what is refused
mod secret; // tokens: made of chance, kept as a digest
mod setup; // the one-time token of the first start
mod throttle; // pauses after failures
mod name; // what somebody can be called
mod password; // what can be a password, and its hash
mod role; // what somebody may do
mod store; // the file
mod person; // people
mod session; // browsers in which somebody signed in
mod sign_in; // a name and a password, judged
mod token; // what programs identify themselves by
mod view; // a page with its filters, under a name
mod share; // the same for whoever has a link, until it ends

pub use error::{AccessError, Refusal};
pub use name::NAME_CHARS_MAX;
pub use password::{Cost, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
pub use person::{NewPerson, ONE_TIME_US, Person, PersonId};
pub use role::Role;
pub use secret::Secret;
pub use session::{Known, SESSION_IDLE_US_MAX, SESSION_US_MAX};
pub use setup::SetupToken;
pub use share::{NewShare, SHARE_DAYS_MAX, Share, ShareId};
pub use sign_in::SignedIn;
pub use store::Access;
pub use throttle::{Pause, Throttle};
pub use token::{NewToken, TOKEN_DAYS_MAX, TOKEN_PREFIX, Token, TokenId, Used};
pub use view::{NewView, QUERY_BYTES_MAX, VIEWS_MAX, View, ViewId};
