//! What is said to the mail server, up to its last word on the message.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::SmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;

use super::{ASK, Mailer};
use crate::aside::Aside;
use crate::words::said;
use crate::{Receipt, Refusal, Tls};

/// To connect, and for each step until the server knows who we are.
const STEP_MAX: Duration = Duration::from_secs(30);

/// A farewell that nobody waits for.
const FAREWELL: Duration = Duration::from_secs(2);

/// How much of a message is written at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// One message to one recipient.
pub(super) struct Session<'a> {
    pub(super) mailer: &'a Mailer,
    pub(super) aside: &'a Aside<Result<Receipt, Refusal>>,
}

impl Session<'_> {
    pub(super) fn run(&self, to: &Address, message: &[u8]) {
        let mut connection = match self.ready() {
            Ok(connection) => connection,
            Err(refusal) => return self.aside.done(Err(refusal)),
        };
        self.aside.done(self.transact(&mut connection, to, message));
        let _ = connection.set_timeout(Some(FAREWELL));
        let _ = connection.command(Quit);
    }

    /// Says who we are, and farewell.
    pub(super) fn greet(&self) {
        let mut connection = match self.ready() {
            Ok(connection) => connection,
            Err(refusal) => return self.aside.done(Err(refusal)),
        };
        self.aside.done(Ok(Receipt { detail: self.how_it_is() }));
        let _ = connection.set_timeout(Some(FAREWELL));
        let _ = connection.command(Quit);
    }

    fn how_it_is(&self) -> String {
        let mailer = self.mailer;
        let encrypted = if mailer.tls == Tls::None { "not encrypted" } else { "encrypted" };
        let known = if mailer.login.is_some() { ", and knows us" } else { "" };
        format!("{} answers, {encrypted}{known}", mailer.place())
    }

    /// A connection that is encrypted as it must be, to a server that knows us.
    fn ready(&self) -> Result<SmtpConnection, Refusal> {
        let mailer = self.mailer;
        let checked = mailer.guard.check(&mailer.host, mailer.port)?;
        if mailer.tls == Tls::None && !checked.ours {
            return Err(Refusal::Permanent {
                cause: format!(
                    "{} would be spoken to without encryption, and is not in a range of \
                     `channels.private_addresses`; set `channels.mail.tls`",
                    mailer.place()
                ),
            });
        }
        let step = STEP_MAX.min(mailer.timeout);
        let us = ClientId::Domain(mailer.from.email.domain().to_owned());
        let implicit = (mailer.tls == Tls::Tls).then_some(&mailer.parameters);
        let mut connection =
            SmtpConnection::connect(&*checked.addresses, Some(step), &us, implicit, None)
                .map_err(|error| self.refused("the connection", &error))?;
        if mailer.tls == Tls::Starttls {
            if !connection.can_starttls() {
                return Err(Refusal::Permanent {
                    cause: format!(
                        "{} offers no STARTTLS, and nothing is sent without encryption; see \
                         `channels.mail.tls`, and who answers at that address",
                        mailer.place()
                    ),
                });
            }
            connection
                .starttls(&mailer.parameters, &us)
                .map_err(|error| self.refused("STARTTLS", &error))?;
        }
        if let Some(credentials) = mailer.credentials() {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .map_err(|error| self.unknown_to_server(&error))?;
        }
        connection.set_timeout(Some(mailer.timeout)).map_err(|error| Refusal::Transient {
            cause: format!("{} is gone: {error}", mailer.place()),
            retry_after: None,
        })?;
        Ok(connection)
    }

    fn transact(
        &self,
        connection: &mut SmtpConnection,
        to: &Address,
        message: &[u8],
    ) -> Result<Receipt, Refusal> {
        let parameters = self.parameters(connection, to)?;
        let from = Some(self.mailer.from.email.clone());
        connection
            .command(Mail::new(from, parameters))
            .map_err(|error| self.refused("the sender", &error))?;
        connection
            .command(Rcpt::new(to.clone(), Vec::new()))
            .map_err(|error| self.refused(&format!("the recipient {to}"), &error))?;
        connection.command(Data).map_err(|error| self.refused("the message", &error))?;
        if !self.aside.gate().pass() {
            // Nobody waits for this any more, or it could not be noted: without its end the server
            // drops the message.
            connection.abort();
            return Err(self.broken_off());
        }
        self.hand_over(connection, message)
    }

    /// Writes the message. Only with the dot at its end does the server take it on.
    fn hand_over(
        &self,
        connection: &mut SmtpConnection,
        message: &[u8],
    ) -> Result<Receipt, Refusal> {
        let mut written = false;
        let chunks = message.chunks(CHUNK_BYTES).chain(std::iter::once_with(|| {
            written = true;
            &[][..]
        }));
        let answer = connection.message_iter(chunks);
        match answer {
            Ok(response) => Ok(Receipt { detail: words(&response) }),
            Err(error) if error.status().is_some() => Err(self.refused("the message", &error)),
            Err(_) if !written => Err(self.broken_off()),
            Err(error) => Err(Refusal::Unknown {
                cause: format!(
                    "{} had the whole message and did not confirm it: {}; {ASK}",
                    self.mailer.place(),
                    how(&error)
                ),
            }),
        }
    }

    fn parameters(
        &self,
        connection: &SmtpConnection,
        to: &Address,
    ) -> Result<Vec<MailParameter>, Refusal> {
        let ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if ascii(to) && ascii(&self.mailer.from.email) {
            return Ok(Vec::new());
        }
        if connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Ok(vec![MailParameter::SmtpUtfEight]);
        }
        Err(Refusal::Permanent {
            cause: format!(
                "{} takes no address with other letters than those of ASCII, as {to} has",
                self.mailer.place()
            ),
        })
    }

    /// What the server said no to, before it could have taken the message on.
    fn refused(&self, what: &str, error: &Error) -> Refusal {
        let place = self.mailer.place();
        if error.is_permanent() {
            return Refusal::Permanent {
                cause: format!("{place} refused {what}: {}; it is not tried again", how(error)),
            };
        }
        let cause = if error.is_transient() {
            format!("{place} does not take {what} now: {}; it is tried again", how(error))
        } else {
            format!("{place} failed at {what}: {}; it is tried again", how(error))
        };
        Refusal::Transient { cause, retry_after: None }
    }

    fn unknown_to_server(&self, error: &Error) -> Refusal {
        if error.is_permanent() || error.is_client() {
            return Refusal::Permanent {
                cause: format!(
                    "{} does not let us in: {}; check `username` and the password of \
                     [channels.mail]",
                    self.mailer.place(),
                    how(error)
                ),
            };
        }
        self.refused("who we are", error)
    }

    fn broken_off(&self) -> Refusal {
        Refusal::Transient {
            cause: format!(
                "{} broke off before it had the whole message; it is tried again",
                self.mailer.place()
            ),
            retry_after: None,
        }
    }
}

/// An answer in a line: `250 2.0.0 queued as 4F2`.
fn words(response: &Response) -> String {
    let text: Vec<&str> = response.message().collect();
    said(&format!("{} {}", response.code(), text.join(" ")), &[])
}

/// An error in the server's words, where they are its own.
fn how(error: &Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    match (error.status(), source) {
        (Some(code), Some(text)) => said(&format!("{code} {text}"), &[]),
        (Some(code), None) => code.to_string(),
        (None, _) if error.is_timeout() => "it took too long".to_owned(),
        (None, Some(text)) => said(&text, &[]),
        (None, None) => said(&error.to_string(), &[]),
    }
}
