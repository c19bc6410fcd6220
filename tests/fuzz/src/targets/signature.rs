//! The headers that sign a body: what is let in is exactly what is signed, in one voice, and
//! whoever is not let in is told apart by nothing but the kind of refusal.
//!
//! The input is headers, an empty line, a body. Where a value holds `$1`, `$2` or `$3`, it is the
//! signature by the first, the second or an unknown secret that stands there.

use std::sync::OnceLock;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use weir_ingest::{Integration, Integrations, NamedSecret, Refusal, verify};

const SECRETS: [&[u8]; 3] = [b"first", b"second", b"nobody's"];
const CLIENT: &str = "key-1";
const HEADERS: [[&str; 2]; 2] =
    [["x-auth-client", "vrf-auth-client"], ["x-hmac-signature", "vrf-hmac-signature"]];

pub(super) fn run(data: &[u8]) {
    let (head, body) = match data.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&data[..end], &data[end + 2..]),
        None => (data, &[][..]),
    };
    let signed = SECRETS.map(|secret| sign(secret, body));
    let headers = headers(head, &signed);
    let found = verify(integrations(), &headers, body);
    let kind = found.map(|verified| verified.secret.to_owned());
    let kind = kind.map_err(|refusal| refusal.name());
    assert_eq!(kind, expected(&headers, &signed), "{headers:?}");
    // Nothing else of the request has a say.
    let mut crowded = headers.clone();
    crowded.append(HeaderName::from_static("x-other"), HeaderValue::from_static("x"));
    assert_eq!(verify(integrations(), &crowded, body), found);
    // Every byte of the body is signed.
    if found.is_ok() {
        let longer = [body, b"\0"].concat();
        let refused = verify(integrations(), &headers, &longer);
        assert!(matches!(refused, Err(Refusal::WrongSignature(_))), "{refused:?}");
    }
}

fn integrations() -> &'static Integrations {
    static INTEGRATIONS: OnceLock<Integrations> = OnceLock::new();
    INTEGRATIONS.get_or_init(|| {
        let secret = |name: &str, key: &[u8]| NamedSecret::new(name, key.to_vec());
        let integration = |name: &str, api_key: &str, secrets| Integration {
            name: name.to_owned(),
            api_key: api_key.to_owned(),
            secrets,
        };
        Integrations::new(vec![
            integration("other", "key-0", vec![secret("its own", b"of another")]),
            integration("main", CLIENT, vec![secret("0", SECRETS[0]), secret("1", SECRETS[1])]),
        ])
        .expect("they can be told apart")
    })
}

fn sign(secret: &[u8], body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// The lines that are headers; a server reads no others.
fn headers(head: &[u8], signed: &[String; 3]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in head.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let value = line[colon + 1..].trim_ascii();
        let value = match value {
            [b'$', which @ b'1'..=b'3', rest @ ..] => {
                let signature = &signed[usize::from(which - b'1')];
                let signature = match rest.first() {
                    Some(b'U') => signature.to_uppercase(),
                    _ => signature.clone(),
                };
                [signature.as_bytes(), rest.strip_prefix(b"U").unwrap_or(rest)].concat()
            }
            value => value.to_vec(),
        };
        let name = HeaderName::from_bytes(line[..colon].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&value)) {
            headers.append(name, value);
        }
    }
    headers
}

/// The name of the secret that signed it, or of the refusal.
fn expected(headers: &HeaderMap, signed: &[String; 3]) -> Result<String, &'static str> {
    for name in HEADERS.concat() {
        if 1 < headers.get_all(name).count() {
            return Err("doubled");
        }
    }
    let value = |name: &str| headers.get(name).map(|value| value.as_bytes().to_vec());
    let [clients, signatures] = HEADERS.map(|names| names.map(value));
    let one = |[x, vrf]: [Option<Vec<u8>>; 2], missing| match (x, vrf) {
        (Some(x), Some(vrf)) if x != vrf => Err("disagreeing"),
        (x, vrf) => x.or(vrf).ok_or(missing),
    };
    let client = one(clients, "no_client")?;
    let mut lower = [None, None];
    for (place, signature) in lower.iter_mut().zip(signatures) {
        let Some(signature) = signature else { continue };
        if signature.len() != 64 || !signature.iter().all(u8::is_ascii_hexdigit) {
            return Err("malformed_signature");
        }
        *place = Some(signature.to_ascii_lowercase());
    }
    let signature = one(lower, "no_signature")?;
    if client == b"key-0" {
        // Only its own secret signs for the other one, and no input knows that.
        return Err("wrong_signature");
    }
    if client != CLIENT.as_bytes() {
        return Err("unknown_client");
    }
    let matched = signed[..2].iter().position(|signed| signed.as_bytes() == signature);
    matched.map(|place| place.to_string()).ok_or("wrong_signature")
}
