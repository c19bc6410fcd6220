//! What is said to the mail server, up to its last word on the message.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::Address;
use zeroize::Zeroizing;

use super::dots::dotted;
use super::line::{DONE, Failure, Line};
use super::reply::{Offers, Reply};
use super::{ASK, Mailer};
use crate::aside::Aside;
use crate::words::said;
use crate::{Receipt, Refusal, Tls};

/// To connect, and for each step until the server knows who we are.
const STEP_MAX: Duration = Duration::from_secs(30);

/// The one answer that lets the message follow: after any other its lines would be commands.
const GO_ON: u16 = 354;

/// What asks for the next word of a login.
const PROMPT: u16 = 334;

/// One message to one recipient.
pub(super) struct Session<'a> {
    pub(super) mailer: &'a Mailer,
    pub(super) aside: &'a Aside<Result<Receipt, Refusal>>,
}

impl Session<'_> {
    pub(super) fn run(&self, to: &Address, message: &[u8]) {
        let mut line = match self.connected() {
            Ok(line) => line,
            Err(refusal) => return self.aside.done(Err(refusal)),
        };
        let result = self
            .ready(&mut line)
            .and_then(|offers| self.transact(&mut line, &offers, to, &dotted(message)));
        self.aside.done(result);
        line.farewell();
    }

    /// Says who we are, and farewell.
    pub(super) fn greet(&self) {
        let mut line = match self.connected() {
            Ok(line) => line,
            Err(refusal) => return self.aside.done(Err(refusal)),
        };
        let known = self.ready(&mut line);
        self.aside.done(known.map(|_| Receipt { detail: self.how_it_is() }));
        line.farewell();
    }

    fn how_it_is(&self) -> String {
        let mailer = self.mailer;
        let encrypted = if mailer.tls == Tls::None { "not encrypted" } else { "encrypted" };
        let known = if mailer.login.is_some() { ", and knows us" } else { "" };
        format!("{} answers, {encrypted}{known}", mailer.place())
    }

    fn connected(&self) -> Result<Line, Refusal> {
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
        Line::connect(&checked.addresses, STEP_MAX.min(mailer.timeout), mailer.timeout)
            .map_err(|failure| self.refused("the connection", &failure))
    }

    /// Makes it a connection that is encrypted as it must be, to a server that knows us.
    fn ready(&self, line: &mut Line) -> Result<Offers, Refusal> {
        let mailer = self.mailer;
        if mailer.tls == Tls::Tls {
            self.seal(line)?;
        }
        line.hear(DONE).map_err(|failure| self.refused("the connection", &failure))?;
        let mut offers = self.hello(line)?;
        if mailer.tls == Tls::Starttls {
            if !offers.starttls {
                return Err(Refusal::Permanent {
                    cause: format!(
                        "{} offers no STARTTLS, and nothing is sent without encryption; see \
                         `channels.mail.tls`, and who answers at that address",
                        mailer.place()
                    ),
                });
            }
            line.ask("STARTTLS", DONE).map_err(|failure| self.refused("STARTTLS", &failure))?;
            self.seal(line)?;
            // What was offered before may have been offered by anybody.
            offers = self.hello(line)?;
        }
        self.log_in(line, &offers)?;
        line.patience(mailer.timeout)
            .map_err(|error| self.refused("the connection", &Failure::Broken(error)))?;
        Ok(offers)
    }

    /// A certificate that is not believed is mended where it is shown, without any change here.
    fn seal(&self, line: &mut Line) -> Result<(), Refusal> {
        line.seal(&self.mailer.seal).map_err(|failure| Refusal::Transient {
            cause: format!(
                "{} could not be spoken to with encryption: {}; see its certificate, and `tls` and \
                 `ca_file` of [channels.mail]",
                self.mailer.place(),
                self.how(&failure)
            ),
            retry_after: None,
        })
    }

    fn hello(&self, line: &mut Line) -> Result<Offers, Refusal> {
        let hello = format!("EHLO {}", self.mailer.from.email.domain());
        let reply = line.ask(&hello, DONE).map_err(|failure| self.refused("EHLO", &failure))?;
        Ok(reply.offers())
    }

    fn log_in(&self, line: &mut Line, offers: &Offers) -> Result<(), Refusal> {
        let Some(login) = self.mailer.words_of_login() else { return Ok(()) };
        let done = if offers.plain {
            login.plain(line)
        } else if offers.login {
            login.login(line)
        } else {
            return Err(self.stranger("it offers neither AUTH PLAIN nor AUTH LOGIN"));
        };
        done.map(drop).map_err(|failure| match failure {
            Failure::No(Reply { code: 500.., .. }) => self.stranger(&self.how(&failure)),
            failure => self.refused("who we are", &failure),
        })
    }

    fn transact(
        &self,
        line: &mut Line,
        offers: &Offers,
        to: &Address,
        message: &[u8],
    ) -> Result<Receipt, Refusal> {
        let sender = self.sender(offers, to, message)?;
        line.ask(&sender, DONE).map_err(|failure| self.refused("the sender", &failure))?;
        line.ask(&format!("RCPT TO:<{to}>"), DONE)
            .map_err(|failure| self.refused(&format!("the recipient {to}"), &failure))?;
        line.ask("DATA", GO_ON..=GO_ON).map_err(|failure| self.refused("the message", &failure))?;
        if !self.aside.gate().pass() {
            // Nobody waits for this any more, or it could not be noted: without its end the server
            // drops the message.
            line.hang_up();
            return Err(self.not_begun());
        }
        match line.hand_over(message) {
            Ok(reply) => Ok(Receipt { detail: said(&reply.words(), &[]) }),
            Err(failure @ Failure::No(_)) => Err(self.refused("the message", &failure)),
            // A server should drop a message whose end it has not seen. Whether it does, and what
            // it has seen, only it knows.
            Err(failure) => Err(Refusal::Unknown {
                cause: format!(
                    "{} had the message, or a part of it, and did not confirm it: {}; {ASK}",
                    self.mailer.place(),
                    self.how(&failure)
                ),
            }),
        }
    }

    /// Who it is from, how large it is, and whether an address needs more letters than ASCII has.
    fn sender(&self, offers: &Offers, to: &Address, message: &[u8]) -> Result<String, Refusal> {
        let from = &self.mailer.from.email;
        let mut sender = format!("MAIL FROM:<{from}>");
        if offers.size {
            // A message that is too large is refused before it is sent, not in its middle.
            sender.push_str(&format!(" SIZE={}", message.len()));
        }
        let ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if ascii(to) && ascii(from) {
            return Ok(sender);
        }
        if offers.utf8 {
            return Ok(sender + " SMTPUTF8");
        }
        Err(Refusal::Permanent {
            cause: format!(
                "{} takes no address with other letters than those of ASCII, as {to} has",
                self.mailer.place()
            ),
        })
    }

    /// What the server said no to, or what went wrong, before it could have taken the message on.
    fn refused(&self, what: &str, failure: &Failure) -> Refusal {
        let (place, how) = (self.mailer.place(), self.how(failure));
        let cause = match failure {
            Failure::No(Reply { code: 500.., .. }) => {
                let cause = format!("{place} refused {what}: {how}");
                return Refusal::Permanent { cause };
            }
            Failure::No(_) => format!("{place} does not take {what} now: {how}"),
            _ => format!("{place} failed at {what}: {how}"),
        };
        Refusal::Transient { cause, retry_after: None }
    }

    fn stranger(&self, how: &str) -> Refusal {
        Refusal::Permanent {
            cause: format!(
                "{} does not let us in: {how}; check `username` and the password of \
                 [channels.mail]",
                self.mailer.place(),
            ),
        }
    }

    fn not_begun(&self) -> Refusal {
        Refusal::Transient {
            cause: format!("{} was to get the message when its time was over", self.mailer.place()),
            retry_after: None,
        }
    }

    /// How it failed; a server may repeat what it was told.
    fn how(&self, failure: &Failure) -> String {
        let login = self.mailer.words_of_login();
        let hidden = login.as_ref().map_or_else(Vec::new, Login::hidden);
        failure.how(&hidden)
    }
}

/// A name and a password, as they are said.
pub(super) struct Login {
    name: String,
    password: Zeroizing<String>,
    /// Both in one word.
    both: Zeroizing<String>,
    /// The password in base64.
    encoded: Zeroizing<String>,
}

impl Login {
    pub(super) fn new(name: &str, password: Zeroizing<String>) -> Login {
        let both = Zeroizing::new(format!("\0{name}\0{}", password.as_str()));
        Login {
            name: name.to_owned(),
            both: Zeroizing::new(STANDARD.encode(both.as_bytes())),
            encoded: Zeroizing::new(STANDARD.encode(password.as_bytes())),
            password,
        }
    }

    fn plain(&self, line: &mut Line) -> Result<Reply, Failure> {
        let command = Zeroizing::new(format!("AUTH PLAIN {}", self.both.as_str()));
        line.ask(&command, DONE)
    }

    fn login(&self, line: &mut Line) -> Result<Reply, Failure> {
        line.ask("AUTH LOGIN", PROMPT..=PROMPT)?;
        line.ask(&STANDARD.encode(&self.name), PROMPT..=PROMPT)?;
        line.ask(&self.encoded, DONE)
    }

    /// What no one may read.
    fn hidden(&self) -> Vec<&str> {
        vec![&self.both, &self.encoded, &self.password]
    }
}
