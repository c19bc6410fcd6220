//! A body to its sealed form, and back.

use std::borrow::Cow;

use weir_domain::Timestamp;

use crate::cipher::Seat;
use crate::form::{self, Builder, Sealed, Stored, Whole};
use crate::personal::{Personal, personal};
use crate::vault::random;
use crate::{Key, Kind, Period, Pseudonym};

/// The stored form of a body that is not sealed: the body, but for one that begins as sealed ones do.
#[must_use]
pub fn stored_plain(body: Vec<u8>) -> Vec<u8> {
    if form::must_be_wrapped(&body) { form::wrapped(&body) } else { body }
}

/// The stored form of a body that was received at `at`. For each personal value, `subject` is asked
/// whose it is, and what it is sealed with.
///
/// # Errors
/// If `subject` fails.
pub fn seal_body<E>(
    body: Vec<u8>,
    at: Timestamp,
    mut subject: impl FnMut(Kind, &[u8], Period) -> Result<(Pseudonym, Key), E>,
) -> Result<Vec<u8>, E> {
    let period = Period::of(at);
    let values = match personal(&body) {
        Personal::Values(values) => values,
        Personal::Everything => {
            let (pseudonym, key) = subject(Kind::Body, &body, period)?;
            let nonce = random();
            let seat = Seat { kind: Kind::Body, period, pseudonym, nonce: &nonce, number: 0 };
            return Ok(form::whole(&seat, &seat.seal(&key, &body)));
        }
    };
    if values.is_empty() {
        return Ok(stored_plain(body));
    }
    let nonce = random();
    let mut builder = Builder::new(&body, period, nonce);
    for value in values {
        let (pseudonym, key) = subject(value.kind, &value.subject, period)?;
        let number = builder.number();
        let seat = Seat { kind: value.kind, period, pseudonym, nonce: &nonce, number };
        let sealed = seat.seal(&key, &body[value.span.clone()]);
        builder.put(value.kind, pseudonym, value.span, &sealed);
    }
    Ok(builder.finish())
}

/// What the vault has of a subject's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The key.
    Key(Key),
    /// None any more.
    Absent(Absence),
}

/// Why a value cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Absence {
    /// The subject was erased.
    Erased,
    /// Its month is beyond what is retained.
    BeyondRetention,
    /// There is no such subject here: the vault is missing, or another log's.
    NoKey,
    /// The value does not open with its key: it was changed.
    Damaged,
}

/// A stored body, as far as it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened<'a> {
    /// The body; where a value is withheld its pseudonym stands instead, and for a whole body that is
    /// withheld there is nothing.
    pub body: Cow<'a, [u8]>,
    /// What is not shown.
    pub withheld: Vec<Withheld>,
}

/// A value that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withheld {
    /// Of what field.
    pub kind: Kind,
    /// Whose.
    pub pseudonym: Pseudonym,
    /// Why.
    pub why: Absence,
}

/// Opens a stored body. For each sealed value, `key` is asked for its key.
///
/// # Errors
/// If `key` fails.
pub fn open_body<E>(
    stored: &[u8],
    mut key: impl FnMut(Kind, Pseudonym, Period) -> Result<Found, E>,
) -> Result<Opened<'_>, E> {
    match Stored::read(stored) {
        Stored::Plain(body) => Ok(Opened { body: Cow::Borrowed(body), withheld: Vec::new() }),
        Stored::Sealed(sealed) => sealed.open(&mut key),
        Stored::Whole(whole) => whole.open(&mut key),
    }
}

impl<'a> Sealed<'a> {
    fn open<E>(
        &self,
        key: &mut impl FnMut(Kind, Pseudonym, Period) -> Result<Found, E>,
    ) -> Result<Opened<'a>, E> {
        let Sealed { period, parts, skeleton, nonce } = self;
        let mut body = Vec::with_capacity(skeleton.len() + 64);
        let mut withheld = Vec::new();
        let mut upto = 0;
        for (number, part) in (0..).zip(parts) {
            body.extend_from_slice(&skeleton[upto..part.span.start]);
            let (kind, pseudonym) = (part.kind, part.pseudonym);
            let seat = Seat { kind, period: *period, pseudonym, nonce, number };
            match seat.look(part.sealed, key(kind, pseudonym, *period)?) {
                Ok(value) => body.extend_from_slice(&value),
                Err(why) => {
                    body.extend_from_slice(&skeleton[part.span.clone()]);
                    withheld.push(Withheld { kind, pseudonym, why });
                }
            }
            upto = part.span.end;
        }
        body.extend_from_slice(&skeleton[upto..]);
        Ok(Opened { body: Cow::Owned(body), withheld })
    }
}

impl<'a> Whole<'a> {
    fn open<E>(
        &self,
        key: &mut impl FnMut(Kind, Pseudonym, Period) -> Result<Found, E>,
    ) -> Result<Opened<'a>, E> {
        let Whole { period, pseudonym, nonce, sealed } = self;
        let (period, pseudonym, kind) = (*period, *pseudonym, Kind::Body);
        let seat = Seat { kind, period, pseudonym, nonce, number: 0 };
        Ok(match seat.look(sealed, key(kind, pseudonym, period)?) {
            Ok(body) => Opened { body: Cow::Owned(body), withheld: Vec::new() },
            Err(why) => Opened {
                body: Cow::Borrowed(b""),
                withheld: vec![Withheld { kind, pseudonym, why }],
            },
        })
    }
}

impl Seat<'_> {
    fn look(&self, sealed: &[u8], found: Found) -> Result<Vec<u8>, Absence> {
        match found {
            Found::Absent(why) => Err(why),
            Found::Key(key) => self.open(&key, sealed).map_err(|_| Absence::Damaged),
        }
    }
}
