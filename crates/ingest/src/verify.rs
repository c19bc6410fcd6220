//! A signature over the raw bytes, in constant time.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use hmac::Mac;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::integration::{IntegrationId, Integrations, Keyed};

static X_AUTH_CLIENT: HeaderName = HeaderName::from_static("x-auth-client");
static X_HMAC_SIGNATURE: HeaderName = HeaderName::from_static("x-hmac-signature");
static VRF_AUTH_CLIENT: HeaderName = HeaderName::from_static("vrf-auth-client");
static VRF_HMAC_SIGNATURE: HeaderName = HeaderName::from_static("vrf-hmac-signature");

/// Bytes of an HMAC-SHA256.
const SIGNATURE_BYTES: usize = 32;

/// Who sent a body whose signature holds. [`verify`] is the only way to get one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The integration's place among the configured ones.
    pub id: IntegrationId,
    /// The integration's name.
    pub integration: &'a str,
    /// The name of the secret that matched.
    pub secret: &'a str,
    pub(crate) secret_index: usize,
}

/// Why a request is not believed. The sender is told none of it: every refusal is the same 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No header says who sent it.
    NoClient,
    /// No integration has that API key.
    UnknownClient,
    /// No header signs it.
    NoSignature,
    /// The signature is not 64 hex digits.
    MalformedSignature,
    /// One of the four headers is there more than once.
    Doubled,
    /// Both families of headers are there and say different things.
    Disagreeing,
    /// It does not come from where deliveries may come from.
    Source,
    /// It is larger than an event is, and whoever sent it has signed wrong too often.
    Limited,
    /// None of the integration's secrets gives this signature.
    WrongSignature(IntegrationId),
}

impl Refusal {
    /// How many kinds there are.
    pub(crate) const KINDS: usize = Refusal::NAMES.len();

    /// The name of each kind in metrics, by [`Refusal::kind`].
    pub(crate) const NAMES: [&'static str; 9] = [
        "no_client",
        "unknown_client",
        "no_signature",
        "malformed_signature",
        "doubled",
        "disagreeing",
        "wrong_signature",
        "source",
        "limited",
    ];

    pub(crate) fn kind(self) -> usize {
        match self {
            Refusal::NoClient => 0,
            Refusal::UnknownClient => 1,
            Refusal::NoSignature => 2,
            Refusal::MalformedSignature => 3,
            Refusal::Doubled => 4,
            Refusal::Disagreeing => 5,
            Refusal::WrongSignature(_) => 6,
            Refusal::Source => 7,
            Refusal::Limited => 8,
        }
    }

    /// The name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        Refusal::NAMES[self.kind()]
    }
}

/// Who sent `body`, if its signature holds.
///
/// # Errors
/// If it is not signed by one of the integrations in exactly one voice.
pub fn verify<'a>(
    integrations: &'a Integrations,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Verified<'a>, Refusal> {
    let Claim { client, signature } = Claim::of(headers)?;
    let found = find_client(integrations, client);
    // An unknown client is checked as well, so that the time taken does not tell who is known.
    let keyed = integrations.get(found);
    let secret = find_secret(keyed, body, &signature);
    if found.0 == integrations.all().len() {
        return Err(Refusal::UnknownClient);
    }
    let secret_index = secret.ok_or(Refusal::WrongSignature(found))?;
    let secret = &keyed.secrets[secret_index].name;
    Ok(Verified { id: found, integration: &keyed.name, secret, secret_index })
}

/// What the headers say, not yet believed.
struct Claim<'a> {
    client: &'a [u8],
    signature: [u8; SIGNATURE_BYTES],
}

impl Claim<'_> {
    fn of(headers: &HeaderMap) -> Result<Claim<'_>, Refusal> {
        let x_client = single(headers, &X_AUTH_CLIENT)?;
        let vrf_client = single(headers, &VRF_AUTH_CLIENT)?;
        let x_signature = single(headers, &X_HMAC_SIGNATURE)?;
        let vrf_signature = single(headers, &VRF_HMAC_SIGNATURE)?;
        let client = one_voice(x_client, vrf_client)?.ok_or(Refusal::NoClient)?;
        // Compared as bytes: the case of a hex digit is no disagreement.
        let (x, vrf) = (decode(x_signature)?, decode(vrf_signature)?);
        let signature = one_voice(x, vrf)?.ok_or(Refusal::NoSignature)?;
        Ok(Claim { client: client.as_bytes(), signature })
    }
}

fn single<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a HeaderValue>, Refusal> {
    let mut values = headers.get_all(name);
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(Refusal::Doubled),
    }
}

fn decode(value: Option<&HeaderValue>) -> Result<Option<[u8; SIGNATURE_BYTES]>, Refusal> {
    let Some(value) = value else { return Ok(None) };
    let mut signature = [0; SIGNATURE_BYTES];
    hex::decode_to_slice(value.as_bytes(), &mut signature)
        .map_err(|_| Refusal::MalformedSignature)?;
    Ok(Some(signature))
}

/// The newer family is a fallback; where both are there they must agree.
fn one_voice<T: PartialEq>(x: Option<T>, vrf: Option<T>) -> Result<Option<T>, Refusal> {
    match (x, vrf) {
        (Some(x), Some(vrf)) if x != vrf => Err(Refusal::Disagreeing),
        (x, vrf) => Ok(x.or(vrf)),
    }
}

/// The place of the integration with this API key, or the place after the last.
fn find_client(integrations: &Integrations, client: &[u8]) -> IntegrationId {
    let all = integrations.all();
    let mut found = all.len() as u64;
    for (place, keyed) in (0_u64..).zip(all) {
        found.conditional_assign(&place, keyed.api_key.ct_eq(client));
    }
    IntegrationId(found as usize)
}

/// Which secret gives `signature`. Every one is tried: stopping early would tell which it was.
fn find_secret(keyed: &Keyed, body: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> Option<usize> {
    let (mut any, mut which) = (Choice::from(0), 0_u64);
    for (place, secret) in (0_u64..).zip(&keyed.secrets) {
        let mut mac = secret.mac.clone();
        mac.update(body);
        let matches = mac.finalize().into_bytes()[..].ct_eq(signature);
        which.conditional_assign(&place, matches);
        any |= matches;
    }
    bool::from(any).then_some(which as usize)
}
