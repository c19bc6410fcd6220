//! What stands between a request and what answers it: who asks, and whether they may.

mod cookie; // the session's token in the browser
mod guard; // every route's door
mod identify; // who asks
mod in_flight; // how many requests of one asker are answered at once
mod lasting; // whether somebody is let in for as long as they are answered
mod once; // what is shown once
mod recorded; // what is written down of those who were let in
mod origin; // where a request comes from
#[cfg(test)]
mod tests; // every route, asked by everybody

use std::sync::atomic::{AtomicBool, Ordering};

use prometheus_client::metrics::counter::Counter;
use weir_access::{Access, AccessError, Secret, SetupToken, Throttle};
use weir_domain::Networks;

pub(crate) use cookie::{clear_cookie, session_token, set_cookie};
#[cfg(feature = "oidc")]
pub(crate) use cookie::{clear_pending_cookie, pending_token, set_pending_cookie};
pub(crate) use guard::guard;
pub(crate) use identify::{By, Holder};
pub(crate) use in_flight::InFlight;
pub(crate) use lasting::Lasting;
pub(crate) use once::{Once, Shown};
pub(crate) use origin::{client_address, is_secure};

/// Who needs not say who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Openness {
    /// Nobody.
    Never,
    /// Programs on this machine may read the API, until there is an owner who could give them a token.
    #[default]
    UntilOwner,
    /// Whoever sits at this machine, who may do everything.
    Loopback,
}

/// The people, and what is known of the place that requests come to.
#[derive(Debug)]
pub struct Entrance {
    /// People, sessions and tokens.
    pub store: Access,
    /// Who needs not say who they are.
    pub openness: Openness,
    /// Whether only this machine can reach the address that is listened at.
    pub listener_is_loopback: bool,
    /// The address that others reach this server at, as configured.
    pub public_url: Option<String>,
    /// Where the dashboard may be looked at from; from anywhere without any.
    pub allow_from: Networks,
    /// How many requests from elsewhere were refused.
    pub elsewhere: Counter,
    /// Whether the listener itself speaks TLS.
    pub tls: bool,
    /// The one-time token of the first start.
    pub setup: SetupToken,
    /// Who else says who somebody is.
    #[cfg(feature = "oidc")]
    pub(crate) oidc: Option<crate::oidc::Oidc>,
    /// Pauses after failures.
    pub(crate) throttle: Throttle,
    /// The requests that are being answered.
    pub(crate) in_flight: InFlight,
    /// What is shown once.
    pub(crate) once: Once,
    /// What stands in the forms of whoever has no session.
    csrf: Secret,
    /// There has been somebody: there always will be.
    has_people: AtomicBool,
}

impl Entrance {
    /// The entrance to `store`, reached at an address as said.
    #[must_use]
    pub fn new(
        store: Access,
        openness: Openness,
        listener_is_loopback: bool,
        public_url: Option<String>,
    ) -> Entrance {
        Entrance {
            store,
            openness,
            listener_is_loopback,
            public_url,
            allow_from: Networks::default(),
            elsewhere: Counter::default(),
            tls: false,
            setup: SetupToken::random(),
            #[cfg(feature = "oidc")]
            oidc: None,
            throttle: Throttle::default(),
            in_flight: InFlight::default(),
            once: Once::default(),
            csrf: Secret::random(),
            has_people: AtomicBool::new(false),
        }
    }

    /// The same with an identity provider, or without.
    #[cfg(feature = "oidc")]
    #[must_use]
    pub fn with_oidc(self, oidc: Option<crate::oidc::Oidc>) -> Entrance {
        Entrance { oidc, ..self }
    }

    /// What people call the identity provider, where there is one.
    #[cfg(feature = "oidc")]
    pub(crate) fn provider(&self) -> Option<&str> {
        self.oidc.as_ref().map(crate::oidc::Oidc::name)
    }

    /// What people call the identity provider: this binary was built to know none.
    #[cfg(not(feature = "oidc"))]
    pub(crate) const fn provider(&self) -> Option<&str> {
        None
    }

    /// Whether anybody is known.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn has_people(&self) -> Result<bool, AccessError> {
        if self.has_people.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let found = self.store.has_people()?;
        self.has_people.store(found, Ordering::Relaxed);
        Ok(found)
    }
}
