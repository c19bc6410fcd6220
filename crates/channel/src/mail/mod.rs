//! The channel of mails: one transaction for each recipient, encrypted as configured or not at all.

mod address; // who may be written to
mod message; // a parcel as a message
mod dots; // a message as it goes over the wire
mod seal; // how a connection is encrypted, and whose certificates are believed
mod fuzzing; // a mail of any words, for the fuzz target
mod reply; // what a server answers, and what it offers
mod line; // a connection on which lines are exchanged
mod session; // what is said to the server

pub use fuzzing::mail_of;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use lettre::message::Mailbox;
use url::Host;
use zeroize::Zeroizing;

use crate::aside::{Ended, unnoted, within};
use crate::guard::Guard;
use crate::look::REACHED_WITHIN;
use crate::settings::timeout;
use crate::words::one_line;
use crate::{Handing, MailSettings, Parcel, Receipt, Refusal, Secret, SettingsError, Tls};
use seal::Seal;
use session::{Login, Session};

/// What to do about a mail nobody knows the fate of.
const ASK: &str = "ask the recipient, and send it again by hand if it is not there";

/// Sends mails by one server.
#[derive(Clone)]
pub(crate) struct Mailer {
    host: Host<String>,
    port: u16,
    tls: Tls,
    seal: Seal,
    login: Option<(String, Secret)>,
    from: Mailbox,
    domains: Vec<String>,
    guard: Guard,
    timeout: Duration,
}

impl Mailer {
    pub(crate) fn new(
        settings: &MailSettings,
        base: &Path,
        guard: &Guard,
    ) -> Result<Mailer, SettingsError> {
        let wrong = |sentence: String| SettingsError::new(sentence);
        let host = Host::parse(&settings.host).map_err(|_| {
            wrong(format!(
                "`channels.mail.host` is `{}`, which is no host; write a name or an address",
                one_line(&settings.host, 80)
            ))
        })?;
        let from: Mailbox = settings.from.parse().map_err(|_| {
            wrong(format!(
                "`channels.mail.from` is `{}`; write it as `Weir <weir@example.com>`",
                one_line(&settings.from, 80)
            ))
        })?;
        let from = Mailbox::new(
            from.name.map(|name| one_line(&name, 80)),
            address::to_ascii(&from.email).map_err(wrong)?,
        );
        Ok(Mailer {
            port: settings.port.unwrap_or(match settings.tls {
                Tls::Starttls => 587,
                Tls::Tls => 465,
                Tls::None => 25,
            }),
            tls: settings.tls,
            seal: Seal::new(&host, settings.ca_file.as_deref(), base)?,
            login: login(settings, base)?,
            domains: address::domains(&settings.domains).map_err(wrong)?,
            timeout: timeout(settings.timeout_s, "channels.mail.timeout_s")?,
            guard: guard.clone(),
            host,
            from,
        })
    }

    /// Whether a mail may go to an address.
    pub(crate) fn check(&self, to: &str) -> Result<(), String> {
        address::permitted(to, &self.domains).map(drop)
    }

    /// Sends a parcel to one address.
    pub(crate) fn send(
        &self,
        to: &str,
        parcel: &Parcel,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, Refusal> {
        let to =
            address::permitted(to, &self.domains).map_err(|cause| Refusal::Permanent { cause })?;
        let message = message::of(parcel, &self.from, &to)?;
        let mailer = self.clone();
        let ended = within(self.timeout, handing, move |aside| {
            Session { mailer: &mailer, aside: &aside }.run(&to, &message);
        });
        let (place, seconds) = (self.place(), self.timeout.as_secs());
        match ended {
            Ended::Done(result) => result,
            Ended::Unnoted(error) => Err(unnoted(&error)),
            Ended::Late { handed: false } => Err(Refusal::Transient {
                cause: format!("{place} did not come to the message within {seconds} s"),
                retry_after: None,
            }),
            Ended::Late { handed: true } => Err(Refusal::Unknown {
                cause: format!("{place} did not confirm the message within {seconds} s; {ASK}"),
            }),
        }
    }

    /// Whether the server can be connected to, encrypted as it must be, and knows us. No message is
    /// begun.
    pub(crate) fn reach(&self) -> Result<String, Refusal> {
        let mailer = Mailer { timeout: self.timeout.min(REACHED_WITHIN), ..self.clone() };
        let (place, limit) = (self.place(), mailer.timeout);
        let ended = within(limit, &mut || Ok(()), move |aside| {
            Session { mailer: &mailer, aside: &aside }.greet();
        });
        match ended {
            Ended::Done(result) => result.map(|receipt| receipt.detail),
            Ended::Unnoted(error) => Err(unnoted(&error)),
            Ended::Late { .. } => Err(Refusal::Transient {
                cause: format!("{place} did not let us in within {} s", limit.as_secs()),
                retry_after: None,
            }),
        }
    }

    fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn words_of_login(&self) -> Option<Login> {
        let (name, password) = self.login.as_ref()?;
        // It was read as text when the mailer was made.
        let password = Zeroizing::new(String::from_utf8_lossy(password.bytes()).into_owned());
        Some(Login::new(name, password))
    }
}

fn login(settings: &MailSettings, base: &Path) -> Result<Option<(String, Secret)>, SettingsError> {
    let (file, variable) = (settings.password_file.as_deref(), settings.password_env.as_deref());
    let password = Secret::read("[channels.mail]", "password", file, variable, base)?;
    match (&settings.username, password) {
        (None, None) => Ok(None),
        (Some(name), Some(password)) => {
            password.text("the password of [channels.mail]")?;
            Ok(Some((name.clone(), password)))
        }
        (Some(_), None) => Err(SettingsError::new(
            "[channels.mail] has a `username` and no password; add `password_file` or `password_env`",
        )),
        (None, Some(_)) => {
            Err(SettingsError::new("[channels.mail] has a password and no `username`; add it"))
        }
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer")
            .field("place", &self.place())
            .field("tls", &self.tls)
            .field("domains", &self.domains)
            .finish_non_exhaustive()
    }
}
