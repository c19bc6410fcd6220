//! The configuration section `[channels]`. It names where secrets are and holds none itself.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;

/// Longer than a healthy mail server takes for one message, shorter than anybody would wait.
pub(crate) const MAIL_TIMEOUT_S: u64 = 120;
/// Longer than a healthy receiver takes for one request.
pub(crate) const HTTP_TIMEOUT_S: u64 = 30;
/// For the largest object that one request can put, at a few megabytes a second.
pub(crate) const S3_TIMEOUT_S: u64 = 600;
/// A channel that may take longer would keep all others waiting.
pub(crate) const TIMEOUT_S_MAX: u64 = 3_600;

/// Everything that can be said about the ways out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Ranges that may be connected to although they are private, as `10.1.0.0/16`. Only there may a
    /// connection go unencrypted.
    #[serde(default)]
    pub private_addresses: Vec<String>,
    /// Files.
    #[serde(default)]
    pub files: FilesSettings,
    /// The mail server; none, and no mail can be sent.
    #[serde(default)]
    pub mail: Option<MailSettings>,
    /// Incoming webhooks of Slack.
    #[serde(default)]
    pub slack: Vec<SlackSettings>,
    /// Signed webhooks.
    #[serde(default)]
    pub webhook: Vec<WebhookSettings>,
    /// Object stores that speak S3.
    #[serde(default)]
    pub s3: Vec<S3Settings>,
}

/// `[channels.files]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesSettings {
    /// The folder below which files are written; by default `outputs/files` in the data directory.
    #[serde(default)]
    pub dir: Option<PathBuf>,
}

/// `[channels.mail]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The server that takes our mail.
    pub host: String,
    /// By default 587 for STARTTLS, 465 for TLS, 25 for none.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub tls: Tls,
    /// Who we are to the server; none, and it is not asked to know us.
    #[serde(default)]
    pub username: Option<String>,
    /// The file that holds the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// The environment variable that holds the password.
    #[serde(default)]
    pub password_env: Option<String>,
    /// Who the mail is from: `Weir <weir@example.com>`.
    pub from: String,
    /// The domains that mail may go to, each as it is written after the `@`.
    pub domains: Vec<String>,
    /// Certificates, as PEM, that are trusted instead of the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long one message may take, in seconds.
    #[serde(default = "mail_timeout")]
    pub timeout_s: u64,
}

/// How a connection to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// It begins in the clear and is encrypted before anything is said; without that, nothing is.
    #[default]
    Starttls,
    /// It is encrypted from its first byte.
    Tls,
    /// Never; for a server in a range of `private_addresses` alone.
    None,
}

/// `[[channels.slack]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackSettings {
    /// What recipients call it.
    pub name: String,
    /// The file that holds the webhook's address, which is a secret.
    #[serde(default)]
    pub url_file: Option<PathBuf>,
    /// The environment variable that holds it.
    #[serde(default)]
    pub url_env: Option<String>,
    /// How long one message may take, in seconds.
    #[serde(default = "http_timeout")]
    pub timeout_s: u64,
}

/// `[[channels.webhook]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// What recipients call it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The file that holds the secret that signs.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// The environment variable that holds it.
    #[serde(default)]
    pub secret_env: Option<String>,
    /// Whether a request without an answer is made again: for a receiver that tells repeats apart by
    /// `webhook-id`.
    #[serde(default)]
    pub repeat_unanswered: bool,
    /// Certificates, as PEM, that are trusted instead of the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long one request may take, in seconds.
    #[serde(default = "http_timeout")]
    pub timeout_s: u64,
}

/// `[[channels.s3]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Settings {
    /// What recipients call it.
    pub name: String,
    /// Where it is: `https://s3.eu-north-1.amazonaws.com`.
    pub endpoint: String,
    /// The bucket.
    pub bucket: String,
    /// The region that requests are signed for.
    #[serde(default = "region")]
    pub region: String,
    /// What every key begins with: `weir/`.
    #[serde(default)]
    pub prefix: String,
    /// Who we are to the store.
    #[serde(default)]
    pub access_key_id: Option<String>,
    /// The file that holds it.
    #[serde(default)]
    pub access_key_id_file: Option<PathBuf>,
    /// The environment variable that holds it.
    #[serde(default)]
    pub access_key_id_env: Option<String>,
    /// The file that holds the secret key.
    #[serde(default)]
    pub secret_access_key_file: Option<PathBuf>,
    /// The environment variable that holds it.
    #[serde(default)]
    pub secret_access_key_env: Option<String>,
    /// Certificates, as PEM, that are trusted instead of the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long one object may take, in seconds.
    #[serde(default = "s3_timeout")]
    pub timeout_s: u64,
}

impl Settings {
    /// Whether every section that recipients name has a name, and one of its own.
    pub(crate) fn check_names(&self) -> Result<(), SettingsError> {
        self.check_each_name().into_iter().try_for_each(|(_, checked)| checked)
    }

    /// The same of each kind of channel that has names.
    pub(crate) fn check_each_name(&self) -> [(&'static str, Result<(), SettingsError>); 3] {
        [
            ("slack", names("slack", self.slack.iter().map(|one| &one.name))),
            ("webhook", names("webhook", self.webhook.iter().map(|one| &one.name))),
            ("s3", names("s3", self.s3.iter().map(|one| &one.name))),
        ]
    }
}

fn names<'a>(kind: &str, names: impl Iterator<Item = &'a String>) -> Result<(), SettingsError> {
    let mut known = BTreeSet::new();
    for name in names {
        if name.is_empty() || name.contains(['/', ':']) || name.chars().any(char::is_control) {
            return Err(SettingsError::new(format!(
                "a [[channels.{kind}]] has no usable `name`; recipients name it, without `/` and `:`"
            )));
        }
        if !known.insert(name) {
            return Err(SettingsError::new(format!(
                "two [[channels.{kind}]] are called `{name}`; give one of them another name"
            )));
        }
    }
    Ok(())
}

/// What is wrong with the section, as a sentence that names the key and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(pub String);

impl SettingsError {
    pub(crate) fn new(sentence: impl Into<String>) -> SettingsError {
        SettingsError(sentence.into())
    }
}

/// A timeout that is there and ends.
pub(crate) fn timeout(seconds: u64, key: &str) -> Result<std::time::Duration, SettingsError> {
    if (1..=TIMEOUT_S_MAX).contains(&seconds) {
        return Ok(std::time::Duration::from_secs(seconds));
    }
    Err(SettingsError::new(format!(
        "`{key}` is {seconds}; it must be from 1 to {TIMEOUT_S_MAX} seconds"
    )))
}

fn mail_timeout() -> u64 {
    MAIL_TIMEOUT_S
}

fn http_timeout() -> u64 {
    HTTP_TIMEOUT_S
}

fn s3_timeout() -> u64 {
    S3_TIMEOUT_S
}

fn region() -> String {
    "us-east-1".to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Settings, Tls};

    #[test]
    fn a_section_has_its_defaults() {
        let settings: Settings = toml::from_str(
            "[mail]\nhost = \"smtp.example.com\"\nfrom = \"weir@example.com\"\ndomains = []",
        )
        .unwrap();
        let mail = settings.mail.unwrap();
        assert_eq!((mail.tls, mail.port, mail.timeout_s), (Tls::Starttls, None, 120));
        assert!(settings.s3.is_empty() && settings.files.dir.is_none());
    }

    #[test]
    fn an_unknown_key_is_named() {
        for (text, key) in [
            ("proxy = \"x\"", "proxy"),
            ("[mail]\nhost=\"a\"\nfrom=\"b\"\ndomains=[]\npassword=\"c\"", "password"),
            ("[[slack]]\nname=\"a\"\nurl=\"b\"", "url"),
            ("[[webhook]]\nname=\"a\"\nurl=\"b\"\nsecret=\"c\"", "secret"),
        ] {
            let error = toml::from_str::<Settings>(text).unwrap_err().to_string();
            assert!(error.contains(&format!("unknown field `{key}`")), "{error}");
        }
    }
}
