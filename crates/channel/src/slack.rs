//! The channel of Slack's incoming webhooks. The address is the secret.

use url::Url;
use weir_domain::Timestamp;

use crate::guard::Guard;
use crate::http::{Answer, Call, Content, Http, address, hidden};
use crate::settings::timeout;
use crate::{Handing, Parcel, Receipt, Refusal, Secret, SettingsError, SlackSettings};
use std::path::Path;

/// What to do about a message nobody knows the fate of.
const LOOK: &str = "look into the channel, and send it again by hand if it is not there";

/// One incoming webhook.
#[derive(Debug)]
pub(crate) struct Slack {
    url: Secret,
    http: Http,
}

impl Slack {
    pub(crate) fn new(
        settings: &SlackSettings,
        base: &Path,
        guard: &Guard,
    ) -> Result<Slack, SettingsError> {
        let section = format!("[[channels.slack]] `{}`", settings.name);
        let file = settings.url_file.as_deref();
        let url = Secret::required(&section, "url", file, settings.url_env.as_deref(), base)?;
        // Read once, so that a wrong one is told at the start.
        address(url.text(&section)?, &section, "url")?;
        let timeout = timeout(settings.timeout_s, "channels.slack.timeout_s")?;
        let http = Http { guard: guard.clone(), roots: ureq::tls::RootCerts::WebPki, timeout };
        Ok(Slack { url, http })
    }

    /// Whether Slack can be connected to.
    pub(crate) fn reach(&self) -> Result<String, Refusal> {
        self.http.reach(&self.address()?)
    }

    fn address(&self) -> Result<Url, Refusal> {
        let permanent = |error: SettingsError| Refusal::Permanent { cause: error.to_string() };
        let url = self.url.text("the webhook's address").map_err(permanent)?;
        address(url, "[[channels.slack]]", "url").map_err(permanent)
    }

    pub(crate) fn send(
        &self,
        parcel: &Parcel,
        now: Timestamp,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, Refusal> {
        let url = self.address()?;
        let hidden = hidden(&url);
        let call = Call {
            method: "POST",
            url,
            headers: vec![("content-type", "application/json".to_owned())],
            content: Content::Bytes(parcel.slack.to_string().into_bytes()),
            into: None,
        };
        let answer = self.http.make(call, handing).map_err(|none| none.or_unknown(LOOK))?;
        judged(&answer, now, &hidden)
    }
}

fn judged(answer: &Answer, now: Timestamp, hidden: &[String]) -> Result<Receipt, Refusal> {
    let words = answer.words(hidden);
    match answer.status {
        200..=299 => Ok(Receipt { detail: words }),
        300..=399 => Err(Refusal::Permanent {
            cause: format!(
                "Slack's address leads {}, and redirects are not followed; write the address that \
                 Slack shows today into its file",
                answer.leads_to()
            ),
        }),
        504 => Err(Refusal::Unknown {
            cause: format!("a relay before Slack answered {words}; {LOOK}"),
        }),
        408 | 425 | 429 | 500..=599 => Err(Refusal::Transient {
            cause: format!("Slack answered {words}"),
            retry_after: answer.retry_after(now),
        }),
        _ => Err(Refusal::Permanent {
            cause: format!(
                "Slack answered {words}; see whether the webhook and its channel still exist"
            ),
        }),
    }
}
