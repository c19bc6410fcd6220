//! Why somebody is not let in who comes from the provider: to them in words, to the log in detail.

use std::error::Error;

use actix_web::http::StatusCode;
use openidconnect::RequestTokenError;
use weir_access::Refusal;

use crate::problem::echo;

/// Why, as a sentence to whoever wants in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Nobody began it here, or long ago, or in another browser.
    #[error(
        "this sign-in was not begun in this browser, or more than ten minutes ago; begin it again"
    )]
    Stale,
    /// As many as may be are at it.
    #[error("too many are signing in at this moment; try again in a few seconds")]
    Busy,
    /// No answer, or none that can be read.
    #[error(
        "the identity provider cannot be reached or read; try again, or ask an operator, whose log says why"
    )]
    Unreachable,
    /// It says no.
    #[error("the identity provider did not sign you in; begin it again, or ask whoever runs it")]
    Denied,
    /// What it says does not hold.
    #[error(
        "what the identity provider said does not hold, so nobody was signed in; an operator's log says why"
    )]
    Untrusted,
    /// It does not say that the address is theirs.
    #[error(
        "the identity provider does not vouch for your mail address, so you cannot be let in; ask whoever runs it"
    )]
    Unverified,
    /// Of an organisation that nobody let in.
    #[error("people with your mail address's domain are not let in here; ask an owner")]
    Domain,
    /// An owner locked them out.
    #[error("an owner has locked you out; ask them")]
    Disabled,
    /// Somebody else has the name.
    #[error(
        "somebody here has your mail address as their name and signs in otherwise, so nobody was made for you; ask an owner"
    )]
    NameTaken,
    /// No name for a person here.
    #[error("your mail address cannot be a name here: {0}")]
    Name(Refusal),
}

impl Refused {
    /// The status of the page that says so.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Refused::Stale => StatusCode::BAD_REQUEST,
            Refused::Busy | Refused::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::FORBIDDEN,
        }
    }

    /// The provider cannot be spoken with.
    pub(super) fn unreachable(why: &dyn Error) -> Refused {
        tracing::error!("the identity provider cannot be reached or read: {}", chain(why));
        Refused::Unreachable
    }

    /// What it says does not hold.
    pub(super) fn untrusted(why: &dyn Error) -> Refused {
        tracing::error!("the identity provider's word does not hold: {}", chain(why));
        Refused::Untrusted
    }

    /// It does not give a token for the code.
    pub(super) fn no_token<E, T>(why: &RequestTokenError<E, T>) -> Refused
    where
        E: Error + 'static,
        T: openidconnect::ErrorResponse + std::fmt::Display + 'static,
    {
        match why {
            RequestTokenError::ServerResponse(said) => {
                let said = echo(&said.to_string());
                tracing::error!("the identity provider gives no token: {said}");
                Refused::Denied
            }
            RequestTokenError::Request(error) => Refused::unreachable(error),
            // Not what it was: a token may stand in it.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                tracing::error!("the identity provider's answer to a code cannot be read");
                Refused::Unreachable
            }
        }
    }
}

/// The error with what it comes from, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text.chars().flat_map(char::escape_debug).take(LOGGED_CHARS_MAX).collect()
}

/// Enough for a sentence and an address.
const LOGGED_CHARS_MAX: usize = 600;
