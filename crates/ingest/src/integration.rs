//! Who may send: API keys and secrets.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::name::{NameError, check_name};

/// Secrets of one integration. The provider has six at most; each costs an HMAC a request.
pub const SECRETS_MAX: usize = 16;

/// A shared secret with the name that the log keeps when it matches.
pub struct NamedSecret {
    name: String,
    key: Zeroizing<Vec<u8>>,
}

impl NamedSecret {
    /// The secret `key`, called `name`.
    #[must_use]
    pub fn new(name: impl Into<String>, key: impl Into<Zeroizing<Vec<u8>>>) -> NamedSecret {
        NamedSecret { name: name.into(), key: key.into() }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for NamedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NamedSecret { name, key: _ } = self;
        f.debug_struct("NamedSecret").field("name", name).finish_non_exhaustive()
    }
}

/// One of the provider's integrations, as configured.
#[derive(Debug)]
pub struct Integration {
    /// What deliveries are filed under.
    pub name: String,
    /// What `x-auth-client` says.
    pub api_key: String,
    /// Every active secret; any of them may sign.
    pub secrets: Vec<NamedSecret>,
}

/// A set of integrations that cannot be served.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntegrationError {
    /// A name that is no label.
    #[error("the integration name `{name}` {problem}; give it another")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: NameError,
    },
    /// Two with one name.
    #[error("two integrations are called `{name}`; give each its own name")]
    DoubledName {
        /// The name.
        name: String,
    },
    /// Two with one API key: a delivery could be either's.
    #[error(
        "the integrations `{first}` and `{second}` have one and the same api_key; each needs its own"
    )]
    DoubledApiKey {
        /// The one that came first.
        first: String,
        /// The other.
        second: String,
    },
    /// An API key that no header can carry.
    #[error(
        "the api_key of integration `{name}` is empty or holds blanks or other characters that no header \
         carries; copy it again from the provider's page"
    )]
    ApiKey {
        /// The integration.
        name: String,
    },
    /// No secret.
    #[error(
        "integration `{name}` has no secret, so nothing it sends could be verified; give it secret_files or secrets"
    )]
    NoSecret {
        /// The integration.
        name: String,
    },
    /// Too many secrets: each is tried for every request.
    #[error(
        "integration `{name}` has {count} secrets, more than {SECRETS_MAX}, and each is tried for every request; \
         retire those that have not matched for long (`weir secrets` says which)"
    )]
    ManySecrets {
        /// The integration.
        name: String,
        /// How many.
        count: usize,
    },
    /// A secret without a byte: everyone knows it.
    #[error(
        "the secret `{secret}` of integration `{name}` is empty; put the provider's shared secret there"
    )]
    EmptySecret {
        /// The integration.
        name: String,
        /// The secret's name.
        secret: String,
    },
    /// Two secrets with one name: the log could not say which matched.
    #[error("two secrets of integration `{name}` are called `{secret}`; give each its own name")]
    DoubledSecret {
        /// The integration.
        name: String,
        /// The secret's name.
        secret: String,
    },
}

/// One of the configured integrations: its place among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IntegrationId(pub(crate) usize);

/// An integration ready to verify: the keys are gone, only their hashed states are left.
pub(crate) struct Keyed {
    pub(crate) name: String,
    pub(crate) api_key: Vec<u8>,
    pub(crate) secrets: Vec<KeyedSecret>,
}

/// A secret as the HMAC state that every signature starts from.
pub(crate) struct KeyedSecret {
    pub(crate) name: String,
    pub(crate) mac: Hmac<Sha256>,
}

impl KeyedSecret {
    /// Whether it signs as `other` does.
    fn signs_as(&self, other: &KeyedSecret) -> bool {
        let [a, b] = [self, other].map(|secret| secret.mac.clone().finalize().into_bytes());
        bool::from(a[..].ct_eq(&b[..]))
    }
}

/// What became other in the secrets of an integration, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Those that were not there before.
    pub added: Vec<String>,
    /// Those whose name stayed and whose bytes did not.
    pub replaced: Vec<String>,
    /// Those that are there no longer.
    pub retired: Vec<String>,
}

impl Change {
    fn between(before: &Keyed, after: &Keyed) -> Change {
        let mut change = Change::default();
        for secret in &after.secrets {
            let list = match before.secret(&secret.name) {
                None => &mut change.added,
                Some(known) if !known.signs_as(secret) => &mut change.replaced,
                Some(_) => continue,
            };
            list.push(secret.name.clone());
        }
        let gone = before.secrets.iter().filter(|known| after.secret(&known.name).is_none());
        change.retired = gone.map(|known| known.name.clone()).collect();
        change
    }

    /// Whether nothing did.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Change::default()
    }
}

impl Keyed {
    fn secret(&self, name: &str) -> Option<&KeyedSecret> {
        self.secrets.iter().find(|secret| secret.name == name)
    }
}

/// All integrations that may send.
pub struct Integrations {
    keyed: Vec<Arc<Keyed>>,
    /// What an unknown client is checked against, so that it takes as long as a known one.
    dummy: Keyed,
}

impl fmt::Debug for Integrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Integrations {
    /// The set of `configured` integrations, ready to verify.
    ///
    /// # Errors
    /// If two cannot be told apart, or one cannot be verified.
    pub fn new(configured: Vec<Integration>) -> Result<Integrations, IntegrationError> {
        let mut keyed: Vec<Arc<Keyed>> = Vec::with_capacity(configured.len());
        for integration in configured {
            let next = key(integration)?;
            for earlier in &keyed {
                tell_apart(earlier, &next)?;
            }
            keyed.push(Arc::new(next));
        }
        Ok(Integrations::of(keyed))
    }

    fn of(keyed: Vec<Arc<Keyed>>) -> Integrations {
        let secrets = keyed.iter().map(|keyed| keyed.secrets.len()).max().unwrap_or(1);
        Integrations { keyed, dummy: dummy(secrets) }
    }

    /// The same with other secrets of one integration, and what is other about them.
    ///
    /// # Errors
    /// If it could not be verified with them.
    pub(crate) fn with_secrets(
        &self,
        id: IntegrationId,
        secrets: Vec<NamedSecret>,
    ) -> Result<(Integrations, Change), IntegrationError> {
        let before = self.get(id);
        let secrets = keys(&before.name, secrets)?;
        let (name, api_key) = (before.name.clone(), before.api_key.clone());
        let after = Keyed { name, api_key, secrets };
        let change = Change::between(before, &after);
        let mut keyed = self.keyed.clone();
        keyed[id.0] = Arc::new(after);
        Ok((Integrations::of(keyed), change))
    }

    /// The secrets by name, each after the name of its integration, in the order of configuration.
    pub fn secrets(&self) -> impl Iterator<Item = (&str, &str)> {
        self.keyed.iter().flat_map(|keyed| {
            keyed.secrets.iter().map(|secret| (keyed.name.as_str(), secret.name.as_str()))
        })
    }

    /// The ids, in the order of configuration.
    pub fn ids(&self) -> impl Iterator<Item = IntegrationId> + use<> {
        (0..self.keyed.len()).map(IntegrationId)
    }

    /// The names, in the order of configuration, which is that of their ids.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.keyed.iter().map(|keyed| keyed.name.as_str())
    }

    /// How many secrets a signature is held against, at most.
    pub(crate) fn secrets_max(&self) -> usize {
        self.dummy.secrets.len()
    }

    pub(crate) fn all(&self) -> &[Arc<Keyed>] {
        &self.keyed
    }

    pub(crate) fn get(&self, id: IntegrationId) -> &Keyed {
        self.keyed.get(id.0).map_or(&self.dummy, AsRef::as_ref)
    }
}

fn key(integration: Integration) -> Result<Keyed, IntegrationError> {
    let Integration { name, api_key, secrets } = integration;
    if let Err(problem) = check_name(&name) {
        return Err(IntegrationError::Name { name, problem });
    }
    if api_key.is_empty() || !api_key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(IntegrationError::ApiKey { name });
    }
    let secrets = keys(&name, secrets)?;
    Ok(Keyed { name, api_key: api_key.into_bytes(), secrets })
}

/// The secrets of the integration `name`, ready to verify.
fn keys(name: &str, secrets: Vec<NamedSecret>) -> Result<Vec<KeyedSecret>, IntegrationError> {
    let name = name.to_owned();
    if secrets.is_empty() {
        return Err(IntegrationError::NoSecret { name });
    }
    if SECRETS_MAX < secrets.len() {
        return Err(IntegrationError::ManySecrets { name, count: secrets.len() });
    }
    let mut seen = BTreeSet::new();
    for NamedSecret { name: secret, key } in &secrets {
        if key.is_empty() {
            return Err(IntegrationError::EmptySecret { name, secret: secret.clone() });
        }
        if !seen.insert(secret) {
            return Err(IntegrationError::DoubledSecret { name, secret: secret.clone() });
        }
    }
    let keyed = |NamedSecret { name, key }| KeyedSecret { name, mac: mac(&key) };
    Ok(secrets.into_iter().map(keyed).collect())
}

fn tell_apart(earlier: &Keyed, next: &Keyed) -> Result<(), IntegrationError> {
    if earlier.name == next.name {
        return Err(IntegrationError::DoubledName { name: next.name.clone() });
    }
    if earlier.api_key == next.api_key {
        let (first, second) = (earlier.name.clone(), next.name.clone());
        return Err(IntegrationError::DoubledApiKey { first, second });
    }
    Ok(())
}

/// No client is this one, whatever it signs with: its key is nobody's to know, and unused.
fn dummy(secrets: usize) -> Keyed {
    let secret = || KeyedSecret { name: String::new(), mac: mac(b"nobody") };
    Keyed {
        name: String::new(),
        api_key: Vec::new(),
        secrets: std::iter::repeat_with(secret).take(secrets).collect(),
    }
}

#[allow(clippy::expect_used)]
fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
