//! What can go wrong, what is refused, and what to do next.

use weir_journal::StoreError;

use crate::name::NAME_CHARS_MAX;
use crate::password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use crate::share::SHARE_DAYS_MAX;
use crate::token::TOKEN_DAYS_MAX;
use crate::view::{QUERY_BYTES_MAX, VIEWS_MAX};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// What was asked cannot be had. Whoever asked can mend it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// As many passwords are being judged as may be. Trying again helps.
    #[error("too many passwords are being checked at this moment; try again in a second")]
    Busy,
    /// The file cannot be opened, read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row that we wrote does not read back. Trying again will not help.
    #[error("a row of access.db is damaged in column `{column}`; restore a backup")]
    Damaged {
        /// The column.
        column: &'static str,
    },
}

/// What is refused, as a sentence to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A name without a character.
    #[error("write a name")]
    NameEmpty,
    /// A name over the limit.
    #[error("the name is longer than {NAME_CHARS_MAX} characters")]
    NameLong,
    /// A name that hides something.
    #[error("the name holds a control or formatting character; leave it out")]
    NameControl,
    /// Somebody has the name.
    #[error("somebody has this name already, perhaps in other letter case; choose another")]
    NameTaken,
    /// A password that is guessed too soon.
    #[error("the password must have at least {PASSWORD_CHARS_MIN} characters")]
    PasswordShort,
    /// A password over the limit.
    #[error("the password must have at most {PASSWORD_CHARS_MAX} characters")]
    PasswordLong,
    /// A password that everybody tries first.
    #[error("this is one of the passwords that are tried first; choose one that is your own")]
    PasswordCommon,
    /// The password says no more than the name.
    #[error("the password must not be made of the name")]
    PasswordIsName,
    /// A slip of a finger.
    #[error("the two passwords are not the same")]
    PasswordAgain,
    /// The present password is not right.
    #[error("this is not your present password")]
    PasswordWrong,
    /// There is nobody of this name or number.
    #[error("there is no such person")]
    NoPerson,
    /// There is no such token, or it is somebody else's.
    #[error("there is no such token")]
    NoToken,
    /// Nobody could make people any more.
    #[error("this is the only owner who can sign in; make somebody else an owner first")]
    LastOwner,
    /// The owner has been made.
    #[error("the owner has been made already; sign in")]
    OwnerExists,
    /// The one-time token of the first start does not fit.
    #[error("this is not the token that Weir printed when it started; it changes with every start")]
    SetupToken,
    /// A token may not do more than its maker.
    #[error("a token cannot be given a greater role than its maker has")]
    RoleTooGreat,
    /// A token must end.
    #[error("a token is good for 1 to {TOKEN_DAYS_MAX} days")]
    TokenDays,
    /// Somebody has enough of them.
    #[error("you have as many tokens as anybody may have; revoke one first")]
    TooManyTokens,
    /// Another view has the name.
    #[error("there is a view of this name already, perhaps in other letter case; choose another")]
    ViewNameTaken,
    /// There is no such view.
    #[error("there is no such view")]
    NoView,
    /// There are enough of them.
    #[error("there are {VIEWS_MAX} views, as many as are kept; delete one first")]
    TooManyViews,
    /// Filters over the limit.
    #[error("the filters are longer than {QUERY_BYTES_MAX} bytes; choose fewer")]
    QueryLong,
    /// A link must end.
    #[error("a share link must end, within {SHARE_DAYS_MAX} days from now")]
    ShareEnds,
    /// There is no such link.
    #[error("there is no such share link")]
    NoShare,
    /// There are enough of them.
    #[error("there are as many open share links as there may be; revoke one first")]
    TooManyShares,
    /// Their password is at the identity provider.
    #[error("this person signs in elsewhere and has no password here")]
    NoPassword,
}

impl Refusal {
    /// Which of the things that were entered is at fault, by its name in forms and in the API.
    #[must_use]
    pub const fn parameter(self) -> Option<&'static str> {
        match self {
            Refusal::NameEmpty
            | Refusal::NameLong
            | Refusal::NameControl
            | Refusal::NameTaken
            | Refusal::ViewNameTaken => Some("name"),
            Refusal::PasswordShort
            | Refusal::PasswordLong
            | Refusal::PasswordCommon
            | Refusal::PasswordIsName => Some("password"),
            Refusal::PasswordWrong => Some("present"),
            Refusal::PasswordAgain => Some("again"),
            Refusal::SetupToken => Some("token"),
            Refusal::RoleTooGreat => Some("role"),
            Refusal::TokenDays => Some("days"),
            Refusal::QueryLong => Some("query"),
            Refusal::ShareEnds => Some("until"),
            Refusal::NoPerson
            | Refusal::NoToken
            | Refusal::LastOwner
            | Refusal::OwnerExists
            | Refusal::NoView
            | Refusal::TooManyViews
            | Refusal::NoShare
            | Refusal::TooManyShares
            | Refusal::TooManyTokens
            | Refusal::NoPassword => None,
        }
    }
}
