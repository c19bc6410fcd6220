//! The channel of signed webhooks, as the Standard Webhooks say how.

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use url::Url;
use weir_domain::Timestamp;

use crate::guard::Guard;
use crate::http::{Answer, Call, Content, Http, NoAnswer, address, hidden, place, roots};
use crate::settings::timeout;
use crate::{Handing, Parcel, Receipt, Refusal, Secret, SettingsError, WebhookSettings};

/// What a secret in the notation of the Standard Webhooks begins with; base64 follows.
const NOTATION: &[u8] = b"whsec_";

/// The least that the Standard Webhooks ask of a secret.
const SECRET_BYTES_MIN: usize = 24;

/// What to do about a request nobody knows the fate of.
const ASK: &str =
    "ask the receiver whether it has this `webhook-id`, and send it again by hand if not";

/// One receiver.
pub(crate) struct Webhook {
    url: Url,
    secret: Secret,
    repeat_unanswered: bool,
    http: Http,
}

impl Webhook {
    pub(crate) fn new(
        settings: &WebhookSettings,
        base: &Path,
        guard: &Guard,
    ) -> Result<Webhook, SettingsError> {
        let section = format!("[[channels.webhook]] `{}`", settings.name);
        let file = settings.secret_file.as_deref();
        let secret =
            Secret::required(&section, "secret", file, settings.secret_env.as_deref(), base)?;
        Ok(Webhook {
            url: address(&settings.url, &section, "url")?,
            secret: key(&secret, &section)?,
            repeat_unanswered: settings.repeat_unanswered,
            http: Http {
                guard: guard.clone(),
                roots: roots(settings.ca_file.as_deref(), base)?,
                timeout: timeout(settings.timeout_s, "channels.webhook.timeout_s")?,
            },
        })
    }

    /// Whether the receiver can be connected to.
    pub(crate) fn reach(&self) -> Result<String, Refusal> {
        self.http.reach(&self.url)
    }

    pub(crate) fn send(
        &self,
        parcel: &Parcel,
        now: Timestamp,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, Refusal> {
        let body = body(parcel);
        let seconds = now.as_micros().div_euclid(1_000_000).to_string();
        let call = Call {
            method: "POST",
            url: self.url.clone(),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("webhook-signature", self.signature(&parcel.id, &seconds, &body)),
                ("webhook-id", parcel.id.clone()),
                ("webhook-timestamp", seconds),
            ],
            content: Content::Bytes(body),
            into: None,
        };
        match self.http.make(call, handing) {
            Ok(answer) => self.judged(&answer, now),
            Err(none) => Err(self.unanswered(none)),
        }
    }

    /// `v1,` and the HMAC-SHA256 of what is sent with when and as what.
    fn signature(&self, id: &str, seconds: &str, body: &[u8]) -> String {
        #[allow(clippy::expect_used)] // HMAC takes a key of any length
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.secret.bytes()).expect("a key of any length");
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }

    fn unanswered(&self, none: NoAnswer) -> Refusal {
        if self.repeat_unanswered { none.or_transient() } else { none.or_unknown(ASK) }
    }

    fn judged(&self, answer: &Answer, now: Timestamp) -> Result<Receipt, Refusal> {
        let (place, words) = (place(&self.url), answer.words(&hidden(&self.url)));
        match answer.status {
            200..=299 => Ok(Receipt { detail: words }),
            300..=399 => Err(Refusal::Permanent {
                cause: format!(
                    "{place} redirects {}, and redirects are not followed; write the new address \
                     into the configuration",
                    answer.leads_to()
                ),
            }),
            // A relay passed the request on and heard nothing.
            504 => Err(self.unanswered(NoAnswer::Silence(format!("{place} answered {words}")))),
            408 | 425 | 429 | 500..=599 => Err(Refusal::Transient {
                cause: format!("{place} answered {words}"),
                retry_after: answer.retry_after(now),
            }),
            _ => Err(Refusal::Permanent {
                cause: format!("{place} answered {words}; see what the receiver expects"),
            }),
        }
    }
}

/// Without the path, which may be a secret too.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("place", &place(&self.url)).finish_non_exhaustive()
    }
}

/// What the receiver is told. Serde writes the keys in order, so a repeat has the same bytes.
fn body(parcel: &Parcel) -> Vec<u8> {
    json!({
        "type": "report.run",
        "run": parcel.run,
        "name": parcel.name,
        "title": parcel.title,
        "scheduled_at": parcel.scheduled_at.to_string(),
        "report": parcel.report,
    })
    .to_string()
    .into_bytes()
}

/// The bytes that sign: what follows `whsec_`, decoded, or the secret as it is.
fn key(secret: &Secret, section: &str) -> Result<Secret, SettingsError> {
    let key = match secret.bytes().strip_prefix(NOTATION) {
        None => secret.clone(),
        Some(encoded) => STANDARD.decode(encoded).map(Secret::new).map_err(|_| {
            SettingsError::new(format!(
                "the secret of {section} begins with `whsec_`, and what follows is no base64; copy \
                 it again from the receiver"
            ))
        })?,
    };
    if key.bytes().len() < SECRET_BYTES_MIN {
        return Err(SettingsError::new(format!(
            "the secret of {section} has fewer than {SECRET_BYTES_MIN} bytes; make one with \
             `openssl rand -base64 32`"
        )));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemResolver;
    use std::sync::Arc;

    #[test]
    fn a_body_is_signed_as_the_standard_webhooks_say() {
        // The example of the specification's reference libraries.
        let secret = Secret::new(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_vec());
        let guard = Guard::new(&[], Arc::new(SystemResolver)).unwrap();
        let webhook = Webhook {
            url: Url::parse("https://a.example").unwrap(),
            secret: key(&secret, "x").unwrap(),
            repeat_unanswered: false,
            http: Http {
                guard,
                roots: ureq::tls::RootCerts::WebPki,
                timeout: std::time::Duration::from_secs(1),
            },
        };
        let body = br#"{"test": 2432232314}"#;
        assert_eq!(
            webhook.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_weak_secret_is_refused() {
        for (secret, want) in [("short", "fewer than 24"), ("whsec_%%%", "no base64")] {
            let error = key(&Secret::new(secret.into()), "x").unwrap_err().to_string();
            assert!(error.contains(want), "{error}");
        }
    }
}
