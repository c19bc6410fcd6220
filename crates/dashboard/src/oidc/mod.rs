//! Signing in by OpenID Connect: the provider says who somebody is, we say whether they are let in.
//!
//! The authorization code flow with PKCE, `state` and `nonce`. Everything here waits for the provider:
//! not for a thread that others wait for.

mod settings; // which provider, and whom we let in
mod http; // how it is spoken to
mod pending; // sign-ins that are not back from it yet
mod refused; // why somebody is not let in
#[cfg(test)]
pub(crate) mod fake; // a provider on this machine

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreGenderClaim, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, CsrfToken, EmptyAdditionalClaims, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, Scope, TokenResponse, UserInfoClaims,
};
use tokio::sync::{Semaphore, SemaphorePermit};
use ureq::Agent;
use weir_access::{Access, AccessError, NewPerson, Refusal, Role, Secret, SignedIn};
use weir_domain::Timestamp;

use crate::problem::{Problem, echo};

pub(crate) use pending::PENDING_US;
pub(crate) use refused::Refused;
pub use settings::{OidcSettings, OidcSettingsError};

use pending::{Pending, Waiting};
use settings::Checked;

/// Requests that wait for the provider at once: it must not hold up everything else.
const TALKS_MAX: usize = 8;
/// How long the provider's own description is good for sending people there. Who comes back from it is
/// judged by one that is fresh, so that keys may change at any time.
const KNOWN_US: i64 = 5 * 60 * 1_000_000;

/// What an ID token may be signed with: keys of which only the provider has the half that signs.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The provider.
#[derive(Debug)]
pub struct Oidc {
    settings: Checked,
    agent: Agent,
    pending: Pending,
    known: Mutex<Option<(Timestamp, CoreProviderMetadata)>>,
    talks: Semaphore,
}

/// A sign-in that goes on at the provider.
pub(crate) struct Begun {
    /// Where.
    pub(crate) address: String,
    /// What this browser must show afterwards.
    pub(crate) browser: Secret,
}

/// What the provider sends back along with somebody.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) state: String,
    pub(crate) code: String,
    pub(crate) error: String,
    pub(crate) iss: String,
}

/// Whom the provider vouches for.
#[derive(Debug)]
pub(crate) struct Identity {
    /// What it calls them; never changes, and is never another's.
    pub(crate) subject: String,
    email: String,
    /// The page to look at then.
    pub(crate) next: String,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Oidc {
    /// The provider, as configured. It is not spoken to yet.
    ///
    /// # Errors
    /// If the configuration is wrong.
    pub fn new(settings: OidcSettings) -> Result<Oidc, OidcSettingsError> {
        let settings = settings.checked()?;
        let https_only = settings.issuer.url().scheme() == "https";
        Ok(Oidc {
            settings,
            agent: http::agent(https_only),
            pending: Pending::default(),
            known: Mutex::new(None),
            talks: Semaphore::new(TALKS_MAX),
        })
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// What somebody may do whom it vouches for the first time.
    pub(crate) fn role(&self) -> Role {
        self.settings.role
    }

    /// Begins a sign-in that leads to `next`, an address of ours.
    pub(crate) fn begin(&self, next: &str, now: Timestamp) -> Result<Begun, Refused> {
        let client = self.client(self.known(now)?);
        // All chance is the operating system's.
        let chance = || Secret::random().reveal().to_owned();
        let verifier = PkceCodeVerifier::new(chance());
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(chance()),
                move || Nonce::new(chance()),
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        let browser = Secret::random();
        let waiting = Waiting {
            browser: browser.clone(),
            nonce,
            verifier,
            next: next.to_owned(),
            since: now,
        };
        self.pending.keep(state.into_secret(), waiting);
        Ok(Begun { address: url.into(), browser })
    }

    /// Ends it: whom the provider vouches for, if that is somebody whom we let in.
    pub(crate) fn finish(
        &self,
        sent: &Sent,
        browser: &str,
        now: Timestamp,
    ) -> Result<Identity, Refused> {
        let waiting = self.pending.take(&sent.state, browser, now).ok_or(Refused::Stale)?;
        if !sent.iss.is_empty() && sent.iss != self.settings.issuer.as_str() {
            tracing::error!("another issuer answered a sign-in: {}", echo(&sent.iss));
            return Err(Refused::Untrusted);
        }
        if sent.code.is_empty() {
            tracing::warn!("the identity provider signs somebody not in: {}", echo(&sent.error));
            return Err(Refused::Denied);
        }
        let _talk = self.talk()?;
        let client = self.client(self.discover(now)?);
        let answer = client
            .exchange_code(AuthorizationCode::new(sent.code.clone()))
            .map_err(|error| Refused::unreachable(&error))?
            .set_pkce_verifier(waiting.verifier)
            .request(&self.http())
            .map_err(|error| Refused::no_token(&error))?;
        let token = answer.id_token().ok_or_else(|| {
            tracing::error!("the identity provider gives no ID token");
            Refused::Untrusted
        })?;
        let moment =
            DateTime::from_timestamp_micros(now.as_micros()).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let verifier =
            client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || moment);
        let claims =
            token.claims(&verifier, &waiting.nonce).map_err(|error| Refused::untrusted(&error))?;
        let email = self.email(&client, claims, answer.access_token())?;
        // With the issuer: another's people are not these.
        let subject = format!("{} {}", self.settings.issuer.as_str(), claims.subject().as_str());
        Ok(Identity { subject, email, next: waiting.next })
    }

    /// A session for them: whom they were before, or somebody new.
    pub(crate) fn admit(
        &self,
        store: &Access,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Result<SignedIn, Refused>, Problem> {
        let new = NewPerson { name: &identity.email, role: self.settings.role };
        let person = match store.person_elsewhere(&identity.subject, new, now) {
            Ok(person) if person.disabled => return Ok(Err(Refused::Disabled)),
            Ok(person) => person.id,
            Err(AccessError::Refused(Refusal::NameTaken)) => return Ok(Err(Refused::NameTaken)),
            Err(AccessError::Refused(refusal)) => return Ok(Err(Refused::Name(refusal))),
            Err(error) => return Err(error.into()),
        };
        Ok(Ok(SignedIn { person, token: store.begin_session(person, now)? }))
    }

    /// Their mail address, if the provider vouches for it and we let its domain in.
    fn email(
        &self,
        client: &Client,
        claims: &CoreIdTokenClaims,
        token: &AccessToken,
    ) -> Result<String, Refused> {
        let (email, verified) = match claims.email() {
            Some(email) => (email.to_string(), claims.email_verified()),
            None => {
                let asked = client.user_info(token.clone(), Some(claims.subject().clone()));
                let asked = asked.map_err(|error| Refused::unreachable(&error))?;
                let told: UserInfoClaims<EmptyAdditionalClaims, CoreGenderClaim> =
                    asked.request(&self.http()).map_err(|error| Refused::untrusted(&error))?;
                let email = told.email().ok_or(Refused::Unverified)?;
                (email.to_string(), told.email_verified())
            }
        };
        if verified != Some(true) {
            return Err(Refused::Unverified);
        }
        let (_, domain) = email.rsplit_once('@').ok_or(Refused::Domain)?;
        let lets_in = |known: &String| known.eq_ignore_ascii_case(domain);
        if self.settings.domains.iter().any(lets_in) { Ok(email) } else { Err(Refused::Domain) }
    }

    fn client(&self, metadata: CoreProviderMetadata) -> Client {
        let Checked { client_id, client_secret, redirect, .. } = &self.settings;
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_none_or(|methods| methods.contains(&method));
        let in_body = !takes(CoreClientAuthMethod::ClientSecretBasic)
            && takes(CoreClientAuthMethod::ClientSecretPost);
        let how = if in_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        let secret = Some(client_secret.clone());
        CoreClient::from_provider_metadata(metadata, client_id.clone(), secret)
            .set_redirect_uri(redirect.clone())
            .set_auth_type(how)
    }

    /// The provider's description of itself, of a few minutes ago at most.
    fn known(&self, now: Timestamp) -> Result<CoreProviderMetadata, Refused> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some((since, metadata)) if now.since_us(since) < KNOWN_US => Ok(metadata),
            _ => {
                let _talk = self.talk()?;
                self.discover(now)
            }
        }
    }

    /// The same, of now.
    fn discover(&self, now: Timestamp) -> Result<CoreProviderMetadata, Refused> {
        let metadata = CoreProviderMetadata::discover(&self.settings.issuer, &self.http())
            .map_err(|error| Refused::unreachable(&error))?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((now, metadata.clone()));
        Ok(metadata)
    }

    fn talk(&self) -> Result<SemaphorePermit<'_>, Refused> {
        self.talks.try_acquire().map_err(|_| Refused::Busy)
    }

    fn http(&self) -> impl Fn(HttpRequest) -> Result<openidconnect::HttpResponse, ureq::Error> {
        |request| http::send(&self.agent, request)
    }
}
